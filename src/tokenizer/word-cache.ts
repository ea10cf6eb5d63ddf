/**
 * The words an encoder has met and their ids, in bounded memory: a full cache begins anew. It knows no merges.
 *
 * A look-up waits for memory at four places: the slot of the hash, the record, the bytes and the ids.
 */

const MOST_WORDS = 2 ** 16;
const MOST_BYTES = 2 ** 20;
const MOST_IDS = 2 ** 19;
const FIRST_SLOTS = 2 ** 12;

/** Not in the cache. */
export const UNKNOWN = -1;

export class WordCache {
  /** Ids of word `i` are `ids[records[4 * i + 2] .. records[4 * i + 3])`. */
  readonly ids = new Uint32Array(MOST_IDS);
  /** Four numbers each: where the bytes begin, how many they are, where the ids begin and end. */
  readonly records = new Int32Array(MOST_WORDS * 4);
  readonly #bytes = new Uint8Array(MOST_BYTES);
  /** Two numbers each: the hash and the number of the word plus one, 0 where there is none. */
  #slots = new Int32Array(FIRST_SLOTS * 2);
  #words = 0;
  #bytesEnd = 0;
  #idsEnd = 0;

  /** A hash of `bytes[start .. end)`. */
  static hashOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5 | 0;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    return hash ^ (hash >>> 15);
  }

  /** The number of the word `bytes[start .. end)` of this hash, or `UNKNOWN`. */
  find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const slots = this.#slots;
    const mask = slots.length - 2;
    const length = end - start;
    for (let slot = (hash << 1) & mask; ; slot = (slot + 2) & mask) {
      const word = slots[slot + 1]! - 1;
      if (word === UNKNOWN) return UNKNOWN;
      if (slots[slot] !== hash || this.records[word * 4 + 1] !== length) continue;
      const own = this.#bytes;
      const at = this.records[word * 4]!;
      let same = 0;
      while (same < length && own[at + same] === bytes[start + same]) same++;
      if (same === length) return word;
    }
  }

  /** Notes an unknown word and its ids `found[from .. to)`. */
  note(
    hash: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    found: Uint32Array,
    from: number,
    to: number,
  ): void {
    const length = end - start;
    const count = to - from;
    const full = this.#words === MOST_WORDS || this.#bytesEnd + length > MOST_BYTES || this.#idsEnd + count > MOST_IDS;
    if (full) this.#clear();
    const word = this.#words++;
    this.records[word * 4] = this.#bytesEnd;
    this.records[word * 4 + 1] = length;
    this.records[word * 4 + 2] = this.#idsEnd;
    for (let i = start; i < end; i++) this.#bytes[this.#bytesEnd++] = bytes[i]!;
    for (let i = from; i < to; i++) this.ids[this.#idsEnd++] = found[i]!;
    this.records[word * 4 + 3] = this.#idsEnd;
    if (this.#words * 4 > this.#slots.length) this.#grow();
    place(this.#slots, hash, word + 1);
  }

  #clear(): void {
    this.#slots.fill(0);
    this.#words = 0;
    this.#bytesEnd = 0;
    this.#idsEnd = 0;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    for (let slot = 0; slot < old.length; slot += 2) {
      if (old[slot + 1] !== 0) place(this.#slots, old[slot]!, old[slot + 1]!);
    }
  }
}

function place(slots: Int32Array, hash: number, value: number): void {
  const mask = slots.length - 2;
  let slot = (hash << 1) & mask;
  while (slots[slot + 1] !== 0) slot = (slot + 2) & mask;
  slots[slot] = hash;
  slots[slot + 1] = value;
}
