import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ExpChatError, Rng, withBackend } from '../../src/base/index.ts';
import { createReferenceRuntime } from '../../src/engine/index.ts';
import { initialParameters } from '../../src/model/index.ts';
import { GradScaler, SpikeGuard } from '../../src/optim/index.ts';
import {
  loadNewestCheckpoint,
  pruneCheckpoints,
  runFolder,
  saveCheckpoint,
  type TrainerState,
  zeroMoments,
} from '../../src/train/index.ts';
import { clearLeftovers } from '../../src/train/run-folder.ts';
import { FAULTS, type Fault, failingDisk } from './failing-disk.ts';
import { MemoryDisk } from './memory-disk.ts';
import { RELEASE } from './release.ts';
import { TINY_CONFIG, tinyOptions } from './tiny-run.ts';

const base = await mkdtemp(path.join(tmpdir(), 'expchat-checkpoint-'));
after(() => rm(base, { recursive: true }));

const { recipe, phase } = tinyOptions(base, createReferenceRuntime());
const content = { config: TINY_CONFIG, parameters: initialParameters(TINY_CONFIG, 1), provenance: {} };
const moments = new Map(Object.entries(zeroMoments(TINY_CONFIG)));

function stateAt(step: number): TrainerState {
  return {
    version: 1,
    identity: { phase, recipe, config: TINY_CONFIG, data: 'data', tokenizer: 'tokenizer' },
    step,
    updates: step,
    cursor: { epoch: 1, row: 3 },
    scaler: new GradScaler().state,
    spikeGuard: { ...new SpikeGuard().state, losses: [1 / 3, Math.PI] },
    elapsedSeconds: 1.25,
    tokensSeen: 77,
    skippedSteps: 0,
    skippedInRow: 0,
    lossNats: 0.1 + 0.2,
    validation: null,
    best: null,
    finished: false,
    codeVersion: 'test',
  };
}

test('a checkpoint gives back state, weights and moments with the same bits', async () => {
  const directory = path.join(base, 'same');
  await saveCheckpoint(directory, content, moments, stateAt(12));
  const { checkpoint, skipped } = await loadNewestCheckpoint(directory);
  assert.deepEqual(skipped, []);
  assert.deepEqual(checkpoint!.state, stateAt(12));
  assert.deepEqual(checkpoint!.parameters, content.parameters);
  assert.deepEqual(checkpoint!.moments, moments);
});

/** One save onto a disk that fails at its `k`-th operation; true where it went through. */
async function saveOntoFailing(directory: string, k: number, fault: Fault, once: boolean): Promise<boolean> {
  const where = `${fault} ${once ? 'once' : 'for good'} at operation ${k}`;
  const outcome = await withBackend(failingDisk(k, fault, once), () =>
    saveCheckpoint(directory, content, moments, stateAt(4)).then(
      () => undefined,
      (error: unknown) => error,
    ),
  );
  if (outcome !== undefined) assert.ok(outcome instanceof ExpChatError, `${where}: ${outcome}`);
  const { checkpoint, skipped } = await loadNewestCheckpoint(directory);
  assert.deepEqual(skipped, [], where);
  const { step } = checkpoint!.state;
  assert.ok(outcome === undefined ? step === 4 : step === 2 || step === 4, `${where}: step ${step}`);
  await clearLeftovers({ ...runFolder(base), checkpoints: directory });
  await rm(path.join(directory, 'step-000004'), { recursive: true, force: true });
  assert.deepEqual(await readdir(directory), ['step-000002'], where);
  return outcome === undefined;
}

test('no failing operation of a save, once or for good, by whatever error, harms the checkpoint before it or leaves half a one', async () => {
  const directory = path.join(base, 'failing');
  await saveCheckpoint(directory, content, moments, stateAt(2));
  // Every operation is failed; in the short form each with the next of the errors, in the long one with all of them.
  const rounds = RELEASE ? FAULTS.map((fault) => [fault]) : [FAULTS];
  for (const faults of rounds) {
    for (const once of [true, false]) {
      let k = 1;
      while (!(await saveOntoFailing(directory, k, faults[k % faults.length]!, once))) k++;
      assert.ok(k > 60, `a save has ${k} operations`);
    }
  }
});

test('a power loss at any operation of saving and removing checkpoints loses none that a save has confirmed', async () => {
  const directory = path.resolve('/run/checkpoints');
  const rng = new Rng(31);
  let losses = 0;
  for (let k = 1; ; k++) {
    const disk = new MemoryDisk();
    disk.powerOffAt = k;
    let confirmed = 0;
    const ended = await withBackend(disk.backend, async () => {
      try {
        for (const step of [2, 4]) {
          await saveCheckpoint(directory, content, moments, stateAt(step));
          confirmed = step;
          await pruneCheckpoints(directory, 1);
        }
        return true;
      } catch (error) {
        assert.ok(error instanceof ExpChatError && error.code === 'files.io', String(error));
        return false;
      }
    });
    for (let damage = 0; damage < 8; damage++) {
      await withBackend(disk.afterPowerLoss(rng).backend, async () => {
        const { checkpoint } = await loadNewestCheckpoint(directory);
        const step = checkpoint?.state.step ?? 0;
        assert.ok(step >= confirmed, `operation ${k}: step ${confirmed} was saved, ${step} was found`);
        if (step > 0) assert.deepEqual(checkpoint!.parameters, content.parameters);
      });
      losses++;
    }
    if (ended) break;
  }
  assert.ok(losses > 500, `${losses}`);
});
