/**
 * Skips a step whose loss or gradient norm is far out: more than 6 standard deviations above the mean of the last 128, as
 * in OLMo-core. The limits are known before the step, so the graph itself decides and no step is ever taken back.
 */
export interface SpikeGuardState {
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
}

export interface SpikeLimits {
  readonly maxLoss: number;
  readonly maxGradientNorm: number;
}

/** The largest float32: a limit that only infinity, NaN and a norm beyond float32 exceed. */
export const NO_LIMIT = 3.4028234663852886e38;

export interface SpikeGuardSettings {
  readonly window: number;
  readonly deviations: number;
}

export const SPIKE_GUARD_DEFAULTS: SpikeGuardSettings = { window: 128, deviations: 6 };

export class SpikeGuard {
  readonly #settings: SpikeGuardSettings;
  #losses: number[];
  #gradientNorms: number[];

  constructor(settings: SpikeGuardSettings = SPIKE_GUARD_DEFAULTS, state?: SpikeGuardState) {
    this.#settings = settings;
    this.#losses = [...(state?.losses ?? [])];
    this.#gradientNorms = [...(state?.gradientNorms ?? [])];
  }

  get state(): SpikeGuardState {
    return { losses: [...this.#losses], gradientNorms: [...this.#gradientNorms] };
  }

  /** No limits before half a window is known. */
  limits(): SpikeLimits {
    return { maxLoss: this.#limit(this.#losses), maxGradientNorm: this.#limit(this.#gradientNorms) };
  }

  /** Takes note of one step, skipped or not, so that a lasting change of level is let through in the end. */
  record(lossNats: number, gradientNorm: number): void {
    if (!Number.isFinite(lossNats) || !Number.isFinite(gradientNorm)) return;
    this.#losses = [...this.#losses, lossNats].slice(-this.#settings.window);
    this.#gradientNorms = [...this.#gradientNorms, gradientNorm].slice(-this.#settings.window);
  }

  #limit(values: readonly number[]): number {
    if (values.length < this.#settings.window / 2) return NO_LIMIT;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    // A very even window must not make an ordinary step an outlier.
    const deviation = Math.max(Math.sqrt(variance), Math.abs(mean) * 0.02);
    return mean + this.#settings.deviations * deviation;
  }
}
