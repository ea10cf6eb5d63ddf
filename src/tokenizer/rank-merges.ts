/**
 * Merges out of ranks: a rank file lists tokens alone, and two neighbours merge where their bytes together are a token,
 * the one of the lowest rank first. This finds for each token the pair that makes it. It knows no files.
 */
import { ExpChatError } from '../base/index.ts';
import { latin1Of } from './encoder.ts';
import { LongWordMerger } from './long-word.ts';
import { MergeTable } from './merge-table.ts';

/** Bytes compared at most to find every pair of the tokens that merging does not reach; Llama 3 needs a hundredth. */
const MOST_SPLIT_WORK = 2 ** 28;

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
  for (const [id, bytes] of tokens.entries()) if (bytes.length === 1) byteIds[bytes[0]!] = id;
  const table = MergeTable.growing(tokens.length);
  const merger = new LongWordMerger(table);
  const unreached: number[] = [];
  const triples: [number, number, number][] = [];
  let longest = 0;
  for (const bytes of tokens) longest = Math.max(longest, bytes.length);
  const ids = new Uint32Array(longest);
  for (const [id, bytes] of tokens.entries()) {
    if (bytes.length < 2) continue;
    for (let i = 0; i < bytes.length; i++) ids[i] = byteIds[bytes[i]!]!;
    if (merger.merge(ids, 0, bytes.length) === 2) {
      table.add(ids[0]!, ids[1]!, id);
      triples.push([ids[0]!, ids[1]!, id]);
    } else {
      unreached.push(id);
    }
  }
  if (unreached.length > 0) {
    triples.push(...pairsOf(unreached, tokens, where));
    triples.sort((a, b) => a[2] - b[2] || a[0] - b[0] || a[1] - b[1]);
  }
  return { merges: Uint32Array.from(triples.flat()), complete: unreached.length === 0 };
}

/** Every pair of tokens that together have the bytes of one of `wanted`. */
function pairsOf(wanted: readonly number[], tokens: readonly Uint8Array[], where: string): [number, number, number][] {
  let work = 0;
  for (const id of wanted) work += tokens[id]!.length ** 2;
  if (work > MOST_SPLIT_WORK) {
    throw new ExpChatError({
      code: 'tokenizer.unsupported',
      kind: 'refused',
      message: `${where}: expected tokens that merging by rank makes, got ${wanted.length} that it does not`,
      fields: { path: where },
    });
  }
  const idOf = new Map<string, number>();
  for (const [id, bytes] of tokens.entries()) if (bytes.length > 0) idOf.set(latin1Of(bytes, 0, bytes.length), id);
  const pairs: [number, number, number][] = [];
  for (const id of wanted) {
    const name = latin1Of(tokens[id]!, 0, tokens[id]!.length);
    for (let cut = 1; cut < name.length; cut++) {
      const left = idOf.get(name.slice(0, cut));
      const right = idOf.get(name.slice(cut));
      if (left !== undefined && right !== undefined) pairs.push([left, right, id]);
    }
  }
  return pairs;
}
