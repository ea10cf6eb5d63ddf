/**
 * An ONNX model under construction: nodes, initializers, inputs and outputs, written as protobuf. Field numbers are those
 * of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3). It knows nothing of our ops.
 */
import type { DType, HostTensor, Shape } from '../../tensor/index.ts';
import { ProtobufWriter } from './protobuf.ts';
import { withoutIdleReshapes } from './reshapes.ts';

/** TensorProto.DataType */
export const ONNX_TYPE = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

const IR_VERSION = 9;
const OPSET = 18;
const MICROSOFT = 'com.microsoft';
const BLOCKED = 'com.microsoft.nchwc';
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** An attribute's value: a whole number is written as int, an `OnnxFloat` as float. */
export type OnnxAttribute = number | string | readonly number[] | OnnxFloat;
export interface OnnxFloat {
  readonly float: number;
}

interface OnnxNode {
  readonly type: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

interface Typed {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

function bytesOf(tensor: HostTensor): Uint8Array {
  const data = tensor.data instanceof Float64Array ? Float32Array.from(tensor.data) : tensor.data;
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

export class OnnxModel {
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers = new Map<string, { type: number; shape: Shape; bytes: Uint8Array }>();
  readonly #vectors = new Map<string, string>();
  readonly #inputs: Typed[] = [];
  readonly #outputs: Typed[] = [];
  readonly #sequenceOutputs: string[] = [];

  /** Adds a node of the ONNX standard. An empty output name leaves an optional output out. */
  node(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): void {
    this.#nodes.push({ type, domain: '', inputs, outputs, attributes });
  }

  /** Adds a node of ONNX Runtime's own operators (its ContribOperators.md). */
  contrib(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): void {
    this.#nodes.push({ type, domain: MICROSOFT, inputs, outputs, attributes });
  }

  /** Adds a node on images in blocked form, of the operators in ONNX Runtime's optimized models (its nchwc_ops.cc). */
  blocked(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): void {
    this.#nodes.push({ type, domain: BLOCKED, inputs, outputs, attributes });
  }

  initializer(name: string, tensor: HostTensor): string {
    this.#initializers.set(name, { type: ONNX_TYPE[tensor.dtype], shape: tensor.shape, bytes: bytesOf(tensor) });
    return name;
  }

  /** A vector of int64, as ONNX wants shapes, axes and positions. The same vector is stored once. */
  int64(values: readonly number[]): string {
    const key = values.join();
    const known = this.#vectors.get(key);
    if (known !== undefined) return known;
    const name = `int64:${this.#vectors.size}`;
    const data = BigInt64Array.from(values, BigInt);
    this.#initializers.set(name, { type: ONNX_TYPE.int64, shape: [values.length], bytes: new Uint8Array(data.buffer) });
    this.#vectors.set(key, name);
    return name;
  }

  /** A vector of int32: places to pick from. */
  int32(values: Int32Array<ArrayBuffer>): string {
    return this.initializer(`int32:${this.#initializers.size}`, {
      dtype: 'int32',
      shape: [values.length],
      data: values,
    });
  }

  input(typed: Typed): void {
    this.#inputs.push(typed);
  }

  output(typed: Typed): void {
    this.#outputs.push(typed);
  }

  /** An output that is a sequence of float32 tensors. These come before all others. */
  sequenceOutput(name: string): void {
    this.#sequenceOutputs.push(name);
  }

  /**
   * The bytes. Nodes stand in them from the last to the first: ONNX Runtime orders a graph by going back from its ends and
   * takes, of what it could compute next, what stands last. So it computes them in the order in which they were added, and a
   * value is read soon after it was made; the other way round it keeps the gradient of every layer until the end.
   * `shapes`: those of named values, as far as they are known.
   */
  finish(shapes: ReadonlyMap<string, Shape> = new Map()): Uint8Array<ArrayBuffer> {
    const vectors = new Map(
      [...this.#vectors].map(([values, name]) => [name, values === '' ? [] : values.split(',').map(Number)]),
    );
    const kept = new Set([...this.#sequenceOutputs, ...this.#outputs.map(({ name }) => name)]);
    const nodes = withoutIdleReshapes(this.#nodes, { shapes, vectors, kept });
    const writer = new ProtobufWriter();
    writer.integer(1, IR_VERSION).text(2, 'expchat');
    writer.message(7, (graph) => {
      for (const node of nodes.toReversed()) graph.message(1, (w) => writeNode(w, node));
      graph.text(2, 'expchat');
      for (const [name, { type, shape, bytes }] of this.#initializers) {
        graph.message(5, (w) => {
          for (const extent of shape) w.integer(1, extent);
          w.integer(2, type).text(8, name).bytes(9, bytes);
        });
      }
      for (const input of this.#inputs) graph.message(11, (w) => writeType(w, input));
      for (const name of this.#sequenceOutputs) graph.message(12, (w) => writeSequenceType(w, name));
      for (const output of this.#outputs) graph.message(12, (w) => writeType(w, output));
    });
    writer.message(8, (w) => w.text(1, '').integer(2, OPSET));
    for (const domain of [MICROSOFT, BLOCKED]) writer.message(8, (w) => w.text(1, domain).integer(2, 1));
    return writer.finish();
  }
}

function writeNode(writer: ProtobufWriter, node: OnnxNode): void {
  for (const input of node.inputs) writer.text(1, input);
  for (const output of node.outputs) writer.text(2, output);
  writer.text(4, node.type);
  for (const [name, value] of Object.entries(node.attributes)) {
    writer.message(5, (w) => writeAttribute(w.text(1, name), value));
  }
  if (node.domain !== '') writer.text(7, node.domain);
}

function writeAttribute(writer: ProtobufWriter, value: OnnxAttribute): void {
  if (typeof value === 'number') writer.integer(3, value).integer(20, ATTRIBUTE_TYPE.int);
  else if (typeof value === 'string') writer.text(4, value).integer(20, ATTRIBUTE_TYPE.string);
  else if ('float' in value) writer.float(2, value.float).integer(20, ATTRIBUTE_TYPE.float);
  else {
    for (const element of value) writer.integer(8, element);
    writer.integer(20, ATTRIBUTE_TYPE.ints);
  }
}

function writeType(writer: ProtobufWriter, { name, dtype, shape }: Typed): void {
  writer.text(1, name).message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.integer(1, ONNX_TYPE[dtype]).message(2, (dims) => {
        for (const extent of shape) dims.message(1, (dim) => dim.integer(1, extent));
      });
    }),
  );
}

function writeSequenceType(writer: ProtobufWriter, name: string): void {
  const element = (type: ProtobufWriter): void => {
    type.message(1, (tensor) => tensor.integer(1, ONNX_TYPE.float32));
  };
  writer.text(1, name).message(2, (type) => type.message(4, (sequence) => sequence.message(1, element)));
}
