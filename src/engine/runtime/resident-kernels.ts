/**
 * What happens to resident tensors between two runs of a graph as plain loops: the optimizers' rules, element by element and in
 * place, and sums. Optimizers reckon in the type of their tensors, as others do, all else in float64, and what is kept is rounded once. It
 * knows neither threads nor where tensors come from. These loops are the definition; a thread may have a faster one of the same
 * bits (`address-loops.ts`) for some memory.
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

/**
 * A moment nearer to 0 is kept as 0. Without new gradients moments shrink until they are below 2^-126, where a processor takes 20
 * times as long for each operation, and rounding keeps them there. In a step they count for nothing beside any epsilon in use.
 */
export const LEAST_MOMENT = 2 ** -100;

const orZero = (moment: number): number => (Math.abs(moment) < LEAST_MOMENT ? 0 : moment);

type Loop = (tensors: readonly Values[], scalars: readonly number[], begin: number, end: number) => void;

function adamwIn(round: (value: number) => number): Loop {
  return ([parameter, gradient, m, v], [scale, beta1, beta2, stepSize, epsilonHat, decay], begin, end) => {
    const takeM = round((1 - beta1!) * scale!);
    const takeV = round((1 - beta2!) * scale! * scale!);
    const [keepM, keepV] = [round(beta1!), round(beta2!)];
    const [size, least, share] = [round(stepSize!), round(epsilonHat!), round(decay!)];
    for (let i = begin; i < end; i++) {
      const g = gradient![i]!;
      const p = parameter![i]!;
      const nextM = orZero(round(round(keepM * m![i]!) + round(takeM * g)));
      const nextV = orZero(round(round(keepV * v![i]!) + round(round(takeV * g) * g)));
      m![i] = nextM;
      v![i] = nextV;
      const step = round(round(size * nextM) / round(round(Math.sqrt(nextV)) + least));
      parameter![i] = p - round(round(share * p) + step); // What is subtracted is small, so p is rounded once.
    }
  };
}

function momentumIn(round: (value: number) => number): Loop {
  return ([gradient, m], [scale, beta], begin, end) => {
    const take = round((1 - beta!) * scale!);
    const keep = round(beta!);
    for (let i = begin; i < end; i++) {
      const g = round(take * gradient![i]!);
      const next = round(round(keep * m![i]!) + g);
      m![i] = next;
      gradient![i] = g + round(keep * next);
    }
  };
}

function descendIn(round: (value: number) => number): Loop {
  return ([parameter, direction], [stepSize, decay], begin, end) => {
    const [size, share] = [round(stepSize!), round(decay!)];
    for (let i = begin; i < end; i++) {
      const p = parameter![i]!;
      parameter![i] = p - round(round(share * p) + round(size * direction![i]!));
    }
  };
}

/** The loop that rounds as the tensors' type does. */
function inTypeOf(make: (round: (value: number) => number) => Loop): Loop {
  const [inSingles, inDoubles] = [make(Math.fround), make((value) => value)];
  return (tensors, ...rest) => (tensors[0] instanceof Float64Array ? inDoubles : inSingles)(tensors, ...rest);
}

export const UPDATE_KERNELS = {
  // g = scale gradient, m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, p = p - (decay p + stepSize m / (sqrt(v) + epsilonHat))
  adamw: kernel({
    tensors: ['parameter', 'gradient', 'm', 'v'],
    scalars: ['gradientScale', 'beta1', 'beta2', 'stepSize', 'epsilonHat', 'decay'],
    run: inTypeOf(adamwIn),
  }),
  // g = scale gradient, m = b m + (1 - b) g, gradient = (1 - b) g + b m: Nesterov's look ahead, in the gradient's place
  momentum: kernel({
    tensors: ['gradient', 'm'],
    scalars: ['gradientScale', 'beta'],
    run: inTypeOf(momentumIn),
  }),
  // p = p - (decay p + stepSize direction)
  descend: kernel({
    tensors: ['parameter', 'direction'],
    scalars: ['stepSize', 'decay'],
    run: inTypeOf(descendIn),
  }),
  // a = a + take (p - a)
  average: kernel({
    tensors: ['average', 'parameter'],
    scalars: ['take'],
    run([average, parameter], [take], begin, end) {
      for (let i = begin; i < end; i++) average![i] = average![i]! + take! * (parameter![i]! - average![i]!);
    },
  }),
  // s = s + t
  add: kernel({
    tensors: ['sum', 'term'],
    scalars: [],
    run([sum, term], _, begin, end) {
      for (let i = begin; i < end; i++) sum![i]! += term![i]!;
    },
  }),
  // a, b = b, a
  exchange: kernel({
    tensors: ['a', 'b'],
    scalars: [],
    run([a, b], _, begin, end) {
      const kept = a!.slice(begin, end); // Whole ranges: their bits move, whatever a thread does to tiny numbers.
      a!.set(b!.subarray(begin, end), begin);
      b!.set(kept, begin);
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
