/**
 * Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon): the momentum of a matrix, made orthogonal by a
 * Newton-Schulz iteration, is the direction of its step. For the matrices inside the layers; embeddings, output and vectors
 * are AdamW's. It knows names and shapes of tensors, not models.
 */
import { compile, concat, type Executable, type Runtime, type Tensor, Trace } from '../engine/index.ts';
import { float32, type HostTensor, type Shape, sizeOf } from '../tensor/index.ts';

export interface MuonSettings {
  readonly momentum: number;
  /** Newton-Schulz steps; five bring singular values from 0.002 and more to within 0.65 and 1.2, three from 0.02. */
  readonly iterations: number;
}

/** Three steps learn as fast as the author's five and take an eighth of the time less (LOG.md). */
export const MUON_DEFAULTS: MuonSettings = { momentum: 0.95, iterations: 3 };

/** The residents of one matrix, by name. */
export interface MuonTensors {
  readonly parameter: string;
  /** Holds the gradient before a step and its momentum's look ahead after it. */
  readonly gradient: string;
  readonly m: string;
  readonly shape: Shape;
}

/** The resident that keeps the direction from the iteration to the step. */
const directionName = (gradient: string): string => `direction:${gradient}`;

/** Of A x + B x^3 + C x^5 for each singular value, chosen by the author so that five steps are enough. */
const [A, B, C] = [3.4445, -4.775, 2.0315];

/** (N, r, c) -> (N, r, c): of each matrix x = U S V^T one near the orthogonal U V^T. */
export function orthogonalized(trace: Trace, x: Tensor, iterations: number): Tensor {
  const [, rows, columns] = x.shape as [number, number, number];
  const isTall = rows > columns;
  const [small, large] = isTall ? [columns, rows] : [rows, columns];
  const y = x.mul(x.sumSquares([1, 2]).sqrt().add(1e-7).reciprocal());
  const constantTerm = trace.constant(scaledIdentity(small, A));
  const gramOf = (z: Tensor): Tensor => z.matmul(z, isTall ? { transposeA: true } : { transposeB: true }); // (N, n, n)
  const polynomialOf = (gram: Tensor): Tensor => gram.matmul(gram, { alpha: C }).add(gram.mul(B)).add(constantTerm);
  const applied = (polynomial: Tensor, z: Tensor): Tensor => (isTall ? z.matmul(polynomial) : polynomial.matmul(z));
  if (isDoneOnGram(large / small, iterations))
    return applied(polynomialProduct(gramOf(y), polynomialOf, iterations), y);
  let z = y;
  for (let i = 0; i < iterations; i++) z = applied(polynomialOf(gramOf(z)), z);
  return z;
}

/**
 * Whether the iteration takes fewer operations on the n x n Gram matrix alone than on the n x m matrix itself, m = `ratio` n, counted
 * in products of two n x n matrices: each step on the matrix is a Gram matrix, its square and a product; on the Gram matrix it is a square, the
 * next product of polynomials and two for the next Gram matrix, of which the first and the last step leave some out.
 */
function isDoneOnGram(ratio: number, iterations: number): boolean {
  return 2 * ratio + iterations + 3 * (iterations - 1) < iterations * (2 * ratio + 1);
}

/**
 * The product of the polynomials p of all steps, by which the matrix is multiplied once. Polynomials of one symmetric matrix G commute, so
 * the Gram matrix after a step is p(G) G p(G).
 */
function polynomialProduct(gram: Tensor, polynomialOf: (gram: Tensor) => Tensor, iterations: number): Tensor {
  let product = polynomialOf(gram);
  let [last, next] = [product, gram];
  for (let i = 1; i < iterations; i++) {
    next = last.matmul(next).matmul(last);
    last = polynomialOf(next);
    product = last.matmul(product);
  }
  return product;
}

/** (1, n, n) */
function scaledIdentity(n: number, value: number): HostTensor {
  const tensor = float32([1, n, n]);
  for (let i = 0; i < n; i++) tensor.data[i * (n + 1)] = value;
  return tensor;
}

/**
 * Elements of one stack. Small matrices of one shape go through the iteration together, because two threads find too little
 * to do in a single one: the 28 of a model of width 192 take 37 ms in stacks, 65 ms one by one (five steps).
 */
const STACK_ELEMENTS = 2 ** 20;

/** Matrices of one shape, few enough for one stack. */
function stacksOf(tensors: readonly MuonTensors[]): MuonTensors[][] {
  const byShape = new Map<string, MuonTensors[]>();
  for (const tensor of tensors) {
    const key = tensor.shape.join();
    byShape.set(key, [...(byShape.get(key) ?? []), tensor]);
  }
  return [...byShape.values()].flatMap((alike) => {
    const atOnce = Math.max(1, Math.floor(STACK_ELEMENTS / sizeOf(alike[0]!.shape)));
    const count = Math.ceil(alike.length / atOnce);
    const size = Math.ceil(alike.length / count);
    return Array.from({ length: count }, (_, i) => alike.slice(i * size, (i + 1) * size));
  });
}

/** The directions of a stack, in its order. */
function directionsOf(trace: Trace, stack: readonly MuonTensors[], iterations: number): Tensor[] {
  const { shape } = stack[0]!;
  const gradients = stack.map(({ gradient }) => trace.input(gradient, 'float32', shape).reshape([1, ...shape]));
  const all = orthogonalized(trace, concat(gradients, 0), iterations);
  return stack.map((_, i) => all.slice(0, i, i + 1).reshape(shape));
}

/**
 * Brings a direction of singular values near 1 to the size of AdamW's usual step, a root mean square of 0.2, so that both
 * take one learning rate (Liu et al. 2025, "Muon is scalable for LLM training", section 2.2).
 */
export function muonScale([rows, columns]: Shape): number {
  return 0.2 * Math.sqrt(Math.max(rows!, columns!));
}

export class Muon {
  readonly #runtime: Runtime;
  readonly #executable: Executable;
  readonly #tensors: readonly MuonTensors[];
  readonly #settings: MuonSettings;

  private constructor(
    runtime: Runtime,
    executable: Executable,
    tensors: readonly MuonTensors[],
    settings: MuonSettings,
  ) {
    this.#runtime = runtime;
    this.#executable = executable;
    this.#tensors = tensors;
    this.#settings = settings;
  }

  static async prepare(runtime: Runtime, tensors: readonly MuonTensors[], settings: MuonSettings): Promise<Muon> {
    const trace = new Trace();
    const outputs = Object.fromEntries(
      stacksOf(tensors).flatMap((stack) => {
        const directions = directionsOf(trace, stack, settings.iterations);
        return stack.map(({ gradient }, i) => [directionName(gradient), directions[i]!]);
      }),
    );
    const updates = tensors.map(({ gradient }) => ({
      output: directionName(gradient),
      resident: directionName(gradient),
    }));
    const executable = await runtime.prepare(compile(trace.finish(outputs), updates));
    return new Muon(runtime, executable, tensors, settings);
  }

  /** One update of every matrix and its momentum. `decay` is learningRate * weightDecay. */
  async step(numbers: { gradientScale: number; learningRate: number; decay: number }): Promise<void> {
    const { gradientScale, learningRate, decay } = numbers;
    const beta = this.#settings.momentum;
    await this.#runtime.update(
      'momentum',
      this.#tensors.map(({ gradient, m }) => ({ tensors: { gradient, m }, scalars: { gradientScale, beta } })),
    );
    await this.#executable.run({});
    await this.#runtime.update(
      'descend',
      this.#tensors.map(({ parameter, gradient, shape }) => ({
        tensors: { parameter, direction: directionName(gradient) },
        scalars: { stepSize: learningRate * muonScale(shape), decay },
      })),
    );
  }

  async release(): Promise<void> {
    await this.#executable.release();
    await this.#runtime.drop(this.#tensors.map(({ gradient }) => directionName(gradient)));
  }
}
