/** A thread that counts words: takes batches one at a time, gives its counts at the end. It knows neither files nor other threads. */
import { parentPort, workerData } from 'node:worker_threads';
import { errorMessage, isExpChatError } from '../base/index.ts';
import { type CountedWords, type DocumentBatch, WordCounter } from './count-words.ts';

export interface CountingRequest {
  /** Undefined asks for the counts. */
  readonly batch?: DocumentBatch;
}

export interface CountingReply {
  readonly counted?: CountedWords;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
    readonly next: string | undefined;
  };
}

const port = parentPort!;
const counter = new WordCounter((workerData as { readonly maxDistinctBytes: number }).maxDistinctBytes);

function answer({ batch }: CountingRequest): void {
  if (batch !== undefined) {
    counter.add(batch);
    port.postMessage({} satisfies CountingReply);
    return;
  }
  const { pool, offsets, counts, ...sums } = counter.unsorted();
  // Copies of the used part alone, whose memory then moves to the other thread.
  const counted = { ...sums, pool: pool.slice(), offsets: offsets.slice(), counts: counts.slice() };
  port.postMessage({ counted } satisfies CountingReply, [
    counted.pool.buffer as ArrayBuffer,
    counted.offsets.buffer as ArrayBuffer,
    counted.counts.buffer as ArrayBuffer,
  ]);
}

port.on('message', (request: CountingRequest) => {
  try {
    answer(request);
  } catch (error) {
    const known = isExpChatError(error) ? error : undefined;
    port.postMessage({
      error: {
        code: known?.code ?? 'tokenizer.counting-failed',
        message: errorMessage(error),
        fields: known?.fields ?? {},
        next: known?.next,
      },
    } satisfies CountingReply);
  }
});
