/**
 * The thread in which files are read, one after the other in the order they come; each is answered by itself, so that
 * the pool knows which file a thread that ends had in its hands. It knows no stage.
 */
import { parentPort } from 'node:worker_threads';
import { errorMessage, invariant, isExpChatError } from '../../base/index.ts';
import { loadLanguageData } from '../text/index.ts';
import type { ReadOptions, ReadResult } from './document.ts';
import type { NamedFile } from './kinds.ts';
import { readNamedFile } from './read-file.ts';

export interface ReadRequest {
  readonly id: number;
  readonly file: NamedFile;
  readonly bytes: Uint8Array;
  readonly options: ReadOptions;
}

/** What is left of an error on its way between threads. */
export interface SentError {
  readonly code: string;
  readonly kind: string;
  readonly message: string;
  readonly next: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type ReaderReply =
  | { readonly ready: true }
  | { readonly id: number; readonly result: ReadResult }
  | { readonly id: number; readonly error: SentError };

const port = parentPort;
invariant(port !== null, () => 'reader worker: expected to run in a thread of its own');

// A library may fail once more for a file that was answered already; that must not end the thread of the next one.
process.on('unhandledRejection', () => undefined);

// Loaded first, so that it is no file's time and memory.
let before: Promise<void> = loadLanguageData().then(() => port.postMessage({ ready: true } satisfies ReaderReply));
port.on('message', (request: ReadRequest) => {
  before = before.then(() => answer(request));
});

async function answer({ id, file, bytes, options }: ReadRequest): Promise<void> {
  let reply: ReaderReply;
  try {
    reply = { id, result: await readNamedFile(file, bytes, options) };
  } catch (error) {
    reply = { id, error: sentError(error) };
  }
  port!.postMessage(reply);
}

function sentError(error: unknown): SentError {
  if (!isExpChatError(error)) {
    return { code: 'internal.reader', kind: 'internal', message: errorMessage(error), next: undefined, fields: {} };
  }
  const { code, kind, message, next } = error;
  return { code, kind, message, next, fields: JSON.parse(JSON.stringify(error.fields)) as Record<string, unknown> };
}
