/**
 * Finds text of the training data in what a model wrote. The tokens are read once per look, with a rolling hash (Karp and
 * Rabin 1987) of the samples' n-grams beside them, so that no index of the data has to be kept. It knows no text.
 */
import { documentAt, type TokenSet } from './batches.ts';

export interface Verbatim {
  /** Tokens in a row that stand in the training data as they are. */
  readonly tokens: number;
  /** Where they begin in the sample. */
  readonly at: number;
  /** Where they begin in the set's tokens. */
  readonly place: number;
  readonly document: number;
}

const BASE = 0x01000193;
const FILTER_BITS = 2 ** 20;

/** Multiplies the value of the token that leaves a window of `length`. */
function leavingFactor(length: number): number {
  let factor = 1;
  for (let i = 0; i < length; i++) factor = Math.imul(factor, BASE);
  return factor;
}

/** Calls `visit` with the hash of each window of `length` tokens and where it begins. */
function windows(tokens: ArrayLike<number>, length: number, visit: (hash: number, at: number) => void): void {
  const factor = leavingFactor(length);
  let hash = 0;
  for (let i = 0; i < tokens.length; i++) {
    hash = (Math.imul(hash, BASE) + tokens[i]! + 1) | 0;
    if (i >= length) hash = (hash - Math.imul(factor, tokens[i - length]! + 1)) | 0;
    if (i >= length - 1) visit(hash, i - length + 1);
  }
}

/**
 * For each sample the longest run of at least `minimum` tokens that stands in `set` word for word; undefined where there is
 * none. One pass over the set, however many samples.
 */
export function longestVerbatim(
  samples: readonly ArrayLike<number>[],
  set: TokenSet,
  minimum: number,
): (Verbatim | undefined)[] {
  const wanted = new Map<number, { readonly sample: number; readonly at: number }[]>();
  const filter = new Uint8Array(FILTER_BITS / 8);
  const slot = (hash: number): number => (hash ^ (hash >>> 12)) & (FILTER_BITS - 1);
  for (const [sample, ids] of samples.entries()) {
    windows(ids, minimum, (hash, at) => {
      wanted.set(hash, [...(wanted.get(hash) ?? []), { sample, at }]);
      filter[slot(hash) >> 3]! |= 1 << (slot(hash) & 7);
    });
  }
  const best: { tokens: number; at: number; place: number }[] = samples.map(() => ({ tokens: 0, at: 0, place: 0 }));
  if (wanted.size > 0) {
    windows(set.tokens, minimum, (hash, place) => {
      if ((filter[slot(hash) >> 3]! & (1 << (slot(hash) & 7))) === 0) return;
      for (const { sample, at } of wanted.get(hash) ?? []) {
        const tokens = commonLength(samples[sample]!, at, set.tokens, place);
        if (tokens >= minimum && tokens > best[sample]!.tokens) best[sample] = { tokens, at, place };
      }
    });
  }
  return best.map((found) =>
    found.tokens === 0 ? undefined : { ...found, document: documentAt(set.offsets, found.place) },
  );
}

function commonLength(a: ArrayLike<number>, atA: number, b: ArrayLike<number>, atB: number): number {
  const limit = Math.min(a.length - atA, b.length - atB);
  let length = 0;
  while (length < limit && a[atA + length] === b[atB + length]) length++;
  return length;
}
