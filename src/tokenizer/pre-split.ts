/**
 * The pre-split: cuts text into the words within which merges happen. Each pattern of `patterns.ts` is written by hand
 * here, over UTF-8 bytes, because bytes that are no text must be cut too and no string has to be made; tests hold each
 * equal to its pattern. It knows no vocabulary.
 */
import { PATTERN_TEXTS, type PatternName, patternExpression } from './patterns.ts';

/** The pattern of the tokenizers trained here. */
export const SPLIT_PATTERN: string = PATTERN_TEXTS.expchat;

/** The pattern of the tokenizers trained here as a JavaScript expression. */
export function splitExpression(): RegExp {
  return patternExpression('expchat');
}

/**
 * The end of the word that begins at `start` in UTF-8 `bytes`, at most `end`; `start < end`. A byte that is no part of
 * valid UTF-8 counts as a symbol of its own. Linear in the length over a whole text.
 */
export type WordEnd = (bytes: Uint8Array, start: number, end: number) => number;

// Classes are bits, so that a set of classes is a number and a test is one `&`.
const UPPER = 1; // Lu, Lt
const LOWER = 2; // Ll
const OTHER_LETTER = 4; // Lm, Lo
const MARK = 8;
const NUMBER = 16;
const NEWLINE = 32; // \r and \n alone
const SPACE = 64; // the rest of White_Space
const SYMBOL = 128; // everything else
/** In `BYTE_CLASS` only: the byte begins (or is inside) a sequence of several bytes. In no set of classes. */
const SEVERAL = 0;

const LETTERS = UPPER | LOWER | OTHER_LETTER;
const WHITE = NEWLINE | SPACE;

const BLANK = 0x20;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;

function classOf(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  if (/\p{Ll}/u.test(character)) return LOWER;
  if (/[\p{Lu}\p{Lt}]/u.test(character)) return UPPER;
  if (/\p{L}/u.test(character)) return OTHER_LETTER;
  if (/\p{M}/u.test(character)) return MARK;
  if (/\p{N}/u.test(character)) return NUMBER;
  if (/[\r\n]/.test(character)) return NEWLINE;
  return /\p{White_Space}/u.test(character) ? SPACE : SYMBOL;
}

const BYTE_CLASS = Uint8Array.from({ length: 256 }, (_, byte) => (byte < 0x80 ? classOf(byte) : SEVERAL));

/** Classes of 256 code points each, made when one of them is first met. */
const pages: (Uint8Array | undefined)[] = new Array(0x1100).fill(undefined);

function makePage(page: number): Uint8Array {
  const classes = Uint8Array.from({ length: 256 }, (_, low) => classOf(page * 256 + low));
  pages[page] = classes;
  return classes;
}

const STRAY_BYTE = (SYMBOL << 3) | 1;

/** The bytes of the sequence that begins at `at`, in the low three bits, its class above; a stray byte is a symbol. */
function severalAt(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at]!;
  if (lead < 0xc2 || lead > 0xf4) return STRAY_BYTE;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (at + length > end) return STRAY_BYTE;
  let codePoint = lead & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i]!;
    if ((byte & 0xc0) !== 0x80) return STRAY_BYTE;
    codePoint = (codePoint << 6) | (byte & 0x3f);
  }
  if (codePoint > 0x10ffff || (length === 3 && codePoint < 0x800) || (length === 4 && codePoint < 0x10000)) {
    return STRAY_BYTE;
  }
  // Halves of surrogate pairs written as three bytes are no UTF-8.
  if (codePoint >= 0xd800 && codePoint < 0xe000) return STRAY_BYTE;
  const classes = pages[codePoint >> 8] ?? makePage(codePoint >> 8);
  return (classes[codePoint & 0xff]! << 3) | length;
}

/** Class and length of the character at `at`, packed as `severalAt` does. */
function characterAt(bytes: Uint8Array, at: number, end: number): number {
  const byteClass = BYTE_CLASS[bytes[at]!]!;
  return byteClass === SEVERAL ? severalAt(bytes, at, end) : (byteClass << 3) | 1;
}

/** The end of the run of characters of the classes `wanted` that begins at `at`; `at` itself where there is none. */
function runEnd(bytes: Uint8Array, at: number, end: number, wanted: number): number {
  let position = at;
  while (position < end) {
    const byteClass = BYTE_CLASS[bytes[position]!]!;
    if ((byteClass & wanted) !== 0) {
      position++;
    } else if (byteClass === SEVERAL) {
      const several = severalAt(bytes, position, end);
      if (((several >> 3) & wanted) === 0) return position;
      position += several & 7;
    } else {
      return position;
    }
  }
  return position;
}

/** The end of at most `most` numbers that begin at `at`. */
function numbersEnd(bytes: Uint8Array, at: number, end: number, most: number): number {
  let position = at;
  for (let count = 0; count < most && position < end; count++) {
    const character = characterAt(bytes, position, end);
    if (character >> 3 !== NUMBER) break;
    position += character & 7;
  }
  return position;
}

/**
 * The run of white space from `at`: all of it at the end of the text, all but its last character where text follows and
 * there are two. With `newlines` it first ends after its last newline, where it has one.
 */
function whiteSpaceEnd(bytes: Uint8Array, at: number, end: number, newlines: boolean): number {
  let position = at;
  let last = at;
  let afterNewline = -1;
  while (position < end) {
    const character = characterAt(bytes, position, end);
    const kind = character >> 3;
    if ((kind & WHITE) === 0) break;
    last = position;
    position += character & 7;
    if (kind === NEWLINE) afterNewline = position;
  }
  if (newlines && afterNewline !== -1) return afterNewline;
  return position === end || last === at ? position : last;
}

/** Bytes after an apostrophe at `at` that make an English contraction, the apostrophe with them; 0 for none. */
function contractionLength(bytes: Uint8Array, at: number, end: number, anyCase: boolean): number {
  if (at + 1 >= end) return 0;
  const fold = anyCase ? 0x20 : 0;
  const first = bytes[at + 1]! | fold;
  if (first === 0x73 || first === 0x74 || first === 0x6d || first === 0x64) return 2; // s t m d
  if (at + 2 >= end) return 0;
  const second = bytes[at + 2]!;
  if (anyCase && bytes[at + 1] === 0xc5 && second === 0xbf) return 3; // The long s, U+017F, folds to s.
  if ((first === 0x72 || first === 0x76) && (second | fold) === 0x65) return 3; // re ve
  return first === 0x6c && (second | fold) === 0x6c ? 3 : 0; // ll
}

interface LetterRunRules {
  /** Classes of the characters a word is made of. */
  readonly word: number;
  /** Classes of the characters a run of symbols is made of. */
  readonly symbols: number;
  readonly mostDigits: number;
  readonly contractions: boolean;
}

/** Words with one leading character that is no letter, number or newline: cl100k and what follows it. */
function letterRuns({ word, symbols, mostDigits, contractions }: LetterRunRules): WordEnd {
  return (bytes, start, end) => {
    const first = characterAt(bytes, start, end);
    const kind = first >> 3;
    const second = start + (first & 7);
    if ((kind & word) !== 0) return runEnd(bytes, second, end, word);
    if (kind === NUMBER) return numbersEnd(bytes, second, end, mostDigits - 1);
    if (kind !== NEWLINE) {
      if (contractions && bytes[start] === APOSTROPHE) {
        const length = contractionLength(bytes, start, end, true);
        if (length > 0) return start + length;
      }
      const letters = runEnd(bytes, second, end, word);
      if (letters > second) return letters;
      const symbol = (kind & symbols) !== 0;
      if (symbol || bytes[start] === BLANK) {
        const last = runEnd(bytes, second, end, symbols);
        if (last > second || symbol) return runEnd(bytes, last, end, NEWLINE);
      }
    }
    return whiteSpaceEnd(bytes, start, end, true);
  };
}

/** Runs of one class with at most one leading blank. */
const gpt2WordEnd: WordEnd = (bytes, start, end) => {
  if (bytes[start] === APOSTROPHE) {
    const length = contractionLength(bytes, start, end, false);
    if (length > 0) return start + length;
  }
  const at = bytes[start] === BLANK && start + 1 < end ? start + 1 : start;
  const first = characterAt(bytes, at, end);
  const kind = first >> 3;
  if ((kind & WHITE) !== 0) return whiteSpaceEnd(bytes, start, end, false);
  const wanted = (kind & LETTERS) !== 0 ? LETTERS : kind === NUMBER ? NUMBER : SYMBOL | MARK;
  return runEnd(bytes, at + (first & 7), end, wanted);
};

/** What a word of o200k begins with, and what it ends with; letters without case and marks are in both. */
const UPPER_PART = UPPER | OTHER_LETTER | MARK;
const LOWER_PART = LOWER | OTHER_LETTER | MARK;

/**
 * The end of the letters from `at` by o200k's first two alternatives: upper part, then lower part, one of them empty at
 * most. `at` itself where there are none.
 */
function casedLettersEnd(bytes: Uint8Array, at: number, end: number): number {
  let upperEnd = at;
  let afterCaseless = -1;
  while (upperEnd < end) {
    const character = characterAt(bytes, upperEnd, end);
    if (((character >> 3) & UPPER_PART) === 0) break;
    upperEnd += character & 7;
    if (((character >> 3) & LOWER_PART) !== 0) afterCaseless = upperEnd;
  }
  const lowerEnd = runEnd(bytes, upperEnd, end, LOWER_PART);
  if (lowerEnd > upperEnd) return lowerEnd;
  // The first alternative wants one character of the lower part: the last that may stand in both, if there is one.
  return afterCaseless === -1 ? upperEnd : afterCaseless;
}

function afterContraction(bytes: Uint8Array, at: number, end: number): number {
  return at < end && bytes[at] === APOSTROPHE ? at + contractionLength(bytes, at, end, true) : at;
}

/** Words that may turn from upper to lower case once, contractions at their end. */
const o200kWordEnd: WordEnd = (bytes, start, end) => {
  const first = characterAt(bytes, start, end);
  const kind = first >> 3;
  const second = start + (first & 7);
  if ((kind & LETTERS) !== 0) return afterContraction(bytes, casedLettersEnd(bytes, start, end), end);
  if (kind === NUMBER) return numbersEnd(bytes, second, end, 2);
  if (kind !== NEWLINE) {
    const letters = leadingEnd(bytes, start, second, end, kind);
    if (letters > start) return afterContraction(bytes, letters, end);
    if (kind === SYMBOL || bytes[start] === BLANK) {
      const last = runEnd(bytes, second, end, SYMBOL | MARK);
      if (last > second || kind === SYMBOL) return newlinesAndSlashesEnd(bytes, last, end);
    }
  }
  return whiteSpaceEnd(bytes, start, end, true);
};

/** The end of a word whose first character is no letter; `start` where it is none. A mark is a word without letters. */
function leadingEnd(bytes: Uint8Array, start: number, second: number, end: number, kind: number): number {
  const letters = casedLettersEnd(bytes, second, end);
  if (kind !== MARK) return letters > second ? letters : start;
  // After a mark, capitals alone do not satisfy the first alternative; the mark alone then does.
  return onlyUpper(bytes, second, letters) ? second : letters;
}

function onlyUpper(bytes: Uint8Array, start: number, end: number): boolean {
  return runEnd(bytes, start, end, UPPER) === end;
}

function newlinesAndSlashesEnd(bytes: Uint8Array, at: number, end: number): number {
  let position = at;
  while (position < end && (bytes[position] === SLASH || BYTE_CLASS[bytes[position]!] === NEWLINE)) position++;
  return position;
}

const cl100kRules = { word: LETTERS, symbols: SYMBOL | MARK, contractions: true };
const cl100kWordEnd = letterRuns({ ...cl100kRules, mostDigits: 3 });

export const WORD_ENDS = {
  expchat: letterRuns({ word: LETTERS | MARK, symbols: SYMBOL, mostDigits: 2, contractions: false }),
  gpt2: gpt2WordEnd,
  cl100k: cl100kWordEnd,
  o200k: o200kWordEnd,
  llama3: cl100kWordEnd,
  qwen2: letterRuns({ ...cl100kRules, mostDigits: 1 }),
} as const satisfies Record<PatternName, WordEnd>;

/** `WordEnd` of the tokenizers trained here. */
export const wordEnd: WordEnd = WORD_ENDS.expchat;
