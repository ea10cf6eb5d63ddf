/**
 * How much memory the values of a graph take at most while it runs, by walking it in order: a value lives from the node that
 * makes it to the last that reads it, a reshape is the same memory, an element-wise result takes the place of an operand
 * that nothing else reads. Bytes by counting, no measurement; a runtime's own overhead comes on top.
 */
import { sizeOf } from '../../tensor/index.ts';
import type { Graph, Node } from './node.ts';
import type { OpName } from './ops.ts';

/** Ops whose result may lie where one of their operands of equal size lay. */
const IN_PLACE: ReadonlySet<OpName> = new Set<OpName>([
  'add',
  'sub',
  'mul',
  'div',
  'neg',
  'exp',
  'sqrt',
  'reciprocal',
  'sigmoid',
  'tanh',
  'addAtLast',
  'barrier',
]);

/** Leaves lie outside: inputs with the caller, constants with the program. */
const LEAVES: ReadonlySet<OpName> = new Set<OpName>(['input', 'constant', 'fill']);

const bytesOf = (node: Node): number => sizeOf(node.shape) * (node.dtype === 'bool' ? 1 : 4);

/** The node whose memory holds the value. */
function holderOf(node: Node): Node {
  return node.op === 'reshape' ? holderOf(node.inputs[0]!) : node;
}

/** Reads left of each value, an output being one that never comes. */
function countReads(graph: Graph): Map<Node, number> {
  const reads = new Map<Node, number>();
  const count = (node: Node) => reads.set(holderOf(node), (reads.get(holderOf(node)) ?? 0) + 1);
  for (const node of graph.nodes) if (node.op !== 'reshape') node.inputs.forEach(count);
  for (const node of graph.outputs.values()) count(node);
  return reads;
}

export interface PeakOptions {
  /** Outputs are written into memory of the caller's and do not count. */
  readonly outputsElsewhere?: boolean;
  /** Bytes that there are while a node is computed, besides what it reads and gives. */
  readonly besides?: ReadonlyMap<Node, number>;
}

/** Bytes of all values at the fullest moment, inputs and constants left out. */
export function peakBytes(graph: Graph, options: PeakOptions = {}): number {
  const elsewhere = new Set(options.outputsElsewhere ? graph.outputs.values() : []);
  const reads = countReads(graph);
  const held = new Map<Node, number>();
  let live = 0;
  let peak = 0;
  for (const node of graph.nodes) {
    if (node.op === 'reshape' || LEAVES.has(node.op)) continue;
    const holders = node.inputs.map(holderOf);
    const own = elsewhere.has(node) ? 0 : bytesOf(node);
    const place = IN_PLACE.has(node.op)
      ? holders.find((holder) => held.get(holder) === own && reads.get(holder) === 1)
      : undefined;
    held.set(node, own);
    if (place === undefined) live += own;
    else held.delete(place);
    peak = Math.max(peak, live + (options.besides?.get(node) ?? 0));
    for (const holder of holders) {
      reads.set(holder, reads.get(holder)! - 1);
      if (reads.get(holder) !== 0 || !held.has(holder)) continue;
      live -= held.get(holder)!;
      held.delete(holder);
    }
  }
  return peak;
}
