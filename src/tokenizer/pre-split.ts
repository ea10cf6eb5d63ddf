/**
 * The pre-split: cuts text into the words within which merges happen. `SPLIT_PATTERN` is the definition and stands in
 * `tokenizer.json`; `wordEnd` is the same rule written by hand over UTF-8 bytes, and a test holds the two equal. It
 * knows no vocabulary.
 *
 * The pattern follows GPT-4's (cl100k_base) with three changes. Numbers are cut into at most two digits, which costs
 * small vocabularies less. Marks count as letters, so that a decomposed umlaut does not end its word. There is no
 * alternative for English contractions: `'s` is a word of its own without it, and with it `'Stück'` would be cut after
 * its first letter.
 */

/** The pattern as Oniguruma, Rust and Python's `regex` read it; `\s` is the Unicode property White_Space. */
export const SPLIT_PATTERN =
  '[^\\r\\n\\p{L}\\p{M}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}{1,2}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

/** The pattern as a JavaScript expression: `\s` here would take U+FEFF in and leave U+0085 out. */
export function splitExpression(): RegExp {
  const source = SPLIT_PATTERN.replaceAll('\\s', '\\p{White_Space}').replaceAll('\\S', '\\P{White_Space}');
  return new RegExp(source, 'gu');
}

const LETTER = 0;
const NUMBER = 1;
const NEWLINE = 2;
const SPACE = 3;
const OTHER = 4;
/** In `BYTE_CLASS` only: the byte begins (or is inside) a sequence of several bytes. */
const SEVERAL = 5;

const BLANK = 0x20;

function classOf(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  if (/[\p{L}\p{M}]/u.test(character)) return LETTER;
  if (/\p{N}/u.test(character)) return NUMBER;
  if (/[\r\n]/.test(character)) return NEWLINE;
  return /\p{White_Space}/u.test(character) ? SPACE : OTHER;
}

const BYTE_CLASS = Uint8Array.from({ length: 256 }, (_, byte) => (byte < 0x80 ? classOf(byte) : SEVERAL));

/** Classes of 256 code points each, made when one of them is first met. */
const pages: (Uint8Array | undefined)[] = new Array(0x1100).fill(undefined);

function makePage(page: number): Uint8Array {
  const classes = Uint8Array.from({ length: 256 }, (_, low) => classOf(page * 256 + low));
  pages[page] = classes;
  return classes;
}

/** The bytes of the sequence that begins at `at`, in the low three bits, its class above; a stray byte is one OTHER. */
function severalAt(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at]!;
  if (lead < 0xc2 || lead > 0xf4) return (OTHER << 3) | 1;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (at + length > end) return (OTHER << 3) | 1;
  let codePoint = lead & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i]!;
    if ((byte & 0xc0) !== 0x80) return (OTHER << 3) | 1;
    codePoint = (codePoint << 6) | (byte & 0x3f);
  }
  if (codePoint > 0x10ffff || (length === 3 && codePoint < 0x800) || (length === 4 && codePoint < 0x10000)) {
    return (OTHER << 3) | 1;
  }
  const classes = pages[codePoint >> 8] ?? makePage(codePoint >> 8);
  return (classes[codePoint & 0xff]! << 3) | length;
}

/** Class and length of the character at `at`, packed as `severalAt` does. */
function characterAt(bytes: Uint8Array, at: number, end: number): number {
  const byteClass = BYTE_CLASS[bytes[at]!]!;
  return byteClass === SEVERAL ? severalAt(bytes, at, end) : (byteClass << 3) | 1;
}

/** The end of the run of characters of class `wanted` that begins at `at`; `at` itself where there is none. */
function runEnd(bytes: Uint8Array, at: number, end: number, wanted: number): number {
  let position = at;
  while (position < end) {
    const byteClass = BYTE_CLASS[bytes[position]!]!;
    if (byteClass === wanted) {
      position++;
    } else if (byteClass === SEVERAL) {
      const several = severalAt(bytes, position, end);
      if (several >> 3 !== wanted) return position;
      position += several & 7;
    } else {
      return position;
    }
  }
  return position;
}

/** The run of white space from `at`: up to its last newline, or all but its last character where text follows. */
function whiteSpaceEnd(bytes: Uint8Array, at: number, end: number): number {
  let position = at;
  let last = at;
  let afterNewline = -1;
  while (position < end) {
    const character = characterAt(bytes, position, end);
    const kind = character >> 3;
    if (kind !== SPACE && kind !== NEWLINE) break;
    last = position;
    position += character & 7;
    if (kind === NEWLINE) afterNewline = position;
  }
  if (afterNewline !== -1) return afterNewline;
  return position === end || last === at ? position : last;
}

/**
 * The end of the word that begins at `start` in UTF-8 `bytes`, at most `end`; `start < end`. A byte that is no part of
 * valid UTF-8 counts as a symbol of its own. Linear in the length over a whole text.
 */
export function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  const first = characterAt(bytes, start, end);
  const kind = first >> 3;
  const second = start + (first & 7);
  if (kind === LETTER) return runEnd(bytes, second, end, LETTER);
  if (kind === NUMBER) {
    if (second === end) return end;
    const next = characterAt(bytes, second, end);
    return next >> 3 === NUMBER ? second + (next & 7) : second;
  }
  if (kind !== NEWLINE) {
    const letters = runEnd(bytes, second, end, LETTER);
    if (letters > second) return letters;
    if (kind === OTHER || bytes[start] === BLANK) {
      const symbols = runEnd(bytes, second, end, OTHER);
      if (symbols > second || kind === OTHER) return runEnd(bytes, symbols, end, NEWLINE);
    }
  }
  return whiteSpaceEnd(bytes, start, end);
}
