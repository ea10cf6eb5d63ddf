/** What to change so that a training fits into the memory there is, by the same estimate that says it does not. */
import { type ModelConfig, modelCost } from '../model/index.ts';
import { MAXIMUM_DEPTH } from './dial.ts';
import { estimateTrainingMemory } from './memory.ts';
import type { PhaseRecipe } from './recipe.ts';

/** What to set; what is undefined stays. */
export interface FitSuggestion {
  readonly accumulation?: number;
  readonly recompute?: boolean;
  /** Positions of a row. */
  readonly context?: number;
  /** Of the dial: a smaller model. */
  readonly depth?: number;
  /** What the training then takes. */
  readonly trainingBytes: number;
}

const LEAST_CONTEXT = 32;

/** A model with its training. */
export interface Trained {
  readonly config: ModelConfig;
  readonly recipe: PhaseRecipe;
}

/**
 * The least change with which a training takes at most `memoryBytes`: the same step in more parts, else with its layers
 * computed again, else also in shorter rows, else a smaller model, which `ofDepth` makes with its training. Undefined where
 * nothing of all that fits.
 */
export function suggestFit(
  trained: Trained,
  memoryBytes: number,
  ofDepth: (depth: number) => Trained,
): FitSuggestion | undefined {
  const same = firstThatFits(trained, memoryBytes, [...inParts(trained), ...again(trained), ...shorter(trained)]);
  if (same !== undefined) return same;
  const { parameters } = modelCost(trained.config);
  const smaller = Array.from({ length: MAXIMUM_DEPTH }, (_, i) => MAXIMUM_DEPTH - i)
    .map((depth) => ({ depth, model: ofDepth(depth) }))
    .filter(({ model }) => modelCost(model.config).parameters < parameters);
  for (const { depth, model } of smaller) {
    const found = firstThatFits(model, memoryBytes, [{}]);
    if (found !== undefined) return { depth, ...found };
  }
  const least = smaller.at(-1);
  if (least === undefined) return undefined;
  const found = firstThatFits(least.model, memoryBytes, shorter(least.model));
  return found && { depth: least.depth, ...found };
}

type Change = Omit<FitSuggestion, 'depth' | 'trainingBytes'>;

function firstThatFits(
  { config, recipe }: Trained,
  memoryBytes: number,
  changes: readonly Change[],
): FitSuggestion | undefined {
  for (const change of changes) {
    const { context = recipe.context } = change;
    const shape = { batch: recipe.batch, time: context };
    const trainingBytes = estimateTrainingMemory(config, shape, { ...recipe, ...change }).totalBytes;
    if (trainingBytes <= memoryBytes) return { ...change, trainingBytes };
  }
  return undefined;
}

/** Fewer rows at a time. */
function inParts({ recipe: { batch, accumulation } }: Trained): Change[] {
  const parts = Array.from({ length: batch }, (_, i) => i + 1);
  return parts.filter((n) => batch % n === 0 && n > accumulation).map((n) => ({ accumulation: n }));
}

/** Layers computed again, with the rows at a time that there are, then with fewer. */
function again(trained: Trained): Change[] {
  if (trained.recipe.recompute) return [];
  return [{}, ...inParts(trained)].map((change) => ({ ...change, recompute: true }));
}

/** One row at a time, shorter by halves, layers computed again. */
function shorter({ recipe: { batch, accumulation, recompute, context } }: Trained): Change[] {
  const rest = { ...(batch > accumulation && { accumulation: batch }), ...(!recompute && { recompute: true }) };
  const halves: Change[] = [];
  for (let half = context >> 1; half >= LEAST_CONTEXT; half >>= 1) halves.push({ ...rest, context: half });
  return halves;
}
