/**
 * The merges of a tokenizer, made ready to be looked up: a pair of ids gives its rank, a rank gives the merged id. It
 * knows neither bytes nor words.
 */

/** Rank of a pair that does not merge; greater than every rank. */
export const NO_MERGE = 0x7fffffff;

export class MergeTable {
  /** Merged id by rank. */
  readonly merged: Uint32Array;
  /** Rank by `left * 256 + right` where both ids are below 256: most look-ups end here. */
  readonly #small = new Int32Array(65536).fill(NO_MERGE);
  readonly #lefts: Int32Array;
  readonly #rights: Int32Array;
  readonly #ranks: Int32Array;

  /** `merges`: left, right and merged id of each rank, end to end. */
  constructor(merges: Uint32Array) {
    const count = merges.length / 3;
    let slots = 16;
    while (slots < count * 2) slots *= 2;
    this.merged = new Uint32Array(count);
    this.#lefts = new Int32Array(slots).fill(-1);
    this.#rights = new Int32Array(slots);
    this.#ranks = new Int32Array(slots);
    for (let rank = 0; rank < count; rank++) {
      const left = merges[rank * 3]!;
      const right = merges[rank * 3 + 1]!;
      this.merged[rank] = merges[rank * 3 + 2]!;
      if ((left | right) < 256) {
        this.#small[(left << 8) | right] = rank;
        continue;
      }
      let slot = slotOf(left, right) & (slots - 1);
      while (this.#lefts[slot] !== -1) slot = (slot + 1) & (slots - 1);
      this.#lefts[slot] = left;
      this.#rights[slot] = right;
      this.#ranks[slot] = rank;
    }
  }

  /** Rank of the pair, or `NO_MERGE`. */
  rank(left: number, right: number): number {
    if ((left | right) < 256) return this.#small[(left << 8) | right]!;
    const lefts = this.#lefts;
    const mask = lefts.length - 1;
    for (let slot = slotOf(left, right) & mask; ; slot = (slot + 1) & mask) {
      const found = lefts[slot]!;
      if (found === -1) return NO_MERGE;
      if (found === left && this.#rights[slot] === right) return this.#ranks[slot]!;
    }
  }
}

/** A hash of two ids; the caller masks it. */
export function slotOf(left: number, right: number): number {
  const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
