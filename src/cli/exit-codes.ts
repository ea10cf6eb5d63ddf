/** The exit codes of every command, and which kind of error ends with which. It knows no error's code. */
import type { ErrorKind } from '../base/index.ts';

export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  policy: 3,
  notFound: 4,
  refused: 5,
  network: 6,
  resources: 7,
  /** Stopped by the user; the same command continues (EX_TEMPFAIL of sysexits.h). */
  stopped: 75,
  interrupted: 130,
  terminated: 143,
} as const;

export const exitCodeOf = {
  failure: EXIT.failure,
  usage: EXIT.usage,
  policy: EXIT.policy,
  notFound: EXIT.notFound,
  refused: EXIT.refused,
  network: EXIT.network,
  resources: EXIT.resources,
  stopped: EXIT.stopped,
  internal: EXIT.failure,
} as const satisfies Record<ErrorKind, number>;
