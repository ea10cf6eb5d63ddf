/**
 * The thread that starts the threads of ONNX Runtime and does nothing else. For it, numbers below 2^-126 are zero: a processor takes
 * up to a hundred times as long to compute with them, and they come up by the million where attention is sharp. ONNX Runtime can
 * switch a thread to that, but only the one that makes the process's first session; other threads get it from the thread that
 * starts them (POSIX, pthread_create: the floating-point environment is inherited). So the thread of the process's own
 * JavaScript stays as it is, and all threads that compute are alike. Where a system or a processor does not do so, nothing changes.
 */
import { type MessagePort, parentPort, Worker } from 'node:worker_threads';
import { zeroTinyNumbers } from './ort.binding.ts';
import type { WorkerOptions } from './ort.worker.ts';

export type ParentRequest =
  | { readonly kind: 'start'; readonly id: number; readonly options: WorkerOptions; readonly port: MessagePort }
  | { readonly kind: 'end'; readonly id: number };

/** Sent once for each thread. */
export interface ThreadEnd {
  readonly id: number;
  readonly cause: Error;
}

const workers = new Map<number, Worker>();

function start({ id, options, port }: ParentRequest & { kind: 'start' }): void {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./ort.worker.${extension}`, import.meta.url), {
    workerData: { ...options, port },
    transferList: [port],
  });
  workers.set(id, worker);
  let cause: Error | undefined;
  worker.on('error', (error) => {
    cause = error;
  });
  worker.on('exit', (code) => {
    workers.delete(id);
    cause ??= new Error(`the thread of ONNX Runtime ended with code ${code}`);
    parentPort!.postMessage({ id, cause } satisfies ThreadEnd);
  });
}

await zeroTinyNumbers();
parentPort?.on('message', (request: ParentRequest) => {
  if (request.kind === 'start') start(request);
  else void workers.get(request.id)?.terminate();
});
