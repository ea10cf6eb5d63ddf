/**
 * The merges of a tokenizer, made ready to be looked up: a pair of ids gives its rank, a rank gives the merged id. It
 * knows neither bytes nor words.
 */

/** Rank of a pair that does not merge; greater than every rank. */
export const NO_MERGE = 0x7fffffff;

/** Sixteen times the merges of large vocabularies. */
const PRESENT_BITS = 2 ** 21;
const PRESENT_MASK = PRESENT_BITS / 32 - 1;

export class MergeTable {
  /** True where each token comes from one merge at most, and that one has a lower rank than the merges it takes part in. */
  readonly inOrder: boolean;
  /** Rank by `left * 256 + right` where both ids are below 256: most look-ups end here. */
  readonly #small = new Int32Array(65536).fill(NO_MERGE);
  /** Left id or -1, right id and rank of each slot, and one unused number, so that a slot is one place in memory. */
  #slots: Int32Array;
  /** A bit for each hash of a pair that merges: most pairs do not, and this is small enough to stay near. */
  readonly #present = new Int32Array(PRESENT_BITS / 32);
  #lefts: Uint32Array;
  #rights: Uint32Array;
  #merged: Uint32Array;
  #size = 0;

  private constructor(capacity: number, merges: Uint32Array) {
    let slots = 16;
    while (slots < capacity * 2) slots *= 2;
    this.#slots = new Int32Array(slots * 4).fill(-1);
    this.#lefts = new Uint32Array(slots / 2);
    this.#rights = new Uint32Array(slots / 2);
    this.#merged = new Uint32Array(slots / 2);
    for (let at = 0; at < merges.length; at += 3) this.add(merges[at]!, merges[at + 1]!, merges[at + 2]!);
    this.inOrder = merges.length === capacity * 3 && areInOrder(this.lefts, this.rights, this.merged);
  }

  /** `merges`: left, right and merged id of each rank, end to end. */
  static of(merges: Uint32Array): MergeTable {
    return new MergeTable(merges.length / 3, merges);
  }

  /** A table that grows by `add`, to about `expected` merges; `inOrder` says nothing of it. */
  static growing(expected: number): MergeTable {
    return new MergeTable(expected, new Uint32Array(0));
  }

  /** Left, right and merged id by rank. */
  get lefts(): Uint32Array {
    return this.#lefts.subarray(0, this.#size);
  }

  get rights(): Uint32Array {
    return this.#rights.subarray(0, this.#size);
  }

  get merged(): Uint32Array {
    return this.#merged.subarray(0, this.#size);
  }

  /** Left, right and merged id of each rank, end to end. */
  triples(): Uint32Array {
    const triples = new Uint32Array(this.#size * 3);
    for (let rank = 0; rank < this.#size; rank++) {
      triples[rank * 3] = this.#lefts[rank]!;
      triples[rank * 3 + 1] = this.#rights[rank]!;
      triples[rank * 3 + 2] = this.#merged[rank]!;
    }
    return triples;
  }

  /** The token that the merge of this rank makes. */
  mergedBy(rank: number): number {
    return this.#merged[rank]!;
  }

  /** Appends a merge with the next rank. */
  add(left: number, right: number, merged: number): void {
    if (this.#size === this.#lefts.length) this.#grow();
    const rank = this.#size++;
    this.#lefts[rank] = left;
    this.#rights[rank] = right;
    this.#merged[rank] = merged;
    this.#insert(left, right, rank);
  }

  #insert(left: number, right: number, rank: number): void {
    if ((left | right) < 256) {
      this.#small[(left << 8) | right] = rank;
      return;
    }
    const hash = slotOf(left, right);
    this.#present[(hash >>> 5) & PRESENT_MASK]! |= 1 << (hash & 31);
    const slots = this.#slots;
    const mask = slots.length - 4;
    let slot = (hash << 2) & mask;
    while (slots[slot] !== -1) slot = (slot + 4) & mask;
    slots[slot] = left;
    slots[slot + 1] = right;
    slots[slot + 2] = rank;
  }

  #grow(): void {
    const { lefts, rights, merged } = this;
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    this.#lefts = new Uint32Array(lefts.length * 2);
    this.#rights = new Uint32Array(lefts.length * 2);
    this.#merged = new Uint32Array(lefts.length * 2);
    this.#lefts.set(lefts);
    this.#rights.set(rights);
    this.#merged.set(merged);
    for (let rank = 0; rank < this.#size; rank++) this.#insert(lefts[rank]!, rights[rank]!, rank);
  }

  /** Rank of the pair, or `NO_MERGE`. */
  rank(left: number, right: number): number {
    if ((left | right) < 256) return this.#small[(left << 8) | right]!;
    const hash = slotOf(left, right);
    if ((this.#present[(hash >>> 5) & PRESENT_MASK]! & (1 << (hash & 31))) === 0) return NO_MERGE;
    const slots = this.#slots;
    const mask = slots.length - 4;
    for (let slot = (hash << 2) & mask; ; slot = (slot + 4) & mask) {
      const found = slots[slot]!;
      if (found === -1) return NO_MERGE;
      if (found === left && slots[slot + 1] === right) return slots[slot + 2]!;
    }
  }
}

function areInOrder(lefts: Uint32Array, rights: Uint32Array, merged: Uint32Array): boolean {
  let most = 0;
  for (const id of merged) if (id > most) most = id;
  // A part above `most` is no merge's result and so breaks no order.
  const seen = new Uint8Array(most + 1);
  for (let rank = 0; rank < merged.length; rank++) {
    if (lefts[rank]! <= most) seen[lefts[rank]!] = 1;
    if (rights[rank]! <= most) seen[rights[rank]!] = 1;
    if (seen[merged[rank]!] === 1) return false;
    seen[merged[rank]!] = 1;
  }
  return true;
}

/** A hash of two ids; the caller masks it. */
export function slotOf(left: number, right: number): number {
  const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
