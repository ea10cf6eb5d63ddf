/**
 * How much memory training will take, before it starts: what stays resident, what one step computes, and what the process
 * needs besides. Counted from the step's own graph; the constants were measured (`bench/memory.ts`).
 */
import { peakBytes, replicasOf } from '../engine/index.ts';
import { type ModelConfig, type ParameterSpec, parameterCount, parameterSpecs } from '../model/index.ts';
import { sizeOf } from '../tensor/index.ts';
import type { BatchShape } from './batches.ts';
import type { PhaseRecipe } from './recipe.ts';
import { partsOf, type StepSettings, traceTrainingStep } from './step.ts';
import { keptOf } from './weights.ts';

export interface MemoryEstimate {
  /** Weights, gradients, moments, directions of Muon and, where such are kept, averages of the weights. */
  readonly residentBytes: number;
  /** Values of all parts side by side at the fullest moment, and gradients of parts before they are added to those of the others. */
  readonly stepBytes: number;
  /** All of the process. */
  readonly totalBytes: number;
}

/** Node, the program and ONNX Runtime's library before anything is trained. */
const PROCESS_BYTES = 256 * 2 ** 20;
/** What the program and the runtime keep of each node of a graph. */
const NODE_BYTES = 23 * 2 ** 10;
/** The thread of each replica but the first one. */
const REPLICA_BYTES = 24 * 2 ** 20;
/** The runtime rounds sizes up and can not use every gap. */
const ROUNDING = 1.15;
/** The same for values of a step that computes its layers again: few large ones live at once, of many sizes, with many gaps. */
const RECOMPUTE_ROUNDING = 1.7;

/** `replicas`: of the runtime that will train; by default one of all cores. */
export function estimateTrainingMemory(
  config: ModelConfig,
  shape: BatchShape,
  settings: Pick<StepSettings, 'accumulation' | 'dropout' | 'muon' | 'precision' | 'recompute'> &
    Pick<PhaseRecipe, 'averageSteps'>,
  replicas: number = replicasOf(),
): MemoryEstimate {
  const parts = partsOf(config, shape, settings, replicas);
  const { graph } = traceTrainingStep(config, parts.part, settings);
  const parameters = parameterCount(config);
  // Muon's directions are resident beside what is kept.
  const copies = (spec: ParameterSpec): number =>
    keptOf(spec, settings).length + Number(settings.muon !== undefined && spec.role === 'matrix');
  const kept = parameterSpecs(config).reduce((sum, spec) => sum + copies(spec) * sizeOf(spec.shape), 0);
  const residentBytes = 4 * (2 * parameters + kept);
  const partBytes = peakBytes(graph, { outputsElsewhere: true });
  // The first part's gradients are written where they stay, unless there are others before it.
  const waiting = parts.replicas - ((settings.accumulation ?? 1) > 1 ? 0 : 1);
  const stepBytes = parts.replicas * partBytes + 4 * waiting * parameters;
  const stepRounding = settings.recompute ? RECOMPUTE_ROUNDING : ROUNDING;
  const programBytes = PROCESS_BYTES + NODE_BYTES * graph.nodes.length + REPLICA_BYTES * (parts.replicas - 1);
  const totalBytes = Math.round(programBytes + ROUNDING * residentBytes + stepRounding * stepBytes);
  return { residentBytes, stepBytes, totalBytes };
}
