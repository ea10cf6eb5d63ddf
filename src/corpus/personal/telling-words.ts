/**
 * Words after which a name or a birth date comes, and what is done at each. They are looked up by their first two
 * letters, so that the pass over a text stays fast. It knows the words; the rules behind them are in `names.ts` and
 * `birth-dates.ts`.
 */
import { findBirthDate } from './birth-dates.ts';
import {
  birthName,
  nameAfterColon,
  nameAfterGreeting,
  nameAfterLabel,
  nameAfterSigned,
  nameAfterTitle,
  nameInApposition,
  nameInSignature,
  nameOfFamily,
  namePart,
} from './names.ts';
import { isLetter, type Scan } from './scan.ts';

type Act = (scan: Scan, start: number, end: number) => unknown;

interface Telling {
  readonly word: string;
  readonly act: Act;
  /** The word may go on, as in `Ansprechpartnerin`. */
  readonly stem: boolean;
}

const title: Act = (scan, _start, end) => nameAfterTitle(scan, end, 'title');
const plural: Act = (scan, _start, end) => nameAfterTitle(scan, end, 'plural');
const family: Act = (scan, start, end) => nameOfFamily(scan, start, end);
const person: Act = (scan, _start, end) => nameAfterLabel(scan, end, true);
const listed: Act = (scan, _start, end) => nameAfterLabel(scan, end, true, false);
const party: Act = (scan, _start, end) => nameAfterLabel(scan, end, false);
const colon: Act = (scan, _start, end) => nameAfterColon(scan, end);
const spoken: Act = (scan, _start, end) => nameInApposition(scan, end + 1);
const part: Act = (scan, _start, end) => namePart(scan, end);
const greeting: Act = (scan, _start, end) => nameAfterGreeting(scan, end);
const closing: Act = (scan, _start, end) => nameInSignature(scan, end);
const signed: Act = (scan, _start, end) => nameAfterSigned(scan, end);
const birth: Act = (scan, start, end) => findBirthDate(scan, start, end, false);
const born: Act = (scan, start, end) => findBirthDate(scan, start, end, true);
const bornShort: Act = (scan, start, end) => findBirthDate(scan, start, end, true) || birthName(scan, end);

const STEMS: readonly (readonly [Act, string])[] = [
  [
    person,
    'Ansprechpartner Ansprechperson Sachbearbeiter Bearbeiter Mitarbeiter Patient Bewerber Geschäftsführer Arbeitnehmer ' +
      'Versicherte Teilnehmer Protokollführer Schriftführer Unterzeichner Betreuer Vorgesetzte Prokurist Mandant Mieter Zeug ' +
      'Gesprächspartner Kontaktperson Kundenberater Berater Techniker Monteur Fahrer Ausbilder Auszubildende Praktikant ' +
      'Abteilungsleiter Projektleiter Bereichsleiter Teamleiter Betriebsleiter Werksleiter Rechtsanwalt Rechtsanwält Notar ' +
      'Kläger Beklagte Antragsteller Erblasser Angehörige Schüler Kontoinhaber Karteninhaber Ansprechpartner Halter ' +
      'Beschuldigte Angeklagte Geschädigte Angestellte Verstorbene Verletzte Gesellschafter Ehemann Ehefrau Sohn Tochter ' +
      'Lebensgefährt Steuerberater Architekt Bürgermeister Lehrer Trainer Hausarzt Hausärzt Schuldner Gläubiger Eigentümer Pächter ' +
      'Student Vorarbeiter Polier Bauleiter Makler Gutachter Sachverständige Staatsanwalt Staatsanwält Referent Redakteur ' +
      'Reisende Berichterstatter Einsender Besteller Disponent Anrufer Melder Hausmeister Vorsitzende Datenschutzbeauftragte Verfasser Autor Leiter',
  ],
  [
    party,
    'Kunde Kundin Auftraggeber Käufer Verkäufer Vermieter Inhaber Kolleg Mitglied Empfänger Absender Gast Nachbar',
  ],
  [birth, 'Geburtsd Geburtst geburtsd geburtst'],
  [born, 'geboren'],
];

const WORDS: readonly (readonly [Act, string])[] = [
  [
    title,
    'Herr|Herrn|Frau|Fräulein|Fr.|Hr.|Hrn.|Mr.|Mrs.|Ms.|Mr|Mrs|Ms|Miss|Dr.|Prof.|Professor|Professorin|Dipl.-Ing.|Dipl.-Kfm.|Dipl.-Kffr.|Fam.|RA|RAin|Dres.',
  ],
  [plural, 'Herren|Eheleute'],
  [family, 'Familie'],
  [
    person,
    'contact person|Gezeichnet|Bearbeitet von|bearbeitet von|Erstellt von|erstellt von|Geprüft von|geprüft von|' +
      'Freigegeben von|Verantwortlich|verantwortlich|Zuständig|zuständig|Moderation|Moderator|Contact|Contact person|Prepared by|Attendees|Employee|Patient name|Author|Kontakt|Meldung von|gemeldet von|Assigned to|Reporter|Reported by|Mein Name|mein Name|My name|Erziehungsberechtigte',
  ],
  [
    party,
    'Name|Von|From|An|To|Cc|CC|Bcc|z. Hd.|z.Hd.|z. H.|c/o|Customer|Client|Owner|Zu Händen|Vertreten durch|vertreten durch|Ihr|Attn|Attn.',
  ],
  [colon, 'von:|durch:|by:'],
  [spoken, 'spricht|heiße|heisse|speaking is'],
  [listed, 'Person|Protokoll|Unterschrift|Anwesend|Anwesende|anwesend|Entschuldigt'],
  [part, 'Vorname|Nachname|Familienname|Geburtsname|Rufname|Zuname|Surname|First name|Last name'],
  [
    greeting,
    'Hallo|Hi|Hey|Liebe|Lieber|liebe|lieber|Servus|Moin|Guten Morgen|Guten Tag|Guten Abend|Grüß Gott|Dear|Hello|Good morning|Werte|Werter',
  ],
  [
    closing,
    'Mit freundlichen Grüßen|Mit freundlichen Grüssen|Mit freundlichem Gruß|Mit besten Grüßen|Mit herzlichen Grüßen|Mit kollegialen Grüßen|Mit vorzüglicher Hochachtung|Hochachtungsvoll|' +
      'Freundliche Grüße|Viele Grüße|Beste Grüße|Herzliche Grüße|Liebe Grüße|Schöne Grüße|Sonnige Grüße|Besten Gruß|Beste Grüsse|Viele Grüsse|Freundliche Grüsse|Gruß|Grüße|MfG|LG|VG|Best regards|Kind regards|Warm regards|Regards|Sincerely|Yours sincerely|Yours faithfully|Best wishes|Cheers',
  ],
  [signed, 'gez.|i. A.|i.A.|i. V.|i.V.|ppa.'],
  [
    birth,
    'Geb.-Datum|Geb.datum|Geb.-Dat.|Date of birth|date of birth|Birth date|birth date|Birthday|birthday|DOB|D.O.B.|Birthdate|GEBURTSDATUM|Geburtsjahr',
  ],
  [born, 'geb.|Geb.|geborene|geborener|geborenen|born|Born|Geboren'],
];

const GROUPS: Telling[][] = [[]];
const GROUP_OF = new Uint8Array(0x10000);

function enter(word: string, act: Act, stem: boolean): void {
  const key = (word.charCodeAt(0) << 8) | word.charCodeAt(1);
  if (GROUP_OF[key] === 0) {
    GROUP_OF[key] = GROUPS.length;
    GROUPS.push([]);
  }
  GROUPS[GROUP_OF[key]!]!.push({ word, act: word === 'geb.' || word === 'Geb.' ? bornShort : act, stem });
}

for (const [act, words] of STEMS) for (const word of words.split(' ')) enter(word, act, true);
for (const [act, words] of WORDS) for (const word of words.split('|')) enter(word, act, false);
for (const group of GROUPS) group.sort((a, b) => b.word.length - a.word.length);

/** The group of the words that begin with these two letters, 0 where there is none. */
export function tellingGroup(first: number, second: number): number {
  return second < 256 ? GROUP_OF[(first << 8) | second]! : 0;
}

/** Does what the telling word at `index` asks for; the longest word that stands there counts. */
export function runTelling(scan: Scan, index: number, group: number): void {
  for (const { word, act, stem } of GROUPS[group]!) {
    if (!scan.startsWith(word, index)) continue;
    let end = index + word.length;
    if (stem) {
      end = stemEnd(scan, end);
      if (act !== birth && !INFLECTION.test(scan.text.slice(index + word.length, end))) continue;
    } else if (word.charCodeAt(word.length - 1) !== 46 && isLetter(scan.at(end))) continue;
    act(scan, index, end);
    return;
  }
}

/** What a stem may go on with; `Melderelevanz` is not `Melder`. */
const INFLECTION = /^(?:in|innen|n|en|s|e|er|r|m|in(?:nen)?|ekräfte)?$/;

/** The end of the word a stem begins: `Ansprechpartner` + `in`, `Geburtsd` + `atum`. */
function stemEnd(scan: Scan, from: number): number {
  let end = from;
  while (end - from < 12 && isLetter(scan.at(end))) end++;
  return end;
}
