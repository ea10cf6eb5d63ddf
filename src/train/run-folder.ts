/**
 * The folder of one phase of one run: run.json, metrics.jsonl, checkpoints/, best/, final/. One trainer at a time holds it
 * by a lock file; what a kill left half-done is put right before anything is read. It knows no training.
 */
import path from 'node:path';
import {
  type Clock,
  ExpChatError,
  exists,
  listDirectory,
  removeTree,
  renameFile,
  takeProcessLock,
} from '../base/index.ts';

export interface RunFolder {
  readonly directory: string;
  readonly runFile: string;
  readonly metricsFile: string;
  readonly checkpoints: string;
  readonly best: string;
  readonly final: string;
}

export function runFolder(directory: string): RunFolder {
  return {
    directory,
    runFile: path.join(directory, 'run.json'),
    metricsFile: path.join(directory, 'metrics.jsonl'),
    checkpoints: path.join(directory, 'checkpoints'),
    best: path.join(directory, 'best'),
    final: path.join(directory, 'final'),
  };
}

const LOCK_NAME = 'run.lock';
function locked(file: string, pid: number | undefined): ExpChatError {
  return new ExpChatError({
    code: 'train.locked',
    kind: 'refused',
    message: `${path.dirname(file)}: expected no other training in this folder, got process ${pid ?? 'unknown'}`,
    next: `Wait for it or stop it. If no training is running, remove ${file}.`,
    fields: { pid, path: file },
  });
}

/** Takes the folder for this process and returns how to give it back. Throws `train.locked`. */
export function lockRun(directory: string, clock: Clock): Promise<() => Promise<void>> {
  const file = path.resolve(directory, LOCK_NAME);
  return takeProcessLock(file, { clock, locked: (pid) => locked(file, pid) });
}

/**
 * Puts right what a kill in the middle of a write left: a folder moved aside whose successor never came is moved back,
 * everything else temporary is removed. Only for the holder of the lock.
 */
export async function clearLeftovers(folder: RunFolder): Promise<void> {
  for (const directory of [folder.directory, folder.checkpoints]) {
    if (!(await exists(directory))) continue;
    for (const { name } of await listDirectory(directory)) {
      const match = /^(.+)\.(tmp|old)-\d+$/.exec(name);
      if (match === null) continue;
      const place = path.join(directory, name);
      const successor = path.join(directory, match[1]!);
      const wasReplaced = match[2] === 'old' && directory === folder.directory && !(await exists(successor));
      if (wasReplaced) await renameFile(place, successor);
      else await removeTree(place);
    }
  }
}

/** Written by `corpus forget` into the folder of a phase whose data was forgotten in part. */
export const RETRAIN_NOTE = 'retrain-needed.json';

/** Removes what an earlier run left in the folder, for a run that starts over. */
export async function clearRun(folder: RunFolder): Promise<void> {
  const note = path.join(folder.directory, RETRAIN_NOTE);
  for (const place of [note, folder.runFile, folder.metricsFile, folder.best, folder.final, folder.checkpoints]) {
    await removeTree(place);
  }
}
