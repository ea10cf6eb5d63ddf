/**
 * Grouped-query attention (Ainslie et al. 2023) on traced tensors, without and with a cache. Keys and values are never
 * repeated: the G = H / K query heads of one key/value head are folded into the query rows.
 * Shapes: B batch, T query positions, S key positions, H heads, K key/value heads, D head width.
 */
import { concat, type Tensor, type Trace } from '../engine/index.ts';
import { int32 } from '../tensor/index.ts';

/** What a masked score gets added: exp of it is 0 in float32 and it stays finite in sums. */
export const MASKED = -1e9;

/** (B, T, H * D) -> (B, H, T, D). */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch, time, width] = x.shape as [number, number, number];
  return x.reshape([batch, time, heads, width / heads]).transpose([0, 2, 1, 3]);
}

/** (B, H, T, D) -> (B, T, H * D). */
function joinHeads(x: Tensor): Tensor {
  const [batch, heads, time, width] = x.shape as [number, number, number, number];
  return x.transpose([0, 2, 1, 3]).reshape([batch, time, heads * width]);
}

/** (B, H, T, D) -> (B, K, G * T, D): heads next to each other share a key/value head. */
function foldGroups(queries: Tensor, keyValueHeads: number): Tensor {
  const [batch, heads, time, width] = queries.shape as [number, number, number, number];
  return queries.reshape([batch, keyValueHeads, (heads / keyValueHeads) * time, width]);
}

/** (B, K, G * T, D) -> (B, H, T, D). */
function unfoldGroups(x: Tensor, time: number): Tensor {
  const [batch, keyValueHeads, rows, width] = x.shape as [number, number, number, number];
  return x.reshape([batch, (keyValueHeads * rows) / time, time, width]);
}

/** Adds a bias (B or 1, 1, T, S) to scores (B, K, G * T, S). */
function biased(scores: Tensor, bias: Tensor): Tensor {
  const [batch, keyValueHeads, rows, keys] = scores.shape as [number, number, number, number];
  const time = bias.size(2);
  const groups = rows / time;
  if (groups === 1) return scores.add(bias);
  return scores
    .reshape([batch, keyValueHeads, groups, time, keys])
    .add(bias.reshape([bias.size(0), 1, 1, time, keys]))
    .reshape(scores.shape);
}

/**
 * Additive bias (1, 1, T, T) of the causal order or, with segments (B, T) int32, (B, 1, T, T) of the causal order within
 * one segment: a position sees itself and what came before it in its own segment.
 */
export function causalBias(trace: Trace, time: number, segments?: Tensor): Tensor {
  const row = trace.constant(
    int32(
      [time, 1],
      Int32Array.from({ length: time }, (_, i) => i),
    ),
  );
  const column = trace.constant(
    int32(
      [1, time],
      Int32Array.from({ length: time }, (_, i) => i),
    ),
  );
  const causal = column.lessEqual(row).reshape([1, 1, time, time]);
  let visible = causal;
  if (segments !== undefined) {
    const batch = segments.size(0);
    const same = segments.reshape([batch, 1, time, 1]).equal(segments.reshape([batch, 1, 1, time]));
    visible = same.and(causal);
  }
  return visible.select(trace.fill(0), trace.fill(MASKED));
}

/**
 * Queries of one block. Measured on a whole step: blocks of 128 take less time than one block from 256 positions on (LOG.md),
 * and less memory.
 */
const QUERY_BLOCK = 128;
const blockFor = (time: number): number => (time >= 2 * QUERY_BLOCK ? QUERY_BLOCK : time);

/** Pairs of a query and a key whose score `attention` computes in a row of `time` positions; the masked ones of a block count. */
export function computedPairs(time: number, blockSize = blockFor(time)): number {
  let pairs = 0;
  for (let begin = 0; begin < time; begin += blockSize) {
    const end = Math.min(begin + blockSize, time);
    pairs += (end - begin) * end;
  }
  return pairs;
}

export interface AttentionOptions {
  /** (B, H, T, T): each probability is multiplied by its element; dropout's zeros and factors. */
  readonly mask?: Tensor;
  readonly blockSize?: number;
}

/**
 * queries (B, H, T, D), keys and values (B, K, T, D), causal bias (B or 1, 1, T, T) -> (B, T, H * D). Queries go in blocks of
 * `options.blockSize`, each beside the keys up to its own end alone: what lies behind is masked anyway.
 */
export function attention(
  queries: Tensor,
  keys: Tensor,
  values: Tensor,
  bias: Tensor,
  options: AttentionOptions = {},
): Tensor {
  const time = queries.size(2);
  const block = options.blockSize ?? blockFor(time);
  let [seenKeys, seenValues] = [keys, values];
  const outputs: Tensor[] = [];
  // The last block first: what an earlier one sees is cut from what a later one sees, so that gradients add up piece by piece.
  for (let begin = time - (time % block || block); begin >= 0; begin -= block) {
    const end = Math.min(begin + block, time);
    [seenKeys, seenValues] = [seenKeys.slice(2, 0, end), seenValues.slice(2, 0, end)];
    const folded = foldGroups(queries.slice(2, begin, end), keys.size(1)); // (B, K, G t, D)
    const scores = folded.matmul(seenKeys, { transposeB: true, alpha: 1 / Math.sqrt(queries.size(3)) });
    const seen = bias.slice(2, begin, end).slice(3, 0, end);
    let probabilities = biased(scores, seen).softmax(); // (B, K, G t, S)
    if (options.mask !== undefined) {
      const mask = options.mask.slice(2, begin, end).slice(3, 0, end); // (B, H, t, S)
      probabilities = probabilities.mul(mask.reshape(probabilities.shape));
    }
    outputs.unshift(unfoldGroups(probabilities.matmul(seenValues), end - begin));
  }
  return joinHeads(concat(outputs, 2));
}

export interface CachedKeysAndValues {
  /** (B, K, S, D), already rotated. */
  readonly keys: Tensor;
  /** (B, K, S, D). */
  readonly values: Tensor;
}

/**
 * The same for new positions after cached ones: one softmax over the scores of both. queries (B, H, T, D), fresh keys
 * and values (B, K, T, D), cacheBias (B or 1, 1, T, S), freshBias (B or 1, 1, T, T) -> (B, T, H * D).
 */
export function cachedAttention(
  queries: Tensor,
  fresh: CachedKeysAndValues,
  cache: CachedKeysAndValues,
  bias: { readonly cache: Tensor; readonly fresh: Tensor },
): Tensor {
  const time = queries.size(2);
  const cached = cache.keys.size(2);
  const folded = foldGroups(queries, fresh.keys.size(1));
  const options = { transposeB: true, alpha: 1 / Math.sqrt(queries.size(3)) };
  const scores = concat(
    [biased(folded.matmul(cache.keys, options), bias.cache), biased(folded.matmul(fresh.keys, options), bias.fresh)],
    3,
  ); // (B, K, G T, S + T)
  const probabilities = scores.softmax();
  const fromCache = probabilities.slice(3, 0, cached).matmul(cache.values);
  const fromFresh = probabilities.slice(3, cached, cached + time).matmul(fresh.values);
  return joinHeads(unfoldGroups(fromCache.add(fromFresh), time));
}
