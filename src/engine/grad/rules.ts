/**
 * One vector-Jacobian product per op: from the node y = op(x, …) and dy, the gradient of the loss with respect to y, to
 * the gradient with respect to each input. `none` says that no gradient flows, as a decision. The formula stands above
 * each rule. Rules are written with the graph's builders alone, so a gradient is a graph like any other.
 */

import { sameShape } from '../../tensor/index.ts';
import {
  add,
  addAtLast,
  broadcast,
  concat,
  div,
  equal,
  fill,
  gatherRows,
  inverseRms,
  isOp,
  lessEqual,
  matmul,
  mul,
  type Node,
  neg,
  type OpName,
  pickLast,
  reshape,
  rope,
  roundHalf,
  scatterAddRows,
  select,
  sigmoid,
  slice,
  softmax,
  sub,
  sum,
  sumTo,
  transpose,
} from '../graph/index.ts';

/** No gradient flows into this input. */
export const none = undefined;
type Gradient = Node | typeof none;
type VjpRule<K extends OpName> = (y: Node<K>, dy: Node) => readonly Gradient[];

const last = (x: Node): number[] => [x.shape.length - 1];
const one = (x: Node): Node => fill(x.builder, 1);
const zero = (x: Node): Node => fill(x.builder, 0);
const noGradient = (y: Node): Gradient[] => y.inputs.map(() => none);

export const vjpRules = {
  input: noGradient,
  constant: noGradient,
  fill: noGradient,

  // y = -x: dx = -dy
  neg: (_, dy) => [neg(dy)],
  // y = e^x: dx = dy y
  exp: (y, dy) => [mul(dy, y)],
  // y = ln x: dx = dy / x
  log: (y, dy) => [div(dy, y.inputs[0]!)],
  // y = sqrt x: dx = dy / (2 y)
  sqrt: (y, dy) => [div(mul(dy, 0.5), y)],
  // y = 1 / x: dx = -dy y^2
  reciprocal: (y, dy) => [neg(mul(dy, mul(y, y)))],
  // y = |x|: dx = dy sign x, with sign 0 = 0
  abs: (y, dy) => [select(equal(y, zero(y)), zero(y), select(lessEqual(y.inputs[0]!, 0), neg(dy), dy))],
  // y = 1 / (1 + e^-x): dx = dy y (1 - y)
  sigmoid: (y, dy) => [mul(dy, mul(y, sub(one(y), y)))],
  // y = tanh x: dx = dy (1 - y^2)
  tanh: (y, dy) => [mul(dy, sub(one(y), mul(y, y)))],
  // The gradient is rounded as the value was: this is what float16 training does
  roundHalf: (_, dy) => [roundHalf(dy)],
  not: noGradient,
  cast: noGradient,
  stopGradient: noGradient,
  // y = x: dx = dy
  barrier: (_, dy) => [dy, none],

  // y = a + b
  add: (y, dy) => [sumTo(dy, y.inputs[0]!.shape), sumTo(dy, y.inputs[1]!.shape)],
  // y = a - b
  sub: (y, dy) => [sumTo(dy, y.inputs[0]!.shape), neg(sumTo(dy, y.inputs[1]!.shape))],
  // y = a b: da = dy b, db = dy a
  mul(y, dy) {
    const [a, b] = y.inputs as [Node, Node];
    return [sumTo(mul(dy, b), a.shape), sumTo(mul(dy, a), b.shape)];
  },
  // y = a / b: da = dy / b, db = -dy y / b
  div(y, dy) {
    const [a, b] = y.inputs as [Node, Node];
    return [sumTo(div(dy, b), a.shape), neg(sumTo(mul(dy, div(y, b)), b.shape))];
  },
  // y = max(a, b): dy goes to the larger; to a where they are equal
  maximum(y, dy) {
    const [a, b] = y.inputs as [Node, Node];
    const toA = lessEqual(b, a);
    return [sumTo(select(toA, dy, zero(y)), a.shape), sumTo(select(toA, zero(y), dy), b.shape)];
  },
  less: noGradient,
  lessEqual: noGradient,
  equal: noGradient,
  and: noGradient,
  // y = c ? a : b
  select(y, dy) {
    const [condition, a, b] = y.inputs as [Node, Node, Node];
    return [none, sumTo(select(condition, dy, zero(y)), a.shape), sumTo(select(condition, zero(y), dy), b.shape)];
  },

  reshape: (y, dy) => [reshape(dy, y.inputs[0]!.shape)],
  transpose(y, dy) {
    const inverse = y.attributes.permutation.map((_, axis) => y.attributes.permutation.indexOf(axis));
    return [transpose(dy, inverse)];
  },
  broadcast: (y, dy) => [sumTo(dy, y.inputs[0]!.shape)],
  // The part outside the slice gets zeros
  slice(y, dy) {
    const { axis, start, end } = y.attributes;
    const { shape } = y.inputs[0]!;
    const zeros = (extent: number) => (extent === 0 ? [] : [fill(y.builder, 0, shape.with(axis, extent))]);
    return [concat([...zeros(start), dy, ...zeros(shape[axis]! - end)], axis)];
  },
  concat(y, dy) {
    const { axis } = y.attributes;
    let start = 0;
    return y.inputs.map((input) => {
      const end = start + input.shape[axis]!;
      const part = slice(dy, axis, start, end);
      start = end;
      return part;
    });
  },

  // y = sum x: dx = dy, repeated
  sum: (y, dy) => [broadcast(dy, y.inputs[0]!.shape)],
  // y = max x: dy goes to the largest, shared equally among equals
  max(y, dy) {
    const [x] = y.inputs as [Node];
    const largest = equal(x, y);
    const share = div(dy, sum(select(largest, one(y), zero(y)), y.attributes.axes));
    return [select(largest, broadcast(share, x.shape), zero(y))];
  },

  // y = sum x^2: dx = 2 x dy
  sumSquares: (y, dy) => [mul(y.inputs[0]!, mul(dy, 2))],

  // y = alpha op(a) op(b), op = transpose or not. A factor of each row of dy moves to the smaller matrices beside it:
  // with dy = r g, dy b = r (g b) and dy^T a = g^T (r a)
  matmul(y, dy) {
    const [a, b] = y.inputs as [Node, Node];
    const { transposeA, transposeB, alpha } = y.attributes;
    const scaled = rowFactor(dy);
    if (scaled !== undefined && !transposeA && transposeB && a.shape[1]! < dy.shape[1]!) {
      const { rows, factor } = scaled;
      return [mul(matmul(rows, b, { alpha }), factor), matmul(rows, mul(a, factor), { transposeA: true, alpha })];
    }
    const da = transposeA
      ? matmul(b, dy, { transposeA: transposeB, transposeB: true, alpha })
      : matmul(dy, b, { transposeB: !transposeB, alpha });
    const db = transposeB
      ? matmul(dy, a, { transposeA: true, transposeB: transposeA, alpha })
      : matmul(a, dy, { transposeA: !transposeA, alpha });
    return [da, db];
  },

  // y = table[ids]: each row's gradient adds up over its ids
  gatherRows(y, dy) {
    const [table, ids] = y.inputs as [Node, Node];
    const [rows, width] = table.shape as [number, number];
    const count = ids.shape.reduce((product, extent) => product * extent, 1);
    return [scatterAddRows(reshape(ids, [count]), reshape(dy, [count, width]), rows), none];
  },
  scatterAddRows: (y, dy) => [none, gatherRows(dy, y.inputs[0]!)],
  pickLast(y, dy) {
    const [x, ids] = y.inputs as [Node, Node];
    return [addAtLast(fill(y.builder, 0, x.shape), ids, dy), none];
  },
  addAtLast: (y, dy) => [dy, none, pickLast(dy, y.inputs[1]!)],

  // y = softmax x: dx = y (dy - sum(dy y))
  softmax: (y, dy) => [mul(y, sub(dy, weightedSum(y, dy)))],
  // y = ln sum e^x: dx = dy softmax(x)
  logSumExp: (y, dy) => [mul(softmax(y.inputs[0]!), dy)],
  // y = x s, s = sigmoid(x): dx = dy (s + y (1 - s)). Of a gate h = y u, dy = dh u: dx = dh (h + s (u - h)), where h is there
  // already and dy is not needed
  silu(y, dy) {
    const s = sigmoid(y.inputs[0]!);
    if (isOp(dy, 'mul') && dy.inputs.every(({ shape }) => sameShape(shape, y.shape))) {
      const [dh, u] = dy.inputs as [Node, Node];
      const h = mul(y, u);
      return [mul(dh, add(h, mul(s, sub(u, h))))];
    }
    return [mul(dy, add(s, mul(y, sub(one(y), s))))];
  },
  // y = x r w, r = 1 / sqrt(mean(x^2) + e), h = dy x: dx = dy w r - x (r^3 sum(h w) / C), dw = sum over rows of r h. Both sums
  // are products of the matrix h and a vector, without another pass over it
  rmsNorm(y, dy) {
    const [x, weight] = y.inputs as [Node, Node];
    const width = x.shape.at(-1)!;
    const r = inverseRms(x, y.attributes.epsilon);
    const count = r.shape.reduce((product, extent) => product * extent, 1);
    const h = reshape(mul(dy, x), [count, width]);
    const means = reshape(matmul(h, reshape(weight, [width, 1]), { alpha: 1 / width }), r.shape);
    const factor = mul(mul(r, mul(r, r)), means);
    const dx = sub(mul(mul(dy, weight), r), mul(x, factor));
    return [dx, reshape(matmul(reshape(r, [1, count]), h), weight.shape)];
  },
  // y = (mean(x^2) + e)^(-1/2): dx = -dy y^3 x / C
  inverseRms(y, dy) {
    const [x] = y.inputs as [Node];
    return [mul(x, mul(mul(dy, mul(y, mul(y, y))), -1 / x.shape.at(-1)!))];
  },
  // A rotation's transpose is the rotation by the opposite angle. cos and sin are tables: no gradient
  rope(y, dy) {
    const [, cos, sin] = y.inputs as [Node, Node, Node];
    return [rope(dy, cos, neg(sin)), none, none];
  },
  // y = logSumExp(x) - x[t]: dx = dy (softmax(x) - 1 at t). The factor stays outside, where a product can move it
  crossEntropy(y, dy) {
    const [logits, targets] = y.inputs as [Node, Node];
    const minusOne = fill(y.builder, -1, targets.shape);
    return [mul(addAtLast(softmax(logits), targets, minusOne), reshape(dy, [dy.shape[0]!, 1])), none];
  },
} satisfies { [K in OpName]: VjpRule<K> };

/**
 * sum(dy y) over the last axis. In attention dy = do v^T and the output o = y v is there already: then the sum is
 * sum(do o), over D instead of S numbers (Dao et al. 2022, appendix B.4).
 */
function weightedSum(y: Node, dy: Node): Node {
  if (isOp(dy, 'matmul') && dy.attributes.transposeB && !dy.attributes.transposeA && dy.attributes.alpha === 1) {
    const [outputGradient, values] = dy.inputs as [Node, Node];
    const output = y.builder.find('matmul', [y, values], { transposeA: false, transposeB: false, alpha: 1 });
    if (output !== undefined) return sum(mul(outputGradient, output), last(output));
  }
  return sum(mul(dy, y), last(y));
}

/** dy = rows * factor with a matrix `rows` (N, M) and one factor for each row (N, 1). */
function rowFactor(dy: Node): { rows: Node; factor: Node } | undefined {
  if (!isOp(dy, 'mul')) return undefined;
  const [rows, factor] = dy.inputs as [Node, Node];
  const fits = rows.shape.length === 2 && factor.shape.length === 2 && factor.shape[1] === 1 && rows.shape[1] !== 1;
  return fits ? { rows, factor } : undefined;
}

export function vjp(y: Node, dy: Node): readonly Gradient[] {
  return (vjpRules[y.op] as VjpRule<OpName>)(y, dy);
}
