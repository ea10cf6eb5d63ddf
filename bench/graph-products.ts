/** The matrix products in a graph, counted from its nodes. It knows no model and runs nothing. */
import { COMPOSITES, type CompositeName, define, type Graph, isOp, type Node } from '../src/engine/graph/index.ts';
import { sizeOf } from '../src/tensor/index.ts';

/**
 * Floating-point operations of all products of matrices, 2 per multiply-add; a composite counts as what it is defined by. A
 * product with a vector, as in the gradient of a norm, is a sum that reads its matrix once, and does not count.
 */
export function productFlops(graph: Graph): number {
  const counted = new Set<Node>(graph.nodes);
  let flops = 0;
  const count = (node: Node): void => {
    if (isOp(node, 'matmul') && !node.shape.slice(-2).includes(1)) flops += 2 * sizeOf(node.shape) * innerSize(node);
    if (!(COMPOSITES as readonly string[]).includes(node.op)) return;
    countNew(define(node as Node<CompositeName>));
  };
  /** What a definition adds; its inputs are in the graph already. */
  const countNew = (node: Node): void => {
    if (counted.has(node)) return;
    counted.add(node);
    count(node);
    node.inputs.forEach(countNew);
  };
  graph.nodes.forEach(count);
  return flops;
}

/** Length of the sums of a product. */
function innerSize({ inputs: [a], attributes }: Node<'matmul'>): number {
  return a!.shape.at(attributes.transposeA ? -2 : -1)!;
}
