/** The language of a document, from the n-grams of its letters (eld, the smallest of its data sets). */
import { eld } from 'eld/extrasmall';
import { countLetters } from './letters.ts';

/** Below this a guess is no better than a coin. */
const FEWEST_LETTERS = 40;
/** Pieces of a long text that are looked at: from its start, its middle and its end. */
const PIECE_UNITS = 700;

/** ISO 639-1 code, or undefined where the text is too short or the data are unsure. */
export function languageOf(text: string): string | undefined {
  const sample = text.length <= 3 * PIECE_UNITS ? text : pieces(text);
  if (countLetters(sample) < FEWEST_LETTERS) return undefined;
  const result = eld.detect(sample);
  return result.language !== '' && result.isReliable() ? result.language : undefined;
}

function pieces(text: string): string {
  const middle = (text.length - PIECE_UNITS) >> 1;
  const starts = [0, middle, text.length - PIECE_UNITS];
  return starts.map((start) => text.slice(start, start + PIECE_UNITS)).join('\n');
}
