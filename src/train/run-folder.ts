/**
 * The folder of one phase of one run: run.json, metrics.jsonl, samples.jsonl, checkpoints/, best/, final/ and, where they
 * were made, diagnosis.json and report.html. One trainer at a time holds it
 * by a lock file; what a kill left half-done is put right before anything is read. It knows no training.
 */
import path from 'node:path';
import {
  type Clock,
  ExpChatError,
  exists,
  isProcessLocked,
  listDirectory,
  removeTree,
  renameFile,
  systemClock,
  takeProcessLock,
} from '../base/index.ts';

export interface RunFolder {
  readonly directory: string;
  readonly runFile: string;
  readonly metricsFile: string;
  readonly samplesFile: string;
  /** Why a run could not go on. */
  readonly diagnosisFile: string;
  readonly reportFile: string;
  readonly checkpoints: string;
  readonly best: string;
  readonly final: string;
}

export function runFolder(directory: string): RunFolder {
  return {
    directory,
    runFile: path.join(directory, 'run.json'),
    metricsFile: path.join(directory, 'metrics.jsonl'),
    samplesFile: path.join(directory, 'samples.jsonl'),
    diagnosisFile: path.join(directory, 'diagnosis.json'),
    reportFile: path.join(directory, 'report.html'),
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

/** Whether a process, this one or another, trains in the folder. */
export function isTraining(directory: string, clock: Clock = systemClock): Promise<boolean> {
  return isProcessLocked(path.resolve(directory, LOCK_NAME), clock);
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
  const { runFile, metricsFile, samplesFile, diagnosisFile, reportFile, best, final, checkpoints } = folder;
  const note = path.join(folder.directory, RETRAIN_NOTE);
  for (const place of [note, runFile, metricsFile, samplesFile, diagnosisFile, reportFile, best, final, checkpoints]) {
    await removeTree(place);
  }
}
