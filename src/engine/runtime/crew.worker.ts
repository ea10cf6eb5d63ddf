/**
 * A thread beside a runtime's own: it takes its share of work on resident tensors, and runs sessions of its own of the same programs as
 * that one's. It sees shared memory and what it is told; it knows neither residents nor updates.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { HostTensor } from '../../tensor/index.ts';
import type { LoweredProgram } from '../lower/index.ts';
import { type OpenSlot, runBlocks } from './blocks.ts';
import type { OpenSession } from './ort.session.ts';
import type { KernelName } from './resident-kernels.ts';
import type { CommonMemory } from './shared-memory.ts';
import { fastLoops } from './staged-loops.ts';

export interface MemberOptions {
  /** In which slots with addresses lie. */
  readonly memory: CommonMemory | undefined;
}

export type MemberRequest =
  | {
      readonly kind: 'share';
      readonly kernel: KernelName;
      readonly slots: readonly OpenSlot[];
      /** Blocks of all slots, counted through, the last one left out. */
      readonly first: number;
      readonly last: number;
    }
  | { readonly kind: 'open'; readonly program: number; readonly onnx: LoweredProgram; readonly threads: number }
  | {
      readonly kind: 'run';
      readonly program: number;
      /** Those that are not what they were in the last run of the program. */
      readonly inputs: ReadonlyMap<string, HostTensor>;
      readonly outputs: ReadonlyMap<string, HostTensor>;
    }
  | { readonly kind: 'release'; readonly program: number };

/** What a share gives, or what went wrong. */
export type MemberReply = { readonly results: readonly number[] } | { readonly error: string };

interface KnownSession extends OpenSession {
  readonly inputs: Map<string, HostTensor>;
  readonly outputs: Map<string, HostTensor>;
}

const { memory } = workerData as MemberOptions;
const loops = fastLoops(memory);
const known = new Map<number, KnownSession>();

/** Loaded by those that need it, once: most threads of a large machine share updates alone. */
let loaded: Promise<typeof import('./ort.session.ts')> | undefined;
function sessions() {
  loaded ??= import('./ort.session.ts');
  return loaded;
}

async function answer(request: MemberRequest): Promise<readonly number[]> {
  switch (request.kind) {
    case 'share': {
      const { kernel, slots, first, last } = request;
      return runBlocks(kernel, slots, first, last, loops);
    }
    case 'open': {
      const { openSession } = await sessions();
      const session = await openSession(request.onnx, request.threads);
      known.set(request.program, { ...session, inputs: new Map(), outputs: new Map() });
      return [];
    }
    case 'run': {
      const { runInto } = await sessions();
      const session = known.get(request.program)!;
      for (const [name, tensor] of request.inputs) session.inputs.set(name, tensor);
      for (const [name, tensor] of request.outputs) session.outputs.set(name, tensor);
      await runInto(session, session.inputs, session.outputs, { isShared: true });
      return [];
    }
    case 'release':
      await known.get(request.program)?.session.release();
      known.delete(request.program);
      return [];
  }
}

parentPort?.on('message', async (request: MemberRequest) => {
  try {
    parentPort!.postMessage({ results: await answer(request) } satisfies MemberReply);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    parentPort!.postMessage({ error: message } satisfies MemberReply);
  }
});
