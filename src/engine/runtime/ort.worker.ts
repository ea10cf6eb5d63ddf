/**
 * The thread in which ONNX Runtime computes: its `run` blocks the thread that calls it. Holds the sessions and the
 * resident tensors; answers one message at a time. It knows programs only as ONNX bytes and input shapes.
 */
import { type MessagePort, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import { isExpChatError } from '../../base/index.ts';
import { type HostTensor, type Shape, zeros } from '../../tensor/index.ts';
import type { LoweredProgram } from '../lower/index.ts';
import { Crew } from './crew.ts';
import { channelsOfBlock, takesSharedMemory, zeroesTinyNumbers } from './ort.binding.ts';
import { Residents, type TensorType } from './resident.ts';
import { total, type UpdateKernelName, type UpdateSlot } from './resident-kernels.ts';
import type { Feeds, ResidentUpdate } from './runtime.ts';
import { SEPARATE_BUFFERS, SharedMemory } from './shared-memory.ts';

export interface WorkerOptions {
  readonly threads: number;
  /** Whether tensors may lie in shared memory; where it is undefined, the binding is asked. */
  readonly sharedMemory?: boolean | undefined;
}

export type Request =
  | {
      readonly kind: 'prepare';
      readonly onnx: LoweredProgram;
      readonly inputs: ReadonlyMap<string, TensorType>;
      readonly outputs: ReadonlyMap<string, TensorType>;
      readonly updates: readonly ResidentUpdate[];
    }
  | { readonly kind: 'channelsOfBlock' }
  | { readonly kind: 'run'; readonly program: number; readonly feeds: Feeds }
  | { readonly kind: 'release'; readonly program: number }
  | { readonly kind: 'put'; readonly tensors: Readonly<Record<string, HostTensor>> }
  | { readonly kind: 'get'; readonly names: readonly string[] }
  | { readonly kind: 'drop'; readonly names: readonly string[] }
  | { readonly kind: 'update'; readonly kernel: UpdateKernelName; readonly slots: readonly UpdateSlot[] }
  | { readonly kind: 'sumSquares'; readonly names: readonly string[] };

export interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

interface Prepared {
  readonly session: ort.InferenceSession;
  readonly inputs: ReadonlyMap<string, TensorType>;
  readonly outputs: ReadonlyMap<string, TensorType>;
  /** Shapes in which the session gives the outputs. */
  readonly outputShapes: ReadonlyMap<string, Shape>;
  readonly updates: ReadonlyMap<string, ResidentUpdate>;
}

const { port, ...options } = workerData as WorkerOptions & { readonly port: MessagePort };
const memory = (options.sharedMemory ?? (await takesSharedMemory())) ? new SharedMemory() : undefined;
const residents = new Residents(memory ?? SEPARATE_BUFFERS);
const crew = new Crew(memory === undefined ? 1 : options.threads, memory?.common); // Others see only what is shared.
const prepared = new Map<number, Prepared>();
let nextProgram = 1;

function sessionOptions(): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableMemPattern: false, // Planned ahead a step takes half as much memory again, and no less time (LOG.md)
    enableCpuMemArena: true,
    logSeverityLevel: 3,
    // Else threads of one session wait for work by spinning while another session or an update needs their core.
    // They are to take tiny numbers for zero if this thread does. And a transposition that a program asks for is not to be put back into the product after it.
    extra: {
      session: { force_spinning_stop: '1', set_denormal_as_zero: zeroesTinyNumbers() ? '1' : '0' },
      optimization: { disable_specified_optimizers: 'MatmulTransposeFusion' },
    },
  };
}

async function prepare(request: Request & { kind: 'prepare' }): Promise<number> {
  const { bytes, outputShapes } = request.onnx;
  const session = await ort.InferenceSession.create(bytes, sessionOptions());
  const updates = new Map(request.updates.map((update) => [update.output, update]));
  const { inputs, outputs } = request;
  prepared.set(nextProgram, { session, inputs, outputs, outputShapes, updates });
  return nextProgram++;
}

/** Frees the memory of a tensor that nothing will read again, before the garbage collector would. */
function free(tensor: HostTensor): void {
  const buffer = tensor.data.buffer as ArrayBuffer & { transfer?: (length: number) => ArrayBuffer };
  buffer.transfer?.(0);
}

function toOrt(tensor: HostTensor, shape = tensor.shape): ort.Tensor {
  const foreign = memory === undefined && tensor.data.buffer instanceof SharedArrayBuffer; // A feed that others share
  const data = (foreign ? tensor.data.slice() : tensor.data) as Float32Array;
  return new ort.Tensor(tensor.dtype, data, shape as number[]);
}

function toOrtAll(
  tensors: ReadonlyMap<string, HostTensor>,
  shapes?: ReadonlyMap<string, Shape>,
): Record<string, ort.Tensor> {
  return Object.fromEntries([...tensors].map(([name, tensor]) => [name, toOrt(tensor, shapes?.get(name))]));
}

/** What the binding says of an output that is no tensor, after the run. */
const NO_TENSOR = /Non tensor type/;

/** Copying outputs of fewer bytes takes less time than an exception. */
const LEAST_SEALED_BYTES = 2 ** 18;

/**
 * Runs a session that writes all its outputs into the tensors of `outputs`. The binding would then copy each into a fresh
 * buffer as well (0.6 ns a byte: 5 % of a training step), one after the other, unless it can not convert one. So a program's
 * first output is one more, a sequence (`SEAL` in `lower`): asked for, it stops the binding there, when all is computed and
 * written. One that learns to convert sequences only makes these copies again.
 */
async function runInto(
  { session, outputShapes }: Prepared,
  inputs: ReadonlyMap<string, HostTensor>,
  outputs: ReadonlyMap<string, HostTensor>,
): Promise<void> {
  try {
    const bytes = [...outputs.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    const seal = bytes < LEAST_SEALED_BYTES ? [] : session.outputNames.filter((name) => !outputs.has(name));
    await session.run(toOrtAll(inputs), {
      ...Object.fromEntries(seal.map((name) => [name, null])),
      ...toOrtAll(outputs, outputShapes),
    });
  } catch (error) {
    if (!(error instanceof Error && NO_TENSOR.test(error.message))) throw error;
  }
}

async function run({ program, feeds }: Request & { kind: 'run' }): Promise<Record<string, HostTensor>> {
  const found = prepared.get(program)!;
  const { inputs, outputs: types, updates } = found;
  const resolved = residents.resolve(inputs, feeds);
  const inPlace = new Set<string>();
  const outputs = new Map<string, HostTensor>();
  for (const [name, type] of types) {
    const update = updates.get(name);
    const place =
      update === undefined || inputs.has(update.resident) ? undefined : residents.placeOf(update, type, feeds);
    if (place !== undefined) inPlace.add(name);
    outputs.set(name, place ?? zeros(type));
  }
  await runInto(found, resolved, outputs);
  const results: Record<string, HostTensor> = {};
  for (const [name, tensor] of outputs) {
    const update = updates.get(name);
    if (update === undefined) results[name] = tensor;
    else if (!inPlace.has(name)) {
      residents.apply(update, tensor, feeds);
      free(tensor);
    }
  }
  return results;
}

function copyOf(tensor: HostTensor): HostTensor {
  return { ...tensor, data: tensor.data.slice() } as HostTensor;
}

async function answer(request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'prepare':
      return prepare(request);
    case 'channelsOfBlock':
      return channelsOfBlock();
    case 'run':
      return run(request);
    case 'release':
      await prepared.get(request.program)?.session.release();
      prepared.delete(request.program);
      return undefined;
    case 'put':
      for (const [name, tensor] of Object.entries(request.tensors)) residents.put(name, tensor);
      // The message's own copies; two names may have had one tensor.
      for (const tensor of new Set(Object.values(request.tensors))) free(tensor);
      return undefined;
    case 'get':
      return Object.fromEntries(request.names.map((name) => [name, copyOf(residents.get(name))]));
    case 'update':
      await crew.run(request.kernel, residents.open(request.kernel, request.slots));
      return undefined;
    case 'sumSquares':
      return total(await crew.run('sumSquares', residents.openForSquares(request.names)));
    case 'drop':
      for (const name of request.names) residents.drop(name);
      return undefined;
  }
}

function describe(error: unknown): Reply['error'] {
  if (isExpChatError(error)) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'runtime.onnx', message: `ONNX Runtime: ${message}` };
}

/** Buffers of the answer move to the other thread; they are copies or fresh outputs. */
function transferable(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.values(value as Record<string, HostTensor>).map((tensor) => tensor.data.buffer as ArrayBuffer);
}

let queue = Promise.resolve();
port.on('message', ({ id, request }: { id: number; request: Request }) => {
  queue = queue.then(async () => {
    try {
      const value = await answer(request);
      port.postMessage({ id, value } satisfies Reply, transferable(value));
    } catch (error) {
      port.postMessage({ id, error: describe(error) } satisfies Reply);
    }
  });
});
