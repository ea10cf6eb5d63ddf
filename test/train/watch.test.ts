import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ExpChatError, readJson, readJsonl } from '../../src/base/index.ts';
import { createOrtRuntime, type Feeds, type Runtime } from '../../src/engine/index.ts';
import { initialParameters, loadModelDirectory } from '../../src/model/index.ts';
import {
  type Diagnosis,
  loadNewestCheckpoint,
  type MetricsRecord,
  type NoticeRecord,
  type PhaseOptions,
  runFolder,
  type SampleRecord,
  type StepMetrics,
  trainPhase,
} from '../../src/train/index.ts';
import { TINY_CONFIG, tinyOptions, tinySet } from './tiny-run.ts';

const base = await mkdtemp(path.join(tmpdir(), 'expchat-watch-'));
const runtime = createOrtRuntime({ threads: 1 });
after(async () => {
  await runtime.close();
  await rm(base, { recursive: true });
});

const SOURCES = [
  { id: 'handbuch', documents: 20 },
  { id: 'preisliste', documents: 40 },
];

function options(name: string, steps: number, recipe: Partial<PhaseOptions['recipe']> = {}): PhaseOptions {
  const tiny = tinyOptions(path.join(base, name), runtime);
  return {
    ...tiny,
    data: { ...tiny.data, sources: SOURCES },
    recipe: { ...tiny.recipe, length: { steps }, validationEvery: 0, checkpointEvery: 10, ...recipe },
  };
}

/** The runtime, with what `change` makes of the feeds of each training step, counted from 1. */
function disturbed(change: (step: number, feeds: Feeds) => Promise<Feeds> | Feeds): Runtime {
  let step = 0;
  return {
    name: runtime.name,
    replicas: async () => 1,
    put: (tensors) => runtime.put(tensors),
    get: (names) => runtime.get(names),
    drop: (names) => runtime.drop(names),
    update: (kernel, slots) => runtime.update(kernel, slots),
    sumSquares: (names) => runtime.sumSquares(names),
    close: () => runtime.close(),
    async prepare(program) {
      const executable = await runtime.prepare(program);
      if (!program.graph.inputs.has('lossScale')) return executable;
      return {
        run: (feeds) => executable.run(feeds),
        runBeside: async ([feeds]) => executable.runBeside([await change(++step, feeds!)]),
        release: () => executable.release(),
      };
    },
  };
}

async function recordsOf<T>(file: string): Promise<T[]> {
  const records: T[] = [];
  for await (const record of readJsonl(file)) records.push(record as T);
  return records;
}

async function metricsOf<K extends MetricsRecord['kind']>(directory: string, kind: K) {
  const records = await recordsOf<MetricsRecord>(runFolder(directory).metricsFile);
  return records.filter((record) => record.kind === kind) as Extract<MetricsRecord, { kind: K }>[];
}

test('a loss that is no number and a loss beyond six sigma each cost their step alone, are counted, told and kept', async () => {
  const given = options('skipped', 240);
  const targets = (feeds: Feeds) => {
    const { shape, data } = feeds['targets']!;
    return { shape, dtype: 'int32', data: Int32Array.from(data, (token) => (token * 3 + 11) % 40) } as const;
  };
  const noNumber = (feeds: Feeds) => ({ ...feeds['weights']!, data: feeds['weights']!.data.map(() => NaN) });
  const change = (step: number, feeds: Feeds): Feeds => {
    if (step === 50) return { ...feeds, weights: noNumber(feeds) as NonNullable<Feeds[string]> };
    return step === 230 ? { ...feeds, targets: targets(feeds) } : feeds;
  };
  const notes: string[] = [];
  const onProgress = ({ note, figures }: { note?: string; figures?: Readonly<Record<string, number>> }) => {
    if (note !== undefined) notes.push(note);
    lastSkipped = figures?.['skippedSteps'] ?? lastSkipped;
  };
  let lastSkipped = 0;
  const report = await trainPhase({ ...given, runtime: disturbed(change) }, { onProgress });
  const steps: StepMetrics[] = await metricsOf(given.directory, 'step');
  assert.deepEqual(
    steps.filter(({ applied }) => !applied).map(({ step, skipped, lossNats }) => [step, skipped, lossNats === null]),
    [
      [50, 'not-finite', true],
      [230, 'spike', false],
    ],
  );
  assert.equal(report.skippedSteps, 2);
  assert.equal(lastSkipped, 2);
  const notices: NoticeRecord[] = await metricsOf(given.directory, 'notice');
  assert.deepEqual(
    notices.map(({ code, step }) => [code, step]),
    [
      ['step-skipped', 50],
      ['step-skipped', 230],
    ],
  );
  assert.equal(notes.length, 2);
  const sources = notices[1]!.fields['sources'] as string[];
  assert.ok(sources.length > 0 && sources.every((id) => SOURCES.some((source) => source.id === id)));
});

test('a validation loss that is no number ends the run at once, with the checkpoint before it', async () => {
  const given = options('validation', 100, { checkpointEvery: 4, validationEvery: 8 });
  const change = async (step: number, feeds: Feeds): Promise<Feeds> => {
    const name = 'model.norm.weight';
    const tensor = (await runtime.get([name]))[name]!;
    if (step === 14) await runtime.put({ [name]: { ...tensor, data: tensor.data.map(() => NaN) } as typeof tensor });
    return feeds;
  };
  await assert.rejects(trainPhase({ ...given, runtime: disturbed(change) }), (error: unknown) => {
    assert.ok(error instanceof ExpChatError && error.code === 'train.diverged', String(error));
    assert.match(error.message, /finite validation loss at step 16/);
    assert.equal(error.fields['lastCheckpoint'], 'step-000012');
    return true;
  });
  const { checkpoint } = await loadNewestCheckpoint(runFolder(given.directory).checkpoints);
  assert.equal(checkpoint!.state.step, 12);
});

test('a run whose weights broke ends with its last good checkpoint and a diagnosis of data, tensors and losses', async () => {
  const given = options('broken', 1000, { checkpointEvery: 4 });
  const change = async (step: number, feeds: Feeds): Promise<Feeds> => {
    if (step !== 22) return feeds;
    const name = 'model.norm.weight';
    const tensor = (await runtime.get([name]))[name]!;
    await runtime.put({ [name]: { ...tensor, data: tensor.data.map(() => NaN) } as typeof tensor });
    return feeds;
  };
  const { diagnosisFile, checkpoints } = runFolder(given.directory);
  await assert.rejects(trainPhase({ ...given, runtime: disturbed(change) }), (error: unknown) => {
    assert.ok(error instanceof ExpChatError && error.code === 'train.diverged', String(error));
    assert.equal(error.fields['lastCheckpoint'], 'step-000020');
    assert.equal(error.fields['path'], diagnosisFile);
    return true;
  });
  assert.deepEqual(await readdir(checkpoints), ['step-000012', 'step-000016', 'step-000020']);
  const { checkpoint } = await loadNewestCheckpoint(checkpoints);
  assert.ok(checkpoint!.parameters.get('model.norm.weight')!.data.every((value) => Number.isFinite(value)));
  const diagnosis = (await readJson(diagnosisFile)) as Diagnosis;
  assert.equal(diagnosis.step, 121);
  assert.equal(diagnosis.recentSteps.length, 32);
  assert.ok(diagnosis.data.sources.length > 0);
  assert.ok(diagnosis.data.rows.length === given.recipe.batch);
  const [from, to] = diagnosis.data.tokens;
  assert.ok(from >= 0 && from < to && to <= given.data.train.tokens.length);
  const broken = diagnosis.tensors.filter(({ notFinite }) => notFinite > 0).map(({ name }) => name);
  assert.deepEqual(broken, ['model.norm.weight']);
  assert.ok(diagnosis.tensors.every(({ rms }) => Number.isFinite(rms)));
  const report = await trainPhase({ ...given, recipe: { ...given.recipe } }, stopAt(24)).catch((error) => error);
  assert.equal(report.code, 'train.stopped', 'without the disturbance the run goes on');
});

function stopAt(step: number) {
  const controller = new AbortController();
  const onProgress = ({ done }: { done: number }) => void (done >= step && controller.abort());
  return { signal: controller.signal, onProgress };
}

/** Six documents of data for a model that could hold hundreds: it learns them by heart. */
function overfitting(name: string, patience: number): PhaseOptions {
  const given = options(name, 400, { validationEvery: 10, patience });
  return { ...given, data: { train: tinySet(6, 1), validation: tinySet(40, 9), hash: 'few' } };
}

test('a run of too little data is told once to stop sooner, and patience ends it with the best model kept', async () => {
  const given = overfitting('overfit', 4);
  const report = await trainPhase(given);
  const validations = await metricsOf(given.directory, 'validation');
  const lowest = validations.reduce((a, b) => (b.lossNats < a.lossNats ? b : a));
  assert.equal(report.stoppedEarly, true);
  assert.equal(report.best!.step, lowest.step);
  assert.equal(report.steps, lowest.step + 40);
  const { provenance } = await loadModelDirectory(runFolder(given.directory).best);
  assert.equal((provenance!['metrics'] as { step: number }).step, lowest.step);
  const notices = await metricsOf(given.directory, 'notice');
  assert.deepEqual(
    notices.map(({ code }) => code),
    ['overfitting', 'stopped-early'],
  );
  assert.equal(notices[0]!.fields['bestStep'], lowest.step);
  const advice = notices[0]!.fields['advice'] as string[];
  for (const each of ['fewer-steps', 'smaller-model', 'more-data', 'dropout']) assert.ok(advice.includes(each), each);

  const patient = await trainPhase({
    ...overfitting('patient', 0),
    recipe: { ...given.recipe, patience: 0, length: { steps: 120 } },
  });
  assert.equal(patient.stoppedEarly, false);
  assert.equal(patient.steps, 120);
});

test('early stopping does not depend on where the run was cut', async () => {
  const whole = overfitting('early whole', 3);
  const expected = await trainPhase(whole);
  const cut = overfitting('early cut', 3);
  for (const step of [13, expected.steps - 10, expected.steps - 3]) {
    await assert.rejects(trainPhase(cut, stopAt(step)), { code: 'train.stopped' });
  }
  const report = await trainPhase(cut);
  assert.deepEqual([report.steps, report.best, report.stoppedEarly], [expected.steps, expected.best, true]);
  const codes = (await metricsOf(cut.directory, 'notice')).map(({ code }) => code);
  assert.deepEqual(codes, ['overfitting', 'stopped-early']);
});

test('samples are kept at each validation, and one that is training text raises one alarm with its source', async () => {
  const given = options('samples', 16, { validationEvery: 8 });
  const { tokens, offsets } = given.data.train;
  const own = [...tokens.subarray(offsets[31]!, offsets[32]!)].slice(1);
  const written = [
    { prompt: 'a', text: 'frei', ids: [...own].reverse() },
    { prompt: 'b', text: 'gelernt', ids: [7, ...own] },
  ];
  const notes: string[] = [];
  const onProgress = ({ notice }: { notice?: { code: string } }) => void (notice && notes.push(notice.code));
  await trainPhase({ ...given, sample: async () => written, alarmTokens: own.length }, { onProgress });
  const samples = await recordsOf<SampleRecord>(runFolder(given.directory).samplesFile);
  assert.deepEqual(
    samples.map(({ step, index, verbatimTokens, source }) => [step, index, verbatimTokens, source]),
    [0, 8, 16].flatMap((step) => [
      [step, 0, 0, null],
      [step, 1, own.length, 'preisliste'],
    ]),
  );
  assert.deepEqual(notes, ['memorised']);
  assert.equal((await metricsOf(given.directory, 'notice'))[0]!.fields['source'], 'preisliste');
});

test('a state that is not finite is never written over one that is', async () => {
  const given = options('nan moments', 8, { checkpointEvery: 4 });
  const change = async (step: number, feeds: Feeds): Promise<Feeds> => {
    const name = 'v:model.norm.weight';
    if (step === 8) {
      // The loss and the gradients of this step are well; what it leaves is not.
      const tensor = (await runtime.get([name]))[name]!;
      await runtime.put({ [name]: { ...tensor, data: tensor.data.map(() => NaN) } as typeof tensor });
    }
    return feeds;
  };
  await assert.rejects(trainPhase({ ...given, runtime: disturbed(change) }), { code: 'train.diverged' });
  const { checkpoint } = await loadNewestCheckpoint(runFolder(given.directory).checkpoints);
  assert.equal(checkpoint!.state.step, 4);
  const { parameters } = checkpoint!;
  assert.equal(parameters.size, initialParameters(TINY_CONFIG, 1).size);
});
