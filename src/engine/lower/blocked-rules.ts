/**
 * Matrices in blocked form, and their products as convolutions. ONNX Runtime keeps an image of C channels and P places as
 * (C / block, P, block): of each place 8 or 16 channels side by side (NCHWc, by processor). A matrix lies in that form in column
 * blocks, its columns as channels and its rows as places, or in row blocks, which are the column blocks of its transpose. A
 * convolution of single places multiplies two matrices in column blocks, the weights being the second, and gives a third. It
 * reads both in order, where a plain product packs its second factor first; its sums are added up in another order. Its
 * operators are those that ONNX Runtime writes into models it has optimized (com.microsoft.nchwc); not every processor has
 * them, which is for the runtime to find out.
 */
import { type Shape, sizeOf } from '../../tensor/index.ts';
import { type Graph, isOp, type Node } from '../graph/index.ts';
import { type BlockedPlan, extentsOf, planBlocked, type SumPlan } from './blocked.ts';
import { orderKey, orderOf, piecesOf } from './moves.ts';
import { type Lowering, lowerNode } from './rules.ts';

/** Places lie in so many rows of an image, or half of it and so on, so that threads can share them. */
const IMAGE_ROWS = 32;

function imageOf(places: number): [height: number, width: number] {
  let height = IMAGE_ROWS;
  while (places % height !== 0) height /= 2;
  return [height, places / height];
}

type Form = 'columns' | 'rows';

/** A plain matrix as an image: channels last, where it is to lie in column blocks, or first. */
function imageShape(form: Form, rows: number, columns: number): Shape {
  return form === 'columns' ? [1, ...imageOf(rows), columns] : [1, rows, ...imageOf(columns)];
}

/** Where each block of columns of a row lies in column blocks, row by row. */
function leavingOrder(rows: number, blocks: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: rows * blocks }, (_, i) => (i % blocks) * rows + Math.floor(i / blocks));
}

/** Where each block of columns of a row lies in a plain matrix, in the order of column blocks. */
function enteringOrder(rows: number, blocks: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: rows * blocks }, (_, i) => (i % rows) * blocks + Math.floor(i / rows));
}

/** The two orders one after the other. */
function through(order: Int32Array, next: Int32Array): Int32Array<ArrayBuffer> {
  return next.map((place) => order[place]!);
}

/** Pieces of `unit` elements in an order, out of values as if they lay one behind the other. */
interface Pick {
  readonly from: readonly { readonly name: string; readonly elements: number }[];
  readonly unit: number;
  /** Equal for equal orders, which are made once. */
  readonly key: string;
  readonly order: () => Int32Array<ArrayBuffer>;
}

export class BlockedLowering {
  /** Shapes of outputs that come out as images: they have the elements of the node's own shape in its order. */
  readonly images = new Map<Node, Shape>();
  readonly #plan: BlockedPlan;
  readonly #context: Lowering;
  readonly #channelsOfBlock: number;
  /** Values that no node is written for: a sum's product, moves on the way to a pick. */
  readonly #within: ReadonlySet<Node>;
  /** Outputs that no node reads. */
  readonly #ends: ReadonlySet<Node>;
  /** Names of values in blocked form: those kept in column blocks, and copies of plain ones. */
  readonly #kept = new Map<Node, string>();
  /** Names of products in column blocks that leave in picks alone. */
  readonly #sources = new Map<Node, string>();
  /** Names of the orders of picks by their keys; undefined where pieces stay in their order. */
  readonly #orders = new Map<string, string | undefined>();
  readonly #copies: Readonly<Record<Form, Map<Node, string>>> = { columns: new Map(), rows: new Map() };

  constructor(graph: Graph, context: Lowering, channelsOfBlock: number) {
    this.#channelsOfBlock = channelsOfBlock;
    this.#plan = planBlocked(graph);
    const { sums, moves } = this.#plan;
    this.#within = new Set([...[...sums.values()].flatMap(({ way }) => way), ...moves.between]);
    this.#context = context;
    const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
    this.#ends = new Set([...graph.outputs.values()].filter((node) => !read.has(node)));
  }

  /** Lowers a node that reads or gives a value in blocked form; false for any other. */
  lower(node: Node): boolean {
    const { kept, products, sums, moves } = this.#plan;
    const pick = moves.picks.get(node);
    if (this.#within.has(node) || pick?.intoColumns) return true;
    if (pick !== undefined) return this.#pickPlain(node);
    if (isOp(node, 'barrier')) return this.#forget();
    if (sums.has(node)) this.#sum(node, sums.get(node)!);
    else if (isOp(node, 'matmul') && products.has(node)) this.#product(node, products.get(node)!.turned);
    else if (isOp(node, 'reshape') && kept.has(node)) this.#kept.set(node, this.#kept.get(node.inputs[0]!)!);
    else if (node.inputs.some((input) => kept.has(input))) this.#elementwise(node);
    else return false;
    return true;
  }

  /** Behind a barrier values are made again so as not to be kept: nor are copies. */
  #forget(): false {
    for (const copies of Object.values(this.#copies)) copies.clear();
    return false;
  }

  #elementwise(node: Node): void {
    const output = this.#context.fresh();
    const nameOf = (value: Node): string => this.#kept.get(value) ?? this.#context.nameOf(value);
    lowerNode(node, node.inputs.map(nameOf), output, { ...this.#context, nameOf });
    this.#give(node, output, 'columns');
  }

  #product(node: Node<'matmul'>, turned: boolean): void {
    this.#give(node, this.#convolution(node, turned), turned ? 'rows' : 'columns');
  }

  #sum(node: Node, { way, rest }: SumPlan): void {
    this.#give(node, this.#convolution(way[0] as Node<'matmul'>, false, this.#kept.get(rest)), 'columns');
  }

  /** The product, or with `addend` its sum with that, in column blocks or, of a product turned over, in row blocks. */
  #convolution(node: Node<'matmul'>, turned: boolean, addend?: string): string {
    const { model, fresh } = this.#context;
    const [a, b] = node.inputs as [Node, Node];
    const { transposeA, transposeB } = node.attributes;
    const { rows, inner, columns } = extentsOf(node);
    const [image, second] = turned
      ? [this.#inForm('rows', b), this.#inForm('columns', a)] // y^T = b^T a
      : [this.#inForm(transposeA ? 'rows' : 'columns', a), this.#inForm(transposeB ? 'rows' : 'columns', b)];
    const [weights, output] = [fresh(), fresh()];
    model.node('Reshape', [second, model.int64([turned ? rows : columns, inner, 1, 1])], [weights]);
    const noBias = '';
    model.blocked('Conv', [image, weights, ...(addend === undefined ? [] : [noBias, addend])], [output]);
    return output;
  }

  /** A matrix in blocks: the kept value, or a copy that is made once. */
  #inForm(form: Form, node: Node): string {
    const known = (form === 'columns' ? this.#kept.get(node) : undefined) ?? this.#copies[form].get(node);
    if (known !== undefined) return known;
    const isPicked = form === 'columns' && this.#plan.moves.picks.get(node)?.intoColumns;
    const blocked = isPicked ? this.#pickIntoColumns(node) : this.#reordered(form, node);
    this.#copies[form].set(node, blocked);
    return blocked;
  }

  #reordered(form: Form, node: Node): string {
    const { model, nameOf, fresh } = this.#context;
    const [rows, columns] = node.shape as [number, number];
    const [image, blocked] = [fresh(), fresh()];
    model.node('Reshape', [nameOf(node), model.int64(imageShape(form, rows, columns))], [image]);
    model.blocked('ReorderInput', [image], [blocked], { channels_last: Number(form === 'columns') });
    return blocked;
  }

  /** Keeps a value in blocked form, or gives it in its own. An end stays an image, since a reshape would copy it. */
  #give(node: Node, blocked: string, form: Form): void {
    if (this.#plan.kept.has(node)) return void this.#kept.set(node, blocked);
    if (this.#plan.moves.sources.has(node)) return void this.#sources.set(node, blocked);
    const { model, nameOf, fresh } = this.#context;
    const columns = node.shape.at(-1)!;
    const rows = node.shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
    const isEnd = this.#ends.has(node);
    const width = this.#channelsOfBlock;
    if (form === 'columns' && !isEnd) {
      // In a pick threads share what ReorderOutput leaves to one.
      const pieces = this.#picked({
        from: [{ name: blocked, elements: rows * columns }],
        unit: width,
        key: `leaving ${rows} ${columns}`,
        order: () => leavingOrder(rows, columns / width),
      });
      return void model.node('Reshape', [pieces, model.int64(node.shape)], [nameOf(node)]);
    }
    const image = isEnd ? nameOf(node) : fresh();
    const channels = form === 'columns' ? columns : rows;
    model.blocked('ReorderOutput', [blocked], [image], { channels, channels_last: Number(form === 'columns') });
    if (isEnd) this.images.set(node, imageShape(form, rows, columns));
    else model.node('Reshape', [image, model.int64(node.shape)], [nameOf(node)]);
  }

  #pickPlain(node: Node): true {
    const { model, nameOf } = this.#context;
    model.node('Reshape', [this.#picked(this.#pickOf(node)), model.int64(node.shape)], [nameOf(node)]);
    return true;
  }

  /** A matrix in column blocks straight from what its elements are moved from. */
  #pickIntoColumns(node: Node): string {
    const { model, fresh } = this.#context;
    const [rows, columns] = node.shape as [number, number];
    const width = this.#channelsOfBlock;
    const moved = this.#pickOf(node, width);
    const order = () => through(moved.order(), enteringOrder(rows, columns / width));
    const pieces = this.#picked({ ...moved, key: `entering ${rows} ${columns}, ${moved.key}`, order });
    const blocked = fresh();
    model.node('Reshape', [pieces, model.int64([1, columns, ...imageOf(rows)])], [blocked]);
    return blocked;
  }

  /** What the elements of a value are moved from, and the order there of its pieces, of `width` elements or the largest. */
  #pickOf(node: Node, width?: number): Pick {
    const isBetween = (value: Node): boolean => this.#plan.moves.between.has(value);
    const { roots, unit: largest } = piecesOf(node, isBetween);
    const source = roots.find((root) => this.#sources.has(root));
    const unit = (source === undefined ? width : this.#channelsOfBlock) ?? largest; // The plan sees to it that a block divides it
    const from = roots.map((root) => ({
      name: this.#sources.get(root) ?? this.#context.nameOf(root),
      elements: sizeOf(root.shape),
    }));
    const key = orderKey(node, isBetween, roots);
    const order = () => orderOf(node, { roots, unit });
    if (source === undefined) return { from, unit, key, order };
    const [rows, columns] = source.shape as [number, number];
    return { from, unit, key: `leaving, ${key}`, order: () => through(leavingOrder(rows, columns / unit), order()) };
  }

  /** (number of pieces, unit) */
  #picked({ from, unit, key, order }: Pick): string {
    const { model, fresh } = this.#context;
    const inPieces = from.map(({ name, elements }) => {
      const pieces = fresh();
      model.node('Reshape', [name, model.int64([elements / unit, unit])], [pieces]);
      return pieces;
    });
    const [all, picked] = [inPieces.length === 1 ? inPieces[0]! : fresh(), fresh()];
    if (inPieces.length > 1) model.node('Concat', inPieces, [all], { axis: 0 });
    const places = this.#placesOf(key, order);
    if (places === undefined) return all;
    model.node('Gather', [all, places], [picked], { axis: 0 });
    return picked;
  }

  #placesOf(key: string, make: Pick['order']): string | undefined {
    if (!this.#orders.has(key)) {
      const order = make();
      const isInOrder = order.every((place, i) => place === i);
      this.#orders.set(key, isInOrder ? undefined : this.#context.model.int32(order));
    }
    return this.#orders.get(key);
  }
}
