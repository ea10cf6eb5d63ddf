/**
 * Who judges: this thread, or several that each take jobs as they come. What is judged does not depend on who judged it.
 * It knows no disk.
 */
import { Worker } from 'node:worker_threads';
import { ExpChatError } from '../../base/index.ts';
import { Judge, type JudgeOptions } from './judge.ts';
import type { JudgeReply } from './judge.worker.ts';
import { type JudgedPart, judgeLines, type LinePart } from './judge-lines.ts';

/** Jobs each thread has beside the one it works on. */
const WAITING_JOBS = 1;
/** Bytes that are judged before a thread that helps would have begun. */
const ALONE_BYTES = 4 * 2 ** 20;

export interface JudgeCrew {
  /** Takes a job, whose bytes belong to the crew then. Resolves when the next one is welcome. */
  add(bytes: Uint8Array<ArrayBuffer>, parts: readonly LinePart[]): Promise<void>;
  /** Waits for all jobs. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

class Thread {
  pending = 0;
  readonly #worker: Worker;
  readonly #waiting: { resolve: (parts: readonly JudgedPart[]) => void; reject: (error: unknown) => void }[] = [];
  #failure: ExpChatError | undefined;

  constructor(options: JudgeOptions) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./judge.worker.${extension}`, import.meta.url), { workerData: options });
    this.#worker.on('message', (reply: JudgeReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`the thread ended with code ${code}`)));
  }

  run(bytes: Uint8Array<ArrayBuffer>, parts: readonly LinePart[]): Promise<readonly JudgedPart[]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.pending++;
      this.#worker.postMessage({ bytes, parts }, [bytes.buffer]);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: JudgeReply): void {
    const waiting = this.#waiting.shift();
    this.pending--;
    if (reply.error === undefined) waiting?.resolve(reply.parts!);
    else waiting?.reject(new ExpChatError(reply.error));
  }

  #fail(cause: unknown): void {
    this.#failure ??= new ExpChatError({
      code: 'corpus.judging-failed',
      kind: 'resources',
      message: `corpus filter: a thread that judges documents stopped: ${(cause as Error).message}`,
      next: 'Run the same command again with less other work on the machine, and see whether memory suffices.',
      cause,
    });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}

/** `onJudged` gets the parts of each job as it is done, never two at a time. */
export function createJudgeCrew(
  options: JudgeOptions,
  threads: number,
  onJudged: (parts: readonly JudgedPart[]) => Promise<void>,
  aloneBytes = ALONE_BYTES,
): JudgeCrew {
  const crew: Thread[] = [];
  const running = new Set<Promise<unknown>>();
  let own: Judge | undefined;
  let alone = 0;
  let failure: { readonly error: unknown } | undefined;
  let writing: Promise<void> = Promise.resolve();
  const check = () => {
    if (failure !== undefined) throw failure.error;
  };
  const deliver = (parts: readonly JudgedPart[]): Promise<void> => {
    writing = writing.then(() => onJudged(parts));
    return writing;
  };
  return {
    async add(bytes, parts) {
      check();
      if (threads <= 1 || alone < aloneBytes) {
        alone += bytes.byteLength;
        own ??= new Judge(options);
        await deliver(judgeLines(own, bytes, parts));
        return;
      }
      while (crew.length < threads) crew.push(new Thread(options));
      const idlest = crew.reduce((best, thread) => (thread.pending < best.pending ? thread : best));
      const done: Promise<unknown> = idlest
        .run(bytes, parts)
        .then(deliver)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => running.delete(done));
      running.add(done);
      while (running.size >= threads * (1 + WAITING_JOBS)) await Promise.race(running);
      check();
    },
    async finish() {
      await Promise.all(running);
      check();
      await writing;
    },
    close: async () => void (await Promise.all(crew.map((thread) => thread.close()))),
  };
}
