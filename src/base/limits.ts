/** Bounds on numbers that come from a file, a flag or a request: one place, fail closed. */
import { ExpChatError } from './errors.ts';

/** Returns `value` if it is an integer in `low .. high`, else throws `limits.integer`. */
export function boundedInteger(value: unknown, where: string, low: number, high: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < low || value > high) {
    throw new ExpChatError({
      code: 'limits.integer',
      kind: 'usage',
      message: `${where}: expected an integer from ${low} to ${high}, got ${JSON.stringify(value) ?? String(value)}`,
    });
  }
  return value;
}

/** Returns `value` if it is a finite number in `low .. high`, else throws `limits.number`. */
export function boundedNumber(value: unknown, where: string, low: number, high: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < low || value > high) {
    throw new ExpChatError({
      code: 'limits.number',
      kind: 'usage',
      message: `${where}: expected a number from ${low} to ${high}, got ${JSON.stringify(value) ?? String(value)}`,
    });
  }
  return value;
}
