/** Global-norm clipping (Pascanu et al. 2013) of resident gradients. */
import type { Runtime } from '../engine/index.ts';

/** sqrt of the sum of all squares of the resident tensors named; not finite where an element is not. */
export async function globalNorm(runtime: Runtime, names: readonly string[]): Promise<number> {
  const sums = await runtime.update(
    'sumSquares',
    names.map((x) => ({ tensors: { x }, scalars: {} })),
  );
  return Math.sqrt(sums.reduce((sum, part) => sum + part, 0));
}

/** min(1, limit / (norm + 1e-6)), as PyTorch's clip_grad_norm_ has it. */
export function clipScale(norm: number, limit: number): number {
  return Math.min(1, limit / (norm + 1e-6));
}
