/**
 * The plain layers as functions on traced tensors: linear, embedding, gated mlp, weighted cross entropy. They own no
 * parameters and know no model. Shapes: B batch, T positions, C width, F mlp width, V vocabulary, N rows.
 */
import type { Tensor } from '../engine/index.ts';

export type Activation = 'silu' | 'gelu_pytorch_tanh';

/** x (..., in), weight (out, in) -> (..., out): x @ weight^T as one product over the flattened rows. */
export function linear(x: Tensor, weight: Tensor): Tensor {
  const leading = x.shape.slice(0, -1);
  const rows = leading.reduce((count, extent) => count * extent, 1);
  const product = x.reshape([rows, x.size(-1)]).matmul(weight, { transposeB: true });
  return product.reshape([...leading, weight.size(0)]);
}

/** table (V, C), ids (...) int32 -> (..., C). */
export function embedding(table: Tensor, ids: Tensor): Tensor {
  return table.gatherRows(ids);
}

/** 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). Hendrycks and Gimpel 2016, the tanh form. */
export function geluTanh(x: Tensor): Tensor {
  const cubic = x.mul(x).mul(x).mul(0.044715);
  return x.mul(0.5).mul(
    x
      .add(cubic)
      .mul(Math.sqrt(2 / Math.PI))
      .tanh()
      .add(1),
  );
}

/** activation(gate) * up; gate and up (..., F). Shazeer 2020 (SwiGLU with silu, GeGLU with gelu). */
export function gate(gateRows: Tensor, up: Tensor, activation: Activation): Tensor {
  return (activation === 'silu' ? gateRows.silu() : geluTanh(gateRows)).mul(up);
}

/**
 * sum(w * nll) / sum(w) in nats as a scalar []; logits (N, V), targets (N) int32, weights (N) of 0 and more, with a sum
 * above 0. Targets of weight 0 must still be ids below V.
 */
export function weightedCrossEntropy(logits: Tensor, targets: Tensor, weights: Tensor): Tensor {
  return logits.crossEntropy(targets).mul(weights).total().div(weights.total());
}
