/**
 * Facts about the company as a whole: rules of its trade, addresses, working conditions, each with its questions.
 * Table: its length is its content. It knows no product and no document.
 */
import { type Noun, noun } from './grammar.ts';

/** A fact about the company as a whole: a noun phrase to ask with, questions of its own and one answer. */
export interface GeneralFact {
  readonly id: string;
  readonly about: Noun;
  readonly value: string;
  readonly answer: string;
  /** Further wordings for documents, with the value in place. */
  readonly tellings: readonly string[];
  /** Questions of training, lower-case unless a noun comes first. */
  readonly questions: readonly string[];
  /** Questions that are held back. */
  readonly heldBack: readonly string[];
}

function general(
  id: string,
  about: Noun,
  value: string,
  answer: string,
  tellings: readonly string[],
  questions: readonly string[],
  heldBack: readonly string[],
): GeneralFact {
  return { id, about, value, answer, tellings, questions, heldBack };
}

export const generalFacts: readonly GeneralFact[] = [
  general(
    'gruendung',
    noun('n', 'Gründungsjahr', 'Gründungsjahrs', 'der Firma'),
    '1954',
    'Wertholm wurde 1954 gegründet.',
    [
      'Gegründet wurde das Unternehmen 1954 als Schmiede mit zwei Gesellen.',
      'Seit der Gründung im Jahr 1954 ist der Betrieb in Familienhand.',
    ],
    [
      'wann wurde Wertholm gegründet?',
      'seit wann gibt es Wertholm?',
      'in welchem Jahr wurde die Firma gegründet?',
      'wie alt ist die Firma Wertholm?',
      'wann war die Gründung von Wertholm?',
    ],
    ['wann ist Wertholm eigentlich gegründet worden?', 'in welches Jahr fällt die Gründung von Wertholm?'],
  ),
  general(
    'mitarbeiter',
    noun('f', 'Zahl', 'Zahl', 'der Mitarbeiter'),
    '186',
    'Wertholm hat 186 Mitarbeiter.',
    [
      'Zurzeit arbeiten 186 Menschen im Unternehmen.',
      'Mit 186 Mitarbeitern zählt der Betrieb zu den größten Arbeitgebern im Tal.',
    ],
    [
      'wie viele Mitarbeiter hat Wertholm?',
      'wie viele Menschen arbeiten bei Wertholm?',
      'wie groß ist die Belegschaft von Wertholm?',
      'wie viele Leute arbeiten in der Firma?',
      'hat Wertholm viele Mitarbeiter?',
    ],
    ['wie viele Mitarbeiter sind bei Wertholm beschäftigt?', 'aus wie vielen Mitarbeitern besteht Wertholm?'],
  ),
  general(
    'adresse',
    noun('f', 'Adresse', 'Adresse', 'der Firma'),
    'Am Eisenhammer 12, 62417 Ulmenroda',
    'Die Adresse lautet: Am Eisenhammer 12, 62417 Ulmenroda.',
    [
      'Sie erreichen uns unter der Adresse Am Eisenhammer 12, 62417 Ulmenroda.',
      'Das Werk liegt Am Eisenhammer 12, 62417 Ulmenroda.',
    ],
    [
      'wie lautet die Adresse?',
      'wie ist Ihre Anschrift?',
      'können Sie mir die Anschrift von Wertholm nennen?',
      'wo liegt die Firma Wertholm?',
      'in welcher Straße ist Wertholm?',
      'an welche Anschrift kann ich einen Brief schicken?',
    ],
    ['unter welcher Adresse ist Wertholm zu finden?', 'welche Anschrift hat Wertholm?'],
  ),
  general(
    'telefon',
    noun('f', 'Telefonnummer', 'Telefonnummer', 'der Zentrale'),
    '069 90009-0',
    'Die Telefonnummer der Zentrale lautet 069 90009-0.',
    ['Die Zentrale hat die Telefonnummer 069 90009-0.', 'Anrufe nimmt die Zentrale unter 069 90009-0 entgegen.'],
    [
      'wie lautet die Telefonnummer der Zentrale?',
      'unter welcher Telefonnummer erreiche ich die Zentrale?',
      'welche Telefonnummer hat die Zentrale?',
      'wie kann ich die Zentrale anrufen?',
      'wie erreiche ich die Zentrale am Telefon?',
    ],
    ['mit welcher Telefonnummer komme ich zur Zentrale?', 'wie ist die Telefonnummer Ihrer Zentrale?'],
  ),
  general(
    'webseite',
    noun('f', 'Internetadresse', 'Internetadresse', 'der Firma'),
    'www.wertholm.example',
    'Unsere Internetseite ist www.wertholm.example.',
    [
      'Alle Anleitungen stehen auf der Internetseite www.wertholm.example bereit.',
      'Im Internet finden Sie uns unter www.wertholm.example.',
    ],
    [
      'wie lautet Ihre Internetseite?',
      'wo finde ich Wertholm im Internet?',
      'welche Internetseite hat Wertholm?',
      'haben Sie eine Internetseite?',
      'unter welcher Adresse sind Sie im Internet?',
    ],
    ['wie heißt die Internetseite von Wertholm?', 'auf welcher Internetseite finde ich Wertholm?'],
  ),
  general(
    'versandkosten',
    noun('f', 'Versandpauschale', 'Versandpauschale'),
    '12,50 Euro',
    'Der Versand kostet 12,50 Euro.',
    ['Für den Versand berechnen wir 12,50 Euro.', 'Die Versandpauschale beträgt 12,50 Euro.'],
    [
      'was kostet der Versand?',
      'wie hoch sind die Versandkosten?',
      'wie teuer ist der Versand?',
      'welche Versandkosten fallen an?',
      'was berechnen Sie für den Versand?',
    ],
    ['mit welchen Versandkosten muss ich rechnen?', 'wie viel verlangen Sie für den Versand?'],
  ),
  general(
    'frachtfrei',
    noun('f', 'Grenze', 'Grenze', 'für freien Versand'),
    '300 Euro',
    'Ab 300 Euro ist der Versand frei.',
    [
      'Bei Bestellungen ab 300 Euro liefern wir ohne Versandkosten.',
      'Der Versand ist frei, wenn der Warenwert 300 Euro erreicht.',
    ],
    [
      'ab welchem Betrag ist der Versand frei?',
      'wann ist der Versand frei?',
      'ab wann liefern Sie frei?',
      'ab welchem Wert ist der Versand kostenlos?',
      'gibt es freien Versand?',
    ],
    ['ab wie viel Euro ist der Versand frei?', 'ab welcher Summe ist Ihr Versand kostenlos?'],
  ),
  general(
    'mindestwert',
    noun('m', 'Mindestbestellwert', 'Mindestbestellwerts'),
    '25 Euro',
    'Der Mindestbestellwert beträgt 25 Euro.',
    [
      'Wir bitten um einen Mindestbestellwert von 25 Euro.',
      'Unter 25 Euro können wir leider keine Bestellung annehmen, denn das ist unser Mindestbestellwert.',
    ],
    [
      'wie hoch ist der Mindestbestellwert?',
      'gibt es einen Mindestbestellwert?',
      'für wie viel muss ich mindestens bestellen?',
      'welcher Mindestbestellwert gilt?',
      'ab welchem Wert kann ich bestellen?',
    ],
    ['welchen Mindestbestellwert haben Sie?', 'auf welchen Betrag beläuft sich der Mindestbestellwert?'],
  ),
  general(
    'express',
    noun('m', 'Expresszuschlag', 'Expresszuschlags'),
    '29 Euro',
    'Eine Expresslieferung kostet 29 Euro extra.',
    ['Auf Wunsch liefern wir gegen 29 Euro Aufpreis per Express.', 'Der Expresszuschlag liegt bei 29 Euro.'],
    [
      'was kostet eine Expresslieferung?',
      'wie teuer ist Express?',
      'liefern Sie auch per Express?',
      'wie hoch ist der Zuschlag für Express?',
      'was zahle ich für eine Expresslieferung?',
    ],
    ['wie viel kostet es per Express?', 'welcher Aufpreis gilt für eine Expresslieferung?'],
  ),
  general(
    'rueckgabe',
    noun('f', 'Rückgabefrist', 'Rückgabefrist'),
    '21 Tage',
    'Die Rückgabefrist beträgt 21 Tage.',
    [
      'Unbenutzte Ware nehmen wir innerhalb einer Rückgabefrist von 21 Tagen zurück.',
      'Für die Rückgabe haben Sie 21 Tage Zeit.',
    ],
    [
      'wie lang ist die Rückgabefrist?',
      'wie lange kann ich Ware zurückgeben?',
      'welche Rückgabefrist gilt?',
      'bis wann ist eine Rückgabe möglich?',
      'wie viele Tage habe ich für die Rückgabe?',
    ],
    ['innerhalb welcher Rückgabefrist muss die Ware zurück sein?', 'wie viel Zeit bleibt mir für eine Rückgabe?'],
  ),
  general(
    'zahlungsziel',
    noun('n', 'Zahlungsziel', 'Zahlungsziels'),
    '30 Tage',
    'Das Zahlungsziel beträgt 30 Tage.',
    [
      'Rechnungen sind mit einem Zahlungsziel von 30 Tagen fällig.',
      'Unser Zahlungsziel liegt für alle Geschäftskunden bei 30 Tagen.',
    ],
    [
      'wie lang ist das Zahlungsziel?',
      'wann muss ich die Rechnung bezahlen?',
      'welches Zahlungsziel gilt?',
      'bis wann ist die Rechnung zu zahlen?',
      'welches Zahlungsziel räumen Sie ein?',
    ],
    ['mit welchem Zahlungsziel darf ich rechnen?', 'welches Zahlungsziel haben Ihre Rechnungen?'],
  ),
  general(
    'skonto',
    noun('m', 'Skontosatz', 'Skontosatzes'),
    '2 Prozent',
    'Wir gewähren 2 Prozent Skonto.',
    [
      'Wer innerhalb von acht Tagen zahlt, darf 2 Prozent Skonto abziehen.',
      'Der Abzug für schnelle Zahlung liegt bei 2 Prozent Skonto.',
    ],
    [
      'wie viel Skonto gewähren Sie?',
      'gibt es Skonto?',
      'wie hoch ist das Skonto?',
      'kann ich Skonto abziehen?',
      'wie viel Prozent Skonto bekomme ich?',
    ],
    ['welches Skonto räumen Sie ein?', 'mit wie viel Skonto darf ich rechnen?'],
  ),
  general(
    'zahlung',
    noun('f', 'Liste', 'Liste', 'der Zahlungsarten'),
    'Rechnung, Lastschrift oder Karte',
    'Sie zahlen per Rechnung, Lastschrift oder Karte.',
    [
      'Zahlen können Sie per Rechnung, Lastschrift oder Karte.',
      'Als Zahlungsarten bieten wir Rechnung, Lastschrift oder Karte an.',
    ],
    [
      'wie kann ich bezahlen?',
      'welche Zahlungsarten gibt es?',
      'welche Zahlungsarten bieten Sie an?',
      'kann ich mit Karte bezahlen?',
      'auf welche Weise kann ich zahlen?',
    ],
    ['zwischen welchen Zahlungsarten kann ich wählen?', 'welche Zahlungsarten nehmen Sie an?'],
  ),
  general(
    'ersatzteile',
    noun('f', 'Verfügbarkeit', 'Verfügbarkeit', 'der Ersatzteile'),
    '15 Jahre',
    'Ersatzteile sind 15 Jahre lang lieferbar.',
    [
      'Auch nach dem Auslaufen eines Modells halten wir Ersatzteile 15 Jahre lang vor.',
      'Wir liefern Ersatzteile mindestens 15 Jahre lang.',
    ],
    [
      'wie lange gibt es Ersatzteile?',
      'wie lange sind Ersatzteile lieferbar?',
      'wie viele Jahre liefern Sie Ersatzteile?',
      'bekomme ich später noch Ersatzteile?',
      'für wie lange halten Sie Ersatzteile vor?',
    ],
    ['wie viele Jahre lang bekomme ich noch Ersatzteile?', 'über welchen Zeitraum liefern Sie Ersatzteile?'],
  ),
  general(
    'reparatur',
    noun('f', 'Reparaturpauschale', 'Reparaturpauschale'),
    '65 Euro',
    'Die Reparaturpauschale beträgt 65 Euro.',
    [
      'Außerhalb der Garantie berechnen wir eine Reparaturpauschale von 65 Euro.',
      'Jede Prüfung mit kleiner Instandsetzung kostet die Reparaturpauschale von 65 Euro.',
    ],
    [
      'wie hoch ist die Reparaturpauschale?',
      'was kostet eine Reparatur?',
      'wie teuer ist eine Reparatur?',
      'welche Reparaturpauschale gilt?',
      'was muss ich für eine Reparatur bezahlen?',
    ],
    ['welche Pauschale berechnen Sie für eine Reparatur?', 'welchen Betrag hat die Reparaturpauschale?'],
  ),
  general(
    'notdienst',
    noun('f', 'Nummer', 'Nummer', 'des Notdienstes'),
    '069 90009-911',
    'Der Notdienst hat die Nummer 069 90009-911.',
    [
      'Nachts hilft der Notdienst unter 069 90009-911 weiter.',
      'Bei Stillstand einer Maschine wählen Sie bitte den Notdienst unter 069 90009-911.',
    ],
    [
      'welche Nummer hat der Notdienst?',
      'wie erreiche ich den Notdienst?',
      'gibt es einen Notdienst?',
      'unter welcher Nummer erreiche ich den Notdienst?',
      'wie kann ich den Notdienst anrufen?',
    ],
    ['wie ist die Nummer Ihres Notdienstes?', 'über welche Nummer komme ich zum Notdienst?'],
  ),
  general(
    'parkplatz',
    noun('f', 'Lage', 'Lage', 'des Parkplatzes'),
    'vor Tor 3',
    'Besucher parken vor Tor 3.',
    ['Der Parkplatz für Besucher liegt vor Tor 3.', 'Gästen steht der Parkplatz vor Tor 3 offen.'],
    [
      'wo können Besucher parken?',
      'wo kann ich parken?',
      'gibt es einen Parkplatz?',
      'wo ist der Parkplatz für Besucher?',
      'wo darf ich als Besucher parken?',
    ],
    ['an welcher Stelle parken Besucher?', 'wo finde ich einen Parkplatz für Besucher?'],
  ),
  general(
    'fuehrung',
    noun('m', 'Termin', 'Termins', 'der Werksführung'),
    'jeden ersten Mittwoch im Monat',
    'Die Werksführung findet jeden ersten Mittwoch im Monat statt.',
    [
      'Zur Werksführung laden wir jeden ersten Mittwoch im Monat ein.',
      'Interessierte Gruppen können jeden ersten Mittwoch im Monat an der Werksführung teilnehmen.',
    ],
    [
      'wann findet die Werksführung statt?',
      'wann gibt es eine Werksführung?',
      'an welchem Tag ist die Werksführung?',
      'kann ich an einer Werksführung teilnehmen?',
      'wann ist die nächste Werksführung?',
    ],
    ['zu welchem Termin gibt es die Werksführung?', 'wie oft bieten Sie die Werksführung an?'],
  ),
  general(
    'kantine',
    noun('f', 'Öffnungszeit', 'Öffnungszeit', 'der Kantine'),
    '11 bis 14 Uhr',
    'Die Kantine hat von 11 bis 14 Uhr geöffnet.',
    [
      'Mittagessen gibt es in der Kantine von 11 bis 14 Uhr.',
      'Auch Gäste dürfen die Kantine von 11 bis 14 Uhr benutzen.',
    ],
    [
      'wann hat die Kantine geöffnet?',
      'von wann bis wann ist die Kantine offen?',
      'wann kann ich in der Kantine essen?',
      'wie lange hat die Kantine auf?',
      'wann gibt es Essen in der Kantine?',
    ],
    ['zu welcher Uhrzeit ist die Kantine geöffnet?', 'um wie viel Uhr öffnet die Kantine?'],
  ),
  general(
    'ausbildung',
    noun('m', 'Beginn', 'Beginns', 'der Ausbildung'),
    '1. September',
    'Die Ausbildung beginnt am 1. September.',
    [
      'Jedes Jahr beginnt die Ausbildung am 1. September.',
      'Neue Auszubildende begrüßen wir am 1. September zum Start der Ausbildung.',
    ],
    [
      'wann beginnt die Ausbildung?',
      'wann startet die Ausbildung?',
      'an welchem Tag beginnt die Ausbildung?',
      'wann fangen die Auszubildenden an?',
      'zu welchem Datum beginnt die Ausbildung?',
    ],
    ['welchen Starttermin hat die Ausbildung?', 'ab wann läuft die Ausbildung?'],
  ),
  general(
    'urlaub',
    noun('f', 'Zahl', 'Zahl', 'der Urlaubstage'),
    '31 Tage',
    'Wir bieten 31 Tage Urlaub im Jahr.',
    ['Allen Beschäftigten stehen 31 Tage Urlaub zu.', 'Zum Angebot gehören 31 Tage Urlaub und feste Brückentage.'],
    [
      'wie viele Tage Urlaub gibt es?',
      'wie viele Urlaubstage bieten Sie?',
      'wie viel Urlaub hat man bei Wertholm?',
      'wie viel Urlaub bekomme ich im Jahr?',
      'wie viele Urlaubstage habe ich?',
    ],
    ['auf wie viele Urlaubstage komme ich bei Wertholm?', 'welchen Urlaub gewähren Sie im Jahr?'],
  ),
  general(
    'arbeitszeit',
    noun('f', 'Wochenarbeitszeit', 'Wochenarbeitszeit'),
    '37 Stunden',
    'Die Wochenarbeitszeit beträgt 37 Stunden.',
    [
      'Bei voller Stelle arbeiten Sie 37 Stunden in der Woche.',
      'Vereinbart ist eine Wochenarbeitszeit von 37 Stunden.',
    ],
    [
      'wie lang ist die Wochenarbeitszeit?',
      'wie viele Stunden arbeitet man in der Woche?',
      'welche Wochenarbeitszeit gilt?',
      'wie hoch ist die Wochenarbeitszeit bei Wertholm?',
      'wie viele Stunden hat die Arbeitswoche?',
    ],
    ['welche Wochenarbeitszeit ist üblich?', 'wie viele Stunden umfasst die Wochenarbeitszeit?'],
  ),
];
