/**
 * Merges within words too long for a plain scan: the pair of the lowest rank first, the leftmost of several, as for short
 * ones. It knows neither bytes nor caches.
 *
 * A heap gives the places by rank and position. It is for merges in an order no training makes; `linear-merger.ts` does
 * the others faster.
 */
import { type MergeTable, NO_MERGE } from './merge-table.ts';

/** A heap entry of a place is `rank * POSITIONS + position`, exact in a double: no word is longer, and ranks are below 2^28. */
const POSITIONS = 2 ** 25;
/** Memory for words up to this length is kept for the next ones. */
const KEPT_LENGTH = 2 ** 16;
/** Up to this length a heap does not pay. */
const SCANNED_LENGTH = 16;
const NONE = -1;
/** A place whose token has become part of the one on its left. */
const MERGED = -1;

export class LongWordMerger {
  readonly #merges: MergeTable;
  #symbols = new Int32Array(0);
  #nexts = new Int32Array(0);
  #previous = new Int32Array(0);
  #heap = new LowestFirst(0);

  constructor(merges: MergeTable) {
    this.#merges = merges;
  }

  /** Merges `ids[start .. end)` in place and returns the new end. */
  merge(ids: Uint32Array, start: number, end: number): number {
    const length = end - start;
    if (length <= SCANNED_LENGTH) return this.#scan(ids, start, end);
    if (length > this.#symbols.length) this.#reserve(Math.max(64, length));
    for (let i = 0; i < length; i++) {
      this.#symbols[i] = ids[start + i]!;
      this.#nexts[i] = i + 1;
      this.#previous[i] = i - 1;
    }
    this.#nexts[length - 1] = NONE;
    this.#mergeByPlace(length);
    let count = start;
    for (let at = 0; at !== NONE; at = this.#nexts[at]!) ids[count++] = this.#symbols[at]!;
    if (length > KEPT_LENGTH) this.#reserve(64);
    return count;
  }

  /** Looks through all pairs for each merge: for a few, that is faster than a heap, and leaves no garbage. */
  #scan(ids: Uint32Array, start: number, end: number): number {
    const merges = this.#merges;
    for (let last = end; ; last--) {
      let lowest = NO_MERGE;
      let at = start;
      for (let i = start; i + 1 < last; i++) {
        const rank = merges.rank(ids[i]!, ids[i + 1]!);
        if (rank >= lowest) continue;
        lowest = rank;
        at = i;
      }
      if (lowest === NO_MERGE) return last;
      ids[at] = merges.mergedBy(lowest);
      for (let i = at + 2; i < last; i++) ids[i - 1] = ids[i]!;
    }
  }

  #reserve(length: number): void {
    this.#symbols = new Int32Array(length);
    this.#nexts = new Int32Array(length);
    this.#previous = new Int32Array(length);
    this.#heap = new LowestFirst(length);
  }

  #mergeByPlace(length: number): void {
    const merges = this.#merges;
    const symbols = this.#symbols;
    const nexts = this.#nexts;
    const heap = this.#heap;
    const offer = (at: number) => {
      const rank = merges.rank(symbols[at]!, symbols[nexts[at]!]!);
      if (rank !== NO_MERGE) heap.push(rank * POSITIONS + at);
    };
    for (let i = 0; i + 1 < length; i++) offer(i);
    for (let entry = heap.pop(); entry !== NONE; entry = heap.pop()) {
      const rank = Math.floor(entry / POSITIONS);
      const at = entry - rank * POSITIONS;
      const next = nexts[at]!;
      // An entry is out of date where either token has merged since.
      if (symbols[at] === MERGED || next === NONE || merges.rank(symbols[at]!, symbols[next]!) !== rank) continue;
      this.#join(at, next, rank);
      const before = this.#previous[at]!;
      if (before !== NONE) offer(before);
      if (nexts[at] !== NONE) offer(at);
    }
  }

  #join(at: number, next: number, rank: number): void {
    const after = this.#nexts[next]!;
    this.#symbols[at] = this.#merges.mergedBy(rank);
    this.#symbols[next] = MERGED;
    this.#nexts[at] = after;
    if (after !== NONE) this.#previous[after] = at;
  }
}

/** A binary heap of numbers of at least 0 that gives the lowest first, and -1 when it is empty. */
class LowestFirst {
  #values: Float64Array;
  #size = 0;

  constructor(capacity: number) {
    this.#values = new Float64Array(Math.max(16, capacity));
  }

  push(value: number): void {
    if (this.#size === this.#values.length) {
      const values = new Float64Array(this.#values.length * 2);
      values.set(this.#values);
      this.#values = values;
    }
    const values = this.#values;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (values[parent]! <= value) break;
      values[at] = values[parent]!;
      at = parent;
    }
    values[at] = value;
  }

  pop(): number {
    if (this.#size === 0) return -1;
    const values = this.#values;
    const lowest = values[0]!;
    const moved = values[--this.#size]!;
    const size = this.#size;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= size) break;
      if (child + 1 < size && values[child + 1]! < values[child]!) child++;
      if (values[child]! >= moved) break;
      values[at] = values[child]!;
      at = child;
    }
    values[at] = moved;
    return lowest;
  }
}
