/**
 * One function per op, on nodes. Small algebra happens here so that every user of the graph gets it: a broadcast in
 * front of an element-wise op is left to the op, x * 1 and x + 0 are x, a reshape of a reshape is one.
 */
import { type DType, type HostTensor, type Shape, sameShape } from '../../tensor/index.ts';
import { broadcastShape } from './infer.ts';
import { type Builder, isOp, type Node } from './node.ts';
import type { OpName } from './ops.ts';

export function constant(builder: Builder, value: HostTensor): Node {
  return builder.leaf('constant', { value }, value.dtype, value.shape);
}

/** Every element is `value`. */
export function fill(builder: Builder, value: number, shape: Shape = [], dtype: DType = 'float32'): Node {
  return builder.leaf('fill', { value }, dtype, [...shape]);
}

const isFill = (node: Node, value: number): boolean => isOp(node, 'fill') && node.attributes.value === value;

type Unary = 'neg' | 'exp' | 'log' | 'sqrt' | 'reciprocal' | 'abs' | 'sigmoid' | 'tanh' | 'roundHalf' | 'not';
const unary = (op: Unary | 'softmax' | 'silu' | 'logSumExp' | 'stopGradient') => (x: Node) =>
  x.builder.add(op, [x], {});

export const neg = unary('neg');
export const exp = unary('exp');
export const log = unary('log');
export const sqrt = unary('sqrt');
export const reciprocal = unary('reciprocal');
export const abs = unary('abs');
export const sigmoid = unary('sigmoid');
export const tanh = unary('tanh');
export const roundHalf = unary('roundHalf');
export const not = unary('not');
export const softmax = unary('softmax');
export const silu = unary('silu');
export const logSumExp = unary('logSumExp');
export const stopGradient = unary('stopGradient');
export const barrier = (x: Node, after: Node): Node => x.builder.add('barrier', [x, after], {});

/** Looks through broadcasts that the other operand makes unnecessary. */
function withoutBroadcasts(inputs: readonly Node[]): Node[] {
  const shape = inputs.map((node) => node.shape).reduce((a, b) => broadcastShape(a, b) ?? a);
  const result = [...inputs];
  for (const [i, node] of inputs.entries()) {
    if (!isOp(node, 'broadcast')) continue;
    const trial = result.with(i, node.inputs[0]!);
    const common = trial.map((x) => x.shape).reduce((a, b) => broadcastShape(a, b) ?? a);
    if (sameShape(common, shape)) result[i] = node.inputs[0]!;
  }
  return result;
}

function elementwise(op: OpName, ...inputs: Node[]): Node {
  return inputs[0]!.builder.add(op, withoutBroadcasts(inputs), {});
}

const scalarOf = (like: Node, value: number | Node): Node =>
  typeof value === 'number' ? fill(like.builder, value) : value;

export function add(a: Node, b: Node | number): Node {
  const y = scalarOf(a, b);
  if (isFill(y, 0) && sameShape(broadcastShape(a.shape, y.shape) ?? [], a.shape)) return a;
  if (isFill(a, 0) && sameShape(broadcastShape(a.shape, y.shape) ?? [], y.shape)) return y;
  return elementwise('add', a, y);
}

export function sub(a: Node, b: Node | number): Node {
  return elementwise('sub', a, scalarOf(a, b));
}

export function mul(a: Node, b: Node | number): Node {
  const y = scalarOf(a, b);
  if (isFill(y, 1) && sameShape(broadcastShape(a.shape, y.shape) ?? [], a.shape)) return a;
  if (isFill(a, 1) && sameShape(broadcastShape(a.shape, y.shape) ?? [], y.shape)) return y;
  return elementwise('mul', a, y);
}

export const div = (a: Node, b: Node | number): Node => elementwise('div', a, scalarOf(a, b));
export const maximum = (a: Node, b: Node | number): Node => elementwise('maximum', a, scalarOf(a, b));
export const less = (a: Node, b: Node | number): Node => elementwise('less', a, scalarOf(a, b));
export const lessEqual = (a: Node, b: Node | number): Node => elementwise('lessEqual', a, scalarOf(a, b));
export const equal = (a: Node, b: Node): Node => elementwise('equal', a, b);
export const and = (a: Node, b: Node): Node => elementwise('and', a, b);
export const select = (condition: Node, a: Node, b: Node): Node => elementwise('select', condition, a, b);

export function cast(x: Node, to: DType): Node {
  return x.dtype === to ? x : x.builder.add('cast', [x], { to });
}

export function reshape(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  const source = isOp(x, 'reshape') ? x.inputs[0]! : x;
  return sameShape(source.shape, shape) ? source : source.builder.add('reshape', [source], { shape: [...shape] });
}

export function transpose(x: Node, permutation: readonly number[]): Node {
  if (permutation.every((axis, i) => axis === i)) return x;
  if (!isOp(x, 'transpose')) return x.builder.add('transpose', [x], { permutation: [...permutation] });
  return transpose(
    x.inputs[0]!,
    permutation.map((axis) => x.attributes.permutation[axis]!),
  );
}

export function broadcast(x: Node, shape: Shape): Node {
  return sameShape(x.shape, shape) ? x : x.builder.add('broadcast', [x], { shape: [...shape] });
}

/** Elements `start .. end - 1` of `axis`. */
export function slice(x: Node, axis: number, start: number, end: number): Node {
  return start === 0 && end === x.shape[axis] ? x : x.builder.add('slice', [x], { axis, start, end });
}

export function concat(parts: readonly Node[], axis: number): Node {
  return parts.length === 1 ? parts[0]! : parts[0]!.builder.add('concat', parts, { axis });
}

/** Sum over `axes`, which stay with size 1. */
export function sum(x: Node, axes: readonly number[]): Node {
  const real = axes.filter((axis) => x.shape[axis] !== 1).sort((a, b) => a - b);
  return real.length === 0 ? x : x.builder.add('sum', [x], { axes: real });
}

/** Maximum over `axes`, which stay with size 1. */
export function max(x: Node, axes: readonly number[]): Node {
  const real = axes.filter((axis) => x.shape[axis] !== 1).sort((a, b) => a - b);
  return real.length === 0 ? x : x.builder.add('max', [x], { axes: real });
}

/** Sum of squares over `axes`, which stay with size 1. */
export function sumSquares(x: Node, axes: readonly number[]): Node {
  return x.builder.add('sumSquares', [x], { axes: [...axes].sort((a, b) => a - b) });
}

/** Sums what broadcasting from `shape` repeated, so that the result has `shape`. */
export function sumTo(x: Node, shape: Shape): Node {
  const extra = x.shape.length - shape.length;
  const axes = x.shape.flatMap((extent, axis) =>
    axis < extra || (shape[axis - extra] === 1 && extent !== 1) ? [axis] : [],
  );
  return reshape(sum(x, axes), shape);
}

export interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly alpha?: number;
}

export function matmul(a: Node, b: Node, options: MatmulOptions = {}): Node {
  const { transposeA = false, transposeB = false, alpha = 1 } = options;
  return a.builder.add('matmul', [a, b], { transposeA, transposeB, alpha });
}

export const gatherRows = (table: Node, ids: Node): Node => table.builder.add('gatherRows', [table, ids], {});
export const scatterAddRows = (ids: Node, updates: Node, rows: number): Node =>
  ids.builder.add('scatterAddRows', [ids, updates], { rows });
export const pickLast = (x: Node, ids: Node): Node => x.builder.add('pickLast', [x, ids], {});
export const addAtLast = (x: Node, ids: Node, updates: Node): Node => x.builder.add('addAtLast', [x, ids, updates], {});
export const rmsNorm = (x: Node, weight: Node, epsilon: number): Node =>
  x.builder.add('rmsNorm', [x, weight], { epsilon });
export const inverseRms = (x: Node, epsilon: number): Node => x.builder.add('inverseRms', [x], { epsilon });
export const rope = (x: Node, cos: Node, sin: Node): Node => x.builder.add('rope', [x, cos, sin], {});
export const crossEntropy = (logits: Node, targets: Node): Node =>
  logits.builder.add('crossEntropy', [logits, targets], {});
