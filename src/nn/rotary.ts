/**
 * Rotary position tables (Su et al. 2021) in the layout of Hugging Face: angle = position * theta^(-2 i / D) for
 * i < D / 2. Host tensors; the rotation itself is an op of the engine.
 */
import { float32, type HostTensor } from '../tensor/index.ts';

export interface RotaryTables {
  readonly cos: HostTensor<'float32'>;
  readonly sin: HostTensor<'float32'>;
}

/** cos and sin (B, T, D/2) for positions of B rows of T; `positions` holds B * T numbers, row-major. */
export function rotaryTables(
  positions: ArrayLike<number>,
  shape: { readonly batch: number; readonly time: number },
  headWidth: number,
  theta: number,
): RotaryTables {
  const half = headWidth / 2;
  const cos = new Float32Array(positions.length * half);
  const sin = new Float32Array(positions.length * half);
  for (let i = 0; i < half; i++) {
    const frequency = theta ** ((-2 * i) / headWidth);
    for (let row = 0; row < positions.length; row++) {
      const angle = positions[row]! * frequency;
      cos[row * half + i] = Math.cos(angle);
      sin[row * half + i] = Math.sin(angle);
    }
  }
  const full = [shape.batch, shape.time, half];
  return { cos: float32(full, cos), sin: float32(full, sin) };
}

/** Positions 0 .. time - 1 in each of `batch` rows. */
export function rowPositions(batch: number, time: number): Int32Array {
  return Int32Array.from({ length: batch * time }, (_, i) => i % time);
}
