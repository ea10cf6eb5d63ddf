/**
 * From a traced graph to a program that a runtime can prepare. The only file that sees graphs, lowering and runtimes
 * together.
 */
import { invariant } from '../base/index.ts';
import { check, type Graph, peakBytes as peakBytesOf } from './graph/index.ts';
import { copiedBytes, lower } from './lower/index.ts';
import type { Program, ResidentUpdate } from './runtime/runtime.ts';

/** `updates` name the outputs that stay with the runtime instead of being returned. */
export function compile(graph: Graph, updates: readonly ResidentUpdate[] = []): Program {
  check(graph);
  for (const { output } of updates) {
    invariant(graph.outputs.has(output), () => `compile: an update names ${output}, which is no output`);
  }
  return { graph, updates, onnx: (options) => lower(graph, options) };
}

/**
 * Bytes of all values of a program at the fullest moment, with the copies that ONNX Runtime makes of some; inputs and constants
 * left out. `outputsElsewhere`: outputs are written into memory of the caller's and do not count either.
 */
export function peakBytes(graph: Graph, options: { readonly outputsElsewhere?: boolean } = {}): number {
  return peakBytesOf(graph, { ...options, besides: copiedBytes(graph) });
}
