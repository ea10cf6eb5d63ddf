/**
 * The list of operations and what each carries beside its inputs. One place: every pass (shape rules, gradients,
 * lowering, reference kernels) is a table over `OpName` that the compiler holds complete.
 */
import type { DType, HostTensor, Shape } from '../../tensor/index.ts';

type None = Readonly<Record<string, never>>;

export interface OpAttributes {
  // Leaves
  input: { readonly name: string };
  constant: { readonly value: HostTensor };
  fill: { readonly value: number };
  // One input, element by element
  neg: None;
  exp: None;
  log: None;
  sqrt: None;
  reciprocal: None;
  abs: None;
  sigmoid: None;
  tanh: None;
  /** Rounds to the nearest float16 and back; beyond 65,504 it gives infinity. IEEE 754-2008. */
  roundHalf: None;
  not: None;
  cast: { readonly to: DType };
  stopGradient: None;
  /** x, y -> x, computed when y is there: keeps a runtime from computing it, or what follows from it, earlier. */
  barrier: None;
  // Two inputs, element by element, with broadcasting as in NumPy
  add: None;
  sub: None;
  mul: None;
  div: None;
  maximum: None;
  less: None;
  lessEqual: None;
  equal: None;
  and: None;
  /** where(condition, a, b) */
  select: None;
  // Shape
  reshape: { readonly shape: Shape };
  transpose: { readonly permutation: readonly number[] };
  broadcast: { readonly shape: Shape };
  slice: { readonly axis: number; readonly start: number; readonly end: number };
  concat: { readonly axis: number };
  // Reductions; the axes stay with size 1
  sum: { readonly axes: readonly number[] };
  max: { readonly axes: readonly number[] };
  /** Sum of x^2: a composite, because one pass over a large tensor is enough for it. */
  sumSquares: { readonly axes: readonly number[] };
  // Products: alpha * op(a) @ op(b) over the last two axes; the leading axes of a and b are equal
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean; readonly alpha: number };
  // Indexing
  /** table (V, C), ids (...) -> (..., C) */
  gatherRows: None;
  /** ids (N), updates (N, C) -> (rows, C): zeros plus each update at its row; duplicate ids add up. */
  scatterAddRows: { readonly rows: number };
  /** x (..., V), ids (...) -> (...): one element of each last axis. */
  pickLast: None;
  /** x (..., V), ids (...), updates (...) -> (..., V): x with the update added at one place of each last axis. */
  addAtLast: None;
  // Composites: defined in primitives (definitions.ts), fused where a backend can
  softmax: None;
  logSumExp: None;
  silu: None;
  /** x (..., C), weight (C): x / sqrt(mean(x^2) + epsilon) * weight. Zhang and Sennrich 2019. */
  rmsNorm: { readonly epsilon: number };
  /** x (..., C) -> (..., 1): 1 / sqrt(mean(x^2) + epsilon). */
  inverseRms: { readonly epsilon: number };
  /** x (B, H, T, D), cos and sin (B, T, D/2): rotates the halves of D. Su et al. 2021, in the layout of Hugging Face. */
  rope: None;
  /** logits (N, V), targets (N) -> (N): -log softmax(logits)[target] in nats, through log-sum-exp. */
  crossEntropy: None;
}

export type OpName = keyof OpAttributes;
