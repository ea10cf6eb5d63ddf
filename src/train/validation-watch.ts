/**
 * Looks at the validations of a run: which was the best, how long ago, and whether the model has begun to learn its
 * training data by heart (validation rises while training falls). It stops nothing and knows no data.
 */
export interface ValidationPoint {
  readonly step: number;
  readonly lossNats: number;
  /** Mean loss of the steps since the validation before; null where there was none. */
  readonly trainingLossNats: number | null;
}

export interface ValidationWatchState {
  readonly best: ValidationPoint | null;
  /** Validations since the best one. */
  readonly sinceBest: number;
  /** Of these, how many in a row up to now were clearly worse while the training loss was lower. */
  readonly diverging: number;
  readonly lossSum: number;
  readonly lossCount: number;
}

/** A validation loss this much above the best is no noise of a held-out set of some thousand tokens. */
const CLEARLY_WORSE = 1.01;
/** So many in a row are no accident. */
const OVERFIT_VALIDATIONS = 2;

export class ValidationWatch {
  #state: ValidationWatchState;

  constructor(state?: ValidationWatchState) {
    this.#state = state ?? { best: null, sinceBest: 0, diverging: 0, lossSum: 0, lossCount: 0 };
  }

  get state(): ValidationWatchState {
    return this.#state;
  }

  get best(): ValidationPoint | null {
    return this.#state.best;
  }

  /** Validations since the best one. */
  get sinceBest(): number {
    return this.#state.sinceBest;
  }

  get overfits(): boolean {
    return this.#state.diverging >= OVERFIT_VALIDATIONS;
  }

  /** Takes note of a step's training loss; one that is not finite does not count. */
  recordStep(lossNats: number): void {
    if (!Number.isFinite(lossNats)) return;
    const { lossSum, lossCount } = this.#state;
    this.#state = { ...this.#state, lossSum: lossSum + lossNats, lossCount: lossCount + 1 };
  }

  /** Takes note of a validation; `improved` where it is the best so far. */
  recordValidation(step: number, lossNats: number): { readonly point: ValidationPoint; readonly improved: boolean } {
    const { best, sinceBest, diverging, lossSum, lossCount } = this.#state;
    const point = { step, lossNats, trainingLossNats: lossCount > 0 ? lossSum / lossCount : null };
    const improved = best === null || lossNats < best.lossNats;
    const worse =
      best !== null &&
      best.trainingLossNats !== null &&
      point.trainingLossNats !== null &&
      lossNats > best.lossNats * CLEARLY_WORSE &&
      point.trainingLossNats < best.trainingLossNats;
    this.#state = {
      best: improved ? point : best,
      sinceBest: improved ? 0 : sinceBest + 1,
      diverging: worse ? diverging + 1 : 0,
      lossSum: 0,
      lossCount: 0,
    };
    return { point, improved };
  }
}

export type Advice = 'take-the-best' | 'fewer-steps' | 'more-data' | 'smaller-model' | 'dropout';

/** What follows from an overfit, the most effective first. `epochs`: how often the data has been seen so far. */
export function overfitAdvice(facts: {
  readonly epochs: number;
  readonly matrixParameters: number;
  /** Of a model that the data is enough for. */
  readonly supportedParameters: number;
}): Advice[] {
  const tooLarge = facts.matrixParameters > facts.supportedParameters;
  return [
    'take-the-best',
    'fewer-steps',
    ...(facts.epochs > 4 || tooLarge ? (['more-data'] as const) : []),
    ...(tooLarge ? (['smaller-model'] as const) : []),
    'dropout',
  ];
}
