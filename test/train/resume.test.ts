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
import { loadNewestCheckpoint, runFolder, type StepMetrics, trainPhase } from '../../src/train/index.ts';
import { failingDisk } from './failing-disk.ts';
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

/** Starts the tiny run as a process and kills it `delayMs` after its `steps`-th step (0: after its start). */
async function runAndKill(directory: string, steps: number, delayMs: number): Promise<void> {
  const child: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(new URL('./tiny-run.ts', import.meta.url)), directory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  let seen = 0;
  const kill = () => setTimeout(() => child.kill('SIGKILL'), delayMs);
  if (steps === 0) kill();
  child.stdout!.on('data', (chunk: Buffer) => {
    const before = seen;
    seen += chunk.toString().split('\n').length - 1;
    if (before < steps && seen >= steps) kill();
  });
  const code = await ended;
  assert.ok(code === null || code === 0, `the run failed by itself with ${code}`);
}

test('a run killed at 10 random moments never has an unloadable checkpoint and ends with the bits of the undisturbed run', async () => {
  await undisturbed;
  const directory = place('killed');
  const { checkpoints, best } = runFolder(directory);
  const rng = new Rng(20);
  let newest = 0;
  for (let kill = 0; kill < 10; kill++) {
    await runAndKill(directory, rng.int(5), rng.int(40));
    const { checkpoint, skipped } = await loadNewestCheckpoint(checkpoints);
    assert.deepEqual(skipped, [], `kill ${kill}`);
    assert.ok((checkpoint?.state.step ?? 0) >= newest, `kill ${kill}: a checkpoint was lost`);
    newest = checkpoint?.state.step ?? 0;
    const folders = newest > 0 ? await readdir(directory) : [];
    if (folders.includes('best')) await loadModelDirectory(best);
  }
  assert.ok(newest > 0 && newest < TINY_STEPS, `the kills hit the run in its middle, not at step ${newest}`);
  await trainPhase(tinyOptions(directory, runtime));
  assert.deepEqual(await bitsOf(directory), await bitsOf(place('undisturbed')));
  const leftovers = [...(await readdir(directory)), ...(await readdir(checkpoints))].filter((name) =>
    /\.(tmp|old)-/.test(name),
  );
  assert.deepEqual(leftovers, []);
});

test('a disk that becomes full ends the run with an error and leaves the last checkpoint whole', async () => {
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
  const outcomes: string[] = [];
  for (const k of [1, 3, 5, 6, 7, 8, 10, 20, 35, 60, 400]) {
    const outcome = await withBackend(failingDisk(k, 'ENOSPC', false), () =>
      trainPhase(tinyOptions(directory, runtime), stopAt(7)).then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    assert.ok(outcome instanceof ExpChatError, String(outcome));
    outcomes.push(outcome.code);
    const { checkpoint, skipped } = await loadNewestCheckpoint(checkpoints);
    assert.deepEqual(skipped, [], `operation ${k}`);
    assert.ok(checkpoint!.state.step >= 5, `operation ${k}`);
  }
  assert.deepEqual(new Set(outcomes.slice(0, -1)), new Set(['files.disk-full']));
  assert.equal(outcomes.at(-1), 'train.stopped');
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
  const changes = {
    'packed data': { data: { ...options.data, hash: 'other' } },
    tokenizer: { tokenizer: { ...options.tokenizer, hash: 'other' } },
    'model config': { config: { ...options.config, ropeTheta: 5000 } },
    'training recipe': { recipe: { ...options.recipe, batch: 2 } },
  };
  for (const [what, change] of Object.entries(changes)) {
    await assert.rejects(trainPhase({ ...options, ...change }), (error: unknown) => {
      assert.ok(error instanceof ExpChatError && error.code === 'train.resume-mismatch', String(error));
      assert.deepEqual(error.fields['differences'], [what]);
      return true;
    });
  }
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
