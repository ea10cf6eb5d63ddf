import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ExpChatError, readJson, readJsonl, readText, sha256OfFile } from '../../src/base/index.ts';
import { createOrtRuntime, createReferenceRuntime, type Runtime } from '../../src/engine/index.ts';
import { initialParameters, loadModelDirectory, parameterSpecs } from '../../src/model/index.ts';
import { averageDecay } from '../../src/optim/index.ts';
import { float32, type HostTensor } from '../../src/tensor/index.ts';
import {
  Evaluator,
  loadCheckpoint,
  type MetricsRecord,
  type PhaseOptions,
  pretrainBatches,
  runFolder,
  startAfter,
  trainPhase,
} from '../../src/train/index.ts';
import { TINY_CONFIG, TINY_TOKENIZER, tinyOptions } from './tiny-run.ts';

const base = await mkdtemp(path.join(tmpdir(), 'expchat-average-'));
const runtime = createOrtRuntime({ threads: 1 });
after(async () => {
  await runtime.close();
  await rm(base, { recursive: true });
});

const STEPS = 20;
const AVERAGE_STEPS = 5;
const names = parameterSpecs(TINY_CONFIG).map(({ name }) => name);

const SKIPPED = [1, 2, 9];

/** The runtime, with weights of targets that are no numbers in the steps to be skipped, counted from 1. */
function disturbed(): Runtime {
  let step = 0;
  return {
    ...runtime,
    async prepare(program) {
      const executable = await runtime.prepare(program);
      if (!program.graph.inputs.has('lossScale')) return executable;
      const broken = float32([4, 12], new Float32Array(48).fill(Number.NaN));
      return {
        ...executable,
        runBeside: ([feeds]) =>
          executable.runBeside([SKIPPED.includes(++step) ? { ...feeds, weights: broken } : feeds!]),
      };
    },
  };
}

/** A short run that keeps the checkpoint of every step that was not skipped. */
function options(name: string, recipe: Partial<PhaseOptions['recipe']>): PhaseOptions {
  const tiny = tinyOptions(path.join(base, name), disturbed());
  const often = { length: { steps: STEPS }, validationEvery: 5, checkpointEvery: 1, keepCheckpoints: 100 };
  return { ...tiny, recipe: { ...tiny.recipe, ...often, ...recipe } };
}

async function recordsOf(directory: string): Promise<MetricsRecord[]> {
  const records: MetricsRecord[] = [];
  for await (const record of readJsonl(runFolder(directory).metricsFile)) records.push(record as MetricsRecord);
  return records;
}

const averaged = options('averaged', { averageSteps: AVERAGE_STEPS });
const plain = options('plain', {});
const seen: (readonly number[])[] = [];
async function sample() {
  const name = 'model.norm.weight';
  seen.push([...(await runtime.get([name]))[name]!.data]);
  return [];
}
const report = trainPhase({ ...averaged, sample }).then(async (done) => {
  await trainPhase(plain);
  return done;
});

test('a run with an average trains the same weights and moments, step by step, as one without', async () => {
  await report;
  const [one, other] = [runFolder(averaged.directory), runFolder(plain.directory)];
  const steps = await readdir(other.checkpoints);
  assert.ok(steps.length > 5);
  for (const step of steps) {
    const [with_, without] = [path.join(one.checkpoints, step), path.join(other.checkpoints, step)];
    const weights = (folder: string) => sha256OfFile(path.join(folder, 'model.safetensors'));
    assert.equal(await weights(with_), await weights(without), step);
    const { moments } = await loadCheckpoint(with_);
    for (const [name, tensor] of (await loadCheckpoint(without)).moments) {
      assert.deepEqual(moments.get(name), tensor, `${step} ${name}`);
    }
  }
});

test("the finished model, the best one and the samples have the average of every applied step's weights, to the bit", async () => {
  await report;
  const { checkpoints, best, final } = runFolder(averaged.directory);
  const average = new Map(
    [...initialParameters(TINY_CONFIG, 9)].map(([name, { data }]) => [name, Float32Array.from(data)]),
  );
  const afterStep = new Map<number, Map<string, Float32Array>>();
  let updates = 0;
  for (const record of await recordsOf(averaged.directory)) {
    if (record.kind !== 'step') continue;
    if (record.applied) {
      const folder = path.join(checkpoints, `step-${String(record.step).padStart(6, '0')}`);
      const { parameters, moments } = await loadCheckpoint(folder);
      const decay = averageDecay(AVERAGE_STEPS, updates++);
      for (const [name, values] of average) {
        const raw = parameters.get(name)!.data;
        for (let i = 0; i < values.length; i++) values[i] = values[i]! + (1 - decay) * (raw[i]! - values[i]!);
        assert.deepEqual(moments.get(`average:${name}`)!.data, values, `${name} after step ${record.step}`);
      }
    }
    afterStep.set(record.step, new Map([...average].map(([name, values]) => [name, values.slice()])));
  }
  assert.equal(updates, STEPS - SKIPPED.length);
  const dataOf = (parameters: ReadonlyMap<string, HostTensor>) =>
    names.map((name) => parameters.get(name)!.data as Float32Array);
  const at = (step: number) => names.map((name) => afterStep.get(step)!.get(name)!);
  assert.deepEqual(dataOf((await loadModelDirectory(final)).parameters), at(STEPS));
  const { best: found } = await report;
  assert.deepEqual(dataOf((await loadModelDirectory(best)).parameters), at(found!.step));
  const samples = [5, 10, 15, 20].map((step) => [...afterStep.get(step)!.get('model.norm.weight')!]);
  assert.deepEqual(seen.slice(1), samples);
});

test('the validation of a run is that of its finished model', async () => {
  const { validation } = await report;
  const { parameters } = await loadModelDirectory(runFolder(averaged.directory).final);
  await runtime.put(Object.fromEntries(parameters));
  const shape = { batch: averaged.recipe.batch, time: averaged.recipe.context };
  const evaluator = await Evaluator.prepare(runtime, TINY_CONFIG, shape);
  const source = pretrainBatches(averaged.data.validation!, shape, 0);
  const most = { maxBatches: averaged.recipe.validationBatches };
  const { lossNats, bitsPerByte, accuracy } = await evaluator.run(source, TINY_TOKENIZER.byteLengths, most);
  await evaluator.release();
  assert.deepEqual({ lossNats, bitsPerByte, accuracy }, validation);
  const without = (await recordsOf(plain.directory)).findLast(({ kind }) => kind === 'validation');
  assert.notEqual((without as { lossNats: number }).lossNats, lossNats);
});

test('the next phase begins with the finished model, and the average leaves the runtime with its phase', async () => {
  await report;
  const { parameters } = await startAfter(averaged.directory);
  const final = await loadModelDirectory(runFolder(averaged.directory).final);
  assert.deepEqual(parameters, new Map([...parameters.keys()].map((name) => [name, final.parameters.get(name)!])));
  assert.equal(parameters.size, names.length);
  await assert.rejects(runtime.get([`average:${names[0]}`]), { code: 'runtime.resident' });
});

test('run.json, expchat.json and the model card say which weights they go with', async () => {
  await report;
  const { runFile, best, final, checkpoints } = runFolder(averaged.directory);
  const { weights } = (await readJson(runFile)) as { weights: unknown };
  assert.deepEqual(weights, { checkpoints: 'raw', best: 'averaged', final: 'averaged' });
  const kindOf = async (folder: string) => (await loadModelDirectory(folder)).provenance!['weights'];
  assert.equal(await kindOf(best), 'averaged');
  assert.equal(await kindOf(final), 'averaged');
  assert.equal(await kindOf(path.join(checkpoints, 'step-000020')), 'raw');
  assert.match(await readText(path.join(final, 'README.md')), /average over about the last 5 updates/);
  const { final: other, runFile: otherFile } = runFolder(plain.directory);
  assert.equal(await kindOf(other), undefined);
  assert.ok(!('weights' in ((await readJson(otherFile)) as object)));
});

test('a run with an average is not resumed without it or with another, and says so', async () => {
  await report;
  for (const [recipe, is] of [
    [plain.recipe, 'none'],
    [{ ...averaged.recipe, averageSteps: 6 }, '6'],
  ] as const) {
    await assert.rejects(trainPhase({ ...averaged, recipe }), (error: unknown) => {
      assert.ok(error instanceof ExpChatError && error.code === 'train.resume-mismatch', String(error));
      assert.match(error.message, new RegExp(`averageSteps \\(5, now ${is}\\)`));
      return true;
    });
  }
});

test('an average over no updates or more than 100,000 is refused', async () => {
  for (const averageSteps of [0, 100_001, 1.5]) {
    const recipe = { ...plain.recipe, averageSteps };
    const given = { ...options('refused', {}), recipe, runtime: createReferenceRuntime() };
    await assert.rejects(trainPhase(given), /steps of the average/);
  }
});
