/**
 * The graph: immutable nodes with concrete shapes, made by one builder that never makes the same node twice. It knows
 * the shape rules and nothing of gradients or runtimes.
 */
import { ExpChatError, invariant } from '../../base/index.ts';
import type { DType, Shape } from '../../tensor/index.ts';
import { inferShape } from './infer.ts';
import type { OpAttributes, OpName } from './ops.ts';

export interface Node<K extends OpName = OpName> {
  readonly id: number;
  readonly op: K;
  readonly inputs: readonly Node[];
  readonly attributes: OpAttributes[K];
  readonly dtype: DType;
  readonly shape: Shape;
  readonly builder: Builder;
}

/** A finished computation: what goes in by name, what comes out by name, and the nodes between in topological order. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly inputs: ReadonlyMap<string, Node<'input'>>;
  readonly outputs: ReadonlyMap<string, Node>;
}

export function isOp<K extends OpName>(node: Node, op: K): node is Node<K> {
  return (node.op as OpName) === op;
}

function keyOf<K extends OpName>(op: K, inputs: readonly Node[], attributes: OpAttributes[K]): string {
  return `${op}|${inputs.map((node) => node.id).join()}|${JSON.stringify(attributes)}`;
}

/** Nodes by id, from `begin` to before `end`. */
interface Span {
  readonly begin: number;
  readonly end: number;
}

export class Builder {
  readonly #recomputed: Span[] = [];
  readonly #inputs = new Map<string, Node<'input'>>();
  readonly #known = new Map<string, Node>();
  #count = 0;

  input(name: string, dtype: DType, shape: Shape): Node<'input'> {
    if (this.#inputs.has(name)) {
      throw new ExpChatError({ code: 'graph.duplicate-input', message: `input ${name}: expected a new name` });
    }
    const node = this.#make('input', [], { name }, dtype, [...shape]);
    this.#inputs.set(name, node);
    return node;
  }

  /** Adds a leaf whose type its attributes do not tell: a constant or a fill. */
  leaf<K extends 'constant' | 'fill'>(op: K, attributes: OpAttributes[K], dtype: DType, shape: Shape): Node<K> {
    if (op === 'constant') return this.#make(op, [], attributes, dtype, shape);
    return this.#once(`${op}|${dtype}|${shape}|${(attributes as OpAttributes['fill']).value}`, () =>
      this.#make(op, [], attributes, dtype, shape),
    );
  }

  /** The node of this op on these inputs, where there is one already. Attributes in the order in which `add` got them. */
  find<K extends OpName>(op: K, inputs: readonly Node[], attributes: OpAttributes[K]): Node<K> | undefined {
    return this.#known.get(keyOf(op, inputs, attributes)) as Node<K> | undefined;
  }

  add<K extends OpName>(op: K, inputs: readonly Node[], attributes: OpAttributes[K]): Node<K> {
    return this.#once(keyOf(op, inputs, attributes), () => {
      for (const node of inputs) {
        invariant(node.builder === this, () => `${op}: an input belongs to another graph`);
      }
      const { dtype, shape } = inferShape(op, inputs, attributes);
      return this.#make(op, inputs, attributes, dtype, shape);
    });
  }

  /**
   * What `make` builds need not be kept for the backward pass, which computes it again from what `make` reads: less memory
   * for a second forward pass (Chen et al. 2016, "Training deep nets with sublinear memory cost"). Calls do not nest.
   */
  recomputed<T>(make: () => T): T {
    const begin = this.#count;
    const made = make();
    this.#recomputed.push({ begin, end: this.#count });
    return made;
  }

  /** The call of `recomputed` in which a node was made, by its place among them. */
  recomputedIn(node: Node): number | undefined {
    const found = this.#recomputed.findIndex(({ begin, end }) => begin <= node.id && node.id < end);
    return found === -1 ? undefined : found;
  }

  /** The graph of these outputs. Every input stays, also one that no output needs; other unused nodes go. */
  finish(outputs: Readonly<Record<string, Node>>): Graph {
    const needed = new Set<Node>(this.#inputs.values());
    const visit = [...Object.values(outputs)];
    for (let node = visit.pop(); node !== undefined; node = visit.pop()) {
      if (needed.has(node) && !isOp(node, 'input')) continue;
      needed.add(node);
      for (const input of node.inputs) if (!needed.has(input)) visit.push(input);
    }
    const nodes = [...needed].sort((a, b) => a.id - b.id);
    return { nodes, inputs: new Map(this.#inputs), outputs: new Map(Object.entries(outputs)) };
  }

  #once<K extends OpName>(key: string, make: () => Node<K>): Node<K> {
    const known = this.#known.get(key);
    if (known !== undefined) return known as Node<K>;
    const node = make();
    this.#known.set(key, node);
    return node;
  }

  #make<K extends OpName>(
    op: K,
    inputs: readonly Node[],
    attributes: OpAttributes[K],
    dtype: DType,
    shape: Shape,
  ): Node<K> {
    return { id: this.#count++, op, inputs, attributes, dtype, shape, builder: this };
  }
}
