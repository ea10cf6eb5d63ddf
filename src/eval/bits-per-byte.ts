/** Losses as bits per byte, which compare models with different tokenizers. It computes no loss. */
import { boundedNumber } from '../base/index.ts';

/**
 * `lossNats`: the sum of the negative log-likelihoods of all predicted tokens; `bytes`: the raw UTF-8 bytes these tokens stand for
 * (special tokens stand for none and are not predicted tokens).
 */
export function bitsPerByte(lossNats: number, bytes: number): number {
  boundedNumber(lossNats, 'lossNats', 0, Number.MAX_VALUE);
  boundedNumber(bytes, 'bytes', 1, Number.MAX_SAFE_INTEGER);
  return lossNats / Math.LN2 / bytes;
}
