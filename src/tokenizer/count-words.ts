/**
 * Counts words. A counter takes bytes of documents, one batch after the other; what it gives is sorted by bytes, so that
 * equal text gives equal bytes whatever the order it came in. It knows no files, no threads and no merges.
 */
import { ExpChatError } from '../base/index.ts';
import { ByteStringTable } from '../formats/index.ts';
import type { WordCounts } from './merge-training.ts';
import { wordEnd } from './pre-split.ts';

/** Documents end to end; document `i` is `bytes[ends[i - 1] .. ends[i])`. No word spans two of them. */
export interface DocumentBatch {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array<ArrayBuffer>;
}

/** The words of some text; counts are exact up to 2^53. */
export interface CountedWords extends WordCounts {
  readonly documents: number;
  readonly bytes: number;
  /** All words, not only distinct ones. */
  readonly words: number;
}

/**
 * Bytes of distinct words allowed where nothing else is said. Learning merges takes about 30 bytes of memory for each, so
 * this is about 8 GB.
 */
export const DEFAULT_MAX_DISTINCT_BYTES = 2 ** 28;

export class WordCounter {
  documents = 0;
  bytes = 0;
  #words = 0;
  readonly #table = new ByteStringTable(2 ** 15);
  readonly #maxDistinctBytes: number;
  #counts = new Float64Array(2 ** 16);
  #distinctBytes = 0;

  constructor(maxDistinctBytes = DEFAULT_MAX_DISTINCT_BYTES) {
    this.#maxDistinctBytes = maxDistinctBytes;
  }

  /** Counts the words of a batch, documents not counted: a piece of one may be all that a batch holds. */
  add({ bytes, ends }: DocumentBatch): void {
    let start = 0;
    for (const end of ends) {
      for (let at = start; at < end; ) {
        const next = wordEnd(bytes, at, end);
        this.#count(bytes, at, next, 1);
        this.#words++;
        at = next;
      }
      this.bytes += end - start;
      start = end;
    }
  }

  /** Adds what another counter counted. */
  addCounted({ pool, offsets, counts, words, bytes }: CountedWords): void {
    for (let i = 0; i < counts.length; i++) this.#count(pool, offsets[i]!, offsets[i + 1]!, counts[i]!);
    this.#words += words;
    this.bytes += bytes;
  }

  /** As counted so far, in the order first seen; valid until more is added. */
  unsorted(): CountedWords {
    const { pool, offsets, size } = this.#table;
    const counts = this.#counts.subarray(0, size);
    return { pool, offsets, counts, documents: this.documents, bytes: this.bytes, words: this.#words };
  }

  /** A copy, sorted by bytes. */
  sorted(): CountedWords {
    return sortedWords(this.unsorted());
  }

  #count(bytes: Uint8Array, start: number, end: number, times: number): void {
    const known = this.#table.size;
    const index = this.#table.intern(bytes, start, end);
    if (index === known) {
      this.#distinctBytes += end - start;
      if (this.#distinctBytes > this.#maxDistinctBytes) throw this.#tooMany();
      if (index === this.#counts.length) {
        const counts = new Float64Array(index * 2);
        counts.set(this.#counts);
        this.#counts = counts;
      }
    }
    this.#counts[index] = this.#counts[index]! + times;
  }

  #tooMany(): ExpChatError {
    return new ExpChatError({
      code: 'tokenizer.too-many-words',
      kind: 'resources',
      message: `tokenizer: expected at most ${this.#maxDistinctBytes} bytes of distinct words, got more`,
      next: 'Use less text: a sample of it gives nearly the same tokenizer.',
      fields: { maxBytes: this.#maxDistinctBytes },
    });
  }
}

/** The first four bytes of a word as one number, missing ones as 0: orders most pairs of words at once. */
function prefixOf(pool: Uint8Array, start: number, end: number): number {
  let prefix = 0;
  for (let i = 0; i < 4; i++) prefix = prefix * 256 + (start + i < end ? pool[start + i]! : 0);
  return prefix;
}

function sortedWords(words: CountedWords): CountedWords {
  const { pool, offsets, counts } = words;
  const size = counts.length;
  const prefixes = new Uint32Array(size);
  for (let i = 0; i < size; i++) prefixes[i] = prefixOf(pool, offsets[i]!, offsets[i + 1]!);
  const order = Uint32Array.from({ length: size }, (_, index) => index).sort((a, b) => {
    if (prefixes[a] !== prefixes[b]) return prefixes[a]! - prefixes[b]!;
    const lengthOfA = offsets[a + 1]! - offsets[a]!;
    const lengthOfB = offsets[b + 1]! - offsets[b]!;
    const shared = Math.min(lengthOfA, lengthOfB);
    for (let i = 0; i < shared; i++) {
      const difference = pool[offsets[a]! + i]! - pool[offsets[b]! + i]!;
      if (difference !== 0) return difference;
    }
    return lengthOfA - lengthOfB;
  });
  const sortedPool = new Uint8Array(pool.length);
  const sortedOffsets = new Uint32Array(size + 1);
  const sortedCounts = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const from = order[i]!;
    const at = sortedOffsets[i]!;
    const length = offsets[from + 1]! - offsets[from]!;
    for (let k = 0; k < length; k++) sortedPool[at + k] = pool[offsets[from]! + k]!;
    sortedOffsets[i + 1] = at + length;
    sortedCounts[i] = counts[from]!;
  }
  return { ...words, pool: sortedPool, offsets: sortedOffsets, counts: sortedCounts };
}
