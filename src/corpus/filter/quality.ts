/**
 * Conservative quality measures for German web and document text: the Gopher and FineWeb measures with the thresholds of
 * FineWeb-2's German configuration (`configs/deu_Latn.yml`). It sees one text and knows no file.
 */
import { topNgramCharacters, WordHashes } from './ngrams.ts';

export interface GermanThresholds {
  /** Shorter texts are not judged: a price list or an FAQ is short and repeats itself. */
  readonly minimumCharacters: number;
  /** Length of the sections a longer text is judged in. */
  readonly sectionCharacters: number;
  readonly minimumStopWords: number;
  readonly maximumWordLength: number;
  readonly minimumLetterWords: number;
  readonly maximumNewlinesPerWord: number;
  readonly maximumDuplicateLines: number;
  readonly maximumDuplicateLineCharacters: number;
  /** Share of characters in the most common 2-, 3- and 4-gram. */
  readonly maximumTopNgram: readonly [number, number, number];
  /** Share of characters in repeated 5- to 10-grams. */
  readonly maximumDuplicateNgram: readonly [number, number, number, number, number, number];
}

/** For fetched pages: FineWeb-2's own numbers. */
export const GERMAN_WEB_THRESHOLDS: GermanThresholds = {
  minimumCharacters: 2000,
  sectionCharacters: 5000,
  minimumStopWords: 2,
  maximumWordLength: 15,
  minimumLetterWords: 0.774,
  maximumNewlinesPerWord: 0.152,
  maximumDuplicateLines: 0.263,
  maximumDuplicateLineCharacters: 0.1,
  maximumTopNgram: [0.169, 0.153, 0.137],
  maximumDuplicateNgram: [0.141, 0.134, 0.126, 0.117, 0.108, 0.098],
};

/**
 * For a user's own files: someone chose them, and manuals, price lists and statutes repeat themselves by nature. Twice the
 * repetition is allowed and only gross faults count.
 */
export const GERMAN_FILE_THRESHOLDS: GermanThresholds = {
  ...GERMAN_WEB_THRESHOLDS,
  minimumStopWords: 1,
  maximumWordLength: 25,
  minimumLetterWords: 0.5,
  maximumNewlinesPerWord: 0.304,
  maximumDuplicateLines: 0.526,
  maximumDuplicateLineCharacters: 0.3,
  maximumTopNgram: [0.338, 0.306, 0.274],
  maximumDuplicateNgram: [0.282, 0.268, 0.252, 0.234, 0.216, 0.196],
};

const STOP_WORDS = new Set('der und die in von im den des mit das er dem als wurde für'.split(' '));
const TOKEN = /[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]/gu;
const LETTER = /\p{L}/u;

/**
 * Why a text is left out, as a stable reason, or undefined. The thresholds were found on web pages and the measures of
 * repetition grow with length, so a long text is judged in sections of a page's length: it falls when the sections that
 * fail hold more than half of it, with the reason that weighs most.
 */
export function germanFault(text: string, thresholds: GermanThresholds): string | undefined {
  if (text.length < thresholds.minimumCharacters) return undefined;
  const failed = new Map<string, number>();
  let failedCharacters = 0;
  for (const section of sectionsOf(text, thresholds.sectionCharacters)) {
    const fault = sectionFault(section, thresholds);
    if (fault === undefined) continue;
    failed.set(fault, (failed.get(fault) ?? 0) + section.length);
    failedCharacters += section.length;
  }
  if (failedCharacters <= text.length / 2) return undefined;
  return [...failed].reduce((heaviest, next) => (next[1] > heaviest[1] ? next : heaviest))[0];
}

function sectionFault(section: string, thresholds: GermanThresholds): string | undefined {
  const tokens = section.match(TOKEN) ?? [];
  return (
    wordFault(section, tokens, thresholds) ??
    lineFault(section, thresholds) ??
    repetitionFault(section, tokens, thresholds)
  );
}

/** Parts of about `characters`, cut at line ends where there are any; a short rest joins the part before it. */
function* sectionsOf(text: string, characters: number): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const rest = text.length - start;
    if (rest < 1.5 * characters) {
      yield text.slice(start);
      return;
    }
    const newline = text.indexOf('\n', start + characters);
    const end = newline === -1 || newline - start > 2 * characters ? start + characters : newline + 1;
    yield text.slice(start, end);
    start = end;
  }
}

function wordFault(text: string, tokens: readonly string[], thresholds: GermanThresholds): string | undefined {
  const stopWords = new Set<string>();
  let words = 0;
  let letters = 0;
  let withLetter = 0;
  for (const token of tokens) {
    const folded = token.toLowerCase();
    if (STOP_WORDS.has(folded)) stopWords.add(folded);
    const hasLetter = LETTER.test(token);
    if (!hasLetter && !/\p{N}/u.test(token)) continue;
    words++;
    letters += token.length;
    if (hasLetter) withLetter++;
  }
  if (stopWords.size < thresholds.minimumStopWords) return 'few-stop-words';
  if (letters > thresholds.maximumWordLength * words) return 'long-words';
  if (withLetter < thresholds.minimumLetterWords * words) return 'few-letters';
  const newlines = text.split('\n').filter((line) => line.trim() !== '').length - 1;
  return newlines > thresholds.maximumNewlinesPerWord * tokens.length ? 'short-lines' : undefined;
}

function lineFault(text: string, thresholds: GermanThresholds): string | undefined {
  const seen = new Set<string>();
  let lines = 0;
  let characters = 0;
  let repeated = 0;
  let repeatedCharacters = 0;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '') continue;
    lines++;
    characters += line.length;
    if (seen.has(line)) {
      repeated++;
      repeatedCharacters += line.length;
    } else seen.add(line);
  }
  if (repeated > thresholds.maximumDuplicateLines * lines) return 'repeated-lines';
  return repeatedCharacters > thresholds.maximumDuplicateLineCharacters * characters
    ? 'repeated-line-characters'
    : undefined;
}

function repetitionFault(text: string, tokens: readonly string[], thresholds: GermanThresholds): string | undefined {
  const hashes = new WordHashes(tokens);
  for (let size = 2; size <= 10; size++) {
    hashes.extendTo(size);
    if (size <= 4) {
      const share = topNgramCharacters(hashes) / text.length;
      if (share > thresholds.maximumTopNgram[size - 2]!) return `top-${size}-gram`;
    } else if (hashes.repeatedCharacters() / text.length > thresholds.maximumDuplicateNgram[size - 5]!) {
      return `repeated-${size}-grams`;
    }
  }
  return undefined;
}
