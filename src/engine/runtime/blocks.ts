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

/** A kernel's `run` on float32 tensors wherever they lie, with the same bits. */
export type TensorLoop = Loop<readonly Values[]>;

/** The kernels of which a thread has such loops. */
export type AddressLoops = { readonly [K in KernelName]?: AddressLoop };
export type TensorLoops = { readonly [K in KernelName]?: TensorLoop };

/** What a thread has beside the definitions. Loops on tensors take memory, so they are made when one is wanted. */
export interface FastLoops {
  readonly onAddresses: AddressLoops;
  onTensors(): TensorLoops;
}

export const DEFINITIONS_ALONE: FastLoops = { onAddresses: {}, onTensors: () => ({}) };

/** Elements in a row that one thread takes at once. */
export const BLOCK_ELEMENTS = 2 ** 16;

/**
 * Does the blocks `first .. last - 1` of all slots, counted through, by the fastest of `loops` that the slot allows. Returns
 * what a kernel that adds up gives for each of them, in order; nothing of one that updates.
 */
export function runBlocks(
  name: KernelName,
  slots: readonly OpenSlot[],
  first: number,
  last: number,
  loops: FastLoops = DEFINITIONS_ALONE,
): number[] {
  const results: number[] = [];
  let block = 0;
  for (const slot of slots) {
    const { length } = slot.tensors[0]!;
    const count = Math.ceil(length / BLOCK_ELEMENTS);
    for (let i = Math.max(first, block); i < Math.min(last, block + count); i++) {
      const begin = (i - block) * BLOCK_ELEMENTS;
      const result = runBlock(name, slot, begin, Math.min(begin + BLOCK_ELEMENTS, length), loops);
      if (result !== undefined) results.push(result);
    }
    block += count;
  }
  return results;
}

function runBlock(
  name: KernelName,
  { tensors, addresses, scalars }: OpenSlot,
  begin: number,
  end: number,
  loops: FastLoops,
): number | undefined {
  const onAddresses = loops.onAddresses[name];
  if (onAddresses !== undefined && addresses !== undefined) return onAddresses(addresses, scalars, begin, end);
  const areSingles = tensors.every((tensor) => tensor instanceof Float32Array);
  const run = (areSingles ? loops.onTensors()[name] : undefined) ?? (KERNELS[name].run as TensorLoop);
  return run(tensors, scalars, begin, end);
}

export function blockCount(slots: readonly OpenSlot[]): number {
  return slots.reduce((sum, { tensors }) => sum + Math.ceil(tensors[0]!.length / BLOCK_ELEMENTS), 0);
}
