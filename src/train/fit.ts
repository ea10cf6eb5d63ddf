/** What to change so that a training fits into the memory there is, by the same estimate that says it does not. */
import { type ModelConfig, modelCost } from '../model/index.ts';
import { MAXIMUM_DEPTH } from './dial.ts';
import { estimateTrainingMemory } from './memory.ts';
import type { PhaseRecipe } from './recipe.ts';

/** What to set; what is undefined stays. */
export interface FitSuggestion {
  readonly accumulation?: number;
  /** Positions of a row. */
  readonly context?: number;
  /** Of the dial: a smaller model. */
  readonly depth?: number;
  /** What the training then takes. */
  readonly trainingBytes: number;
}

const LEAST_CONTEXT = 32;

const bytesOf = (config: ModelConfig, recipe: PhaseRecipe): number =>
  estimateTrainingMemory(config, { batch: recipe.batch, time: recipe.context }, recipe).totalBytes;

/** A model with its training. */
export interface Trained {
  readonly config: ModelConfig;
  readonly recipe: PhaseRecipe;
}

/**
 * The least change with which a training takes at most `memoryBytes`: the same step in more parts, else also shorter rows,
 * else a smaller model, which `ofDepth` makes with its training. Undefined where nothing of all that fits.
 */
export function suggestFit(
  { config, recipe }: Trained,
  memoryBytes: number,
  ofDepth: (depth: number) => Trained,
): FitSuggestion | undefined {
  const { batch, accumulation } = recipe;
  const parts = Array.from({ length: batch }, (_, i) => i + 1).filter((n) => batch % n === 0 && n > accumulation);
  for (const part of parts) {
    const trainingBytes = bytesOf(config, { ...recipe, accumulation: part });
    if (trainingBytes <= memoryBytes) return { accumulation: part, trainingBytes };
  }
  const shorter = suggestContext({ config, recipe }, memoryBytes);
  if (shorter !== undefined) return shorter;
  const { parameters } = modelCost(config);
  for (let depth = MAXIMUM_DEPTH; depth >= 1; depth--) {
    const smaller = ofDepth(depth);
    if (modelCost(smaller.config).parameters >= parameters) continue;
    const trainingBytes = bytesOf(smaller.config, smaller.recipe);
    if (trainingBytes <= memoryBytes) return { depth, trainingBytes };
  }
  const least = ofDepth(1);
  if (modelCost(least.config).parameters >= parameters) return undefined;
  const found = suggestContext(least, memoryBytes);
  return found && { depth: 1, ...found };
}

/** One row at a time, shorter by halves. */
function suggestContext({ config, recipe }: Trained, memoryBytes: number): FitSuggestion | undefined {
  const { batch, accumulation } = recipe;
  const apart = batch === accumulation ? {} : { accumulation: batch };
  for (let context = recipe.context >> 1; context >= LEAST_CONTEXT; context >>= 1) {
    const trainingBytes = bytesOf(config, { ...recipe, accumulation: batch, context });
    if (trainingBytes <= memoryBytes) return { ...apart, context, trainingBytes };
  }
  return undefined;
}
