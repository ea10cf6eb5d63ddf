/**
 * What a training will cost and whether the data is enough for the model, before it starts: formulas and a measured speed.
 * It measures nothing itself.
 */
import { type ModelConfig, type ModelCost, modelCost } from '../model/index.ts';
import { estimateTrainingMemory } from './memory.ts';
import type { Phase, PhaseRecipe } from './recipe.ts';

/** Tokens for each matrix parameter at which a training of a given cost ends best (Hoffmann et al. 2022, as nanochat counts). */
export const TOKENS_PER_MATRIX_PARAMETER = 12;
/** The same for each parameter of all. */
export const TOKENS_PER_PARAMETER = 20;
/** Data seen up to four times teaches almost like new data (Muennighoff et al. 2023). */
export const USEFUL_EPOCHS = 4;

/** Matrix parameters of the largest model that so many different tokens are enough for. */
export function supportedMatrixParameters(uniqueTokens: number): number {
  return Math.floor((uniqueTokens * USEFUL_EPOCHS) / TOKENS_PER_MATRIX_PARAMETER);
}

/** Parameters of the largest model that so many different tokens are enough for. */
export function supportedParameters(uniqueTokens: number): number {
  return Math.floor((uniqueTokens * USEFUL_EPOCHS) / TOKENS_PER_PARAMETER);
}

export interface TrainingEstimate extends ModelCost {
  /** Memory of the whole process while it trains. */
  readonly trainingBytes: number;
  readonly uniqueTokens: number;
  /** UTF-8 bytes of the training text. */
  readonly textBytes: number;
  /** Undefined where the length is a time and no speed is known. */
  readonly steps: number | undefined;
  readonly tokens: number | undefined;
  /** How often the data will have been seen. */
  readonly epochs: number | undefined;
  readonly flops: number | undefined;
  readonly tokensPerSecond: number | undefined;
  readonly seconds: number | undefined;
  /** At `watts` for the whole machine. */
  readonly wattHours: number | undefined;
  readonly watts: number;
  readonly supportedParameters: number;
  readonly supportedMatrixParameters: number;
  /** `enough`, `repeated`: data seen more than four times, `too-little`: for a model of this size, `too-short`: the run sees too few tokens. */
  readonly data: 'enough' | 'repeated' | 'too-little' | 'too-short';
}

export interface EstimateOptions {
  readonly phase: Phase;
  readonly config: ModelConfig;
  readonly recipe: PhaseRecipe;
  readonly uniqueTokens: number;
  readonly textBytes: number;
  readonly tokensPerSecond: number | undefined;
  /** Power of the machine while it trains, an assumption. */
  readonly watts: number;
}

export function estimateTraining(options: EstimateOptions): TrainingEstimate {
  const { config, recipe, uniqueTokens, textBytes, tokensPerSecond, watts } = options;
  const cost = modelCost(config, { time: recipe.context });
  const shape = { batch: recipe.batch, time: recipe.context };
  const tokensPerStep = recipe.batch * recipe.context;
  const { length } = recipe;
  const timedSteps = (seconds: number) =>
    tokensPerSecond === undefined ? undefined : Math.max(1, Math.floor((seconds * tokensPerSecond) / tokensPerStep));
  const steps = 'steps' in length ? length.steps : timedSteps(length.seconds);
  const tokens = steps === undefined ? undefined : steps * tokensPerStep;
  const seconds =
    'seconds' in length
      ? length.seconds
      : tokensPerSecond === undefined
        ? undefined
        : (length.steps * tokensPerStep) / tokensPerSecond;
  const epochs = tokens === undefined ? undefined : tokens / uniqueTokens;
  return {
    ...cost,
    trainingBytes: estimateTrainingMemory(config, shape, recipe).totalBytes,
    uniqueTokens,
    textBytes,
    steps,
    tokens,
    epochs,
    flops: tokens === undefined ? undefined : tokens * cost.trainingFlopsPerToken,
    tokensPerSecond,
    seconds,
    wattHours: seconds === undefined ? undefined : (seconds * watts) / 3600,
    watts,
    supportedParameters: supportedParameters(uniqueTokens),
    supportedMatrixParameters: supportedMatrixParameters(uniqueTokens),
    data: verdict(options.phase, cost.matrixParameters, uniqueTokens, tokens),
  };
}

/** Chat training begins with a model that knows its language: only how often it sees each dialogue is judged there. */
function verdict(
  phase: Phase,
  matrixParameters: number,
  uniqueTokens: number,
  tokens: number | undefined,
): TrainingEstimate['data'] {
  if (phase === 'pretrain' && matrixParameters > supportedMatrixParameters(uniqueTokens)) return 'too-little';
  if (tokens === undefined) return 'enough';
  if (tokens > uniqueTokens * USEFUL_EPOCHS) return 'repeated';
  if (phase === 'chat') return 'enough';
  return tokens < matrixParameters * TOKENS_PER_MATRIX_PARAMETER ? 'too-short' : 'enough';
}
