/**
 * Finds personal data in a text: one pass over its characters, in which digits, `@`, `:`, `<` and the first letters of
 * telling words call the careful checks; each of those looks at a bounded stretch, so the time grows with the length of
 * the text and with nothing else. It knows no document and no policy.
 */
import { findAddress, findEnglishAddress } from './addresses.ts';
import { findStarDate } from './birth-dates.ts';
import { findIban, ibanLength } from './iban.ts';
import {
  findCard,
  findHealthInsurance,
  findIdentityCard,
  findMachineReadableZone,
  findSocialSecurity,
  findTaxId,
  findTaxNumber,
  findVatId,
} from './identifiers.ts';
import { PERSONAL_KINDS, type PersonalFinding, type PersonalKind } from './kinds.ts';
import { bareName } from './names.ts';
import { findEmail, findIpv4, findIpv6 } from './network.ts';
import { findInternationalPhone, findNationalPhone } from './phones.ts';
import { findPlate } from './plates.ts';
import { findRepeatedNames } from './repeated-names.ts';
import { isBlank, isCapital, isDigit, isLetter, isUpper, isWordPart, Scan } from './scan.ts';
import { readTables } from './tables.ts';
import { runTelling, tellingGroup } from './telling-words.ts';

export interface FindOptions {
  /** Which kinds are looked for; all where absent. */
  readonly kinds?: readonly PersonalKind[];
  /** `certain` leaves out what only form and surroundings vouch for. Default `likely`. */
  readonly confidence?: 'certain' | 'likely';
  /** Told the number of characters looked at, the pass over the text included. */
  readonly onSteps?: (steps: number) => void;
}

const LETTER = 1;
const DIGIT = 2;
const MARK = 3;
const CLASSES = new Uint8Array(256);
for (let code = 0; code < 256; code++) {
  if (isDigit(code)) CLASSES[code] = DIGIT;
  else if (isLetter(code)) CLASSES[code] = LETTER;
}
for (const mark of '@:<*+([') CLASSES[mark.charCodeAt(0)] = MARK;

/** What a redacted value has become; nothing inside is looked at again. */
export const PLACEHOLDER = /^\[[A-Z]+(?:-[A-Z]+)?-[0-9a-f]{1,16}\]/;

/** Personal data in `text`, sorted by place, without overlap. Offsets are UTF-16. */
export function findPersonalData(text: string, options: FindOptions = {}): PersonalFinding[] {
  const scan = new Scan(text);
  scan.cells = readTables(scan);
  for (let index = 0; index < text.length; ) {
    const code = text.charCodeAt(index);
    const type = code < 256 ? CLASSES[code]! : isLetter(code) ? LETTER : 0;
    if (type === LETTER) index = atWord(scan, index, code);
    else if (type === DIGIT) index = atDigits(scan, index);
    else index = type === MARK ? atMark(scan, index, code) : index + 1;
  }
  findRepeatedNames(scan);
  options.onSteps?.(scan.steps + text.length);
  return choose(scan.candidates, options);
}

/** A word that may tell what follows, or be a given name where another capitalised one comes next. Returns its end. */
function atWord(scan: Scan, start: number, first: number): number {
  const { text } = scan;
  const group = first < 256 ? tellingGroup(first, text.charCodeAt(start + 1)) : 0;
  if (group > 0) runTelling(scan, start, group);
  let end = start + 1;
  for (;;) {
    const code = text.charCodeAt(end);
    if (code < 256 ? CLASSES[code] !== LETTER : !isLetter(code)) break;
    end++;
  }
  if (text.charCodeAt(end) === 32 && end - start < 16 && end - start > 1 && isUpper(first)) {
    const next = text.charCodeAt(end + 1);
    if (isUpper(next) || next === 118) bareName(scan, start, end); // v: `von`.
  }
  return end;
}

/** Everything that begins at or lies around a run of digits. Returns where the pass goes on. */
function atDigits(scan: Scan, start: number): number {
  let runEnd = start + 1;
  while (isDigit(scan.at(runEnd))) runEnd++;
  const count = runEnd - start;
  const previous = scan.at(start - 1);
  const next = scan.at(runEnd);
  const found = prefixedNumber(scan, start, count, previous, next) || plainNumber(scan, start, count, previous, next);
  if (found > runEnd) return found;
  if (count <= 5) nearDigits(scan, start, count, previous, next);
  return runEnd;
}

/** Numbers with letters before or among their digits. */
function prefixedNumber(scan: Scan, start: number, count: number, previous: number, next: number): number {
  let found = 0;
  if (isCapital(previous) || (isBlank(previous) && isCapital(scan.at(start - 2)))) {
    const letters = isCapital(previous) ? start : start - 1;
    if (isCapital(scan.at(letters - 2)) && !isWordPart(scan.at(letters - 3))) {
      if (count >= 2 && ibanLength(scan.text.slice(letters - 2, letters)) !== undefined)
        found = findIban(scan, letters - 2);
      if (found === 0) found = findVatId(scan, letters - 2);
    } else if (isCapital(scan.at(letters - 3)) && scan.startsWith('ATU', letters - 3)) {
      found = findVatId(scan, letters - 3);
    }
    if (found === 0 && !isWordPart(scan.at(letters - 2)) && (count === 9 || count === 3)) {
      found = findHealthInsurance(scan, letters - 1);
    }
  }
  if (found === 0 && (isCapital(previous) || isCapital(next)) && !isDigit(scan.at(start - 2))) {
    found = findIdentityCard(scan, start);
  }
  if (found === 0 && count >= 9 && count <= 10 && !isWordPart(previous)) found = findIdentityCard(scan, start);
  return found;
}

/** Numbers of digits alone. A short run without a second one behind it is none of them. */
function plainNumber(scan: Scan, start: number, count: number, previous: number, next: number): number {
  if (isWordPart(previous)) return 0;
  const grouped =
    !isWordPart(next) &&
    (isDigit(scan.at(start + count + 1)) || isDigit(scan.at(start + count + 2)) || isDigit(scan.at(start + count + 3)));
  let found = 0;
  if ((count === 2 || count === 8 || count === 4) && (isBlank(next) || next === 45 || next === 47 || isCapital(next))) {
    found = findSocialSecurity(scan, start);
  }
  if (found === 0 && count <= 3 && next === 46 && isDigit(scan.at(start + count + 1))) found = findIpv4(scan, start);
  const zero = scan.at(start) === 48;
  if (found === 0 && (grouped || count >= 9)) {
    if (!zero || count > 8) found = findCard(scan, start) || findTaxId(scan, start);
    if (found === 0) found = findTaxNumber(scan, start);
  }
  if (found === 0 && zero && (grouped || count >= 6)) {
    found = scan.at(start + 1) === 48 ? findInternationalPhone(scan, start) : findNationalPhone(scan, start);
  }
  return found;
}

/** What has a short number in it: a licence plate, an address. */
function nearDigits(scan: Scan, start: number, count: number, previous: number, next: number): void {
  const joined = isBlank(previous) || previous === 45;
  if (isCapital(previous) || (joined && isCapital(scan.at(start - 2)))) findPlate(scan, start, count);
  if (isBlank(previous)) findAddress(scan, start, count);
  if ((next === 32 || isUpper(next)) && isUpper(scan.at(start + count + (next === 32 ? 1 : 2)))) {
    findEnglishAddress(scan, start, count);
  }
}

function atMark(scan: Scan, index: number, code: number): number {
  let found = 0;
  if (code === 64) found = findEmail(scan, index);
  else if (code === 58) found = findIpv6(scan, index);
  else if (code === 60 && scan.at(index + 1) === 60) {
    found = findMachineReadableZone(scan, index);
    if (found === 0) {
      let end = index + 1;
      while (scan.text.charCodeAt(end) === 60) end++;
      return end;
    }
  } else if (code === 42) findStarDate(scan, index);
  else if (code === 43 && isDigit(scan.at(index + 1))) found = findInternationalPhone(scan, index);
  else if (code === 91 && isCapital(scan.at(index + 1))) {
    const placeholder = PLACEHOLDER.exec(scan.after(index, 40));
    if (placeholder !== null) return index + placeholder[0].length;
  }
  if ((code === 40 || code === 91) && (scan.startsWith('at)', index + 1) || scan.startsWith('at]', index + 1))) {
    found = findEmail(scan, index, 4);
  }
  return Math.max(found, index + 1);
}

/** Where candidates overlap, which kind says more. */
const RANK = new Map<PersonalKind, number>(
  (
    [
      'identity-card',
      'iban',
      'email',
      'ip',
      'social-security',
      'health-insurance',
      'vat-id',
      'tax-id',
      'card',
      'tax-number',
      'phone',
      'licence-plate',
      'birth-date',
      'address',
      'name',
    ] satisfies PersonalKind[]
  ).map((kind, rank) => [kind, rank]),
);

/** Sorted and without overlap: the surer finding stays, then the longer, then the more telling kind. */
function choose(candidates: readonly PersonalFinding[], options: FindOptions): PersonalFinding[] {
  const wanted = new Set(options.kinds ?? PERSONAL_KINDS);
  const sure = options.confidence === 'certain';
  const chosen: PersonalFinding[] = [];
  const sorted = candidates.filter((one) => wanted.has(one.kind) && (!sure || one.confidence === 'certain'));
  sorted.sort((a, b) => a.start - b.start || b.end - a.end || RANK.get(a.kind)! - RANK.get(b.kind)!);
  for (const candidate of sorted) {
    const last = chosen.at(-1);
    if (last === undefined || candidate.start >= last.end) chosen.push(candidate);
    else if (outranks(candidate, last)) chosen[chosen.length - 1] = candidate;
  }
  return chosen;
}

function outranks(candidate: PersonalFinding, last: PersonalFinding): boolean {
  if (candidate.confidence !== last.confidence) return candidate.confidence === 'certain';
  const longer = candidate.end - candidate.start - (last.end - last.start);
  if (candidate.kind === last.kind || Math.abs(longer) > 6) return longer > 0;
  return RANK.get(candidate.kind)! < RANK.get(last.kind)!;
}
