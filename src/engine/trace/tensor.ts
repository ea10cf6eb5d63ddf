/**
 * The Tensor façade: sugar that builds graph nodes while an ordinary TypeScript function runs. It computes nothing and
 * knows neither gradients nor runtimes. Shapes follow NumPy: element-wise methods broadcast, axes may be negative.
 */
import type { DType, HostTensor, Shape } from '../../tensor/index.ts';
import * as g from '../graph/index.ts';

export type Operand = Tensor | number;

export class Tensor {
  readonly node: g.Node;

  constructor(node: g.Node) {
    this.node = node;
  }

  get shape(): Shape {
    return this.node.shape;
  }

  get dtype(): DType {
    return this.node.dtype;
  }

  /** Size of one axis; negative counts from the end. */
  size(axis: number): number {
    return this.shape.at(axis)!;
  }

  // Element by element
  neg = (): Tensor => new Tensor(g.neg(this.node));
  exp = (): Tensor => new Tensor(g.exp(this.node));
  log = (): Tensor => new Tensor(g.log(this.node));
  sqrt = (): Tensor => new Tensor(g.sqrt(this.node));
  reciprocal = (): Tensor => new Tensor(g.reciprocal(this.node));
  abs = (): Tensor => new Tensor(g.abs(this.node));
  sigmoid = (): Tensor => new Tensor(g.sigmoid(this.node));
  tanh = (): Tensor => new Tensor(g.tanh(this.node));
  silu = (): Tensor => new Tensor(g.silu(this.node));
  /** Rounds to float16 and back; the gradient is rounded as well. */
  roundHalf = (): Tensor => new Tensor(g.roundHalf(this.node));
  not = (): Tensor => new Tensor(g.not(this.node));
  stopGradient = (): Tensor => new Tensor(g.stopGradient(this.node));
  cast = (to: DType): Tensor => new Tensor(g.cast(this.node, to));

  add = (other: Operand): Tensor => new Tensor(g.add(this.node, nodeOf(other)));
  sub = (other: Operand): Tensor => new Tensor(g.sub(this.node, nodeOf(other)));
  mul = (other: Operand): Tensor => new Tensor(g.mul(this.node, nodeOf(other)));
  div = (other: Operand): Tensor => new Tensor(g.div(this.node, nodeOf(other)));
  maximum = (other: Operand): Tensor => new Tensor(g.maximum(this.node, nodeOf(other)));
  less = (other: Operand): Tensor => new Tensor(g.less(this.node, nodeOf(other)));
  lessEqual = (other: Operand): Tensor => new Tensor(g.lessEqual(this.node, nodeOf(other)));
  equal = (other: Tensor): Tensor => new Tensor(g.equal(this.node, other.node));
  and = (other: Tensor): Tensor => new Tensor(g.and(this.node, other.node));
  /** `this` is the condition (bool): a where it is true, else b. */
  select = (a: Tensor, b: Tensor): Tensor => new Tensor(g.select(this.node, a.node, b.node));

  // Shape
  reshape = (shape: Shape): Tensor => new Tensor(g.reshape(this.node, shape));
  transpose = (permutation: readonly number[]): Tensor => new Tensor(g.transpose(this.node, permutation));
  broadcast = (shape: Shape): Tensor => new Tensor(g.broadcast(this.node, shape));
  slice = (axis: number, start: number, end: number): Tensor =>
    new Tensor(g.slice(this.node, this.#axis(axis), start, end));

  // Reductions; the axes stay with size 1
  sum = (axes: readonly number[] = this.#allAxes()): Tensor => new Tensor(g.sum(this.node, axes.map(this.#axis)));
  max = (axes: readonly number[] = this.#allAxes()): Tensor => new Tensor(g.max(this.node, axes.map(this.#axis)));
  sumSquares = (axes: readonly number[] = this.#allAxes()): Tensor =>
    new Tensor(g.sumSquares(this.node, axes.map(this.#axis)));
  mean = (axes: readonly number[] = this.#allAxes()): Tensor =>
    this.sum(axes).mul(1 / axes.reduce((count, axis) => count * this.size(axis), 1));
  /** Sum of all elements as a scalar `[]`. */
  total = (): Tensor => this.sum().reshape([]);

  // Products and indexing
  matmul = (other: Tensor, options?: g.MatmulOptions): Tensor => new Tensor(g.matmul(this.node, other.node, options));
  /** `this` is a table (V, C); ids (...) -> (..., C). */
  gatherRows = (ids: Tensor): Tensor => new Tensor(g.gatherRows(this.node, ids.node));
  /** `this` is (..., V); ids (...) -> (...). */
  pickLast = (ids: Tensor): Tensor => new Tensor(g.pickLast(this.node, ids.node));

  // Composites
  softmax = (): Tensor => new Tensor(g.softmax(this.node));
  logSumExp = (): Tensor => new Tensor(g.logSumExp(this.node));
  rmsNorm = (weight: Tensor, epsilon: number): Tensor => new Tensor(g.rmsNorm(this.node, weight.node, epsilon));
  /** `this` (B, H, T, D); cos and sin (B, T, D/2). */
  rope = (cos: Tensor, sin: Tensor): Tensor => new Tensor(g.rope(this.node, cos.node, sin.node));
  /** `this` logits (N, V); targets (N) -> negative log-likelihoods (N) in nats. */
  crossEntropy = (targets: Tensor): Tensor => new Tensor(g.crossEntropy(this.node, targets.node));

  #axis = (axis: number): number => (axis < 0 ? axis + this.shape.length : axis);
  #allAxes = (): number[] => this.shape.map((_, axis) => axis);
}

function nodeOf(operand: Operand): g.Node | number {
  return typeof operand === 'number' ? operand : operand.node;
}

/** Where a computation begins: inputs and constants of one graph. */
export class Trace {
  readonly #builder = new g.Builder();

  input(name: string, dtype: DType, shape: Shape): Tensor {
    return new Tensor(this.#builder.input(name, dtype, shape));
  }

  constant(value: HostTensor): Tensor {
    return new Tensor(g.constant(this.#builder, value));
  }

  fill(value: number, shape: Shape = [], dtype: DType = 'float32'): Tensor {
    return new Tensor(g.fill(this.#builder, value, shape, dtype));
  }

  /** What `make` builds is computed again in the backward pass instead of being kept for it. */
  recomputed<T>(make: () => T): T {
    return this.#builder.recomputed(make);
  }

  finish(outputs: Readonly<Record<string, Tensor>>): g.Graph {
    const graph = this.#builder.finish(Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, t.node])));
    g.check(graph);
    return graph;
  }
}

export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const rank = parts[0]!.shape.length;
  return new Tensor(
    g.concat(
      parts.map((part) => part.node),
      axis < 0 ? axis + rank : axis,
    ),
  );
}
