/**
 * Values that only put elements of others in another order, however many nodes say so: where each piece of such a value lies in
 * what it is made from. It knows graphs, not how a runtime moves anything.
 */
import { sizeOf } from '../../tensor/index.ts';
import { isOp, type Node } from '../graph/index.ts';

export interface Pieces {
  /** The values whose elements these are, as if they lay one behind the other. */
  readonly roots: readonly Node[];
  /** Elements of a piece: they lie together in the value and in a root. */
  readonly unit: number;
}

/** Whether a node gives elements of its inputs and nothing else. */
export function isMove(node: Node): boolean {
  return isOp(node, 'reshape') || isOp(node, 'transpose') || isOp(node, 'slice') || isOp(node, 'concat');
}

/** The largest pieces of a value. `isBetween`: the moves to look through; what they read is a root. */
export function piecesOf(end: Node, isBetween: (node: Node) => boolean): Pieces {
  const isInner = (node: Node): boolean => node === end || isBetween(node);
  return { roots: rootsOf(end, isInner), unit: unitOf(end, isInner) };
}

/** For each piece of the value in order, its place among the pieces of the roots. A `unit` that divides the largest will do. */
export function orderOf(end: Node, { roots, unit }: Pieces): Int32Array<ArrayBuffer> {
  const starts = new Map<Node, number>();
  let start = 0;
  for (const root of roots) {
    starts.set(root, start);
    start += sizeOf(root.shape) / unit;
  }
  return orderFrom(end, unit, starts);
}

/** The same text for values whose pieces come from their roots in the same order, as in each layer of a model. */
export function orderKey(end: Node, isBetween: (node: Node) => boolean, roots: readonly Node[]): string {
  const keyOf = (node: Node): string => {
    if (node !== end && !isBetween(node)) return `${roots.indexOf(node)}:[${node.shape}]`;
    return `${node.op} ${JSON.stringify(node.attributes)} (${node.inputs.map(keyOf).join('; ')})`;
  };
  return keyOf(end);
}

/** The nodes that are looked through, `end` first. */
export function movesBefore(end: Node, isBetween: (node: Node) => boolean): Node[] {
  return [end, ...end.inputs.filter(isBetween).flatMap((input) => movesBefore(input, isBetween))];
}

function rootsOf(node: Node, isInner: (node: Node) => boolean): Node[] {
  return isInner(node) ? [...new Set(node.inputs.flatMap((input) => rootsOf(input, isInner)))] : [node];
}

function unitOf(node: Node, isInner: (node: Node) => boolean): number {
  if (!isInner(node)) return sizeOf(node.shape);
  return [together(node), ...node.inputs.map((input) => unitOf(input, isInner))].reduce(greatestCommonDivisor);
}

/** The elements that a move leaves together, in whole pieces of what it reads and of what it gives. */
function together(node: Node): number {
  if (isOp(node, 'transpose')) {
    const { permutation } = node.attributes;
    return sizeOf(node.shape.slice(permutation.findLastIndex((axis, i) => axis !== i) + 1));
  }
  if (isOp(node, 'slice')) {
    const { axis, start, end } = node.attributes;
    return [start, end, node.inputs[0]!.shape[axis]!].reduce(greatestCommonDivisor) * innerSize(node, axis);
  }
  if (isOp(node, 'concat')) {
    const { axis } = node.attributes;
    return node.inputs.map(({ shape }) => shape[axis]!).reduce(greatestCommonDivisor) * innerSize(node, axis);
  }
  return sizeOf(node.shape);
}

const innerSize = (node: Node, axis: number): number => sizeOf(node.shape.slice(axis + 1));

function orderFrom(node: Node, unit: number, starts: ReadonlyMap<Node, number>): Int32Array<ArrayBuffer> {
  const start = starts.get(node);
  if (start !== undefined) return Int32Array.from({ length: sizeOf(node.shape) / unit }, (_, i) => start + i);
  const orders = node.inputs.map((input) => orderFrom(input, unit, starts));
  if (isOp(node, 'transpose')) return transposed(node, orders[0]!);
  if (isOp(node, 'slice')) return sliced(node, orders[0]!, unit);
  if (isOp(node, 'concat')) return concatenated(node, orders, unit);
  return orders[0]!;
}

function transposed(node: Node<'transpose'>, order: Int32Array): Int32Array<ArrayBuffer> {
  const { permutation } = node.attributes;
  const extents = node.inputs[0]!.shape;
  const fixed = permutation.findLastIndex((axis, i) => axis !== i) + 1;
  const inner = order.length / sizeOf(extents.slice(0, fixed));
  const strideOf = (axis: number): number => inner * sizeOf(extents.slice(axis + 1, fixed));
  const result = new Int32Array(order.length);
  let at = 0;
  const walk = (i: number, from: number): void => {
    if (i === fixed) {
      result.set(order.subarray(from, from + inner), at);
      at += inner;
      return;
    }
    const axis = permutation[i]!;
    for (let index = 0; index < extents[axis]!; index++) walk(i + 1, from + index * strideOf(axis));
  };
  walk(0, 0);
  return result;
}

function sliced(node: Node<'slice'>, order: Int32Array, unit: number): Int32Array<ArrayBuffer> {
  const { axis, start, end } = node.attributes;
  const runOf = (extent: number): number => (extent * innerSize(node, axis)) / unit;
  const [row, from, to] = [runOf(node.inputs[0]!.shape[axis]!), runOf(start), runOf(end)];
  const result = new Int32Array(sizeOf(node.shape) / unit);
  for (let outer = 0; outer * row < order.length; outer++) {
    result.set(order.subarray(outer * row + from, outer * row + to), outer * (to - from));
  }
  return result;
}

function concatenated(node: Node<'concat'>, orders: readonly Int32Array[], unit: number): Int32Array<ArrayBuffer> {
  const { axis } = node.attributes;
  const outer = sizeOf(node.shape.slice(0, axis));
  const result = new Int32Array(sizeOf(node.shape) / unit);
  let at = 0;
  for (let row = 0; row < outer; row++) {
    for (const order of orders) {
      const run = order.length / outer;
      result.set(order.subarray(row * run, (row + 1) * run), at);
      at += run;
    }
  }
  return result;
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
