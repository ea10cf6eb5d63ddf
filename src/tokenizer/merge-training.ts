/**
 * Learns merges from counted words. In each step the pair of neighbouring tokens with the highest count merges
 * everywhere; of equal counts the one with the smaller left id, then the smaller right id. So the result depends on the
 * counts alone, never on the order of words. It knows no text and no files.
 *
 * Every pair holds a list of the positions where it occurs, so a step touches these positions and nothing else. Two facts
 * keep it simple. A merge that would spell a token that exists already is passed over, so each token is made in one step
 * only; hence a pair gains positions only in the step that makes its newer token, in rising order, and from then on only
 * loses some. Therefore the heap may hold counts that are too high, never too low: an entry that has fallen is put back.
 */
import { bytesToAlphabet } from '../formats/index.ts';

export interface WordCounts {
  /** Words end to end; word `i` is `offsets[i] .. offsets[i + 1]`. */
  readonly pool: Uint8Array;
  readonly offsets: Uint32Array;
  /** How often each word occurs; exact up to 2^53. */
  readonly counts: Float64Array;
}

export interface MergeOptions {
  readonly maxMerges: number;
  readonly minFrequency: number;
  readonly maxTokenBytes: number;
  /** Names, in the byte alphabet, that no token may get. */
  readonly reservedNames: Iterable<string>;
}

/** Stands between two words. */
const BOUNDARY = -1;
const NONE = -1;

/** Pairs of tokens with their counts and positions, by a slot that never changes. */
class Pairs {
  lefts = new Int32Array(4096);
  rights = new Int32Array(4096);
  counts = new Float64Array(4096);
  heads = new Int32Array(4096);
  tails = new Int32Array(4096);
  size = 0;
  #slots = new Int32Array(16384).fill(NONE);

  /** Index of a pair, new ones with no position and a count of 0. */
  indexOf(left: number, right: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(left, right) & mask;
    for (;;) {
      const index = this.#slots[slot]!;
      if (index === NONE) break;
      if (this.lefts[index] === left && this.rights[index] === right) return index;
      slot = (slot + 1) & mask;
    }
    const index = this.size++;
    this.#slots[slot] = index;
    this.lefts[index] = left;
    this.rights[index] = right;
    this.heads[index] = NONE;
    this.tails[index] = NONE;
    if (this.size === this.lefts.length) this.#grow();
    return index;
  }

  #grow(): void {
    const length = this.lefts.length * 2;
    const grown = (old: Int32Array<ArrayBuffer>) => {
      const array = new Int32Array(length);
      array.set(old);
      return array;
    };
    this.lefts = grown(this.lefts);
    this.rights = grown(this.rights);
    this.heads = grown(this.heads);
    this.tails = grown(this.tails);
    const counts = new Float64Array(length);
    counts.set(this.counts);
    this.counts = counts;
    this.#slots = new Int32Array(length * 4).fill(NONE);
    const mask = this.#slots.length - 1;
    for (let index = 0; index < this.size; index++) {
      let slot = hashOf(this.lefts[index]!, this.rights[index]!) & mask;
      while (this.#slots[slot] !== NONE) slot = (slot + 1) & mask;
      this.#slots[slot] = index;
    }
  }
}

function hashOf(left: number, right: number): number {
  const mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

/** A heap of pairs: highest count first, then the smaller ids. The count is the one at the time of the push. */
class PairHeap {
  readonly #pairs: Pairs;
  #entries = new Int32Array(4096);
  #counts = new Float64Array(4096);
  size = 0;

  constructor(pairs: Pairs) {
    this.#pairs = pairs;
  }

  get topPair(): number {
    return this.#entries[0]!;
  }

  get topCount(): number {
    return this.#counts[0]!;
  }

  push(pair: number, count: number): void {
    if (this.size === this.#entries.length) {
      const entries = new Int32Array(this.size * 2);
      entries.set(this.#entries);
      this.#entries = entries;
      const counts = new Float64Array(this.size * 2);
      counts.set(this.#counts);
      this.#counts = counts;
    }
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#precedes(pair, count, this.#entries[parent]!, this.#counts[parent]!)) break;
      this.#entries[at] = this.#entries[parent]!;
      this.#counts[at] = this.#counts[parent]!;
      at = parent;
    }
    this.#entries[at] = pair;
    this.#counts[at] = count;
  }

  removeTop(): void {
    const last = --this.size;
    if (last > 0) this.#sinkFromTop(this.#entries[last]!, this.#counts[last]!);
  }

  /** Gives the top entry a lower count. */
  lowerTop(count: number): void {
    this.#sinkFromTop(this.#entries[0]!, count);
  }

  #sinkFromTop(pair: number, count: number): void {
    const entries = this.#entries;
    const counts = this.#counts;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= this.size) break;
      if (
        child + 1 < this.size &&
        this.#precedes(entries[child + 1]!, counts[child + 1]!, entries[child]!, counts[child]!)
      ) {
        child++;
      }
      if (!this.#precedes(entries[child]!, counts[child]!, pair, count)) break;
      entries[at] = entries[child]!;
      counts[at] = counts[child]!;
      at = child;
    }
    entries[at] = pair;
    counts[at] = count;
  }

  #precedes(a: number, countOfA: number, b: number, countOfB: number): boolean {
    if (countOfA !== countOfB) return countOfA > countOfB;
    const { lefts, rights } = this.#pairs;
    if (lefts[a] !== lefts[b]) return lefts[a]! < lefts[b]!;
    return rights[a]! < rights[b]!;
  }
}

/** The state of one training; `step` makes one token. Token ids are the byte values, then 256 and up by rank. */
export class MergeTrainer {
  /** Left and right id of each merge so far; merge `r` makes token `256 + r`. */
  readonly merges: [number, number][] = [];
  /** Bytes of each token so far. */
  readonly tokens: Uint8Array[] = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  readonly #options: MergeOptions;
  readonly #counts: Float64Array;
  /** Names of all tokens so far, in the byte alphabet. */
  readonly #names: Set<string>;
  readonly #pairs = new Pairs();
  readonly #heap = new PairHeap(this.#pairs);
  /** Token that begins at each position, `BOUNDARY` between words; inside a token the value is stale. */
  readonly #symbols: Int32Array;
  /** Position of the token before, or that of the boundary. */
  readonly #previous: Int32Array;
  readonly #wordOf: Int32Array;
  /** The pair that begins at each position and its neighbours in that pair's list. */
  readonly #pairAt: Int32Array;
  readonly #listNext: Int32Array;
  readonly #listPrevious: Int32Array;

  constructor(words: WordCounts, options: MergeOptions) {
    this.#options = options;
    this.#counts = words.counts;
    this.#names = new Set(options.reservedNames);
    const count = words.offsets.length - 1;
    const positions = words.offsets[count]! + count + 1;
    this.#symbols = new Int32Array(positions).fill(BOUNDARY);
    this.#previous = new Int32Array(positions);
    this.#wordOf = new Int32Array(positions);
    this.#pairAt = new Int32Array(positions).fill(NONE);
    this.#listNext = new Int32Array(positions);
    this.#listPrevious = new Int32Array(positions);
    let at = 1;
    for (let word = 0; word < count; word++) {
      for (let i = words.offsets[word]!; i < words.offsets[word + 1]!; i++) {
        this.#symbols[at] = words.pool[i]!;
        this.#previous[at] = at - 1;
        this.#wordOf[at] = word;
        at++;
      }
      this.#previous[at] = at - 1;
      at++;
    }
    for (let position = 1; position + 1 < positions; position++) {
      if (this.#symbols[position] === BOUNDARY || this.#symbols[position + 1] === BOUNDARY) continue;
      this.#link(position, this.#symbols[position]!, this.#symbols[position + 1]!);
    }
    this.#offerFrom(0);
  }

  /** Makes one more token; false where no pair is left that is frequent and short enough. */
  step(): boolean {
    const { minFrequency, maxMerges } = this.#options;
    if (this.merges.length >= maxMerges) return false;
    while (this.#heap.size > 0) {
      const pair = this.#heap.topPair;
      const count = this.#pairs.counts[pair]!;
      if (count < minFrequency) {
        this.#heap.removeTop();
      } else if (count !== this.#heap.topCount) {
        this.#heap.lowerTop(count);
      } else {
        this.#heap.removeTop();
        const bytes = this.#joined(pair);
        const name = bytesToAlphabet(bytes);
        if (this.#names.has(name)) continue;
        this.#names.add(name);
        this.#merge(pair, bytes);
        return true;
      }
    }
    return false;
  }

  #joined(pair: number): Uint8Array {
    const left = this.tokens[this.#pairs.lefts[pair]!]!;
    const right = this.tokens[this.#pairs.rights[pair]!]!;
    const bytes = new Uint8Array(left.length + right.length);
    bytes.set(left);
    bytes.set(right, left.length);
    return bytes;
  }

  #merge(pair: number, bytes: Uint8Array): void {
    const pairs = this.#pairs;
    const symbols = this.#symbols;
    const left = pairs.lefts[pair]!;
    const right = pairs.rights[pair]!;
    const leftLength = this.tokens[left]!.length;
    const made = this.tokens.length;
    const firstNew = pairs.size;
    this.tokens.push(bytes);
    this.merges.push([left, right]);
    for (let at = pairs.heads[pair]!; at !== NONE; at = pairs.heads[pair]!) {
      const before = this.#previous[at]!;
      const after = at + bytes.length;
      this.#unlink(at);
      if (symbols[after] !== BOUNDARY) this.#unlink(at + leftLength);
      symbols[at] = made;
      this.#previous[after] = at;
      if (symbols[before] !== BOUNDARY) {
        this.#unlink(before);
        this.#link(before, symbols[before]!, made);
      }
      if (symbols[after] !== BOUNDARY) this.#link(at, made, symbols[after]!);
    }
    this.#offerFrom(firstNew);
  }

  /** Puts the pairs from index `first` on into the heap. */
  #offerFrom(first: number): void {
    const { minFrequency, maxTokenBytes } = this.#options;
    const pairs = this.#pairs;
    for (let pair = first; pair < pairs.size; pair++) {
      const length = this.tokens[pairs.lefts[pair]!]!.length + this.tokens[pairs.rights[pair]!]!.length;
      if (length <= maxTokenBytes && pairs.counts[pair]! >= minFrequency) this.#heap.push(pair, pairs.counts[pair]!);
    }
  }

  /** Appends position `at` to the list of the pair. */
  #link(at: number, left: number, right: number): void {
    const pairs = this.#pairs;
    const pair = pairs.indexOf(left, right);
    const tail = pairs.tails[pair]!;
    this.#pairAt[at] = pair;
    this.#listPrevious[at] = tail;
    this.#listNext[at] = NONE;
    if (tail === NONE) pairs.heads[pair] = at;
    else this.#listNext[tail] = at;
    pairs.tails[pair] = at;
    pairs.counts[pair] = pairs.counts[pair]! + this.#counts[this.#wordOf[at]!]!;
  }

  /** Takes the pair that begins at `at` off its list. */
  #unlink(at: number): void {
    const pairs = this.#pairs;
    const pair = this.#pairAt[at]!;
    const next = this.#listNext[at]!;
    const previous = this.#listPrevious[at]!;
    if (previous === NONE) pairs.heads[pair] = next;
    else this.#listNext[previous] = next;
    if (next === NONE) pairs.tails[pair] = previous;
    else this.#listPrevious[next] = previous;
    this.#pairAt[at] = NONE;
    pairs.counts[pair] = pairs.counts[pair]! - this.#counts[this.#wordOf[at]!]!;
  }
}
