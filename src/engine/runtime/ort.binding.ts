/** What the binding of ONNX Runtime can do under the Node that runs it. It asks the binding; it knows no versions. */
import * as ort from 'onnxruntime-node';

/** Fields of a protobuf message below 128 bytes: an integer below 128, a message or text with its length. */
const integer = (field: number, value: number): number[] => [8 * field, value];
const message = (field: number, ...parts: number[][]): number[] => [
  8 * field + 2,
  parts.flat().length,
  ...parts.flat(),
];
const text = (field: number, value: string): number[] => message(field, [...Buffer.from(value)]);

/** y = -x for one element, as a ModelProto (onnx.proto3). */
function smallestModel(): Uint8Array {
  const value = (name: string): number[][] => [
    text(1, name),
    message(2, message(1, integer(1, 1), message(2, message(1, integer(1, 1))))), // A tensor of float, shape [1]
  ];
  const node = message(1, text(1, 'x'), text(2, 'y'), text(4, 'Neg'));
  const graph = message(7, node, text(2, 'probe'), message(11, ...value('x')), message(12, ...value('y')));
  return Uint8Array.from([integer(1, 9), graph, message(8, text(1, ''), integer(2, 18))].flat());
}

/**
 * Whether a tensor may lie in shared memory. Under Node 20 the interface of native modules knows ArrayBuffer alone and the binding
 * refuses others (`napi_get_arraybuffer_info`).
 */
export async function takesSharedMemory(): Promise<boolean> {
  const session = await ort.InferenceSession.create(smallestModel(), { intraOpNumThreads: 1, logSeverityLevel: 3 });
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
