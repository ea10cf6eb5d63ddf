/**
 * A last set of kinds of documents with people, places and streets of its own. No rule was ever changed because of
 * it, so its figures say what to expect of texts nobody here has seen.
 */
import type { Pools, Template } from './draft.ts';

export const UNSEEN_POOLS: Pools = {
  women:
    'Brigitte Melanie Susanne Franziska Lea Hannelore Agnieszka Fatma Nele Theresa Jutta Carolin Isabell Sinja Marit',
  men: 'Günter Dennis Wolfgang Patrick Julian Murat Tobias Karl-Heinz Pavel Leon Erwin Henning Sascha Friedhelm Jonte',
  surnames:
    'Schütte Kaminski Weiß Dörfler Gruber Aydin Neumann Kirchner Vogel Mertens Haas Stellmacher Wiegand Zimmermann Ostermann Bock Schreiber Falkenberg Raabe Lange Pohl Sauer',
  places: 'Grünfeld|Steinbach|Bad Salzquell|Oberau|Waldkirchen|Mühlheim am Fluss|Hannover|Augsburg|Schwerin|Kassel',
  streets:
    'Rosenweg|Bahnhofstraße|Mozartstr.|Am Sportplatz|Wilhelmstraße|Hohe Straße|Rathausplatz|Industriestraße|Ulmenallee|Brunnengasse|Kiefernweg|Untere Hauptstraße|Geschwister-Scholl-Straße|Uferpromenade',
  firms:
    'Rheinwerk Anlagenbau GmbH|Metzgerei Vogel|Kessler & Söhne KG|Blumenhaus Raabe|Seidel Spedition AG|Optik Weiß e.K.',
};

const supportTranscript: Template = (d, v) => {
  d.w`Gesprächsnotiz ${v.date()} ${v.two(8, 18)}:${v.two(0, 59)}\n\nAnruferin: ${v.name()}, Rückruf unter ${v.phone()}. Sie reklamiert Gerät ${v.one('KX|TR|MV')}-${v.digits(4)} (Seriennr. ${v.digits(10, '123456789')}), Garantie bis ${v.date(2025, 2028)}. Kaufbeleg geht an ${v.email()}. Weitergeleitet an Frau ${v.marked('name', v.surname())}, Abteilung Technik. Firmware ${v.int(1, 9)}.${v.int(0, 9)}.${v.int(0, 9)}.${v.int(1, 9)} empfohlen. Erstattung ${v.int(20, 300)},${v.digits(2)} € auf ${v.iban()}.\n`;
};

const tenancyTermination: Template = (d, v) => {
  const tenant = v.person();
  d.w`${v.marked('name', tenant)}\n${v.address('\n')}\n\n${v.firm()}\nHausverwaltung\n\n${v.place()}, ${v.date()}\n\nKündigung der Wohnung Nr. ${v.int(1, 40)}\n\nSehr geehrter Herr ${v.marked('name', v.surname())},\n\nhiermit kündige ich den Mietvertrag vom ${v.date(2005, 2015)} gemäß § 573c BGB zum ${v.date()}. Die Kaution von ${v.int(600, 2400)},00 Euro überweisen Sie bitte auf ${v.iban()}. Übergabe: Schlüssel ${v.int(2, 5)} Stück.\n\nMit freundlichen Grüßen\n\n${v.marked('name', tenant)}\n`;
};

const sickNote: Template = (d, v) => {
  d.w`Arbeitsunfähigkeitsbescheinigung\n\nName, Vorname des Versicherten\n${v.marked('name', `${v.surname()}, ${v.woman()}`)}\ngeb. am ${v.birthDate()}\n\nKostenträgerkennung ${v.digits(9, '123456789')}\nVersicherten-Nr. ${v.healthInsurance()}\nBetriebsstätten-Nr. ${v.digits(9, '123456789')}  Arzt-Nr. ${v.digits(9, '123456789')}\nFestgestellt am ${v.date()}, ICD ${v.one('J20.9|M54.4|R51')}\n`;
};

const auditTrail: Template = (d, v) => {
  d.w`Prüfprotokoll Lager ${v.int(1, 9)}\n\nGeprüft am ${v.date()} durch ${v.name()} im Beisein von ${v.name()}. Bestand ${v.digits(4)} Stück, Charge ${v.digits(6)}-${v.digits(2)}, Regal ${v.int(1, 40)}.${v.int(1, 9)}, Artikel ${v.digits(3)} ${v.digits(3)} ${v.digits(4)}. Abweichung ${v.int(0, 3)},${v.int(0, 9)} %. Norm DIN EN ISO 9001, Abschnitt ${v.int(4, 10)}.${v.int(1, 6)}.${v.int(1, 4)}.${v.int(1, 4)}. Temperatur ${v.int(2, 25)}.${v.int(0, 9)} °C.\nUnterschrift: ${v.name()}\n`;
};

const taxOffice: Template = (d, v) => {
  d.w`Finanzamt ${v.place()}\nSteuernummer ${v.taxNumber()}\nIdentifikationsnummer ${v.taxId()}\n\n${v.one('Herrn|Frau')}\n${v.name()}\n${v.address('\n')}\n\nBescheid für ${v.int(2017, 2024)} über Einkommensteuer\nFestgesetzt werden ${v.amount()} €, Solidaritätszuschlag ${v.int(1, 90)},${v.digits(2)} €. Einspruch binnen eines Monats (§ 355 AO). Auskunft erteilt ${v.one('Frau|Herr')} ${v.marked('name', v.surname())}, Zimmer ${v.digits(3, '123')}, Telefon ${v.phone()}.\n`;
};

const carSale: Template = (d, v) => {
  d.w`Kaufvertrag über ein gebrauchtes Kraftfahrzeug\n\nVerkäufer: ${v.name()}, ${v.address()}\nKäufer: ${v.name()}, Ausweis-Nr. ${v.identityCard()}, Tel. ${v.phone()}\n\nAmtl. Kennzeichen: ${v.plate()}\nFahrzeug-Ident-Nr.: WDB${v.digits(14)}\nErstzulassung: ${v.two(1, 12)}/${v.int(2008, 2022)}, ${v.digits(5, '123456789')} km, Preis ${v.int(2, 30)}.${v.digits(3)} EUR\nHauptuntersuchung ${v.two(1, 12)}/${v.int(2025, 2027)}, Reifen 205/55 R ${v.int(15, 18)}\n`;
};

const accessLog: Template = (d, v) => {
  d.w`Zeit;Benutzer;IP-Adresse;Aktion\n`;
  for (let i = 0; i < 4; i++) {
    d.w`${v.two(0, 23)}:${v.two(0, 59)}:${v.two(0, 59)};${v.email()};${v.ip()};${v.one('Login|Export|Update 4.1.0.2')}\n`;
  }
  d.w`\nSumme ${v.digits(3)} Zugriffe; Stand ${v.date()}; Prüfsumme ${v.digits(12)}\n`;
};

const productPage: Template = (d, v) => {
  d.w`Akkuschrauber PRO ${v.int(12, 36)} V, Bestell-Nr. ${v.digits(3)}.${v.digits(3)}.${v.digits(3)}, EAN 42${v.digits(11)}\n${v.int(2, 9)} Gänge, M ${v.int(3, 12)}, Drehmoment ${v.int(20, 90)} Nm, ${v.int(1, 3)},${v.int(0, 9)} kg. Lieferzeit ${v.int(2, 9)} Tage, UVP ${v.int(50, 300)},${v.digits(2)} €. Getestet von "Haus und Heim" ${v.int(1, 12)}/${v.int(2019, 2025)}: Platz ${v.int(1, 5)}. Paul Lange GmbH, Serie Anna 200, Modell Karl V${v.int(2, 5)}. Lagerplatz ${v.int(1, 90)}, Palette ${v.digits(11, '123456789')}.\n`;
};

export const UNSEEN_TEMPLATES: Readonly<Record<string, Template>> = {
  supportTranscript,
  tenancyTermination,
  sickNote,
  auditTrail,
  taxOffice,
  carSale,
  accessLog,
  productPage,
};
