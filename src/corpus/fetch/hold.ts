/** The lock that keeps two runs out of one data folder. It knows no stage. */
import path from 'node:path';
import { type Clock, ExpChatError, type Release, systemClock, takeProcessLock } from '../../base/index.ts';

const LOCK_NAME = 'corpus.lock';

/** Takes the data folder for this process and returns how to give it back. Throws `corpus.locked`. */
export function holdCorpus(directory: string, clock: Clock = systemClock): Promise<Release> {
  const file = path.resolve(directory, LOCK_NAME);
  return takeProcessLock(file, {
    clock,
    locked: (pid) =>
      new ExpChatError({
        code: 'corpus.locked',
        kind: 'refused',
        message: `${directory}: expected no other corpus run in this folder, got process ${pid ?? 'unknown'}`,
        next: `Wait for it or stop it. If none is running, remove ${file}.`,
        fields: { pid, path: file },
      }),
  });
}
