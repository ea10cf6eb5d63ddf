/**
 * Merges out of ranks: a rank file lists tokens alone, and two neighbours merge where their bytes together are a token,
 * the one of the lowest rank first. This finds for each token the pair that makes it. It knows no files.
 */
import { ExpChatError } from '../base/index.ts';
import { TOKENIZER_LIMITS } from '../formats/index.ts';
import { latin1Of } from './latin1.ts';
import { LongWordMerger } from './long-word.ts';
import { MergeTable } from './merge-table.ts';

/** Bytes compared at most to find every pair of the tokens that merging does not reach; Llama 3 needs a hundredth. */
const MOST_SPLIT_WORK = 2 ** 28;
/** Bytes of all tokens together; o200k has a fifth of it. */
const MOST_TOKEN_BYTES = 2 ** 23;

const TOO_MANY = 'tokens that merging by rank makes, got too many that it does not';

export interface RankMerges {
  /** Left, right and merged id of each merge, end to end. */
  readonly merges: Uint32Array;
  /** True where merging the bytes of any token gives that token. */
  readonly complete: boolean;
}

/**
 * The merges of `tokens`, bytes by rank; empty ones are left out.
 *
 * When a token's turn comes, its bytes by the merges of lower ranks are the two tokens that make it: what lies within
 * its borders merges as it would alone. Where they are more than two, no text reaches the token by rank; then every pair
 * that makes it is a merge, as in Hugging Face's conversion of such files, and order among these pairs may differ.
 */
export function mergesFromRanks(tokens: readonly Uint8Array[], where: string): RankMerges {
  const byteIds = new Uint32Array(256);
  let longest = 0;
  let together = 0;
  // Plain loops: an object for each token is more memory than the token.
  for (let id = 0; id < tokens.length; id++) {
    const bytes = tokens[id]!;
    if (bytes.length === 1) byteIds[bytes[0]!] = id;
    longest = Math.max(longest, bytes.length);
    together += bytes.length;
  }
  if (together > MOST_TOKEN_BYTES)
    throw unsupported(where, `at most ${MOST_TOKEN_BYTES} bytes of tokens, got ${together}`);
  const table = MergeTable.growing(tokens.length);
  const merger = new LongWordMerger(table);
  const splits = new Splits(tokens, where);
  const ids = new Uint32Array(longest);
  let complete = true;
  for (let id = 0; id < tokens.length; id++) {
    const bytes = tokens[id]!;
    if (bytes.length < 2) continue;
    for (let i = 0; i < bytes.length; i++) ids[i] = byteIds[bytes[i]!]!;
    if (merger.merge(ids, 0, bytes.length) === 2) {
      table.add(ids[0]!, ids[1]!, id);
    } else {
      complete = false;
      for (const [left, right] of splits.of(bytes)) table.add(left, right, id);
      if (table.merged.length > TOKENIZER_LIMITS.vocabularySize) throw unsupported(where, TOO_MANY);
    }
  }
  return { merges: table.triples(), complete };
}

/**
 * The merges that can come about at all among ones that list several pairs for a token, as files converted from ranks do:
 * one for each token. Undefined where they are no such list: where the pairs of a token do not stand together, or a token
 * is not reached by its rank.
 */
export function reachedMerges(
  table: MergeTable,
  tokens: readonly Uint8Array[],
  byteIds: Uint32Array,
): MergeTable | undefined {
  const { lefts, rights, merged } = table;
  const kept = MergeTable.growing(tokens.length);
  const merger = new LongWordMerger(kept);
  const seen = new Uint8Array(tokens.length);
  for (let rank = 0; rank < merged.length; ) {
    const id = merged[rank]!;
    const bytes = tokens[id]!;
    if (seen[id] === 1) return undefined;
    seen[id] = 1;
    const ids = Uint32Array.from(bytes, (byte) => byteIds[byte]!);
    const reached = merger.merge(ids, 0, bytes.length) === 2;
    let listed = false;
    for (; rank < merged.length && merged[rank] === id; rank++) {
      listed ||= lefts[rank] === ids[0] && rights[rank] === ids[1];
    }
    if (!reached || !listed) return undefined;
    kept.add(ids[0]!, ids[1]!, id);
  }
  return MergeTable.of(kept.triples());
}

/** Every pair of tokens that together have given bytes. */
class Splits {
  readonly #tokens: readonly Uint8Array[];
  readonly #where: string;
  #idOf: Map<string, number> | undefined;
  #work = 0;

  constructor(tokens: readonly Uint8Array[], where: string) {
    this.#tokens = tokens;
    this.#where = where;
  }

  of(bytes: Uint8Array): [number, number][] {
    this.#work += bytes.length ** 2;
    if (this.#work > MOST_SPLIT_WORK) throw unsupported(this.#where, TOO_MANY);
    this.#idOf ??= new Map(this.#tokens.map((token, id) => [latin1Of(token, 0, token.length), id]));
    const name = latin1Of(bytes, 0, bytes.length);
    const pairs: [number, number][] = [];
    for (let cut = 1; cut < name.length; cut++) {
      const left = this.#idOf.get(name.slice(0, cut));
      const right = this.#idOf.get(name.slice(cut));
      if (left !== undefined && right !== undefined) pairs.push([left, right]);
    }
    return pairs.sort((a, b) => a[0] - b[0]);
  }
}

function unsupported(where: string, expected: string): ExpChatError {
  return new ExpChatError({
    code: 'tokenizer.unsupported',
    kind: 'refused',
    message: `${where}: expected ${expected}`,
    fields: { path: where },
  });
}
