/**
 * Who counts: this thread, or several threads that each count their share of the batches. Sums do not depend on who counted
 * what, and the result is sorted, so it is the same for every number of threads. It knows no documents' origin.
 */
import { Worker } from 'node:worker_threads';
import { ExpChatError } from '../base/index.ts';
import type { CountingReply, CountingRequest } from './count.worker.ts';
import { type CountedWords, type DocumentBatch, WordCounter } from './count-words.ts';

export interface CountingCrew {
  /** Takes a batch, whose bytes may change again when this returns. Resolves when the next one is welcome. */
  add(batch: DocumentBatch): Promise<void>;
  /** Takes what was counted elsewhere. */
  addCounted(counted: CountedWords): void;
  /** All counts, sorted; `documents` is for the caller to fill in. */
  finish(): Promise<CountedWords>;
  close(): Promise<void>;
}

/** Batches that wait for each thread beside the one it counts: enough to keep it busy, few enough for memory. */
const WAITING_BATCHES = 2;

class Thread {
  pending = 0;
  readonly #worker: Worker;
  readonly #waiting: { resolve: (reply: CountingReply) => void; reject: (error: unknown) => void }[] = [];
  #failure: unknown;

  constructor(maxDistinctBytes: number) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const place = new URL(`./count.worker.${extension}`, import.meta.url);
    this.#worker = new Worker(place, { workerData: { maxDistinctBytes } });
    this.#worker.on('message', (reply: CountingReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`the thread ended with code ${code}`)));
  }

  request(request: CountingRequest): Promise<CountingReply> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.pending++;
      const buffers =
        request.batch === undefined ? [] : [request.batch.bytes.buffer as ArrayBuffer, request.batch.ends.buffer];
      this.#worker.postMessage(request, buffers);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: CountingReply): void {
    const waiting = this.#waiting.shift();
    this.pending--;
    if (reply.error === undefined) {
      waiting?.resolve(reply);
      return;
    }
    const { next, ...error } = reply.error;
    waiting?.reject(new ExpChatError({ ...error, kind: 'resources', ...(next === undefined ? {} : { next }) }));
  }

  #fail(cause: unknown): void {
    this.#failure = new ExpChatError({
      code: 'tokenizer.counting-failed',
      kind: 'resources',
      message: `tokenizer: a thread that counts words stopped: ${(cause as Error).message}`,
      next: 'Run the same command with --threads 1 and see whether memory suffices.',
      cause,
    });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}

/** Text up to this size is counted before a thread that helps would have begun. */
const ALONE_BYTES = 2 ** 23;

/** `threads` 1 counts here; with more, threads begin after the first `aloneBytes`, which are counted here. */
export function createCountingCrew(threads: number, maxDistinctBytes: number, aloneBytes = ALONE_BYTES): CountingCrew {
  const counter = new WordCounter(maxDistinctBytes);
  const crew: Thread[] = [];
  const running = new Set<Promise<unknown>>();
  let failure: { readonly error: unknown } | undefined;
  const check = () => {
    if (failure !== undefined) throw failure.error;
  };
  return {
    async add(batch) {
      check();
      if (threads === 1 || counter.bytes < aloneBytes) {
        counter.add(batch);
        return;
      }
      while (crew.length < threads) crew.push(new Thread(maxDistinctBytes));
      const idlest = crew.reduce((best, thread) => (thread.pending < best.pending ? thread : best));
      const done: Promise<unknown> = idlest
        .request({ batch: { bytes: batch.bytes.slice(), ends: batch.ends } })
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => running.delete(done));
      running.add(done);
      while (running.size >= threads * WAITING_BATCHES) await Promise.race(running);
      check();
    },
    addCounted: (counted) => counter.addCounted(counted),
    async finish() {
      await Promise.all(running);
      check();
      for (const thread of crew) {
        const { counted } = await thread.request({});
        counter.addCounted(counted!);
        await thread.close();
      }
      return counter.sorted();
    },
    close: async () => void (await Promise.all(crew.map((thread) => thread.close()))),
  };
}
