/**
 * Dynamic loss scale for float16 gradients (Micikevicius et al. 2018): the loss is multiplied by the scale so that small
 * gradients do not round to 0; an overflow halves it and costs the step, a long run of good steps doubles it.
 */
export interface ScalerState {
  readonly scale: number;
  readonly goodSteps: number;
}

export interface ScalerSettings {
  readonly start: number;
  readonly growthFactor: number;
  readonly backoffFactor: number;
  /** Good steps in a row before the scale grows. */
  readonly growthInterval: number;
}

export const SCALER_DEFAULTS: ScalerSettings = {
  start: 2 ** 16,
  growthFactor: 2,
  backoffFactor: 0.5,
  growthInterval: 200,
};

const LARGEST = 2 ** 24;
const SMALLEST = 2 ** -14;

export class GradScaler {
  readonly #settings: ScalerSettings;
  #scale: number;
  #goodSteps: number;

  constructor(settings: ScalerSettings = SCALER_DEFAULTS, state?: ScalerState) {
    this.#settings = settings;
    this.#scale = state?.scale ?? settings.start;
    this.#goodSteps = state?.goodSteps ?? 0;
  }

  get scale(): number {
    return this.#scale;
  }

  get state(): ScalerState {
    return { scale: this.#scale, goodSteps: this.#goodSteps };
  }

  /** Takes note of one step: whether every gradient was finite. */
  update(finite: boolean): void {
    if (!finite) {
      this.#scale = Math.max(SMALLEST, this.#scale * this.#settings.backoffFactor);
      this.#goodSteps = 0;
    } else if (++this.#goodSteps >= this.#settings.growthInterval) {
      this.#scale = Math.min(LARGEST, this.#scale * this.#settings.growthFactor);
      this.#goodSteps = 0;
    }
  }
}
