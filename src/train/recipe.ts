/** How one phase of training goes: every number that has a say in the weights, checked. It knows no files. */
import { boundedInteger, boundedNumber, ExpChatError } from '../base/index.ts';
import type { ModelConfig, Precision } from '../model/index.ts';
import { ADAMW_DEFAULTS, type AdamWSettings, checkSchedule, type MuonSettings, type Schedule } from '../optim/index.ts';
import { checkDropout, type DropoutSettings } from './dropout.ts';

export type Phase = 'pretrain' | 'chat';

/**
 * A number of steps, or a time budget in seconds of the whole phase with its validations and checkpoints. A time budget
 * makes the learning rate follow the clock, so two such runs do not give the same bits; runs by steps do.
 */
export type PhaseLength = { readonly steps: number } | { readonly seconds: number };

export interface PhaseRecipe {
  readonly length: PhaseLength;
  /** Rows of one step. */
  readonly batch: number;
  /** A step's rows are computed in this many equal parts, weighted by their tokens; divides `batch`. */
  readonly accumulation: number;
  /** Positions of a row; at most the model's context. */
  readonly context: number;
  readonly schedule: Schedule;
  readonly adamw: AdamWSettings;
  /** Muon for the matrices inside the layers; AdamW for everything without it. */
  readonly muon?: MuonSettings;
  readonly clipNorm: number;
  readonly dropout?: DropoutSettings;
  /** `float16` rounds activations and gradients and turns the gradient scaler on. */
  readonly precision: Precision;
  /** Skip steps far outside of what the last ones were. */
  readonly spikeGuard: boolean;
  /** Chat: learn only what the assistant says, instead of every token. Validation is on the assistant's tokens in either case. */
  readonly assistantOnly: boolean;
  /** Decides first values and every order. */
  readonly seed: number;
  /** Steps between validations; 0 is only at the end. */
  readonly validationEvery: number;
  /** Most batches of one validation. */
  readonly validationBatches: number;
  readonly checkpointEvery: number;
  readonly keepCheckpoints: number;
  /** The run ends early after so many validations without a better one; 0 and undefined never do. */
  readonly patience?: number;
  /**
   * An average of the weights over about so many updates is what validation, samples and the finished model have, 1 to
   * 100,000 (`optim/average.ts`); training goes on from the weights themselves. Undefined keeps none.
   */
  readonly averageSteps?: number;
  /** Compute each layer again in the backward pass instead of keeping it: less memory, more time, the same bits. */
  readonly recompute?: boolean;
}

/** Of a longer average, one update's share would often be below what a float32 can hold. */
const MOST_AVERAGE_STEPS = 100_000;

export const PRETRAIN_DEFAULTS: PhaseRecipe = {
  length: { steps: 2000 },
  batch: 8,
  accumulation: 1,
  context: 256,
  schedule: { kind: 'cosine', peak: 1e-3, warmupSteps: 100, floor: 0.1 },
  adamw: { ...ADAMW_DEFAULTS, beta2: 0.99 },
  clipNorm: 1,
  precision: 'float32',
  spikeGuard: true,
  assistantOnly: false,
  seed: 42,
  validationEvery: 250,
  validationBatches: 32,
  checkpointEvery: 250,
  keepCheckpoints: 3,
};

/** Chat training after `pretrain`: 0.8 of its rate, no warmup, down to 0 over the second half (nanochat). */
export function chatDefaults(pretrain: PhaseRecipe = PRETRAIN_DEFAULTS): PhaseRecipe {
  return {
    ...pretrain,
    length: { steps: 1000 },
    schedule: { kind: 'trapezoid', peak: pretrain.schedule.peak * 0.8, warmupSteps: 0, floor: 0, cooldown: 0.5 },
    assistantOnly: true,
  };
}

/** Returns `recipe` if it can be run on `model`. Throws `train.recipe` or the error of the bound it breaks. */
export function checkRecipe(recipe: PhaseRecipe, model: ModelConfig): PhaseRecipe {
  if ('steps' in recipe.length) boundedInteger(recipe.length.steps, 'steps', 1, 1e9);
  else boundedNumber(recipe.length.seconds, 'seconds', 1, 1e8);
  boundedInteger(recipe.batch, 'batch', 1, 65_536);
  boundedInteger(recipe.accumulation, 'accumulation', 1, recipe.batch);
  boundedInteger(recipe.context, 'context', 1, 2 ** 20);
  checkSchedule(recipe.schedule);
  boundedNumber(recipe.adamw.beta1, 'beta1', 0, 0.99999);
  boundedNumber(recipe.adamw.beta2, 'beta2', 0, 0.99999);
  boundedNumber(recipe.adamw.epsilon, 'epsilon', 1e-20, 1);
  boundedNumber(recipe.adamw.weightDecay, 'weight decay', 0, 10);
  if (recipe.muon !== undefined) {
    boundedNumber(recipe.muon.momentum, 'momentum', 0, 0.9999);
    boundedInteger(recipe.muon.iterations, 'Newton-Schulz iterations', 1, 20);
  }
  boundedNumber(recipe.clipNorm, 'clip norm', 1e-6, 1e9);
  if (recipe.dropout !== undefined) checkDropout(recipe.dropout);
  boundedInteger(recipe.seed, 'seed', 0, 2 ** 32 - 1);
  boundedInteger(recipe.validationEvery, 'steps between validations', 0, 1e9);
  boundedInteger(recipe.validationBatches, 'batches of a validation', 1, 1e9);
  boundedInteger(recipe.checkpointEvery, 'steps between checkpoints', 1, 1e9);
  boundedInteger(recipe.keepCheckpoints, 'checkpoints to keep', 1, 10_000);
  boundedInteger(recipe.patience ?? 0, 'patience', 0, 1e9);
  if (recipe.averageSteps !== undefined) {
    boundedInteger(recipe.averageSteps, 'steps of the average', 1, MOST_AVERAGE_STEPS);
  }
  if (recipe.batch % recipe.accumulation !== 0) {
    refuse(`batch: expected a multiple of accumulation (${recipe.accumulation}), got ${recipe.batch}`);
  }
  if (recipe.context > model.context) {
    refuse(`context: expected at most the model's context of ${model.context} tokens, got ${recipe.context}`);
  }
  if (recipe.precision !== 'float32' && recipe.precision !== 'float16') {
    refuse(`precision: expected float32 or float16, got ${JSON.stringify(recipe.precision)}`);
  }
  return recipe;
}

function refuse(message: string): never {
  throw new ExpChatError({
    code: 'train.recipe',
    kind: 'usage',
    message: `training recipe: ${message}`,
    next: 'Correct this value in the configuration.',
  });
}

/** What must be equal for a run to go on as it began: all but how often it is looked at and kept, and how its memory is used. */
export function recipeIdentity(recipe: PhaseRecipe): string {
  const { validationEvery, validationBatches, checkpointEvery, keepCheckpoints, patience, recompute, ...rest } = recipe;
  return canonicalJson(rest);
}

/** JSON with sorted keys, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}
