/**
 * One training step as one graph: forward, backward, clipping, AdamW, loss scale and the decision to skip. Parameters and
 * moments are resident with the runtime; only three scalars come back. B rows of T positions.
 */
import {
  compile,
  type Executable,
  type Graph,
  grad,
  type ResidentUpdate,
  type Runtime,
  type Tensor,
  Trace,
} from '../engine/index.ts';
import { forward, type ModelConfig, type Precision, parameterInputs, parameterSpecs } from '../model/index.ts';
import {
  type AdamWScalars,
  type AdamWSettings,
  adamw,
  clipScale,
  globalNorm,
  type SpikeLimits,
} from '../optim/index.ts';
import { float32, type HostTensor, int32, scalar, sizeOf } from '../tensor/index.ts';
import type { Batch, BatchShape } from './batches.ts';

export interface StepSettings {
  readonly adamw: AdamWSettings;
  /** Global-norm limit of the parameter gradients. */
  readonly clipNorm: number;
  readonly precision: Precision;
  /** Parts in which the rows are computed, one after the other; divides the batch. Default 1. */
  readonly accumulation?: number;
}

export interface StepScalars extends AdamWScalars, SpikeLimits {
  readonly lossScale: number;
}

export interface StepResult {
  readonly lossNats: number;
  /** Before clipping, after unscaling; not finite where float16 overflowed. */
  readonly gradientNorm: number;
  /** Whether the weights changed. */
  readonly applied: boolean;
}

export const firstMomentOf = (name: string): string => `m:${name}`;
export const secondMomentOf = (name: string): string => `v:${name}`;

/** What the optimizer keeps beside the parameters, by resident name. */
export function momentNames(config: ModelConfig): string[] {
  return parameterSpecs(config).flatMap(({ name }) => [firstMomentOf(name), secondMomentOf(name)]);
}

/** The whole step on batches of `shape`; every output but three is an update of what is resident. */
export function traceTrainingStep(
  config: ModelConfig,
  shape: BatchShape,
  settings: StepSettings,
): { graph: Graph; updates: ResidentUpdate[] } {
  const trace = new Trace();
  const rows = [shape.batch, shape.time];
  const parameters = parameterInputs(trace, config);
  const tokens = trace.input('tokens', 'int32', rows);
  const targets = trace.input('targets', 'int32', rows).reshape([shape.batch * shape.time]);
  const weights = trace.input('weights', 'float32', rows).reshape([shape.batch * shape.time]);
  const segments = trace.input('segments', 'int32', rows);
  const input = (name: keyof StepScalars) => trace.input(name, 'float32', []);
  const lossScale = input('lossScale');

  const loss = meanLoss(settings.accumulation ?? 1, weights, (part) => {
    const rowsOf = (x: Tensor) => x.slice(0, ...part(shape.batch));
    const options = { segments: rowsOf(segments), precision: settings.precision };
    const logits = forward(trace, config, parameters, rowsOf(tokens), options);
    return logits.crossEntropy(targets.slice(0, ...part(targets.size(0))));
  });
  const specs = parameterSpecs(config);
  const gradients = grad(
    loss,
    specs.map(({ name }) => parameters.get(name)!),
    lossScale,
  );

  const unscale = lossScale.reciprocal();
  const norm = globalNorm(gradients).mul(unscale);
  const applied = loss.lessEqual(input('maxLoss')).and(norm.lessEqual(input('maxGradientNorm')));
  const step = {
    gradientScale: clipScale(norm, settings.clipNorm).mul(unscale),
    stepSize: input('stepSize'),
    epsilonHat: input('epsilonHat'),
    keep: input('keep'),
  };
  const slots = specs.map(({ name, shape: size, decays }, i) => ({
    parameter: parameters.get(name)!,
    gradient: gradients[i]!,
    m: trace.input(firstMomentOf(name), 'float32', size),
    v: trace.input(secondMomentOf(name), 'float32', size),
    decays,
  }));
  const outputs: Record<string, Tensor> = { loss, gradientNorm: norm, applied: applied.cast('float32') };
  const updates: ResidentUpdate[] = [];
  for (const [i, next] of adamw(slots, step, settings.adamw).entries()) {
    const { name } = specs[i]!;
    const residents = { [name]: next.parameter, [firstMomentOf(name)]: next.m, [secondMomentOf(name)]: next.v };
    for (const [resident, value] of Object.entries(residents)) {
      outputs[`next:${resident}`] = value;
      updates.push({ output: `next:${resident}`, resident, when: 'applied' });
    }
  }
  return { graph: trace.finish(outputs), updates };
}

/**
 * sum(w * nll) / sum(w) over all rows, computed in `parts`; `lossesOf` gives the nll of one part, whose range of an extent
 * it can ask for.
 */
function meanLoss(
  parts: number,
  weights: Tensor,
  lossesOf: (part: (extent: number) => [number, number]) => Tensor,
): Tensor {
  const sums = Array.from({ length: parts }, (_, i) => {
    const part = (extent: number): [number, number] => [(i * extent) / parts, ((i + 1) * extent) / parts];
    return lossesOf(part)
      .mul(weights.slice(0, ...part(weights.size(0))))
      .total();
  });
  return sums.reduce((sum, part) => sum.add(part)).div(weights.total());
}

/** The feeds of a batch, by the names of the graphs of this room. */
export function batchFeeds(batch: Batch, shape: BatchShape): Record<string, HostTensor> {
  const rows = [shape.batch, shape.time];
  return {
    tokens: int32(rows, batch.tokens),
    targets: int32(rows, batch.targets),
    weights: float32(rows, batch.weights),
    segments: int32(rows, batch.segments),
  };
}

export class TrainingStep {
  readonly #executable: Executable;
  readonly #shape: BatchShape;

  private constructor(executable: Executable, shape: BatchShape) {
    this.#executable = executable;
    this.#shape = shape;
  }

  /** Compiles the step; parameters and moments must be resident before the first run. */
  static async prepare(
    runtime: Runtime,
    config: ModelConfig,
    shape: BatchShape,
    settings: StepSettings,
  ): Promise<TrainingStep> {
    const { graph, updates } = traceTrainingStep(config, shape, settings);
    return new TrainingStep(await runtime.prepare(compile(graph, updates)), shape);
  }

  async run(batch: Batch, scalars: StepScalars): Promise<StepResult> {
    const feeds = batchFeeds(batch, this.#shape);
    for (const [name, value] of Object.entries(scalars)) feeds[name] = scalar(value);
    const { loss, gradientNorm, applied } = await this.#executable.run(feeds);
    return { lossNats: loss!.data[0]!, gradientNorm: gradientNorm!.data[0]!, applied: applied!.data[0] === 1 };
  }

  release(): Promise<void> {
    return this.#executable.release();
  }
}

/** Zero moments of every parameter, by resident name. */
export function zeroMoments(config: ModelConfig): Record<string, HostTensor> {
  const moments: Record<string, HostTensor> = {};
  for (const { name, shape } of parameterSpecs(config)) {
    moments[firstMomentOf(name)] = float32(shape, new Float32Array(sizeOf(shape)));
    moments[secondMomentOf(name)] = float32(shape, new Float32Array(sizeOf(shape)));
  }
  return moments;
}
