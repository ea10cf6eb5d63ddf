/**
 * Merges words in time linear in their length, without a queue. It knows neither text nor caches.
 *
 * Where every merge joins tokens that earlier merges made, a row of tokens is what byte pair encoding gives exactly if
 * each two neighbours are: no merge across their border comes before the merges that made them. So the tokens are taken
 * from left to right, the longest that fits its left neighbour; where none fits, the last one is taken back, and the
 * place it ended at is not tried again. (The same fact is behind https://github.blog/ai-and-ml/llms/so-many-tokens-so-little-time-introducing-a-faster-more-flexible-byte-pair-tokenizer/.)
 */
import { invariant } from '../base/index.ts';
import type { MergeTable } from './merge-table.ts';
import { NO_TOKEN, TokenTrie } from './token-trie.ts';

/** Order of a byte, which no merge makes; below every rank. */
const BYTE = -1;
const NEVER = 0x7ffffffe;
/** More bytes of tokens than this make no trie; no published tokenizer has a quarter of it. */
const MOST_TRIE_BYTES = 2 ** 22;
const KEPT_FLAGS = 2 ** 16;

export class LinearMerger {
  readonly #merges: MergeTable;
  readonly #trie: TokenTrie;
  readonly #lengths: Uint32Array;
  /** Rank of the merge that makes a token, its left and its right part, by id. */
  readonly #orders: Int32Array;
  readonly #lefts: Uint32Array;
  readonly #rights: Uint32Array;
  /** Places a token must not end at, 1 where it is known to lead nowhere. All 0 between two words. */
  #closed = new Uint8Array(1024);

  private constructor(merges: MergeTable, tokens: readonly Uint8Array[], orders: Int32Array) {
    this.#merges = merges;
    this.#orders = orders;
    this.#lengths = Uint32Array.from(tokens, (bytes) => bytes.length);
    this.#lefts = new Uint32Array(tokens.length);
    this.#rights = new Uint32Array(tokens.length);
    for (let rank = 0; rank < merges.merged.length; rank++) {
      this.#lefts[merges.merged[rank]!] = merges.lefts[rank]!;
      this.#rights[merges.merged[rank]!] = merges.rights[rank]!;
    }
    const reachable = this.#reachable();
    this.#trie = new TokenTrie(tokens, (id) => reachable[id] === 1);
  }

  /** A merger for these tokens, or undefined where their merges are in no order or too large. `byteIds`: id by byte. */
  static of(merges: MergeTable, tokens: readonly Uint8Array[], byteIds: Uint32Array): LinearMerger | undefined {
    if (!merges.inOrder) return undefined;
    let bytesOfTokens = 0;
    for (const bytes of tokens) bytesOfTokens += bytes.length;
    if (bytesOfTokens > MOST_TRIE_BYTES) return undefined;
    const orders = new Int32Array(tokens.length).fill(NEVER);
    for (const id of byteIds) orders[id] = BYTE;
    for (let rank = 0; rank < merges.merged.length; rank++) orders[merges.merged[rank]!] = rank;
    return new LinearMerger(merges, tokens, orders);
  }

  /**
   * Writes the tokens of `bytes[start .. end)` into `ids` from `at` on and returns the place after the last one. `ids`
   * has room for one token a byte.
   */
  merge(bytes: Uint8Array, start: number, end: number, ids: Uint32Array, at: number): number {
    const trie = this.#trie;
    const lengths = this.#lengths;
    const shorter = trie.shorter;
    const size = end - start;
    if (size > this.#closed.length) this.#closed = new Uint8Array(size);
    const closed = this.#closed;
    let count = at;
    let place = start;
    let previous = NO_TOKEN;
    let token = trie.longest(bytes, start, end);
    for (;;) {
      const after = place + lengths[token]!;
      if (closed[after - start - 1] === 0 && (previous === NO_TOKEN || this.#fit(previous, token, NEVER))) {
        ids[count++] = token;
        place = after;
        if (place === end) break;
        previous = token;
        token = trie.longest(bytes, place, end);
        continue;
      }
      token = shorter[token]!;
      while (token === NO_TOKEN) {
        invariant(count > at, () => 'linear merger: expected some row of tokens for any bytes, got none');
        // Nothing fits after the last token: it is taken back, and what is shorter is tried in its place.
        closed[place - start - 1] = 1;
        count--;
        place -= lengths[previous]!;
        token = shorter[previous]!;
        previous = count === at ? NO_TOKEN : ids[count - 1]!;
      }
    }
    if (closed.length > KEPT_FLAGS) this.#closed = new Uint8Array(1024);
    else closed.fill(0, 0, size);
    return count;
  }

  /** Whether the merges below `limit` leave the border between two tokens alone. */
  #fit(left: number, right: number, limit: number): boolean {
    const orders = this.#orders;
    let leftPart = left;
    let rightPart = right;
    let before = limit;
    for (;;) {
      if (this.#merges.rank(leftPart, rightPart) < before) return false;
      const leftOrder = orders[leftPart]!;
      const rightOrder = orders[rightPart]!;
      // The later of the two merges is taken back; of one rank, the left place was merged first.
      if (leftOrder > rightOrder) {
        before = leftOrder;
        leftPart = this.#rights[leftPart]!;
      } else if (rightOrder !== BYTE) {
        before = rightOrder + 1;
        rightPart = this.#lefts[rightPart]!;
      } else {
        return true;
      }
    }
  }

  /** 1 for each token that merging its own bytes gives; the others can not come out of any text. */
  #reachable(): Uint8Array {
    const { lefts, rights, merged } = this.#merges;
    const reachable = Uint8Array.from(this.#orders, (order) => (order === BYTE ? 1 : 0));
    for (let rank = 0; rank < merged.length; rank++) {
      const partsAre = reachable[lefts[rank]!] === 1 && reachable[rights[rank]!] === 1;
      if (partsAre && this.#fit(lefts[rank]!, rights[rank]!, rank)) reachable[merged[rank]!] = 1;
    }
    return reachable;
  }
}
