/**
 * How much memory training will take, before it starts: what stays resident, what one step computes, and what the process
 * needs besides. Counted from the step's own graph; the constants were measured (`bench/memory.ts`).
 */
import { peakBytes } from '../engine/index.ts';
import { type ModelConfig, parameterCount, parameterSpecs } from '../model/index.ts';
import { sizeOf } from '../tensor/index.ts';
import type { BatchShape } from './batches.ts';
import type { PhaseRecipe } from './recipe.ts';
import { type StepSettings, traceTrainingStep } from './step.ts';
import { keptOf } from './weights.ts';

export interface MemoryEstimate {
  /** Weights, gradients, moments and, where such are kept, averages of the weights. */
  readonly residentBytes: number;
  /** Values of one step at its fullest moment, and the gradients of a part before they are added to those of the others. */
  readonly stepBytes: number;
  /** All of the process. */
  readonly totalBytes: number;
}

/** Node, the program and ONNX Runtime's library before anything is trained. */
const PROCESS_BYTES = 256 * 2 ** 20;
/** What the program and the runtime keep of each node of a graph. */
const NODE_BYTES = 23 * 2 ** 10;
/** The runtime rounds sizes up and can not use every gap. */
const ROUNDING = 1.15;
/** The same for values of a step that computes its layers again: few large ones live at once, of many sizes, with many gaps. */
const RECOMPUTE_ROUNDING = 1.7;

export function estimateTrainingMemory(
  config: ModelConfig,
  shape: BatchShape,
  settings: Pick<StepSettings, 'accumulation' | 'dropout' | 'muon' | 'precision' | 'recompute'> &
    Pick<PhaseRecipe, 'averageSteps'>,
): MemoryEstimate {
  const { accumulation = 1 } = settings;
  const { graph } = traceTrainingStep(config, { ...shape, batch: shape.batch / accumulation }, settings);
  const parameters = parameterCount(config);
  const kept = parameterSpecs(config).reduce(
    (sum, spec) => sum + keptOf(spec, settings).length * sizeOf(spec.shape),
    0,
  );
  const residentBytes = 4 * (2 * parameters + kept);
  const stepBytes = peakBytes(graph, { outputsElsewhere: true }) + (accumulation > 1 ? 4 * parameters : 0);
  const stepRounding = settings.recompute ? RECOMPUTE_ROUNDING : ROUNDING;
  const programBytes = PROCESS_BYTES + NODE_BYTES * graph.nodes.length;
  const totalBytes = Math.round(programBytes + ROUNDING * residentBytes + stepRounding * stepBytes);
  return { residentBytes, stepBytes, totalBytes };
}
