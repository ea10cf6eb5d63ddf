/**
 * A thread beside that of ONNX Runtime (`ort.worker.ts`), which started it: it runs its own sessions of the same programs, on tensors
 * in shared memory that it is given. It knows neither residents nor updates.
 */
import { parentPort } from 'node:worker_threads';
import type { HostTensor } from '../../tensor/index.ts';
import type { LoweredProgram } from '../lower/index.ts';
import { type OpenSession, openSession, runInto } from './ort.session.ts';

export type ReplicaRequest =
  | { readonly kind: 'open'; readonly program: number; readonly onnx: LoweredProgram; readonly threads: number }
  | {
      readonly kind: 'run';
      readonly program: number;
      /** Those that are not what they were in the last run of the program. */
      readonly inputs: ReadonlyMap<string, HostTensor>;
      readonly outputs: ReadonlyMap<string, HostTensor>;
    }
  | { readonly kind: 'release'; readonly program: number };

/** What went wrong, if anything did. */
export interface ReplicaReply {
  readonly error?: string;
}

interface Known extends OpenSession {
  readonly inputs: Map<string, HostTensor>;
  readonly outputs: Map<string, HostTensor>;
}

const programs = new Map<number, Known>();

async function answer(request: ReplicaRequest): Promise<void> {
  const { program } = request;
  switch (request.kind) {
    case 'open':
      programs.set(program, {
        ...(await openSession(request.onnx, request.threads)),
        inputs: new Map(),
        outputs: new Map(),
      });
      return;
    case 'run': {
      const known = programs.get(program)!;
      for (const [name, tensor] of request.inputs) known.inputs.set(name, tensor);
      for (const [name, tensor] of request.outputs) known.outputs.set(name, tensor);
      return runInto(known, known.inputs, known.outputs, { isShared: true });
    }
    case 'release':
      await programs.get(program)?.session.release();
      programs.delete(program);
  }
}

parentPort?.on('message', async (request: ReplicaRequest) => {
  try {
    await answer(request);
    parentPort!.postMessage({} satisfies ReplicaReply);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    parentPort!.postMessage({ error: message } satisfies ReplicaReply);
  }
});
