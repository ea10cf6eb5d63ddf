/** A thread that takes its share of an in-place update. It sees shared memory, a kernel's name and a range of blocks. */
import { parentPort } from 'node:worker_threads';
import { type OpenSlot, runBlocks, type UpdateKernelName } from './update-kernels.ts';

export interface ShareRequest {
  readonly kernel: UpdateKernelName;
  readonly slots: readonly OpenSlot[];
  readonly first: number;
  readonly last: number;
}

parentPort?.on('message', ({ kernel, slots, first, last }: ShareRequest) => {
  runBlocks(kernel, slots, first, last);
  parentPort!.postMessage(null);
});
