/**
 * Dates of birth: a date beside a word that says so. It knows forms of dates and which words tie them to a person; the
 * dates of laws (`nach dem 31. Dezember 1946 geboren`) are none.
 */
import { isDigit, isLetter, type Scan } from './scan.ts';

const MONTHS =
  '(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|January|February|March|' +
  'May|June|July|October|December|Jan\\.?|Feb\\.?|Mär\\.?|Mar\\.?|Apr\\.?|Jun\\.?|Jul\\.?|Aug\\.?|Sept?\\.?|Okt\\.?|Oct\\.?|Nov\\.?|Dez\\.?|Dec\\.?)';
const YEAR = '(?:19\\d\\d|20[0-3]\\d)';
const DAY = '(?:0?[1-9]|[12]\\d|3[01])';
const MONTH = '(?:0?[1-9]|1[0-2])';
const FORMS = [
  `${DAY}\\.\\s?${MONTH}\\.\\s?(?:${YEAR}|\\d\\d(?!\\d))`,
  `${DAY}\\.?\\s${MONTHS}\\s${YEAR}`,
  `${YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])`,
  `${DAY}[/-]${MONTH}[/-]${YEAR}`,
  `${DAY}(?:st|nd|rd|th)?\\s(?:of\\s)?${MONTHS},?\\s${YEAR}`,
];
const DATE_HERE = new RegExp(`^(?:${FORMS.join('|')})(?!\\d)`);
const ENGLISH_DATE = new RegExp(`^${MONTHS}\\s${DAY}(?:st|nd|rd|th)?,?\\s${YEAR}(?!\\d)`);
const DATE_BEFORE = new RegExp(
  `(?:^|[^\\d.])(${FORMS.join('|')})\\)?,?\\s+(?:in\\s+[A-ZÄÖÜ][A-Za-zÄÖÜäöüß-]{1,30}\\s+)?$`,
);
const NO_BIRTH =
  /vor dem|nach dem|\bbis\b|\bab\b|seit|zwischen|spätestens|frühestens|§|\d|;|\?|\bund\b|before|after|until|[.!]\s+\p{Lu}/iu;

/** How far the date may stand after its word. */
const REACH = 56;

/** The end of a date that begins at `index`, or 0. */
export function dateEnd(scan: Scan, index: number): number {
  const text = scan.after(index, 24);
  const match = isDigit(text.charCodeAt(0)) ? DATE_HERE.exec(text) : ENGLISH_DATE.exec(text);
  return match === null ? 0 : index + match[0].length;
}

/** Looks after a word for birth that ends at `wordEnd` for its date; `born`: before the word as well. */
export function findBirthDate(scan: Scan, wordStart: number, wordEnd: number, born: boolean): number {
  const following = scan.after(wordEnd, REACH);
  const place = /\d|(?:January|February|March|April|May|June|July|August|September|October|November|December)\s\d/.exec(
    following,
  );
  if (place !== null) {
    const between = following
      .slice(0, place.index)
      .replace(/^\.(?=[\s:-])/, '')
      .replace(/\bgeb\./gi, 'geb');
    const start = wordEnd + place.index;
    const end = dateEnd(scan, start);
    if (end > 0 && !NO_BIRTH.test(between) && lineBreaks(between) < 2) {
      return scan.add('birth-date', start, end, 'after-word', 'certain');
    }
  }
  if (!born) return 0;
  const preceding = scan.before(wordStart, 80);
  const match = DATE_BEFORE.exec(preceding);
  if (match === null) return 0;
  const from = preceding.lastIndexOf(match[1]!);
  const lead = preceding.slice(0, from);
  if (!/(?:\bam|\bdie am|\bder am|\bon)\s$/i.test(lead)) return 0;
  const start = Math.max(0, wordStart - 80) + from;
  scan.add('birth-date', start, start + match[1]!.length, 'before-word', 'likely');
  return 0;
}

/** A date after the star of genealogy, `*12.03.1980`. */
export function findStarDate(scan: Scan, star: number): number {
  const start = scan.skipBlanks(star + 1);
  if (start - star > 2 || !isDigit(scan.at(start)) || isLetter(scan.at(star - 1))) return 0;
  const before = scan.at(star - 1);
  if (before === 42 || isDigit(before)) return 0;
  const end = dateEnd(scan, start);
  if (end === 0 || scan.at(end) === 42 || !/(?:19|20)\d\d$/.test(scan.text.slice(start, end))) return 0;
  return scan.add('birth-date', start, end, 'star', 'likely');
}

function lineBreaks(text: string): number {
  return text.split('\n').length - 1;
}
