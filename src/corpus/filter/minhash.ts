/**
 * MinHash signatures of word 5-grams (Broder 1997) with 112 functions of 64 bits, their bands for candidate pairs, and a
 * sample of the 5-grams from which the Jaccard similarity of two texts is computed. It knows no document.
 *
 * Bands: 14 of 8, which find a pair of similarity s with probability 1 - (1 - s^8)^14, 0.924 at s = 0.8; and, over the
 * same 112 minima, 18 of 6, which find it with 0.996. A pair that no function of the text but chance brings together is
 * told apart by the similarity afterwards, so more bands cost time, never precision.
 */
import { Rng } from '../../base/index.ts';
import {
  createMinhashKernel,
  FACTORS_AT,
  MINIMA_AT,
  type MinhashKernel,
  OFFSETS_AT,
  PERMUTATIONS,
  VALUES_AT,
} from './minhash-kernel.ts';
import { SIGN, type WordScanner } from './words.ts';

export const GRAM_WORDS = 5;
/** Numbers of bands and minima in each. */
export const BANDINGS = [
  { bands: 14, rows: 8 },
  { bands: 18, rows: 6 },
] as const;
export const BANDS = BANDINGS.reduce((sum, { bands }) => sum + bands, 0);
/** Of each minimum these bits are kept for the estimate; two different minima agree in them once in 65,536 times. */
export const SIGNATURE_LENGTH = PERMUTATIONS;
/** Texts with up to this many different 5-grams keep all of them, so that their similarity is exact. */
const SAMPLE_LIMIT = 4096;

export interface Sketch {
  /** Two 32-bit halves for each band. */
  readonly bandKeys: Uint32Array;
  /** Low 16 bits of each minimum. */
  readonly signature: Uint16Array;
  /** Only 5-grams whose hash ends in this many zero bits are in the sample. */
  readonly level: number;
  /** 32-bit hashes of the sampled 5-grams, rising, each once. */
  readonly sample: Uint32Array;
}

/** Makes sketches, one after the other, in one growing memory. */
export class Minhasher {
  readonly #kernel: MinhashKernel = createMinhashKernel();
  #words = new Uint32Array(1024);

  constructor() {
    const rng = new Rng(1);
    const values = new Uint32Array(this.#kernel.memory.buffer, 0, PERMUTATIONS * 4);
    for (let i = 0; i < PERMUTATIONS; i++) {
      values[FACTORS_AT / 4 + i * 2] = rng.uint32() | 1; // Odd: the function is a permutation of all 64-bit numbers.
      values[FACTORS_AT / 4 + i * 2 + 1] = rng.uint32();
      values[OFFSETS_AT / 4 + i * 2] = rng.uint32();
      values[OFFSETS_AT / 4 + i * 2 + 1] = rng.uint32();
    }
  }

  /** Of the text scanned last; undefined where it has fewer than five words. */
  sketch(scan: WordScanner): Sketch | undefined {
    const words = this.#wordsOf(scan);
    const grams = words - GRAM_WORDS + 1;
    if (grams < 1) return undefined;
    const values = this.#gramsOf(scan, grams);
    this.#kernel.minima(grams);
    const { level, sample } = sampleOf(values, grams);
    const minima = new Uint32Array(this.#kernel.memory.buffer, MINIMA_AT, PERMUTATIONS * 2);
    return {
      bandKeys: bandKeysOf(minima),
      signature: Uint16Array.from(minima.filter((_, i) => i % 2 === 0)),
      level,
      sample,
    };
  }

  /** Places of the words among the tokens. */
  #wordsOf(scan: WordScanner): number {
    if (this.#words.length < scan.count) this.#words = new Uint32Array(scan.count * 2);
    let count = 0;
    for (let i = 0; i < scan.count; i++) if (scan.kinds[i] !== SIGN) this.#words[count++] = i;
    return count;
  }

  #gramsOf(scan: WordScanner, grams: number): Uint32Array {
    const { memory } = this.#kernel;
    const missing = VALUES_AT + grams * 8 - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65_536));
    const values = new Uint32Array(memory.buffer, VALUES_AT, grams * 2);
    const words = this.#words;
    for (let i = 0; i < grams; i++) {
      let low = 0;
      let high = 0;
      for (let j = i; j < i + GRAM_WORDS; j++) {
        const at = words[j]!;
        low = Math.imul(low, 0x01000193) + scan.foldedLow[at]!;
        high = Math.imul(high, 0x27220a95) ^ scan.foldedHigh[at]!;
      }
      low = Math.imul(low ^ (low >>> 16) ^ high, 0x85ebca6b);
      high = Math.imul(high ^ (high >>> 15) ^ low, 0xc2b2ae35);
      values[i * 2] = low ^ (high >>> 13);
      values[i * 2 + 1] = high ^ (low >>> 16);
    }
    return values;
  }
}

function sampleOf(values: Uint32Array, grams: number): { level: number; sample: Uint32Array } {
  let level = 0;
  while (grams >>> level > SAMPLE_LIMIT) level++;
  const mask = 2 ** level - 1;
  const chosen = new Uint32Array(grams);
  let count = 0;
  for (let i = 0; i < grams; i++) if ((values[i * 2]! & mask) === 0) chosen[count++] = values[i * 2]!;
  const sorted = chosen.subarray(0, count).sort();
  let distinct = 0;
  for (let i = 0; i < count; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[distinct++] = sorted[i]!;
  return { level, sample: sorted.slice(0, distinct) };
}

function bandKeysOf(minima: Uint32Array): Uint32Array {
  const keys = new Uint32Array(BANDS * 2);
  let band = 0;
  for (const { bands, rows } of BANDINGS) {
    for (let i = 0; i < bands; i++, band++) {
      let low = 0x811c9dc5;
      let high = 0x9e3779b1;
      for (let word = i * rows * 2; word < (i + 1) * rows * 2; word++) {
        low = Math.imul(low ^ minima[word]!, 0x01000193);
        low ^= low >>> 15;
        high = Math.imul(high ^ minima[word]!, 0x85ebca6b);
        high ^= high >>> 13;
      }
      keys[band * 2] = low;
      keys[band * 2 + 1] = high;
    }
  }
  return keys;
}

/** Jaccard similarity of two sampled sets, at the coarser of their levels. */
export function jaccard(a: Pick<Sketch, 'level' | 'sample'>, b: Pick<Sketch, 'level' | 'sample'>): number {
  const mask = 2 ** Math.max(a.level, b.level) - 1;
  let common = 0;
  let either = 0;
  let i = 0;
  let j = 0;
  while (i < a.sample.length || j < b.sample.length) {
    const x = i < a.sample.length ? a.sample[i]! : Number.POSITIVE_INFINITY;
    const y = j < b.sample.length ? b.sample[j]! : Number.POSITIVE_INFINITY;
    const counted = (Math.min(x, y) & mask) === 0;
    if (counted) either++;
    if (x === y && counted) common++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return either === 0 ? 0 : common / either;
}
