/**
 * What happens to resident tensors between two runs of a graph as plain loops: the optimizers' rules, element by element and in
 * place, and sums. They reckon in float64 and round what is kept once. It knows neither threads nor where tensors come from. These
 * loops are the definition; a thread may have a faster one of the same bits (`address-loops.ts`) for some memory.
 */

/** Row-major values of one tensor. Float64 only under the reference runtime. */
export type Values = Float32Array | Float64Array;

/** Tensors of equal length in the order of `tensors`, and the numbers that one slot wants. */
interface Kernel<T extends string, S extends string, Result> {
  readonly tensors: readonly T[];
  readonly scalars: readonly S[];
  /** Works on the elements `begin .. end - 1`. */
  run(tensors: readonly Values[], scalars: readonly number[], begin: number, end: number): Result;
}

function kernel<const T extends string, const S extends string, Result>(
  definition: Kernel<T, S, Result>,
): Kernel<T, S, Result> {
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
} satisfies Record<string, Kernel<string, string, void>>;

/** In how many runs of equal length `sumSquares` goes through elements side by side. */
export const SIDE_BY_SIDE = 8;

const SUM_KERNELS = {
  // The sum of x^2: of eight equal runs of elements, each of an even and an odd sum, added up in order; then of the rest, one by one.
  // So a loop may add to eight vectors of two side by side, where one addition in float64 takes four cycles. And it may read
  // at eight places: the processor fetches ahead at each of them, two to three times as fast as at one.
  sumSquares: kernel({
    tensors: ['tensor'],
    scalars: [],
    run([tensor], _, begin, end) {
      const length = 2 * Math.floor((end - begin) / (2 * SIDE_BY_SIDE));
      const rest = begin + SIDE_BY_SIDE * length;
      let sum = 0;
      for (let from = begin; from < rest; from += length) {
        let even = 0;
        let odd = 0;
        for (let i = from; i < from + length; i += 2) {
          even += tensor![i]! * tensor![i]!;
          odd += tensor![i + 1]! * tensor![i + 1]!;
        }
        sum = sum + even + odd;
      }
      for (let i = rest; i < end; i++) sum += tensor![i]! * tensor![i]!;
      return sum;
    },
  }),
} satisfies Record<string, Kernel<string, string, number>>;

/** The terms added up in order. */
export function total(terms: Iterable<number>): number {
  let sum = 0;
  for (const term of terms) sum += term;
  return sum;
}

export const KERNELS = { ...UPDATE_KERNELS, ...SUM_KERNELS };

export type UpdateKernelName = keyof typeof UPDATE_KERNELS;
export type KernelName = keyof typeof KERNELS;

/** One use of a kernel: the resident tensor for each of its places, and its numbers. */
export type Slot<K extends KernelName = KernelName> = K extends KernelName
  ? {
      readonly tensors: { readonly [T in (typeof KERNELS)[K]['tensors'][number]]: string };
      readonly scalars: { readonly [S in (typeof KERNELS)[K]['scalars'][number]]: number };
    }
  : never;

export type UpdateSlot<K extends UpdateKernelName = UpdateKernelName> = Slot<K>;
