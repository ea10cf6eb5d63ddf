/**
 * Which products of a graph to compute on matrices in blocked form, and which values to keep in that form between them. A plan:
 * it writes no node. What the form is, and what entering and leaving it takes: `blocked-rules.ts`.
 */
import { sizeOf } from '../../tensor/index.ts';
import { type Graph, isOp, type Node, type OpName } from '../graph/index.ts';
import { type MovesPlan, MovesPlanner } from './blocked-moves.ts';

export interface BlockedPlan {
  /** The products to compute so. `turned`: the transpose of the result is computed instead, (a^T b)^T = b^T a. */
  readonly products: ReadonlyMap<Node, { readonly turned: boolean }>;
  /** Values that exist in blocked form alone: some of the products, and what is computed from them element by element. */
  readonly kept: ReadonlySet<Node>;
  /** Sums that a product of their terms is added to as it is computed, so that it never exists by itself. */
  readonly sums: ReadonlyMap<Node, SumPlan>;
  readonly moves: MovesPlan;
}

export interface SumPlan {
  /** The values on the way to the sum from the product, which is the first of them. */
  readonly way: readonly Node[];
  /** The other term. */
  readonly rest: Node;
}

/** Columns of a block are 8 or 16, by processor: every extent must be a multiple of both. */
const BLOCK = 16;

/**
 * Rows, elements of the second factor, and of a weight's gradient, from which on the form is worth its price. Measured on whole
 * steps (LOG.md). A gradient is worth it sooner: in the form its first factor need not be turned over.
 */
const LEAST_ROWS = 256;
const LEAST_FACTOR = 2 ** 16;
const LEAST_GRADIENT = 2 ** 14;

/** Rows of so many elements lie too far apart for a plain product to read them well: then even a product alone is worth the price. */
const LONG_ROW = 4096;

/** Plain products from which on a sum of them is worth the way out of the form, which it takes once. */
const LEAST_TERMS = 3;

/** Ops that treat every element alike, wherever it lies. */
const ELEMENTWISE: ReadonlySet<OpName> = new Set<OpName>([
  'neg',
  'exp',
  'log',
  'sqrt',
  'reciprocal',
  'abs',
  'sigmoid',
  'tanh',
  'roundHalf',
  'silu',
  'add',
  'sub',
  'mul',
  'div',
  'maximum',
]);

type Uses = ReadonlyMap<Node, readonly Node[]>;

/** The product is one of (rows, inner) and (inner, columns), after what it turns over. */
export function extentsOf(product: Node<'matmul'>): { rows: number; inner: number; columns: number } {
  const [rows, columns] = product.shape as [number, number];
  return { rows, inner: product.inputs[0]!.shape[product.attributes.transposeA ? 0 : 1]!, columns };
}

/** A product a b or a b^T that the form suits. */
function isLayer(node: Node): node is Node<'matmul'> {
  if (!isOp(node, 'matmul') || node.shape.length !== 2 || node.attributes.transposeA) return false;
  const { rows, inner, columns } = extentsOf(node);
  return fitsBlocks(node) && rows >= LEAST_ROWS && inner * columns >= LEAST_FACTOR;
}

/** A product a^T b that the form suits: the gradient of a layer's weight. */
function isWeightGradient(node: Node): node is Node<'matmul'> {
  if (!isOp(node, 'matmul') || node.shape.length !== 2) return false;
  if (!node.attributes.transposeA || node.attributes.transposeB) return false;
  const { rows, inner, columns } = extentsOf(node);
  return fitsBlocks(node) && inner >= LEAST_ROWS && rows * columns >= LEAST_GRADIENT;
}

function fitsBlocks(product: Node<'matmul'>): boolean {
  return product.attributes.alpha === 1 && Object.values(extentsOf(product)).every((extent) => extent % BLOCK === 0);
}

const isScalar = (node: Node): boolean => sizeOf(node.shape) === 1;
const keepsColumns = (node: Node): boolean =>
  isOp(node, 'reshape') && node.shape.length > 1 && node.shape.at(-1) === node.inputs[0]!.shape.at(-1);

function usesOf(graph: Graph): Uses {
  const uses = new Map<Node, Node[]>(graph.nodes.map((node) => [node, []]));
  for (const node of graph.nodes) for (const input of node.inputs) uses.get(input)!.push(node);
  for (const node of graph.outputs.values()) uses.get(node)!.push(node); // Who runs the graph reads it
  return uses;
}

/** Whether a product can read the value in the column blocks in which it is kept. */
function reads(product: Node, value: Node): boolean {
  if (isWeightGradient(product)) return true;
  return isLayer(product) && (value !== product.inputs[1] || !product.attributes.transposeB);
}

/** Whether a planned product reads a value in column blocks, and in no other way. */
function readsColumns(products: BlockedPlan['products'], user: Node, value: Node): boolean {
  const plan = products.get(user);
  if (plan === undefined || !isOp(user, 'matmul')) return false;
  const { transposeA, transposeB } = user.attributes;
  const inColumns = plan.turned ? [true, false] : [!transposeA, !transposeB]; // y^T = b^T a
  return user.inputs.every((input, i) => input !== value || inColumns[i]);
}

/** Takes values out until all are made from others of the set, or by a layer's product, and read by nothing else. */
function settle(kept: Set<Node>, uses: Uses): void {
  const isMade = (node: Node): boolean =>
    isLayer(node) ||
    node.inputs.every((input) => isScalar(input) || (kept.has(input) && sizeOf(input.shape) === sizeOf(node.shape)));
  const isRead = (node: Node): boolean =>
    uses.get(node)!.every((user) => (isOp(user, 'matmul') ? reads(user, node) : kept.has(user)));
  let size: number;
  do {
    size = kept.size;
    for (const node of kept) if (!isMade(node) || !isRead(node)) kept.delete(node);
  } while (kept.size < size);
}

/** The largest set of values none of which has to enter or leave the form. */
function keptValues(graph: Graph, uses: Uses): Set<Node> {
  const outputs = new Set(graph.outputs.values());
  const kept = new Set(
    graph.nodes.filter(
      (node) =>
        !outputs.has(node) && !isScalar(node) && (ELEMENTWISE.has(node.op) || keepsColumns(node) || isLayer(node)),
    ),
  );
  const gradients = graph.nodes.filter(isWeightGradient);
  for (;;) {
    settle(kept, uses);
    // Of the two factors of a gradient one has to lie in row blocks.
    const tooMany = gradients.find(({ inputs }) => inputs.every((input) => kept.has(input)));
    if (tooMany === undefined) return kept;
    kept.delete(tooMany.inputs[0]!);
  }
}

/** The values on the way from one of `products` to this one, both ends in, if nothing else reads any of them. */
function wayFrom(products: ReadonlySet<Node>, node: Node, uses: Uses): readonly Node[] | undefined {
  if (uses.get(node)!.length !== 1) return undefined;
  if (products.has(node)) return [node];
  const rest = keepsColumns(node) ? wayFrom(products, node.inputs[0]!, uses) : undefined;
  return rest && [...rest, node];
}

interface ProductSum {
  readonly products: readonly Node[];
  /** All values from the products to the sum, which is not among them. */
  readonly between: readonly Node[];
}

/** Sums of nothing but layers' products that would leave the form; of a sum within another one there are both. */
function productSums(graph: Graph, kept: ReadonlySet<Node>, uses: Uses): readonly ProductSum[] {
  const sums = new Map<Node, ProductSum>();
  const heads = new Set<Node>(graph.nodes.filter((node) => isLayer(node) && !kept.has(node)));
  for (const node of graph.nodes) {
    const terms = isOp(node, 'add') ? node.inputs.map((input) => wayFrom(heads, input, uses)) : [undefined];
    if (!terms.every((term) => term !== undefined)) continue;
    const inner = terms.map(([head]) => sums.get(head!) ?? { products: [head!], between: [] });
    sums.set(node, {
      products: inner.flatMap(({ products }) => products),
      between: [...terms.flat(), ...inner.flatMap(({ between }) => between)],
    });
    heads.add(node);
  }
  return [...sums.values()];
}

/** For each sum of kept values one term that a product can be added to the other as. */
function planSums(graph: Graph, kept: ReadonlySet<Node>, layers: ReadonlySet<Node>, uses: Uses): Map<Node, SumPlan> {
  const sums = new Map<Node, SumPlan>();
  for (const node of graph.nodes) {
    if (!isOp(node, 'add') || !node.inputs.every((input) => kept.has(input))) continue;
    const [left, right] = node.inputs as [Node, Node];
    for (const [term, rest] of [[right, left] as const, [left, right] as const]) {
      const way = wayFrom(layers, term, uses);
      if (way === undefined) continue;
      sums.set(node, { way, rest });
      break;
    }
  }
  return sums;
}

export function planBlocked(graph: Graph): BlockedPlan {
  const uses = usesOf(graph);
  const kept = keptValues(graph, uses);
  const planner = new MovesPlanner(graph, uses, BLOCK);
  const sources = planner.sources(graph.nodes.filter((node) => isLayer(node) && !kept.has(node)));
  const layers = new Set(
    graph.nodes.filter(
      (node) =>
        isLayer(node) &&
        (kept.has(node) ||
          sources.has(node) ||
          node.inputs.some((input) => kept.has(input)) ||
          extentsOf(node).inner >= LONG_ROW),
    ),
  );
  for (const { products, between } of productSums(graph, kept, uses)) {
    if (products.length < LEAST_TERMS && !products.every((product) => layers.has(product))) continue;
    for (const product of products) layers.add(product);
    for (const value of between) kept.add(value);
  }
  const readInColumns = new Set([...kept, ...[...layers].map(({ inputs }) => inputs[0]!)]);
  const products = new Map([...layers].map((node) => [node, { turned: false }]));
  for (const node of graph.nodes.filter(isWeightGradient)) {
    const [a, b] = node.inputs as [Node, Node];
    const { rows, columns } = extentsOf(node);
    // The second factor of the product to compute is read in column blocks; without a reason the narrower one.
    const turned = kept.has(b) ? false : readInColumns.has(a) || rows < columns;
    products.set(node, { turned });
  }
  const moves = planner.plan(sources, kept, (user, value) => readsColumns(products, user, value));
  return { products, kept, sums: planSums(graph, kept, layers, uses), moves };
}

/** Bytes of the copies that computing a product in blocked form makes: of factors that enter it, of a result that leaves it. */
export function copiedBytes(graph: Graph): Map<Node, number> {
  const { products, kept } = planBlocked(graph);
  const bytes = (node: Node): number => (kept.has(node) ? 0 : 4 * sizeOf(node.shape));
  return new Map(
    [...products.keys()].map((node) => [node, [node, ...node.inputs].reduce((sum, value) => sum + bytes(value), 0)]),
  );
}
