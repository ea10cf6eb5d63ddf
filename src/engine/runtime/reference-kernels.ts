/**
 * The living definition of every op: plain loops over float64, one kernel an op, no sharing for speed. The oracle of
 * the parity tests.
 */

import { invariant } from '../../base/index.ts';
import { type Shape, sizeOf, stridesOf } from '../../tensor/index.ts';
import type { Node, OpName } from '../graph/index.ts';

/** Real numbers in float64, ids in int32, truth values in bytes. */
export interface Value {
  readonly shape: Shape;
  readonly data: Float64Array | Int32Array | Uint8Array;
}

type Kernel<K extends OpName> = (inputs: readonly Value[], node: Node<K>) => Value;

function newData(node: Node, size = sizeOf(node.shape)): Float64Array | Int32Array | Uint8Array {
  if (node.dtype === 'float32') return new Float64Array(size);
  return node.dtype === 'int32' ? new Int32Array(size) : new Uint8Array(size);
}

/** Every index of `shape` in row-major order. The array is reused. */
function* indices(shape: Shape): Generator<number[]> {
  const size = sizeOf(shape);
  const index = shape.map(() => 0);
  for (let count = 0; count < size; count++) {
    yield index;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** The flat offset in a tensor of `shape` of an index into what it broadcasts to. */
function broadcastOffset(index: readonly number[], shape: Shape, strides: readonly number[]): number {
  const extra = index.length - shape.length;
  let offset = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] !== 1) offset += index[axis + extra]! * strides[axis]!;
  }
  return offset;
}

function elementwise(compute: (...values: number[]) => number): Kernel<OpName> {
  return (inputs, node) => {
    const data = newData(node);
    const strides = inputs.map((input) => stridesOf(input.shape));
    let at = 0;
    for (const index of indices(node.shape)) {
      data[at++] = compute(...inputs.map((input, i) => input.data[broadcastOffset(index, input.shape, strides[i]!)]!));
    }
    return { shape: node.shape, data };
  };
}

function reduction(start: number, combine: (a: number, b: number) => number): Kernel<OpName> {
  return ([x], node) => {
    const data = newData(node).fill(start);
    const strides = stridesOf(node.shape);
    let at = 0;
    for (const index of indices(x!.shape)) {
      const target = broadcastOffset(index, node.shape, strides);
      data[target] = combine(data[target]!, x!.data[at++]!);
    }
    return { shape: node.shape, data };
  };
}

/** Applies `row` to each vector of the last axis: (inputs of that row) -> (output of that row). */
function rowwise(
  row: (x: Float64Array, at: number, inputs: readonly Value[], node: Node) => ArrayLike<number>,
): Kernel<OpName> {
  return (inputs, node) => {
    const [x] = inputs as [Value];
    const width = x.shape.at(-1)!;
    const outWidth = sizeOf(node.shape) / (sizeOf(x.shape) / width);
    const data = new Float64Array(sizeOf(node.shape));
    for (let at = 0; at * width < x.data.length; at++) {
      data.set(row((x.data as Float64Array).subarray(at * width, (at + 1) * width), at, inputs, node), at * outWidth);
    }
    return { shape: node.shape, data };
  };
}

function logSumExpOf(x: Float64Array): number {
  const m = x.reduce((a, b) => Math.max(a, b), -Infinity);
  return m + Math.log(x.reduce((total, value) => total + Math.exp(value - m), 0));
}

function inverseRmsOf(x: Float64Array, epsilon: number): number {
  return 1 / Math.sqrt(x.reduce((total, value) => total + value * value, 0) / x.length + epsilon);
}

/** Nearest float16, ties to even; overflow gives infinity (IEEE 754-2008, binary16). */
export function toHalf(value: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const magnitude = Math.abs(value);
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), -14);
  const unit = 2 ** (exponent - 10);
  const scaled = magnitude / unit;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor) * unit;
  return Math.sign(value) * (rounded > 65504 ? Infinity : rounded);
}

/** Ids are checked as every runtime must: an id outside the table is an error, never a neighbour's row. */
function checkedId(id: number, extent: number, op: string): number {
  invariant(id >= 0 && id < extent, () => `${op}: expected ids from 0 to ${extent - 1}, got ${id}`);
  return id;
}

/** The runtime puts the values of inputs in place before it walks the graph. */
const given: Kernel<OpName> = (_, node) => {
  invariant(false, () => `${node.op}: its value is given, not computed`);
};

const sigmoidOf = (x: number): number => 1 / (1 + Math.exp(-x));

export const kernels = {
  input: given,
  constant: ((_, node) => ({
    shape: node.shape,
    data: inDoublePrecision(node.attributes.value.data),
  })) as Kernel<'constant'>,
  fill: ((_, node) => ({ shape: node.shape, data: newData(node).fill(node.attributes.value) })) as Kernel<'fill'>,
  neg: elementwise((x) => -x!),
  exp: elementwise((x) => Math.exp(x!)),
  log: elementwise((x) => Math.log(x!)),
  sqrt: elementwise((x) => Math.sqrt(x!)),
  reciprocal: elementwise((x) => 1 / x!),
  abs: elementwise((x) => Math.abs(x!)),
  sigmoid: elementwise((x) => sigmoidOf(x!)),
  tanh: elementwise((x) => Math.tanh(x!)),
  roundHalf: elementwise((x) => toHalf(x!)),
  not: elementwise((x) => (x ? 0 : 1)),
  cast: (([x], node) => {
    const data = newData(node);
    for (let i = 0; i < data.length; i++)
      data[i] = node.dtype === 'bool' ? (x!.data[i] ? 1 : 0) : Math.trunc(x!.data[i]!);
    if (node.dtype === 'float32') data.set(x!.data);
    return { shape: node.shape, data };
  }) as Kernel<'cast'>,
  stopGradient: (([x]) => x!) as Kernel<'stopGradient'>,
  barrier: (([x]) => x!) as Kernel<'barrier'>,
  add: elementwise((a, b) => a! + b!),
  sub: elementwise((a, b) => a! - b!),
  mul: elementwise((a, b) => a! * b!),
  div: elementwise((a, b) => a! / b!),
  maximum: elementwise((a, b) => Math.max(a!, b!)),
  less: elementwise((a, b) => (a! < b! ? 1 : 0)),
  lessEqual: elementwise((a, b) => (a! <= b! ? 1 : 0)),
  equal: elementwise((a, b) => (a === b ? 1 : 0)),
  and: elementwise((a, b) => (a && b ? 1 : 0)),
  select: elementwise((condition, a, b) => (condition ? a! : b!)),
  reshape: (([x], node) => ({ shape: node.shape, data: x!.data })) as Kernel<'reshape'>,
  transpose: (([x], node) => {
    const data = newData(node);
    const strides = stridesOf(x!.shape);
    let at = 0;
    for (const index of indices(node.shape)) {
      data[at++] = x!.data[node.attributes.permutation.reduce((sum, axis, i) => sum + index[i]! * strides[axis]!, 0)]!;
    }
    return { shape: node.shape, data };
  }) as Kernel<'transpose'>,
  broadcast: elementwise((x) => x!),
  slice: (([x], node) => {
    const data = newData(node);
    const strides = stridesOf(x!.shape);
    const { axis, start } = node.attributes;
    let at = 0;
    for (const index of indices(node.shape)) {
      data[at++] = x!.data[index.reduce((sum, i, a) => sum + (a === axis ? i + start : i) * strides[a]!, 0)]!;
    }
    return { shape: node.shape, data };
  }) as Kernel<'slice'>,
  concat: ((inputs, node) => {
    const data = newData(node);
    const strides = stridesOf(node.shape);
    let start = 0;
    for (const input of inputs) {
      let at = 0;
      for (const index of indices(input.shape)) {
        const axis = node.attributes.axis;
        data[index.reduce((sum, i, a) => sum + (a === axis ? i + start : i) * strides[a]!, 0)] = input.data[at++]!;
      }
      start += input.shape[node.attributes.axis]!;
    }
    return { shape: node.shape, data };
  }) as Kernel<'concat'>,
  sum: reduction(0, (a, b) => a + b),
  max: reduction(-Infinity, Math.max),
  sumSquares: reduction(0, (a, b) => a + b * b),
  matmul: (([a, b], node) => {
    const { transposeA, transposeB, alpha } = node.attributes;
    const [rows, columns] = node.shape.slice(-2) as [number, number];
    const inner = a!.shape.at(transposeA ? -2 : -1)!;
    const data = new Float64Array(sizeOf(node.shape));
    for (let batch = 0; batch < data.length / (rows * columns); batch++) {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          let total = 0;
          for (let k = 0; k < inner; k++) {
            const x = a!.data[batch * rows * inner + (transposeA ? k * rows + i : i * inner + k)]!;
            total += x * b!.data[batch * inner * columns + (transposeB ? j * inner + k : k * columns + j)]!;
          }
          data[(batch * rows + i) * columns + j] = alpha * total;
        }
      }
    }
    return { shape: node.shape, data };
  }) as Kernel<'matmul'>,
  gatherRows: (([table, ids], node) => {
    const [rows, width] = table!.shape as [number, number];
    const data = new Float64Array(sizeOf(node.shape));
    for (const [at, id] of ids!.data.entries()) {
      const start = checkedId(id, rows, 'gatherRows') * width;
      data.set(table!.data.subarray(start, start + width), at * width);
    }
    return { shape: node.shape, data };
  }) as Kernel<'gatherRows'>,
  scatterAddRows: (([ids, updates], node) => {
    const [rows, width] = node.shape as [number, number];
    const data = new Float64Array(rows * width);
    for (const [at, id] of ids!.data.entries()) {
      checkedId(id, rows, 'scatterAddRows');
      for (let i = 0; i < width; i++) data[id * width + i]! += updates!.data[at * width + i]!;
    }
    return { shape: node.shape, data };
  }) as Kernel<'scatterAddRows'>,
  pickLast: (([x, ids], node) => {
    const width = x!.shape.at(-1)!;
    const data = new Float64Array(ids!.data.length);
    for (const [at, id] of ids!.data.entries()) data[at] = x!.data[at * width + checkedId(id, width, 'pickLast')]!;
    return { shape: node.shape, data };
  }) as Kernel<'pickLast'>,
  addAtLast: (([x, ids, updates], node) => {
    const width = x!.shape.at(-1)!;
    const data = Float64Array.from(x!.data);
    for (const [at, id] of ids!.data.entries())
      data[at * width + checkedId(id, width, 'addAtLast')]! += updates!.data[at]!;
    return { shape: node.shape, data };
  }) as Kernel<'addAtLast'>,
  softmax: rowwise((x) => {
    const total = logSumExpOf(x);
    return x.map((value) => Math.exp(value - total));
  }),
  logSumExp: rowwise((x) => [logSumExpOf(x)]),
  silu: elementwise((x) => x! * sigmoidOf(x!)),
  rmsNorm: rowwise((x, _, inputs, node) => {
    const scale = inverseRmsOf(x, (node as Node<'rmsNorm'>).attributes.epsilon);
    return x.map((value, i) => value * scale * inputs[1]!.data[i]!);
  }),
  inverseRms: rowwise((x, _, __, node) => [inverseRmsOf(x, (node as Node<'inverseRms'>).attributes.epsilon)]),
  rope: rowwise((x, at, [, cos, sin], node) => {
    const [, heads, time] = node.shape as [number, number, number, number];
    const half = x.length / 2;
    const table = (Math.floor(at / (heads * time)) * time + (at % time)) * half;
    return x.map((value, i) => {
      const [c, s] = [cos!.data[table + (i % half)]!, sin!.data[table + (i % half)]!];
      return i < half ? value * c - x[i + half]! * s : value * c + x[i - half]! * s;
    });
  }),
  crossEntropy: rowwise((x, at, inputs) => [
    logSumExpOf(x) - x[checkedId(inputs[1]!.data[at]!, x.length, 'crossEntropy')]!,
  ]),
} satisfies { [K in OpName]: Kernel<K> };

function inDoublePrecision(data: Float32Array | Float64Array | Int32Array | Uint8Array): Value['data'] {
  return data instanceof Float32Array ? Float64Array.from(data) : data;
}

export function runKernel(node: Node, inputs: readonly Value[]): Value {
  return (kernels[node.op] as unknown as Kernel<OpName>)(inputs, node);
}
