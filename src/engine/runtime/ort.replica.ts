/** The other end of a replica's thread (`ort.replica.worker.ts`). It takes one request at a time. */
import { Worker } from 'node:worker_threads';
import type { HostTensor } from '../../tensor/index.ts';
import type { LoweredProgram } from '../lower/index.ts';
import type { ReplicaReply, ReplicaRequest } from './ort.replica.worker.ts';

type Tensors = ReadonlyMap<string, HostTensor>;

/** What the thread knows of a program. Telling it of a hundred tensors takes a millisecond, so it is told what is new. */
interface Told {
  inputs: Tensors;
  outputs: Tensors;
}

export class Replica {
  readonly #worker: Worker;
  readonly #told = new Map<number, Told>();

  /** The thread takes tiny numbers for zero if the one that calls this does (`ort.parent.worker.ts`). */
  constructor() {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./ort.replica.worker.${extension}`, import.meta.url));
    this.#worker.unref();
  }

  async open(program: number, onnx: LoweredProgram, threads: number): Promise<void> {
    await this.#ask({ kind: 'open', program, onnx, threads });
    this.#told.set(program, { inputs: new Map(), outputs: new Map() });
  }

  /** Outputs must lie in shared memory; inputs that do not are copied, so one that is the same object must be the same numbers. */
  async run(program: number, inputs: Tensors, outputs: Tensors): Promise<void> {
    const told = this.#told.get(program)!;
    const fresh = { inputs: changed(inputs, told.inputs), outputs: changed(outputs, told.outputs) };
    Object.assign(told, { inputs, outputs });
    await this.#ask({ kind: 'run', program, ...fresh });
  }

  async release(program: number): Promise<void> {
    this.#told.delete(program);
    await this.#ask({ kind: 'release', program });
  }

  #ask(request: ReplicaRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => {
        this.#worker.off('message', answered).off('error', settle).off('exit', ended);
        if (error === undefined) resolve();
        else reject(error);
      };
      const answered = ({ error }: ReplicaReply): void => settle(error === undefined ? undefined : new Error(error));
      const ended = (code: number): void => settle(new Error(`a replica ended with code ${code}`));
      this.#worker.on('message', answered).on('error', settle).on('exit', ended);
      this.#worker.postMessage(request);
    });
  }
}

function changed(tensors: Tensors, before: Tensors): Tensors {
  return new Map([...tensors].filter(([name, tensor]) => before.get(name) !== tensor));
}
