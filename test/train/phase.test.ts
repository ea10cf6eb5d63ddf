import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type Clock, readJsonl, systemClock } from '../../src/base/index.ts';
import { createOrtRuntime } from '../../src/engine/index.ts';
import { loadModelDirectory, parameterSpecs } from '../../src/model/index.ts';
import { MUON_DEFAULTS } from '../../src/optim/index.ts';
import { float32, type HostTensor } from '../../src/tensor/index.ts';
import {
  chatDefaults,
  loadNewestCheckpoint,
  type MetricsRecord,
  type PhaseOptions,
  runFolder,
  type StepMetrics,
  startAfter,
  trainPhase,
} from '../../src/train/index.ts';
import { restore } from '../../src/train/phase-start.ts';
import { momentsOf } from '../../src/train/step.ts';
import { tinyOptions } from './tiny-run.ts';

const base = await mkdtemp(path.join(tmpdir(), 'expchat-phase-'));
const runtime = createOrtRuntime({ threads: 1 });
after(async () => {
  await runtime.close();
  await rm(base, { recursive: true });
});

/** The tiny run in few steps, with one checkpoint at its end. */
function shortOptions(name: string, steps: number): PhaseOptions {
  const options = tinyOptions(path.join(base, name), runtime);
  return { ...options, recipe: { ...options.recipe, length: { steps }, checkpointEvery: 1000, validationEvery: 0 } };
}

const zerosLike = ({ shape, data }: HostTensor): HostTensor => float32(shape, new Float32Array(data.length));

async function metricsOf(directory: string): Promise<MetricsRecord[]> {
  const records: MetricsRecord[] = [];
  for await (const record of readJsonl(runFolder(directory).metricsFile)) records.push(record as MetricsRecord);
  return records;
}

test('the chat phase goes on from weights and moments of the finished pretraining, at its lower rate', async () => {
  const first = shortOptions('two/pretrain', 12);
  await assert.rejects(startAfter(first.directory), { code: 'train.phase-unfinished' });
  await trainPhase(first);
  const second: PhaseOptions = {
    ...shortOptions('two/chat', 4),
    phase: 'chat',
    recipe: { ...chatDefaults(first.recipe), length: { steps: 4 }, checkpointEvery: 1000 },
    start: () => startAfter(first.directory),
  };
  const report = await trainPhase(second);
  const { checkpoint } = await loadNewestCheckpoint(runFolder(second.directory).checkpoints);
  assert.equal(checkpoint!.state.updates, 16);
  const [step] = (await metricsOf(second.directory)).filter((record) => record.kind === 'step') as StepMetrics[];
  assert.ok(Math.abs(step!.learningRate - first.recipe.schedule.peak * 0.8) < 1e-12);
  const { provenance } = await loadModelDirectory(report.model);
  assert.equal(provenance!['phase'], 'chat');
});

test('the chat phase begins with every moment of pretraining to the bit, those of Muon too, and with its count of updates', async () => {
  for (const muon of [undefined, MUON_DEFAULTS]) {
    const optimizer = muon === undefined ? 'adamw' : 'muon';
    const first = shortOptions(`warm ${optimizer}/pretrain`, 5);
    const recipe = { ...first.recipe, ...(muon && { muon }) };
    await trainPhase({ ...first, recipe });
    const { checkpoint } = await loadNewestCheckpoint(runFolder(first.directory).checkpoints);
    const names = parameterSpecs(first.config).flatMap((spec) => momentsOf(spec, muon));
    assert.deepEqual(names.sort(), [...checkpoint!.moments.keys()].sort());
    const others = names.map((name) => [name, zerosLike(checkpoint!.moments.get(name)!)] as const);
    await runtime.put(Object.fromEntries(others)); // What pretraining left resident does not help.
    const chat = { ...first, directory: path.join(base, `warm ${optimizer}/chat`), phase: 'chat' as const, recipe };
    const { state } = await restore({ ...chat, start: () => startAfter(first.directory) }, runFolder(chat.directory));
    assert.equal(state.updates, 5);
    const resident = await runtime.get(names);
    for (const name of names) {
      const { data } = resident[name]!;
      assert.deepEqual(data, checkpoint!.moments.get(name)!.data, name);
      // Rows of tokens that were never seen and norms that stood still have none; a whole matrix of zeros was never learned.
      if (resident[name]!.shape.length === 2)
        assert.ok(
          Array.from(data).some((value) => value !== 0),
          name,
        );
    }
  }
});

test('accumulation over parts gives the losses of the whole batch', async () => {
  const whole = shortOptions('whole', 6);
  const parts = { ...shortOptions('parts', 6), recipe: { ...whole.recipe, accumulation: 2 } };
  await trainPhase(whole);
  await trainPhase(parts);
  const losses = async (options: PhaseOptions) =>
    (await metricsOf(options.directory)).filter((record) => record.kind === 'step').map((record) => record.lossNats!);
  const [a, b] = [await losses(whole), await losses(parts)];
  assert.equal(b.length, 6);
  for (const [i, loss] of a.entries()) assert.ok(Math.abs(loss - b[i]!) < 1e-4, `step ${i + 1}: ${loss} and ${b[i]}`);
});

test('a float16 run begins with overflows that halve the scale and cost their steps, then learns', async () => {
  const options = shortOptions('half', 30);
  // Large hidden states make large gradients of the output projection.
  const start = async () => {
    const parameters = new Map((await options.start()).parameters);
    const norm = parameters.get('model.norm.weight')!;
    return {
      parameters: parameters.set(
        'model.norm.weight',
        float32(
          norm.shape,
          Array.from(norm.data, () => 30),
        ),
      ),
    };
  };
  await trainPhase({ ...options, start, recipe: { ...options.recipe, precision: 'float16' } });
  const steps = (await metricsOf(options.directory)).filter((record) => record.kind === 'step') as StepMetrics[];
  for (const [i, step] of steps.slice(1).entries()) {
    const before = steps[i]!;
    assert.equal(step.lossScale, before.applied ? before.lossScale : before.lossScale / 2, `step ${step.step}`);
  }
  assert.equal(steps[0]!.lossScale, 2 ** 16);
  assert.ok(
    steps.some((step) => !step.applied),
    'the first scale is too large for this model',
  );
  assert.ok(steps.at(-1)!.applied && steps.at(-1)!.lossNats! < steps[0]!.lossNats!);
});

test('a run that never gets an update ends with an error instead of running on', async () => {
  const options = shortOptions('diverged', 1000);
  const parameters = (await options.start()).parameters;
  const broken = new Map(
    [...parameters].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.map(() => NaN) }]),
  );
  const start = () => ({ parameters: broken as typeof parameters });
  await assert.rejects(trainPhase({ ...options, start }), { code: 'train.diverged' });
  assert.equal((await loadNewestCheckpoint(runFolder(options.directory).checkpoints)).checkpoint, undefined);
});

test('a time budget ends the phase within it, by a rate that follows the clock, also over a stop', async () => {
  let nowMs = 0;
  const clock: Clock = { ...systemClock, nowMs: () => (nowMs += 100) };
  const options = shortOptions('budget', 1);
  const timed = { ...options, clock, recipe: { ...options.recipe, length: { seconds: 20 } } };
  const controller = new AbortController();
  const work = {
    signal: controller.signal,
    onProgress: ({ done }: { done: number }) => done >= 8 && controller.abort(),
  };
  await assert.rejects(trainPhase(timed, work), { code: 'train.stopped' });
  nowMs += 1e9; // The time between the two parts does not count.
  const report = await trainPhase(timed);
  assert.ok(report.steps > 20, `${report.steps}`);
  const steps = (await metricsOf(options.directory)).filter((record) => record.kind === 'step') as StepMetrics[];
  assert.equal(steps.length, report.steps);
  const last = steps.at(-1)!;
  assert.ok(last.elapsedSeconds > 18 && last.elapsedSeconds <= 20, `${last.elapsedSeconds}`);
  assert.ok(last.learningRate < timed.recipe.schedule.peak * 0.15, `${last.learningRate}`);
});

test('a finished run that is resumed makes no step and gives the same report', async () => {
  const options = shortOptions('finished', 5);
  const first = await trainPhase(options);
  await rm(runFolder(options.directory).final, { recursive: true });
  const second = await trainPhase(options);
  assert.equal(second.steps, 5);
  assert.equal(second.lossNats, first.lossNats);
  await loadModelDirectory(second.model);
});
