/** Global-norm clipping (Pascanu et al. 2013) of resident gradients. It knows names and shapes of tensors, not models. */
import { compile, type Executable, type Runtime, Trace } from '../engine/index.ts';
import type { Shape } from '../tensor/index.ts';

/** The norm as a graph of its own over what is resident: ONNX Runtime adds up squares many times faster than a loop. */
export class GlobalNorm {
  readonly #executable: Executable;

  private constructor(executable: Executable) {
    this.#executable = executable;
  }

  /** `tensors`: name and shape of each; at least one. */
  static async prepare(runtime: Runtime, tensors: readonly (readonly [string, Shape])[]): Promise<GlobalNorm> {
    const trace = new Trace();
    const squares = tensors
      .map(([name, shape]) => trace.input(name, 'float32', shape).totalSquares())
      .reduce((sum, part) => sum.add(part));
    return new GlobalNorm(await runtime.prepare(compile(trace.finish({ norm: squares.sqrt() }))));
  }

  /** sqrt of the sum of all squares; not finite where an element is not, or where the sum is beyond float32. */
  async measure(): Promise<number> {
    const { norm } = await this.#executable.run({});
    return norm!.data[0]!;
  }

  release(): Promise<void> {
    return this.#executable.release();
  }
}

/** min(1, limit / (norm + 1e-6)), as PyTorch's clip_grad_norm_ has it. */
export function clipScale(norm: number, limit: number): number {
  return Math.min(1, limit / (norm + 1e-6));
}
