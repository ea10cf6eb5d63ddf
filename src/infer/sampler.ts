/**
 * From logits to one token: greedy, temperature, top-k, top-p, min-p and a repetition penalty. It knows neither text nor
 * models. Order of the steps as in Hugging Face transformers: ban, repetition penalty, temperature, top-k, top-p, min-p;
 * each step renormalises what the one before left. All arithmetic in float64; ties go to the lowest id.
 */
import { boundedInteger, boundedNumber, ExpChatError, type Rng } from '../base/index.ts';

export interface SamplingSettings {
  /** 0 is greedy (the most probable token, lowest id on a tie); else 0 < temperature <= 10. */
  readonly temperature: number;
  /** Keep the k most probable tokens; 0 is off. At most 1,000,000. */
  readonly topK: number;
  /** Keep the fewest most probable tokens whose probability reaches this (Holtzman et al. 2020); 1 is off. 0 < topP <= 1. */
  readonly topP: number;
  /** Keep tokens at least this share as probable as the most probable one; 0 is off. 0 .. 1. */
  readonly minP: number;
  /** Divides positive and multiplies negative logits of tokens already seen (Keskar et al. 2019); 1 is off. 0.1 .. 10. */
  readonly repetitionPenalty: number;
}

export const DEFAULT_SAMPLING: SamplingSettings = {
  temperature: 0.8,
  topK: 50,
  topP: 0.95,
  minP: 0,
  repetitionPenalty: 1,
};

export const GREEDY: SamplingSettings = { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 };

/** Fills in the defaults and bounds every value. Throws `infer.setting` or `limits.*` that names the setting. */
export function samplingSettings(given: Partial<SamplingSettings> = {}): SamplingSettings {
  const settings = { ...DEFAULT_SAMPLING };
  for (const key of Object.keys(settings) as (keyof SamplingSettings)[]) {
    const value = given[key];
    if (value !== undefined) (settings as Record<string, number>)[key] = value;
  }
  boundedNumber(settings.temperature, 'temperature', 0, 10);
  boundedInteger(settings.topK, 'topK', 0, 1_000_000);
  boundedNumber(settings.topP, 'topP', 0, 1);
  boundedNumber(settings.minP, 'minP', 0, 1);
  boundedNumber(settings.repetitionPenalty, 'repetitionPenalty', 0.1, 10);
  if (settings.topP === 0) {
    throw new ExpChatError({
      code: 'infer.setting',
      kind: 'usage',
      message: 'topP: expected a number above 0 and at most 1, got 0',
      next: 'Set temperature to 0 for the most probable token.',
    });
  }
  return settings;
}

export interface SamplingContext {
  /** Never sampled. */
  readonly banned?: ReadonlySet<number>;
  /** Ids the repetition penalty applies to, each once however often it occurs. */
  readonly seen?: Iterable<number>;
}

/** Candidate ids with their probabilities (sum 1). */
export interface Distribution {
  readonly ids: Int32Array;
  readonly probabilities: Float64Array;
}

/**
 * One token. `logits` (V), natural-log units up to a constant; minus infinity means impossible. `settings` as
 * `samplingSettings` returns them. Greedy draws nothing from `rng`, every other call exactly one number.
 * Throws `infer.logits` on NaN or plus infinity and where no token is left.
 */
export function sample(
  logits: ArrayLike<number>,
  settings: SamplingSettings,
  rng: Rng,
  context: SamplingContext = {},
): number {
  const adjusted = adjustedLogits(logits, settings, context);
  if (settings.temperature === 0) return argmax(adjusted);
  const { ids, probabilities } = shape(adjusted, settings);
  let rest = rng.float();
  for (let i = 0; i < ids.length - 1; i++) {
    rest -= probabilities[i]!;
    if (rest < 0) return ids[i]!;
  }
  // Rounding can leave a crumb of mass beyond the sum; the last candidate with a probability takes it
  for (let i = ids.length - 1; i > 0; i--) if (probabilities[i]! > 0) return ids[i]!;
  return ids[0]!;
}

/** What `sample` draws from, most probable first where a filter is on; greedy gives one candidate. */
export function distributionOf(
  logits: ArrayLike<number>,
  settings: SamplingSettings,
  context: SamplingContext = {},
): Distribution {
  const adjusted = adjustedLogits(logits, settings, context);
  if (settings.temperature === 0) return { ids: Int32Array.of(argmax(adjusted)), probabilities: Float64Array.of(1) };
  return shape(adjusted, settings);
}

function adjustedLogits(logits: ArrayLike<number>, settings: SamplingSettings, context: SamplingContext): Float64Array {
  const adjusted = new Float64Array(logits);
  for (let id = 0; id < adjusted.length; id++) {
    const logit = adjusted[id]!;
    if (Number.isNaN(logit) || logit === Infinity) {
      throw new ExpChatError({
        code: 'infer.logits',
        message: `logit of token ${id}: expected a finite number, got ${logit}`,
        next: 'The weights are damaged or the training diverged; use an earlier checkpoint.',
        fields: { token: id },
      });
    }
  }
  if (settings.repetitionPenalty !== 1) {
    for (const id of new Set(context.seen)) {
      if (id >= adjusted.length) continue;
      const logit = adjusted[id]!;
      adjusted[id] = logit > 0 ? logit / settings.repetitionPenalty : logit * settings.repetitionPenalty;
    }
  }
  for (const id of context.banned ?? []) if (id < adjusted.length) adjusted[id] = -Infinity;
  if (adjusted.every((logit) => logit === -Infinity)) {
    throw new ExpChatError({ code: 'infer.logits', message: 'logits: expected a token that may follow, got none' });
  }
  return adjusted;
}

function argmax(logits: Float64Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
  return best;
}

function shape(logits: Float64Array, settings: SamplingSettings): Distribution {
  let ids = settings.topK > 0 ? largest(logits, settings.topK) : possible(logits);
  const top = ids.reduce((best, id) => Math.max(best, logits[id]!), -Infinity);
  // The largest exponent is 0, so nothing overflows and the most probable token weighs exactly 1
  const weightOf = (id: number) => Math.exp((logits[id]! - top) / settings.temperature);
  if (settings.topP < 1 || settings.minP > 0) ids = nucleus(ids, logits, weightOf, settings);
  const weights = Float64Array.from(ids, weightOf);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { ids, probabilities: weights.map((weight) => weight / total) };
}

/** Top-p, then min-p. Returns ids most probable first. */
function nucleus(
  ids: Int32Array,
  logits: Float64Array,
  weightOf: (id: number) => number,
  settings: SamplingSettings,
): Int32Array {
  const weights = new Map<number, number>();
  let total = 0;
  for (const id of ids) {
    const weight = weightOf(id);
    weights.set(id, weight);
    total += weight;
  }
  // Tokens under the cutoff hold less than 1 - topP together, so none of them is in the nucleus: only the rest is sorted
  const cutoff = Math.max(((1 - settings.topP) * total) / ids.length, settings.minP);
  const sorted = ids.filter((id) => weights.get(id)! >= cutoff);
  sorted.sort((a, b) => logits[b]! - logits[a]! || a - b);
  let mass = 0;
  let count = 0;
  while (count < sorted.length && mass < settings.topP * total) mass += weights.get(sorted[count++]!)!;
  return sorted.subarray(0, count);
}

/** Ids with a finite logit, ascending. */
function possible(logits: Float64Array): Int32Array {
  const ids = new Int32Array(logits.length);
  let count = 0;
  for (let id = 0; id < logits.length; id++) if (logits[id]! > -Infinity) ids[count++] = id;
  return ids.subarray(0, count);
}

/** The `k` largest finite logits, largest first, the lower id first among equals: a heap with the smallest on top. */
function largest(logits: Float64Array, k: number): Int32Array {
  const heap: number[] = [];
  const below = (a: number, b: number) => logits[a]! < logits[b]! || (logits[a] === logits[b] && a > b);
  const sink = (id: number) => {
    let hole = 0;
    for (let child = 1; child < heap.length; child = 2 * hole + 1) {
      if (child + 1 < heap.length && below(heap[child + 1]!, heap[child]!)) child++;
      if (!below(heap[child]!, id)) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = id;
  };
  for (let id = 0; id < logits.length; id++) {
    if (logits[id] === -Infinity) continue;
    if (heap.length === k) {
      if (below(heap[0]!, id)) sink(id);
      continue;
    }
    let hole = heap.push(id) - 1;
    for (let parent = (hole - 1) >> 1; hole > 0 && below(id, heap[parent]!); parent = (hole - 1) >> 1) {
      heap[hole] = heap[parent]!;
      hole = parent;
    }
    heap[hole] = id;
  }
  return Int32Array.from(heap).sort((a, b) => (below(a, b) ? 1 : -1));
}
