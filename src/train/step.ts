/**
 * One training step: forward and backward as one graph, in replicas side by side, and part by part where gradients accumulate; then, on
 * what is resident, the norm, the decision to skip, clipping and AdamW. Parameters, gradients and moments stay with the runtime; only
 * numbers come back. B rows of T positions.
 */
import {
  compile,
  type Executable,
  type Graph,
  grad,
  type ResidentUpdate,
  type Runtime,
  rowGradient,
  type Tensor,
  Trace,
} from '../engine/index.ts';
import {
  forward,
  type ModelConfig,
  type ParameterSpec,
  type Precision,
  parameterInputs,
  parameterSpecs,
} from '../model/index.ts';
import {
  type AdamWScalars,
  type AdamWSettings,
  type AdamWTensors,
  adamw,
  clipScale,
  globalNorm,
  Muon,
  type MuonSettings,
  type SpikeLimits,
  updateAverages,
} from '../optim/index.ts';
import { float32, type HostTensor, int32, scalar, sizeOf } from '../tensor/index.ts';
import type { Batch, BatchShape } from './batches.ts';
import { type DropoutSettings, Masks, maskInputs, NO_DROPOUT } from './dropout.ts';

export interface StepSettings {
  readonly adamw: AdamWSettings;
  /** Muon for the matrices inside the layers; AdamW for everything without it. */
  readonly muon?: MuonSettings;
  /** Global-norm limit of the parameter gradients. */
  readonly clipNorm: number;
  readonly precision: Precision;
  /** Parts in which the rows are computed, one after the other; divides the batch. Default 1. */
  readonly accumulation?: number;
  readonly dropout?: DropoutSettings;
  /** Each layer is computed again in the backward pass instead of being kept for it; the gradients are the same bits. */
  readonly recompute?: boolean;
  /** Decides what dropout leaves out. */
  readonly seed?: number;
}

export interface StepScalars extends AdamWScalars, SpikeLimits {
  readonly lossScale: number;
  /** What the step leaves of the average of the weights (`averageDecay`), which must be resident; undefined where none is kept. */
  readonly averageDecay?: number;
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
/** Names of the moments that training keeps of one parameter. */
export function momentsOf({ name, role }: ParameterSpec, muon: MuonSettings | undefined): string[] {
  const first = firstMomentOf(name);
  return muon !== undefined && role === 'matrix' ? [first] : [first, secondMomentOf(name)];
}

const gradientOf = (name: string): string => `gradient:${name}`;

/** Feed that tells whether a part's gradients are added to those of the parts before it. */
const LATER_PART = 'laterPart';

/**
 * Forward and backward over a part of the rows. Inputs: `shape` of tokens, targets, weights and segments, `share`, by
 * which the sum of w * nll is multiplied (1 / the weights of the whole step), and `lossScale`. Outputs: the part of the
 * loss, and the gradients of lossScale times it, which become or are added to what is resident; of the embedding table the
 * rows of the part's tokens, which are added to it. With dropout its masks are inputs as well.
 */
export function traceTrainingStep(
  config: ModelConfig,
  shape: BatchShape,
  settings: Pick<StepSettings, 'precision' | 'dropout' | 'recompute'>,
): { graph: Graph; updates: ResidentUpdate[] } {
  const trace = new Trace();
  const rows = [shape.batch, shape.time];
  const parameters = parameterInputs(trace, config);
  const tokens = trace.input('tokens', 'int32', rows);
  const targets = trace.input('targets', 'int32', rows).reshape([shape.batch * shape.time]);
  const weights = trace.input('weights', 'float32', rows).reshape([shape.batch * shape.time]);
  const segments = trace.input('segments', 'int32', rows);
  const share = trace.input('share', 'float32', []);
  const lossScale = trace.input('lossScale', 'float32', []);

  const masks = maskInputs(trace, config, shape, settings.dropout ?? NO_DROPOUT);
  const { precision, recompute = false } = settings;
  const logits = forward(trace, config, parameters, tokens, { segments, precision, masks, recompute });
  const loss = logits.crossEntropy(targets).mul(weights).total().mul(share);
  const names = parameterSpecs(config).map(({ name }) => name);
  const gradients = grad(
    loss,
    names.map((name) => parameters.get(name)!),
    lossScale,
  );
  const outputs: Record<string, Tensor> = { loss };
  const updates: ResidentUpdate[] = [];
  const keep = (output: string, value: Tensor, resident: string, rows?: ResidentUpdate['rows']): void => {
    outputs[output] = value;
    updates.push({ output, resident, addWhere: LATER_PART, ...(rows && { rows }) });
  };
  for (const [i, name] of names.entries()) {
    const resident = gradientOf(name);
    const byRows = rowGradient(gradients[i]!);
    const whole = byRows === undefined ? gradients[i] : byRows.rest;
    if (whole !== undefined) keep(resident, whole, resident);
    if (byRows === undefined) continue;
    const table = { at: 'tokens', shape: gradients[i]!.shape, onto: whole !== undefined };
    keep(`rows of ${resident}`, byRows.rows, resident, table);
  }
  return { graph: trace.finish(outputs), updates };
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

export interface StepParts {
  /** The rows of one run. */
  readonly part: BatchShape;
  /** Parts that are computed side by side. */
  readonly replicas: number;
}

/**
 * Each replica brings the weights into its own form and has gradients of its own to be added up. Matrices of the layers of more
 * elements than this find no room in caches twice; they are worth it from so many tokens on. Measured on whole steps (LOG.md).
 */
const LARGE_MATRIX = 2 ** 20;
const LEAST_TOKENS = 2048;

/**
 * How the rows of a step are divided among runs: in its parts one after the other, and each of those in as many side by side as the
 * runtime has `replicas`, if that is even and worth its price.
 */
export function partsOf(
  config: ModelConfig,
  { batch, time }: BatchShape,
  { accumulation = 1 }: Pick<StepSettings, 'accumulation'>,
  replicas: number,
): StepParts {
  const rows = batch / accumulation;
  const largest = Math.max(...parameterSpecs(config).map(({ role, shape }) => (role === 'matrix' ? sizeOf(shape) : 0)));
  const isWorthIt = rows % replicas === 0 && (largest <= LARGE_MATRIX || rows * time >= LEAST_TOKENS);
  const beside = isWorthIt ? replicas : 1;
  return { part: { batch: rows / beside, time }, replicas: beside };
}

/** Rows of a batch: part `index` of parts of `shape`. */
function partOf(batch: Batch, shape: BatchShape, index: number): Batch {
  const size = shape.batch * shape.time;
  const [begin, end] = [index * size, (index + 1) * size];
  return {
    tokens: batch.tokens.subarray(begin, end),
    targets: batch.targets.subarray(begin, end),
    weights: batch.weights.subarray(begin, end),
    segments: batch.segments.subarray(begin, end),
  };
}

export class TrainingStep {
  readonly #runtime: Runtime;
  readonly #executable: Executable;
  readonly #part: BatchShape;
  readonly #settings: StepSettings;
  /** For each replica, which holds its masks until it has run. */
  readonly #masks: readonly Masks[];
  readonly #parameterNames: readonly string[];
  readonly #byAdamW: readonly AdamWTensors[];
  readonly #muon: Muon | undefined;

  private constructor(parts: {
    runtime: Runtime;
    executable: Executable;
    config: ModelConfig;
    part: BatchShape;
    replicas: number;
    settings: StepSettings;
    specs: readonly ParameterSpec[];
    byAdamW: readonly AdamWTensors[];
    muon: Muon | undefined;
  }) {
    this.#runtime = parts.runtime;
    this.#executable = parts.executable;
    const { dropout = NO_DROPOUT, seed = 0 } = parts.settings;
    this.#masks = Array.from({ length: parts.replicas }, () => new Masks(parts.config, parts.part, dropout, seed));
    this.#part = parts.part;
    this.#settings = parts.settings;
    this.#parameterNames = parts.specs.map(({ name }) => name);
    this.#byAdamW = parts.byAdamW;
    this.#muon = parts.muon;
  }

  /** Compiles the step; parameters and moments must be resident before the first run. */
  static async prepare(
    runtime: Runtime,
    config: ModelConfig,
    shape: BatchShape,
    settings: StepSettings,
  ): Promise<TrainingStep> {
    const { part, replicas } = partsOf(config, shape, settings, await runtime.replicas());
    const { graph, updates } = traceTrainingStep(config, part, settings);
    const specs = parameterSpecs(config);
    const isMatrix = ({ role }: ParameterSpec) => settings.muon !== undefined && role === 'matrix';
    const residents = (name: string) => ({ parameter: name, gradient: gradientOf(name), m: firstMomentOf(name) });
    const byAdamW = specs
      .filter((spec) => !isMatrix(spec))
      .map(({ name, decays }) => ({ ...residents(name), v: secondMomentOf(name), decays }));
    const matrices = specs.filter(isMatrix).map(({ name, shape }) => ({ ...residents(name), shape }));
    const muon = settings.muon && (await Muon.prepare(runtime, matrices, settings.muon));
    const executable = await runtime.prepare(compile(graph, updates), replicas);
    return new TrainingStep({ runtime, executable, config, part, replicas, settings, specs, byAdamW, muon });
  }

  /** `index` numbers the steps of a run: dropout leaves out other values in each. */
  async run(batch: Batch, scalars: StepScalars, index = 0): Promise<StepResult> {
    const { lossScale, maxLoss, maxGradientNorm } = scalars;
    const lossNats = await this.#gradients(batch, lossScale, index);
    const gradientNorm = (await globalNorm(this.#runtime, this.#parameterNames.map(gradientOf))) / lossScale;
    const applied = lossNats <= maxLoss && gradientNorm <= maxGradientNorm; // False for NaN as well.
    if (applied) {
      const gradientScale = clipScale(gradientNorm, this.#settings.clipNorm) / lossScale;
      await adamw(this.#runtime, this.#byAdamW, { ...scalars, gradientScale }, this.#settings.adamw);
      await this.#muon?.step({ ...scalars, gradientScale });
      if (scalars.averageDecay !== undefined) {
        await updateAverages(this.#runtime, this.#parameterNames, scalars.averageDecay);
      }
    }
    return { lossNats, gradientNorm, applied };
  }

  /** Leaves the gradients of the whole batch resident; returns sum(w * nll) / sum(w) in nats. */
  async #gradients(batch: Batch, lossScale: number, index: number): Promise<number> {
    const share = scalar(1 / batch.weights.reduce((sum, weight) => sum + weight, 0));
    let lossNats = 0;
    for (let first = 0; first < (this.#settings.accumulation ?? 1) * this.#masks.length; first += this.#masks.length) {
      const feeds = this.#masks.map((masks, replica) => {
        const part = first + replica;
        const numbers = { share, lossScale: scalar(lossScale), [LATER_PART]: scalar(part) };
        return {
          ...batchFeeds(partOf(batch, this.#part, part), this.#part),
          ...numbers,
          ...masks.feeds(`${index}/${part}`),
        };
      });
      for (const { loss } of await this.#executable.runBeside(feeds)) lossNats += loss!.data[0]!;
    }
    return lossNats;
  }

  async release(): Promise<void> {
    await this.#executable.release();
    await this.#muon?.release();
  }
}

/**
 * Zero moments of every parameter, by resident name. All of them are views of the same zeros, in memory that the runtime's thread sees
 * as well: they are there to be put, not to be written to.
 */
export function zeroMoments(config: ModelConfig, muon?: MuonSettings): Record<string, HostTensor> {
  const specs = parameterSpecs(config);
  const largest = Math.max(...specs.map(({ shape }) => sizeOf(shape)));
  const zeros = new SharedArrayBuffer(largest * Float32Array.BYTES_PER_ELEMENT);
  return Object.fromEntries(
    specs.flatMap((spec) =>
      momentsOf(spec, muon).map((name) => [name, float32(spec.shape, new Float32Array(zeros, 0, sizeOf(spec.shape)))]),
    ),
  );
}
