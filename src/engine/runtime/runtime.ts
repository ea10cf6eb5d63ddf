/**
 * What every runtime offers: programs to run and tensors that stay with it between runs (weights, optimizer state,
 * caches), so that they need not travel. It knows nothing of models or training.
 */
import type { HostTensor, Shape } from '../../tensor/index.ts';
import type { Graph } from '../graph/index.ts';
import type { LoweredProgram, LoweringOptions } from '../lower/index.ts';
import type { UpdateKernelName, UpdateSlot } from './resident-kernels.ts';

/**
 * What happens to an output instead of being returned: it becomes the resident tensor of that name, or, with `at`, it is
 * written into the resident tensor along `axis`, from the index that the feed named `at` (a scalar int32) gives.
 */
export interface ResidentUpdate {
  readonly output: string;
  readonly resident: string;
  readonly write?: { readonly axis: number; readonly at: string };
  /** Name of a feed with one element: where it is not 0, the output is added to what is resident. */
  readonly addWhere?: string;
  /**
   * The output (N, C) goes into a resident table (V, C) of `shape`: each row is added, in order, to the row that the int32 feed
   * `at` (N elements) names. The table is zeros before, but with `onto`, or where `addWhere` says so, it stays as it is.
   */
  readonly rows?: { readonly at: string; readonly shape: Shape; readonly onto?: boolean };
}

export interface Program {
  readonly graph: Graph;
  readonly updates: readonly ResidentUpdate[];
  /** The graph as an ONNX model, made when a runtime asks for it. */
  readonly onnx: (options: LoweringOptions) => LoweredProgram;
}

export type Feeds = Readonly<Record<string, HostTensor>>;

export interface Executable {
  /**
   * Runs once. Every input of the graph comes from `feeds` or, where it is not in `feeds`, from the resident tensor of
   * the same name. Feeds that only updates name are no inputs of the graph. Returns the outputs that no update keeps. Throws `runtime.input` on a missing or misshapen input;
   * nothing resident changes then.
   */
  run(feeds: Feeds): Promise<Record<string, HostTensor>>;
  /**
   * One run for each of `feeds`, at most as many as the program has replicas, side by side. They leave and return what they would one
   * after the other, so none may read what another one keeps. Throws as `run` does; nothing has run then.
   */
  runBeside(feeds: readonly Feeds[]): Promise<Record<string, HostTensor>[]>;
  release(): Promise<void>;
}

export interface Runtime {
  readonly name: string;
  /**
   * Replicas of a program that work through more in a given time than one of them that has all threads; 1 where there is no
   * gain. What runs in two halves of the threads waits for nobody within a run.
   */
  replicas(): Promise<number>;
  /** `replicas`: runs that will be asked for side by side, 1 without it. Each replica has its share of the threads. */
  prepare(program: Program, replicas?: number): Promise<Executable>;
  /** Makes a copy of each tensor resident under its name, replacing what was there. */
  put(tensors: Readonly<Record<string, HostTensor>>): Promise<void>;
  /** Copies of resident tensors. Throws `runtime.resident` where there is none of that name. */
  get(names: readonly string[]): Promise<Record<string, HostTensor>>;
  drop(names: readonly string[]): Promise<void>;
  /**
   * Changes resident float32 tensors in place, element by element (`resident-kernels.ts`), with the same bits for every
   * number of threads. Throws `runtime.resident` where a tensor is missing, `runtime.input` where those of a slot
   * differ in size; nothing changes then.
   */
  update<K extends UpdateKernelName>(kernel: K, slots: readonly UpdateSlot<K>[]): Promise<void>;
  /**
   * Sum of the squares of all elements of resident float32 tensors, in float64, with the same bits for every number of
   * threads. It is finite exactly where all elements are. Throws `runtime.resident` where a tensor is missing.
   */
  sumSquares(names: readonly string[]): Promise<number>;
  /** Ends the runtime's threads and frees its memory. */
  close(): Promise<void>;
}
