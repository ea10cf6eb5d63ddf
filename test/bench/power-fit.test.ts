/** The laws of the fitted exponents and of the tables of the benchmarks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { powerFit } from '../../bench/power-fit.ts';
import { tableLines } from '../../bench/table.ts';

const near = (found: number, expected: number) => assert.ok(Math.abs(found - expected) < 1e-9, `${found}, ${expected}`);

test('a power law is found again, whatever its factor', () => {
  for (const exponent of [-1, 0, 0.5, 1, 2]) {
    const fit = powerFit([2, 3, 7, 40].map((x) => [x, 13 * x ** exponent]));
    near(fit.exponent, exponent);
    near(fit.deviation, 0);
  }
});

test('a constant part makes the exponent smaller, a square part larger, and the distance from the curve shows', () => {
  const xs = [64, 128, 256, 512];
  const constant = powerFit(xs.map((x) => [x, 100 + x]));
  const square = powerFit(xs.map((x) => [x, x + x * x * 0.001]));
  assert.ok(constant.exponent > 0.5 && constant.exponent < 1);
  assert.ok(square.exponent > 1 && square.exponent < 2);
  assert.ok(constant.deviation > 0.01);
});

test('least squares: one point that is off by a factor moves the exponent by its share', () => {
  // x = 1, e, e^2 have centred logs -1, 0, 1: the slope is (y3 - y1) / 2 in logs.
  near(
    powerFit([
      [1, 1],
      [Math.E, 1],
      [Math.E ** 2, Math.E],
    ]).exponent,
    0.5,
  );
});

test('one point, equal places and numbers that have no logarithm are refused', () => {
  assert.throws(() => powerFit([[2, 3]]), RangeError);
  assert.throws(
    () =>
      powerFit([
        [2, 3],
        [2, 4],
      ]),
    RangeError,
  );
  assert.throws(
    () =>
      powerFit([
        [0, 3],
        [2, 4],
      ]),
    RangeError,
  );
});

test('every line of a table is equally wide', () => {
  const lines = tableLines(
    ['name', 'x'],
    [
      ['a', '1,000'],
      ['a longer one', '2'],
    ],
  );
  assert.deepEqual(lines, [
    '| name         |     x |',
    '| ------------ | ----: |',
    '| a            | 1,000 |',
    '| a longer one |     2 |',
  ]);
});
