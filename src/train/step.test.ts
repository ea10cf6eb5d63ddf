import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  compile,
  createOrtRuntime,
  createReferenceRuntime,
  grad,
  peakBytes,
  type Runtime,
  Trace,
} from '../engine/index.ts';
import {
  EMBEDDING_NAME,
  forward,
  initialParameters,
  type ModelConfig,
  modelConfigOfSize,
  parameterInputs,
  parameterSpecs,
} from '../model/index.ts';
import { ADAMW_DEFAULTS, adamwScalars, averageOf, firstAverages, NO_LIMIT } from '../optim/index.ts';
import { float32, type HostTensor, int32 } from '../tensor/index.ts';
import type { Batch } from './batches.ts';
import {
  firstMomentOf,
  partsOf,
  type StepSettings,
  secondMomentOf,
  TrainingStep,
  traceTrainingStep,
  zeroMoments,
} from './step.ts';

const CONFIG: ModelConfig = modelConfigOfSize('nano', {
  vocabularySize: 32,
  width: 16,
  heads: 2,
  keyValueHeads: 1,
  headWidth: 8,
  mlpWidth: 24,
  context: 8,
});
const SHAPE = { batch: 2, time: 8 };
const SETTINGS: StepSettings = { adamw: ADAMW_DEFAULTS, clipNorm: 1, precision: 'float32' };
const names = parameterSpecs(CONFIG).map((spec) => spec.name);

const BATCH: Batch = {
  tokens: Int32Array.from({ length: 16 }, (_, i) => (i * 7) % 32),
  targets: Int32Array.from({ length: 16 }, (_, i) => (i * 7 + 7) % 32),
  weights: new Float32Array(16).fill(1),
  segments: new Int32Array(16).fill(1),
};

const SCALARS = {
  ...adamwScalars(ADAMW_DEFAULTS, 1e-2, 1),
  lossScale: 1,
  maxLoss: NO_LIMIT,
  maxGradientNorm: NO_LIMIT,
};

const ort = createOrtRuntime({ threads: 2 });
after(() => ort.close());

async function prepared(runtime: Runtime, settings: StepSettings = SETTINGS): Promise<TrainingStep> {
  await runtime.put(Object.fromEntries(initialParameters(CONFIG, 5)));
  await runtime.put(zeroMoments(CONFIG));
  return TrainingStep.prepare(runtime, CONFIG, SHAPE, settings);
}

async function steps(step: TrainingStep, count: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 1; i <= count; i++) {
    losses.push((await step.run(BATCH, { ...SCALARS, ...adamwScalars(ADAMW_DEFAULTS, 1e-2, i) })).lossNats);
  }
  return losses;
}

test('ten steps learn a batch by heart, with the same losses on both runtimes', async () => {
  const fast = await steps(await prepared(ort), 10);
  const slow = await steps(await prepared(createReferenceRuntime()), 10);
  for (const [i, loss] of slow.entries()) assert.ok(Math.abs(loss - fast[i]!) < 1e-4 * loss, `step ${i}`);
  assert.ok(fast[9]! < fast[0]! * 0.7, `${fast}`);
});

test('rows go to replicas where they divide evenly, and where large matrices have enough of them', () => {
  const wide = { ...CONFIG, mlpWidth: 2 ** 17 };
  const divided = (config: ModelConfig, batch: number, time: number, accumulation = 1) => {
    const { part, replicas } = partsOf(config, { batch, time }, { accumulation }, 2);
    return [part.batch, replicas];
  };
  assert.deepEqual(divided(CONFIG, 6, 8), [3, 2]);
  assert.deepEqual(divided(CONFIG, 3, 8), [3, 1]);
  assert.deepEqual(divided(CONFIG, 12, 8, 3), [2, 2]);
  assert.deepEqual(divided(CONFIG, 6, 8, 2), [3, 1]);
  assert.deepEqual(divided(wide, 2, 1024), [1, 2]);
  assert.deepEqual(divided(wide, 2, 1023), [2, 1]);
  assert.deepEqual(divided(wide, 4, 1024, 4), [1, 1]);
  assert.deepEqual(partsOf(CONFIG, { batch: 6, time: 8 }, {}, 1), { part: { batch: 6, time: 8 }, replicas: 1 });
});

test('a step in replicas has the gradients of one in parts, one after the other', async () => {
  const kept = async (settings: Partial<StepSettings>, runtime: Runtime): Promise<Record<string, HostTensor>> => {
    const step = await prepared(runtime, { ...SETTINGS, ...settings });
    await step.run(BATCH, SCALARS);
    return runtime.get(names.map((name) => `gradient:${name}`));
  };
  const alone = createOrtRuntime({ threads: 1 });
  after(() => alone.close());
  const dropout = { residual: 0.2, attention: 0.2, depth: 0.2 };
  for (const settings of [{}, { dropout, seed: 3 }]) {
    assert.deepEqual(await kept(settings, ort), await kept({ ...settings, accumulation: 2 }, alone));
  }
  assert.notDeepEqual(await kept({}, ort), await kept({ dropout, seed: 3 }, ort));
});

test('two runs with one seed end with the same bits', async () => {
  const once = async (): Promise<Record<string, HostTensor>> => {
    await steps(await prepared(ort), 6);
    return ort.get(names.flatMap((name) => [name, firstMomentOf(name), secondMomentOf(name)]));
  };
  assert.deepEqual(await once(), await once());
});

test('a step over a limit, or with gradients that are not finite, keeps every weight and moment', async () => {
  const step = await prepared(ort);
  await step.run(BATCH, SCALARS);
  const all = names.flatMap((name) => [name, firstMomentOf(name), secondMomentOf(name)]);
  const before = await ort.get(all);
  const bad = [{ maxLoss: 0.1 }, { maxGradientNorm: 1e-3 }, { lossScale: Infinity }, { lossScale: NaN }];
  for (const limits of bad) {
    const result = await step.run(BATCH, { ...SCALARS, ...limits });
    assert.equal(result.applied, false);
    assert.deepEqual(await ort.get(all), before, JSON.stringify(limits));
  }
  assert.equal((await step.run(BATCH, SCALARS)).applied, true);
  assert.notDeepEqual(await ort.get(all), before);
});

test('only targets of weight above 0 move the weights', async () => {
  const half = { ...BATCH, weights: BATCH.weights.map((_, i) => (i % 8 < 4 ? 1 : 0)) };
  const moved = async (batch: Batch): Promise<Record<string, HostTensor>> => {
    const step = await prepared(ort);
    await step.run(batch, SCALARS);
    return ort.get(names);
  };
  const otherTargets = { ...half, targets: half.targets.map((id, i) => (i % 8 < 4 ? id : 3)) };
  assert.deepEqual(await moved(half), await moved(otherTargets));
  assert.notDeepEqual(await moved(half), await moved({ ...half, weights: BATCH.weights }));
});

test('a loss scale alone changes nothing but the last bits', async () => {
  const unscaled = await (await prepared(ort)).run(BATCH, SCALARS);
  const scaled = await (await prepared(ort)).run(BATCH, { ...SCALARS, lossScale: 2 ** 12 });
  assert.equal(scaled.lossNats, unscaled.lossNats);
  assert.ok(Math.abs(scaled.gradientNorm - unscaled.gradientNorm) < 1e-5 * unscaled.gradientNorm);
});

test('float16 rounding changes the gradients, loses the small ones without a scale, and overflows with too large a one', async () => {
  const half: StepSettings = { ...SETTINGS, precision: 'float16' };
  const exact = await (await prepared(ort)).run(BATCH, SCALARS);
  const rounded = await (await prepared(ort, half)).run(BATCH, SCALARS);
  const scaled = await (await prepared(ort, half)).run(BATCH, { ...SCALARS, lossScale: 2 ** 10 });
  const lost = await (await prepared(ort, half)).run(BATCH, { ...SCALARS, lossScale: 2 ** -26 });
  const overflown = await (await prepared(ort, half)).run(BATCH, { ...SCALARS, lossScale: 2 ** 24 });
  assert.notEqual(rounded.gradientNorm, exact.gradientNorm);
  assert.ok(Math.abs(scaled.gradientNorm - exact.gradientNorm) < 0.01 * exact.gradientNorm);
  assert.ok(lost.gradientNorm < 0.5 * exact.gradientNorm, `${lost.gradientNorm} of ${exact.gradientNorm}`);
  assert.equal(overflown.applied, false);
});

test('tensors of rank 1 do not decay, all others do', async () => {
  const step = await prepared(ort, { ...SETTINGS, adamw: { ...ADAMW_DEFAULTS, weightDecay: 0.5 } });
  const before = await ort.get(names);
  await step.run(BATCH, { ...SCALARS, stepSize: 0, decay: 0.25 });
  const after = await ort.get(names);
  for (const { name, shape } of parameterSpecs(CONFIG)) {
    const factor = shape.length >= 2 ? 0.75 : 1;
    const expected = float32(
      shape,
      Float32Array.from(before[name]!.data, (value) => value * factor),
    );
    assert.deepEqual(after[name], expected, name);
  }
});

test('the first moment after one step has the norm that clipping allows', async () => {
  const clipped: StepSettings = { ...SETTINGS, clipNorm: 1e-3 };
  const step = await prepared(ort, clipped);
  const { gradientNorm } = await step.run(BATCH, SCALARS);
  const all = await ort.get(names.map(firstMomentOf));
  const norm = Math.sqrt(
    Object.values(all).reduce((sum, { data }) => sum + (data as Float32Array).reduce((s, x) => s + x * x, 0), 0),
  );
  assert.ok(gradientNorm > 0.1);
  assert.ok(Math.abs(norm - 0.1 * 1e-3) < 1e-7, `${norm}`); // m = (1 - beta1) * clipped gradient
});

test('an average follows the weights in steps that are applied, stays in those that are not, and never moves the weights', async () => {
  const trained = async (averageDecay?: number) => {
    const step = await prepared(ort);
    await ort.put(firstAverages(initialParameters(CONFIG, 5)));
    const scalars = { ...SCALARS, ...(averageDecay !== undefined && { averageDecay }) };
    await step.run(BATCH, scalars);
    const averages = await ort.get(names.map(averageOf));
    assert.equal((await step.run(BATCH, { ...scalars, maxLoss: 0.1 })).applied, false);
    assert.deepEqual(await ort.get(names.map(averageOf)), averages);
    await step.run(BATCH, scalars);
    return { weights: await ort.get(names), averages: await ort.get(names.map(averageOf)) };
  };
  const without = await trained();
  const averaged = await trained(0.75);
  assert.deepEqual(averaged.weights, without.weights);
  const first = initialParameters(CONFIG, 5);
  for (const name of names) assert.deepEqual(without.averages[averageOf(name)], first.get(name));
  const mixed = averaged.averages[averageOf(names[0]!)]!.data;
  const [begin, end] = [first.get(names[0]!)!.data, averaged.weights[names[0]!]!.data];
  assert.ok(mixed.some((value, i) => value !== begin[i] && value !== end[i]));
  await trained(0);
  assert.deepEqual(
    names.map((name) => averaged.weights[name]),
    Object.values(await ort.get(names.map(averageOf))),
    'where nothing is left of it, the average is the weights',
  );
});

test('layers computed again give the same bits, with dropout, accumulation and float16 rounding as well', async () => {
  const masked: Partial<StepSettings> = { dropout: { residual: 0.2, attention: 0.2, depth: 0.2 }, accumulation: 2 };
  for (const settings of [SETTINGS, { ...SETTINGS, ...masked }, { ...SETTINGS, precision: 'float16' } as const]) {
    const trained = async (recompute: boolean): Promise<Record<string, HostTensor>> => {
      await steps(await prepared(ort, { ...settings, recompute }), 3);
      return ort.get(names.flatMap((name) => [name, secondMomentOf(name)]));
    };
    assert.deepEqual(await trained(true), await trained(false));
  }
});

test('layers computed again are kept by their inputs alone: memory hardly grows with depth, products by a forward pass', () => {
  const graphOf = (layers: number, recompute: boolean) =>
    traceTrainingStep({ ...CONFIG, layers }, SHAPE, { precision: 'float32', recompute }).graph;
  const inner = (layers: number, recompute: boolean): number =>
    peakBytes(graphOf(layers, recompute), { outputsElsewhere: true });
  const layerInput = 4 * SHAPE.batch * SHAPE.time * CONFIG.width;
  assert.equal(inner(12, true) - inner(6, true), 6 * layerInput);
  assert.ok(inner(12, false) - inner(6, false) > 10 * 6 * layerInput);
  const products = (layers: number, recompute: boolean): number =>
    graphOf(layers, recompute).nodes.filter(({ op, shape }) => op === 'matmul' && !shape.slice(-2).includes(1)).length;
  const forward = 9; // q, k, v, scores, values, o, gate, up, down
  assert.equal(products(3, false) - products(2, false), 3 * forward);
  assert.equal(
    products(3, true) - products(2, true),
    4 * forward - 1,
    'the last product of a layer is not needed again',
  );
});

test('the gradient of the embedding table, added up by rows, is that of one graph, in parts and with a tied output as well', async () => {
  for (const tiedEmbeddings of [false, true]) {
    const config = { ...CONFIG, tiedEmbeddings };
    const wanted = parameterSpecs(config)[0]!;
    assert.equal(wanted.name, EMBEDDING_NAME);
    const trace = new Trace();
    const parameters = parameterInputs(trace, config);
    const [tokens, targets] = ['tokens', 'targets'].map((name) => trace.input(name, 'int32', [2, 8]));
    const segments = trace.input('segments', 'int32', [2, 8]);
    const loss = forward(trace, config, parameters, tokens!, { segments })
      .crossEntropy(targets!.reshape([16]))
      .mean();
    const graph = trace.finish({ d: grad(loss.reshape([]), [parameters.get(EMBEDDING_NAME)!])[0]! });
    await ort.put(Object.fromEntries(initialParameters(config, 5)));
    await ort.put(zeroMoments(config));
    const ids = { tokens: int32([2, 8], BATCH.tokens), targets: int32([2, 8], BATCH.targets) };
    const whole = await (await ort.prepare(compile(graph))).run({ ...ids, segments: int32([2, 8], BATCH.segments) });
    for (const accumulation of [1, 2]) {
      const step = await TrainingStep.prepare(ort, config, SHAPE, { ...SETTINGS, accumulation });
      await step.run(BATCH, { ...SCALARS, maxLoss: 0 }); // Keeps the weights as they are.
      const kept = (await ort.get([`gradient:${EMBEDDING_NAME}`]))[`gradient:${EMBEDDING_NAME}`]!;
      for (const [i, value] of whole['d']!.data.entries()) {
        assert.ok(Math.abs(kept.data[i]! - value) < 1e-7, `${tiedEmbeddings}, ${accumulation}, element ${i}`);
      }
    }
  }
});
