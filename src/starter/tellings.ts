/**
 * How documents state a fact: sentences with the name of the thing, and short ones for a place where it was just named.
 * Table: its length is its content. The canonical sentence of the fact comes beside these from the fact itself.
 */
import type { AskedAttribute } from './question-frames.ts';

export interface Tellings {
  readonly named: readonly string[];
  readonly short: readonly string[];
}

export const tellings: Readonly<Record<AskedAttribute, Tellings>> = {
  preis: {
    named: [
      'der Preis {gen} beträgt {wert}.',
      'für {akk} berechnen wir {wert}.',
      'im [laufenden|neuen] Jahr bleibt {nom} bei {wert}.',
      '{akk} verkaufen wir [weiterhin|unverändert|seit dem Frühjahr] für {wert}.',
      'wer {akk} [kauft|bestellt], zahlt {wert}.',
      'mit {wert} ist {nom} [fair|knapp|sorgfältig] kalkuliert.',
      '{wert} stehen für {akk} in der Liste.',
      'unser Angebot für {akk} lautet auf {wert}.',
    ],
    short: [
      'der Preis beträgt {wert}.',
      '{er} kostet {wert}, die Mehrwertsteuer ist [schon enthalten|bereits eingerechnet].',
      'als Listenpreis gelten {wert}.',
      'der Verkaufspreis liegt bei {wert}.',
      'bezahlt werden dafür {wert}.',
      'angeboten wird {er} für {wert}.',
    ],
  },
  gewicht: {
    named: [
      'das Gewicht {gen} beträgt {wert}.',
      'mit einem Gewicht von {wert} ist {nom} im Katalog verzeichnet.',
      '{nom} bringt {wert} auf die Waage.',
      'ohne Verpackung wiegt {nom} {wert}.',
      'für den Transport {gen} sind {wert} Gewicht anzugeben.',
      'laut Datenblatt ist {nom} {wert} schwer.',
      'bei {dat} sind {wert} Gewicht einzuplanen.',
    ],
    short: [
      'das Gewicht liegt bei {wert}.',
      '{er} wiegt {wert}.',
      'auf der Waage zeigt {er} {wert}.',
      'das Eigengewicht ist mit {wert} angegeben.',
      'schwer ist {er} genau {wert}.',
    ],
  },
  garantie: {
    named: [
      'die Garantie {gen} beträgt {wert}.',
      'für {akk} gilt eine Garantie von {wertDativ}.',
      'bei {dat} sind {wert} Garantie eingeschlossen.',
      'Käufer {gen} erhalten {wert} Garantie.',
      '{nom} wird mit {wertDativ} Garantie ausgeliefert.',
      'unsere Garantie auf {akk} läuft {wert}.',
      'wir stehen für {akk} mit {wertDativ} Garantie ein.',
    ],
    short: [
      'die Garantie läuft {wert}.',
      'dazu gehören {wert} Garantie ab [Kaufdatum|Lieferung].',
      'eingeschlossen ist eine Garantie von {wertDativ}.',
      'als Garantie sind {wert} vereinbart.',
      'die Garantiezeit endet nach {wertDativ}.',
    ],
  },
  lieferzeit: {
    named: [
      'für {akk} beträgt die Lieferzeit {wert}.',
      'die Lieferung {gen} dauert {wert}.',
      'bei {dat} rechnen wir mit einer Lieferzeit von {wertDativ}.',
      'zwischen Auftrag und Zustellung {gen} liegen {wert}.',
      'nach {wertDativ} steht {nom} [beim Kunden|vor Ihrer Tür|in Ihrer Werkstatt].',
      'der Versand braucht für {akk} {wert}.',
      '{nom} verlässt unser Werk nach einer Lieferzeit von {wertDativ}.',
    ],
    short: [
      'die Lieferzeit beträgt {wert}.',
      'geliefert wird {er} nach {wertDativ}.',
      'die Zustellung dauert {wert}.',
      'als Lieferzeit sind {wert} vorgesehen.',
      'bis zur Anlieferung vergehen {wert}.',
    ],
  },
  bestellnummer: {
    named: [
      '{nom} hat die Bestellnummer {wert}.',
      'unter der Bestellnummer {wert} führen wir {akk}.',
      'bestellen Sie {akk} unter {wert}.',
      'die Artikelnummer {gen} ist {wert}.',
      'im Lager liegt {nom} unter der Nummer {wert}.',
      'zu {dat} gehört die Bestellnummer {wert}.',
      'die Nummer {wert} steht im Katalog neben {dat}.',
    ],
    short: [
      'die Bestellnummer lautet {wert}.',
      'im Katalog steht {er} unter {wert}.',
      'die Artikelnummer heißt {wert}.',
      'bitte geben Sie als Bestellnummer {wert} an.',
      'zu finden ist {er} unter der Nummer {wert}.',
    ],
  },
  farbe: {
    named: [
      '{nom} hat die Farbe {wert}.',
      'die Farbe {gen} ist {wert}.',
      'ausgeliefert wird {nom} in {wert}.',
      '{nom} kommt in der Farbe {wert} aus der [Lackiererei|Halle].',
      'als Farbton ist bei {dat} {wert} vorgesehen.',
      'wir liefern {akk} in {wert}.',
      'in {wert} fällt {nom} in jeder Werkstatt auf.',
    ],
    short: [
      'die Farbe ist {wert}.',
      'lieferbar ist {er} in {wert}.',
      'als Farbton haben wir {wert} gewählt.',
      'in der Halle erkennt man {ihn} an der Farbe {wert}.',
      'die Farbe heißt {wert}.',
    ],
  },
  leistung: {
    named: [
      'die Leistung {gen} beträgt {wert}.',
      '{nom} leistet {wert}.',
      'mit {wert} ist {nom} [kräftig genug|gut gerüstet] für den täglichen Einsatz.',
      'für {akk} ist eine Leistung von {wert} angegeben.',
      'das Datenblatt {gen} nennt {wert} Leistung.',
      'am Typenschild {gen} steht eine Leistung von {wert}.',
      '{nom} arbeitet mit {wert}.',
    ],
    short: [
      'die Leistung liegt bei {wert}.',
      'angegeben ist eine Leistung von {wert}.',
      'unter voller Last nimmt {er} {wert} auf.',
      '{er} hat {wert}.',
      'im Datenblatt stehen dazu {wert}.',
    ],
  },
  material: {
    named: [
      'das Material {gen} ist {wert}.',
      '{nom} ist aus {wert} gefertigt.',
      'für {akk} verwenden wir {wert}.',
      'als Werkstoff dient bei {dat} {wert}.',
      'gefertigt wird {nom} aus {wert}.',
      'wir bauen {akk} aus {wert}.',
      '{wert} ist das Material {gen}.',
    ],
    short: [
      'als Material dient {wert}.',
      '{er} ist aus {wert} gemacht.',
      'der Werkstoff ist {wert}.',
      'verarbeitet wird dafür {wert}.',
      'das Material heißt {wert}.',
    ],
  },
  durchwahl: {
    named: [
      '{nom} hat die Durchwahl {wert}.',
      'unter der Durchwahl {wert} erreichen Sie {akk}.',
      'wählen Sie für {akk} bitte die Durchwahl {wert}.',
      'am Telefon meldet sich {nom} unter der Durchwahl {wert}.',
      'zu {dat} führt die Durchwahl {wert}.',
    ],
    short: ['die Durchwahl ist {wert}.', 'telefonisch gilt die Durchwahl {wert}.'],
  },
  mail: {
    named: [
      '{nom} hat die E-Mail-Adresse {wert}.',
      'eine E-Mail an {akk} richten Sie an {wert}.',
      'schreiben Sie {dat} an {wert}.',
      'per E-Mail erreichen Sie {akk} unter {wert}.',
    ],
    short: ['die E-Mail-Adresse ist {wert}.', 'Nachrichten gehen an {wert}.'],
  },
  ort: {
    named: [
      'Sie finden {akk} {wert}.',
      '{nom} sitzt {wert}.',
      'der Standort {gen} ist {wert}.',
      'wer zu {dat} will, findet den Eingang {wert}.',
      '{nom} liegt {wert}.',
    ],
    short: ['der Standort ist {wert}.', 'zu finden ist {er} {wert}.'],
  },
  zeiten: {
    named: [
      'am {tag} hat {nom} von {wert} geöffnet.',
      'am {tag} ist {nom} von {wert} offen.',
      'am {tag} empfängt {nom} Besucher von {wert}.',
      'für {akk} gilt am {tag} die Öffnungszeit {wert}.',
    ],
    short: ['am {tag} gilt die Zeit {wert}.', 'am {tag} ist von {wert} offen.'],
  },
};
