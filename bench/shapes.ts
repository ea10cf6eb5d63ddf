/** The shapes at which a training step is set beside its peer. */

export const SHAPES = {
  S: { layers: 4, width: 128, heads: 4, mlp: 344, context: 64, batch: 32, vocab: 512 },
  M: { layers: 6, width: 384, heads: 6, mlp: 1024, context: 256, batch: 8, vocab: 8192 },
  X: { layers: 8, width: 512, heads: 8, mlp: 1408, context: 512, batch: 4, vocab: 16_384 },
} as const satisfies Record<string, Shape>;

export interface Shape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly mlp: number;
  readonly context: number;
  readonly batch: number;
  readonly vocab: number;
}
