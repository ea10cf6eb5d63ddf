/**
 * AdamW (Loshchilov and Hutter 2019) and global-norm clipping (Pascanu et al. 2013) inside the graph. What changes from
 * step to step comes in as scalars that the host computes.
 * It knows tensors and groups, not models.
 */
import type { Tensor } from '../engine/index.ts';

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

/** New parameters and moments. A step that must not count is left out by whoever keeps the result. */
export function adamw(slots: readonly Slot[], step: StepTensors, settings: AdamWSettings): UpdatedSlot[] {
  const { gradientScale, stepSize, epsilonHat, keep } = step;
  const takeM = gradientScale.mul(1 - settings.beta1);
  const takeV = gradientScale.mul(gradientScale).mul(1 - settings.beta2);
  return slots.map(({ parameter, gradient, m, v, decays }) => {
    const nextM = m.mul(settings.beta1).add(gradient.mul(takeM));
    const nextV = v.mul(settings.beta2).add(gradient.mul(gradient).mul(takeV));
    const change = nextM.div(nextV.sqrt().add(epsilonHat)).mul(stepSize);
    return { parameter: (decays ? parameter.mul(keep) : parameter).sub(change), m: nextM, v: nextV };
  });
}

/** sqrt of the sum of all squares, as a scalar []. */
export function globalNorm(gradients: readonly Tensor[]): Tensor {
  return gradients
    .map((gradient) => gradient.totalSquares())
    .reduce((sum, part) => sum.add(part))
    .sqrt();
}

/** min(1, limit / (norm + 1e-6)), as PyTorch's clip_grad_norm_ has it; `norm` a scalar []. */
export function clipScale(norm: Tensor, limit: number): Tensor {
  const ratio = norm.add(1e-6).reciprocal().mul(limit);
  return ratio.neg().maximum(-1).neg();
}
