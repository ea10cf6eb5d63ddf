/**
 * The ONNX Runtime of Node, in a worker thread of its own (ort.worker.ts), behind the Runtime interface. It sends
 * programs as ONNX bytes and never looks into a graph.
 */
import { availableParallelism } from 'node:os';
import { boundedInteger, ExpChatError } from '../../base/index.ts';
import type { HostTensor } from '../../tensor/index.ts';
import type { Node } from '../graph/index.ts';
import { type OrtThread, startOrtThread } from './ort.threads.ts';
import type { Reply, Request, WorkerOptions } from './ort.worker.ts';
import type { TensorType } from './resident.ts';
import type { UpdateSlot } from './resident-kernels.ts';
import type { Executable, Feeds, Program, Runtime } from './runtime.ts';

export interface OrtOptions {
  /** Threads of one operation; default: all cores. Results are bit-identical for one number of threads. */
  readonly threads?: number;
  /** Whether tensors may lie in shared memory: without it updates have one thread. Default: where the binding takes them. */
  readonly sharedMemory?: boolean;
  /** Whether large products may be computed in blocked form, where ONNX Runtime can do so. Default: true. */
  readonly blocked?: boolean;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

class WorkerChannel {
  readonly #thread: OrtThread;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #closed = false;

  constructor(options: WorkerOptions) {
    this.#thread = startOrtThread(options, (cause) => this.#fail(cause));
    this.#thread.port.on('message', (reply: Reply) => this.#settle(reply));
    this.#thread.port.unref();
  }

  request(request: Request): Promise<unknown> {
    if (this.#closed) {
      return Promise.reject(
        new ExpChatError({ code: 'runtime.closed', kind: 'internal', message: 'internal: the runtime is closed' }),
      );
    }
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#pending.set(id, { resolve, reject });
      this.#thread.port.ref(); // The process must not end while an answer is awaited.
      this.#thread.port.postMessage({ id, request });
    });
  }

  /** Waits for what runs: a thread ended while it loads the native library takes the whole process with it. */
  async close(): Promise<void> {
    if (!this.#closed) {
      const idle = this.request({ kind: 'get', names: [] });
      this.#closed = true;
      await idle.catch(() => undefined); // The thread failed; there is nothing left to wait for.
    }
    await this.#thread.end();
  }

  #settle({ id, value, error }: Reply): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#thread.port.unref();
    if (error === undefined) pending?.resolve(value);
    else pending?.reject(new ExpChatError({ code: error.code, message: error.message }));
  }

  #fail(cause: Error): void {
    this.#closed = true;
    for (const { reject } of this.#pending.values()) {
      const message = `ONNX Runtime stopped: ${cause.message}`;
      reject(new ExpChatError({ code: 'runtime.stopped', kind: 'resources', message, cause }));
    }
    this.#pending.clear();
  }
}

/** Two: each more would hold the gradients of a training once more. Measured with two threads (LOG.md). */
const REPLICAS = 2;

/** Replicas that a runtime of so many threads has where they can share memory; by default one of all cores. */
export function replicasOf(threads: number = availableParallelism()): number {
  return threads % REPLICAS === 0 ? REPLICAS : 1;
}

/** What `make` gives, made once, at the first call. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function typesOf(nodes: ReadonlyMap<string, Node>): Map<string, TensorType> {
  return new Map([...nodes].map(([name, { dtype, shape }]) => [name, { dtype, shape }]));
}

/** A message holds its tensors twice on the way, in memory that a training never needs again. */
const PORTION_BYTES = 2 ** 24;

/** The tensors in their order, in portions that end with the first one that fills them. */
function* portionsOf(tensors: Readonly<Record<string, HostTensor>>): Generator<Record<string, HostTensor>> {
  let portion: Record<string, HostTensor> = {};
  let bytes = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    portion[name] = tensor;
    bytes += tensor.data.byteLength;
    if (bytes < PORTION_BYTES) continue;
    yield portion;
    [portion, bytes] = [{}, 0];
  }
  if (Object.keys(portion).length > 0) yield portion;
}

/** Starts the thread of ONNX Runtime on the CPU. Close it when done. */
export function createOrtRuntime(options: OrtOptions = {}): Runtime {
  const threads = boundedInteger(options.threads ?? availableParallelism(), 'threads', 1, 1024);
  const channel = new WorkerChannel({ threads, sharedMemory: options.sharedMemory });
  const channelsOfBlock = lazily(async () =>
    options.blocked === false ? 0 : ((await channel.request({ kind: 'channelsOfBlock' })) as number),
  );
  const sharesMemory = lazily(async () => (await channel.request({ kind: 'sharesMemory' })) as boolean);

  return {
    name: 'onnxruntime-node',
    replicas: async () => ((await sharesMemory()) ? replicasOf(threads) : 1),
    async prepare(program: Program, replicas = 1): Promise<Executable> {
      const { graph, updates } = program;
      const types = { inputs: typesOf(graph.inputs), outputs: typesOf(graph.outputs) };
      const onnx = program.onnx({ channelsOfBlock: await channelsOfBlock() });
      const id = await channel.request({ kind: 'prepare', onnx, ...types, updates, replicas });
      const handle = id as number;
      const runBeside = async (feeds: readonly Feeds[]) =>
        (await channel.request({ kind: 'run', program: handle, feeds })) as Record<string, HostTensor>[];
      return {
        run: async (feeds: Feeds) => (await runBeside([feeds]))[0]!,
        runBeside,
        release: async () => void (await channel.request({ kind: 'release', program: handle })),
      };
    },
    async put(tensors) {
      for (const portion of portionsOf(tensors)) await channel.request({ kind: 'put', tensors: portion });
    },
    get: async (names) => (await channel.request({ kind: 'get', names })) as Record<string, HostTensor>,
    drop: async (names) => void (await channel.request({ kind: 'drop', names })),
    update: async (kernel, slots) =>
      void (await channel.request({ kind: 'update', kernel, slots: slots as readonly UpdateSlot[] })),
    sumSquares: async (names) => (await channel.request({ kind: 'sumSquares', names })) as number,
    close: () => channel.close(),
  };
}

/** Loads ONNX Runtime's native library here and now; throws where that fails. `providers`: those inside the package. */
export async function ortFacts(): Promise<{ readonly version: string; readonly providers: readonly string[] }> {
  const { env, listSupportedBackends } = await import('onnxruntime-node');
  const providers = listSupportedBackends().filter(({ bundled }) => bundled);
  return { version: env.versions.common, providers: providers.map(({ name }) => name) };
}
