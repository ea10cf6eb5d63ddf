/**
 * Takes reshapes out of a list of ONNX nodes that only pass on what another one gives: each costs a node's dispatch in every
 * run. It knows names and shapes, not what the other nodes do.
 */
import { type Shape, sameShape } from '../../tensor/index.ts';

interface NamedNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

interface Known {
  /** Of named values, as far as they are known. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** What the named vectors of integers hold. */
  readonly vectors: ReadonlyMap<string, readonly number[]>;
  /** Names of values that must stay. */
  readonly kept: ReadonlySet<string>;
}

/**
 * The nodes, in their order; a reshape of a reshape becomes one, and one to the shape that is there, or one that nothing reads,
 * is left out. An empty vector is that of a scalar's shape.
 */
export function withoutIdleReshapes<N extends NamedNode>(nodes: readonly N[], { shapes, vectors, kept }: Known): N[] {
  const sources = new Map<string, string>(); // The value that a reshape's output has the elements of
  const stands = new Map<string, string>(); // The value of the same shape to read instead
  const linked = nodes.map((node) => {
    const inputs = node.inputs.map((name) => stands.get(name) ?? name);
    if (node.type !== 'Reshape') return { ...node, inputs };
    const [given, target] = inputs as [string, string];
    const source = sources.get(given) ?? given;
    sources.set(node.outputs[0]!, source);
    const shape = shapes.get(source);
    if (shape !== undefined && sameShape(shape, vectors.get(target)!)) stands.set(node.outputs[0]!, source);
    return { ...node, inputs: [source, target] };
  });
  const read = new Set(kept);
  const result: N[] = [];
  for (const node of linked.toReversed()) {
    if (node.type === 'Reshape' && !read.has(node.outputs[0]!)) continue;
    for (const input of node.inputs) read.add(input);
    result.push(node);
  }
  return result.reverse();
}
