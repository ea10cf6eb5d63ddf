/**
 * The numbers of the quality filters, by language and profile, with their bounds. German: FineWeb-2's configuration
 * (`configs/deu_Latn.yml`); English: Gopher (Rae et al. 2021) and FineWeb (Penedo et al. 2024) as datatrove has them. The
 * profile `own` is for what a company chose itself: manuals, price lists and statutes repeat themselves by nature, and
 * an answer of one line is a document. It knows no text.
 */

/** A share is of the section; a limit that nothing can reach (0 or 1 or a huge count) turns its measure off. */
export interface QualityThresholds {
  /** Shorter texts are not judged. */
  readonly shortCharacters: number;
  /** Length of the sections a longer text is judged in. */
  readonly sectionCharacters: number;
  readonly minimumWords: number;
  readonly maximumWords: number;
  readonly minimumStopWords: number;
  readonly minimumWordLength: number;
  readonly maximumWordLength: number;
  /** Share of the words that have a letter. */
  readonly minimumLetterWords: number;
  readonly maximumNewlinesPerWord: number;
  /** `#` and ellipses, each by word. */
  readonly maximumSymbolsPerWord: number;
  readonly maximumBulletLines: number;
  readonly maximumEllipsisLines: number;
  /** Share of the lines that end as a sentence ends. */
  readonly minimumLineEnds: number;
  /** Share of the lines of 30 characters and less. */
  readonly maximumShortLines: number;
  readonly maximumDuplicateLines: number;
  readonly maximumDuplicateLineCharacters: number;
  readonly maximumDuplicateParagraphs: number;
  readonly maximumDuplicateParagraphCharacters: number;
  /** Share of characters in the most common n-gram. */
  readonly maximumTop2Grams: number;
  readonly maximumTop3Grams: number;
  readonly maximumTop4Grams: number;
  /** Share of characters in repeated n-grams. */
  readonly maximumDuplicate5Grams: number;
  readonly maximumDuplicate6Grams: number;
  readonly maximumDuplicate7Grams: number;
  readonly maximumDuplicate8Grams: number;
  readonly maximumDuplicate9Grams: number;
  readonly maximumDuplicate10Grams: number;
}

export type Profile = 'web' | 'own';
export type QualityLanguage = 'de' | 'en';

const GERMAN_WEB: QualityThresholds = {
  shortCharacters: 0,
  sectionCharacters: 5000,
  minimumWords: 50,
  maximumWords: 10_000_000,
  minimumStopWords: 2,
  minimumWordLength: 0,
  maximumWordLength: 15,
  minimumLetterWords: 0.774,
  maximumNewlinesPerWord: 0.152,
  maximumSymbolsPerWord: 0.1,
  maximumBulletLines: 0.9,
  maximumEllipsisLines: 0.3,
  minimumLineEnds: 0,
  maximumShortLines: 1,
  maximumDuplicateLines: 0.263,
  maximumDuplicateLineCharacters: 0.1,
  maximumDuplicateParagraphs: 1,
  maximumDuplicateParagraphCharacters: 1,
  maximumTop2Grams: 0.169,
  maximumTop3Grams: 0.153,
  maximumTop4Grams: 0.137,
  maximumDuplicate5Grams: 0.141,
  maximumDuplicate6Grams: 0.134,
  maximumDuplicate7Grams: 0.126,
  maximumDuplicate8Grams: 0.117,
  maximumDuplicate9Grams: 0.108,
  maximumDuplicate10Grams: 0.098,
};

/** Twice the repetition is allowed and only gross faults count; nothing under a page's length is judged. */
const GERMAN_OWN: QualityThresholds = {
  ...GERMAN_WEB,
  shortCharacters: 2000,
  minimumWords: 0,
  minimumStopWords: 1,
  maximumWordLength: 25,
  minimumLetterWords: 0.5,
  maximumNewlinesPerWord: 0.304,
  maximumSymbolsPerWord: 1,
  maximumBulletLines: 1,
  maximumEllipsisLines: 1,
  maximumDuplicateLines: 0.526,
  maximumDuplicateLineCharacters: 0.3,
  maximumTop2Grams: 0.338,
  maximumTop3Grams: 0.306,
  maximumTop4Grams: 0.274,
  maximumDuplicate5Grams: 0.282,
  maximumDuplicate6Grams: 0.268,
  maximumDuplicate7Grams: 0.252,
  maximumDuplicate8Grams: 0.234,
  maximumDuplicate9Grams: 0.216,
  maximumDuplicate10Grams: 0.196,
};

const ENGLISH_WEB: QualityThresholds = {
  shortCharacters: 0,
  sectionCharacters: 5000,
  minimumWords: 50,
  maximumWords: 10_000_000,
  minimumStopWords: 2,
  minimumWordLength: 3,
  maximumWordLength: 10,
  minimumLetterWords: 0.8,
  maximumNewlinesPerWord: 0.3,
  maximumSymbolsPerWord: 0.1,
  maximumBulletLines: 0.9,
  maximumEllipsisLines: 0.3,
  minimumLineEnds: 0.12,
  maximumShortLines: 0.67,
  maximumDuplicateLines: 0.3,
  maximumDuplicateLineCharacters: 0.01,
  maximumDuplicateParagraphs: 0.3,
  maximumDuplicateParagraphCharacters: 0.2,
  maximumTop2Grams: 0.2,
  maximumTop3Grams: 0.18,
  maximumTop4Grams: 0.16,
  maximumDuplicate5Grams: 0.15,
  maximumDuplicate6Grams: 0.14,
  maximumDuplicate7Grams: 0.13,
  maximumDuplicate8Grams: 0.12,
  maximumDuplicate9Grams: 0.11,
  maximumDuplicate10Grams: 0.1,
};

const ENGLISH_OWN: QualityThresholds = {
  ...ENGLISH_WEB,
  shortCharacters: 2000,
  minimumWords: 0,
  minimumStopWords: 1,
  minimumWordLength: 2,
  maximumWordLength: 20,
  minimumLetterWords: 0.5,
  maximumNewlinesPerWord: 0.6,
  maximumSymbolsPerWord: 1,
  maximumBulletLines: 1,
  maximumEllipsisLines: 1,
  minimumLineEnds: 0,
  maximumShortLines: 1,
  maximumDuplicateLines: 0.6,
  maximumDuplicateLineCharacters: 0.3,
  maximumDuplicateParagraphs: 0.6,
  maximumDuplicateParagraphCharacters: 0.4,
  maximumTop2Grams: 0.4,
  maximumTop3Grams: 0.36,
  maximumTop4Grams: 0.32,
  maximumDuplicate5Grams: 0.3,
  maximumDuplicate6Grams: 0.28,
  maximumDuplicate7Grams: 0.26,
  maximumDuplicate8Grams: 0.24,
  maximumDuplicate9Grams: 0.22,
  maximumDuplicate10Grams: 0.2,
};

export type QualitySettings = Readonly<Record<QualityLanguage, Readonly<Record<Profile, QualityThresholds>>>>;

export const QUALITY_DEFAULTS: QualitySettings = {
  de: { web: GERMAN_WEB, own: GERMAN_OWN },
  en: { web: ENGLISH_WEB, own: ENGLISH_OWN },
};

export const STOP_WORDS: Readonly<Record<QualityLanguage, readonly string[]>> = {
  de: 'der und die in von im den des mit das er dem als wurde für'.split(' '),
  en: 'the be to of and that have with'.split(' '),
};
