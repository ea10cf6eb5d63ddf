/**
 * Reverse-mode differentiation: one walk from the loss back to its inputs, adding up what each use of a node
 * contributes. The result is more of the same graph. It knows no op; the rules do.
 */
import { ExpChatError } from '../../base/index.ts';
import { add, barrier, concat, fill, isOp, type Node } from '../graph/index.ts';
import { Tensor } from '../trace/index.ts';
import { vjp } from './rules.ts';

/**
 * Gradients of the scalar `loss` with respect to each of `wrt`, of the same shapes; zeros where the loss does not depend
 * on one. `seed` (scalar) replaces 1 as the gradient of the loss itself, for loss scaling.
 * Throws `grad.not-scalar` where the loss is not of shape [].
 */
export function grad(loss: Tensor, wrt: readonly Tensor[], seed?: Tensor): Tensor[] {
  if (loss.shape.length !== 0) {
    throw new ExpChatError({ code: 'grad.not-scalar', message: `loss: expected shape [], got [${loss.shape}]` });
  }
  const wanted = new Set(wrt.map((tensor) => tensor.node));
  const path = nodesBetween(loss.node, wanted);
  const again = new Recomputation(path);
  const gradients = new Map<Node, Node>([[loss.node, seed?.node ?? fill(loss.node.builder, 1)]]);
  for (const node of path) {
    const dy = gradients.get(node);
    if (dy === undefined || node.inputs.length === 0) continue;
    for (const [i, dx] of vjp(again.of(node, dy), dy).entries()) {
      const input = node.inputs[i]!;
      if (dx === undefined || !path.has(input)) continue;
      const sofar = gradients.get(input);
      gradients.set(input, sofar === undefined ? dx : (sideBySide(sofar, dx) ?? add(sofar, dx)));
    }
  }
  return wrt.map(({ node }) => new Tensor(gradients.get(node) ?? fill(node.builder, 0, node.shape)));
}

const isZeros = (node: Node): boolean => isOp(node, 'fill') && node.attributes.value === 0;

/**
 * The sum of the gradients of two slices that do not meet, each with zeros around it: one concatenation instead of two and a
 * sum. Undefined where `a` and `b` are no such concatenations.
 */
function sideBySide(a: Node, b: Node): Node | undefined {
  if (!isOp(a, 'concat') || !isOp(b, 'concat') || a.attributes.axis !== b.attributes.axis) return undefined;
  const { axis } = a.attributes;
  const filled = b.inputs.filter((part) => !isZeros(part));
  if (filled.length !== 1) return undefined;
  const start = b.inputs.slice(0, b.inputs.indexOf(filled[0]!)).reduce((sum, { shape }) => sum + shape[axis]!, 0);
  const end = start + filled[0]!.shape[axis]!;
  const zeros = (extent: number): Node[] => (extent === 0 ? [] : [fill(a.builder, 0, a.shape.with(axis, extent))]);
  let position = 0;
  for (const [i, part] of a.inputs.entries()) {
    const next = position + part.shape[axis]!;
    if (isZeros(part) && position <= start && end <= next) {
      return concat(a.inputs.toSpliced(i, 1, ...zeros(start - position), filled[0]!, ...zeros(next - end)), axis);
    }
    position = next;
  }
  return undefined;
}

/** `rows` (N, C), each added to the row of a table (V, C) that `ids` (N) names, onto `rest` (V, C) or, without it, onto zeros. */
export interface RowGradient {
  readonly ids: Tensor;
  readonly rows: Tensor;
  readonly rest?: Tensor;
}

/**
 * Takes the gradient of a table apart whose rows were looked up, so that its rows can be added where it is kept: a graph would
 * make, fill and copy the whole table for them. Undefined for any other gradient.
 */
export function rowGradient({ node }: Tensor): RowGradient | undefined {
  const parts = isOp(node, 'add') ? node.inputs : [node];
  const scattered = parts.find((part) => isOp(part, 'scatterAddRows'));
  if (scattered === undefined) return undefined;
  const [ids, rows] = scattered.inputs.map((input) => new Tensor(input)) as [Tensor, Tensor];
  const rest = parts.find((part) => part !== scattered);
  return rest === undefined ? { ids, rows } : { ids, rows, rest: new Tensor(rest) };
}

/** The copies of what one call of `Builder.recomputed` built, by original. */
interface Part {
  /** The gradient of its last node: no runtime computes a copy before the backward pass has come there. */
  readonly after: Node;
  readonly copies: Map<Node, Node>;
}

/** The second forward pass. */
class Recomputation {
  readonly #path: ReadonlySet<Node>;
  readonly #parts = new Map<number, Part>();

  /** `path`: the nodes that gradients flow through. */
  constructor(path: ReadonlySet<Node>) {
    this.#path = path;
  }

  /** What stands for `node`, whose gradient is `dy`, in the backward pass. Nodes of a part come from its last backwards. */
  of(node: Node, dy: Node): Node {
    const index = node.builder.recomputedIn(node);
    if (index === undefined) return node;
    const part = this.#parts.get(index) ?? { after: dy, copies: new Map() };
    this.#parts.set(index, part);
    return this.#copyOf(node, index, part);
  }

  /** Nodes of the part are made again; what it reads stays, behind a barrier where it is on the path. */
  #copyOf(node: Node, index: number, part: Part): Node {
    const known = part.copies.get(node);
    if (known !== undefined) return known;
    const { builder, op, inputs, attributes } = node;
    let copy = node;
    if (inputs.length > 0 && builder.recomputedIn(node) === index) {
      const copied = inputs.map((input) => this.#copyOf(input, index, part));
      copy = builder.add(op, copied, attributes);
    } else if (inputs.length > 0 && this.#path.has(node)) copy = barrier(node, part.after);
    part.copies.set(node, copy);
    return copy;
  }
}

/** Nodes on a way from `wanted` to the loss, from the loss backwards: each comes after all that use it. */
function nodesBetween(loss: Node, wanted: ReadonlySet<Node>): ReadonlySet<Node> {
  const reachable = new Set<Node>([loss]);
  const open = [loss];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const input of node.inputs) {
      if (reachable.has(input)) continue;
      reachable.add(input);
      open.push(input);
    }
  }
  const ordered = [...reachable].sort((a, b) => a.id - b.id); // An input is always older than the node that uses it.
  const needed = new Set<Node>();
  for (const node of ordered) {
    if (wanted.has(node) || node.inputs.some((input) => needed.has(input))) needed.add(node);
  }
  return new Set(ordered.filter((node) => needed.has(node)).reverse());
}
