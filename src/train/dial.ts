/**
 * The whole recipe of a pretraining from one number, its depth, and which depth is the best one for a given time. Pure rules
 * with their sources; it measures nothing itself. Decision: decisions/2026-11-22-the-dial.md.
 */
import { boundedInteger } from '../base/index.ts';
import { checkModelConfig, type ModelConfig, modelCost } from '../model/index.ts';
import { supportedMatrixParameters, TOKENS_PER_MATRIX_PARAMETER, USEFUL_EPOCHS } from './estimate.ts';

/**
 * Tokens that a model must be able to see for each of its matrix parameters, to be chosen for a time. Of the ladders on German law
 * (LOG.md): in six minutes depth 2 with 9 of them ended far better than depth 3 with 1.6, in twenty depth 3 with 5.2 better than
 * depth 2 with 32 and a larger model with 1.6. Large runs are planned with 12 (nanochat). A smaller number chooses larger models
 * for the same time.
 */
export const DIAL_TOKENS_PER_MATRIX_PARAMETER = 4;

/** The largest model of the dial has about 0.7 billion parameters. */
export const MAXIMUM_DEPTH = 24;

/** Width of each layer more, and of a head (nanochat). */
const WIDTH_PER_LAYER = 64;
const HEAD_WIDTH = 64;
/** What a gated mlp needs to be as large as a plain one of four times the width (Shazeer 2020). */
const MLP_RATIO = 8 / 3;
const MLP_MULTIPLE = 64;
/** From this vocabulary on the output may have a matrix of its own, where the embedding table is a small part of the model. */
const UNTIED_VOCABULARY = 32_768;
const UNTIED_TABLE_SHARE = 1 / 4;

/**
 * Where the rules of nanochat start from here: 2,048 tokens and a rate of 0.006 at width 192 were the best of those tried on
 * two cores (LOG.md, learning beside a PyTorch recipe, and the ladder on German law).
 */
const REFERENCE = { depth: 3, width: 192, batchTokens: 2048, learningRate: 0.006, weightDecay: 0.1 } as const;
/** Of the tokens of a step over the tokens of the run (nanochat, after Bergsma et al. 2025). */
const BATCH_EXPONENT = 0.383;
/** Chat training begins at this part of the rate (nanochat). */
const CHAT_RATE_SHARE = 0.8;
const WARMUP_STEPS = 40;
const FINAL_SHARE = 0.05;

/** What may be set by hand; the dial finds the rest around it. */
export interface DialGiven {
  readonly vocabularySize: number;
  readonly model?: Partial<Omit<ModelConfig, 'vocabularySize'>>;
  /** Positions of a row in training, where it is less than the model's context. */
  readonly context?: number;
  /** Divides the rows of a step. */
  readonly accumulation?: number;
}

/** A recipe with every number that the dial decides. */
export interface DialRecipe {
  readonly depth: number;
  readonly config: ModelConfig;
  readonly parameters: number;
  readonly matrixParameters: number;
  /** Positions of a row. */
  readonly context: number;
  /** Rows of a step. */
  readonly batch: number;
  readonly learningRate: number;
  readonly chatLearningRate: number;
  readonly weightDecay: number;
  readonly warmupSteps: number;
  readonly finalShare: number;
  readonly optimizer: 'muon';
  readonly schedule: 'trapezoid';
  /** What a model of this size learns from before more are worth less than a larger model; a run without a time sees so many. */
  readonly tokensNeeded: number;
  /** What it must be able to see to be chosen for a time. */
  readonly leastTokens: number;
}

/** The shape of one depth around what is given. Throws `model.config` where the two do not fit each other. */
export function dialConfig(depth: number, { vocabularySize, model = {} }: DialGiven): ModelConfig {
  const layers = model.layers ?? boundedInteger(depth, 'depth', 1, MAXIMUM_DEPTH);
  const width = model.width ?? WIDTH_PER_LAYER * depth;
  const headWidth = model.headWidth ?? HEAD_WIDTH;
  const heads = model.heads ?? Math.max(1, Math.round(width / headWidth));
  const config = {
    architecture: 'qwen3',
    layers,
    width,
    heads,
    keyValueHeads: heads,
    headWidth,
    mlpWidth: Math.max(MLP_MULTIPLE, MLP_MULTIPLE * Math.round((width * MLP_RATIO) / MLP_MULTIPLE)),
    context: depth < 8 ? 256 : depth < 12 ? 512 : 1024,
    ropeTheta: 10_000,
    normEpsilon: 1e-6,
    tiedEmbeddings: true,
    activation: 'silu',
    ...model,
    vocabularySize,
  } as const satisfies ModelConfig;
  if (model.tiedEmbeddings !== undefined || vocabularySize < UNTIED_VOCABULARY) return checkModelConfig(config);
  const isSmallTable = vocabularySize * width <= UNTIED_TABLE_SHARE * modelCost(config).matrixParameters;
  return checkModelConfig({ ...config, tiedEmbeddings: !isSmallTable });
}

/** 2^n next to `value` on a scale of ratios. */
const powerOfTwo = (value: number): number => 2 ** Math.round(Math.log2(value));

/** Two digits, so that a rate can be read aloud and written down. */
const twoDigits = (value: number): number => Number(value.toPrecision(2));

/** Everything the dial says about `depth`. Throws `model.config`, or the error of a depth out of range. */
export function dialRecipe(depth: number, given: DialGiven): DialRecipe {
  boundedInteger(depth, 'depth', 1, MAXIMUM_DEPTH);
  const config = dialConfig(depth, given);
  const { parameters, matrixParameters } = modelCost(config);
  // How many times as many tokens the run has as the reference: both have the same number a matrix parameter.
  const size = matrixParameters / referenceMatrixParameters();
  const batchTokens = powerOfTwo(REFERENCE.batchTokens * size ** BATCH_EXPONENT);
  const context = Math.min(given.context ?? config.context, config.context);
  const accumulation = given.accumulation ?? 1;
  const batch = accumulation * Math.max(1, Math.round(batchTokens / context / accumulation));
  const batchRatio = batchTokens / REFERENCE.batchTokens;
  // A step of Muon turns a matrix by rate * sqrt(width): constant for all widths, as in nanochat.
  const learningRate = REFERENCE.learningRate * Math.sqrt((REFERENCE.width / config.width) * batchRatio);
  return {
    depth,
    config,
    parameters,
    matrixParameters,
    context,
    batch,
    learningRate: twoDigits(learningRate),
    chatLearningRate: twoDigits(learningRate * CHAT_RATE_SHARE),
    weightDecay: twoDigits(REFERENCE.weightDecay * Math.min(1, size ** (BATCH_EXPONENT / 2 - 1))),
    warmupSteps: WARMUP_STEPS,
    finalShare: FINAL_SHARE,
    optimizer: 'muon',
    schedule: 'trapezoid',
    tokensNeeded: TOKENS_PER_MATRIX_PARAMETER * matrixParameters,
    leastTokens: DIAL_TOKENS_PER_MATRIX_PARAMETER * matrixParameters,
  };
}

function referenceMatrixParameters(): number {
  return modelCost(dialConfig(REFERENCE.depth, { vocabularySize: 256 })).matrixParameters;
}

/** Steps of a run that no time bounds: what the model needs, and of the data no more than is worth seeing again. */
export function dialSteps({ tokensNeeded, batch, context }: DialRecipe, uniqueTokens: number): number {
  const tokens = Math.min(tokensNeeded, uniqueTokens * USEFUL_EPOCHS);
  return Math.max(1, Math.round(tokens / (batch * context)));
}

/** `chosen` is the last one that `fits`; the others say why a depth does not. */
export type DialVerdict = 'chosen' | 'fits' | 'too-slow' | 'too-little-data' | 'too-much-memory';

/** One depth that was looked at. */
export interface DialRow {
  readonly depth: number;
  readonly layers: number;
  readonly width: number;
  readonly parameters: number;
  readonly matrixParameters: number;
  readonly batch: number;
  readonly context: number;
  /** Undefined where the time was not asked for. */
  readonly stepMs?: number;
  /** False where the time follows from the depth before it and the arithmetic of both. */
  readonly measured: boolean;
  /** Tokens in the whole time. */
  readonly tokens?: number;
  readonly tokensPerMatrixParameter?: number;
  readonly leastTokens: number;
  readonly trainingBytes: number;
  readonly verdict: DialVerdict;
}

export interface DialChoice {
  readonly recipe: DialRecipe;
  /** Smallest depth first. */
  readonly rows: readonly DialRow[];
}

export interface DialQuestion {
  /** The recipe of a depth, with what is set by hand. */
  readonly recipeOf: (depth: number) => DialRecipe;
  /** Time of the whole pretraining. */
  readonly seconds: number;
  /** Tokens of the training text. */
  readonly uniqueTokens: number;
  /** Memory that training may take. */
  readonly memoryBytes: number;
  /** Memory that a recipe takes. */
  readonly bytesOf: (recipe: DialRecipe) => number;
  /** The time of one training step in milliseconds, measured; undefined where no time is left for measuring. */
  readonly stepMsOf: (recipe: DialRecipe, expectedMs: number | undefined) => Promise<number | undefined>;
}

/** A depth that would need so many times the time is not measured any more. */
const CLEARLY_TOO_SLOW = 2;

/**
 * The largest depth that is given its tokens a matrix parameter within the time, whose need the data can meet in four passes,
 * and that fits into memory; the smallest where none is. Depths are looked at from the smallest on, up to the first that does
 * not hold: a larger one needs more of everything.
 */
export async function chooseDepth(question: DialQuestion): Promise<DialChoice> {
  const rows: DialRow[] = [];
  let chosen: DialRecipe | undefined;
  let before: { readonly stepMs: number; readonly flops: number } | undefined;
  for (let depth = 1; depth <= MAXIMUM_DEPTH; depth++) {
    const recipe = question.recipeOf(depth);
    const row = await judged(question, recipe, before);
    rows.push(row);
    if (row.verdict !== 'fits') break;
    chosen = recipe;
    before = { stepMs: row.stepMs!, flops: flopsOf(recipe) };
  }
  const recipe = chosen ?? question.recipeOf(1);
  return {
    recipe,
    rows: rows.map((row) => (row.depth === chosen?.depth ? { ...row, verdict: 'chosen' as const } : row)),
  };
}

/** Of one step. */
function flopsOf({ config, batch, context }: DialRecipe): number {
  return batch * context * modelCost(config, { time: context }).trainingFlopsPerToken;
}

async function judged(
  question: DialQuestion,
  recipe: DialRecipe,
  before: { readonly stepMs: number; readonly flops: number } | undefined,
): Promise<DialRow> {
  const { depth, config, parameters, matrixParameters, batch, context, leastTokens } = recipe;
  const trainingBytes = question.bytesOf(recipe);
  const facts = { depth, layers: config.layers, width: config.width, parameters, matrixParameters, batch, context };
  const row = { ...facts, leastTokens, trainingBytes };
  if (matrixParameters > supportedMatrixParameters(question.uniqueTokens)) {
    return { ...row, measured: false, verdict: 'too-little-data' };
  }
  if (trainingBytes > question.memoryBytes) return { ...row, measured: false, verdict: 'too-much-memory' };
  const tokensIn = (stepMs: number) => Math.floor((question.seconds * 1000) / stepMs) * batch * context;
  const expectedMs = before && (before.stepMs * flopsOf(recipe)) / before.flops;
  const isClear = expectedMs !== undefined && tokensIn(expectedMs) * CLEARLY_TOO_SLOW < leastTokens;
  const measuredMs = isClear ? undefined : await question.stepMsOf(recipe, expectedMs);
  const stepMs = measuredMs ?? expectedMs;
  if (stepMs === undefined) return { ...row, measured: false, verdict: 'too-slow' };
  const tokens = tokensIn(stepMs);
  const measured = measuredMs !== undefined;
  const verdict = tokens < leastTokens ? 'too-slow' : 'fits';
  return { ...row, stepMs, measured, tokens, tokensPerMatrixParameter: tokens / matrixParameters, verdict };
}
