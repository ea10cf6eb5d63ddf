/**
 * Matrices in blocked form, and their products as convolutions. ONNX Runtime keeps an image of C channels and P places as
 * (C / block, P, block): of each place 8 or 16 channels side by side (NCHWc, by processor). A matrix lies in that form in column
 * blocks, its columns as channels and its rows as places, or in row blocks, which are the column blocks of its transpose. A
 * convolution of single places multiplies two matrices in column blocks, the weights being the second, and gives a third. It
 * reads both in order, where a plain product packs its second factor first, and gave the same bits in every step that was set
 * beside one without it (LOG.md). Its operators are those that ONNX Runtime writes into models it has optimized (com.microsoft.nchwc);
 * not every processor has them, which is for the runtime to find out.
 */
import type { Shape } from '../../tensor/index.ts';
import { type Graph, isOp, type Node } from '../graph/index.ts';
import { type BlockedPlan, extentsOf, planBlocked, type SumPlan } from './blocked.ts';
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

/** (B, H, T, D); a matrix has one batch and one head. */
type HeadShape = readonly [number, number, number, number];

/** For each piece of (B, H, T, pieces of D) in order, where it lies in the column blocks of the matrix (B * T, H * D). */
function pieceOrder([batch, heads, time, pieces]: HeadShape): Int32Array<ArrayBuffer> {
  const order = new Int32Array(batch * heads * time * pieces);
  let at = 0;
  for (let b = 0; b < batch; b++)
    for (let h = 0; h < heads; h++)
      for (let t = 0; t < time; t++)
        for (let piece = 0; piece < pieces; piece++) order[at++] = (h * pieces + piece) * batch * time + b * time + t;
  return order;
}

export class BlockedLowering {
  /** Shapes of outputs that come out as images: they have the elements of the node's own shape in its order. */
  readonly images = new Map<Node, Shape>();
  readonly #plan: BlockedPlan;
  readonly #context: Lowering;
  readonly #channelsOfBlock: number;
  /** Values that no node is written for: a sum's product, what lies between a product and its heads. */
  readonly #within: ReadonlySet<Node>;
  /** Outputs that no node reads. */
  readonly #ends: ReadonlySet<Node>;
  /** Names of values in blocked form: those kept in column blocks, and copies of plain ones. */
  readonly #kept = new Map<Node, string>();
  readonly #copies: Readonly<Record<Form, Map<Node, string>>> = { columns: new Map(), rows: new Map() };

  constructor(graph: Graph, context: Lowering, channelsOfBlock: number) {
    this.#channelsOfBlock = channelsOfBlock;
    this.#plan = planBlocked(graph);
    const { sums, heads } = this.#plan;
    this.#within = new Set([
      ...[...sums.values()].flatMap(({ way }) => way),
      ...[...heads.values()].flatMap((way) => way.slice(1)),
    ]);
    this.#context = context;
    const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
    this.#ends = new Set([...graph.outputs.values()].filter((node) => !read.has(node)));
  }

  /** Lowers a node that reads or gives a value in blocked form; false for any other. */
  lower(node: Node): boolean {
    const { kept, products, sums } = this.#plan;
    if (this.#within.has(node)) return true;
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
    const { model, nameOf, fresh } = this.#context;
    const [rows, columns] = node.shape as [number, number];
    const [image, blocked] = [fresh(), fresh()];
    model.node('Reshape', [nameOf(node), model.int64(imageShape(form, rows, columns))], [image]);
    model.blocked('ReorderInput', [image], [blocked], { channels_last: Number(form === 'columns') });
    this.#copies[form].set(node, blocked);
    return blocked;
  }

  /** Keeps a value in blocked form, or gives it in its own. An end stays an image, since a reshape would copy it. */
  #give(node: Node, blocked: string, form: Form): void {
    if (this.#plan.kept.has(node)) return void this.#kept.set(node, blocked);
    const { model, nameOf, fresh } = this.#context;
    const columns = node.shape.at(-1)!;
    const rows = node.shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
    const isEnd = this.#ends.has(node);
    if (form === 'columns' && !isEnd) return void this.#pick(node, blocked, [rows, columns]);
    const image = isEnd ? nameOf(node) : fresh();
    const channels = form === 'columns' ? columns : rows;
    model.blocked('ReorderOutput', [blocked], [image], { channels, channels_last: Number(form === 'columns') });
    if (isEnd) this.images.set(node, imageShape(form, rows, columns));
    else model.node('Reshape', [image, model.int64(node.shape)], [nameOf(node)]);
  }

  /** Leaves column blocks by picking what lies together of each row, or head, in turn: threads share that, and no ReorderOutput. */
  #pick(product: Node, blocked: string, [rows, columns]: readonly [number, number]): void {
    const node = this.#plan.heads.get(product)?.at(-1) ?? product;
    const { model, nameOf, fresh } = this.#context;
    const width = this.#channelsOfBlock;
    const [pieces, picked] = [fresh(), fresh()];
    const [batch, heads, time, headWidth] = node === product ? [1, 1, rows, columns] : (node.shape as HeadShape);
    const order = model.initializer(`pieces:${[batch, heads, time, headWidth]}`, {
      dtype: 'int32',
      shape: [batch * heads * time, headWidth / width],
      data: pieceOrder([batch, heads, time, headWidth / width]),
    });
    model.node('Reshape', [blocked, model.int64([(rows * columns) / width, width])], [pieces]);
    model.node('Gather', [pieces, order], [picked], { axis: 0 });
    model.node('Reshape', [picked, model.int64(node.shape)], [nameOf(node)]);
  }
}
