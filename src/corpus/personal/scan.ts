/**
 * A text under search: counted reading, character classes, what stands before a place, and the candidates found so far.
 * It knows no kind. Every look at the text beyond the one pass over it goes through here, so that a test can count it.
 */
import type { PersonalFinding, PersonalKind } from './kinds.ts';

const LETTER_LIMIT = 0x250;
const LETTERS = new Uint8Array(LETTER_LIMIT);
for (let code = 0; code < LETTER_LIMIT; code++) {
  const character = String.fromCharCode(code);
  if (character.toLowerCase() !== character) LETTERS[code] = 2;
  else if (character.toUpperCase() !== character && code !== 0xb5) LETTERS[code] = 1;
}

export const isDigit = (code: number): boolean => code >= 48 && code <= 57;
/** Latin letters with their accents; other scripts count as no letters. */
export const isLetter = (code: number): boolean => code < LETTER_LIMIT && LETTERS[code]! > 0;
export const isUpper = (code: number): boolean => code < LETTER_LIMIT && LETTERS[code] === 2;
export const isLower = (code: number): boolean => code < LETTER_LIMIT && LETTERS[code] === 1;
/** A to Z alone. */
export const isCapital = (code: number): boolean => code >= 65 && code <= 90;
export const isWordPart = (code: number): boolean => isDigit(code) || isLetter(code);
/** A blank within a line: space, tab, no-break, thin and narrow spaces. */
export const isBlank = (code: number): boolean =>
  code === 32 || code === 9 || code === 0xa0 || code === 0x2009 || code === 0x202f;

export const HYPHEN = 45;
export const DOT = 46;
export const SLASH = 47;

/** How far a check looks back for the words that explain a number. */
const CONTEXT_WIDTH = 64;

export class Scan {
  readonly text: string;
  readonly candidates: PersonalFinding[] = [];
  /** Cells of tables under a telling heading, in order. Looked up in the order of the text. */
  cells: readonly { readonly start: number; readonly end: number; readonly heading: string }[] = [];
  #cell = 0;
  /** Characters looked at beyond the one pass. */
  steps = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The UTF-16 unit at `index`, 0 outside the text. */
  at(index: number): number {
    this.steps++;
    return index >= 0 && index < this.text.length ? this.text.charCodeAt(index) : 0;
  }

  slice(start: number, end: number): string {
    this.steps += end - start;
    return this.text.slice(start, end);
  }

  /** What stands before `index`, at most `width` characters; in a table cell its heading stands before. */
  before(index: number, width: number = CONTEXT_WIDTH): string {
    while (this.#cell < this.cells.length && this.cells[this.#cell]!.end <= index) this.#cell++;
    const cell = this.cells[this.#cell];
    if (cell === undefined || cell.start > index) return this.slice(Math.max(0, index - width), index);
    return `${cell.heading}: ${this.slice(cell.start, index)}`;
  }

  after(index: number, width: number): string {
    return this.slice(index, Math.min(this.text.length, index + width));
  }

  startsWith(word: string, index: number): boolean {
    this.steps++;
    if (!this.text.startsWith(word, index)) return false;
    this.steps += word.length;
    return true;
  }

  /** The index after the blanks at `index`, at most eight of them. */
  skipBlanks(index: number): number {
    let end = index;
    while (end < index + 8 && isBlank(this.at(end))) end++;
    return end;
  }

  add(kind: PersonalKind, start: number, end: number, rule: string, confidence: 'certain' | 'likely'): number {
    this.candidates.push({ kind, start, end, rule: `${kind}.${rule}`, confidence });
    return end;
  }
}

/** A number written in groups of digits with single separators between them. */
export interface GroupedDigits {
  readonly digits: string;
  readonly groups: readonly number[];
  readonly end: number;
}

/**
 * Reads digits from `start`, in groups parted by one character of `separators` (two where a blank follows or precedes,
 * as in ` / `), up to `mostDigits`. A longer number gives undefined.
 */
export function readGroups(
  scan: Scan,
  start: number,
  mostDigits: number,
  separators: string,
): GroupedDigits | undefined {
  let digits = '';
  const groups: number[] = [];
  let index = start;
  let end = start;
  for (;;) {
    const from = index;
    while (isDigit(scan.at(index)) && index - from <= mostDigits) index++;
    if (index === from) break;
    digits += scan.text.slice(from, index);
    if (digits.length > mostDigits) return undefined;
    groups.push(index - from);
    end = index;
    let skipped = 0;
    while (skipped < 3 && separators.includes(scan.text.charAt(index)) && index < scan.text.length) {
      skipped++;
      index++;
    }
    if (skipped === 0 || !isDigit(scan.at(index))) break;
  }
  return groups.length === 0 ? undefined : { digits, groups, end };
}
