/** The check between two passes: a graph that passes is well-formed, whoever made it. Its failures are our own faults. */
import { invariant } from '../../base/index.ts';
import { sameShape } from '../../tensor/index.ts';
import { inferShape } from './infer.ts';
import { type Graph, isOp, type Node } from './node.ts';

/** Throws `internal.invariant` where a node comes before its input, has a wrong type, or an output is missing. */
export function check(graph: Graph): void {
  const seen = new Set<Node>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      invariant(seen.has(input), () => `graph: node ${node.id} (${node.op}) comes before its input ${input.id}`);
    }
    invariant(!seen.has(node), () => `graph: node ${node.id} (${node.op}) occurs twice`);
    seen.add(node);
    checkType(node);
    if (isOp(node, 'input')) {
      invariant(
        graph.inputs.get(node.attributes.name) === node,
        () => `graph: input ${node.attributes.name} is not listed`,
      );
    }
  }
  for (const [name, node] of graph.outputs) {
    invariant(seen.has(node), () => `graph: output ${name} is not among the nodes`);
  }
}

function checkType(node: Node): void {
  if (node.inputs.length === 0) {
    invariant(
      isOp(node, 'input') || isOp(node, 'constant') || isOp(node, 'fill'),
      () => `graph: ${node.op} without inputs`,
    );
    return;
  }
  const expected = inferShape(node.op, node.inputs, node.attributes);
  invariant(
    expected.dtype === node.dtype && sameShape(expected.shape, node.shape),
    () =>
      `graph: node ${node.id} (${node.op}) says ${node.dtype} [${node.shape}], its rule ${expected.dtype} [${expected.shape}]`,
  );
}
