/**
 * What long work tells about itself, whoever draws it. Rooms report counts; the command line turns them into a rate,
 * a time left and a line on the terminal or in a log.
 */

import { ExpChatError } from './errors.ts';

export interface ProgressEvent {
  /** Stable English name of the stage, for example `corpus.fetch` or `train.pretrain`. */
  readonly stage: string;
  readonly done: number;
  /** Undefined where the end is not known. */
  readonly total?: number;
  /** What is counted: `documents`, `bytes`, `merges`, `steps`, … */
  readonly unit: string;
  /** What is being worked on now, or figures worth showing, for example `{ lossNats: 2.31 }`. */
  readonly detail?: string;
  readonly figures?: Readonly<Record<string, number>>;
  /** Something a person must not miss, English: it is shown once and stays. */
  readonly note?: string;
  /** The note as a stable code with its values, for a text in another language. */
  readonly notice?: { readonly code: string; readonly fields: Readonly<Record<string, unknown>> };
}

export type OnProgress = (event: ProgressEvent) => void;

/** What every long piece of work takes: a way to stop it between two units of work and a listener. */
export interface WorkOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** Throws `<room>.stopped` (kind `stopped`) where the signal has fired. */
export function stopIfAborted(signal: AbortSignal | undefined, room: string): void {
  if (signal?.aborted !== true) return;
  throw new ExpChatError({ code: `${room}.stopped`, kind: 'stopped', message: `${room}: stopped as asked` });
}
