/** The laws of the ladder of sizes: what it compares at a time, and what counts as time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitsAt, LADDER, type LadderResult, ladderTable, modelSettings, sizeNamed } from '../../bench/ladder-sizes.ts';
import { TrainingClock, withoutValidation } from '../../bench/ladder-training.ts';
import { type Clock, systemClock } from '../../src/base/index.ts';
import { createReferenceRuntime, type Runtime } from '../../src/engine/index.ts';
import { initialParameters } from '../../src/model/index.ts';
import { adamwScalars, NO_LIMIT } from '../../src/optim/index.ts';
import { Evaluator, PRETRAIN_DEFAULTS, pretrainBatches, TrainingStep, zeroMoments } from '../../src/train/index.ts';
import { TINY_CONFIG, TINY_TOKENIZER, tinySet } from '../train/tiny-run.ts';

test('every size of the ladder is one that its name gives, and has a shape that a model may have', () => {
  for (const size of LADDER) {
    assert.deepEqual(sizeNamed(size.name), size);
    const { heads, keyValueHeads, headWidth, width } = modelSettings(size) as Record<string, number>;
    assert.equal(heads! * headWidth!, width);
    assert.equal(heads! % keyValueHeads!, 0);
  }
  const { layers, width, rate } = sizeNamed('12x640');
  assert.deepEqual([layers, width, rate], [12, 640, LADDER.at(-1)!.rate]);
  for (const name of ['', '6', '6x', 'x256', '6x250', '0x256', '6x0', '6x256 ']) {
    assert.throws(() => sizeNamed(name), { code: 'bench.size' }, name);
  }
});

const curve = [
  { seconds: 0, bitsPerByte: 3 },
  { seconds: 10, bitsPerByte: 2 },
  { seconds: 1000, bitsPerByte: 1 },
];

test('bits at a time are those of its validation, or lie between those of its neighbours on a line over log time', () => {
  assert.equal(bitsAt(curve, 0), 3);
  assert.equal(bitsAt(curve, 10), 2);
  assert.ok(Math.abs(bitsAt(curve, 100) - 1.5) < 1e-12);
  assert.equal(bitsAt(curve, 1001), 1);
  for (let seconds = 0; seconds < 1000; seconds++) assert.ok(bitsAt(curve, seconds + 1) <= bitsAt(curve, seconds));
  assert.ok(Number.isNaN(bitsAt([], 1)));
});

test('a table has a column for each run and a row for each time', () => {
  const result: LadderResult = {
    run: 'ladder-6x256',
    size: '6x256',
    minutes: 20,
    batch: 8,
    rate: 0.003,
    set: [],
    data: 'hash',
    parameters: 8_622_080,
    steps: 1700,
    skippedSteps: 0,
    tokensPerSecond: 3100,
    peakRssMb: 1520,
    validationBytes: 1,
    curve,
  };
  const lines = ladderTable([result, { ...result, size: '8x512' }], 4).map((line) =>
    line.split('|').map((cell) => cell.trim()),
  );
  assert.deepEqual(lines[0]!.slice(1, 4), ['layers x width', '6x256', '8x512']);
  assert.ok(lines.some(([, name, cell]) => name === 'parameters' && cell === '8,622,080'));
  const times = lines.filter(([, name]) => name!.startsWith('bits per byte'));
  assert.deepEqual(
    times.map(([, name]) => name!.replace(/\D*(\d+) min/, '$1')),
    ['5', '10', '15', '20'],
  );
  assert.equal(times.at(-1)![2], '1.000');
});

/** A second for every run of a graph, none for anything else. */
function countingRuntime(): { runtime: Runtime; clock: Clock } {
  const inner = createReferenceRuntime();
  let nowMs = 0;
  const runtime: Runtime = {
    ...inner,
    prepare: async (program, replicas) => {
      const executable = await inner.prepare(program, replicas);
      const counted = <T, R>(run: (given: T) => R) => {
        return (given: T): R => {
          nowMs += 1000;
          return run(given);
        };
      };
      return { ...executable, run: counted(executable.run), runBeside: counted(executable.runBeside) };
    },
  };
  return { runtime, clock: { ...systemClock, nowMs: () => nowMs } };
}

test('a validation takes no training time, a step does', async () => {
  const { runtime, clock: base } = countingRuntime();
  const clock = new TrainingClock(base);
  const training = withoutValidation(runtime, clock);
  const shape = { batch: 2, time: 12 };
  await training.put({ ...Object.fromEntries(initialParameters(TINY_CONFIG, 1)), ...zeroMoments(TINY_CONFIG) });
  const batches = pretrainBatches(tinySet(20, 1), shape, 0);

  const evaluator = await Evaluator.prepare(training, TINY_CONFIG, shape);
  await evaluator.run(batches, TINY_TOKENIZER.byteLengths, { maxBatches: 3 });
  assert.equal(base.nowMs(), 3000);
  assert.equal(clock.nowMs(), 0);

  const { adamw } = PRETRAIN_DEFAULTS;
  const step = await TrainingStep.prepare(training, TINY_CONFIG, shape, { adamw, clipNorm: 1, precision: 'float32' });
  const limits = { maxLoss: NO_LIMIT, maxGradientNorm: NO_LIMIT, lossScale: 1 };
  const beforeMs = base.nowMs();
  await step.run(batches.next({ epoch: 0, row: 0 }).batch, { ...adamwScalars(adamw, 1e-3, 1), ...limits });
  assert.ok(base.nowMs() > beforeMs);
  assert.equal(clock.nowMs(), base.nowMs() - beforeMs);
});

test('time that was left out stays left out, also within such time and after an error', async () => {
  let nowMs = 0;
  const clock = new TrainingClock({ ...systemClock, nowMs: () => nowMs });
  const later = async () => {
    nowMs += 5;
  };
  nowMs = 1;
  await clock.without(async () => {
    await clock.without(later);
    assert.equal(clock.nowMs(), 1);
    await later();
  });
  await assert.rejects(
    clock.without(async () => {
      nowMs += 7;
      throw new Error('stops');
    }),
  );
  assert.equal(clock.nowMs(), 1);
  nowMs += 2;
  assert.equal(clock.nowMs(), 3);
});
