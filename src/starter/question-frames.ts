/**
 * Question frames: how people ask for each attribute, in the wordings of training and in those that are held back. Every
 * frame keeps a key word of its attribute. Table: its length is its content. It knows no product and no dialogue.
 * Slots are those of `nounSlots` for the entity, `a.` for the attribute's noun, `ziel` for the entity in the genitive.
 */
import type { AttributeName } from './facts.ts';
import { type Noun, noun } from './grammar.ts';

export type AskedAttribute = Exclude<AttributeName, 'allgemein'>;

export interface AttributeFrames {
  readonly noun: Noun;
  /** Main clauses of training. */
  readonly training: readonly string[];
  /** Subordinate clauses, to be set into the wrappers. */
  readonly clauses: readonly string[];
  /** Questions within a conversation, where the entity is known. */
  readonly followUps: readonly string[];
  /** Main clauses that are held back. */
  readonly heldBack: readonly string[];
}

/** Frames for any attribute that has a noun. */
export const genericTraining: readonly string[] = [
  'wie ist {a.nom} {ziel}?',
  'nennen Sie mir bitte {a.akk} {ziel}.',
  'können Sie mir {a.akk} {ziel} nennen?',
  'ich suche {a.akk} {ziel}.',
  'ich brauche {a.akk} {ziel}.',
  'ich hätte gern {a.akk} {ziel}.',
  'bitte {a.akk} {ziel} angeben.',
  '{a.name} {ziel}?',
  'wissen Sie {a.akk} {ziel}?',
  'wie war noch einmal {a.nom} {ziel}?',
  'ich habe eine Frage {a.zu} {ziel}.',
  'es geht um {a.akk} {ziel}.',
  'haben Sie {a.akk} {ziel} zur Hand?',
  'welche Angabe haben Sie {a.zu} {ziel}?',
  'eine Angabe {a.zu} {ziel}, bitte.',
];

export const genericHeldBack: readonly string[] = [
  'könnten Sie mir {a.akk} {ziel} mitteilen?',
  'ich möchte {a.akk} {ziel} wissen.',
  'mich interessiert {a.nom} {ziel}.',
  'teilen Sie mir bitte {a.akk} {ziel} mit.',
  'ich benötige {a.akk} {ziel}.',
  'was können Sie mir {a.zu} {ziel} sagen?',
  'sagen Sie mir bitte {a.akk} {ziel}.',
  'kennen Sie {a.akk} {ziel}?',
  'dürfte ich {a.akk} {ziel} erfahren?',
];

export const wrappersTraining: readonly string[] = [
  'können Sie mir sagen, {satz}?',
  'ich wüsste gern, {satz}.',
  'wissen Sie, {satz}?',
  'sagen Sie mir bitte, {satz}.',
  'ich muss wissen, {satz}.',
  'ich frage mich, {satz}.',
];

export const wrappersHeldBack: readonly string[] = [
  'können Sie mir bitte sagen, {satz}?',
  'ich möchte gern wissen, {satz}.',
  'mich interessiert, {satz}.',
  'könnten Sie nachsehen, {satz}?',
  'ich würde gern erfahren, {satz}.',
  'sehen Sie bitte nach, {satz}.',
];

/** Frames for facts about the company as a whole, which have a noun phrase only. */
export const generalTraining: readonly string[] = [
  'nennen Sie mir bitte {akk}.',
  'können Sie mir {akk} nennen?',
  'ich habe eine Frage {zu}.',
  'ich brauche {akk}.',
  'wie ist {nom}?',
  '{name}?',
  'ich suche {akk}.',
  'wissen Sie {akk}?',
];

export const attributeFrames: Readonly<Record<AskedAttribute, AttributeFrames>> = {
  preis: {
    noun: noun('m', 'Preis', 'Preises'),
    training: [
      'was kostet {nom}?',
      'wie teuer ist {nom}?',
      'wie viel kostet {nom}?',
      'was muss ich für {akk} bezahlen?',
      'welchen Preis hat {nom}?',
      'zu welchem Preis verkaufen Sie {akk}?',
      'ist {nom} teuer?',
      'wie hoch ist der Preis {gen}?',
      'was würde {nom} kosten?',
      '{nom} kostet wie viel?',
      'ich möchte {akk} kaufen. Was kostet {er}?',
      'was kostet bei Ihnen {nom}?',
      'für wie viel Euro verkaufen Sie {akk}?',
    ],
    clauses: ['was {nom} kostet', 'wie teuer {nom} ist', 'wie viel {nom} kostet'],
    followUps: [
      'und was kostet {er}?',
      'wie teuer ist {er}?',
      'und der Preis?',
      'was kostet {dies} denn?',
      'zu welchem Preis?',
    ],
    heldBack: [
      'wie viel Euro kostet {nom}?',
      'was kostet {nom} zurzeit?',
      'mit welchem Preis muss ich bei {dat} rechnen?',
      'welcher Preis gilt für {akk}?',
      'wie teuer ist bei Ihnen {nom}?',
      'was kostet es, wenn ich {akk} kaufe?',
    ],
  },
  gewicht: {
    noun: noun('n', 'Gewicht', 'Gewichts'),
    training: [
      'wie schwer ist {nom}?',
      'was wiegt {nom}?',
      'wie viel wiegt {nom}?',
      'welches Gewicht hat {nom}?',
      'wie viele Kilo wiegt {nom}?',
      'ist {nom} schwer?',
      '{nom} wiegt wie viel?',
      'wie hoch ist das Gewicht {gen}?',
      'wie schwer ist {nom} ohne Verpackung?',
      'ich muss {akk} tragen. Wie schwer ist {er}?',
      'wie viel Gewicht hat {nom}?',
      'wie viel Kilo bringt {nom} auf die Waage?',
    ],
    clauses: ['wie schwer {nom} ist', 'was {nom} wiegt', 'wie viel {nom} wiegt'],
    followUps: [
      'und wie schwer ist {er}?',
      'was wiegt {er}?',
      'und das Gewicht?',
      'wie viel wiegt {dies}?',
      'ist {er} schwer?',
    ],
    heldBack: [
      'wie viel Kilogramm wiegt {nom}?',
      'mit welchem Gewicht muss ich bei {dat} rechnen?',
      'was wiegt {nom} eigentlich?',
      'wie schwer ist {nom} ungefähr?',
      'welches Gewicht bringt {nom} mit?',
      'wie viel wiegt {nom} genau?',
    ],
  },
  garantie: {
    noun: noun('f', 'Garantie'),
    training: [
      'wie lange gilt die Garantie für {akk}?',
      'welche Garantie hat {nom}?',
      'wie viele Monate Garantie hat {nom}?',
      'wie viel Garantie geben Sie auf {akk}?',
      'gibt es Garantie auf {akk}?',
      'wie lang ist die Garantie {gen}?',
      'welche Garantie gilt für {akk}?',
      'wie lange habe ich Garantie auf {akk}?',
      'hat {nom} eine Garantie?',
      '{name}: Wie lange Garantie?',
      'welche Garantie geben Sie auf {akk}?',
      'wie lange ist bei {dat} die Garantie?',
    ],
    clauses: [
      'wie lange die Garantie für {akk} gilt',
      'welche Garantie {nom} hat',
      'wie viel Garantie Sie auf {akk} geben',
    ],
    followUps: [
      'und wie lange ist die Garantie?',
      'welche Garantie gilt?',
      'und die Garantie?',
      'gibt es dafür auch Garantie?',
      'wie viele Monate Garantie hat {er}?',
    ],
    heldBack: [
      'wie viele Monate Garantie geben Sie auf {akk}?',
      'wie lange läuft die Garantie {gen}?',
      'welche Garantie bekomme ich auf {akk}?',
      'mit wie viel Garantie kommt {nom}?',
      'wie steht es um die Garantie bei {dat}?',
      'über wie viele Monate reicht die Garantie {gen}?',
    ],
  },
  lieferzeit: {
    noun: noun('f', 'Lieferzeit'),
    training: [
      'wie lange dauert die Lieferung {gen}?',
      'wie lang ist die Lieferzeit {gen}?',
      'wann wird {nom} geliefert?',
      'welche Lieferzeit hat {nom}?',
      'wie schnell können Sie {akk} liefern?',
      'wie viele Werktage dauert die Lieferung {gen}?',
      'wann kommt {nom}, wenn ich heute bestelle?',
      'ist {nom} schnell lieferbar?',
      'wie lange muss ich auf {akk} warten?',
      'bis wann liefern Sie {akk}?',
      'welche Lieferzeit gilt für {akk}?',
      'ich warte auf {akk}. Wie lange dauert die Lieferung?',
    ],
    clauses: ['wie lange die Lieferung {gen} dauert', 'wann {nom} geliefert wird', 'welche Lieferzeit {nom} hat'],
    followUps: [
      'und wie lange dauert die Lieferung?',
      'wann wird {er} geliefert?',
      'und die Lieferzeit?',
      'wie schnell können Sie {ihn} liefern?',
      'wie lange muss ich warten?',
    ],
    heldBack: [
      'mit welcher Lieferzeit muss ich bei {dat} rechnen?',
      'wie viele Werktage beträgt die Lieferzeit {gen}?',
      'wie rasch liefern Sie {akk}?',
      'in wie vielen Werktagen wird {nom} geliefert?',
      'wie lange dauert es, bis Sie {akk} liefern?',
      'welche Lieferzeit ist für {akk} üblich?',
    ],
  },
  bestellnummer: {
    noun: noun('f', 'Bestellnummer'),
    training: [
      'wie lautet die Bestellnummer {gen}?',
      'welche Bestellnummer hat {nom}?',
      'unter welcher Nummer bestelle ich {akk}?',
      'mit welcher Bestellnummer bestelle ich {akk}?',
      'welche Nummer hat {nom} im Katalog?',
      'wie ist die Artikelnummer {gen}?',
      'unter welcher Bestellnummer finde ich {akk}?',
      'welche Artikelnummer hat {nom}?',
      'ich möchte {akk} bestellen. Welche Nummer ist das?',
      'hat {nom} eine Bestellnummer?',
      'welche Bestellnummer gehört zu {dat}?',
      '{name}: Welche Nummer?',
    ],
    clauses: [
      'welche Bestellnummer {nom} hat',
      'wie die Bestellnummer {gen} lautet',
      'unter welcher Nummer ich {akk} bestelle',
    ],
    followUps: [
      'und wie lautet die Bestellnummer?',
      'welche Nummer hat {er} im Katalog?',
      'und die Bestellnummer?',
      'unter welcher Nummer bestelle ich {ihn}?',
      'welche Bestellnummer ist das?',
    ],
    heldBack: [
      'unter welcher Bestellnummer führen Sie {akk}?',
      'welche Bestellnummer trage ich für {akk} ein?',
      'mit welcher Nummer kann ich {akk} bestellen?',
      'wie heißt die Bestellnummer {gen}?',
      'welche Bestellnummer steht bei {dat}?',
      'wie lautet für {akk} die Bestellnummer?',
    ],
  },
  farbe: {
    noun: noun('f', 'Farbe'),
    training: [
      'welche Farbe hat {nom}?',
      'in welcher Farbe gibt es {akk}?',
      'welchen Farbton hat {nom}?',
      'in welcher Farbe wird {nom} geliefert?',
      'in welchem Farbton liefern Sie {akk}?',
      'welche Lackierung hat {nom}?',
      'wie ist {nom} lackiert?',
      'gibt es {akk} in einer bestimmten Farbe?',
      '{name}: Welche Farbe?',
      'in welcher Farbe ist {nom} lackiert?',
      'welche Farbe bekomme ich bei {dat}?',
      'von welcher Farbe ist {nom}?',
    ],
    clauses: ['welche Farbe {nom} hat', 'in welcher Farbe es {akk} gibt', 'in welcher Farbe {nom} lackiert ist'],
    followUps: [
      'und welche Farbe hat {er}?',
      'in welcher Farbe ist {er} zu haben?',
      'und die Farbe?',
      'wie ist {er} lackiert?',
      'welche Farbe ist das?',
    ],
    heldBack: [
      'in welcher Farbe verkaufen Sie {akk}?',
      'welche Farbe trägt {nom}?',
      'in welcher Farbe erhalte ich {akk}?',
      'was für eine Farbe hat {nom}?',
      'welche Farbe ist bei {dat} üblich?',
      'in welcher Farbe ist {nom} erhältlich?',
    ],
  },
  leistung: {
    noun: noun('f', 'Leistung'),
    training: [
      'wie viel Watt hat {nom}?',
      'welche Leistung hat {nom}?',
      'wie stark ist {nom}?',
      'wie hoch ist die Leistung {gen}?',
      'wie viel Leistung hat {nom}?',
      'was leistet {nom}?',
      'wie viel Watt braucht {nom}?',
      'wie viel Watt leistet {nom}?',
      '{name}: Wie viel Watt?',
      'mit welcher Leistung arbeitet {nom}?',
      'welche Leistung bringt {nom}?',
      'wie viele Watt sind es bei {dat}?',
    ],
    clauses: ['wie viel Watt {nom} hat', 'welche Leistung {nom} hat', 'wie stark {nom} ist'],
    followUps: [
      'und wie viel Watt hat {er}?',
      'welche Leistung hat {er}?',
      'und die Leistung?',
      'wie stark ist {er}?',
      'was leistet {er}?',
    ],
    heldBack: [
      'auf wie viel Watt kommt {nom}?',
      'mit wie viel Watt arbeitet {nom}?',
      'welche Leistung erreicht {nom}?',
      'wie viel Watt sind bei {dat} angegeben?',
      'welche Leistung in Watt hat {nom}?',
      'wie stark ist {nom} eigentlich?',
    ],
  },
  material: {
    noun: noun('n', 'Material', 'Materials'),
    training: [
      'woraus besteht {nom}?',
      'aus welchem Material ist {nom}?',
      'welches Material hat {nom}?',
      'aus was ist {nom} gemacht?',
      'aus welchem Material besteht {nom}?',
      'woraus ist {nom} gemacht?',
      'aus welchem Werkstoff ist {nom}?',
      'welcher Werkstoff steckt in {dat}?',
      '{name}: Welches Material?',
      'woraus fertigen Sie {akk}?',
      'aus welchem Material fertigen Sie {akk}?',
      'welches Material verwenden Sie für {akk}?',
    ],
    clauses: ['woraus {nom} besteht', 'aus welchem Material {nom} ist', 'aus welchem Werkstoff {nom} besteht'],
    followUps: [
      'und woraus besteht {er}?',
      'aus welchem Material ist {er}?',
      'und das Material?',
      'welcher Werkstoff ist das?',
      'woraus ist {er} gemacht?',
    ],
    heldBack: [
      'woraus wird {nom} gefertigt?',
      'aus welchem Material wird {nom} gefertigt?',
      'welches Material steckt in {dat}?',
      'was für ein Material hat {nom}?',
      'woraus besteht eigentlich {nom}?',
      'mit welchem Material bauen Sie {akk}?',
    ],
  },
  durchwahl: {
    noun: noun('f', 'Durchwahl'),
    training: [
      'wie lautet die Durchwahl {gen}?',
      'welche Durchwahl hat {nom}?',
      'unter welcher Durchwahl erreiche ich {akk}?',
      'wie kann ich {akk} anrufen?',
      'welche Telefonnummer hat {nom}?',
      'wie erreiche ich {akk} am Telefon?',
      'mit welcher Durchwahl erreiche ich {akk}?',
      'ich möchte {akk} anrufen. Welche Durchwahl ist das?',
      'hat {nom} eine eigene Durchwahl?',
      'welche Durchwahl gehört zu {dat}?',
      'was wähle ich, um {akk} anzurufen?',
      'unter welcher Telefonnummer ist {nom} da?',
    ],
    clauses: ['welche Durchwahl {nom} hat', 'wie die Durchwahl {gen} lautet', 'wie ich {akk} anrufen kann'],
    followUps: [
      'und wie lautet die Durchwahl?',
      'wie kann ich dort anrufen?',
      'und die Durchwahl?',
      'welche Durchwahl ist das?',
    ],
    heldBack: [
      'welche Durchwahl muss ich für {akk} wählen?',
      'über welche Durchwahl ist {nom} zu erreichen?',
      'wie heißt die Durchwahl {gen}?',
      'mit welcher Durchwahl komme ich zu {dat}?',
    ],
  },
  mail: {
    noun: noun('f', 'E-Mail-Adresse'),
    training: [
      'wie lautet die E-Mail-Adresse {gen}?',
      'welche E-Mail-Adresse hat {nom}?',
      'wohin schicke ich eine E-Mail an {akk}?',
      'unter welcher E-Mail-Adresse erreiche ich {akk}?',
      'ich möchte {dat} eine E-Mail schreiben. Wie ist die Adresse?',
      'wie erreiche ich {akk} per E-Mail?',
      'an welche E-Mail-Adresse schreibe ich {dat}?',
      'hat {nom} eine E-Mail-Adresse?',
      'welche E-Mail-Adresse gehört zu {dat}?',
      'kann ich {akk} per E-Mail erreichen?',
      'wie schreibe ich {dat} eine E-Mail?',
      '{name}: Welche E-Mail-Adresse?',
    ],
    clauses: [
      'welche E-Mail-Adresse {nom} hat',
      'wie die E-Mail-Adresse {gen} lautet',
      'wie ich {akk} per E-Mail erreiche',
    ],
    followUps: [
      'und wie lautet die E-Mail-Adresse?',
      'kann ich auch eine E-Mail schreiben?',
      'und die E-Mail-Adresse?',
      'wohin schicke ich eine E-Mail?',
    ],
    heldBack: [
      'wohin geht eine E-Mail an {akk}?',
      'über welche E-Mail-Adresse ist {nom} zu erreichen?',
      'wie heißt die E-Mail-Adresse {gen}?',
      'welche E-Mail-Adresse nutze ich für {akk}?',
    ],
  },
  ort: {
    noun: noun('m', 'Standort', 'Standorts'),
    training: [
      'wo ist {nom}?',
      'wo finde ich {akk}?',
      'wo befindet sich {nom}?',
      'wo sitzt {nom}?',
      'wie komme ich zu {dat}?',
      'wo liegt {nom}?',
      'an welchem Ort finde ich {akk}?',
      'ich suche {akk}. Wo ist {er}?',
      'wo im Werk ist {nom}?',
      'in welchem Teil des Werks ist {nom}?',
      'wo muss ich hin, wenn ich zu {dat} will?',
      'ist {nom} im Werk leicht zu finden?',
    ],
    clauses: ['wo {nom} ist', 'wo ich {akk} finde', 'wo sich {nom} befindet'],
    followUps: ['und wo ist {er}?', 'wo finde ich {ihn}?', 'und der Standort?', 'wo befindet {er} sich?'],
    heldBack: [
      'wo genau finde ich {akk}?',
      'wo im Haus befindet sich {nom}?',
      'wo ist {nom} untergebracht?',
      'an welcher Stelle befindet sich {nom}?',
    ],
  },
  zeiten: {
    noun: noun('f', 'Öffnungszeit'),
    training: [
      'wann hat {nom} am {tag} geöffnet?',
      'wann ist {nom} am {tag} geöffnet?',
      'wie lange hat {nom} am {tag} auf?',
      'von wann bis wann ist {nom} am {tag} offen?',
      'hat {nom} am {tag} geöffnet?',
      'ist {nom} am {tag} offen?',
      'wann öffnet {nom} am {tag}?',
      'wann kann ich am {tag} zu {dat} kommen?',
      'am {tag}, wann ist {nom} offen?',
      'wann macht {nom} am {tag} auf?',
      'welche Öffnungszeit hat {nom} am {tag}?',
      'bis wann ist {nom} am {tag} geöffnet?',
      'ich komme am {tag}. Wann ist {nom} offen?',
    ],
    clauses: [
      'wann {nom} am {tag} geöffnet hat',
      'wann {nom} am {tag} offen ist',
      'wie lange {nom} am {tag} geöffnet ist',
    ],
    followUps: [
      'und am {tag}?',
      'wie ist es am {tag}?',
      'wann ist am {tag} offen?',
      'und wann hat {er} am {tag} geöffnet?',
    ],
    heldBack: [
      'zu welchen Uhrzeiten ist {nom} am {tag} geöffnet?',
      'wann öffnet und schließt {nom} am {tag}?',
      'welche Öffnungszeit gilt am {tag} für {akk}?',
      'um wie viel Uhr ist {nom} am {tag} geöffnet?',
    ],
  },
};

/** Openings and endings around a question. An opening that ends with a comma leaves the next letter small. */
export const openingsTraining = [
  'Guten Tag, ',
  'Hallo, ',
  'Guten Tag! ',
  'Hallo! ',
  'Kurze Frage: ',
  'Eine Frage: ',
  'Entschuldigung, ',
  'Bitte helfen Sie mir. ',
];
export const endingsTraining = [' Danke!', ' Vielen Dank.', ' Danke.'];
export const openingsHeldBack = [
  'Guten Abend, ',
  'Noch eine Frage: ',
  'Guten Morgen, ',
  'Guten Tag, kurze Frage: ',
  'Ich habe eine Frage: ',
];
export const endingsHeldBack = [' Vielen Dank im Voraus.', ' Besten Dank!'];
