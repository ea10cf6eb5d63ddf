import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isExpChatError, Rng } from '../base/index.ts';
import { distributionOf, GREEDY, type SamplingSettings, sample, samplingSettings } from './sampler.ts';

const plain: SamplingSettings = { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 };
const logitsArbitrary = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 60 });

/** Ids, most probable first, the lower id first among equals. */
function ranked(logits: readonly number[]): number[] {
  return logits.map((_, id) => id).sort((a, b) => logits[b]! - logits[a]! || a - b);
}

test('temperature 0 is the largest logit, the lowest id among equals, whatever the other settings', () => {
  const tied = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.oneof(logitsArbitrary, tied), fc.integer({ min: 0, max: 5 }), (logits, topK) => {
      const rng = new Rng(1);
      const id = sample(logits, { ...GREEDY, topK, topP: 0.5 }, rng);
      assert.equal(id, ranked(logits)[0]);
      assert.deepEqual(rng.state, new Rng(1).state);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('top-k keeps exactly the k largest, the lower ids among equals', () => {
  const tied = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(fc.oneof(logitsArbitrary, tied), fc.integer({ min: 1, max: 70 }), (logits, topK) => {
      const { ids } = distributionOf(logits, { ...plain, topK });
      assert.deepEqual([...ids], ranked(logits).slice(0, topK));
    }),
    { seed: 2, numRuns: 1000 },
  );
});

test('top-p keeps the fewest most probable tokens that reach p', () => {
  fc.assert(
    fc.property(logitsArbitrary, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (logits, topP) => {
      const all = distributionOf(logits, plain);
      const sorted = ranked(logits);
      const { ids } = distributionOf(logits, { ...plain, topP });
      assert.deepEqual([...ids], sorted.slice(0, ids.length));
      const mass = (count: number) => sorted.slice(0, count).reduce((sum, id) => sum + all.probabilities[id]!, 0);
      assert.ok(mass(ids.length) >= topP - 1e-12);
      assert.ok(mass(ids.length - 1) < topP + 1e-12);
    }),
    { seed: 3, numRuns: 1000 },
  );
});

test('top-p stops at the token that reaches p exactly', () => {
  const logits = [-Math.LN2, 0, -Math.LN2];
  assert.deepEqual([...distributionOf(logits, { ...plain, topP: 0.5 }).ids], [1]);
  assert.deepEqual([...distributionOf(logits, { ...plain, topP: 0.51 }).ids], [1, 0]);
});

test('top-p works on what top-k left', () => {
  const logits = [Math.log(0.4), Math.log(0.3), Math.log(0.2), Math.log(0.1)];
  const { ids, probabilities } = distributionOf(logits, { ...plain, topK: 2, topP: 0.5 });
  assert.deepEqual([...ids], [0]);
  assert.deepEqual([...probabilities], [1]);
});

test('min-p keeps tokens of at least that share of the best', () => {
  const logits = [0.1, 0.5, 0.24, 0.16].map(Math.log);
  assert.deepEqual([...distributionOf(logits, { ...plain, minP: 0.45 }).ids], [1, 2]);
  assert.deepEqual([...distributionOf(logits, { ...plain, minP: 1 }).ids], [1]);
});

test('draws follow the distribution (chi-square, 9 degrees of freedom, 0.1 % level)', () => {
  const logits = [0, 1, 2, 0.5, -1, 1.5, 0.2, -0.3, 0.9, 1.1];
  const settings = { ...plain, temperature: 0.8 };
  const { ids, probabilities } = distributionOf(logits, settings);
  const counts = new Array<number>(10).fill(0);
  const rng = new Rng(5);
  const draws = 50_000;
  for (let i = 0; i < draws; i++) counts[sample(logits, settings, rng)]!++;
  let statistic = 0;
  for (let i = 0; i < ids.length; i++) {
    const expected = probabilities[i]! * draws;
    statistic += (counts[ids[i]!]! - expected) ** 2 / expected;
  }
  assert.ok(statistic < 27.88, `chi-square ${statistic}`);
});

test('temperature divides the logits: probabilities are softmax(logits / temperature)', () => {
  const logits = [1, 3, -2, 0.5];
  const weights = logits.map((logit) => Math.exp(logit / 0.7));
  const total = weights.reduce((sum, weight) => sum + weight);
  const { probabilities } = distributionOf(logits, { ...plain, temperature: 0.7 });
  for (let id = 0; id < 4; id++) assert.ok(Math.abs(probabilities[id]! - weights[id]! / total) < 1e-12);
});

test('equal seeds give equal draws and each draw takes one number', () => {
  const logits = Array.from({ length: 500 }, (_, id) => Math.sin(id));
  const draw = (seed: number) => {
    const rng = new Rng(seed);
    return Array.from({ length: 40 }, () => sample(logits, samplingSettings(), rng));
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  const used = new Rng(9);
  const reference = new Rng(9);
  sample(logits, samplingSettings(), used);
  reference.float();
  assert.deepEqual(used.state, reference.state);
});

test('huge logits and tiny temperatures neither overflow nor lose the best token', () => {
  assert.equal(sample([1e300, -1e300, 9.9e299], { ...plain, temperature: 1e-300 }, new Rng(1)), 0);
  assert.equal(sample([-1e30, -2e30], { ...plain, temperature: 5e-324, topP: 0.9 }, new Rng(1)), 0);
  const { probabilities } = distributionOf([800, 800], plain);
  assert.deepEqual([...probabilities], [0.5, 0.5]);
});

test('a banned token and an impossible one are never drawn', () => {
  const logits = [9, -Infinity, 1, 1];
  const rng = new Rng(3);
  for (let i = 0; i < 200; i++) {
    for (const settings of [plain, GREEDY, samplingSettings({ topK: 3 }), samplingSettings({ topK: 0, topP: 0.99 })]) {
      const id = sample(logits, settings, rng, { banned: new Set([0]) });
      assert.ok(id === 2 || id === 3, `${id}`);
    }
  }
});

test('the repetition penalty makes seen tokens less probable, once however often they were seen', () => {
  const logits = [2, -2, 0.5];
  const settings = { ...plain, repetitionPenalty: 2 };
  const { probabilities } = distributionOf(logits, settings, { seen: [0, 1, 0, 0, 99] });
  const expected = distributionOf([1, -4, 0.5], plain).probabilities;
  assert.deepEqual([...probabilities], [...expected]);
});

test('NaN, plus infinity and nothing left to draw are errors, not a token', () => {
  const failing: [number[], ReadonlySet<number>][] = [
    [[0, NaN], new Set()],
    [[Infinity, 0], new Set()],
    [[-Infinity, -Infinity], new Set()],
    [[1], new Set([0])],
  ];
  for (const [logits, banned] of failing) {
    for (const settings of [plain, GREEDY]) {
      assert.throws(
        () => sample(logits, settings, new Rng(1), { banned }),
        (error) => isExpChatError(error) && error.code === 'infer.logits',
      );
    }
  }
});

test('settings out of bounds are refused by name', () => {
  const refused: [Partial<SamplingSettings>, RegExp][] = [
    [{ temperature: -0.1 }, /temperature/],
    [{ temperature: NaN }, /temperature/],
    [{ topK: 1.5 }, /topK/],
    [{ topK: -1 }, /topK/],
    [{ topP: 0 }, /topP/],
    [{ topP: 1.01 }, /topP/],
    [{ minP: 2 }, /minP/],
    [{ repetitionPenalty: 0 }, /repetitionPenalty/],
  ];
  for (const [settings, name] of refused) assert.throws(() => samplingSettings(settings), name);
});
