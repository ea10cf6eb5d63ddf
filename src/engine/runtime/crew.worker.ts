/** A thread that takes its share of a kernel's work. It sees shared memory, the kernel's name and a range of blocks. */
import { parentPort, workerData } from 'node:worker_threads';
import { type OpenSlot, runBlocks } from './blocks.ts';
import type { KernelName } from './resident-kernels.ts';
import type { CommonMemory } from './shared-memory.ts';
import { fastLoops } from './staged-loops.ts';

export interface ShareOptions {
  /** In which slots with addresses lie. */
  readonly memory: CommonMemory | undefined;
}

export interface ShareRequest {
  readonly kernel: KernelName;
  readonly slots: readonly OpenSlot[];
  readonly first: number;
  readonly last: number;
}

const { memory } = workerData as ShareOptions;
const loops = fastLoops(memory);
parentPort?.on('message', ({ kernel, slots, first, last }: ShareRequest) => {
  parentPort!.postMessage(runBlocks(kernel, slots, first, last, loops));
});
