/**
 * The word n-grams of a text as 64-bit hashes in typed arrays that are used again, and a table of such hashes with the
 * place where each was seen. A word is a run of letters and digits; the case of Latin letters and what stands between
 * words do not count. It knows no document and no side.
 */

const WORD_BASE = [0x01000193, 0x9e3779b1] as const;
const GRAM_BASE = [0x85ebca6b, 0xc2b2ae35] as const;

/** Folds a code unit of a word to lower case, 0 for one that is no part of a word. */
function folded(code: number): number {
  if (code < 128) {
    if (code >= 97 && code <= 122) return code;
    if (code >= 65 && code <= 90) return code + 32;
    return code >= 48 && code <= 57 ? code : 0;
  }
  if (code < 0xc0 || code === 0xd7 || code === 0xf7) return 0;
  if (code <= 0xde) return code + 32;
  // General punctuation to symbols, and the punctuation of Chinese and Japanese.
  return (code >= 0x2000 && code <= 0x2bff) || (code >= 0x3000 && code <= 0x303f) ? 0 : code;
}

function mixed(value: number): number {
  let z = value ^ (value >>> 16);
  z = Math.imul(z, 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}

const power = (base: number, exponent: number): number => {
  let value = 1;
  for (let i = 0; i < exponent; i++) value = Math.imul(value, base);
  return value;
};

/** The n-grams of one text at a time; the arrays hold the last text and more behind it. */
export class GramScanner {
  readonly size: number;
  /** UTF-16 places of word i: `starts[i] .. ends[i]`. */
  starts = new Uint32Array(1024);
  ends = new Uint32Array(1024);
  /** Hash of the n-gram that begins with word i. */
  low = new Uint32Array(1024);
  high = new Uint32Array(1024);
  words = 0;
  /** N-grams: `words - size + 1`, at least 0. */
  grams = 0;
  readonly #leave: readonly [number, number];

  constructor(size: number) {
    this.size = size;
    this.#leave = [power(GRAM_BASE[0], size), power(GRAM_BASE[1], size)];
  }

  scan(text: string): this {
    this.#hashWords(text);
    this.grams = Math.max(0, this.words - this.size + 1);
    const [leaveLow, leaveHigh] = this.#leave;
    let low = 0;
    let high = 0;
    // A word's hash is read for the last time as the one that leaves, just after its place took the n-gram's hash.
    for (let i = 0, lastLow = 0, lastHigh = 0; i < this.words; i++) {
      low = (Math.imul(low, GRAM_BASE[0]) + this.low[i]!) | 0;
      high = (Math.imul(high, GRAM_BASE[1]) + this.high[i]!) | 0;
      const first = i - this.size + 1;
      if (first < 0) continue;
      if (first > 0) {
        low = (low - Math.imul(lastLow, leaveLow)) | 0;
        high = (high - Math.imul(lastHigh, leaveHigh)) | 0;
      }
      [lastLow, lastHigh] = [this.low[first]!, this.high[first]!];
      this.low[first] = mixed(low) || 1;
      this.high[first] = mixed(high);
    }
    return this;
  }

  #hashWords(text: string): void {
    this.words = 0;
    for (let at = 0; at < text.length; at++) {
      let letter = folded(text.charCodeAt(at));
      if (letter === 0) continue;
      if (this.words === this.starts.length) this.#grow();
      this.starts[this.words] = at;
      let low = 0x811c9dc5;
      let high = 0x2545f491;
      while (letter !== 0) {
        low = Math.imul(low ^ letter, WORD_BASE[0]);
        high = Math.imul(high ^ letter, WORD_BASE[1]);
        at++;
        letter = at < text.length ? folded(text.charCodeAt(at)) : 0;
      }
      this.ends[this.words] = at;
      this.low[this.words] = mixed(low);
      this.high[this.words] = mixed(high);
      this.words++;
    }
  }

  #grow(): void {
    const larger = (old: Uint32Array<ArrayBuffer>) => {
      const grown = new Uint32Array(old.length * 2);
      grown.set(old);
      return grown;
    };
    this.starts = larger(this.starts);
    this.ends = larger(this.ends);
    this.low = larger(this.low);
    this.high = larger(this.high);
  }
}

const SMALLEST = 2 ** 12;

/**
 * N-grams of one side, each with where the other side says it, in at most `limit` entries: beyond them only one in
 * `oneIn` hashes is held and asked for, and `oneIn` doubles as often as it must.
 */
export class GramTable {
  readonly #limit: number;
  #low = new Uint32Array(SMALLEST);
  #high = new Uint32Array(SMALLEST);
  /** Of each entry: the document of the other side, from 1; 0 for none. Its word there, and how long the run is there. */
  documents = new Int32Array(0);
  words = new Uint32Array(0);
  runs = new Uint32Array(0);
  count = 0;
  oneIn = 1;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether hashes such as this one are held. */
  samples(high: number): boolean {
    return (high & (this.oneIn - 1)) === 0;
  }

  /** Place of the entry, or of the gap where it would be; an entry's `low` is never 0. */
  #slot(low: number, high: number): number {
    const last = this.#low.length - 1;
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & last;
    while (this.#low[slot] !== 0 && (this.#low[slot] !== low || this.#high[slot] !== high)) slot = (slot + 1) & last;
    return slot;
  }

  add(low: number, high: number): void {
    const slot = this.#slot(low, high);
    if (this.#low[slot] !== 0) return;
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.count++;
    if (this.count > this.#limit) this.oneIn *= 2;
    if (this.count > this.#limit || this.count * 2 > this.#low.length) this.#rebuild();
  }

  #rebuild(): void {
    const [low, high] = [this.#low, this.#high];
    const length = this.count > this.#limit ? low.length : low.length * 2;
    this.#low = new Uint32Array(length);
    this.#high = new Uint32Array(length);
    this.count = 0;
    for (let i = 0; i < low.length; i++) {
      if (low[i] === 0 || !this.samples(high[i]!)) continue;
      const slot = this.#slot(low[i]!, high[i]!);
      this.#low[slot] = low[i]!;
      this.#high[slot] = high[i]!;
      this.count++;
    }
  }

  /** Makes room for the places; nothing is added after it. */
  seal(): void {
    const { length } = this.#low;
    this.documents = new Int32Array(length);
    this.words = new Uint32Array(length);
    this.runs = new Uint32Array(length);
  }

  /** Index into `documents`, `words` and `runs`, or -1. */
  find(low: number, high: number): number {
    const slot = this.#slot(low, high);
    return this.#low[slot] === 0 ? -1 : slot;
  }
}
