import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ExpChatError, Rng, readJson, readJsonl, sha256OfFile } from '../../src/base/index.ts';
import { createOrtRuntime } from '../../src/engine/index.ts';
import { MUON_DEFAULTS } from '../../src/optim/index.ts';
import { type PhaseOptions, runFolder, startAfter, trainPhase } from '../../src/train/index.ts';
import { RELEASE } from './release.ts';
import { TINY_STEPS, tinyOptions } from './tiny-run.ts';

const base = await mkdtemp(path.join(tmpdir(), 'expchat-cuts-'));
const runtime = createOrtRuntime({ threads: 2 });
after(async () => {
  await runtime.close();
  await rm(base, { recursive: true });
});

const CUTS = RELEASE ? 20 : 8;

/** A "sample" that tells which weights wrote it. */
async function sample() {
  const name = 'model.norm.weight';
  const { data } = (await runtime.get([name]))[name]!;
  return [{ prompt: 'weights', text: [...data].join(' '), ids: [1, 2, 3] }];
}

const DROPOUT = { residual: 0.1, attention: 0.1, depth: 0.1 };
const EVERYTHING = { accumulation: 2, precision: 'float16', averageSteps: 20, dropout: DROPOUT } as const;

/** What a run may be made of: each of these has state of its own that a resumed run must bring back. */
const CASES: Readonly<Record<string, (options: PhaseOptions) => PhaseOptions>> = {
  'pretraining with accumulation, loss scaling, averaging and dropout': (options) => ({
    ...options,
    recipe: { ...options.recipe, ...EVERYTHING },
  }),
  'pretraining with Muon, dropout, patience and layers computed again': (options) => ({
    ...options,
    recipe: {
      ...options.recipe,
      accumulation: 2,
      muon: MUON_DEFAULTS,
      dropout: DROPOUT,
      patience: 100,
      recompute: true,
    },
  }),
  'chat training with accumulation, loss scaling, averaging and dropout': (options) => ({
    ...options,
    phase: 'chat',
    recipe: { ...options.recipe, ...EVERYTHING, assistantOnly: true },
    start: () => startAfter(path.join(base, 'before chat')),
  }),
};

/** Figures that the clock decides. */
const OF_THE_CLOCK = ['elapsedSeconds', 'tokensPerSecond'];

function timeless(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !OF_THE_CLOCK.includes(key)));
}

/** Everything a run leaves that must not depend on how often it was cut. */
async function tracesOf(directory: string) {
  const { final, checkpoints, metricsFile, samplesFile } = runFolder(directory);
  const last = path.join(checkpoints, `step-${String(TINY_STEPS).padStart(6, '0')}`);
  const metrics: object[] = [];
  for await (const record of readJsonl(metricsFile)) metrics.push(timeless(record as object));
  for await (const record of readJsonl(samplesFile)) metrics.push(record as object);
  return {
    final: await sha256OfFile(path.join(final, 'model.safetensors')),
    weights: await sha256OfFile(path.join(last, 'model.safetensors')),
    optimizer: await sha256OfFile(path.join(last, 'optimizer.safetensors')),
    state: timeless((await readJson(path.join(last, 'trainer_state.json'))) as object),
    metrics,
  };
}

class Crash extends Error {}

/** Trains up to `step` and ends there: asked to stop, or, where `crash`, without a chance to save anything. */
async function trainUpTo(options: PhaseOptions, step: number, crash: boolean): Promise<void> {
  const controller = new AbortController();
  const onProgress = ({ done, note }: { done: number; note?: string }) => {
    if (done < step || note !== undefined) return;
    if (crash) throw new Crash();
    controller.abort();
  };
  await assert.rejects(trainPhase(options, { signal: controller.signal, onProgress }), (error: unknown) => {
    if (crash) return error instanceof Crash;
    return error instanceof ExpChatError && error.code === 'train.stopped';
  });
}

for (const [name, change] of Object.entries(CASES)) {
  test(`${name} cut at ${CUTS} random steps, by a stop or a crash, leaves the bits of the undisturbed run`, async () => {
    const optionsOf = (folder: string) => change({ ...tinyOptions(path.join(base, folder), runtime), sample });
    if (optionsOf('any').phase === 'chat') {
      const before = tinyOptions(path.join(base, 'before chat'), runtime);
      await trainPhase({ ...before, recipe: { ...before.recipe, averageSteps: 20 } });
    }
    const undisturbed = optionsOf(`${name} undisturbed`);
    await trainPhase(undisturbed);
    const rng = new Rng(77);
    const steps = Array.from({ length: TINY_STEPS - 1 }, (_, i) => i + 1);
    const cuts = rng
      .shuffle(steps)
      .slice(0, CUTS)
      .sort((a, b) => a - b);
    const cut = optionsOf(`${name} cut`);
    for (const step of cuts) await trainUpTo(cut, step, rng.int(2) === 0);
    await trainPhase(cut);
    assert.deepEqual(await tracesOf(cut.directory), await tracesOf(undisturbed.directory));
  });
}
