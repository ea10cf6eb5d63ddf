/**
 * The invented company around its products: address, departments, opening hours and the rules of its trade. Place, postcode
 * and domain do not exist; the telephone numbers lie in a block kept free for fiction. It knows no sentence of a document.
 */
import { type Noun, noun } from './grammar.ts';

export interface Company {
  readonly name: string;
  readonly shortName: string;
  readonly street: string;
  readonly postcode: string;
  readonly town: string;
  readonly phone: string;
  readonly domain: string;
}

export const company: Company = {
  name: 'Wertholm Werkstatttechnik GmbH',
  shortName: 'Wertholm',
  street: 'Am Eisenhammer 12',
  postcode: '62417',
  town: 'Ulmenroda',
  phone: '069 90009-0',
  domain: 'wertholm.example',
};

export interface Department {
  readonly id: string;
  readonly noun: Noun;
  readonly extension: string;
  readonly mail: string;
  readonly place: string;
  /** What the department does, as a clause behind «kümmert sich um». */
  readonly task: string;
}

function department(id: string, of: Noun, extension: string, place: string, task: string): Department {
  return { id, noun: of, extension, mail: `${id}@${company.domain}`, place, task };
}

export const departments: readonly Department[] = [
  department('einkauf', noun('m', 'Einkauf', 'Einkaufs'), '120', 'im ersten Stock', 'Rohstoffe und Zulieferer'),
  department('verkauf', noun('m', 'Verkauf', 'Verkaufs'), '235', 'im Erdgeschoss', 'Angebote und Aufträge'),
  department(
    'kundendienst',
    noun('m', 'Kundendienst', 'Kundendienstes'),
    '340',
    'neben dem Haupttor',
    'Reparaturen und Ersatzteile',
  ),
  department('buchhaltung', noun('f', 'Buchhaltung'), '455', 'im zweiten Stock', 'Rechnungen und Mahnungen'),
  department('personal', noun('f', 'Personalabteilung'), '560', 'im dritten Stock', 'Bewerbungen und Arbeitszeiten'),
  department('konstruktion', noun('f', 'Konstruktion'), '675', 'im Dachgeschoss', 'neue Maschinen und Zeichnungen'),
  department('lager', noun('n', 'Lager', 'Lagers'), '780', 'in der blauen Halle', 'Bestände und Inventur'),
  department('versand', noun('m', 'Versand', 'Versands'), '895', 'hinter der Waage', 'Pakete und Speditionen'),
];

export interface Venue {
  readonly id: string;
  readonly noun: Noun;
  /** Opening hours from Monday to Saturday. */
  readonly hours: readonly [string, string, string, string, string, string];
}

export const weekdays = ['Montag', 'Dienstag', 'Mittwoch', 'Donnerstag', 'Freitag', 'Samstag'] as const;

export const venues: readonly Venue[] = [
  {
    id: 'werksverkauf',
    noun: noun('m', 'Werksverkauf', 'Werksverkaufs'),
    hours: ['10 bis 18 Uhr', '10 bis 18 Uhr', '10 bis 14 Uhr', '10 bis 20 Uhr', '10 bis 16 Uhr', '9 bis 13 Uhr'],
  },
  {
    id: 'ausstellung',
    noun: noun('f', 'Ausstellung'),
    hours: ['13 bis 17 Uhr', '9 bis 17 Uhr', '9 bis 17 Uhr', '9 bis 19 Uhr', '9 bis 15 Uhr', '11 bis 14 Uhr'],
  },
  {
    id: 'annahme',
    noun: noun('f', 'Reparaturannahme'),
    hours: ['7 bis 16 Uhr', '7 bis 16 Uhr', '7 bis 12 Uhr', '7 bis 16 Uhr', '7 bis 14 Uhr', '8 bis 11 Uhr'],
  },
];

/** Customers in invented places; they own no name of a person. */
export const customers: readonly Noun[] = [
  noun('f', 'Schlosserei', 'Schlosserei', 'am Anger in Hollenau'),
  noun('f', 'Tischlerei', 'Tischlerei', 'Sonnhalde in Merzroda'),
  noun('m', 'Metallbaubetrieb', 'Metallbaubetriebs', 'in Tiefenspring'),
  noun('f', 'Berufsschule', 'Berufsschule', 'in Osterquell'),
  noun('m', 'Bauhof', 'Bauhofs', 'der Gemeinde Wendelsau'),
  noun('f', 'Landmaschinenwerkstatt', 'Landmaschinenwerkstatt', 'in Grünspach'),
  noun('n', 'Autohaus', 'Autohauses', 'am Bahndamm in Birkenmoos'),
  noun('f', 'Zimmerei', 'Zimmerei', 'im Lautertal'),
  noun('f', 'Fahrradwerkstatt', 'Fahrradwerkstatt', 'am Markt in Hollenau'),
  noun('m', 'Modellbauverein', 'Modellbauvereins', 'in Merzroda'),
  noun('f', 'Stadtgärtnerei', 'Stadtgärtnerei', 'in Osterquell'),
  noun('n', 'Technikmuseum', 'Technikmuseums', 'in Wendelsau'),
  noun('m', 'Maschinenring', 'Maschinenrings', 'in Tiefenspring'),
  noun('f', 'Lehrwerkstatt', 'Lehrwerkstatt', 'in Birkenmoos'),
];
