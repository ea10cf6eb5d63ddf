/**
 * One lowering per op: the ONNX nodes that compute it, in the fused form where ONNX Runtime has one. Only operators of
 * the inference runtime are used.
 */
import { sizeOf } from '../../tensor/index.ts';
import type { Node, OpName } from '../graph/index.ts';
import { greatestCommonDivisor } from './moves.ts';
import { ONNX_TYPE, type OnnxModel } from './onnx.ts';

export interface Lowering {
  readonly model: OnnxModel;
  /** Name of the value of a node that was lowered before. */
  nameOf(node: Node): string;
  /** A name for a value inside one op. */
  fresh(): string;
  /** The rmsNorm over the same x and epsilon, whose node yields 1 / rms as a second output. */
  normOf(node: Node<'inverseRms'>): Node<'rmsNorm'> | undefined;
  /** The inverseRms that wants the second output of this rmsNorm. */
  inverseOf(node: Node<'rmsNorm'>): Node<'inverseRms'> | undefined;
  /** The softmax of the same logits, which the gradient of a loss has. */
  softmaxOf(node: Node<'crossEntropy'>): Node<'softmax'> | undefined;
  /** The sigmoid of the same x, which the gradient of silu has; it is lowered before. */
  sigmoidOf(node: Node<'silu'>): Node<'sigmoid'> | undefined;
}

type Rule<K extends OpName> = (node: Node<K>, inputs: readonly string[], output: string, context: Lowering) => void;

/** One ONNX node of the same meaning and no attributes. */
const direct =
  (type: string): Rule<OpName> =>
  (_, inputs, output, { model }) =>
    model.node(type, inputs, [output]);

const reduction =
  (type: string): Rule<'sum' | 'max' | 'sumSquares'> =>
  (node, [x], output, { model }) =>
    model.node(type, [x!, model.int64(node.attributes.axes)], [output], { keepdims: 1 });

const nothing: Rule<OpName> = () => undefined;

/** Adds an axis of size 1 at the end. */
function withLastAxis(name: string, node: Node, context: Lowering): string {
  const result = context.fresh();
  context.model.node('Reshape', [name, context.model.int64([...node.shape, 1])], [result]);
  return result;
}

function counted(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

/** Rows of a piece of a large product. Measured on a whole step: 256 and 512 take less time than 128, 1,024 or all (LOG.md). */
const PIECE_ROWS = 256;

/** Elements of the second factor from which on cutting the first one saves more than the nodes for it cost. */
const LARGE_FACTOR = 2 ** 17;

/** Equal pieces of at least PIECE_ROWS rows in which to compute a product of two matrices. */
function piecesOf({ shape, inputs, attributes }: Node<'matmul'>): number {
  const [rows, columns] = shape as [number, number];
  if (shape.length !== 2 || attributes.transposeA || columns === 1 || sizeOf(inputs[1]!.shape) < LARGE_FACTOR) return 1;
  let pieces = Math.max(1, Math.floor(rows / PIECE_ROWS));
  while (rows % pieces !== 0) pieces--;
  return pieces;
}

/** Elements of a piece from which on picking pieces of a tensor, which threads share, takes less time than a Slice, which they do not. */
const LARGE_PIECE = 2 ** 12;

/** A slice as equal pieces of its input that lie together, in order, if they are large. */
function largePieces({ inputs, attributes }: Node<'slice'>): { elements: number; indices: number[] } | undefined {
  const { axis, start, end } = attributes;
  const { shape } = inputs[0]!;
  const along = [start, end, shape[axis]!].reduce(greatestCommonDivisor);
  const elements = along * sizeOf(shape.slice(axis + 1));
  if (elements < LARGE_PIECE) return undefined;
  const [first, count, stride] = [start / along, (end - start) / along, shape[axis]! / along];
  const outer = counted(sizeOf(shape.slice(0, axis)));
  return { elements, indices: outer.flatMap((i) => counted(count).map((j) => i * stride + first + j)) };
}

export const loweringRules = {
  input: nothing,
  constant: (node, _, output, { model }) => void model.initializer(output, node.attributes.value),
  fill(node, _, output, { model }) {
    const { value } = node.attributes;
    const data = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[node.dtype].of(value);
    const scalar = model.initializer(node.shape.length === 0 ? output : `${output}:value`, {
      dtype: node.dtype,
      shape: [],
      data,
    } as Parameters<typeof model.initializer>[1]);
    if (node.shape.length > 0) model.node('Expand', [scalar, model.int64(node.shape)], [output]);
  },
  neg: direct('Neg'),
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  reciprocal: direct('Reciprocal'),
  abs: direct('Abs'),
  sigmoid: direct('Sigmoid'),
  tanh: direct('Tanh'),
  roundHalf(_, [x], output, { model, fresh }) {
    const half = fresh();
    model.node('Cast', [x!], [half], { to: ONNX_TYPE.float16 });
    model.node('Cast', [half], [output], { to: ONNX_TYPE.float32 });
  },
  not: direct('Not'),
  cast: (node, [x], output, { model }) => model.node('Cast', [x!], [output], { to: ONNX_TYPE[node.attributes.to] }),
  stopGradient: direct('Identity'),
  // x - 0, the 0 taken from y: y0 < y0 is false for every number. Minus, because -0 + 0 is 0
  barrier(node, [x, y], output, { model, fresh }) {
    const [flat, first, never, zero] = [fresh(), fresh(), fresh(), fresh()];
    model.node('Reshape', [y!, model.int64([sizeOf(node.inputs[1]!.shape)])], [flat]);
    model.node('Slice', [flat, model.int64([0]), model.int64([1]), model.int64([0])], [first]);
    model.node('Less', [first, first], [never]);
    model.node('Cast', [never], [zero], { to: ONNX_TYPE.float32 });
    const lone = node.shape.length === 0 ? fresh() : zero;
    if (lone !== zero) model.node('Reshape', [zero, model.int64([])], [lone]);
    model.node('Sub', [x!, lone], [output]);
  },
  add: direct('Add'),
  sub: direct('Sub'),
  mul: direct('Mul'),
  div: direct('Div'),
  maximum: direct('Max'),
  less: direct('Less'),
  lessEqual: direct('LessOrEqual'),
  equal: direct('Equal'),
  and: direct('And'),
  select: direct('Where'),
  reshape: (node, [x], output, { model }) => model.node('Reshape', [x!, model.int64(node.shape)], [output]),
  transpose: (node, [x], output, { model }) =>
    model.node('Transpose', [x!], [output], { perm: node.attributes.permutation }),
  broadcast: (node, [x], output, { model }) => model.node('Expand', [x!, model.int64(node.shape)], [output]),
  slice(node, [x], output, { model, fresh }) {
    const { axis, start, end } = node.attributes;
    const pieces = largePieces(node);
    if (pieces !== undefined) {
      const [whole, picked] = [fresh(), fresh()];
      model.node('Reshape', [x!, model.int64([-1, pieces.elements])], [whole]);
      model.node('Gather', [whole, model.int64(pieces.indices)], [picked], { axis: 0 });
      return void model.node('Reshape', [picked, model.int64(node.shape)], [output]);
    }
    model.node('Slice', [x!, model.int64([start]), model.int64([end]), model.int64([axis])], [output]);
  },
  concat: (node, inputs, output, { model }) => model.node('Concat', inputs, [output], { axis: node.attributes.axis }),
  sum: reduction('ReduceSum'),
  max: reduction('ReduceMax'),
  sumSquares: reduction('ReduceSumSquare'),
  matmul(node, [a, b], output, { model, fresh }) {
    const { transposeA, transposeB, alpha } = node.attributes;
    const [rows, columns] = node.shape.slice(-2) as [number, number];
    // A product turns its first factor over piece by piece, for every piece of the second one again. Turning the narrower
    // factor over before saves a fifth of the time for an output projection; of two of one width it is the second, the input
    // of a layer, which other products have turned over as well.
    const turns = node.shape.length === 2 && transposeA && !transposeB;
    const [turned, product] = [fresh(), fresh()];
    if (turns && rows >= columns) {
      model.node('Transpose', [b!], [turned], { perm: [1, 0] });
      model.contrib('FusedMatMul', [turned, a!], [product], { alpha: { float: alpha } }); // a^T b = (b^T a)^T
      model.node('Transpose', [product], [output], { perm: [1, 0] });
      return;
    }
    if (turns && columns >= 2 * rows) {
      model.node('Transpose', [a!], [turned], { perm: [1, 0] });
      model.contrib('FusedMatMul', [turned, b!], [output], { alpha: { float: alpha } });
      return;
    }
    const attributes = { transA: Number(transposeA), transB: Number(transposeB), alpha: { float: alpha } };
    const pieces = piecesOf(node);
    if (pieces === 1) return void model.contrib('FusedMatMul', [a!, b!], [output], attributes);
    // A batch of pieces of rows beside the whole second factor: a thread finds its piece again in its cache. The second
    // factor has an axis more than the first, else ONNX Runtime takes the batch for one product. Each row's sums stay the same.
    const [left, right] = node.inputs as [Node, Node];
    const [inPieces, shared] = [fresh(), fresh()];
    model.node('Reshape', [a!, model.int64([pieces, rows / pieces, left.shape[1]!])], [inPieces]);
    model.node('Reshape', [b!, model.int64([1, 1, ...right.shape])], [shared]);
    model.contrib('FusedMatMul', [inPieces, shared], [product], attributes); // (1, pieces, rows / pieces, columns)
    model.node('Reshape', [product, model.int64(node.shape)], [output]);
  },
  gatherRows: (_, inputs, output, { model }) => model.node('Gather', inputs, [output], { axis: 0 }),
  // ScatterND with reduction=add loses updates when two threads meet; ScatterElements does not.
  scatterAddRows(node, [ids, updates], output, context) {
    const { model, fresh } = context;
    const [idsNode, updatesNode] = node.inputs as [Node, Node];
    const [zero, zeros, repeated] = [fresh(), fresh(), fresh()];
    model.initializer(zero, { dtype: 'float32', shape: [], data: Float32Array.of(0) });
    model.node('Expand', [zero, model.int64(node.shape)], [zeros]);
    model.node('Expand', [withLastAxis(ids!, idsNode, context), model.int64(updatesNode.shape)], [repeated]);
    model.node('ScatterElements', [zeros, repeated, updates!], [output], { axis: 0, reduction: 'add' });
  },
  pickLast(node, [x, ids], output, context) {
    const picked = context.fresh();
    const axis = node.shape.length;
    context.model.node('GatherElements', [x!, withLastAxis(ids!, node.inputs[1]!, context)], [picked], { axis });
    context.model.node('Reshape', [picked, context.model.int64(node.shape)], [output]);
  },
  addAtLast(node, [x, ids, updates], output, context) {
    const indices = withLastAxis(ids!, node.inputs[1]!, context);
    const values = withLastAxis(updates!, node.inputs[2]!, context);
    const axis = node.shape.length - 1;
    context.model.node('ScatterElements', [x!, indices, values], [output], { axis, reduction: 'add' });
  },
  softmax: (_, inputs, output, { model }) => model.node('Softmax', inputs, [output], { axis: -1 }),
  logSumExp: (node, [x], output, { model }) =>
    model.node('ReduceLogSumExp', [x!, model.int64([node.shape.length - 1])], [output], { keepdims: 1 }),
  silu(node, [x], output, { model, nameOf, sigmoidOf }) {
    const sigmoid = sigmoidOf(node);
    if (sigmoid !== undefined) return model.node('Mul', [x!, nameOf(sigmoid)], [output]);
    model.contrib('QuickGelu', [x!], [output], { alpha: { float: 1 } });
  },
  rmsNorm(node, inputs, output, { model, inverseOf, nameOf }) {
    const inverse = inverseOf(node);
    const outputs = inverse === undefined ? [output] : [output, nameOf(inverse)];
    const attributes = { axis: -1, epsilon: { float: node.attributes.epsilon }, stash_type: 1 };
    model.node('SimplifiedLayerNormalization', inputs, outputs, attributes);
  },
  inverseRms(node, [x], output, { model, fresh, normOf }) {
    if (normOf(node) !== undefined) return; // The norm's own node yields it.
    const [sum, mean, shifted, root] = [fresh(), fresh(), fresh(), fresh()];
    const scale = (value: number) =>
      model.initializer(fresh(), { dtype: 'float32', shape: [], data: Float32Array.of(value) });
    model.node('ReduceSumSquare', [x!, model.int64([node.shape.length - 1])], [sum], { keepdims: 1 });
    model.node('Mul', [sum, scale(1 / node.inputs[0]!.shape.at(-1)!)], [mean]);
    model.node('Add', [mean, scale(node.attributes.epsilon)], [shifted]);
    model.node('Sqrt', [shifted], [root]);
    model.node('Reciprocal', [root], [output]);
  },
  // RotaryEmbedding wants a table that positions index: here row b * T + t of the cos and sin given.
  rope(node, [x, cos, sin], output, { model, fresh }) {
    const [batch, , time, width] = node.shape as [number, number, number, number];
    const [cosRows, sinRows, positions] = [fresh(), fresh(), fresh()];
    model.node('Reshape', [cos!, model.int64([batch * time, width / 2])], [cosRows]);
    model.node('Reshape', [sin!, model.int64([batch * time, width / 2])], [sinRows]);
    model.node('Reshape', [model.int64(counted(batch * time)), model.int64([batch, time])], [positions]);
    model.contrib('RotaryEmbedding', [x!, positions, cosRows, sinRows], [output], { interleaved: 0 });
  },
  crossEntropy(node, [logits, targets], output, context) {
    const { model, fresh, nameOf, softmaxOf } = context;
    const softmax = softmaxOf(node);
    const [table, picked, flat] = [softmax === undefined ? fresh() : nameOf(softmax), fresh(), fresh()];
    if (softmax === undefined) model.node('LogSoftmax', [logits!], [table], { axis: -1 });
    const indices = withLastAxis(targets!, node.inputs[1]!, context);
    model.node('GatherElements', [table, indices], [picked], { axis: 1 });
    model.node('Reshape', [picked, model.int64(node.shape)], [flat]);
    if (softmax === undefined) return model.node('Neg', [flat], [output]);
    // From the probability, where it is there, instead of another table of N * V logarithms: at most 87.3 nats
    const [smallest, bounded, logarithm] = [fresh(), fresh(), fresh()];
    model.initializer(smallest, { dtype: 'float32', shape: [], data: Float32Array.of(2 ** -126) });
    model.node('Max', [flat, smallest], [bounded]);
    model.node('Log', [bounded], [logarithm]);
    model.node('Neg', [logarithm], [output]);
  },
} satisfies { [K in OpName]: Rule<K> };

export function lowerNode(node: Node, inputs: readonly string[], output: string, context: Lowering): void {
  (loweringRules[node.op] as Rule<OpName>)(node, inputs, output, context);
}
