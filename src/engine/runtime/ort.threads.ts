/** Threads of ONNX Runtime, all started by one other (`ort.parent.worker.ts`). It knows nothing of what is said between their ends. */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { ParentRequest, ThreadEnd } from './ort.parent.worker.ts';
import type { WorkerOptions } from './ort.worker.ts';

export interface OrtThread {
  /** This end of the channel to the thread; it keeps the process alive only after `ref`. */
  readonly port: MessagePort;
  /** Ends the thread, whatever it does. */
  end(): Promise<void>;
}

class Parent {
  readonly #worker: Worker;
  /** What to do when a thread has ended. */
  readonly #ends = new Map<number, (cause: Error) => void>();
  #nextId = 1;
  #awaited = 0;
  isAlive = true;

  constructor() {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./ort.parent.worker.${extension}`, import.meta.url));
    this.#worker.on('message', ({ id, cause }: ThreadEnd) => this.#ends.get(id)?.(cause));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`the threads of ONNX Runtime ended with code ${code}`)));
    this.#worker.unref();
  }

  start(options: WorkerOptions, onEnd: (cause: Error) => void): OrtThread {
    const id = this.#nextId++;
    const { port1: port, port2 } = new MessageChannel();
    const ended = new Promise<void>((resolve) => {
      this.#ends.set(id, (cause) => {
        this.#ends.delete(id);
        port.close();
        onEnd(cause);
        resolve();
      });
    });
    port.unref();
    this.#ask({ kind: 'start', id, options, port: port2 });
    return {
      port,
      end: async () => {
        if (!this.#ends.has(id)) return;
        this.#ask({ kind: 'end', id });
        this.#awaited++;
        this.#worker.ref(); // The process must not end before.
        await ended;
        if (--this.#awaited === 0) this.#worker.unref();
      },
    };
  }

  #ask(request: ParentRequest): void {
    this.#worker.postMessage(request, request.kind === 'start' ? [request.port] : []);
  }

  #fail(cause: Error): void {
    this.isAlive = false;
    for (const end of [...this.#ends.values()]) end(cause);
  }
}

let parent: Parent | undefined;

/** `onEnd` is told once why the thread ended, also when that was asked for. */
export function startOrtThread(options: WorkerOptions, onEnd: (cause: Error) => void): OrtThread {
  if (!parent?.isAlive) parent = new Parent();
  return parent.start(options, onEnd);
}
