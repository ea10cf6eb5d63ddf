/**
 * The thread in which ONNX Runtime computes: its `run` blocks the thread that calls it. Holds the sessions and the
 * resident tensors; answers one message at a time. It knows programs only as ONNX bytes and input shapes.
 */
import { type MessagePort, workerData } from 'node:worker_threads';
import { isExpChatError } from '../../base/index.ts';
import { type HostTensor, zeros } from '../../tensor/index.ts';
import type { LoweredProgram } from '../lower/index.ts';
import { Crew } from './crew.ts';
import { besides, CrewMembers } from './crew-members.ts';
import { channelsOfBlock, takesSharedMemory } from './ort.binding.ts';
import { Replica } from './ort.replica.ts';
import { type OpenSession, openSession, runInto } from './ort.session.ts';
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
      readonly replicas: number;
    }
  | { readonly kind: 'channelsOfBlock' }
  | { readonly kind: 'sharesMemory' }
  | { readonly kind: 'run'; readonly program: number; readonly feeds: readonly Feeds[] }
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
  /** Runs that may be asked for side by side. */
  readonly replicas: number;
  readonly own: OpenSession;
  /** Those of `replicas` that have a session of it. */
  readonly others: readonly Replica[];
  readonly inputs: ReadonlyMap<string, TensorType>;
  readonly outputs: ReadonlyMap<string, TensorType>;
  readonly updates: ReadonlyMap<string, ResidentUpdate>;
}

const { port, ...options } = workerData as WorkerOptions & { readonly port: MessagePort };
const memory = (options.sharedMemory ?? (await takesSharedMemory())) ? new SharedMemory() : undefined;
const residents = new Residents(memory ?? SEPARATE_BUFFERS);
const members = new CrewMembers({ memory: memory?.common });
const crew = new Crew(memory === undefined ? 1 : options.threads, members, memory?.common); // Others see only what is shared.
const replicas: Replica[] = [];
const prepared = new Map<number, Prepared>();
let nextProgram = 1;

async function prepare(request: Request & { kind: 'prepare' }): Promise<number> {
  const { onnx, inputs, outputs } = request;
  const program = nextProgram++;
  const count = memory === undefined ? 1 : request.replicas; // Others see only what is shared.
  const threads = Math.max(1, Math.floor(options.threads / count));
  while (replicas.length < count - 1) replicas.push(new Replica(members.at(replicas.length)));
  const others = replicas.slice(0, count - 1);
  const own = await besides(
    others.map((replica) => replica.open(program, onnx, threads)),
    () => openSession(onnx, threads),
  );
  const updates = new Map(request.updates.map((update) => [update.output, update]));
  prepared.set(program, { replicas: request.replicas, own, others, inputs, outputs, updates });
  return program;
}

async function release(program: number): Promise<void> {
  const found = prepared.get(program);
  if (found === undefined) return;
  prepared.delete(program);
  await Promise.all([found.own.session.release(), ...found.others.map((replica) => replica.release(program))]);
  for (let index = 0; index < found.replicas; index++) {
    for (const name of found.outputs.keys()) residents.drop(nameOfOutput(program, index, name));
  }
}

/** A run with the tensors that it reads and writes. */
interface OpenRun {
  readonly feeds: Feeds;
  readonly inputs: ReadonlyMap<string, HostTensor>;
  readonly outputs: ReadonlyMap<string, HostTensor>;
  /** Outputs that are written where they stay. */
  readonly inPlace: ReadonlySet<string>;
}

/** The resident in which an output waits for its update: the same memory for every run, where fresh pages would cost as much as a copy. */
const nameOfOutput = (program: number, index: number, name: string): string => `output ${program}.${index}: ${name}`;

/** The run `index` of those side by side. The first writes what it keeps in place, if it can. */
function openRun(program: number, feeds: Feeds, index: number): OpenRun {
  const { inputs, outputs: types, updates } = prepared.get(program)!;
  const outputs = new Map<string, HostTensor>();
  const inPlace = new Set<string>();
  const resolved = residents.resolve(inputs, feeds);
  for (const [name, type] of types) {
    const update = updates.get(name);
    const replaces = update !== undefined && index === 0 && !inputs.has(update.resident);
    const place = replaces ? residents.placeOf(update, type, feeds) : undefined;
    if (place !== undefined) inPlace.add(name);
    const isReturned = update === undefined && index === 0;
    outputs.set(name, place ?? (isReturned ? zeros(type) : residents.ofType(nameOfOutput(program, index, name), type)));
  }
  return { feeds, inputs: resolved, outputs, inPlace };
}

/** Keeps what a run has computed, as its updates say; returns the rest. */
async function keep(program: number, run: OpenRun, index: number): Promise<Record<string, HostTensor>> {
  const { updates } = prepared.get(program)!;
  const results: Record<string, HostTensor> = {};
  const sums: UpdateSlot<'add'>[] = [];
  const rest: (() => void)[] = [];
  for (const [name, tensor] of run.outputs) {
    const update = updates.get(name);
    if (update === undefined) results[name] = index === 0 ? tensor : copyOf(tensor);
    else if (run.inPlace.has(name)) continue;
    else if (tensor.dtype === 'float32' && residents.addsWhole(update, run.feeds)) {
      sums.push({ tensors: { sum: update.resident, term: nameOfOutput(program, index, name) }, scalars: {} });
    } else rest.push(() => residents.apply(update, tensor, run.feeds));
  }
  await crew.run('add', residents.open('add', sums));
  for (const apply of rest) apply();
  return results;
}

async function run({ program, feeds }: Request & { kind: 'run' }): Promise<Record<string, HostTensor>[]> {
  const { own, others } = prepared.get(program)!;
  const runs = feeds.map((each, i) => openRun(program, each, i));
  const atOnce = 1 + others.length; // Fewer than asked for where nothing is shared
  for (let begin = 0; begin < runs.length; begin += atOnce) {
    const [first, ...rest] = runs.slice(begin, begin + atOnce);
    await besides(
      rest.map(({ inputs, outputs }, i) => others[i]!.run(program, inputs, outputs)),
      () => runInto(own, first!.inputs, first!.outputs, { isShared: memory !== undefined }),
    );
  }
  const results: Record<string, HostTensor>[] = [];
  for (const [i, each] of runs.entries()) results.push(await keep(program, each, i));
  return results;
}

/** Frees the memory of a tensor that nothing will read again, before the garbage collector would. */
function free(tensor: HostTensor): void {
  const buffer = tensor.data.buffer as ArrayBuffer & { transfer?: (length: number) => ArrayBuffer };
  buffer.transfer?.(0);
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
    case 'sharesMemory':
      return memory !== undefined;
    case 'run':
      return run(request);
    case 'release':
      return release(request.program);
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
  if (Array.isArray(value)) return value.flatMap(transferable);
  if (typeof value !== 'object' || value === null) return [];
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
