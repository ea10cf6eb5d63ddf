export { BatchEncoder, type BatchOptions, encodeBatch } from './batch.ts';
export {
  type CountingOptions,
  countWords,
  type DocumentPiece,
  type TrainingText,
  type TrainingTexts,
} from './count.ts';
export { type KeptCounts, loadCounts, saveCounts } from './count-file.ts';
export { type CountedWords, DEFAULT_MAX_DISTINCT_BYTES } from './count-words.ts';
export { toTiktoken } from './export-ranks.ts';
export { type ImportOptions, importTokenizer } from './import-tokenizer.ts';
export { PATTERN_TEXTS, type PatternName } from './patterns.ts';
export { SPLIT_PATTERN } from './pre-split.ts';
export {
  type Breakdown,
  type Measurable,
  type MeasuredText,
  measureTokenizers,
  type TextFigures,
  type TokenFacts,
  type TokenizerMeasures,
} from './report.ts';
export { type ReportHtmlOptions, renderTokenizerReportHtml } from './report-html.ts';
export { loadTokenizer, type SaveOptions, saveTokenizer, TOKENIZER_CONFIG_FILE, TOKENIZER_FILE } from './store.ts';
export {
  type AllowedSpecial,
  type EncodeOptions,
  SPECIAL_TOKENS,
  type StreamDecoder,
  Tokenizer,
  type TrainingSummary,
} from './tokenizer.ts';
export { type MergingOptions, type TrainingOptions, trainFromCounts, trainTokenizer } from './train.ts';
export {
  documentsIn,
  fingerprintOf,
  type HoldOut,
  type LeftOut,
  listTextFiles,
  TEXT_FILE_EXTENSIONS,
  type TextFile,
} from './train-files.ts';
