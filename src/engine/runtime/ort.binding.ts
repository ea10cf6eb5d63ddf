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

/**
 * Channels of a block in images in ONNX Runtime's blocked form, which depend on the processor; 0 where it has no operators for
 * such images.
 */
export async function channelsOfBlock(): Promise<number> {
  const shape = [1, 16, 1, 2];
  const session = await sessionUnlessMissing(smallestModel(INTO_BLOCKS, shape));
  if (session === undefined) return 0;
  // Two places, whose channels lie two elements apart: where the first channel of the second place lands, the block has ended.
  const x = new ort.Tensor(
    'float32',
    Float32Array.from({ length: 32 }, (_, i) => i),
    shape,
  );
  const { y } = await session.run({ x });
  await session.release();
  return (y!.data as Float32Array).indexOf(1);
}

/** A session, or nothing where ONNX Runtime has no kernel of the operator for this processor. */
async function sessionUnlessMissing(model: Uint8Array): Promise<ort.InferenceSession | undefined> {
  try {
    return await ort.InferenceSession.create(model, OPTIONS);
  } catch (error) {
    if (error instanceof Error && /Could not find an implementation/.test(error.message)) return undefined;
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
