/**
 * Threads that share the work of an in-place update. The caller's own thread takes the first share; small updates stay
 * there. It knows nothing of what a kernel does.
 */
import { Worker } from 'node:worker_threads';
import { addressLoops } from './adamw-module.ts';
import type { CommonMemory } from './shared-memory.ts';
import type { ShareOptions, ShareRequest } from './update.worker.ts';
import { type AddressLoops, blockCount, type OpenSlot, runBlocks, type UpdateKernelName } from './update-kernels.ts';

/** Below so many blocks a thread, waking the others costs more than it saves. */
const BLOCKS_A_THREAD = 4;

export class UpdateCrew {
  readonly #threads: number;
  readonly #memory: CommonMemory | undefined;
  readonly #loops: AddressLoops | undefined;
  #workers: Worker[] = [];

  /** `memory`: in which slots with addresses lie. */
  constructor(threads: number, memory?: CommonMemory) {
    this.#threads = threads;
    this.#memory = memory;
    this.#loops = memory && addressLoops(memory);
  }

  /** Ends when no thread works on the slots any more, all of them updated unless it throws. Tensors must lie in shared memory. */
  async run(kernel: UpdateKernelName, slots: readonly OpenSlot[]): Promise<void> {
    const total = blockCount(slots);
    const threads = Math.max(1, Math.min(this.#threads, Math.floor(total / BLOCKS_A_THREAD)));
    const bounds = Array.from({ length: threads + 1 }, (_, i) => Math.round((i * total) / threads));
    const others = Array.from({ length: threads - 1 }, (_, i) =>
      this.#share(i, { kernel, slots, first: bounds[i + 1]!, last: bounds[i + 2]! }),
    );
    const ended = Promise.allSettled(others);
    try {
      runBlocks(kernel, slots, 0, bounds[1]!, this.#loops);
    } finally {
      await ended;
    }
    await Promise.all(others);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    this.#workers = [];
  }

  #share(index: number, request: ShareRequest): Promise<void> {
    const worker = this.#workers[index] ?? startWorker({ memory: this.#memory });
    this.#workers[index] = worker;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        worker.off('message', done).off('error', failed);
      };
      const done = (): void => {
        settle();
        resolve();
      };
      const failed = (error: Error): void => {
        settle();
        reject(error);
      };
      worker.on('message', done).on('error', failed);
      worker.postMessage(request);
    });
  }
}

function startWorker(options: ShareOptions): Worker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./update.worker.${extension}`, import.meta.url), { workerData: options });
  worker.unref();
  return worker;
}
