import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Rng } from '../../src/base/index.ts';
import { createOrtRuntime, createReferenceRuntime, type Runtime } from '../../src/engine/index.ts';
import { float32 } from '../../src/tensor/index.ts';

const runtimes: readonly Runtime[] = [
  createReferenceRuntime(),
  ...[{ threads: 1 }, { threads: 2 }, { threads: 2, sharedMemory: false }].map((options) => createOrtRuntime(options)),
];
after(() => Promise.all(runtimes.map((runtime) => runtime.close())));

/** The sum that every runtime gives for tensors with these elements, the same bits. */
async function sumOf(...tensors: readonly (readonly number[] | Float32Array)[]): Promise<number> {
  const named = Object.fromEntries(
    tensors.map((values, i) => [`t${i}`, float32([values.length], Float32Array.from(values))]),
  );
  const sums: number[] = [];
  for (const runtime of runtimes) {
    await runtime.put(named);
    sums.push(await runtime.sumSquares(Object.keys(named)));
  }
  for (const sum of sums) assert.equal(sum, sums[0], `${tensors.map(({ length }) => length)}`);
  return sums[0]!;
}

function assertNear(actual: number, expected: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= 1e-12 * expected, `${what}: expected ${expected}, got ${actual}`);
}

test('a sum of squares has the same bits under the reference and for one and two threads, and is that of float64', async () => {
  const rng = new Rng(23);
  const values = Float32Array.from({ length: 600_001 }, () => rng.normal() * 10 ** rng.normal());
  const plain = (length: number) => values.subarray(0, length).reduce((sum, value) => sum + value * value, 0);
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const lengths = [...range(0, 17), ...range(65_535, 65_545), values.length];
  for (const length of lengths) assertNear(await sumOf(values.subarray(0, length)), plain(length), String(length));
  const many = [...lengths, ...lengths.map(() => values.length)]; // So many that two threads share them
  const together = await sumOf(...many.map((length) => values.subarray(0, length)));
  assertNear(
    together,
    many.map(plain).reduce((a, b) => a + b),
    'all of them',
  );
  assert.equal(await sumOf(), 0);
});

test('a sum of squares of whole numbers is exact, wherever they lie', async () => {
  const values = Float32Array.from({ length: 140_003 }, (_, i) => (i % 4093) - 2046);
  const expected = values.reduce((sum, value) => sum + value * value, 0);
  assert.equal(await sumOf(values), expected);
  assert.equal(await sumOf(values.subarray(0, 65_537), [], values.subarray(65_537)), expected);
});

test('a sum of squares goes beyond float32 on both sides and is not finite where one element is not', async () => {
  const [tiny, huge] = [1e-30, 1e30].map(Math.fround) as [number, number];
  assertNear(await sumOf([huge, tiny, -huge], [tiny]), 2 * huge ** 2, 'huge');
  assertNear(await sumOf(new Float32Array(40).fill(-tiny)), 40 * tiny ** 2, 'tiny');
  const largest = 3.4028234663852886e38;
  assertNear(await sumOf(new Float32Array(70_000).fill(largest)), 70_000 * largest ** 2, 'the largest');
  for (const [value, expected] of [
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NaN, Number.NaN],
  ] as const) {
    for (const place of [0, 31, 65_535, 65_536, 70_000]) {
      const values = new Float32Array(70_001).fill(1);
      values[place] = value;
      assert.equal(await sumOf([1], values, [2]), expected, `${value} at ${place}`);
    }
  }
});

for (const runtime of runtimes.slice(0, 2)) {
  test(`${runtime.name}: a sum of squares counts a tensor as often as it is named and refuses a missing one by name`, async () => {
    await runtime.put({ a: float32([2, 1], [1, 2]) });
    assert.equal(await runtime.sumSquares(['a', 'a']), 10);
    await runtime.put({ a: float32([3], [3, 0, 0]) });
    assert.equal(await runtime.sumSquares(['a']), 9);
    await assert.rejects(runtime.sumSquares(['a', 'nowhere']), { code: 'runtime.resident', message: /nowhere/ });
  });
}
