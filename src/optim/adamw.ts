/**
 * AdamW (Loshchilov and Hutter 2019) and global-norm clipping (Pascanu et al. 2013) inside the graph. What changes from
 * step to step comes in as scalars that the host computes; a step that is not applied leaves every bit as it was.
 * It knows tensors and groups, not models.
 */
import type { Tensor, Trace } from '../engine/index.ts';

export interface AdamWSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Taken as learningRate * weightDecay off every parameter of a group that decays. */
  readonly weightDecay: number;
}

export const ADAMW_DEFAULTS: AdamWSettings = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 };

/** The scalars of one update, as the graph wants them. */
export interface AdamWScalars {
  readonly stepSize: number;
  readonly epsilonHat: number;
  /** 1 - learningRate * weightDecay. */
  readonly keep: number;
}

/**
 * Bias correction folded into two scalars, so that m / c1 / (sqrt(v / c2) + e) needs no division of its own:
 * stepSize = learningRate * sqrt(c2) / c1, epsilonHat = e * sqrt(c2), c = 1 - beta^update (Kingma and Ba 2015, section 2).
 * `update` counts the updates made with this one, from 1.
 */
export function adamwScalars(settings: AdamWSettings, learningRate: number, update: number): AdamWScalars {
  const correction1 = 1 - settings.beta1 ** update;
  const correction2 = Math.sqrt(1 - settings.beta2 ** update);
  return {
    stepSize: (learningRate * correction2) / correction1,
    epsilonHat: settings.epsilon * correction2,
    keep: 1 - learningRate * settings.weightDecay,
  };
}

/** Scalar tensors [] of the step. */
export interface StepTensors {
  /** bool: whether the step counts. */
  readonly applied: Tensor;
  /** What each gradient is multiplied by: unscaling and clipping in one. */
  readonly gradientScale: Tensor;
  readonly stepSize: Tensor;
  readonly epsilonHat: Tensor;
  readonly keep: Tensor;
}

export interface Slot {
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  /** First and second moment. */
  readonly m: Tensor;
  readonly v: Tensor;
  readonly decays: boolean;
}

export interface UpdatedSlot {
  readonly parameter: Tensor;
  readonly m: Tensor;
  readonly v: Tensor;
}

/**
 * New parameters and moments. The choice between applied and skipped is made on the gradient (which may hold NaN) and on
 * scalars: m * 1 + 0 and p * 1 - 0 * u are m and p again, and large tensors pass through one select instead of three.
 */
export function adamw(trace: Trace, slots: readonly Slot[], step: StepTensors, settings: AdamWSettings): UpdatedSlot[] {
  const when = (value: Tensor | number, otherwise: number): Tensor =>
    step.applied.select(typeof value === 'number' ? trace.fill(value) : value, trace.fill(otherwise));
  const keepM = when(settings.beta1, 1);
  const keepV = when(settings.beta2, 1);
  const takeM = when(step.gradientScale.mul(1 - settings.beta1), 0);
  const takeV = when(step.gradientScale.mul(step.gradientScale).mul(1 - settings.beta2), 0);
  const stepSize = when(step.stepSize, 0);
  const keepParameter = when(step.keep, 1);
  const zero = trace.fill(0);
  return slots.map(({ parameter, gradient, m, v, decays }) => {
    const g = step.applied.select(gradient, zero);
    const nextM = m.mul(keepM).add(g.mul(takeM));
    const nextV = v.mul(keepV).add(g.mul(g).mul(takeV));
    const change = nextM.div(nextV.sqrt().add(step.epsilonHat)).mul(stepSize);
    return { parameter: (decays ? parameter.mul(keepParameter) : parameter).sub(change), m: nextM, v: nextV };
  });
}

/** sqrt of the sum of all squares, as a scalar []. */
export function globalNorm(gradients: readonly Tensor[]): Tensor {
  return gradients
    .map((gradient) => gradient.mul(gradient).total())
    .reduce((sum, part) => sum.add(part))
    .sqrt();
}

/** min(1, limit / (norm + 1e-6)), as PyTorch's clip_grad_norm_ has it; `norm` a scalar []. */
export function clipScale(norm: Tensor, limit: number): Tensor {
  const ratio = norm.add(1e-6).reciprocal().mul(limit);
  return ratio.neg().maximum(-1).neg();
}
