import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createOrtRuntime, createReferenceRuntime, type Runtime } from '../engine/index.ts';
import { initialParameters, type ModelConfig, modelConfigOfSize } from '../model/index.ts';
import { ADAMW_DEFAULTS, adamwScalars, NO_LIMIT } from '../optim/index.ts';
import type { Batch } from './batches.ts';
import { type DropoutSettings, Masks, NO_DROPOUT } from './dropout.ts';
import { TrainingStep, zeroMoments } from './step.ts';

const CONFIG: ModelConfig = modelConfigOfSize('nano', {
  vocabularySize: 32,
  width: 16,
  heads: 2,
  keyValueHeads: 1,
  headWidth: 8,
  mlpWidth: 24,
  layers: 2,
  context: 8,
});
const SHAPE = { batch: 4, time: 8 };
const BATCH: Batch = {
  tokens: Int32Array.from({ length: 32 }, (_, i) => (i * 7) % 32),
  targets: Int32Array.from({ length: 32 }, (_, i) => (i * 7 + 7) % 32),
  weights: new Float32Array(32).fill(1),
  segments: new Int32Array(32).fill(1),
};
const SCALARS = {
  ...adamwScalars(ADAMW_DEFAULTS, 1e-2, 1),
  lossScale: 1,
  maxLoss: NO_LIMIT,
  maxGradientNorm: NO_LIMIT,
};

const ort = createOrtRuntime({ threads: 1 });
after(() => ort.close());

async function firstSteps(
  runtime: Runtime,
  dropout: DropoutSettings,
  seed: number,
  accumulation = 1,
): Promise<number[]> {
  await runtime.put({ ...Object.fromEntries(initialParameters(CONFIG, 5)), ...zeroMoments(CONFIG) });
  const settings = { adamw: ADAMW_DEFAULTS, clipNorm: 1, precision: 'float32', dropout, seed, accumulation } as const;
  const step = await TrainingStep.prepare(runtime, CONFIG, SHAPE, settings);
  const losses = [];
  for (const index of [0, 1]) losses.push((await step.run(BATCH, SCALARS, index)).lossNats);
  await step.release();
  return losses;
}

test('masks leave out their share, keep the mean, and come from seed and stream alone', () => {
  const shape = { batch: 32, time: 64 };
  const settings = { attention: 0.25, residual: 0.1, depth: 0 };
  const masks = new Masks(CONFIG, shape, settings, 3).feeds('5/0');
  for (const [name, mask] of Object.entries(masks)) {
    const data = mask.data as Float32Array;
    const share = name.endsWith('probabilities') ? 0.25 : 0.1;
    const zeros = data.filter((value) => value === 0).length / data.length;
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    assert.ok(Math.abs(zeros - share) < 0.01, `${name}: ${zeros}`);
    assert.ok(Math.abs(mean - 1) < 0.02, `${name}: ${mean}`);
  }
  const again = new Masks(CONFIG, shape, settings, 3);
  again.feeds('4/0');
  assert.deepEqual(again.feeds('5/0'), masks);
  const others = [
    new Masks(CONFIG, shape, settings, 3).feeds('6/0'),
    new Masks(CONFIG, shape, settings, 4).feeds('5/0'),
  ];
  for (const other of others) {
    for (const name of Object.keys(masks)) assert.notDeepEqual(other[name], masks[name]);
  }
  assert.deepEqual(new Masks(CONFIG, shape, NO_DROPOUT, 3).feeds('5/0'), {});
});

test('whether a value is left out does not depend on those before it', () => {
  const masks = new Masks(CONFIG, { batch: 64, time: 64 }, { attention: 0, residual: 0.2, depth: 0 }, 3).feeds('0/0');
  const data = masks['dropout:0.mlp']!.data as Float32Array;
  for (const distance of [1, 2, 5, 16]) {
    let both = 0;
    for (let i = distance; i < data.length; i++) if (data[i] === 0 && data[i - distance] === 0) both++;
    assert.ok(Math.abs(both / data.length - 0.2 ** 2) < 0.005, `${distance}: ${both / data.length}`);
  }
});

test('stochastic depth drops whole rows, the last layer most, and scales the others up', () => {
  const shape = { batch: 4000, time: 1 };
  const masks = new Masks(CONFIG, shape, { attention: 0, residual: 0, depth: 0.5 }, 3).feeds('0/0');
  for (const [layer, share] of [0.25, 0.5].entries()) {
    const data = masks[`dropout:${layer}.mlp`]!.data as Float32Array;
    let dropped = 0;
    for (let row = 0; row < 4000; row++) {
      const values = new Set(data.subarray(row * 16, (row + 1) * 16));
      assert.equal(values.size, 1);
      if (values.has(0)) dropped++;
      else assert.ok(Math.abs([...values][0]! - 1 / (1 - share)) < 1e-6);
    }
    assert.ok(Math.abs(dropped / 4000 - share) < 0.03, `${dropped}`);
  }
});

test('a step with dropout is equal on both runtimes, differs from step to step and from none, and repeats by its seed', async () => {
  const dropout = { attention: 0.2, residual: 0.2, depth: 0.2 };
  const slow = await firstSteps(createReferenceRuntime(), dropout, 1);
  const fast = await firstSteps(ort, dropout, 1);
  for (const [i, loss] of slow.entries()) assert.ok(Math.abs(loss - fast[i]!) < 1e-5 * loss);
  assert.deepEqual(await firstSteps(ort, dropout, 1), fast);
  assert.notEqual((await firstSteps(ort, dropout, 2))[0], fast[0]);
  assert.notEqual((await firstSteps(ort, NO_DROPOUT, 1))[0], fast[0]);
});

test('accumulated parts give the step of the whole batch', async () => {
  const whole = await firstSteps(ort, NO_DROPOUT, 1);
  for (const parts of [2, 4]) {
    const accumulated = await firstSteps(ort, NO_DROPOUT, 1, parts);
    for (const [i, loss] of whole.entries())
      assert.ok(Math.abs(accumulated[i]! - loss) < 1e-5 * loss, `${parts} parts`);
  }
});
