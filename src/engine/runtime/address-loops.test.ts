import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../base/index.ts';
import { addressLoops } from './address-loops.ts';
import { KERNELS, LEAST_MOMENT, UPDATE_KERNELS } from './resident-kernels.ts';
import { SharedMemory } from './shared-memory.ts';

const memory = new SharedMemory();
const { sumSquares, ...updates } = addressLoops(memory.common!);

/** Every NaN is one; all other values by their bits. */
function bitsOf(values: Float32Array): Int32Array {
  return new Int32Array(Float32Array.from(values, (value) => (Number.isNaN(value) ? Number.NaN : value)).buffer);
}

/** A difference of long arrays would be printed for minutes. */
function assertEqualBits(actual: Float32Array, expected: Float32Array, what: string) {
  const [a, b] = [bitsOf(actual), bitsOf(expected)];
  const at = a.findIndex((bits, i) => bits !== b[i]);
  assert.equal(at, -1, `${what}[${at}]: expected ${expected[at]}, got ${actual[at]}`);
}

/** Both loops on copies of `tensors`, the one on addresses in places with `margin` further elements on both sides. */
function assertSameBits(
  tensors: readonly Float32Array[],
  scalars: readonly number[],
  begin: number,
  end: number,
  kernel: 'adamw' | 'momentum' | 'descend' | 'add' = 'adamw',
) {
  const margin = 3;
  const places = tensors.map(({ byteLength }) => memory.take(byteLength + 2 * margin * 4));
  const around = places.map(({ buffer, byteOffset, bytes }) =>
    new Float32Array(buffer, byteOffset, bytes / 4).fill(0.125),
  );
  for (const [i, tensor] of tensors.entries()) around[i]!.set(tensor, margin);
  updates[kernel]!(
    places.map(({ byteOffset }) => byteOffset + margin * 4),
    scalars,
    begin,
    end,
  );
  const expected = tensors.map((tensor) => tensor.slice());
  UPDATE_KERNELS[kernel].run(expected, scalars, begin, end);
  for (const [i, tensor] of expected.entries()) {
    assertEqualBits(around[i]!.subarray(margin, -margin), tensor, UPDATE_KERNELS[kernel].tensors[i]!);
    const beside = [...around[i]!.subarray(0, margin), ...around[i]!.subarray(-margin)];
    assert.deepEqual(beside, Array(2 * margin).fill(0.125));
  }
  for (const place of places) memory.release(place);
  return places;
}

const ORDINARY = [0.3, 0.9, 0.95, 1e-3, 1e-8, 1e-3];

test('AdamW in WebAssembly has the bits of its definition where values are at the ends of float32', () => {
  const values = [0, 1, 0.1, 1e-30, 1e-40, 1.4e-45, 3.4e38, Infinity];
  const signed = [...values, ...values.map((value) => -value), NaN];
  const count = signed.length ** 4;
  const tensors = [0, 1, 2, 3].map((place) =>
    Float32Array.from({ length: count }, (_, i) => signed[Math.floor(i / signed.length ** place) % signed.length]!),
  );
  for (const scalars of [ORDINARY, [1, 0, 0.5, -1e30, 0, 0], [-1e20, 0.9, 1, 1e-38, 1e-300, 1], Array(6).fill(NaN)]) {
    assertSameBits(tensors, scalars, 0, count);
  }
});

test('AdamW in WebAssembly has the bits of its definition for every length and range, and writes nowhere else', () => {
  const rng = new Rng(5);
  const values = (length: number) => Float32Array.from({ length }, () => rng.normal() * 10 ** (8 * rng.normal()));
  for (const [length, begin, end] of [
    [0, 0, 0],
    [1, 0, 1],
    [2, 0, 2],
    [3, 0, 3],
    [4, 0, 4],
    [6, 0, 6],
    [7, 0, 7],
    [8, 0, 8],
    [9, 4, 4],
    [9, 3, 8],
    [9, 8, 9],
    [65_537, 0, 65_537],
    [70_000, 65_536, 70_000],
  ] as const) {
    const tensors = [values(length), values(length), values(length), values(length).map(Math.abs)];
    assertSameBits(tensors, ORDINARY, begin, end);
    const scalars = Array.from({ length: 6 }, () => rng.normal());
    assertSameBits(tensors, scalars, begin, end);
    assertSameBits(tensors.slice(0, 2), [], begin, end, 'add');
    for (const kernel of ['momentum', 'descend'] as const) {
      assertSameBits(tensors.slice(0, 2), scalars.slice(0, 2), begin, end, kernel);
    }
  }
});

test('sums, momentum and descent in WebAssembly have the bits of their definitions where values are at the ends of float32', () => {
  const values = [0, 1, 0.1, 1e-30, 1e-40, 1.4e-45, 1.2e-38, 3.4e38, Infinity];
  const signed = [...values, ...values.map((value) => -value), NaN];
  const [sum, term] = [signed.flatMap((value) => signed.map(() => value)), signed.flatMap(() => signed)];
  const tensors = [Float32Array.from(sum), Float32Array.from(term)];
  assertSameBits(tensors, [], 0, sum.length, 'add');
  for (const scalars of [
    [0.3, 0.95],
    [-1e20, 0.1],
    [1, 0],
    [NaN, 1],
  ]) {
    assertSameBits(tensors, scalars, 0, sum.length, 'momentum');
    assertSameBits(tensors, scalars, 0, sum.length, 'descend');
  }
});

test('AdamW keeps a moment that is next to nothing as 0, and other numbers as they are', () => {
  const [m, v] = [LEAST_MOMENT / 0.9, LEAST_MOMENT / 0.95].map(Math.fround) as [number, number];
  for (const [share, isKept] of [
    [1.001, true],
    [0.999, false],
  ] as const) {
    const tensors = [[1], [0], [-m * share], [v * share]].map((values) => Float32Array.from(values));
    assertSameBits(tensors, ORDINARY, 0, 1);
    UPDATE_KERNELS.adamw.run(tensors, ORDINARY, 0, 1);
    assert.deepEqual([tensors[2]![0] !== 0, tensors[3]![0] !== 0], [isKept, isKept]);
  }
});

/** The sum by both loops, the one on addresses in a place with NaN on both sides. */
function assertSameSum(values: Float32Array, begin: number, end: number): number {
  const margin = 3;
  const place = memory.take(values.byteLength + 2 * margin * 4);
  const around = new Float32Array(place.buffer, place.byteOffset, place.bytes / 4).fill(Number.NaN);
  around.set(values, margin);
  around.fill(Number.NaN, margin, margin + begin).fill(Number.NaN, margin + end);
  const actual = sumSquares!([place.byteOffset + margin * 4], [], begin, end);
  assert.equal(actual, KERNELS.sumSquares.run([values], [], begin, end), `${begin} .. ${end}`);
  memory.release(place);
  return actual!;
}

test('a sum of squares in WebAssembly has the bits of its definition for every length and range, and reads nothing else', () => {
  const rng = new Rng(17);
  const values = Float32Array.from({ length: 65_546 }, () => rng.normal() * 10 ** (2 * rng.normal()));
  for (let end = 0; end <= 70; end++) {
    for (const begin of [0, 1, 7].filter((first) => first <= end)) assertSameSum(values, begin, end);
  }
  for (let end = 65_535; end < values.length; end++) assertSameSum(values, 0, end);
  assert.equal(assertSameSum(values, 5, 5), 0);
  const sums = [0, 1].map((first) => assertSameSum(values, first, first + 65_536));
  assert.notEqual(sums[0], sums[1]);
});

test('a sum of squares in WebAssembly has the bits of its definition at the ends of float32', () => {
  const values = [0, -0, 1, -0.1, 1e-30, -1e30, 1e-40, 1.4e-45, 3.4e38, Infinity, -Infinity, NaN];
  for (const odd of values) {
    for (const length of [1, 2, 15, 16, 17, 33]) {
      for (let place = 0; place < length; place++) {
        const sum = assertSameSum(new Float32Array(length).fill(0.3).fill(odd, place, place + 1), 0, length);
        assert.equal(Number.isFinite(sum), Number.isFinite(odd));
      }
    }
  }
});

test('loops in WebAssembly reach addresses beyond 2 GiB', () => {
  const gap = memory.take(2 ** 31); // Never written to: it takes addresses alone.
  assert.ok(gap.common);
  const tensors = [0.5, -0.25, 1e-3, 1e-6].map((value) => new Float32Array(1001).fill(value));
  const places = assertSameBits(tensors, ORDINARY, 0, 1001);
  assert.ok(places.every(({ byteOffset }) => byteOffset >= 2 ** 31));
  assertSameSum(tensors[0]!, 0, 1001);
});
