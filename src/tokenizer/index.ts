export { BatchEncoder, type BatchOptions, encodeBatch } from './batch.ts';
export { toTiktoken } from './export-ranks.ts';
export { type ImportOptions, importTokenizer } from './import-tokenizer.ts';
export { PATTERN_TEXTS, type PatternName } from './patterns.ts';
export { SPLIT_PATTERN } from './pre-split.ts';
export { loadTokenizer, type SaveOptions, saveTokenizer, TOKENIZER_CONFIG_FILE, TOKENIZER_FILE } from './store.ts';
export {
  type AllowedSpecial,
  type EncodeOptions,
  SPECIAL_TOKENS,
  type StreamDecoder,
  Tokenizer,
  type TrainingSummary,
} from './tokenizer.ts';
export { type TrainingOptions, trainTokenizer } from './train.ts';
