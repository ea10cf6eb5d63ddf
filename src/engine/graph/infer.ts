/**
 * One shape rule per op: from the inputs' shapes and the attributes to the output's dtype and shape, or an error that
 * names the op and both shapes. Shapes are always concrete.
 */
import { ExpChatError } from '../../base/index.ts';
import { type DType, type Shape, sameShape, sizeOf } from '../../tensor/index.ts';
import type { OpAttributes, OpName } from './ops.ts';

export interface Typed {
  readonly dtype: DType;
  readonly shape: Shape;
}

type Rule<K extends OpName> = (inputs: readonly Typed[], attributes: OpAttributes[K], fail: Fail) => Typed;
/** A rule that several ops share reads only what they have in common. */
type SharedRule<A> = (inputs: readonly Typed[], attributes: A, fail: Fail) => Typed;
type Fail = (expected: string) => never;

/** The common shape of two under NumPy's rules, or undefined. */
export function broadcastShape(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let axis = 1; axis <= rank; axis++) {
    const x = a[a.length - axis] ?? 1;
    const y = b[b.length - axis] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    shape[rank - axis] = x === 1 ? y : x;
  }
  return shape;
}

function want(inputs: readonly Typed[], dtypes: readonly DType[], fail: Fail): void {
  const fits = inputs.length === dtypes.length && inputs.every((input, i) => input.dtype === dtypes[i]);
  if (!fits) fail(`inputs of type ${dtypes.join(', ')}`);
}

const unary: SharedRule<unknown> = (inputs, _, fail) => {
  want(inputs, ['float32'], fail);
  return { dtype: 'float32', shape: inputs[0]!.shape };
};

const binary: SharedRule<unknown> = (inputs, _, fail) => {
  want(inputs, ['float32', 'float32'], fail);
  const shape = broadcastShape(inputs[0]!.shape, inputs[1]!.shape) ?? fail('shapes that broadcast');
  return { dtype: 'float32', shape };
};

const compare: SharedRule<unknown> = (inputs, _, fail) => {
  if (inputs.length !== 2 || inputs[0]!.dtype !== inputs[1]!.dtype) fail('two inputs of one type');
  const shape = broadcastShape(inputs[0]!.shape, inputs[1]!.shape) ?? fail('shapes that broadcast');
  return { dtype: 'bool', shape };
};

const reduce: SharedRule<{ readonly axes: readonly number[] }> = (inputs, { axes }, fail) => {
  want(inputs, ['float32'], fail);
  const { shape } = inputs[0]!;
  if (axes.length === 0 || axes.some((axis) => axis < 0 || axis >= shape.length)) fail(`axes of [${shape}]`);
  return { dtype: 'float32', shape: shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)) };
};

const leaf = (_inputs: readonly Typed[], _attributes: unknown, fail: Fail): Typed =>
  fail('a typed leaf, made by the builder');

const RULES = {
  input: leaf,
  constant: leaf,
  fill: leaf,
  neg: unary,
  exp: unary,
  log: unary,
  sqrt: unary,
  reciprocal: unary,
  abs: unary,
  sigmoid: unary,
  tanh: unary,
  roundHalf: unary,
  softmax: unary,
  silu: unary,
  not(inputs, _, fail) {
    want(inputs, ['bool'], fail);
    return { dtype: 'bool', shape: inputs[0]!.shape };
  },
  cast: (inputs, { to }, fail) => (inputs.length === 1 ? { dtype: to, shape: inputs[0]!.shape } : fail('one input')),
  stopGradient: (inputs, _, fail) => (inputs.length === 1 ? inputs[0]! : fail('one input')),
  barrier(inputs, _, fail) {
    want(inputs, ['float32', 'float32'], fail);
    return inputs[0]!;
  },
  add: binary,
  sub: binary,
  mul: binary,
  div: binary,
  maximum: binary,
  less: compare,
  lessEqual: compare,
  equal: compare,
  and(inputs, _, fail) {
    want(inputs, ['bool', 'bool'], fail);
    return compare(inputs, {}, fail);
  },
  select(inputs, _, fail) {
    want(inputs, ['bool', 'float32', 'float32'], fail);
    const values = broadcastShape(inputs[1]!.shape, inputs[2]!.shape) ?? fail('values that broadcast');
    return { dtype: 'float32', shape: broadcastShape(inputs[0]!.shape, values) ?? fail('shapes that broadcast') };
  },
  reshape(inputs, { shape }, fail) {
    if (inputs.length !== 1 || sizeOf(inputs[0]!.shape) !== sizeOf(shape)) fail(`as many elements as [${shape}]`);
    return { dtype: inputs[0]!.dtype, shape };
  },
  transpose(inputs, { permutation }, fail) {
    const { dtype, shape } = inputs[0]!;
    const sorted = [...permutation].sort((a, b) => a - b);
    if (permutation.length !== shape.length || sorted.some((axis, i) => axis !== i)) fail('a permutation of the axes');
    return { dtype, shape: permutation.map((axis) => shape[axis]!) };
  },
  broadcast(inputs, { shape }, fail) {
    const common = broadcastShape(inputs[0]!.shape, shape);
    if (common === undefined || !sameShape(common, shape)) fail(`a shape that broadcasts to [${shape}]`);
    return { dtype: inputs[0]!.dtype, shape };
  },
  slice(inputs, { axis, start, end }, fail) {
    const { dtype, shape } = inputs[0]!;
    const extent = shape[axis] ?? fail(`axis ${axis} in range`);
    if (!(start >= 0 && start < end && end <= extent)) fail(`0 <= ${start} < ${end} <= ${extent}`);
    return { dtype, shape: shape.with(axis, end - start) };
  },
  concat(inputs, { axis }, fail) {
    const first = inputs[0] ?? fail('at least one input');
    const total = inputs.reduce((sum, input) => sum + (input.shape[axis] ?? fail(`axis ${axis} in range`)), 0);
    for (const input of inputs) {
      if (input.dtype !== first.dtype || !sameShape(input.shape.with(axis, 1), first.shape.with(axis, 1))) {
        fail('inputs equal but for the axis');
      }
    }
    return { dtype: first.dtype, shape: first.shape.with(axis, total) };
  },
  sum: reduce,
  max: reduce,
  sumSquares: reduce,
  matmul(inputs, { transposeA, transposeB }, fail) {
    want(inputs, ['float32', 'float32'], fail);
    const [a, b] = [inputs[0]!.shape, inputs[1]!.shape];
    if (a.length < 2 || a.length !== b.length || !sameShape(a.slice(0, -2), b.slice(0, -2))) fail('equal leading axes');
    const [rows, inner] = transposeA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
    const [innerB, columns] = transposeB ? [b.at(-1)!, b.at(-2)!] : [b.at(-2)!, b.at(-1)!];
    if (inner !== innerB) fail(`inner sizes that agree, not ${inner} and ${innerB}`);
    return { dtype: 'float32', shape: [...a.slice(0, -2), rows, columns] };
  },
  gatherRows(inputs, _, fail) {
    want(inputs, ['float32', 'int32'], fail);
    if (inputs[0]!.shape.length !== 2) fail('a table of rank 2');
    return { dtype: 'float32', shape: [...inputs[1]!.shape, inputs[0]!.shape[1]!] };
  },
  scatterAddRows(inputs, { rows }, fail) {
    want(inputs, ['int32', 'float32'], fail);
    const [ids, updates] = [inputs[0]!.shape, inputs[1]!.shape];
    if (ids.length !== 1 || updates.length !== 2 || ids[0] !== updates[0]) fail('ids (N) and updates (N, C)');
    return { dtype: 'float32', shape: [rows, updates[1]!] };
  },
  pickLast(inputs, _, fail) {
    want(inputs, ['float32', 'int32'], fail);
    if (!sameShape(inputs[0]!.shape.slice(0, -1), inputs[1]!.shape)) fail('x (..., V) and ids (...)');
    return { dtype: 'float32', shape: inputs[1]!.shape };
  },
  addAtLast(inputs, _, fail) {
    want(inputs, ['float32', 'int32', 'float32'], fail);
    const [x, ids, updates] = inputs.map((input) => input.shape) as [Shape, Shape, Shape];
    if (!sameShape(x.slice(0, -1), ids) || !sameShape(ids, updates)) fail('x (..., V), ids (...) and updates (...)');
    return { dtype: 'float32', shape: x };
  },
  logSumExp(inputs, _, fail) {
    want(inputs, ['float32'], fail);
    return { dtype: 'float32', shape: inputs[0]!.shape.with(-1, 1) };
  },
  rmsNorm(inputs, _, fail) {
    want(inputs, ['float32', 'float32'], fail);
    if (!sameShape(inputs[1]!.shape, inputs[0]!.shape.slice(-1))) fail('x (..., C) and weight (C)');
    return { dtype: 'float32', shape: inputs[0]!.shape };
  },
  inverseRms(inputs, _, fail) {
    want(inputs, ['float32'], fail);
    return { dtype: 'float32', shape: inputs[0]!.shape.with(-1, 1) };
  },
  rope(inputs, _, fail) {
    want(inputs, ['float32', 'float32', 'float32'], fail);
    const [x, cos, sin] = inputs.map((input) => input.shape) as [Shape, Shape, Shape];
    const half = [x[0]!, x[2]!, x[3]! / 2];
    if (x.length !== 4 || !sameShape(cos, half) || !sameShape(sin, half))
      fail('x (B, H, T, D), cos and sin (B, T, D/2)');
    return { dtype: 'float32', shape: x };
  },
  crossEntropy(inputs, _, fail) {
    want(inputs, ['float32', 'int32'], fail);
    const [logits, targets] = [inputs[0]!.shape, inputs[1]!.shape];
    if (logits.length !== 2 || !sameShape(targets, logits.slice(0, 1))) fail('logits (N, V) and targets (N)');
    return { dtype: 'float32', shape: targets };
  },
} satisfies { [K in OpName]: Rule<K> };

/** Dtype and shape of `op` on these inputs. Throws `graph.shape`, naming the op, what it expects and what it got. */
export function inferShape<K extends OpName>(op: K, inputs: readonly Typed[], attributes: OpAttributes[K]): Typed {
  const fail: Fail = (expected) => {
    const got = inputs.map((input) => `${input.dtype} [${input.shape}]`).join(', ');
    throw new ExpChatError({ code: 'graph.shape', message: `${op}: expected ${expected}, got ${got || 'nothing'}` });
  };
  return (RULES[op] as Rule<K>)(inputs, attributes, fail);
}
