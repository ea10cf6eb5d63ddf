/**
 * The thread in which ONNX Runtime computes: its `run` blocks the thread that calls it. Holds the sessions and the
 * resident tensors; answers one message at a time. It knows programs only as ONNX bytes and input shapes.
 */
import { parentPort, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import { ExpChatError, isExpChatError } from '../../base/index.ts';
import type { HostTensor } from '../../tensor/index.ts';
import { Residents, type TensorType } from './resident.ts';
import type { Feeds, ResidentUpdate } from './runtime.ts';
import { UpdateCrew } from './update-crew.ts';
import type { UpdateKernelName, UpdateSlot } from './update-kernels.ts';

export interface WorkerOptions {
  readonly threads: number;
  readonly memory: 'fast' | 'small';
}

export type Request =
  | {
      readonly kind: 'prepare';
      readonly onnx: Uint8Array;
      readonly inputs: ReadonlyMap<string, TensorType>;
      readonly outputs: ReadonlyMap<string, TensorType>;
      readonly updates: readonly ResidentUpdate[];
    }
  | { readonly kind: 'run'; readonly program: number; readonly feeds: Feeds }
  | { readonly kind: 'release'; readonly program: number }
  | { readonly kind: 'put'; readonly tensors: Readonly<Record<string, HostTensor>> }
  | { readonly kind: 'get'; readonly names: readonly string[] }
  | { readonly kind: 'drop'; readonly names: readonly string[] }
  | { readonly kind: 'update'; readonly kernel: UpdateKernelName; readonly slots: readonly UpdateSlot[] };

export interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

interface Prepared {
  readonly session: ort.InferenceSession;
  readonly inputs: ReadonlyMap<string, TensorType>;
  readonly outputs: ReadonlyMap<string, TensorType>;
  readonly updates: ReadonlyMap<string, ResidentUpdate>;
}

const options = workerData as WorkerOptions;
const residents = new Residents({ shared: true });
const crew = new UpdateCrew(options.threads);
const prepared = new Map<number, Prepared>();
let nextProgram = 1;

function sessionOptions(): ort.InferenceSession.SessionOptions {
  const small = options.memory === 'small';
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableMemPattern: !small,
    enableCpuMemArena: true,
    logSeverityLevel: 3,
    // Else threads of one session wait for work by spinning while another session or an update needs their core.
    extra: { session: { force_spinning_stop: '1' } },
  };
}

async function prepare(request: Request & { kind: 'prepare' }): Promise<number> {
  const session = await ort.InferenceSession.create(request.onnx, sessionOptions());
  const updates = new Map(request.updates.map((update) => [update.output, update]));
  const { inputs, outputs } = request;
  prepared.set(nextProgram, { session, inputs, outputs, updates });
  return nextProgram++;
}

/** Frees the memory of a tensor that nothing will read again, before the garbage collector would. */
function free(tensor: HostTensor): void {
  const buffer = tensor.data.buffer as ArrayBuffer & { transfer?: (length: number) => ArrayBuffer };
  buffer.transfer?.(0);
}

function toOrt(tensor: HostTensor): ort.Tensor;
function toOrt(tensor: HostTensor | undefined): ort.Tensor | null;
function toOrt(tensor: HostTensor | undefined): ort.Tensor | null {
  if (tensor === undefined) return null;
  return new ort.Tensor(tensor.dtype, tensor.data as Float32Array, tensor.shape as number[]);
}

function toHost(value: ort.Tensor): HostTensor {
  return { dtype: value.type, shape: value.dims, data: value.data } as unknown as HostTensor;
}

async function run({ program, feeds }: Request & { kind: 'run' }): Promise<Record<string, HostTensor>> {
  const { session, inputs, outputs: types, updates } = prepared.get(program)!;
  const resolved = residents.resolve(inputs, feeds);
  const ortFeeds: Record<string, ort.Tensor> = {};
  for (const [name, tensor] of resolved) {
    ortFeeds[name] = toOrt(tensor);
  }
  const places = new Map<string, HostTensor>();
  for (const [name, update] of updates) {
    const place = inputs.has(update.resident) ? undefined : residents.placeOf(update, types.get(name)!, feeds);
    if (place !== undefined) places.set(name, place);
  }
  const fetches = session.outputNames.map((name) => [name, toOrt(places.get(name))] as const);
  const outputs = await session.run(ortFeeds, Object.fromEntries(fetches));
  const results: Record<string, HostTensor> = {};
  for (const [name, value] of Object.entries(outputs)) {
    const update = updates.get(name);
    if (update === undefined) {
      results[name] = toHost(value);
      continue;
    }
    if (!places.has(name)) residents.apply(update, toHost(value), feeds);
    free(toHost(value)); // The binding's own copy, which it makes in either case.
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
      return crew.run(request.kernel, residents.open(request.kernel, request.slots));
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

if (parentPort === null) {
  throw new ExpChatError({
    code: 'internal.worker',
    kind: 'internal',
    message: 'internal: this file is a worker thread',
  });
}
const port = parentPort;
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
