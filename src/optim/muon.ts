/**
 * Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon): the momentum of a matrix, made orthogonal by a
 * Newton-Schulz iteration, is the direction of its step. For the matrices inside the layers; embeddings, output and vectors
 * are AdamW's. It knows names and shapes of tensors, not models.
 */
import { compile, type Executable, type Runtime, type Tensor, Trace } from '../engine/index.ts';
import type { Shape } from '../tensor/index.ts';

export interface MuonSettings {
  readonly momentum: number;
  /** Newton-Schulz steps; five bring singular values from 0.001 and more to within 0.7 and 1.2. */
  readonly iterations: number;
}

export const MUON_DEFAULTS: MuonSettings = { momentum: 0.95, iterations: 5 };

/** The residents of one matrix, by name. */
export interface MuonTensors {
  readonly parameter: string;
  /** Holds the gradient before a step and its direction after it. */
  readonly gradient: string;
  readonly m: string;
  readonly shape: Shape;
}

/** Of x + ... chosen by the author so that five steps are enough. */
const [A, B, C] = [3.4445, -4.775, 2.0315];

/** (r, c) -> (r, c): near the orthogonal matrix U V^T of x = U S V^T. */
export function orthogonalized(x: Tensor, iterations: number): Tensor {
  const [rows, columns] = x.shape as [number, number];
  if (rows > columns) return orthogonalized(x.transpose([1, 0]), iterations).transpose([1, 0]);
  let y = x.mul(x.totalSquares().sqrt().add(1e-7).reciprocal());
  for (let i = 0; i < iterations; i++) {
    const gram = y.matmul(y, { transposeB: true }); // (r, r)
    y = y.mul(A).add(gram.mul(B).add(gram.matmul(gram).mul(C)).matmul(y));
  }
  return y;
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
      tensors.map(({ gradient, shape }) => [
        `direction:${gradient}`,
        orthogonalized(trace.input(gradient, 'float32', shape), settings.iterations),
      ]),
    );
    const updates = tensors.map(({ gradient }) => ({ output: `direction:${gradient}`, resident: gradient }));
    const executable = await runtime.prepare(compile(trace.finish(outputs), updates));
    return new Muon(runtime, executable, tensors, settings);
  }

  /** One update of every matrix and its momentum. `keep` is 1 - learningRate * weightDecay. */
  async step(numbers: { gradientScale: number; learningRate: number; keep: number }): Promise<void> {
    const { gradientScale, learningRate, keep } = numbers;
    const beta = this.#settings.momentum;
    await this.#runtime.update(
      'momentum',
      this.#tensors.map(({ gradient, m }) => ({ tensors: { gradient, m }, scalars: { gradientScale, beta } })),
    );
    await this.#executable.run({});
    await this.#runtime.update(
      'descend',
      this.#tensors.map(({ parameter, gradient, shape }) => ({
        tensors: { parameter, direction: gradient },
        scalars: { stepSize: learningRate * muonScale(shape), keep },
      })),
    );
  }

  release(): Promise<void> {
    return this.#executable.release();
  }
}
