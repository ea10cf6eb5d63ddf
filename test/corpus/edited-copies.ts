/** Generated texts with edited copies of a known similarity, and near misses, for the laws on near-duplicates. */
import { Rng } from '../../src/base/index.ts';

export interface EditedCopies {
  /** Words of each document. */
  readonly texts: readonly (readonly string[])[];
  /** Number of a copy and of its original, with their Jaccard similarity of word 5-grams. */
  readonly copies: readonly { readonly copy: number; readonly original: number; readonly similarity: number }[];
}

function gramsOf(words: readonly string[]): Set<string> {
  const grams = new Set<string>();
  for (let i = 0; i + 5 <= words.length; i++) grams.add(words.slice(i, i + 5).join(' '));
  return grams;
}

export function jaccardOf(a: readonly string[], b: readonly string[]): number {
  const [first, second] = [gramsOf(a), gramsOf(b)];
  let common = 0;
  for (const gram of first) if (second.has(gram)) common++;
  return common / (first.size + second.size - common);
}

/** One word replaced, taken out or put in. */
function edit(rng: Rng, words: string[]): void {
  const at = rng.int(words.length);
  const kind = rng.int(3);
  if (kind === 0) words[at] = `neu${rng.int(1000)}`;
  else if (kind === 1) words.splice(at, 1);
  else words.splice(at, 0, `zusatz${rng.int(1000)}`);
}

/** Edits until the similarity would fall below `target`. */
function editedTo(rng: Rng, original: readonly string[], target: number): { words: string[]; similarity: number } {
  let best = { words: [...original], similarity: 1 };
  for (let missed = 0; missed < 3; ) {
    const words = [...best.words];
    edit(rng, words);
    const similarity = jaccardOf(original, words);
    if (similarity >= target) best = { words, similarity };
    else missed++;
  }
  return best;
}

/**
 * `documents` texts in all, `copies` of them edited copies whose similarities are even from 0.8 to 1, and a quarter as
 * many near misses from 0.55 to 0.78, so that a careless threshold costs precision.
 */
export function editedCopies(documents: number, copies: number, seed: number): EditedCopies {
  const rng = new Rng(seed);
  const misses = Math.floor(copies / 4);
  const words = () => Array.from({ length: 60 + rng.int(200) }, () => `wort${rng.int(4000)}`);
  const originals = Array.from({ length: documents - copies - misses }, words);
  const texts: (readonly string[])[] = [...originals];
  const made: EditedCopies['copies'][number][] = [];
  for (let i = 0; i < copies + misses; i++) {
    const target = i < copies ? 0.8 + 0.2 * rng.float() : 0.55 + 0.2 * rng.float();
    const edited = editedTo(rng, originals[i]!, target);
    if (i < copies) made.push({ copy: texts.length, original: i, similarity: edited.similarity });
    else if (edited.similarity > 0.78) edit(rng, edited.words);
    texts.push(edited.words);
  }
  return { texts, copies: made };
}
