/**
 * Counting of word n-grams by 64-bit hashes in typed arrays, so that a book of a million words needs tens of megabytes.
 * Two different n-grams of one text share a hash with a chance below 1e-6 for a million of them. It knows no threshold.
 */

export class WordHashes {
  readonly #count: number;
  readonly #ids: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  /** Characters of the n-gram that starts at each word. */
  readonly characters: Uint32Array;
  size = 0;

  constructor(words: readonly string[]) {
    const known = new Map<string, number>();
    this.#count = words.length;
    this.#ids = new Uint32Array(words.length);
    this.#lengths = new Uint32Array(words.length);
    for (const [i, word] of words.entries()) {
      let id = known.get(word);
      if (id === undefined) {
        id = known.size + 1;
        known.set(word, id);
      }
      this.#ids[i] = id;
      this.#lengths[i] = word.length;
    }
    this.#high = new Uint32Array(words.length);
    this.#low = new Uint32Array(words.length);
    this.characters = new Uint32Array(words.length);
  }

  /** N-grams of the present size: one starts at each word but the last few. */
  get grams(): number {
    return Math.max(0, this.#count - this.size + 1);
  }

  /** Makes the n-grams longer, word by word. */
  extendTo(size: number): void {
    while (this.size < size) {
      const reach = this.size;
      for (let i = 0; i + reach < this.#count; i++) {
        const id = this.#ids[i + reach]!;
        const mixed = Math.imul(id ^ (id >>> 15), 0x2c1b3c6d);
        this.#high[i] = Math.imul(this.#high[i]! ^ mixed, 0x85ebca6b) + reach + 1;
        this.#low[i] =
          Math.imul((this.#low[i]! << 13) | (this.#low[i]! >>> 19), 0xc2b2ae35) ^ Math.imul(id, 0x9e3779b1);
        this.characters[i]! += this.#lengths[i + reach]!;
      }
      this.size++;
    }
  }

  /** Calls `visit` with a slot number per distinct n-gram; equal n-grams get one slot. `next` says where to go on. */
  scan(visit: (slot: number, at: number) => number): void {
    const slots = 2 ** Math.max(4, Math.ceil(Math.log2(this.grams * 2 + 1)));
    const high = new Uint32Array(slots);
    const low = new Uint32Array(slots);
    const used = new Uint8Array(slots);
    for (let i = 0; i < this.grams; ) {
      const h = this.#high[i]!;
      const l = this.#low[i]!;
      let slot = (h ^ (l >>> 7)) & (slots - 1);
      while (used[slot] === 1 && (high[slot] !== h || low[slot] !== l)) slot = (slot + 1) & (slots - 1);
      used[slot] = 1;
      high[slot] = h;
      low[slot] = l;
      i = visit(slot, i);
    }
  }

  /** Characters in n-grams that were there before; a repeated n-gram is stepped over whole, as in datatrove. */
  repeatedCharacters(): number {
    const seen = new Uint8Array(2 ** Math.max(4, Math.ceil(Math.log2(this.grams * 2 + 1))));
    let characters = 0;
    this.scan((slot, at) => {
      if (seen[slot] === 1) {
        characters += this.characters[at]!;
        return at + this.size;
      }
      seen[slot] = 1;
      return at + 1;
    });
    return characters;
  }
}

/** Characters that the most common n-gram covers; 0 where none occurs twice. */
export function topNgramCharacters(hashes: WordHashes): number {
  const counts = new Uint32Array(2 ** Math.max(4, Math.ceil(Math.log2(hashes.grams * 2 + 1))));
  let best = 1;
  let characters = 0;
  hashes.scan((slot, at) => {
    const count = ++counts[slot]!;
    if (count > best) {
      best = count;
      characters = count * hashes.characters[at]!;
    }
    return at + 1;
  });
  return characters;
}
