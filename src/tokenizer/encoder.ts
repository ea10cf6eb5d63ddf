/**
 * Bytes to ids: cuts into words, looks each up in a bounded cache, else merges it. Within a word the pair of the lowest
 * rank merges first, the leftmost of several (Sennrich et al. 2016, https://arxiv.org/abs/1508.07909). `linear-merger.ts`
 * does that where the merges are in order, as training makes them; else short words take a plain scan for the lowest rank
 * and long ones go to `long-word.ts`. So time stays near linear in the length of a word. It knows no special tokens and
 * no text.
 */
import { TOKENIZER_LIMITS } from '../formats/index.ts';
import { latin1Of } from './latin1.ts';
import { LinearMerger } from './linear-merger.ts';
import { LongWordMerger } from './long-word.ts';
import { type MergeTable, NO_MERGE } from './merge-table.ts';
import type { WordEnd } from './pre-split.ts';
import { UNKNOWN, WordCache } from './word-cache.ts';

/** The longest word that is cached, and the longest that a plain scan merges. */
const SHORT_WORD_BYTES = 48;
/** Up to this length a plain scan is the fastest in any case. */
const SCANNED_BYTES = 8;
/** A longer word is cut here, so that memory stays bounded; 16 MiB without a blank are no text. */
const LONGEST_WORD_BYTES = 2 ** 24;
/** The output buffer is given back to the system above this size. */
const KEPT_IDS = 2 ** 18;

/** What a tokenizer gives its encoder. */
export interface EncoderParts {
  readonly merges: MergeTable;
  /** Bytes by id. */
  readonly tokens: readonly Uint8Array[];
  /** The id of each of the 256 bytes. */
  readonly byteIds: Uint32Array;
  readonly wordEnd: WordEnd;
  /** Where a word that is a token becomes that token whatever its merges give: id by the bytes as Latin-1 text. */
  readonly wholeWords: ReadonlyMap<string, number> | undefined;
}

export class Encoder {
  readonly #parts: EncoderParts;
  readonly #merges: MergeTable;
  readonly #byteIds: Uint32Array;
  /** Made when the first word is merged; null where the merges do not allow it. */
  #linear: LinearMerger | null | undefined;
  #longWords: LongWordMerger | undefined;
  readonly #cache = new WordCache();
  readonly #symbols = new Int32Array(SHORT_WORD_BYTES + 1);
  readonly #ranks = new Int32Array(SHORT_WORD_BYTES + 1);
  #ids = new Uint32Array(4096);
  #count = 0;

  constructor(parts: EncoderParts) {
    this.#parts = parts;
    this.#merges = parts.merges;
    this.#byteIds = parts.byteIds;
  }

  /** Appends one id, as it is. */
  push(id: number): void {
    if (this.#count === this.#ids.length) this.#grow(this.#count + 1);
    this.#ids[this.#count++] = id;
  }

  /** Appends the ids of `bytes`. */
  append(bytes: Uint8Array): void {
    const end = bytes.length;
    const { byteIds, wholeWords, wordEnd } = this.#parts;
    for (let start = 0; start < end; ) {
      const next = Math.min(wordEnd(bytes, start, end), start + LONGEST_WORD_BYTES);
      const length = next - start;
      if (this.#count + length > this.#ids.length) this.#grow(this.#count + length);
      if (length === 1) this.#ids[this.#count++] = byteIds[bytes[start]!]!;
      else if (length === 2 && wholeWords === undefined) {
        this.#appendPair(byteIds[bytes[start]!]!, byteIds[bytes[start + 1]!]!);
      } else if (length > SHORT_WORD_BYTES) this.#count = this.#merge(bytes, start, next, this.#ids, this.#count);
      else this.#appendCached(bytes, start, next);
      start = next;
    }
  }

  /** Appends the ids of a short word, from the cache where it is there. */
  #appendCached(bytes: Uint8Array, start: number, end: number): void {
    const cache = this.#cache;
    const hash = WordCache.hashOf(bytes, start, end);
    const word = cache.find(hash, bytes, start, end);
    const ids = this.#ids;
    const first = this.#count;
    if (word === UNKNOWN) {
      this.#count = this.#merge(bytes, start, end, ids, first);
      cache.note(hash, bytes, start, end, ids, first, this.#count);
      return;
    }
    const cached = cache.ids;
    const last = cache.records[word * 4 + 3]!;
    let count = first;
    for (let at = cache.records[word * 4 + 2]!; at < last; at++) ids[count++] = cached[at]!;
    this.#count = count;
  }

  #appendPair(left: number, right: number): void {
    const rank = this.#merges.rank(left, right);
    if (rank === NO_MERGE) {
      this.#ids[this.#count++] = left;
      this.#ids[this.#count++] = right;
    } else {
      this.#ids[this.#count++] = this.#merges.mergedBy(rank);
    }
  }

  /** The ids appended since the last `take`. */
  take(): Uint32Array {
    const ids = this.#ids.slice(0, this.#count);
    this.#count = 0;
    if (this.#ids.length > KEPT_IDS) this.#ids = new Uint32Array(4096);
    return ids;
  }

  #grow(needed: number): void {
    const ids = new Uint32Array(Math.max(needed, this.#ids.length * 2));
    ids.set(this.#ids.subarray(0, this.#count));
    this.#ids = ids;
  }

  /** Writes the ids of the word `bytes[start .. end)` into `ids` from `at` on and returns the place after the last. */
  #merge(bytes: Uint8Array, start: number, end: number, ids: Uint32Array, at: number): number {
    const { wholeWords } = this.#parts;
    if (wholeWords !== undefined && end - start <= TOKENIZER_LIMITS.tokenBytes) {
      const whole = wholeWords.get(latin1Of(bytes, start, end));
      if (whole !== undefined) {
        ids[at] = whole;
        return at + 1;
      }
    }
    if (end - start <= SCANNED_BYTES) return this.#mergeShort(bytes, start, end, ids, at);
    this.#linear ??= LinearMerger.of(this.#merges, this.#parts.tokens, this.#byteIds) ?? null;
    if (this.#linear !== null) return this.#linear.merge(bytes, start, end, ids, at);
    if (end - start <= SHORT_WORD_BYTES) return this.#mergeShort(bytes, start, end, ids, at);
    for (let i = start; i < end; i++) ids[at + i - start] = this.#byteIds[bytes[i]!]!;
    this.#longWords ??= new LongWordMerger(this.#merges);
    return this.#longWords.merge(ids, at, at + end - start);
  }

  #mergeShort(bytes: Uint8Array, start: number, end: number, ids: Uint32Array, place: number): number {
    const symbols = this.#symbols;
    const ranks = this.#ranks;
    const merges = this.#merges;
    let count = end - start;
    for (let i = 0; i < count; i++) symbols[i] = this.#byteIds[bytes[start + i]!]!;
    for (let i = 0; i < count - 1; i++) ranks[i] = merges.rank(symbols[i]!, symbols[i + 1]!);
    for (;;) {
      let lowest = NO_MERGE;
      let at = -1;
      for (let i = 0; i < count - 1; i++) {
        if (ranks[i]! < lowest) {
          lowest = ranks[i]!;
          at = i;
        }
      }
      if (at === -1) break;
      symbols[at] = merges.mergedBy(lowest);
      count--;
      for (let i = at + 1; i < count; i++) {
        symbols[i] = symbols[i + 1]!;
        ranks[i] = ranks[i + 1]!;
      }
      if (at > 0) ranks[at - 1] = merges.rank(symbols[at - 1]!, symbols[at]!);
      if (at < count - 1) ranks[at] = merges.rank(symbols[at]!, symbols[at + 1]!);
    }
    for (let i = 0; i < count; i++) ids[place + i] = symbols[i]!;
    return place + count;
  }
}
