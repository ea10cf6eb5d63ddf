/** Why a step was not applied, and its figures as JSON can hold them. It knows no limits. */
import type { StepResult } from './step.ts';

/** `overflow`: float16 with a loss scale that was too large, which the scaler puts right by itself. */
export type SkipReason = 'not-finite' | 'spike' | 'overflow';

export function skipReason({ lossNats, gradientNorm }: StepResult, scaled: boolean): SkipReason {
  if (!Number.isFinite(lossNats)) return 'not-finite';
  if (!Number.isFinite(gradientNorm)) return scaled ? 'overflow' : 'not-finite';
  return 'spike';
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** JSON knows no infinity. */
export function finiteFields({ lossNats, gradientNorm }: StepResult) {
  return { lossNats: finiteOrNull(lossNats), gradientNorm: finiteOrNull(gradientNorm) };
}
