/** How often a document goes into the training sets. It knows numbers and ids only. */
import { boundedNumber, sha256OfBytes } from '../../base/index.ts';

const MOST_COPIES = 100;

/**
 * Copies of a document whose source has the weight, 0 to 100: the whole part of the weight, and one more for the share of
 * the documents that its fraction says, chosen by the hash of the id. So 1 is every document once, 0.25 every fourth,
 * 2.5 each twice and every second a third time, on every machine and whatever else the corpus holds.
 */
export function copiesOf(documentId: string, weight: number, seed: number): number {
  boundedNumber(weight, 'source weight', 0, MOST_COPIES);
  const whole = Math.floor(weight);
  if (whole === weight) return whole;
  const draw = Number.parseInt(sha256OfBytes(`${seed}\nweight\n${documentId}`).slice(0, 12), 16) / 2 ** 48;
  return draw < weight - whole ? whole + 1 : whole;
}
