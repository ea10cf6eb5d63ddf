/**
 * Many texts encoded in threads: texts are sent as bytes and come back as ids in buffers that are handed over, not
 * copied. The ids are those of `Tokenizer.encode`, in the order of the texts. It knows no files.
 */
import { Worker } from 'node:worker_threads';
import { boundedInteger, ExpChatError, errorMessage, stopIfAborted, type WorkOptions } from '../base/index.ts';
import type { BatchReply, BatchRequest, PackedTokenizer } from './batch.worker.ts';
import type { EncodeOptions, Tokenizer } from './tokenizer.ts';

/** Texts of about this many UTF-16 units are sent at a time. */
const JOB_UNITS = 2 ** 18;
/** Jobs a thread has at a time: one to work on and one so that it need not wait. */
const JOBS_PER_THREAD = 2;
const MOST_THREADS = 64;

export interface BatchOptions extends EncodeOptions, WorkOptions {
  /** Threads that encode, 1 to 64; each has a tokenizer of its own. */
  readonly threads: number;
}

interface Waiting {
  readonly resolve: (reply: BatchReply) => void;
  readonly reject: (error: unknown) => void;
}

/** One thread and the jobs it has. */
class BatchThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #failure: ExpChatError | undefined;
  #nextId = 0;

  constructor(packed: PackedTokenizer) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./batch.worker.${extension}`, import.meta.url), { workerData: packed });
    this.#worker.on('message', (reply: BatchReply) => {
      this.#waiting.get(reply.id)?.resolve(reply);
      this.#settled(reply.id);
    });
    this.#worker.on('error', (error) => this.#fail(errorMessage(error)));
    this.#worker.on('exit', (code) => this.#fail(`it ended with code ${code}`));
    this.#worker.unref();
  }

  run(request: Omit<BatchRequest, 'id'>): Promise<BatchReply> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref(); // The process must not end while an answer is awaited.
      this.#worker.postMessage({ id, ...request }, [request.bytes.buffer, request.ends.buffer]);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #settled(id: number): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
  }

  #fail(reason: string): void {
    this.#failure ??= new ExpChatError({
      code: 'tokenizer.thread-failed',
      kind: 'internal',
      message: `tokenizer thread: expected ids, got an end: ${reason}`,
      next: 'Use fewer threads where memory is short.',
    });
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

/** Threads that are kept for several batches; making them costs about as much as encoding some megabytes. */
export class BatchEncoder {
  readonly #tokenizer: Tokenizer;
  readonly #threads: readonly BatchThread[];

  /** Throws `limits.integer` where `threads` is not 1 to 64. */
  constructor(tokenizer: Tokenizer, threads: number) {
    boundedInteger(threads, 'tokenizer threads', 1, MOST_THREADS);
    this.#tokenizer = tokenizer;
    const packed = packedOf(tokenizer);
    this.#threads = Array.from({ length: threads }, () => new BatchThread(packed));
  }

  /**
   * Ids of each text, in the order of `texts`; ids of neighbours are views of one buffer.
   * Throws `tokenizer.no-such-special`, `tokenizer.stopped` on the signal, `tokenizer.thread-failed`.
   */
  async encode(texts: readonly string[], options: EncodeOptions & WorkOptions = {}): Promise<Uint32Array[]> {
    const allowedSpecial = this.#tokenizer.allowedTokens(options.allowedSpecial ?? 'none');
    const results = new Array<Uint32Array>(texts.length);
    let next = 0;
    let done = 0;
    // Each lane takes the next job when its last one is done, so that no thread waits for another.
    const lane = async (thread: BatchThread): Promise<void> => {
      while (next < texts.length) {
        stopIfAborted(options.signal, 'tokenizer');
        const first = next;
        next = jobEnd(texts, first);
        const { ids, ends } = await thread.run({ ...bytesOf(texts, first, next), allowedSpecial });
        for (let i = 0; i < ends.length; i++) results[first + i] = ids.subarray(i === 0 ? 0 : ends[i - 1]!, ends[i]!);
        done += ends.length;
        options.onProgress?.({ stage: 'tokenizer.encode', done, total: texts.length, unit: 'documents' });
      }
    };
    stopIfAborted(options.signal, 'tokenizer');
    const lanes = this.#threads.flatMap((thread) => Array.from({ length: JOBS_PER_THREAD }, () => lane(thread)));
    for (const outcome of await Promise.allSettled(lanes)) if (outcome.status === 'rejected') throw outcome.reason;
    return results;
  }

  async close(): Promise<void> {
    for (const thread of this.#threads) await thread.close();
  }
}

/** Ids of each text, encoded in `options.threads` threads of their own. Throws as `BatchEncoder.encode` does. */
export async function encodeBatch(
  tokenizer: Tokenizer,
  texts: readonly string[],
  options: BatchOptions,
): Promise<Uint32Array[]> {
  const encoder = new BatchEncoder(tokenizer, options.threads);
  try {
    return await encoder.encode(texts, options);
  } finally {
    await encoder.close();
  }
}

function jobEnd(texts: readonly string[], first: number): number {
  let units = 0;
  let end = first;
  while (end < texts.length && (end === first || units + texts[end]!.length <= JOB_UNITS))
    units += texts[end++]!.length;
  return end;
}

function bytesOf(texts: readonly string[], first: number, end: number): Pick<BatchRequest, 'bytes' | 'ends'> {
  let units = 0;
  for (let index = first; index < end; index++) units += texts[index]!.length;
  const bytes = new Uint8Array(units * 3);
  const ends = new Uint32Array(end - first);
  const encoder = new TextEncoder();
  let at = 0;
  for (let index = first; index < end; index++) {
    at += encoder.encodeInto(texts[index]!, at === 0 ? bytes : bytes.subarray(at)).written;
    ends[index - first] = at;
  }
  return { bytes, ends };
}

function packedOf(tokenizer: Tokenizer): PackedTokenizer {
  const { tokens, ...rest } = tokenizer.values;
  const offsets = new Uint32Array(tokens.length + 1);
  for (const [id, bytes] of tokens.entries()) offsets[id + 1] = offsets[id]! + bytes.length;
  const pool = new Uint8Array(offsets[tokens.length]!);
  for (const [id, bytes] of tokens.entries()) pool.set(bytes, offsets[id]!);
  return { ...rest, pool, offsets };
}
