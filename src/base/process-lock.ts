/**
 * A lock file that one process at a time holds, with its process id inside. The lock of a process that is gone is taken
 * over. It knows no folder's purpose; the caller makes the error that a second process gets.
 */
import path from 'node:path';
import type { Clock } from './clock.ts';
import { type ExpChatError, isExpChatError } from './errors.ts';
import { type FileHandle, factsOf, makeDirectory, openFile, readText, removeTree } from './files.ts';

/** A recovery takes milliseconds; a file older than this is left from one that was killed. */
const RECOVERY_MS = 10_000;

/** Locks this process holds: after a restart in a container an old lock may carry our own process id. */
const held = new Set<string>();

export interface ProcessLockOptions {
  readonly clock: Clock;
  /** The error for a lock that process `pid` holds; undefined where it is not known which. */
  readonly locked: (pid: number | undefined) => ExpChatError;
}

/** Gives a lock back. */
export type Release = () => Promise<void>;

/** Takes the lock `file` (an absolute path) for this process and returns how to give it back. Throws `options.locked`. */
export async function takeProcessLock(file: string, options: ProcessLockOptions): Promise<Release> {
  if (held.has(file)) throw options.locked(process.pid);
  held.add(file);
  try {
    await makeDirectory(path.dirname(file));
    if (!(await createOnce(file))) await takeOver(file, options);
  } catch (error) {
    held.delete(file);
    throw error;
  }
  return async () => {
    await removeTree(file);
    held.delete(file);
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // alive, but another user's
  }
}

/** True where the file was made by this call, false where it was there. */
async function createOnce(file: string): Promise<boolean> {
  let handle: FileHandle;
  try {
    handle = await openFile(file, 'createNew');
  } catch (error) {
    if (isExpChatError(error) && error.fields['errno'] === 'EEXIST') return false;
    throw error;
  }
  try {
    await handle.write(new TextEncoder().encode(`${process.pid}\n`), 0);
    await handle.sync();
  } catch (error) {
    await removeTree(file).catch(() => undefined); // The first error is the one to report.
    throw error;
  } finally {
    await handle.close();
  }
  return true;
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

async function refuseIfHeld(file: string, { clock, locked }: ProcessLockOptions): Promise<void> {
  const holder = await holderOf(file, clock);
  if (holder !== 'nobody') throw locked(holder === 'unknown' ? undefined : holder);
}

/** Replaces a dead process's lock. A second lock keeps two recoveries apart: the loser is refused. */
async function takeOver(file: string, options: ProcessLockOptions): Promise<void> {
  await refuseIfHeld(file, options);
  const recovery = `${file}.recovery`;
  const age = await factsOf(recovery);
  if (age !== undefined && options.clock.date().getTime() - age.modifiedMs > RECOVERY_MS) await removeTree(recovery);
  if (!(await createOnce(recovery))) throw options.locked(undefined);
  try {
    await refuseIfHeld(file, options);
    await removeTree(file);
    if (!(await createOnce(file))) throw options.locked(undefined);
  } finally {
    await removeTree(recovery);
  }
}
