/**
 * The loops in WebAssembly for tensors that lie elsewhere than in the threads' common memory: the elements of a block are copied into
 * a small memory of the thread's own, and back. With the copies that takes a third of the time of the definition in JavaScript.
 */
import { addressLoops } from './address-loops.ts';
import { type AddressLoop, BLOCK_ELEMENTS, type FastLoops, type TensorLoop, type TensorLoops } from './blocks.ts';
import { UPDATE_KERNELS } from './resident-kernels.ts';
import { type CommonMemory, PAGE_BYTES, SharedMemory } from './shared-memory.ts';

const BLOCK_BYTES = BLOCK_ELEMENTS * Float32Array.BYTES_PER_ELEMENT;

/** The loops for the thread that calls this, at most a block at a time; none where the machine gives no memory for them. */
function stagedLoops(): TensorLoops {
  const most = UPDATE_KERNELS.adamw.tensors.length;
  const memory = new SharedMemory((most * BLOCK_BYTES) / PAGE_BYTES);
  const places = Array.from({ length: most }, () => memory.take(BLOCK_BYTES));
  const { common } = memory;
  if (common === undefined || places.some((place) => !place.common)) return {};
  const addresses = places.map(({ byteOffset }) => byteOffset);
  const windows = addresses.map((address) => new Float32Array(common.buffer, address, BLOCK_ELEMENTS));
  const staged =
    (loop: AddressLoop, writes: boolean): TensorLoop =>
    (tensors, scalars, begin, end) => {
      for (const [i, tensor] of tensors.entries()) windows[i]!.set(tensor.subarray(begin, end));
      const result = loop(addresses.slice(0, tensors.length), scalars, 0, end - begin);
      if (writes) for (const [i, tensor] of tensors.entries()) tensor.set(windows[i]!.subarray(0, end - begin), begin);
      return result;
    };
  return Object.fromEntries(
    Object.entries(addressLoops(common)).map(([name, loop]) => [name, staged(loop, name in UPDATE_KERNELS)]),
  );
}

/** All fast loops of the thread that calls this. `memory`: in which slots with addresses lie. */
export function fastLoops(memory: CommonMemory | undefined): FastLoops {
  let staged: TensorLoops | undefined;
  return {
    onAddresses: memory === undefined ? {} : addressLoops(memory),
    onTensors: () => {
      staged ??= stagedLoops();
      return staged;
    },
  };
}
