/**
 * A hash table of byte strings: each distinct one gets an index in the order it is first seen. The strings lie end to end
 * in one pool, so a million words cost no object. It knows nothing of text; whoever owns it keeps values by index.
 */
import { ExpChatError } from '../base/index.ts';

/** More distinct bytes than this are refused: typed arrays of all platforms still hold them. */
const MAX_POOL_BYTES = 2 ** 31;

export class ByteStringTable {
  #slots: Int32Array;
  #hashes: Int32Array;
  #offsets: Uint32Array;
  #pool: Uint8Array;
  #size = 0;

  /** `capacity`: strings expected; the table grows beyond it. */
  constructor(capacity = 1024) {
    let slots = 16;
    while (slots < capacity * 2) slots *= 2;
    this.#slots = new Int32Array(slots).fill(-1);
    this.#hashes = new Int32Array(slots / 2);
    this.#offsets = new Uint32Array(slots / 2 + 1);
    this.#pool = new Uint8Array(slots * 4);
  }

  /** Distinct strings held. */
  get size(): number {
    return this.#size;
  }

  /** All strings end to end; string `i` is `offsets[i] .. offsets[i + 1]`. Valid until the next `intern`. */
  get pool(): Uint8Array {
    return this.#pool.subarray(0, this.#offsets[this.#size]!);
  }

  get offsets(): Uint32Array {
    return this.#offsets.subarray(0, this.#size + 1);
  }

  /** Index of `bytes[start .. end)`; equal to the `size` before the call where the string is new. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const slot = this.#slotOf(hash, bytes, start, end);
    const index = this.#slots[slot]!;
    return index === -1 ? this.#insert(slot, hash, bytes, start, end) : index;
  }

  /** Index of `bytes[start .. end)`, or -1 where it is not there. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#slots[this.#slotOf(hashOf(bytes, start, end), bytes, start, end)]!;
  }

  /** The slot of a string, or the free one where it would stand. */
  #slotOf(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const length = end - start;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const index = slots[slot]!;
      if (index === -1) return slot;
      if (this.#hashes[index] !== hash) continue;
      const at = this.#offsets[index]!;
      if (this.#offsets[index + 1]! - at !== length) continue;
      const pool = this.#pool;
      let same = 0;
      while (same < length && pool[at + same] === bytes[start + same]) same++;
      if (same === length) return slot;
    }
  }

  /** Forgets every string; the memory stays for the next ones. */
  clear(): void {
    this.#slots.fill(-1);
    this.#size = 0;
  }

  #insert(slot: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    const index = this.#size;
    const at = this.#offsets[index]!;
    const poolEnd = at + end - start;
    if (poolEnd > this.#pool.length) this.#growPool(poolEnd);
    if (end - start < 64) for (let i = start; i < end; i++) this.#pool[at + i - start] = bytes[i]!;
    else this.#pool.set(bytes.subarray(start, end), at);
    this.#slots[slot] = index;
    this.#hashes[index] = hash;
    this.#offsets[index + 1] = poolEnd;
    this.#size = index + 1;
    if (this.#size === this.#hashes.length) this.#growSlots();
    return index;
  }

  #growPool(needed: number): void {
    if (needed > MAX_POOL_BYTES) {
      throw new ExpChatError({
        code: 'tokenizer.too-many-words',
        kind: 'resources',
        message: `tokenizer: expected at most ${MAX_POOL_BYTES} bytes of distinct words, got more`,
        next: 'Use less text: a sample of it gives nearly the same tokenizer.',
        fields: { maxBytes: MAX_POOL_BYTES },
      });
    }
    const pool = new Uint8Array(Math.max(needed, this.#pool.length * 2));
    pool.set(this.#pool);
    this.#pool = pool;
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#size; index++) {
      let slot = this.#hashes[index]! & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = index;
    }
    const hashes = new Int32Array(slots.length / 2);
    hashes.set(this.#hashes);
    const offsets = new Uint32Array(slots.length / 2 + 1);
    offsets.set(this.#offsets);
    this.#slots = slots;
    this.#hashes = hashes;
    this.#offsets = offsets;
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
