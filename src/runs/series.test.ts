import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ticksBetween } from './curve-svg.ts';
import { Series } from './series.ts';

test('a series keeps the mean and the end of all its values in at most its number of points', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 500 }), (values) => {
      const series = new Series(8);
      for (const [i, value] of values.entries()) series.add(i + 1, value);
      const { steps, values: means } = series.points;
      assert.ok(steps.length <= 8 && steps.length >= Math.min(values.length, 4));
      assert.equal(steps.at(-1), values.length);
      let before = 0;
      for (const [i, step] of steps.entries()) {
        const part = values.slice(before, step);
        const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
        assert.ok(Math.abs(means[i]! - mean) < 1e-9);
        before = step;
      }
    }),
    { seed: 3, numRuns: 200 },
  );
});

test('what is no number leaves no point', () => {
  const series = new Series();
  series.add(1, null);
  series.add(2, Number.NaN);
  series.add(3, 1);
  assert.deepEqual(series.points, { steps: [3], values: [1] });
});

test('ticks are round, rise, and lie within the range', () => {
  const range = fc.tuple(
    fc.double({ min: -1e3, max: 1e3, noNaN: true }),
    fc.double({ min: 1e-4, max: 1e6, noNaN: true }),
  );
  fc.assert(
    fc.property(range, ([low, span]) => {
      const ticks = ticksBetween(low, low + span, 5);
      assert.ok(ticks.length >= 1 && ticks.length <= 7, `${ticks}`);
      for (const [i, tick] of ticks.entries()) {
        assert.ok(tick >= low - span * 1e-6 && tick <= low + span * (1 + 1e-6));
        if (i > 0) assert.ok(tick > ticks[i - 1]!);
      }
    }),
    { seed: 4, numRuns: 300 },
  );
});
