/**
 * What happens to resident tensors between two runs of a graph, element by element and in place: the optimizers' rules
 * as plain loops. They reckon in float64 and round what is kept once. It knows neither threads nor where tensors come from. These
 * loops are the definition; a thread may have a faster one of the same bits (`adamw-module.ts`) for some memory.
 */

/** Row-major values of one tensor. Float64 only under the reference runtime. */
export type Values = Float32Array | Float64Array;

/** Tensors of equal length in the order of `tensors`, and the numbers that one slot wants. */
interface UpdateKernel<T extends string, S extends string> {
  readonly tensors: readonly T[];
  readonly scalars: readonly S[];
  /** Works on the elements `begin .. end - 1`. */
  run(tensors: readonly Values[], scalars: readonly number[], begin: number, end: number): void;
}

function kernel<const T extends string, const S extends string>(definition: UpdateKernel<T, S>): UpdateKernel<T, S> {
  return definition;
}

export const UPDATE_KERNELS = {
  // g = scale gradient, m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, p = keep p - stepSize m / (sqrt(v) + epsilonHat)
  adamw: kernel({
    tensors: ['parameter', 'gradient', 'm', 'v'],
    scalars: ['gradientScale', 'beta1', 'beta2', 'stepSize', 'epsilonHat', 'keep'],
    run([parameter, gradient, m, v], [scale, beta1, beta2, stepSize, epsilonHat, keep], begin, end) {
      const takeM = (1 - beta1!) * scale!;
      const takeV = (1 - beta2!) * scale! * scale!;
      for (let i = begin; i < end; i++) {
        const g = gradient![i]!;
        const nextM = beta1! * m![i]! + takeM * g;
        const nextV = beta2! * v![i]! + takeV * g * g;
        m![i] = nextM;
        v![i] = nextV;
        parameter![i] = keep! * parameter![i]! - (stepSize! * nextM) / (Math.sqrt(nextV) + epsilonHat!);
      }
    },
  }),
  // g = scale gradient, m = b m + (1 - b) g, gradient = (1 - b) g + b m: Nesterov's look ahead, in the gradient's place
  momentum: kernel({
    tensors: ['gradient', 'm'],
    scalars: ['gradientScale', 'beta'],
    run([gradient, m], [scale, beta], begin, end) {
      const take = (1 - beta!) * scale!;
      for (let i = begin; i < end; i++) {
        const g = take * gradient![i]!;
        const next = beta! * m![i]! + g;
        m![i] = next;
        gradient![i] = g + beta! * next;
      }
    },
  }),
  // p = keep p - stepSize direction
  descend: kernel({
    tensors: ['parameter', 'direction'],
    scalars: ['stepSize', 'keep'],
    run([parameter, direction], [stepSize, keep], begin, end) {
      for (let i = begin; i < end; i++) parameter![i] = keep! * parameter![i]! - stepSize! * direction![i]!;
    },
  }),
  // a = a + take (p - a)
  average: kernel({
    tensors: ['average', 'parameter'],
    scalars: ['take'],
    run([average, parameter], [take], begin, end) {
      for (let i = begin; i < end; i++) average![i] = average![i]! + take! * (parameter![i]! - average![i]!);
    },
  }),
  // a, b = b, a
  exchange: kernel({
    tensors: ['a', 'b'],
    scalars: [],
    run([a, b], _, begin, end) {
      for (let i = begin; i < end; i++) {
        const value = a![i]!;
        a![i] = b![i]!;
        b![i] = value;
      }
    },
  }),
} satisfies Record<string, UpdateKernel<string, string>>;

export type UpdateKernelName = keyof typeof UPDATE_KERNELS;

/** One use of a kernel: the resident tensor for each of its places, and its numbers. */
export type UpdateSlot<K extends UpdateKernelName = UpdateKernelName> = K extends UpdateKernelName
  ? {
      readonly tensors: { readonly [T in (typeof UPDATE_KERNELS)[K]['tensors'][number]]: string };
      readonly scalars: { readonly [S in (typeof UPDATE_KERNELS)[K]['scalars'][number]]: number };
    }
  : never;

/** A slot with its tensors looked up, in the order of the kernel. */
export interface OpenSlot {
  readonly tensors: readonly Values[];
  /** Where they begin in the common memory of the runtime's threads, if all of them lie there. */
  readonly addresses?: readonly number[] | undefined;
  readonly scalars: readonly number[];
}

/** A kernel's `run` on addresses of float32 tensors in place of the tensors, with the same bits. */
export type AddressLoop = (
  addresses: readonly number[],
  scalars: readonly number[],
  begin: number,
  end: number,
) => void;

/** The kernels of which a thread has such a loop. */
export type AddressLoops = { readonly [K in UpdateKernelName]?: AddressLoop };

/** Elements in a row that one thread takes at once. */
export const BLOCK_ELEMENTS = 2 ** 16;

/** Does the blocks `first .. last - 1` of all slots, counted through, on addresses where `loops` and the slot allow it. */
export function runBlocks(
  name: UpdateKernelName,
  slots: readonly OpenSlot[],
  first: number,
  last: number,
  loops: AddressLoops = {},
): void {
  const { run } = UPDATE_KERNELS[name] as UpdateKernel<string, string>;
  const runAt = loops[name];
  let block = 0;
  for (const { tensors, addresses, scalars } of slots) {
    const { length } = tensors[0]!;
    const count = Math.ceil(length / BLOCK_ELEMENTS);
    for (let i = Math.max(first, block); i < Math.min(last, block + count); i++) {
      const begin = (i - block) * BLOCK_ELEMENTS;
      const end = Math.min(begin + BLOCK_ELEMENTS, length);
      if (runAt !== undefined && addresses !== undefined) runAt(addresses, scalars, begin, end);
      else run(tensors, scalars, begin, end);
    }
    block += count;
  }
}

export function blockCount(slots: readonly OpenSlot[]): number {
  return slots.reduce((sum, { tensors }) => sum + Math.ceil(tensors[0]!.length / BLOCK_ELEMENTS), 0);
}
