import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReferenceRuntime } from '../engine/index.ts';
import { float32 } from '../tensor/index.ts';
import {
  ADAMW_DEFAULTS,
  adamw,
  adamwScalars,
  checkSchedule,
  clipScale,
  GradScaler,
  globalNorm,
  learningRateAt,
  NO_LIMIT,
  SpikeGuard,
} from './index.ts';

const SETTINGS = { ...ADAMW_DEFAULTS, weightDecay: 0.1 };

test('three updates are those of the published algorithm, with decay for matrices alone', async () => {
  const runtime = createReferenceRuntime({ precision: 'double' });
  const tensors = (['matrix', 'vector'] as const).map((name) => ({
    parameter: `p${name}`,
    gradient: `g${name}`,
    m: `m${name}`,
    v: `v${name}`,
    decays: name === 'matrix',
  }));
  const plain = { p: [0.5, -1, 2, 0.01], m: [0, 0, 0, 0], v: [0, 0, 0, 0] };
  const expected = { matrix: structuredClone(plain), vector: structuredClone(plain) };
  const put = (name: string, values: readonly number[]) =>
    runtime.put({ [name]: float32([4], Float64Array.from(values)) });
  for (const name of ['matrix', 'vector']) {
    for (const part of ['p', 'm', 'v'] as const) await put(part + name, plain[part]);
  }
  for (let update = 1; update <= 3; update++) {
    const gradient = [0.3, -0.2 * update, 1e-3, 0];
    for (const name of ['matrix', 'vector']) {
      await put(
        `g${name}`,
        gradient.map((value) => 2 * value),
      );
    }
    await adamw(runtime, tensors, { ...adamwScalars(SETTINGS, 0.01, update), gradientScale: 0.5 }, SETTINGS);
    for (const name of ['matrix', 'vector'] as const) {
      const { p, m, v } = expected[name];
      const got = (await runtime.get([`p${name}`]))[`p${name}`]!.data;
      for (let i = 0; i < 4; i++) {
        m[i] = 0.9 * m[i]! + 0.1 * gradient[i]!;
        v[i] = 0.95 * v[i]! + 0.05 * gradient[i]! ** 2;
        const mHat = m[i]! / (1 - 0.9 ** update);
        const vHat = v[i]! / (1 - 0.95 ** update);
        const decay = name === 'matrix' ? 0.01 * 0.1 * p[i]! : 0;
        p[i] = p[i]! - decay - (0.01 * mHat) / (Math.sqrt(vHat) + 1e-8);
        assert.ok(Math.abs(got[i]! - p[i]!) < 1e-12, `${name} ${i} of update ${update}`);
      }
    }
  }
});

test('clipping scales gradients over the limit to it and leaves smaller ones alone', async () => {
  const runtime = createReferenceRuntime();
  await runtime.put({ a: float32([2], [3, 4]), b: float32([1, 1], [12]) });
  const norm = await globalNorm(runtime, ['a', 'b']);
  assert.equal(norm, 13);
  assert.ok(Math.abs(clipScale(norm, 2) - 2 / 13) < 1e-6);
  assert.equal(clipScale(1.9, 2), 1);
  await runtime.put({ b: float32([1, 1], [Number.NaN]) });
  assert.ok(Number.isNaN(await globalNorm(runtime, ['a', 'b'])));
});

test('the rate rises over the warmup, never again after it, and ends at the floor', () => {
  for (const kind of ['cosine', 'trapezoid'] as const) {
    const schedule = checkSchedule({ kind, peak: 2, warmupSteps: 10, floor: 0.1, cooldown: 0.5 });
    const rates = Array.from({ length: 101 }, (_, step) => learningRateAt(schedule, step, step / 100));
    assert.ok(Math.abs(rates[0]! - 0.2) < 0.01, `${kind} begins at a tenth`);
    for (let step = 1; step < 10; step++) assert.ok(rates[step]! > rates[step - 1]!, `${kind} ${step}`);
    for (let step = 10; step <= 100; step++) assert.ok(rates[step]! <= rates[step - 1]!, `${kind} ${step}`);
    assert.ok(Math.max(...rates) > 1.9 && Math.max(...rates) <= 2);
    assert.ok(Math.abs(rates[100]! - 0.2) < 1e-12);
  }
  const constant = checkSchedule({ kind: 'constant', peak: 3, warmupSteps: 0, floor: 0 });
  assert.deepEqual(
    [0, 5, 99].map((step) => learningRateAt(constant, step, step / 99)),
    [3, 3, 3],
  );
  assert.throws(() => checkSchedule({ ...constant, peak: 0 }));
  assert.throws(() => checkSchedule({ ...constant, kind: 'linear' as 'cosine' }));
});

test('the scaler halves on an overflow, doubles after a run of good steps and comes back from its state', () => {
  const settings = { start: 1024, growthFactor: 2, backoffFactor: 0.5, growthInterval: 3 };
  const scaler = new GradScaler(settings);
  for (let i = 0; i < 3; i++) scaler.update(true);
  assert.equal(scaler.scale, 2048);
  scaler.update(true);
  scaler.update(false);
  assert.equal(scaler.scale, 1024);
  for (let i = 0; i < 2; i++) scaler.update(true);
  const copy = new GradScaler(settings, JSON.parse(JSON.stringify(scaler.state)));
  for (const one of [scaler, copy]) {
    one.update(true);
    assert.equal(one.scale, 2048, 'the third good step since the overflow');
  }
  for (let i = 0; i < 200; i++) scaler.update(false);
  assert.ok(scaler.scale > 0);
});

test('the guard limits nothing at first, then refuses outliers and lets a lasting new level through', () => {
  const guard = new SpikeGuard();
  for (let i = 0; i < 63; i++) guard.record(3 + 0.1 * (i % 2), 1);
  assert.deepEqual(guard.limits(), { maxLoss: NO_LIMIT, maxGradientNorm: NO_LIMIT });
  for (let i = 0; i < 65; i++) guard.record(3 + 0.1 * (i % 2), 1);
  const { maxLoss, maxGradientNorm } = guard.limits();
  assert.ok(maxLoss > 3.1 && maxLoss < 4 && maxGradientNorm > 1 && maxGradientNorm < 2);
  assert.deepEqual(new SpikeGuard(undefined, JSON.parse(JSON.stringify(guard.state))).limits(), guard.limits());
  guard.record(Number.NaN, Number.POSITIVE_INFINITY);
  assert.equal(guard.limits().maxLoss, maxLoss, 'what is not finite teaches nothing');
  let steps = 0;
  while (guard.limits().maxLoss < 8 && steps < 200) {
    guard.record(8, 1);
    steps++;
  }
  assert.ok(steps < 64, `${steps}`);
});
