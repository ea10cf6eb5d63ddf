import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ExpChatError, Rng, readJsonl, sha256OfFile, withBackend } from '../../src/base/index.ts';
import { createOrtRuntime } from '../../src/engine/index.ts';
import { loadModelDirectory } from '../../src/model/index.ts';
import type { Change } from '../../src/train/checkpoint.ts';
import { loadNewestCheckpoint, runFolder, type StepMetrics, trainPhase } from '../../src/train/index.ts';
import { FAULTS, failingDisk } from './failing-disk.ts';
import { RELEASE } from './release.ts';
import { TINY_STEPS, tinyOptions } from './tiny-run.ts';

const base = await mkdtemp(path.join(tmpdir(), 'expchat-resume-'));
const runtime = createOrtRuntime({ threads: 1 });
after(async () => {
  await runtime.close();
  await rm(base, { recursive: true });
});

const place = (name: string): string => path.join(base, name);

/** Hashes of everything that decides how a run goes on. */
async function bitsOf(directory: string): Promise<Record<string, string>> {
  const { final, checkpoints } = runFolder(directory);
  const last = path.join(checkpoints, `step-${String(TINY_STEPS).padStart(6, '0')}`);
  return {
    final: await sha256OfFile(path.join(final, 'model.safetensors')),
    weights: await sha256OfFile(path.join(last, 'model.safetensors')),
    optimizer: await sha256OfFile(path.join(last, 'optimizer.safetensors')),
  };
}

const undisturbed = trainPhase({ ...tinyOptions(place('undisturbed'), runtime), mode: 'new' });

const codeIs = (code: string) => (error: unknown) => {
  assert.ok(error instanceof ExpChatError, String(error));
  assert.equal(error.code, code, error.message);
  return true;
};

test('a run learns, keeps three checkpoints, the best and the last model, and a metric for each step', async () => {
  const report = await undisturbed;
  assert.equal(report.steps, TINY_STEPS);
  const metrics: StepMetrics[] = [];
  for await (const record of readJsonl(runFolder(place('undisturbed')).metricsFile)) {
    if ((record as StepMetrics).kind === 'step') metrics.push(record as StepMetrics);
  }
  assert.deepEqual(
    metrics.map(({ step }) => step),
    Array.from({ length: TINY_STEPS }, (_, i) => i + 1),
  );
  assert.ok(report.lossNats < metrics[0]!.lossNats! * 0.8, `${metrics[0]!.lossNats} to ${report.lossNats}`);
  assert.ok(report.validation!.bitsPerByte > 0 && report.validation!.accuracy > 0.05);
  const folder = runFolder(place('undisturbed'));
  assert.deepEqual(await readdir(folder.checkpoints), ['step-000044', 'step-000046', 'step-000048']);
  for (const directory of [folder.best, folder.final]) await loadModelDirectory(directory);
  assert.ok(!(await readdir(folder.directory)).includes('run.lock'));
});

test('a run stopped by its signal ends after a step with a checkpoint, and goes on with the same bits', async () => {
  await undisturbed;
  const directory = place('stopped');
  for (const stopAt of [1, 7, 30]) {
    const controller = new AbortController();
    const stopped = trainPhase(tinyOptions(directory, runtime), {
      signal: controller.signal,
      onProgress: ({ done }) => done >= stopAt && controller.abort(),
    });
    await assert.rejects(stopped, codeIs('train.stopped'));
    const { checkpoint } = await loadNewestCheckpoint(runFolder(directory).checkpoints);
    assert.equal(checkpoint!.state.step, stopAt);
  }
  await trainPhase(tinyOptions(directory, runtime));
  assert.deepEqual(await bitsOf(directory), await bitsOf(place('undisturbed')));
});

/** Starts the tiny run as a process, kills it `delayMs` after its `steps`-th step (0: its start); the last step it told. */
async function runAndKill(directory: string, steps: number, delayMs: number): Promise<number> {
  const child: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(new URL('./tiny-run.ts', import.meta.url)), directory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  let seen = 0;
  let last = 0;
  const kill = () => setTimeout(() => child.kill('SIGKILL'), delayMs);
  if (steps === 0) kill();
  child.stdout!.on('data', (chunk: Buffer) => {
    const before = seen;
    seen += chunk.toString().split('\n').length - 1;
    for (const [, step] of chunk.toString().matchAll(/step (\d+)\n/g)) last = Number(step);
    if (before < steps && seen >= steps) kill();
  });
  const code = await ended;
  assert.ok(code === null || code === 0, `the run failed by itself with ${code}`);
  return last;
}

const KILLS = RELEASE ? 200 : 10;

test(`a run killed at ${KILLS} random moments never has an unloadable checkpoint, loses at most one interval and ends with the bits of the undisturbed run`, async () => {
  const { recipe } = tinyOptions(place('undisturbed'), runtime);
  await undisturbed;
  const rng = new Rng(20);
  let newest = 0;
  let hits = 0;
  let directory = place('killed 0');
  const finish = async () => {
    await trainPhase(tinyOptions(directory, runtime));
    assert.deepEqual(await bitsOf(directory), await bitsOf(place('undisturbed')));
    const leftovers = [...(await readdir(directory)), ...(await readdir(runFolder(directory).checkpoints))];
    assert.deepEqual(
      leftovers.filter((name) => /\.(tmp|old)-/.test(name)),
      [],
    );
  };
  for (let kill = 0; kill < KILLS; kill++) {
    const { checkpoints, best } = runFolder(directory);
    const seen = await runAndKill(directory, rng.int(5), rng.int(40));
    const { checkpoint, skipped } = await loadNewestCheckpoint(checkpoints);
    const step = checkpoint?.state.step ?? 0;
    assert.deepEqual(skipped, [], `kill ${kill}`);
    assert.ok(step >= newest, `kill ${kill}: a checkpoint was lost`);
    assert.ok(step >= seen - recipe.checkpointEvery, `kill ${kill}: step ${seen} was made, ${step} is left`);
    newest = step;
    if (newest > 0) hits++;
    const folders = newest > 0 ? await readdir(directory) : [];
    if (folders.includes('best')) await loadModelDirectory(best);
    if (checkpoint?.state.finished !== true) continue;
    await finish();
    directory = place(`killed ${kill + 1}`);
    newest = 0;
  }
  assert.ok(hits > KILLS / 4, `${hits} kills hit a run with a checkpoint`);
  await finish();
});

test('a disk that fails at any operation of a run, for good, ends it with an error and leaves the last checkpoint whole', async () => {
  await undisturbed;
  const directory = place('full');
  const stopAt = (step: number) => {
    const controller = new AbortController();
    return {
      signal: controller.signal,
      onProgress: ({ done }: { done: number }) => void (done >= step && controller.abort()),
    };
  };
  await assert.rejects(trainPhase(tinyOptions(directory, runtime), stopAt(5)), codeIs('train.stopped'));
  const { checkpoints } = runFolder(directory);
  for (let k = 1, i = 0; ; k += RELEASE ? 1 : 61, i++) {
    const fault = FAULTS[i % FAULTS.length]!;
    const outcome = await withBackend(failingDisk(k, fault, false), () =>
      trainPhase(tinyOptions(directory, runtime), stopAt(7)).then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    assert.ok(outcome instanceof ExpChatError, `${fault} at ${k}: ${outcome}`);
    const { checkpoint, skipped } = await loadNewestCheckpoint(checkpoints);
    assert.deepEqual(skipped, [], `${fault} at ${k}`);
    assert.ok(checkpoint!.state.step >= 5, `${fault} at ${k}`);
    if (outcome.code === 'train.stopped') {
      assert.ok(i > 3, `a run has ${k} operations`);
      break;
    }
    assert.match(outcome.code, /^files\./, `${fault} at ${k}`);
    await rm(path.join(directory, 'run.lock'), { force: true }); // One cut short keeps others out for ten seconds.
  }
});

test('a damaged newest checkpoint is passed over with its reason, and the run ends with the same bits', async () => {
  await undisturbed;
  const directory = place('damaged');
  const controller = new AbortController();
  const work = {
    signal: controller.signal,
    onProgress: ({ done }: { done: number }) => done >= 9 && controller.abort(),
  };
  await assert.rejects(trainPhase(tinyOptions(directory, runtime), work), codeIs('train.stopped'));
  const optimizer = path.join(runFolder(directory).checkpoints, 'step-000009', 'optimizer.safetensors');
  const bytes = await readFile(optimizer);
  bytes[bytes.byteLength - 3]! ^= 4;
  await writeFile(optimizer, bytes);
  const report = await trainPhase(tinyOptions(directory, runtime));
  assert.equal(path.basename(report.resumedFrom!), 'step-000008');
  assert.equal(report.skippedCheckpoints.length, 1);
  assert.match(report.skippedCheckpoints[0]!.reason, /optimizer\.safetensors/);
  assert.deepEqual(await bitsOf(directory), await bitsOf(place('undisturbed')));
});

test('a run whose checkpoints are all damaged is an error, not a run from the start', async () => {
  const directory = place('all-damaged');
  const controller = new AbortController();
  const work = {
    signal: controller.signal,
    onProgress: ({ done }: { done: number }) => done >= 3 && controller.abort(),
  };
  await assert.rejects(trainPhase(tinyOptions(directory, runtime), work), codeIs('train.stopped'));
  const { checkpoints } = runFolder(directory);
  for (const name of await readdir(checkpoints)) await rm(path.join(checkpoints, name, 'config.json'));
  await assert.rejects(trainPhase(tinyOptions(directory, runtime)), codeIs('train.no-valid-checkpoint'));
});

test('a run is not resumed with other data, another tokenizer, model or recipe, and says which', async () => {
  await undisturbed;
  const options = tinyOptions(place('undisturbed'), runtime);
  const { schedule } = options.recipe;
  const changes = [
    ['packed data', undefined, { data: { ...options.data, hash: 'other' } }],
    ['tokenizer', undefined, { tokenizer: { ...options.tokenizer, hash: 'other' } }],
    ['model config', 'ropeTheta', { config: { ...options.config, ropeTheta: 5000 } }],
    ['training recipe', 'batch', { recipe: { ...options.recipe, batch: 2 } }],
    ['training recipe', 'assistantOnly', { recipe: { ...options.recipe, assistantOnly: true } }],
    ['training recipe', 'schedule.peak', { recipe: { ...options.recipe, schedule: { ...schedule, peak: 0.5 } } }],
    ['training recipe', 'averageSteps', { recipe: { ...options.recipe, averageSteps: 20 } }],
    ['training recipe', 'length.seconds', { recipe: { ...options.recipe, length: { steps: 48, seconds: 3 } } }],
  ] as const;
  for (const [what, key, change] of changes) {
    await assert.rejects(trainPhase({ ...options, ...change }), (error: unknown) => {
      assert.ok(error instanceof ExpChatError && error.code === 'train.resume-mismatch', String(error));
      assert.deepEqual(error.fields['differences'], [what]);
      const [changed] = error.fields['changes'] as Change[];
      assert.equal(changed!.key, key);
      for (const value of [changed!.was, changed!.is]) assert.ok(error.message.includes(value), error.message);
      return true;
    });
  }
  const often = { ...options.recipe, checkpointEvery: 7, validationEvery: 3, keepCheckpoints: 9, recompute: true };
  await trainPhase({ ...options, recipe: often });
  await assert.rejects(trainPhase({ ...options, mode: 'new' }), codeIs('train.run-exists'));
});

test('data or a tokenizer of another vocabulary is refused before anything is written', async () => {
  const directory = place('vocabulary');
  const options = tinyOptions(directory, runtime);
  const config = { ...options.config, vocabularySize: 41 };
  await assert.rejects(trainPhase({ ...options, config }), codeIs('train.vocabulary-mismatch'));
  const tokens = Uint16Array.from(options.data.train.tokens, (id, i) => (i === 5 ? 40 : id));
  const data = { ...options.data, train: { ...options.data.train, tokens } };
  await assert.rejects(trainPhase({ ...options, data }), codeIs('train.vocabulary-mismatch'));
  const recipe = { ...options.recipe, context: options.config.context + 1 };
  await assert.rejects(trainPhase({ ...options, recipe }), codeIs('train.recipe'));
  assert.ok(!(await readdir(base)).includes('vocabulary'));
});

test('two trainings in one folder: one is refused', async () => {
  const directory = place('locked');
  const starts = Array.from({ length: 3 }, () => {
    const controller = new AbortController();
    const work = { signal: controller.signal, onProgress: () => controller.abort() };
    return trainPhase(tinyOptions(directory, runtime), work).catch((error: ExpChatError) => error.code);
  });
  assert.deepEqual((await Promise.all(starts)).sort(), ['train.locked', 'train.locked', 'train.stopped']);
});
