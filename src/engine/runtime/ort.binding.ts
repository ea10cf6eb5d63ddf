/**
 * What ONNX Runtime can do on this processor and its binding under the Node that runs it. It asks them; it knows no versions.
 */
import * as ort from 'onnxruntime-node';

/** Fields of a protobuf message below 128 bytes: an integer below 128, a message or text with its length. */
const integer = (field: number, value: number): number[] => [8 * field, value];
const message = (field: number, ...parts: number[][]): number[] => [
  8 * field + 2,
  parts.flat().length,
  ...parts.flat(),
];
const text = (field: number, value: string): number[] => message(field, [...Buffer.from(value)]);

interface Operator {
  readonly type: string;
  readonly domain: string;
  readonly version: number;
}

/** y = operator(x) of floats of one shape, as a ModelProto (onnx.proto3). */
function smallestModel({ type, domain, version }: Operator, shape: readonly number[]): Uint8Array {
  const extents = shape.map((extent) => message(1, integer(1, extent)));
  const value = (name: string): number[][] => [
    text(1, name),
    message(2, message(1, integer(1, 1), message(2, ...extents))),
  ];
  const node = message(1, text(1, 'x'), text(2, 'y'), text(4, type), text(7, domain));
  const graph = message(7, node, text(2, 'probe'), message(11, ...value('x')), message(12, ...value('y')));
  return Uint8Array.from([integer(1, 9), graph, message(8, text(1, domain), integer(2, version))].flat());
}

const NEGATION: Operator = { type: 'Neg', domain: '', version: 18 };
const INTO_BLOCKS: Operator = { type: 'ReorderInput', domain: 'com.microsoft.nchwc', version: 1 };
const OPTIONS: ort.InferenceSession.SessionOptions = { intraOpNumThreads: 1, logSeverityLevel: 3 };

/** Makes numbers below 2^-126 zero for this thread if no session was made in this process before and the processor can do that. */
export async function zeroTinyNumbers(): Promise<void> {
  const options = { ...OPTIONS, extra: { session: { set_denormal_as_zero: '1' } } };
  await (await ort.InferenceSession.create(smallestModel(NEGATION, [1]), options)).release();
}

/** Whether numbers below 2^-126 are zero for this thread. */
export function zeroesTinyNumbers(): boolean {
  const [tiny] = Float64Array.of(2 ** -1070);
  return tiny! * 2 ** 100 === 0;
}

/** Whether ONNX Runtime has operators for this processor that compute on images in blocked form: its kernels exist or do not. */
export async function computesBlocked(): Promise<boolean> {
  try {
    await (await ort.InferenceSession.create(smallestModel(INTO_BLOCKS, [1, 16, 1, 1]), OPTIONS)).release();
    return true;
  } catch (error) {
    if (error instanceof Error && /Could not find an implementation/.test(error.message)) return false;
    throw error;
  }
}

/**
 * Whether a tensor may lie in shared memory. Under Node 20 the interface of native modules knows ArrayBuffer alone and the binding
 * refuses others (`napi_get_arraybuffer_info`).
 */
export async function takesSharedMemory(): Promise<boolean> {
  const session = await ort.InferenceSession.create(smallestModel(NEGATION, [1]), OPTIONS);
  try {
    await session.run({ x: new ort.Tensor('float32', new Float32Array(new SharedArrayBuffer(4)), [1]) });
    return true;
  } catch (error) {
    if (error instanceof Error && /Invalid argument/.test(error.message)) return false;
    throw error;
  } finally {
    await session.release();
  }
}
