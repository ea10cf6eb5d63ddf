import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialParameters, type ModelConfig } from '../model/index.ts';
import { ADAMW_DEFAULTS, MUON_DEFAULTS } from '../optim/index.ts';
import { sizeOf } from '../tensor/index.ts';
import {
  chooseDepth,
  DIAL_TOKENS_PER_MATRIX_PARAMETER,
  type DialQuestion,
  type DialRecipe,
  dialConfig,
  dialRecipe,
  dialSteps,
  MAXIMUM_DEPTH,
} from './dial.ts';
import { supportedMatrixParameters, USEFUL_EPOCHS } from './estimate.ts';
import { suggestFit, type Trained } from './fit.ts';
import { estimateTrainingMemory } from './memory.ts';
import { checkRecipe, PRETRAIN_DEFAULTS } from './recipe.ts';

const DEPTHS = Array.from({ length: MAXIMUM_DEPTH }, (_, i) => i + 1);
const VOCABULARIES = [262, 8192, 32_768, 131_072];

test('a greater depth never has fewer parameters, shorter rows, smaller steps or less need of tokens', () => {
  for (const vocabularySize of VOCABULARIES) {
    const recipes = DEPTHS.map((depth) => dialRecipe(depth, { vocabularySize }));
    for (const [i, recipe] of recipes.entries()) {
      const before = recipes[i - 1];
      if (before === undefined) continue;
      assert.ok(recipe.parameters > before.parameters, `${recipe.depth}: parameters`);
      assert.ok(recipe.tokensNeeded > before.tokensNeeded, `${recipe.depth}: tokens`);
      assert.ok(recipe.context >= before.context, `${recipe.depth}: context`);
      assert.ok(recipe.batch * recipe.context >= before.batch * before.context, `${recipe.depth}: step`);
      assert.ok(recipe.weightDecay <= before.weightDecay, `${recipe.depth}: weight decay`);
    }
  }
});

test('width and mlp are multiples of 64, heads fill the width, a step is a power of two of tokens', () => {
  for (const depth of DEPTHS) {
    const { config, batch, context } = dialRecipe(depth, { vocabularySize: 8192 });
    assert.deepEqual([config.layers, config.width], [depth, 64 * depth]);
    assert.deepEqual([config.heads * config.headWidth, config.headWidth], [config.width, 64]);
    assert.equal(config.mlpWidth % 64, 0);
    assert.ok(Math.abs(config.mlpWidth - (config.width * 8) / 3) <= 32);
    assert.ok(Number.isInteger(Math.log2(batch * context)));
  }
});

test('the parameters a recipe names are those of the real model', () => {
  for (const vocabularySize of [262, 40_000]) {
    for (const depth of [1, 2, 3]) {
      const { config, parameters, matrixParameters } = dialRecipe(depth, { vocabularySize });
      const real = initialParameters(config, 0);
      const total = [...real.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
      assert.equal(parameters, total);
      assert.equal(matrixParameters, total - vocabularySize * config.width);
    }
  }
});

test('the output has a matrix of its own only beside a large vocabulary in a model much larger than its table', () => {
  const tied = (depth: number, vocabularySize: number) => dialConfig(depth, { vocabularySize }).tiedEmbeddings;
  assert.deepEqual([tied(4, 8192), tied(24, 8192), tied(4, 32_768), tied(24, 32_768)], [true, true, true, false]);
});

test('what is set by hand stays, and the rest is found around it', () => {
  const model = { width: 320, context: 128, tiedEmbeddings: false };
  const found = dialRecipe(3, { vocabularySize: 500, model, accumulation: 3 });
  const { config } = found;
  assert.deepEqual([config.width, config.context, config.tiedEmbeddings, config.layers], [320, 128, false, 3]);
  assert.deepEqual([config.heads, config.mlpWidth], [5, 832]);
  assert.equal(found.batch % 3, 0);
  assert.equal(found.context, 128);
  assert.throws(() => dialRecipe(0, { vocabularySize: 500 }));
  assert.throws(() => dialRecipe(MAXIMUM_DEPTH + 1, { vocabularySize: 500 }));
});

test('a run without a time sees what the model needs, and of the data at most what is worth seeing again', () => {
  const recipe = dialRecipe(2, { vocabularySize: 500 });
  const perStep = recipe.batch * recipe.context;
  assert.equal(dialSteps(recipe, 1e12), Math.round(recipe.tokensNeeded / perStep));
  assert.ok(recipe.tokensNeeded > recipe.leastTokens);
  assert.equal(recipe.leastTokens, recipe.matrixParameters * DIAL_TOKENS_PER_MATRIX_PARAMETER);
  assert.equal(dialSteps(recipe, 100_000), Math.round((100_000 * USEFUL_EPOCHS) / perStep));
  assert.equal(dialSteps(recipe, 1), 1);
});

/** A machine that does `rate` parameter-tokens a millisecond. */
function question(given: Partial<DialQuestion> & { rate?: number }, asked: number[] = []): DialQuestion {
  const { rate = 1e6, ...rest } = given;
  return {
    recipeOf: (depth) => dialRecipe(depth, { vocabularySize: 500 }),
    seconds: 600,
    uniqueTokens: 1e12,
    memoryBytes: 1e15,
    bytesOf: ({ parameters }) => parameters * 16,
    stepMsOf: async ({ depth, matrixParameters, batch, context }) => {
      asked.push(depth);
      return (matrixParameters * batch * context) / rate;
    },
    ...rest,
  };
}

const fitsInTime = ({ matrixParameters, batch, context, leastTokens }: DialRecipe, seconds: number, rate: number) =>
  Math.floor((seconds * 1000 * rate) / (matrixParameters * batch * context)) * batch * context >= leastTokens;

test('the largest depth is chosen whose tokens come in the time, by the times of the stopwatch', async () => {
  for (const seconds of [60, 600, 36_000]) {
    const asked: number[] = [];
    const { recipe, rows } = await chooseDepth(question({ seconds }, asked));
    const all = DEPTHS.map((depth) => dialRecipe(depth, { vocabularySize: 500 }));
    const largest = all.filter((each) => fitsInTime(each, seconds, 1e6)).at(-1);
    assert.equal(recipe.depth, largest?.depth ?? 1);
    assert.deepEqual(
      rows.map(({ verdict }) => verdict),
      [...Array(recipe.depth - 1).fill('fits'), 'chosen', 'too-slow'],
    );
    assert.ok(asked.length <= rows.length);
    assert.deepEqual(
      asked,
      [...asked].sort((a, b) => a - b),
      'small sizes first',
    );
  }
});

test('more time never chooses a smaller model, nor does a faster machine', async () => {
  const depthAt = async (seconds: number, rate: number) =>
    (await chooseDepth(question({ seconds, rate }))).recipe.depth;
  const byTime = [];
  const byRate = [];
  for (const factor of [0.001, 0.1, 1, 10, 1000]) {
    byTime.push(await depthAt(600 * factor, 1e6));
    byRate.push(await depthAt(600, 1e6 * factor));
  }
  for (const depths of [byTime, byRate])
    assert.deepEqual(
      depths,
      [...depths].sort((a, b) => a - b),
    );
  assert.ok(byTime[0] === 1 && byTime.at(-1)! > 4);
});

test('no model is chosen that is larger than the data supports or than the memory holds', async () => {
  const uniqueTokens = 1_000_000;
  const little = await chooseDepth(question({ seconds: 1e6, uniqueTokens }));
  assert.ok(little.recipe.matrixParameters <= supportedMatrixParameters(uniqueTokens));
  assert.ok(
    dialRecipe(little.recipe.depth + 1, { vocabularySize: 500 }).matrixParameters >
      supportedMatrixParameters(uniqueTokens),
  );
  assert.equal(little.rows.at(-1)!.verdict, 'too-little-data');
  const memoryBytes = 2e7;
  const small = await chooseDepth(question({ seconds: 1e6, memoryBytes }));
  assert.ok(small.rows.at(-2)!.trainingBytes <= memoryBytes && small.rows.at(-1)!.trainingBytes > memoryBytes);
  assert.deepEqual([small.rows.at(-2)!.verdict, small.rows.at(-1)!.verdict], ['chosen', 'too-much-memory']);
});

test('where nothing holds the smallest model is taken and its row says why it does not hold', async () => {
  for (const [given, verdict] of [
    [{ seconds: 0.001 }, 'too-slow'],
    [{ uniqueTokens: 0 }, 'too-little-data'],
    [{ memoryBytes: 1 }, 'too-much-memory'],
  ] as const) {
    const { recipe, rows } = await chooseDepth(question(given));
    assert.deepEqual([recipe.depth, rows.length, rows[0]!.verdict], [1, 1, verdict]);
  }
});

test('a time that was not measured is reckoned from the depth before it, and its row says so', async () => {
  const measured = question({ seconds: 36_000 });
  const { rows } = await chooseDepth({
    ...measured,
    stepMsOf: async (recipe, expectedMs) => (recipe.depth <= 2 ? measured.stepMsOf(recipe, expectedMs) : undefined),
  });
  assert.ok(rows.length > 3);
  for (const row of rows) assert.equal(row.measured, row.depth <= 2);
  assert.ok(rows.slice(1).every((row, i) => row.stepMs! > rows[i]!.stepMs!));
});

const trained = (depth: number): Trained => {
  const { config, batch, context } = dialRecipe(depth, { vocabularySize: 500 });
  return { config, recipe: { ...PRETRAIN_DEFAULTS, adamw: ADAMW_DEFAULTS, muon: MUON_DEFAULTS, batch, context } };
};
const bytesOf = (config: ModelConfig, recipe: Trained['recipe']) =>
  estimateTrainingMemory(config, { batch: recipe.batch, time: recipe.context }, recipe).totalBytes;

test('a suggestion fits by the estimate that refused, and no smaller change does', () => {
  const { config, recipe } = trained(4);
  const needed = bytesOf(config, recipe);
  const apart = bytesOf(config, { ...recipe, accumulation: recipe.batch });
  const again = bytesOf(config, { ...recipe, accumulation: recipe.batch, recompute: true });
  const least = bytesOf(trained(1).config, trained(1).recipe);
  const seen = new Set<string>();
  for (const memory of [
    needed - 1,
    (needed + apart) / 2,
    apart,
    apart - 1,
    again,
    again - 1,
    (again + least) / 2,
    least,
  ]) {
    const found = suggestFit({ config, recipe }, memory, trained)!;
    assert.ok(found.trainingBytes <= memory);
    const model = found.depth === undefined ? { config, recipe } : trained(found.depth);
    const { depth: _, trainingBytes, ...change } = found;
    const changed = checkRecipe({ ...model.recipe, ...change }, model.config);
    assert.equal(bytesOf(model.config, changed), trainingBytes);
    seen.add(Object.keys(found).sort().join());
    if (found.depth !== undefined || found.context !== undefined) continue;
    const { accumulation = 1 } = found;
    const fewer = DEPTHS.filter((n) => n < accumulation && recipe.batch % n === 0);
    for (const n of fewer) assert.ok(bytesOf(config, { ...recipe, ...change, accumulation: n }) > memory);
    if (found.recompute) assert.ok(bytesOf(config, { ...recipe, accumulation: recipe.batch }) > memory);
  }
  for (const kind of ['accumulation', 'accumulation,recompute', 'depth']) {
    assert.ok(seen.has(`${kind},trainingBytes`), [...seen].join(' '));
  }
  assert.equal(suggestFit({ config, recipe }, 1000, trained), undefined);
});
