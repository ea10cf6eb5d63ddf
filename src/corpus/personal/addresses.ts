/**
 * Street addresses: a street's name, a house number and, where they follow or precede, postal code and place. It is
 * called at the digits that may be a house number, so a text without numbers costs nothing. It knows no register of
 * streets; what a street is called it knows by its endings.
 */
import { DOT, HYPHEN, isBlank, isDigit, isLetter, isLower, isUpper, isWordPart, type Scan } from './scan.ts';

/** Endings that stand for nothing but a street. */
const SURE_ENDING = /(?:stra(?:ß|ss)e|str\.?|gasse|gässchen|allee|chaussee|promenade)$/i;
/** Endings that many other words have. */
const OPEN_ENDING =
  /(?:weg|platz|ring|ufer|damm|steig|stieg|stiege|pfad|graben|markt|wall|zeile|winkel|kamp|hof|berg|park|tor|feld|garten|gärten|brink|anger|twiete|siedlung|wiese|aue|terrasse|bogen|plan|leite|rain|brücke|höhe|insel|kai)$/i;
/** Words with such an ending that number something else. */
const NO_STREET =
  /(?:^|-)(?:arbeits|park|stell|sitz|steh|lager|spiel|steck|listen|start|studien|ausbildungs|praktikums|liege|tank|speicher|lade|bau|rast|zelt|kinder|betreuungs|heim|pflege|test|mess|einbau|abstell|rechts|dienst|instanzen|verwaltungs|beschwerde|klage|rad|geh|flucht|rettungs|aus|um|hin|rück|verkehrs|umleitungs|verfahrens|lern|entwicklungs|lösungs|transport|vertriebs|kommunikations|dicht|kolben|o|spreng|spann|sicherungs|lauf|klemm|nutring|abstands|schlüssel|super|welt|binnen|fach|aktien|finanz|geld|kapital|absatz|tabellen|rang|podest|bildschirm|büro|schul|messe|flug|wochen|jahr)(?:weg|platz|ring|markt|pfad|hof|park|tor|feld|berg|bogen|plan|graben)$/i;
const NUMBERED_ROAD =
  /^(?:bundes|landes|kreis|staats|fertigungs|montage|produktions|lackier|wasch|auto|durchgangs|orts)stra(?:ß|ss)e$/i;
const ADJECTIVE =
  /^(?:Alte[rsn]?|Neue[rsn]?|Große[rsn]?|Grosse[rsn]?|Kleine[rsn]?|Obere[rsn]?|Untere[rsn]?|Lange[rsn]?|Kurze[rsn]?|Innere|Äußere|Hohe[rsn]?|Hintere[rsn]?|Vordere[rsn]?|Mittlere[rsn]?|Breite[rsn]?|Schöne[rsn]?|Bad|Sankt|St\.|Am|An|Auf|Im|In|Zum|Zur|Unter|Beim|Hinter)$/;
const ADDRESS_WORDS =
  /(?:wohnhaft|wohnt|wohne|anschrift|adresse|\bstra(?:ß|ss)e\b[^\n:]{0,24}:|\bsitz\b|address|ansässig|zugestellt|geliefert|lieferung|lives? (?:at|in)|umgezogen|umzug)[^\n]{0,36}$/i;
const ENGLISH_ENDING =
  /^(?:Street|Road|Avenue|Lane|Drive|Boulevard|Square|Terrace|Close|Rd\.|Ave\.|Blvd\.?)(?![A-Za-z])/;
const PREFIX_OF_PLACE =
  /^(?:Bad|Sankt|St\.|Markt|Schwäbisch|Bergisch|Königs|Hann\.|Groß|Klein|Neu|Alt|Hansestadt|Castrop)$/;
const PLACE_TAIL =
  /^(?: am [A-ZÄÖÜ][a-zäöüß]+| im [A-ZÄÖÜ][a-zäöüß]+| an der [A-ZÄÖÜ][a-zäöüß]+| ob der [A-ZÄÖÜ][a-zäöüß]+| in der [A-ZÄÖÜ][a-zäöüß]+| in [A-ZÄÖÜ][a-zäöüß]+| bei [A-ZÄÖÜ][a-zäöüß]+| a\. ?d\. [A-ZÄÖÜ][a-zäöüß]+| a\. ?[A-ZÄÖÜ][a-zäöüß]+\.?| v\. ?d\. [A-ZÄÖÜ]\w+| vor der [A-ZÄÖÜ][a-zäöüß]+| \(Oder\)| \([A-ZÄÖÜ][a-zäöüß]+\)|\/[A-ZÄÖÜ][a-zäöüß]+)/;

/** An address whose house number (`count` digits) begins at `digits`. */
export function findAddress(scan: Scan, digits: number, count: number): number {
  if (count > 4 || !isBlank(scan.at(digits - 1)) || scan.at(digits) === 48) return 0;
  const wordEnd = digits - 1;
  if (!isLetter(scan.at(wordEnd - 1)) && scan.at(wordEnd - 1) !== DOT) return 0;
  const numberEnd = houseNumberEnd(scan, digits + count);
  if (numberEnd === 0) return 0;
  const wordStart = streetWordStart(scan, wordEnd);
  const word = scan.text.slice(wordStart, wordEnd);
  const sure = SURE_ENDING.test(word);
  const open = !sure && OPEN_ENDING.test(word);
  const placeEnd = postalPlaceEnd(scan, numberEnd, sure || open);
  if (!sure && !open && (placeEnd === 0 || wordEnd - wordStart < 3)) {
    return wordEnd - wordStart < 3 ? 0 : labelledStreet(scan, wordStart, numberEnd);
  }
  const start = sure || open ? streetStart(scan, wordStart, word) : phraseStart(scan, wordStart);
  if (start === -1) return 0;
  if (placeEnd > 0) return scan.add('address', start, placeEnd, 'street-and-place', 'certain');
  const named = ADDRESS_WORDS.test(scan.before(start));
  const whole = scan.text.slice(start, wordEnd);
  const before = placeBefore(scan, start);
  if (before >= 0) return scan.add('address', before, numberEnd, 'place-and-street', 'certain');
  if (NUMBERED_ROAD.test(word) || NO_STREET.test(word)) return 0;
  if (open && !named && !opensStreet(scan, start, whole, numberEnd)) return 0;
  return scan.add('address', start, numberEnd, 'street', named ? 'certain' : 'likely');
}

const STREET_LABEL = /(?:anschrift|adresse|stra(?:ß|ss)e|hausnummer|haus-?nr\.?|wohnhaft|address)\)?:\s{1,3}$/i;

/** `Anschrift: Am Mühlbach 109`: right after such a label anything with a house number is a street. */
function labelledStreet(scan: Scan, wordStart: number, numberEnd: number): number {
  const start = phraseStart(scan, wordStart);
  if (start < 0 || !STREET_LABEL.test(scan.before(start, 24))) return 0;
  return scan.add('address', start, numberEnd, 'labelled', 'certain');
}

/** Without place and label, a street by an open ending has to be one capitalised compound and nothing countable. */
function opensStreet(scan: Scan, start: number, whole: string, numberEnd: number): boolean {
  if (!/^[A-ZÄÖÜ][A-Za-zäöüßÄÖÜ.-]{5,40}(?: [A-ZÄÖÜ][a-zäöüß]+)?$/.test(whole)) return false;
  if (!/(?:weg|platz|ufer|damm|steig|stieg|markt|pfad|kamp|graben|ring)$/.test(whole)) return false;
  if (/^(?: ?(?:x \d|mm|cm|m|kg|%|€|EUR|Stück|Uhr)\b)/.test(scan.after(numberEnd, 8))) return false;
  const before = scan.before(start, 24);
  if (whole.endsWith('platz') && !/(?:^|\n|\b(?:am|vom|zum) )[ \t]*$/i.test(before)) return false;
  return (
    !/(?:der|den|dem|ein|eine|einen|pro|je|auf|von|mit|ohne|Pos\.|Nr\.|Artikel|\d)\s$/.test(before) ||
    /(?:im|am|wohnt)\s$/.test(before)
  );
}

/** The end of a house number: letter, range or part may follow the digits. 0 where the number goes on as another. */
function houseNumberEnd(scan: Scan, digitsEnd: number): number {
  let end = digitsEnd;
  if (isLower(scan.at(end)) && !isWordPart(scan.at(end + 1))) end++;
  else if (isUpper(scan.at(end)) && !isWordPart(scan.at(end + 1)) && scan.at(end) < 73) end++;
  else if (scan.at(end) === 32 && isLower(scan.at(end + 1)) && scan.at(end + 1) < 105 && !isWordPart(scan.at(end + 2)))
    end += 2;
  else if (isWordPart(scan.at(end))) return 0;
  let range = end;
  if (isBlank(scan.at(range))) range++;
  const mark = scan.at(range);
  if (mark === HYPHEN || mark === 0x2013 || mark === 47) {
    let next = range + 1;
    if (isBlank(scan.at(next))) next++;
    const from = next;
    while (next - from < 4 && isDigit(scan.at(next))) next++;
    if (next > from && !isDigit(scan.at(next))) {
      end = next;
      if (isLower(scan.at(end)) && !isWordPart(scan.at(end + 1))) end++;
    }
  }
  const code = scan.at(end);
  if ((code === DOT || code === 44 || code === 58) && isDigit(scan.at(end + 1))) return 0;
  return isWordPart(code) ? 0 : end;
}

const POSTAL_LEAD =
  /^[ \t,;|·–\u00a0/-]{0,4}(?:\r?\n[ \t]{0,12}){0,2}(?:in )?(?:(?:DE?|A|CH|AT)[- ]{1,2})?(?=\d{4,5}[ \n\u00a0])/;

/** The end of `12345 Ort` after the house number, or 0. A comma, bars, dashes or a line's end may stand between. */
function postalPlaceEnd(scan: Scan, numberEnd: number, named: boolean): number {
  const first = scan.at(numberEnd);
  if (first === 0 || (!isBlank(first) && !', \n|;·-/–'.includes(String.fromCharCode(first)))) return 0;
  const lead = POSTAL_LEAD.exec(scan.after(numberEnd, 40));
  if (lead === null || lead[0] === '') return 0;
  const code = numberEnd + lead[0].length;
  let end = code;
  while (isDigit(scan.at(end)) && end - code < 6) end++;
  if (end - code > 5 || (end - code === 4 && !(named && /(?:A|CH|AT)[- ]{1,2}$|,\s*$/.test(lead[0])))) return 0;
  const gap = /^(?: |\u00a0|\n[ \t]{0,12})(?=\p{Lu})/u.exec(scan.after(end, 14));
  return gap === null ? 0 : placeEnd(scan, end + gap[0].length);
}

/** The end of the name of a place that begins at `start`, or 0. */
function placeEnd(scan: Scan, start: number): number {
  let end = wordEndAt(scan, start);
  if (end - start < 2) return 0;
  const first = scan.text.slice(start, scan.at(end) === DOT ? end + 1 : end);
  if (PREFIX_OF_PLACE.test(first)) {
    const next = start + first.length + (scan.at(start + first.length) === 32 ? 1 : 0);
    const nextEnd = wordEndAt(scan, next);
    if (nextEnd > next) end = nextEnd;
  }
  const tail = PLACE_TAIL.exec(scan.after(end, 40));
  return tail === null ? end : end + tail[0].length;
}

/** The end of a capitalised word at `start` with hyphens within, or `start`. */
function wordEndAt(scan: Scan, start: number): number {
  if (!isUpper(scan.at(start))) return start;
  let end = start + 1;
  while (end - start < 40 && (isLetter(scan.at(end)) || (scan.at(end) === HYPHEN && isUpper(scan.at(end + 1))))) end++;
  return end;
}

function streetWordStart(scan: Scan, wordEnd: number): number {
  let start = wordEnd;
  while (wordEnd - start < 48) {
    const code = scan.at(start - 1);
    if (!isLetter(code) && code !== HYPHEN && code !== DOT && code !== 0x2019 && code !== 39) break;
    start--;
  }
  return start;
}

const BARE =
  /^(?:stra(?:ß|ss)e|str\.?|gasse|allee|chaussee|promenade|weg|platz|ring|ufer|damm|steig|pfad|markt|graben|wall|hof|berg|park|tor|feld|garten)$/i;

/** Where a street begins whose last word is known, or -1 where that word alone makes none. */
function streetStart(scan: Scan, wordStart: number, word: string): number {
  const bare = BARE.test(word);
  if (bare && !isUpper(word.charCodeAt(0))) return -1;
  if (!bare && !isUpper(word.charCodeAt(0))) return -1;
  let start = wordStart;
  for (let words = 0; words < 3; words++) {
    if (!isBlank(scan.at(start - 1))) break;
    const previous = streetWordStart(scan, start - 1);
    const text = scan.text.slice(previous, start - 1);
    const qualifies =
      ADJECTIVE.test(text) ||
      (bare && start === wordStart && /^[A-ZÄÖÜ][a-zäöüßA-ZÄÖÜ.-]*(?:er|en|s|e)$/.test(text)) ||
      (start < wordStart && /^(?:Bad|Alten?|Am|An|Im|In|der|dem|den)$/.test(text) && isUpper(text.charCodeAt(0)));
    if (!qualifies && !(words === 0 && /^(?:der|dem|den)$/.test(text) && prepositionBefore(scan, previous) >= 0)) break;
    start = qualifies ? previous : prepositionBefore(scan, previous);
  }
  return bare && start === wordStart ? -1 : start;
}

/** The start of a capitalised `An`, `In`, `Auf` … right before `index`, or -1. */
function prepositionBefore(scan: Scan, index: number): number {
  if (!isBlank(scan.at(index - 1))) return -1;
  const start = streetWordStart(scan, index - 1);
  return /^(?:An|In|Auf|Unter|Hinter|Bei|Vor|Über|Zu|Neben|Zwischen)$/.test(scan.text.slice(start, index - 1))
    ? start
    : -1;
}

const OPENING =
  /^(?:An|In|Auf|Unter|Hinter|Vor|Am|Im|Zum|Zur|Beim|Bei|Über|Straße|Platz|Weg|Allee|Postfach|Alte[rsn]?|Neue[rsn]?|Haus|Gut|Schloss)$/;
const BETWEEN = /^(?:der|des|dem|den|von|zu|zur|zum|am|an|im|in|auf|und|\d{1,2}\.|[a-zäöü]{3,12}en)$/;

/** Where a street without a telling ending begins (`Unter den Linden 5, 10117 Berlin`): up to five words back. */
function phraseStart(scan: Scan, wordStart: number): number {
  let start = wordStart;
  let best = isUpper(scan.at(start)) ? start : -1;
  for (let words = 0; words < 5 && scan.at(start - 1) === 32; words++) {
    let previous = start - 1;
    while (
      start - previous < 24 &&
      (isWordPart(scan.at(previous - 1)) || scan.at(previous - 1) === DOT || scan.at(previous - 1) === HYPHEN)
    )
      previous--;
    const text = scan.text.slice(previous, start - 1);
    const opens = OPENING.test(text);
    if (!opens && !BETWEEN.test(text) && !/^[A-ZÄÖÜ][a-zäöüß]+$/.test(text)) break;
    start = previous;
    if (opens) best = start;
  }
  return best;
}

/** Where `12345 Ort, ` begins right before a street, or -1. */
function placeBefore(scan: Scan, start: number): number {
  const match = /(?:^|[^\d\w])((?:D-)?\d{5} [A-ZÄÖÜ][A-Za-zäöüßÄÖÜ. -]{1,30}, ?)$/.exec(scan.before(start, 44));
  return match === null ? -1 : start - match[1]!.length;
}

/** An English address whose house number begins at `digits`: up to three words and `Street`, `Road` … */
export function findEnglishAddress(scan: Scan, digits: number, count: number): number {
  if (count > 5 || isWordPart(scan.at(digits - 1))) return 0;
  let index = digits + count;
  if (isUpper(scan.at(index)) && scan.at(index + 1) === 32) index++;
  if (scan.at(index) !== 32 || !isUpper(scan.at(index + 1))) return 0;
  for (let words = 0; words < 4; words++) {
    const start = index + 1;
    const ending = words === 0 ? null : ENGLISH_ENDING.exec(scan.after(start, 12));
    if (ending !== null) return scan.add('address', digits, start + ending[0].length, 'english-street', 'likely');
    const end = wordEndAt(scan, start);
    if (end - start < 2 || scan.at(end) !== 32) return 0;
    index = end;
  }
  return 0;
}
