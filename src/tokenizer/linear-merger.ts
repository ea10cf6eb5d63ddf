/**
 * Merges words in time linear in their length, without a queue. It knows neither text nor caches.
 *
 * Where every merge joins tokens that earlier merges made, a row of tokens is what byte pair encoding gives exactly if
 * each two neighbours are: no merge across their border comes before the merges that made them. So the tokens are taken
 * from left to right, the longest that fits its left neighbour; where none fits, the last one is taken back, and the
 * place it ended at is not tried again. (The same fact is behind https://github.blog/ai-and-ml/llms/so-many-tokens-so-little-time-introducing-a-faster-more-flexible-byte-pair-tokenizer/.)
 */
import { ExpChatError } from '../base/index.ts';
import { type MergeTable, slotOf } from './merge-table.ts';
import { reachedMerges } from './rank-merges.ts';
import { Repeats, UNKNOWN } from './repeats.ts';
import { ID_MASK, LENGTH_SHIFT, NO_TOKEN, TokenTrie } from './token-trie.ts';

/** Order of a byte, which no merge makes; below every rank. */
const BYTE = -1;
const NEVER = 0x7ffffffe;
/** More bytes of tokens than this make no trie; no published tokenizer has a quarter of it. */
const MOST_TRIE_BYTES = 2 ** 22;
/** A longer token could be a chain of beginnings that is tried at every place; published ones have 128 bytes at most. */
const LONGEST_TOKEN_BYTES = 512;
/** What is asked for a single byte is found again sooner than remembered. */
const REMEMBERED_BYTES = 2;
/** Pairs are remembered in 2^12 places. */
const KNOWN_BITS = 12;
/** A token of so many bytes may stand in text that repeats itself; for shorter ones it is not worth a look. */
const REPEATED_BYTES = 16;
const KEPT_FLAGS = 2 ** 16;

export class LinearMerger {
  readonly #merges: MergeTable;
  readonly #trie: TokenTrie;
  /** By id, four numbers each: rank of the merge that makes the token, its left and right part, and its length. */
  readonly #made: Int32Array;
  /** Places a token must not end at, 1 where it is known to lead nowhere. All 0 between two words. */
  #closed = new Uint8Array(1024);

  /** What `#following` was asked before, two numbers, whether anything was, and what it said. */
  readonly #known = new Int32Array(2 ** KNOWN_BITS * 4);
  readonly #repeats = new Repeats();

  private constructor(merges: MergeTable, tokens: readonly Uint8Array[], orders: Int32Array) {
    this.#merges = merges;
    this.#made = new Int32Array(tokens.length * 4);
    for (const [id, bytes] of tokens.entries()) {
      this.#made[id * 4] = orders[id]!;
      this.#made[id * 4 + 3] = bytes.length;
    }
    const { lefts, rights, merged } = merges;
    for (const [rank, id] of merged.entries()) {
      this.#made[id * 4 + 1] = lefts[rank]!;
      this.#made[id * 4 + 2] = rights[rank]!;
    }
    const reachable = this.#reachable(orders);
    this.#trie = new TokenTrie(tokens, (id) => reachable[id] === 1);
  }

  /** A merger for these tokens, or undefined where their merges are in no order or too large. `byteIds`: id by byte. */
  static of(table: MergeTable, tokens: readonly Uint8Array[], byteIds: Uint32Array): LinearMerger | undefined {
    let bytesOfTokens = 0;
    for (const bytes of tokens) {
      bytesOfTokens += bytes.length;
      if (bytes.length > LONGEST_TOKEN_BYTES) return undefined;
    }
    if (bytesOfTokens > MOST_TRIE_BYTES) return undefined;
    const merges = table.inOrder ? table : reachedMerges(table, tokens, byteIds);
    if (merges?.inOrder !== true) return undefined;
    const orders = new Int32Array(tokens.length).fill(NEVER);
    for (const id of byteIds) orders[id] = BYTE;
    for (const [rank, id] of merges.merged.entries()) orders[id] = rank;
    return new LinearMerger(merges, tokens, orders);
  }

  /**
   * Writes the tokens of `bytes[start .. end)` into `ids` from `at` on and returns the place after the last one. `ids`
   * has room for one token a byte.
   */
  merge(bytes: Uint8Array, start: number, end: number, ids: Uint32Array, at: number): number {
    const trie = this.#trie;
    const made = this.#made;
    const shorter = trie.shorter;
    const size = end - start;
    if (size > this.#closed.length) this.#closed = new Uint8Array(size);
    const closed = this.#closed;
    const repeats = this.#repeats;
    repeats.clear();
    let tookBack = false;
    let count = at;
    let place = start;
    let previous = NO_TOKEN;
    let token = trie.longest(bytes, start, end);
    // The longest token at the place in hand, where it is known, and whether the one before is that of its place.
    let longest = token;
    let previousIsLongest = false;
    for (;;) {
      while (token === NO_TOKEN) {
        if (count === at) throw noRow();
        // Nothing fits after the last token: it is taken back, and what is shorter is tried in its place.
        closed[place - start - 1] = 1;
        tookBack = true;
        count--;
        place -= made[previous * 4 + 3]!;
        token = shorter[previous]!;
        previous = count === at ? NO_TOKEN : ids[count - 1]!;
        longest = NO_TOKEN;
        previousIsLongest = false;
        if (previous !== NO_TOKEN) token = this.#following(previous, token, false);
      }
      const after = place + (token >> LENGTH_SHIFT);
      if (closed[after - start - 1] === 0) {
        previous = token & ID_MASK;
        ids[count++] = previous;
        if (after === end) break;
        place = after;
        previousIsLongest = token === longest;
        token = place < repeats.to ? this.#longestAgain(bytes, place, end) : trie.longest(bytes, place, end);
        if (token >= REPEATED_BYTES << LENGTH_SHIFT) repeats.look(bytes, place, end, trie.depth);
        longest = token;
      } else {
        token = shorter[token & ID_MASK]!;
      }
      if (previous !== NO_TOKEN) token = this.#following(previous, token, previousIsLongest);
    }
    if (closed.length > KEPT_FLAGS) this.#closed = new Uint8Array(1024);
    else if (tookBack) closed.fill(0, 0, size);
    return count;
  }

  /**
   * The first of `token` and the shorter ones it begins with that fits after `previous`; remembered, as pairs repeat.
   * `isLongest`: `previous` is the longest token at its place, so that it is part of no token with what follows.
   */
  #following(previous: number, token: number, isLongest: boolean): number {
    if (token < REMEMBERED_BYTES << LENGTH_SHIFT) return this.#firstFit(previous, token, isLongest);
    const known = this.#known;
    const slot = (slotOf(previous, token & ID_MASK) >>> (32 - KNOWN_BITS)) << 2;
    if (known[slot] === previous && known[slot + 1] === token && known[slot + 2] === 1) return known[slot + 3]!;
    const found = this.#firstFit(previous, token, isLongest);
    known[slot] = previous;
    known[slot + 1] = token;
    known[slot + 2] = 1;
    known[slot + 3] = found;
    return found;
  }

  #firstFit(previous: number, token: number, isLongest: boolean): number {
    const shorter = this.#trie.shorter;
    let found = token;
    while (found !== NO_TOKEN) {
      const id = found & ID_MASK;
      if (this.#fit(previous, id, NEVER, isLongest)) break;
      found = shorter[id]!;
    }
    return found;
  }

  /** The longest token at a place in repeated text. */
  #longestAgain(bytes: Uint8Array, place: number, end: number): number {
    const known = this.#repeats.answerAt(place);
    if (known !== UNKNOWN) return known;
    const token = this.#trie.longest(bytes, place, end);
    this.#repeats.note(place, token);
    return token;
  }

  /** Whether the merges below `limit` leave the border between two tokens alone; `isLongest` as for `#following`. */
  #fit(left: number, right: number, limit: number, isLongest: boolean): boolean {
    const made = this.#made;
    let leftPart = left;
    let rightPart = right;
    let before = limit;
    const known = isLongest ? left : NO_TOKEN;
    for (;;) {
      if (leftPart !== known && this.#merges.rank(leftPart, rightPart) < before) return false;
      const leftOrder = made[leftPart * 4]!;
      const rightOrder = made[rightPart * 4]!;
      // The later of the two merges is taken back; of one rank, the left place was merged first.
      if (leftOrder > rightOrder) {
        before = leftOrder;
        leftPart = made[leftPart * 4 + 2]!;
      } else if (rightOrder !== BYTE) {
        before = rightOrder + 1;
        rightPart = made[rightPart * 4 + 1]!;
      } else {
        return true;
      }
    }
  }

  /** 1 for each token that merging its own bytes gives; the others can not come out of any text. */
  #reachable(orders: Int32Array): Uint8Array {
    const { lefts, rights, merged } = this.#merges;
    const reachable = Uint8Array.from(orders, (order) => (order === BYTE ? 1 : 0));
    for (let rank = 0; rank < merged.length; rank++) {
      const partsAre = reachable[lefts[rank]!] === 1 && reachable[rights[rank]!] === 1;
      if (partsAre && this.#fit(lefts[rank]!, rights[rank]!, rank, false)) reachable[merged[rank]!] = 1;
    }
    return reachable;
  }
}

function noRow(): ExpChatError {
  return new ExpChatError({
    code: 'tokenizer.no-row',
    kind: 'internal',
    message: 'internal: linear merger: expected some row of tokens for any bytes, got none',
  });
}
