/** Global-norm clipping (Pascanu et al. 2013) of resident gradients. It knows names of tensors, not models. */
import type { Runtime } from '../engine/index.ts';

/** sqrt of the sum of all squares of the resident tensors; finite exactly where all elements are. */
export async function globalNorm(runtime: Runtime, names: readonly string[]): Promise<number> {
  return Math.sqrt(await runtime.sumSquares(names));
}

/** min(1, limit / (norm + 1e-6)), as PyTorch's clip_grad_norm_ has it. */
export function clipScale(norm: number, limit: number): number {
  return Math.min(1, limit / (norm + 1e-6));
}
