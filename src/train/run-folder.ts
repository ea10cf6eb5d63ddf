/**
 * The folder of one phase of one run: run.json, metrics.jsonl, checkpoints/, best/, final/. One trainer at a time holds it
 * by a lock file; what a kill left half-done is put right before anything is read. It knows no training.
 */
import path from 'node:path';
import {
  type Clock,
  ExpChatError,
  exists,
  type FileHandle,
  factsOf,
  isExpChatError,
  listDirectory,
  makeDirectory,
  openFile,
  readText,
  removeTree,
  renameFile,
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
/** A recovery takes milliseconds; a file older than this is left from one that was killed. */
const RECOVERY_MS = 10_000;

/** Locks this process holds: after a restart in a container an old lock may carry our own process id. */
const held = new Set<string>();

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // alive, but another user's
  }
}

/** True where the file was made by this call, false where it was there. */
async function createOnce(file: string, content: string): Promise<boolean> {
  let handle: FileHandle;
  try {
    handle = await openFile(file, 'createNew');
  } catch (error) {
    if (isExpChatError(error) && error.fields['errno'] === 'EEXIST') return false;
    throw error;
  }
  try {
    await handle.write(new TextEncoder().encode(content), 0);
    await handle.sync();
  } catch (error) {
    await removeTree(file).catch(() => undefined); // The first error is the one to report.
    throw error;
  } finally {
    await handle.close();
  }
  return true;
}

function locked(file: string, pid: number | undefined): ExpChatError {
  return new ExpChatError({
    code: 'train.locked',
    kind: 'refused',
    message: `${path.dirname(file)}: expected no other training in this folder, got process ${pid ?? 'unknown'}`,
    next: `Wait for it or stop it. If no training is running, remove ${file}.`,
    fields: { pid, path: file },
  });
}

/** The holder may give the lock back between two looks at it. */
function ifGone(error: unknown): undefined {
  if (isExpChatError(error) && error.code === 'files.not-found') return undefined;
  throw error;
}

/** The process that holds the lock; undefined for a lock cut short by a kill, which nobody holds after RECOVERY_MS. */
async function holderOf(file: string, clock: Clock): Promise<number | 'nobody' | 'unknown'> {
  const facts = await factsOf(file);
  const text = facts && (await readText(file, 64).catch(ifGone));
  if (text === undefined) return 'nobody';
  const pid = Number(/^(\d{1,10})\n$/.exec(text)?.[1]);
  if (!Number.isSafeInteger(pid))
    return clock.date().getTime() - facts!.modifiedMs > RECOVERY_MS ? 'nobody' : 'unknown';
  if (pid === process.pid) return 'nobody'; // Ours would be in `held`: this one is from before a restart.
  return isAlive(pid) ? pid : 'nobody';
}

/** Takes the folder for this process and returns how to give it back. Throws `train.locked`. */
export async function lockRun(directory: string, clock: Clock): Promise<() => Promise<void>> {
  const file = path.resolve(directory, LOCK_NAME);
  if (held.has(file)) throw locked(file, process.pid);
  held.add(file);
  try {
    await makeDirectory(directory);
    if (!(await createOnce(file, `${process.pid}\n`))) await takeOver(file, clock);
  } catch (error) {
    held.delete(file);
    throw error;
  }
  return async () => {
    await removeTree(file);
    held.delete(file);
  };
}

async function refuseIfHeld(file: string, clock: Clock): Promise<void> {
  const holder = await holderOf(file, clock);
  if (holder !== 'nobody') throw locked(file, holder === 'unknown' ? undefined : holder);
}

/** Replaces a dead process's lock. A second lock keeps two recoveries apart: the loser is refused. */
async function takeOver(file: string, clock: Clock): Promise<void> {
  await refuseIfHeld(file, clock);
  const recovery = `${file}.recovery`;
  const age = await factsOf(recovery);
  if (age !== undefined && clock.date().getTime() - age.modifiedMs > RECOVERY_MS) await removeTree(recovery);
  if (!(await createOnce(recovery, `${process.pid}\n`))) throw locked(file, undefined);
  try {
    await refuseIfHeld(file, clock);
    await removeTree(file);
    if (!(await createOnce(file, `${process.pid}\n`))) throw locked(file, undefined);
  } finally {
    await removeTree(recovery);
  }
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
