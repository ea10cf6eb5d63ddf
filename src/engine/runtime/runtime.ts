/**
 * What every runtime offers: programs to run and tensors that stay with it between runs (weights, optimizer state,
 * caches), so that they need not travel. It knows nothing of models or training.
 */
import type { HostTensor } from '../../tensor/index.ts';
import type { Graph } from '../graph/index.ts';

/**
 * What happens to an output instead of being returned: it becomes the resident tensor of that name, or, with `at`, it is
 * written into the resident tensor along `axis`, from the index that the feed named `at` (a scalar int32) gives.
 */
export interface ResidentUpdate {
  readonly output: string;
  readonly resident: string;
  readonly write?: { readonly axis: number; readonly at: string };
  /** Name of an output with one element: where it is 0, the update is left out and what is resident stays as it was. */
  readonly when?: string;
}

export interface Program {
  readonly graph: Graph;
  readonly updates: readonly ResidentUpdate[];
  /** The graph as an ONNX model, made when a runtime asks for it. */
  readonly onnx: () => Uint8Array<ArrayBuffer>;
}

export type Feeds = Readonly<Record<string, HostTensor>>;

export interface Executable {
  /**
   * Runs once. Every input of the graph comes from `feeds` or, where it is not in `feeds`, from the resident tensor of
   * the same name. Returns the outputs that no update keeps. Throws `runtime.input` on a missing or misshapen input;
   * nothing resident changes then.
   */
  run(feeds: Feeds): Promise<Record<string, HostTensor>>;
  release(): Promise<void>;
}

export interface Runtime {
  readonly name: string;
  prepare(program: Program): Promise<Executable>;
  /** Makes a copy of each tensor resident under its name, replacing what was there. */
  put(tensors: Readonly<Record<string, HostTensor>>): Promise<void>;
  /** Copies of resident tensors. Throws `runtime.resident` where there is none of that name. */
  get(names: readonly string[]): Promise<Record<string, HostTensor>>;
  drop(names: readonly string[]): Promise<void>;
  /** Ends the runtime's threads and frees its memory. */
  close(): Promise<void>;
}
