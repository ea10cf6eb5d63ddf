/** How sure a share of successes is. It knows no model. */
import { boundedInteger } from '../base/index.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959963984540054;

/** Wilson's score interval (Wilson 1927) of `successes` in `trials` at 95 %, within 0 .. 1; all of it for no trials. */
export function wilsonInterval(successes: number, trials: number): Interval {
  boundedInteger(trials, 'trials', 0, Number.MAX_SAFE_INTEGER);
  boundedInteger(successes, 'successes', 0, trials);
  if (trials === 0) return { low: 0, high: 1 };
  const share = successes / trials;
  const spread = Z ** 2 / trials;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (Z / (1 + spread)) * Math.sqrt((share * (1 - share)) / trials + spread / (4 * trials));
  // At the ends the two terms are equal and rounding alone would move the bound off 0 or 1
  return {
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === trials ? 1 : Math.min(1, centre + half),
  };
}
