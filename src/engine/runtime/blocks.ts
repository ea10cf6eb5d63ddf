/**
 * The elements of tensors divided into blocks, the same for every number of threads. It finds the loop for each block and does not
 * know what a kernel does.
 */
import { KERNELS, type KernelName, type Values } from './resident-kernels.ts';

/** A slot with its tensors looked up, in the order of the kernel. */
export interface OpenSlot {
  readonly tensors: readonly Values[];
  /** Where they begin in the common memory of the runtime's threads, if all of them lie there. */
  readonly addresses?: readonly number[] | undefined;
  readonly scalars: readonly number[];
}

/** A loop over elements `begin .. end - 1` of tensors, and the number that it gives, if any. */
type Loop<Tensors> = (tensors: Tensors, scalars: readonly number[], begin: number, end: number) => number | undefined;

/** A kernel's `run` on addresses of float32 tensors in place of the tensors, with the same bits. */
export type AddressLoop = Loop<readonly number[]>;

/** The kernels of which a thread has such a loop. */
export type AddressLoops = { readonly [K in KernelName]?: AddressLoop };

/** Elements in a row that one thread takes at once. */
export const BLOCK_ELEMENTS = 2 ** 16;

/**
 * Does the blocks `first .. last - 1` of all slots, counted through, on addresses where `loops` and the slot allow it. Returns
 * what a kernel that adds up gives for each of them, in order; nothing of one that updates.
 */
export function runBlocks(
  name: KernelName,
  slots: readonly OpenSlot[],
  first: number,
  last: number,
  loops: AddressLoops = {},
): number[] {
  const run = KERNELS[name].run as Loop<readonly Values[]>;
  const runAt = loops[name];
  const results: number[] = [];
  let block = 0;
  for (const { tensors, addresses, scalars } of slots) {
    const { length } = tensors[0]!;
    const count = Math.ceil(length / BLOCK_ELEMENTS);
    for (let i = Math.max(first, block); i < Math.min(last, block + count); i++) {
      const begin = (i - block) * BLOCK_ELEMENTS;
      const end = Math.min(begin + BLOCK_ELEMENTS, length);
      const result =
        runAt !== undefined && addresses !== undefined
          ? runAt(addresses, scalars, begin, end)
          : run(tensors, scalars, begin, end);
      if (result !== undefined) results.push(result);
    }
    block += count;
  }
  return results;
}

export function blockCount(slots: readonly OpenSlot[]): number {
  return slots.reduce((sum, { tensors }) => sum + Math.ceil(tensors[0]!.length / BLOCK_ELEMENTS), 0);
}
