/**
 * The merges of a tokenizer, made ready to be looked up: a pair of ids gives its rank, a rank gives the merged id. It
 * knows neither bytes nor words.
 */

/** Rank of a pair that does not merge; greater than every rank. */
export const NO_MERGE = 0x7fffffff;

export class MergeTable {
  /** Left, right and merged id by rank. */
  readonly lefts: Uint32Array;
  readonly rights: Uint32Array;
  readonly merged: Uint32Array;
  /** True where each token comes from one merge at most, and that one has a lower rank than the merges it takes part in. */
  readonly inOrder: boolean;
  /** Rank by `left * 256 + right` where both ids are below 256: most look-ups end here. */
  readonly #small = new Int32Array(65536).fill(NO_MERGE);
  readonly #slotLefts: Int32Array;
  readonly #slotRights: Int32Array;
  readonly #slotRanks: Int32Array;

  /** `merges`: left, right and merged id of each rank, end to end. */
  constructor(merges: Uint32Array) {
    const count = merges.length / 3;
    let slots = 16;
    while (slots < count * 2) slots *= 2;
    this.lefts = new Uint32Array(count);
    this.rights = new Uint32Array(count);
    this.merged = new Uint32Array(count);
    this.#slotLefts = new Int32Array(slots).fill(-1);
    this.#slotRights = new Int32Array(slots);
    this.#slotRanks = new Int32Array(slots);
    for (let rank = 0; rank < count; rank++) {
      const left = merges[rank * 3]!;
      const right = merges[rank * 3 + 1]!;
      this.lefts[rank] = left;
      this.rights[rank] = right;
      this.merged[rank] = merges[rank * 3 + 2]!;
      if ((left | right) < 256) {
        this.#small[(left << 8) | right] = rank;
        continue;
      }
      let slot = slotOf(left, right) & (slots - 1);
      while (this.#slotLefts[slot] !== -1) slot = (slot + 1) & (slots - 1);
      this.#slotLefts[slot] = left;
      this.#slotRights[slot] = right;
      this.#slotRanks[slot] = rank;
    }
    this.inOrder = areInOrder(this.lefts, this.rights, this.merged);
  }

  /** Rank of the pair, or `NO_MERGE`. */
  rank(left: number, right: number): number {
    if ((left | right) < 256) return this.#small[(left << 8) | right]!;
    const lefts = this.#slotLefts;
    const mask = lefts.length - 1;
    for (let slot = slotOf(left, right) & mask; ; slot = (slot + 1) & mask) {
      const found = lefts[slot]!;
      if (found === -1) return NO_MERGE;
      if (found === left && this.#slotRights[slot] === right) return this.#slotRanks[slot]!;
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
