/**
 * The kinds of documents of the labelled set: letters, invoices, notes, mails, tickets, minutes, tables and texts without
 * any personal data, each with things in it that only look like some. What is marked is personal data, all else is none.
 */
import type { Template } from './draft.ts';

const letter: Template = (d, v) => {
  const surname = v.surname();
  const firm = v.firm();
  d.w`${firm}\nPostfach ${v.int(10, 99)} ${v.int(10, 99)}\n\nUnser Zeichen: ${v.one('ab|kr|wl')}-${v.int(100, 999)}/${v.int(18, 25)}\nDatum: ${v.date()}\n\n`;
  if (v.chance(0.5)) d.w`Herrn\n${v.marked('name', `${v.man()} ${surname}`)}\n`;
  d.w`${v.address('\n')}\n\n${v.one('Ihr Antrag vom|Unsere Mitteilung vom|Kündigung zum')} ${v.date()}\n\n`;
  d.w`Sehr geehrte${v.one(' Frau| Frau Dr.|r Herr|r Herr Prof. Dr.')} ${v.marked('name', surname)},\n\n`;
  d.w`nach § ${v.int(1, 900)} Abs. ${v.int(1, 5)} BGB in Verbindung mit Art. ${v.int(1, 99)} DSGVO bestätigen wir den Eingang. `;
  d.w`Den Betrag von ${v.amount()} EUR überweisen wir bis zum ${v.date()} auf das Konto ${v.iban()}. `;
  d.w`Bei Fragen erreichen Sie uns unter ${v.phone()} oder ${v.email()}.\n\n`;
  d.w`${v.one('Mit freundlichen Grüßen|Freundliche Grüße|Mit besten Grüßen')}\n\n${v.one('i. A. |i. V. |')}${v.name()}\n${firm}\n`;
};

const invoice: Template = (d, v) => {
  d.w`RECHNUNG Nr. ${v.int(2019, 2025)}-${v.digits(5)}\n\n${v.firm()}\n${v.address(' | ')}\nSteuernummer: ${v.taxNumber()}\nUSt-IdNr.: ${v.vatId()}\n\n`;
  d.w`Rechnungsdatum: ${v.date()}   Leistungszeitraum: ${v.two(1, 12)}/${v.int(2019, 2025)}\nKundennummer: ${v.digits(8, '12345')}\nAuftragsnummer: ${v.digits(11, '123456789')}\n\n`;
  d.w`Pos.  Bezeichnung  Menge  Einzelpreis\n`;
  for (let i = 1; i < 4; i++) {
    d.w`${i}  ${v.one('Dichtring|Kugellager|Flachriegel|Schaltplatz|O-Ring')} ${v.int(12, 90)} x ${v.int(2, 9)}, Art.-Nr. ${v.digits(4, '1234')}-${v.digits(3)}-${v.digits(2)}  ${v.int(1, 90)} Stück  ${v.amount()} €\n`;
  }
  d.w`\nSumme netto ${v.amount()} €, 19 % USt. ${v.int(10, 900)},${v.digits(2)} €\nZahlbar bis ${v.date()}. ${v.one('Bankverbindung|Unser Konto|Bitte überweisen Sie auf')}: IBAN ${v.iban()}, BIC TESTDE${v.int(10, 99)}XXX\n`;
  if (v.chance(0.5)) d.w`Ansprechpartner${v.one('|in')}: ${v.name()}, Tel. ${v.phone()}\n`;
};

const staffFile: Template = (d, v) => {
  d.w`Personalbogen (vertraulich)\n\nNachname: ${v.marked('name', v.surname())}\nVorname: ${v.marked('name', v.woman())}\n`;
  d.w`Geburtsdatum: ${v.birthDate()}\nGeburtsort: ${v.place()}\nAnschrift: ${v.address()}\n`;
  d.w`Telefon privat: ${v.phone()}\nSteuer-ID: ${v.taxId()}\n${v.one('Sozialversicherungsnummer|Rentenversicherungsnummer|SV-Nr.')}: ${v.socialSecurity()}\n`;
  d.w`Krankenkasse: ${v.one('Musterkasse Nord|BKK Beispiel')}, Versichertennummer ${v.healthInsurance()}\n`;
  d.w`Eintritt: ${v.date()}\nSteuerklasse: ${v.int(1, 5)}\nPersonalnummer: ${v.digits(6)}\nBankverbindung: ${v.iban()}\n`;
  if (v.chance(0.6)) d.w`Personalausweis-Nr.: ${v.identityCard()}, gültig bis ${v.date(2026, 2034)}\n`;
  d.w`Wochenstunden: ${v.int(20, 40)},${v.int(0, 5)}\n`;
};

const hrNote: Template = (d, v) => {
  const person = v.person();
  d.w`Vermerk vom ${v.date()}\n\nDie Mitarbeiterin ${v.marked('name', `${v.woman()} ${v.surname()}`)}, geboren am ${v.birthDate()}, beantragt ab dem ${v.date()} Elternzeit nach § ${v.int(15, 18)} BEEG. `;
  d.w`Vertretung übernimmt Herr ${v.marked('name', v.surname())} aus Raum ${v.int(1, 4)}.${v.digits(2)}. `;
  d.w`Das Gespräch führte ${v.one('Frau|Herr')} ${v.marked('name', person)}; der Betriebsrat wurde am ${v.date()} angehört. Die Kostenstelle ${v.digits(6)} bleibt. ${v.marked('name', person)} informiert die Lohnbuchhaltung.\n`;
};

const mail: Template = (d, v) => {
  const from = v.person();
  const to = v.person();
  d.w`Von: ${v.marked('name', from)} <${v.email(from)}>\nAn: ${v.marked('name', to)} <${v.email(to)}>\nDatum: ${v.date()} ${v.two(7, 18)}:${v.two(0, 59)}\nBetreff: ${v.one('Angebot|Rückfrage zu Auftrag|Termin am Standort|Version')} ${v.int(2, 9)}.${v.int(0, 9)}.${v.int(0, 30)}\n\n`;
  d.w`${v.one('Hallo|Liebe|Hi|Guten Morgen')} ${v.marked('name', v.woman())},\n\ndanke für die Unterlagen zu Projekt ${v.digits(4)}-${v.digits(2)}. Ab Version ${v.int(1, 12)}.${v.int(0, 9)}.${v.int(0, 9)}.${v.int(0, 99)} geht es wieder. `;
  d.w`Ruf mich gern an: ${v.phone()}. Der Kunde ${v.firm()} wartet seit ${v.int(2, 9)} Tagen, es geht um ${v.int(2, 80)}.000 Euro.\n\n`;
  d.w`${v.one('Viele Grüße|LG|Beste Grüße|Schöne Grüße')}\n${v.marked('name', v.man())}\n`;
};

const ticket: Template = (d, v) => {
  d.w`Ticket #${v.digits(6, '123456789')} (Priorität ${v.int(1, 3)})\nGemeldet von: ${v.name()}\nErstellt: ${v.int(2020, 2025)}-${v.two(1, 12)}-${v.two(1, 28)} ${v.two(0, 23)}:${v.two(0, 59)}\n\n`;
  d.w`Der Rechner mit der IP-Adresse ${v.ip()} erreicht den Server ${v.ip()} nicht. Fehler 0x${v.digits(8)}, Firmware ${v.int(1, 9)}.${v.int(0, 9)}.${v.int(0, 9)}.${v.int(0, 20)}, siehe Kapitel ${v.int(1, 9)}.${v.int(1, 9)}.${v.int(1, 9)}.${v.int(1, 9)}. `;
  d.w`Seriennummer ${v.digits(11, '123456789')}, Inventar ${v.one('NB|PC|MON')}-${v.digits(5)}. std::vector<int> und a::b kommen aus dem Protokoll.\n`;
  if (v.chance(0.5)) d.w`Rückruf bitte unter ${v.phone()}.\n`;
  d.w`Bearbeiter: ${v.name()}\nStatus: ${v.one('offen|in Arbeit|gelöst')}\n`;
};

const minutes: Template = (d, v) => {
  d.w`Protokoll der ${v.one('Teambesprechung|Gesellschafterversammlung|Baubesprechung')} am ${v.date()}\n\nTeilnehmer: ${v.name()}, ${v.name()}, ${v.name()}\nProtokollführer${v.one('|in')}: ${v.name()}\nOrt: ${v.place()}, Besprechungsraum ${v.int(1, 9)}\n\n`;
  d.w`TOP 1 Haushalt ${v.int(2019, 2025)}\nFrau ${v.marked('name', v.surname())} berichtet über ${v.int(2, 9)} Anträge. Die Maßnahme kostet ${v.amount()} EUR (Drucksache ${v.int(17, 20)}/${v.digits(4)}).\n`;
  d.w`TOP 2 Werk ${v.int(1, 5)}\nHerr Dr. ${v.marked('name', v.surname())} stellt die Ergebnisse nach DIN EN ${v.digits(5, '123456')} vor. Auf Platz ${v.int(1, 3)} liegt Halle ${v.int(2, 9)}. Das Märchen "Frau Holle" wird im Dezember gespielt.\n`;
  d.w`TOP 3 Verschiedenes: Die Bundesstraße ${v.int(1, 500)} ist gesperrt, Arbeitsplatz ${v.int(1, 30)} wird frei.\n`;
};

const fleet: Template = (d, v) => {
  d.w`Fuhrparkliste Stand ${v.date()}\n\nKennzeichen | Fahrer | Kilometerstand | Modell\n`;
  for (let i = 0; i < 3; i++)
    d.w`${v.plate()} | ${v.name()} | ${v.digits(5, '123456789')} | ${v.one('Kastenwagen L3|Kombi 150 PS|Typ T 500')}\n`;
  d.w`\nDas Fahrzeug ${v.plate()} steht in der Werkstatt, der Anhänger ist nach § ${v.int(1, 60)} StVZO zu prüfen. Ersatzteil AB ${v.int(1, 9)}, Norm EN ${v.digits(4, '123')}, Baureihe W ${v.int(100, 250)}.\n`;
};

const accident: Template = (d, v) => {
  d.w`Schadenmeldung\n\nAm ${v.date()} gegen ${v.int(6, 20)}:${v.two(0, 59)} Uhr fuhr der Pkw mit dem amtlichen Kennzeichen ${v.plate()} auf der Bundesstraße ${v.int(2, 300)} auf. Halter des Wagens ist ${v.one('Herr|Frau')} ${v.marked('name', v.person())}, wohnhaft ${v.address()}. `;
  d.w`Zeugin: Frau ${v.marked('name', v.surname())}, Tel. ${v.phone()}. Versicherungsschein ${v.digits(3)}.${v.digits(6)}.${v.digits(1)}, Schaden etwa ${v.amount()} Euro. Aktenzeichen ${v.int(1, 30)} C ${v.int(10, 900)}/${v.int(15, 25)}.\n`;
};

const patient: Template = (d, v) => {
  d.w`Praxisgemeinschaft am Park\n\nPatient${v.one('|in')}: ${v.name()}\ngeb. ${v.birthDate()}\nKVNR: ${v.healthInsurance()}\nBefund vom ${v.date()}\n\nBlutdruck ${v.int(110, 150)}/${v.int(60, 95)}, Dosis ${v.int(1, 3)}-0-${v.int(0, 2)}, ICD-10 ${v.one('J06.9|M54.5|I10.90')}. PZN ${v.digits(8)}.\n`;
  d.w`Überweisung an Dr. med. ${v.marked('name', `${v.man()} ${v.surname()}`)}, Fax ${v.phone()}. Kontrolle in ${v.int(2, 8)} Wochen.\n`;
};

const order: Template = (d, v) => {
  d.w`Bestellbestätigung\n\nLieferadresse:\n${v.address('\n')}\n\nZahlung mit Kreditkarte ${v.card()} (gültig bis ${v.two(1, 12)}/${v.int(26, 30)}).\n`;
  d.w`Sendungsnummer ${v.digits(16, '123')}, EAN 40${v.digits(11)}, Bestellnummer ${v.digits(3)}-${v.digits(7)}-${v.digits(7)}.\nFragen? ${v.email()} oder Hotline ${v.phone()}.\n`;
};

const statute: Template = (d, v) => {
  d.w`§ ${v.int(1, 80)} Begriffsbestimmungen\n\n(1) Wer vor dem ${v.int(1, 28)}. Januar ${v.int(1950, 1999)} geboren ist, erhält nach Artikel ${v.int(1, 99)} Absatz ${v.int(1, 5)} Satz ${v.int(1, 3)} eine Zulage von ${v.int(100, 900)},${v.digits(2)} Euro.\n`;
  d.w`(2) Die Verordnung (EU) Nr. ${v.digits(3)}/20${v.two(1, 20)} und die Richtlinie 20${v.two(1, 20)}/${v.int(10, 99)}/EG bleiben unberührt (BGBl. I S. ${v.digits(4, '123')}; 20${v.two(1, 20)} I S. ${v.digits(3, '123')}).\n`;
  d.w`(3) Die Familie im Sinne des Gesetzes umfasst Eltern und Kinder. Der Herr des Hauses, die Frau oder der Beauftragte nach Anlage ${v.int(1, 9)} Nummer ${v.int(1, 9)}.${v.int(1, 9)}.${v.int(1, 9)} teilen dies bis zum ${v.int(1, 28)}. Dezember ${v.int(2000, 2025)} mit. BGB 12, AB 3 und SGB ${v.int(1, 12)} gelten entsprechend.\n`;
};

const priceList: Template = (d, v) => {
  d.w`Preisliste ${v.int(2019, 2025)} | gültig ab ${v.date()}\nArtikel | Nummer | Preis\n`;
  for (let i = 0; i < 5; i++)
    d.w`${v.one('Schraube M|Ventil DN|Kabel NYM-J|Motor K-AB|Sensor IP')} ${v.int(2, 900)} | ${v.digits(11, '123456789')} | ${v.int(1, 900)},${v.digits(2)} €\n`;
  d.w`Produktlinie "Dr. Oetker Backtraum" und "Frau Antje" nur im Handel. Schutzart IP ${v.int(44, 68)}, Größe ${v.int(30, 50)}/${v.int(30, 36)}, Bankleitzahl ${v.digits(3, '1234567')} ${v.digits(3)} ${v.digits(2)}. Stand 0${v.int(1, 9)}/${v.int(2019, 2025)}.\n`;
};

const manual: Template = (d, v) => {
  d.w`Handbuch, Version ${v.int(1, 9)}.${v.int(0, 9)}.${v.int(0, 9)}\n\n${v.int(1, 9)}.${v.int(1, 9)}.${v.int(1, 9)} Einrichtung\nÖffnen Sie die Maske ${v.one('Debitor|Kreditor|Artikel')} und wählen Sie Ansprechpartner. Der Sachbearbeiter prüft das Feld Geburtsdatum. Herr oder Frau wird aus der Anrede übernommen. `;
  d.w`Unter Telefon: darf nichts leer bleiben. Kunde: siehe Abschnitt ${v.int(1, 9)}.${v.int(1, 9)}. Die Funktion user@host gibt es nicht, @Override und :: sind Syntax. Beispielwert 12345 Musterwert, Fehler ${v.digits(5)}, ${v.int(1, 12)}:${v.two(0, 59)}:${v.two(0, 59)} Uhr.\n`;
};

const legalCase: Template = (d, v) => {
  d.w`Mandantin: ${v.name()}\nGegner: ${v.firm()}\nAz.: ${v.int(1, 12)} O ${v.int(10, 999)}/${v.int(15, 25)}\n\nRechtsanwalt ${v.marked('name', `${v.man()} ${v.surname()}`)} vertritt den Kläger ${v.marked('name', `${v.man()} ${v.surname()}`)}, geboren am ${v.birthDate()} in ${v.place()}. Streitwert ${v.amount()} EUR. Das Landgericht entschied am ${v.date()} nach § ${v.int(100, 900)} ZPO.\n`;
  d.w`gez. ${v.marked('name', v.surname())}\n`;
};

const english: Template = (d, v) => {
  d.w`Dear ${v.one('Mr.|Mrs.|Ms.')} ${v.marked('name', v.surname())},\n\nthank you for your order no. ${v.digits(9, '123456789')} of ${v.date()}. Your VAT ID ${v.vatId()} is on file. Please call ${v.phone()} or write to ${v.email()}. Release ${v.int(1, 9)}.${v.int(0, 20)}.${v.int(0, 9)} ships on Monday, 10.30 am, at ${v.int(10, 90)} percent.\n\nKind regards\n${v.name()}\n`;
};

const table: Template = (d, v) => {
  d.w`Mitarbeiter;Geburtsdatum;Telefon;Kostenstelle\n`;
  for (let i = 0; i < 4; i++) d.w`${v.name()};${v.birthDate()};${v.phone()};${v.digits(4, '123456789')}\n`;
  d.w`\nSumme;;;${v.digits(4, '123')}\n`;
};

export const TEMPLATES: Readonly<Record<string, Template>> = {
  letter,
  invoice,
  staffFile,
  hrNote,
  mail,
  ticket,
  minutes,
  fleet,
  accident,
  patient,
  order,
  statute,
  priceList,
  manual,
  legalCase,
  english,
  table,
};
