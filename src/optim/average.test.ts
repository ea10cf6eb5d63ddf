import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReferenceRuntime } from '../engine/index.ts';
import { float32 } from '../tensor/index.ts';
import { averageDecay, averageOf, firstAverages, updateAverages, withAverages } from './index.ts';

const first = new Map([
  ['p', float32([2], [1, 2])],
  ['q', float32([1, 2], [-1, 5])],
]);
const names = [...first.keys()];

async function prepared() {
  const runtime = createReferenceRuntime();
  await runtime.put({ ...Object.fromEntries(first), ...firstAverages(first) });
  const valuesOf = async (name: string) => [...(await runtime.get([name]))[name]!.data];
  return { runtime, valuesOf };
}

test('what stays of an average rises from a tenth with the updates and never passes 1 - 1 / steps', () => {
  const decays = Array.from({ length: 2000 }, (_, updates) => averageDecay(100, updates));
  assert.equal(decays[0], 0.1);
  for (const [i, decay] of decays.slice(1).entries()) assert.ok(decay >= decays[i]!, `${i}`);
  assert.equal(decays.at(-1), 0.99);
  assert.ok(decays.filter((decay) => decay < 0.99).length > 800);
  assert.equal(averageDecay(1, 500), 0, 'an average over one update is the weights');
});

test('weights that do not move are their own average', async () => {
  const { runtime, valuesOf } = await prepared();
  for (let i = 0; i < 5; i++) await updateAverages(runtime, names, averageDecay(100, i));
  for (const name of names) assert.deepEqual(await valuesOf(averageOf(name)), [...first.get(name)!.data]);
});

test('an average is the sum of all weights, each with what the updates after it left of it', async () => {
  const { runtime, valuesOf } = await prepared();
  const weights = [4, -2, 8, 16, 0.5];
  for (const [i, weight] of weights.entries()) {
    await runtime.put({ p: float32([2], [weight, 2 * weight]) });
    await updateAverages(runtime, names, averageDecay(3, i));
  }
  let left = 1;
  let sum = 0;
  for (const [i, weight] of [...weights.entries()].reverse()) {
    sum += left * (1 - averageDecay(3, i)) * weight;
    left *= averageDecay(3, i);
  }
  const [a, b] = await valuesOf(averageOf('p'));
  assert.ok(Math.abs(a! - (sum + left * 1)) < 1e-6, `${a}`);
  assert.ok(Math.abs(b! - (2 * sum + left * 2)) < 1e-6, `${b}`);
});

test('work sees averages where parameters are, and parameters and averages are what they were afterwards, also when it fails', async () => {
  const { runtime, valuesOf } = await prepared();
  await runtime.put({ p: float32([2], [7, 7]) });
  assert.deepEqual(await withAverages(runtime, names, () => valuesOf('p')), [1, 2]);
  const failing = withAverages(runtime, names, async () => {
    assert.deepEqual(await valuesOf('p'), [1, 2]);
    throw new RangeError('of the work');
  });
  await assert.rejects(failing, RangeError);
  assert.deepEqual(await valuesOf('p'), [7, 7]);
  assert.deepEqual(await valuesOf(averageOf('p')), [1, 2]);
});
