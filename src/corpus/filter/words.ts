/**
 * A text as numbers: each word and each sign with its place, its kind and hashes of it as it stands and in lower case.
 * One pass over the letters, in typed arrays that are used again for the next text. It knows no measure and no threshold.
 */

/** What a token is. */
export const SIGN = 0;
export const NUMBER = 1;
export const WORD = 2;

const SPACE = 1;
const LETTER = 2;
const MARK = 3;
const DIGIT = 4;
const SURROGATE = 5;
const SHARP_S = 0xdf;
const SMALL_S = 0x73;

/** Of each UTF-16 unit: its class, and its lower-case unit where it has one of the same length. */
let tables: { readonly classes: Uint8Array; readonly lower: Uint16Array } | undefined;

function unitTables() {
  if (tables !== undefined) return tables;
  const classes = new Uint8Array(65_536);
  const lower = new Uint16Array(65_536);
  for (let unit = 0; unit < 65_536; unit++) {
    const letter = String.fromCharCode(unit);
    const small = letter.toLowerCase();
    lower[unit] = small.length === 1 ? small.charCodeAt(0) : unit;
    classes[unit] = unit >= 0xd800 && unit < 0xe000 ? SURROGATE : classOf(letter);
  }
  tables = { classes, lower };
  return tables;
}

function classOf(letter: string): number {
  if (/\p{L}/u.test(letter)) return LETTER;
  if (/\p{M}/u.test(letter)) return MARK;
  if (/\p{N}/u.test(letter)) return DIGIT;
  return /\s/u.test(letter) ? SPACE : SIGN;
}

/** Letters and numbers of a text: code points of the categories L and N, as `corpus/text` counts them. */
export function countLetters(text: string): number {
  const { classes } = unitTables();
  let letters = 0;
  for (let i = 0; i < text.length; i++) {
    const kind = classes[text.charCodeAt(i)]!;
    if (kind === LETTER || kind === DIGIT) letters++;
    else if (kind === SURROGATE) {
      const point = text.codePointAt(i)!;
      if (point < 0x10000) continue;
      i++;
      const astral = classOf(String.fromCodePoint(point));
      if (astral === LETTER || astral === DIGIT) letters++;
    }
  }
  return letters;
}

const mixed = (hash: number): number => {
  const a = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b ^ (b >>> 16)) >>> 0;
};

/**
 * Tokens of the text scanned last. A word is a run of letters, marks and numerals, with single hyphens and apostrophes
 * inside; a sign is any other character that is no white space.
 */
export class WordScanner {
  count = 0;
  /** Letters and numbers. */
  letters = 0;
  starts = new Uint32Array(1024);
  ends = new Uint32Array(1024);
  kinds = new Uint8Array(1024);
  /** Of the token as it stands. */
  exact = new Uint32Array(1024);
  /** Of the token in lower case with ss for ß, two independent halves of 64 bits. */
  foldedHigh = new Uint32Array(1024);
  foldedLow = new Uint32Array(1024);
  #exact = 0;
  #high = 0;
  #low = 0;

  scan(text: string): this {
    const { classes } = unitTables();
    this.count = 0;
    this.letters = 0;
    for (let i = 0; i < text.length; ) {
      const { width, kind } = this.#classAt(text, i, classes);
      if (kind === SPACE) i++;
      else if (kind === SIGN) {
        this.#begin();
        this.#eat(text, i, width);
        this.#push(i, i + width, SIGN);
        i += width;
      } else i = this.#word(text, i, classes);
    }
    return this;
  }

  #class = { width: 1, kind: 0 };

  #classAt(text: string, at: number, classes: Uint8Array): { width: number; kind: number } {
    const kind = classes[text.charCodeAt(at)]!;
    this.#class.width = 1;
    this.#class.kind = kind;
    if (kind !== SURROGATE) return this.#class;
    const point = text.codePointAt(at)!;
    this.#class.width = point > 0xffff ? 2 : 1;
    this.#class.kind = point > 0xffff ? classOf(String.fromCodePoint(point)) : SIGN;
    return this.#class;
  }

  #word(text: string, start: number, classes: Uint8Array): number {
    this.#begin();
    let kind = NUMBER;
    let at = start;
    while (at < text.length) {
      const unit = text.charCodeAt(at);
      const own = classes[unit]!;
      if (own === LETTER || own === DIGIT || own === MARK) {
        if (own === LETTER) kind = WORD;
        if (own !== MARK) this.letters++;
        this.#eat(text, at, 1);
        at++;
      } else if (own === SURROGATE) {
        const { width, kind: astral } = this.#classAt(text, at, classes);
        if (astral === SIGN || astral === SPACE) break;
        if (astral === LETTER) kind = WORD;
        if (astral !== MARK) this.letters++;
        this.#eat(text, at, width);
        at += width;
      } else if ((unit === 0x27 || unit === 0x2d || unit === 0x2019) && joins(text, at + 1, classes)) {
        this.#eat(text, at, 1);
        at++;
      } else break;
    }
    this.#push(start, at, kind);
    return at;
  }

  #begin(): void {
    this.#exact = 0x811c9dc5;
    this.#high = 0x9e3779b1;
    this.#low = 0x811c9dc5;
  }

  #eat(text: string, at: number, width: number): void {
    const { lower } = tables!;
    for (let i = at; i < at + width; i++) {
      const unit = text.charCodeAt(i);
      const small = lower[unit]!;
      this.#exact = Math.imul(this.#exact ^ unit, 0x01000193);
      this.#fold(small === SHARP_S ? SMALL_S : small);
      if (small === SHARP_S) this.#fold(SMALL_S);
    }
  }

  #fold(unit: number): void {
    this.#low = Math.imul(this.#low ^ unit, 0x01000193);
    this.#high = Math.imul(((this.#high << 5) | (this.#high >>> 27)) ^ unit, 0x27220a95);
  }

  #push(start: number, end: number, kind: number): void {
    if (this.count === this.starts.length) this.#grow();
    const i = this.count++;
    this.starts[i] = start;
    this.ends[i] = end;
    this.kinds[i] = kind;
    this.exact[i] = mixed(this.#exact);
    this.foldedHigh[i] = mixed(this.#high);
    this.foldedLow[i] = mixed(this.#low);
  }

  #grow(): void {
    const larger = (old: Uint32Array<ArrayBuffer>) => {
      const next = new Uint32Array(old.length * 2);
      next.set(old);
      return next;
    };
    this.starts = larger(this.starts);
    this.ends = larger(this.ends);
    this.exact = larger(this.exact);
    this.foldedHigh = larger(this.foldedHigh);
    this.foldedLow = larger(this.foldedLow);
    const kinds = new Uint8Array(this.kinds.length * 2);
    kinds.set(this.kinds);
    this.kinds = kinds;
  }
}

function joins(text: string, at: number, classes: Uint8Array): boolean {
  if (at >= text.length) return false;
  const kind = classes[text.charCodeAt(at)]!;
  if (kind !== SURROGATE) return kind >= LETTER;
  const point = text.codePointAt(at)!;
  return point > 0xffff && classOf(String.fromCodePoint(point)) >= LETTER;
}

/** The hash of a lower-case word as the scanner has it in `foldedLow`. */
export function foldedLowOf(word: string): number {
  unitTables();
  return new WordScanner().scan(word).foldedLow[0]!;
}
