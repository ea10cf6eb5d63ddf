/** A thread that takes its share of an in-place update. It sees shared memory, a kernel's name and a range of blocks. */
import { parentPort, workerData } from 'node:worker_threads';
import { addressLoops } from './adamw-module.ts';
import type { CommonMemory } from './shared-memory.ts';
import { type OpenSlot, runBlocks, type UpdateKernelName } from './update-kernels.ts';

export interface ShareOptions {
  /** In which slots with addresses lie. */
  readonly memory: CommonMemory | undefined;
}

export interface ShareRequest {
  readonly kernel: UpdateKernelName;
  readonly slots: readonly OpenSlot[];
  readonly first: number;
  readonly last: number;
}

const { memory } = workerData as ShareOptions;
const loops = memory && addressLoops(memory);
parentPort?.on('message', ({ kernel, slots, first, last }: ShareRequest) => {
  runBlocks(kernel, slots, first, last, loops);
  parentPort!.postMessage(null);
});
