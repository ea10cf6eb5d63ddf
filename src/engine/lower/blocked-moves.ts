/**
 * Which moves of a graph to do in one pick of pieces: those on the way out of blocked form, as heads leave it, those on the way
 * into it, as they come back, and two and more in a row. A plan: it writes no node.
 */
import { type Graph, isOp, type Node } from '../graph/index.ts';
import { isMove, movesBefore, piecesOf } from './moves.ts';

export interface MovesPlan {
  /** Layers' products that leave the form in picks alone. */
  readonly sources: ReadonlySet<Node>;
  /** The values to pick, and whether straight into column blocks, where nothing reads them otherwise. */
  readonly picks: ReadonlyMap<Node, { readonly intoColumns: boolean }>;
  /** Moves on the way to picks, which are looked through and never exist. */
  readonly between: ReadonlySet<Node>;
}

type Uses = ReadonlyMap<Node, readonly Node[]>;

/** Elements of a piece, a cache line of them, from which on several moves are done as one pick. */
const LEAST_UNIT = 16;

const isRealMove = (node: Node): boolean => !isOp(node, 'reshape');

/** The readers of a value that are moves to be planned, and whether there are others. */
interface Readers {
  readonly moves: readonly Node[];
  readonly others: readonly Node[];
}

export class MovesPlanner {
  readonly #graph: Graph;
  readonly #uses: Uses;
  readonly #outputs: ReadonlySet<Node>;
  readonly #block: number;

  /** `block`: columns of a block, which lie together in every pick out of the form and into it. */
  constructor(graph: Graph, uses: Uses, block: number) {
    this.#graph = graph;
    this.#uses = uses;
    this.#outputs = new Set(graph.outputs.values());
    this.#block = block;
  }

  /** Of `products` those that nothing reads but moves, each of which comes to an end that can be picked out of column blocks. */
  sources(products: readonly Node[]): Set<Node> {
    return new Set(products.filter((product) => this.#leavesInPicks(product)));
  }

  #leavesInPicks(product: Node): boolean {
    const { moves, others } = this.#readersOf(product);
    return (
      !this.#outputs.has(product) &&
      others.length === 0 &&
      moves.length > 0 &&
      moves.every((move) => this.#isWayOut(move, false))
    );
  }

  #isWayOut(move: Node, isReal: boolean): boolean {
    if (isOp(move, 'concat')) return false;
    const real = isReal || isRealMove(move);
    const { moves, others } = this.#readersOf(move);
    const isEnd = others.length > 0 || this.#outputs.has(move);
    if (isEnd) return real && piecesOf(move, isMove).unit % this.#block === 0;
    return moves.every((next) => this.#isWayOut(next, real));
  }

  #readersOf(node: Node): Readers {
    const uses = this.#uses.get(node)!;
    return { moves: uses.filter(isFloatMove), others: uses.filter((user) => !isFloatMove(user)) };
  }

  /** `readsColumns`: whether a product of the form reads a value in column blocks and not in another way. `kept`: values that stay in the form. */
  plan(
    sources: ReadonlySet<Node>,
    kept: ReadonlySet<Node>,
    readsColumns: (user: Node, value: Node) => boolean,
  ): MovesPlan {
    const moves = this.#graph.nodes.filter((node) => isFloatMove(node) && !kept.has(node));
    const isPlain = (node: Node): boolean =>
      this.#outputs.has(node) || this.#readersOf(node).others.some((user) => !readsColumns(user, node));
    const ends = new Set(moves.filter((node) => isPlain(node) || this.#readersOf(node).others.length > 0));
    const inner = new Set(moves.filter((node) => !ends.has(node)));
    const isBetween = (node: Node): boolean => inner.has(node);
    const picks = new Map<Node, { intoColumns: boolean }>();
    const ordinary = new Set<Node>();
    for (const end of ends) {
      const way = movesBefore(end, isBetween);
      const { roots, unit } = piecesOf(end, isBetween);
      const fitsBlocks = unit % this.#block === 0;
      const real = way.filter(isRealMove).length;
      const intoColumns = !isPlain(end) && fitsBlocks && real > 0;
      const isPick = roots.some((root) => sources.has(root)) || intoColumns || (real > 1 && unit >= LEAST_UNIT);
      if (isPick) picks.set(end, { intoColumns });
      else for (const move of way) ordinary.add(move);
    }
    return { sources, picks, between: new Set([...inner].filter((node) => !ordinary.has(node))) };
  }
}

const isFloatMove = (node: Node): boolean => isMove(node) && node.dtype === 'float32';
