/**
 * Everything a person can set about the filter, with defaults and bounds: one table for the settings file, the stage and
 * the explanation of one document. It knows no file.
 */
import { boundedInteger, boundedNumber } from '../../base/index.ts';
import { type Profile, QUALITY_DEFAULTS, type QualitySettings } from './thresholds.ts';

export interface NearDuplicateSettings {
  /** Jaccard similarity of word 5-grams from which one of two documents is left out; 1 leaves out only equal words. */
  readonly similarity: number;
  /** Shorter documents are near-duplicates only where all words and symbols are equal. */
  readonly minimumWords: number;
}

/** What of a text is cut out because other documents have it as well. */
export interface RepeatSettings {
  /** Shorter paragraphs are never cut; 0 cuts none. */
  readonly paragraphCharacters: number;
  /** In fewer documents a paragraph is never cut. */
  readonly paragraphDocuments: number;
  /** Shorter lines are never cut; 0 cuts none. */
  readonly lineCharacters: number;
  readonly lineDocuments: number;
  /** More than this share of a document is never cut; it stays whole then. */
  readonly maximumShare: number;
}

export interface FilterSettings {
  readonly quality: QualitySettings;
  readonly nearDuplicates: NearDuplicateSettings;
  readonly repeats: Readonly<Record<Profile, RepeatSettings>>;
}

/**
 * A company's documents and statutes keep their formulas: there only whole pages of text that ten documents share are
 * cut. Web pages carry the same notes and footers on every page.
 */
export const FILTER_DEFAULTS: FilterSettings = {
  quality: QUALITY_DEFAULTS,
  nearDuplicates: { similarity: 0.8, minimumWords: 50 },
  repeats: {
    web: {
      paragraphCharacters: 200,
      paragraphDocuments: 3,
      lineCharacters: 20,
      lineDocuments: 5,
      maximumShare: 0.5,
    },
    own: {
      paragraphCharacters: 1500,
      paragraphDocuments: 10,
      lineCharacters: 30,
      lineDocuments: 10,
      maximumShare: 0.5,
    },
  },
};

export interface Bound {
  readonly kind: 'integer' | 'number';
  readonly low: number;
  readonly high: number;
}

/** Bounds of one number by its name, at any depth of `FilterSettings`. */
export function boundOf(name: string): Bound {
  if (/^(minimumLetterWords|minimumLineEnds|maximumShare)$/.test(name)) return { kind: 'number', low: 0, high: 1 };
  if (name === 'similarity') return { kind: 'number', low: 0.5, high: 1 };
  if (/WordLength$/.test(name)) return { kind: 'number', low: 0, high: 1000 };
  if (/PerWord$/.test(name)) return { kind: 'number', low: 0, high: 100 };
  if (name === 'sectionCharacters') return { kind: 'integer', low: 200, high: 10_000_000 };
  if (/Documents$/.test(name)) return { kind: 'integer', low: 2, high: 1_000_000_000 };
  if (/^(minimumWords|maximumWords|minimumStopWords)$|Characters$/.test(name) && !/^maximumDuplicate/.test(name)) {
    return { kind: 'integer', low: 0, high: 1_000_000_000 };
  }
  return { kind: 'number', low: 0, high: 1 };
}

export type DeepPartial<T> = T extends object ? { readonly [K in keyof T]?: DeepPartial<T[K]> | undefined } : T;

/** The defaults with what was set. Throws `limits.number` or `limits.integer` naming the setting that is out of bounds. */
export function filterSettings(given: DeepPartial<FilterSettings> = {}): FilterSettings {
  return merged(FILTER_DEFAULTS, given, 'corpus.filter') as FilterSettings;
}

function merged(base: unknown, given: unknown, where: string): unknown {
  if (given === undefined) return base;
  if (typeof base === 'number') {
    const { kind, low, high } = boundOf(where.slice(where.lastIndexOf('.') + 1));
    return kind === 'integer' ? boundedInteger(given, where, low, high) : boundedNumber(given, where, low, high);
  }
  return Object.fromEntries(
    Object.entries(base as object).map(([key, value]) => [
      key,
      merged(value, (given as Record<string, unknown>)[key], `${where}.${key}`),
    ]),
  );
}
