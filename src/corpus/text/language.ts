/** The language of a document, from the n-grams of its letters (eld, the smallest of its data sets). */
import { invariant } from '../../base/index.ts';
import { countLetters } from './letters.ts';

/** Below this a guess is no better than a coin. */
const FEWEST_LETTERS = 40;
/** Pieces of a long text that are looked at: from its start, its middle and its end. */
const PIECE_UNITS = 400;

type Detector = typeof import('eld/extrasmall')['eld'];
let detector: Detector | undefined;

/** Loads the data of `languageOf`, 30 MB of memory, which only those who read documents need. */
export async function loadLanguageData(): Promise<void> {
  detector ??= (await import('eld/extrasmall')).eld;
}

/** ISO 639-1 code, or undefined where the text is too short or the data are unsure. After `loadLanguageData`. */
export function languageOf(text: string): string | undefined {
  invariant(
    detector !== undefined,
    () => 'language data: expected to be loaded before a text is asked for its language',
  );
  const sample = text.length <= 3 * PIECE_UNITS ? text : pieces(text);
  if (countLetters(sample) < FEWEST_LETTERS) return undefined;
  const result = detector.detect(sample);
  return result.language !== '' && result.isReliable() ? result.language : undefined;
}

function pieces(text: string): string {
  const middle = (text.length - PIECE_UNITS) >> 1;
  const starts = [0, middle, text.length - PIECE_UNITS];
  return starts.map((start) => text.slice(start, start + PIECE_UNITS)).join('\n');
}
