/**
 * One row per op, required by type: how to make random inputs of random shapes and the op's value on them. The gradient
 * checks and the backend parity tests run the same table.
 */
import { Rng } from '../../src/base/index.ts';
import {
  abs,
  add,
  addAtLast,
  and,
  barrier,
  broadcast,
  cast,
  concat,
  crossEntropy,
  div,
  equal,
  exp,
  fill,
  gatherRows,
  inverseRms,
  less,
  lessEqual,
  log,
  logSumExp,
  matmul,
  max,
  maximum,
  mul,
  type Node,
  neg,
  not,
  type OpName,
  pickLast,
  reciprocal,
  reshape,
  rmsNorm,
  rope,
  roundHalf,
  scatterAddRows,
  select,
  sigmoid,
  silu,
  slice,
  softmax,
  sqrt,
  stopGradient,
  sub,
  sum,
  sumSquares,
  tanh,
  transpose,
} from '../../src/engine/graph/index.ts';
import { bool, float32, type HostTensor, int32, type Shape, sizeOf } from '../../src/tensor/index.ts';

export interface OpCase {
  readonly inputs: readonly HostTensor[];
  readonly build: (inputs: readonly Node[]) => Node;
  /** Inputs whose gradient is checked; default: all of float32. */
  readonly differentiable?: readonly number[];
}

type MakeCase = (rng: Rng) => OpCase;

const extent = (rng: Rng): number => 1 + rng.int(5);
const shapeOf = (rng: Rng, rank = 1 + rng.int(3)): number[] => Array.from({ length: rank }, () => extent(rng));

function normal(rng: Rng, shape: Shape, scale = 1, offset = 0): HostTensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, () => rng.normal() * scale + offset);
  return float32(shape, data);
}

/** Values whose distance to each other and to zero is large beside the step of the differences. */
function spread(rng: Rng, shape: Shape): HostTensor {
  const size = sizeOf(shape);
  const order = rng.shuffle(Int32Array.from({ length: size }, (_, i) => i));
  return float32(
    shape,
    Float32Array.from(order, (rank) => (rank - size / 2 + 0.5) / 4),
  );
}

const positive = (rng: Rng, shape: Shape): HostTensor =>
  float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => 0.2 + 2 * rng.float()),
  );

const ids = (rng: Rng, shape: Shape, bound: number): HostTensor =>
  int32(
    shape,
    Int32Array.from({ length: sizeOf(shape) }, () => rng.int(bound)),
  );

const flags = (rng: Rng, shape: Shape): HostTensor =>
  bool(
    shape,
    Uint8Array.from({ length: sizeOf(shape) }, () => rng.int(2)),
  );

const unary =
  (build: (x: Node) => Node, make: (rng: Rng, shape: Shape) => HostTensor = normal): MakeCase =>
  (rng) => ({ inputs: [make(rng, shapeOf(rng))], build: ([x]) => build(x!) });

/** Shapes that broadcast: the second loses leading axes and shrinks others to 1. */
function broadcastPair(rng: Rng): [number[], number[]] {
  const a = shapeOf(rng);
  const b = a.slice(rng.int(a.length + 1)).map((size) => (rng.int(3) === 0 ? 1 : size));
  return rng.int(2) === 0 ? [a, b] : [b, a];
}

const binary =
  (build: (a: Node, b: Node) => Node, make: (rng: Rng, shape: Shape) => HostTensor = normal): MakeCase =>
  (rng) => {
    const [a, b] = broadcastPair(rng);
    return { inputs: [make(rng, a), make(rng, b)], build: ([x, y]) => build(x!, y!) };
  };

const compared =
  (build: (a: Node, b: Node) => Node): MakeCase =>
  (rng) => {
    const [a, b] = broadcastPair(rng);
    return { inputs: [ids(rng, a, 3), ids(rng, b, 3)], build: ([x, y]) => build(x!, y!) };
  };

const reduced =
  (build: (x: Node, axes: number[]) => Node, make: typeof normal = normal): MakeCase =>
  (rng) => {
    const shape = shapeOf(rng);
    const axes = shape.map((_, axis) => axis).filter(() => rng.int(2) === 0);
    return { inputs: [make(rng, shape)], build: ([x]) => build(x!, axes.length > 0 ? axes : [0]) };
  };

/** A large vocabulary beside few rows, so that ids repeat and meet on two threads. */
const idCount = (rng: Rng): number => (rng.int(3) === 0 ? 600 : 1 + rng.int(6));

export const opCases = {
  input: unary((x) => x),
  constant: (rng) => ({ inputs: [normal(rng, [3])], build: ([x]) => add(x!, fill(x!.builder, 2)) }),
  fill: (rng) => ({ inputs: [normal(rng, [2, 3])], build: ([x]) => mul(x!, fill(x!.builder, 1.5, [2, 3])) }),
  neg: unary(neg),
  exp: unary(exp),
  log: unary(log, positive),
  sqrt: unary(sqrt, positive),
  reciprocal: unary(reciprocal, positive),
  abs: unary(abs, spread),
  sigmoid: unary(sigmoid),
  tanh: unary(tanh),
  // Its rule is the rounding of the gradient, not a derivative: checked by a law of its own.
  roundHalf: (rng) => ({ ...unary(roundHalf)(rng), differentiable: [] }),
  not: (rng) => ({ inputs: [flags(rng, shapeOf(rng))], build: ([x]) => cast(not(x!), 'float32') }),
  cast: (rng) => ({ inputs: [ids(rng, shapeOf(rng), 9)], build: ([x]) => cast(x!, 'float32') }),
  barrier: (rng) => ({
    inputs: [normal(rng, shapeOf(rng)), normal(rng, [2, 3])],
    build: ([x, y]) => barrier(x!, y!),
  }),
  stopGradient: (rng) => ({
    inputs: [normal(rng, [4]), normal(rng, [4])],
    build: ([x, y]) => mul(x!, stopGradient(y!)),
    differentiable: [0],
  }),
  add: binary(add),
  sub: binary(sub),
  mul: binary(mul),
  div: binary(div, positive),
  maximum: (rng) => {
    const shape = shapeOf(rng);
    return { inputs: [spread(rng, shape), normal(rng, shape, 0.01, 0.06)], build: ([a, b]) => maximum(a!, b!) };
  },
  less: compared((a, b) => cast(less(a, b), 'float32')),
  lessEqual: compared((a, b) => cast(lessEqual(a, b), 'float32')),
  equal: compared((a, b) => cast(equal(a, b), 'float32')),
  and: (rng) => {
    const shape = shapeOf(rng);
    return { inputs: [flags(rng, shape), flags(rng, shape)], build: ([a, b]) => cast(and(a!, b!), 'float32') };
  },
  select: (rng) => {
    const [a, b] = broadcastPair(rng);
    return { inputs: [flags(rng, a), normal(rng, a), normal(rng, b)], build: ([c, x, y]) => select(c!, x!, y!) };
  },
  reshape: (rng) => {
    const shape = shapeOf(rng);
    return { inputs: [normal(rng, shape)], build: ([x]) => reshape(x!, [sizeOf(shape), 1]) };
  },
  transpose: (rng) => {
    const shape = shapeOf(rng);
    const permutation = rng.shuffle(shape.map((_, axis) => axis));
    return { inputs: [normal(rng, shape)], build: ([x]) => transpose(x!, permutation) };
  },
  broadcast: (rng) => {
    const shape = shapeOf(rng);
    const from = shape.map((size) => (rng.int(2) === 0 ? 1 : size));
    return { inputs: [normal(rng, from)], build: ([x]) => broadcast(x!, [2, ...shape]) };
  },
  slice: (rng) => {
    const shape = shapeOf(rng).map((size) => size + 2);
    const axis = rng.int(shape.length);
    const start = rng.int(shape[axis]! - 1);
    const end = start + 1 + rng.int(shape[axis]! - start);
    return { inputs: [normal(rng, shape)], build: ([x]) => slice(x!, axis, start, end) };
  },
  concat: (rng) => {
    const shape = shapeOf(rng);
    const axis = rng.int(shape.length);
    const inputs = [1, 2, 3].map((size) => normal(rng, shape.with(axis, size)));
    return { inputs, build: (parts) => concat(parts, axis) };
  },
  sum: reduced(sum),
  max: reduced(max, spread),
  sumSquares: reduced(sumSquares),
  matmul: (rng) => {
    const [batch, m, k, n] = [shapeOf(rng, rng.int(3)), extent(rng), extent(rng), extent(rng)];
    const [transposeA, transposeB] = [rng.int(2) === 0, rng.int(2) === 0];
    return {
      inputs: [
        normal(rng, [...batch, ...(transposeA ? [k, m] : [m, k])]),
        normal(rng, [...batch, ...(transposeB ? [n, k] : [k, n])]),
      ],
      build: ([a, b]) => matmul(a!, b!, { transposeA, transposeB, alpha: 0.5 + rng.int(3) }),
    };
  },
  gatherRows: (rng) => {
    const rows = 3;
    return {
      inputs: [normal(rng, [rows, extent(rng)]), ids(rng, [2, idCount(rng)], rows)],
      build: ([table, at]) => gatherRows(table!, at!),
    };
  },
  scatterAddRows: (rng) => {
    const [rows, count, width] = [3, idCount(rng), extent(rng)];
    return {
      inputs: [ids(rng, [count], rows), normal(rng, [count, width])],
      build: ([at, updates]) => scatterAddRows(at!, updates!, rows),
    };
  },
  pickLast: (rng) => {
    const shape = shapeOf(rng);
    return { inputs: [normal(rng, [...shape, 7]), ids(rng, shape, 7)], build: ([x, at]) => pickLast(x!, at!) };
  },
  addAtLast: (rng) => {
    const shape = shapeOf(rng);
    const inputs = [normal(rng, [...shape, 7]), ids(rng, shape, 7), normal(rng, shape)];
    return { inputs, build: ([x, at, updates]) => addAtLast(x!, at!, updates!) };
  },
  softmax: unary(softmax, (rng, shape) => normal(rng, [...shape, 6], 3)),
  logSumExp: unary(logSumExp, (rng, shape) => normal(rng, [...shape, 6], 3)),
  silu: unary(silu),
  rmsNorm: (rng) => {
    const shape = [...shapeOf(rng), 6];
    return { inputs: [normal(rng, shape), normal(rng, [6], 0.3, 1)], build: ([x, w]) => rmsNorm(x!, w!, 1e-6) };
  },
  inverseRms: unary(
    (x) => inverseRms(x, 1e-5),
    (rng, shape) => normal(rng, [...shape, 6]),
  ),
  rope: (rng) => {
    const [batch, time, heads, width] = [extent(rng), extent(rng), extent(rng), 2 * extent(rng)];
    const angles = normal(rng, [batch, time, width / 2]).data as Float32Array;
    return {
      inputs: [
        normal(rng, [batch, heads, time, width]),
        float32([batch, time, width / 2], angles.map(Math.cos)),
        float32([batch, time, width / 2], angles.map(Math.sin)),
      ],
      build: ([x, cos, sin]) => rope(x!, cos!, sin!),
      differentiable: [0],
    };
  },
  crossEntropy: (rng) => {
    const [rows, width] = [idCount(rng) > 100 ? 9 : extent(rng), 11];
    return {
      inputs: [normal(rng, [rows, width], 3), ids(rng, [rows], width)],
      build: ([logits, targets]) => crossEntropy(logits!, targets!),
    };
  },
} satisfies { [K in OpName]: MakeCase };

export const opNames = Object.keys(opCases) as OpName[];

export function caseOf(op: OpName, seed: number): OpCase {
  return (opCases[op] as MakeCase)(Rng.named(seed, op));
}
