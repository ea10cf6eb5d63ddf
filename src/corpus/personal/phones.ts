/**
 * Telephone numbers, German and international. Country codes after ITU-T E.164, German area codes after the numbering
 * plan of the Bundesnetzagentur. It knows the words before a number, not the sentence around it.
 */
import { isBlank, isDigit, isWordPart, readGroups, type Scan } from './scan.ts';

const COUNTRY_CODE =
  /^(?:1|7|2[07]|3[0-46-9]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2[1-69]\d|35\d|37\d|38\d|42\d|50\d|59\d|67\d|68\d|69\d|80\d|85\d|88\d|96\d|97\d|99\d)/;

/** Area codes of three digits after the 0. Those of two are 30, 40, 69 and 89; the others have four or five. */
const THREE_DIGIT_AREAS = new Set(
  (
    '201 202 203 208 209 211 212 214 221 228 231 234 241 251 261 271 281 291 331 335 340 341 345 351 355 361 365 371 ' +
    '375 381 385 391 395 421 431 441 451 461 471 481 491 511 521 531 541 551 561 571 581 591 611 621 631 641 651 661 ' +
    '671 681 711 721 731 741 751 761 771 781 791 811 821 831 841 851 861 871 881 906 911 921 931 941 951 961 971 981 991'
  ).split(' '),
);

const PHONE_WORDS =
  /(?:\btel\b|telefon|\bfon\b|phone|fax|mobil|handy|rufnummer|rückruf|durchwahl|hotline|erreich|anruf|anrufen|\bruf\b|\bt:|\bm:|\bf:|☎|📞|whatsapp|notfall|notruf|festnetz|bereitschaft|rückfragen|\bunter(?=[:\s]{0,3}$)|\bcall|\bcell)[^\d]{0,32}$/i;
const OTHER_NUMBER =
  /(?:konto|blz|artikel|art\.|bestell|auftrag|rechnung|kunden|beleg|vorgang|serien|ean|gtin|isbn|lieferschein|sendung|vertrag|aktenzeichen|az\.|charge|zähler|inventar|ticket|projekt|material|plz|nr\.|nummer|no\.|order|invoice|part|item|serial|tracking|schein|police|akte|position|drucksache|drs\.|version|\bid\b|§|absatz|seite)[:\s]{0,4}$/i;

const SEPARATORS = ' \u00a0\u2009\u202f-/.()–';

/** A number that begins with `+` at `start` or with the digits `00` there. */
export function findInternationalPhone(scan: Scan, start: number): number {
  const plus = scan.at(start) === 43;
  const before = scan.at(start - 1);
  if (isWordPart(before) || before === 43 || before === 46 || before === 45) return 0;
  if (!plus && isBlank(before) && isDigit(scan.at(start - 2))) return 0; // The middle of a longer number.
  const number = readPhone(scan, start + (plus ? 1 : 2));
  if (number === undefined || number.digits.length < 8 || number.digits.length > 15) return 0;
  if (!COUNTRY_CODE.test(number.digits)) return 0;
  const named = PHONE_WORDS.test(scan.before(start));
  if (plus && !named && inThousands(number.groups)) return 0;
  if (!plus && !named && OTHER_NUMBER.test(scan.before(start))) return 0;
  if (!plus && !named && !/[ /(]/.test(scan.text.slice(start, number.end))) return 0;
  if (!plus && !named && (number.groups.length < 2 || number.digits.length < 9)) return 0;
  if (/^\s?(?:%|€|EUR|Euro|mm\b|kg\b|km\b)/.test(scan.after(number.end, 6))) return 0;
  return scan.add('phone', start, number.end, 'international', plus || named ? 'certain' : 'likely');
}

/** A number with a German area code at the digit 0 at `start`. An opening bracket before it belongs to it. */
export function findNationalPhone(scan: Scan, start: number): number {
  const bracket = scan.at(start - 1) === 40;
  const from = bracket ? start - 1 : start;
  const before = scan.at(from - 1);
  if (isWordPart(before) || before === 45 || before === 46 || before === 43 || before === 44) return 0;
  if (isBlank(before) && isDigit(scan.at(from - 2)) && scan.at(from - 3) !== 32) return 0;
  const number = readPhone(scan, start);
  if (number === undefined || number.digits.length < 7 || number.digits.length > 15) return 0;
  const { digits, groups } = number;
  const named = PHONE_WORDS.test(scan.before(from));
  if (!named && OTHER_NUMBER.test(scan.before(from))) return 0;
  if (!isAreaCode(digits, groups[0]!, groups.length > 1, named)) return 0;
  if (!named && (digits.length < 8 || (inEqualGroups(groups) && !/[ /(]/.test(scan.text.slice(start, number.end)))))
    return 0;
  return scan.add('phone', from, number.end, 'national', named ? 'certain' : 'likely');
}

/** `+22 372 598`: a change in a table of figures. */
function inThousands(groups: readonly number[]): boolean {
  return groups.length > 1 && groups.length < 5 && groups[0]! <= 3 && groups.slice(1).every((size) => size === 3);
}

/** `0781-5808-0644`: so are serial numbers written, not telephones. */
function inEqualGroups(groups: readonly number[]): boolean {
  return groups.length > 2 && groups.every((size) => size === groups[0]);
}

/** Whether the first group (0 and area code, or the whole number) can begin a German number. */
function isAreaCode(digits: string, firstGroup: number, grouped: boolean, named: boolean): boolean {
  if (/^01(?:5\d|6[023]|7\d)/.test(digits))
    return (
      digits.length >= 10 &&
      digits.length <= 13 &&
      (grouped ? firstGroup === 4 || firstGroup === 5 : digits.length >= 11)
    );
  if (/^0(?:800|180|700|900|137|32)/.test(digits)) return (grouped && digits.length >= 9) || named;
  if (!/^0[2-9]/.test(digits)) return false;
  if (!grouped) return named;
  if (firstGroup === 3) return /^0(?:30|40|69|89)/.test(digits);
  if (firstGroup === 4) return THREE_DIGIT_AREAS.has(digits.slice(1, 4));
  return named
    ? firstGroup >= 4
    : (firstGroup === 5 && !THREE_DIGIT_AREAS.has(digits.slice(1, 4))) || (firstGroup === 6 && digits.startsWith('03'));
}

/** Digits in groups with separators as people write them; stops before a line's end, a date or a second number. */
function readPhone(scan: Scan, start: number) {
  const number = readGroups(scan, start, 16, SEPARATORS);
  if (number === undefined) return undefined;
  if (isWordPart(scan.at(number.end)) || number.groups.length > 8) return undefined;
  if (number.groups.length > 1 && number.groups.filter((size) => size === 1).length > 3) return undefined;
  return number;
}
