/**
 * AdamW (Loshchilov and Hutter 2019): its settings, the numbers of one update, and the update of resident tensors, whose
 * loop is a kernel of the runtime. It knows names of tensors, not models.
 */
import type { Runtime } from '../engine/index.ts';

export interface AdamWSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Taken as learningRate * weightDecay off every parameter of a group that decays. */
  readonly weightDecay: number;
}

export const ADAMW_DEFAULTS: AdamWSettings = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 };

/** The numbers of one update. */
export interface AdamWScalars {
  readonly learningRate: number;
  readonly stepSize: number;
  readonly epsilonHat: number;
  /** learningRate * weightDecay: the share of a parameter that goes. */
  readonly decay: number;
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
    learningRate,
    stepSize: (learningRate * correction2) / correction1,
    epsilonHat: settings.epsilon * correction2,
    decay: learningRate * settings.weightDecay,
  };
}

/** The residents of one parameter, by name. */
export interface AdamWTensors {
  readonly parameter: string;
  readonly gradient: string;
  /** First and second moment. */
  readonly m: string;
  readonly v: string;
  readonly decays: boolean;
}

/** Updates each parameter and its moments in place. `gradientScale`: what each gradient is multiplied by before. */
export async function adamw(
  runtime: Runtime,
  tensors: readonly AdamWTensors[],
  step: AdamWScalars & { readonly gradientScale: number },
  { beta1, beta2 }: AdamWSettings,
): Promise<void> {
  const { gradientScale, stepSize, epsilonHat, decay } = step;
  const slots = tensors.map(({ decays, ...names }) => ({
    tensors: names,
    scalars: { gradientScale, beta1, beta2, stepSize, epsilonHat, decay: decays ? decay : 0 },
  }));
  await runtime.update('adamw', slots);
}
