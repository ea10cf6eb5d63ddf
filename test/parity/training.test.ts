/** Ten steps of the product's own training step give PyTorch's losses, gradient norms and weights. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createOrtRuntime, createReferenceRuntime, type Runtime } from '../../src/engine/index.ts';
import { adamwScalars, NO_LIMIT } from '../../src/optim/index.ts';
import type { HostTensor } from '../../src/tensor/index.ts';
import type { Batch } from '../../src/train/batches.ts';
import { TrainingStep, zeroMoments } from '../../src/train/step.ts';
import { type FixtureBatch, type FixtureTraining, fixtureNames, readFixture, readTensors } from './fixture.ts';

const runtimes: Runtime[] = [createReferenceRuntime(), createOrtRuntime({ threads: 1 })];
after(() => Promise.all(runtimes.map((runtime) => runtime.close())));

function batchOf({ ids, targets, weights }: FixtureBatch): Batch {
  return {
    tokens: Int32Array.from(ids.flat()),
    targets: Int32Array.from(targets.flat()),
    weights: Float32Array.from(weights.flat()),
    segments: new Int32Array(ids.flat().length).fill(1),
  };
}

const norm = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));

/** Losses and gradient norms of every step, and the weights after the last, from the fixture's start. */
async function train(runtime: Runtime, name: string, training: FixtureTraining) {
  const { config } = readFixture(name);
  const start = readTensors(name, 'model.safetensors');
  const shape = { batch: training.batches[0]!.ids.length, time: training.batches[0]!.ids[0]!.length };
  const settings = { adamw: training, clipNorm: training.clipNorm, precision: 'float32' } as const;
  await runtime.put({ ...Object.fromEntries(start), ...zeroMoments(config) });
  const step = await TrainingStep.prepare(runtime, config, shape, settings);
  const losses: number[] = [];
  const norms: number[] = [];
  for (const [i, batch] of training.batches.entries()) {
    const scalars = adamwScalars(training, training.learningRate, i + 1);
    const limits = { lossScale: 1, maxLoss: NO_LIMIT, maxGradientNorm: NO_LIMIT };
    const result = await step.run(batchOf(batch), { ...scalars, ...limits });
    assert.ok(result.applied, `step ${i + 1} was skipped`);
    losses.push(result.lossNats);
    norms.push(result.gradientNorm);
  }
  await step.release();
  return { start, losses, norms, end: await runtime.get([...start.keys()]) };
}

function distance(start: HostTensor, end: HostTensor): number {
  return norm(Float64Array.from(end.data, (value, i) => value - start.data[i]!));
}

for (const name of fixtureNames) {
  const { fixture } = readFixture(name);
  for (const runtime of runtimes) {
    test(`${name} on ${runtime.name}: ten AdamW steps with clipping equal PyTorch ${fixture.torch}`, async (t) => {
      const { training, tolerances } = fixture;
      const { start, losses, norms, end } = await train(runtime, name, training);
      const off = { losses: 0, norms: 0, distances: 0 };
      for (const [i, expected] of training.losses.entries()) {
        off.losses = Math.max(off.losses, Math.abs(losses[i]! - expected) / expected);
        off.norms = Math.max(off.norms, Math.abs(norms[i]! - training.gradientNorms[i]!) / training.gradientNorms[i]!);
      }
      for (const [parameter, expected] of Object.entries(training.distances)) {
        const got = distance(start.get(parameter)!, end[parameter]!);
        off.distances = Math.max(off.distances, Math.abs(got - expected) / expected);
      }
      t.diagnostic(JSON.stringify(off));
      assert.ok(off.losses <= tolerances.trainingLosses, `losses: off by ${off.losses}`);
      assert.ok(off.norms <= tolerances.gradients, `gradient norms: off by ${off.norms}`);
      assert.ok(off.distances <= tolerances.distances, `distances: off by ${off.distances}`);
    });
  }
}
