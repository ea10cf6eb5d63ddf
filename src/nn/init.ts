/** First values of parameters, from a seeded stream. */
import type { Rng } from '../base/index.ts';
import { float32, type HostTensor, type Shape, sizeOf } from '../tensor/index.ts';

/** Independent normal numbers of mean 0. */
export function normal(rng: Rng, shape: Shape, standardDeviation: number): HostTensor<'float32'> {
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = rng.normal() * standardDeviation;
  return float32(shape, data);
}

export function ones(shape: Shape): HostTensor<'float32'> {
  return float32(shape, new Float32Array(sizeOf(shape)).fill(1));
}
