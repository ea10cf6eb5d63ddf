export { ByteStringTable } from './byte-string-table.ts';
export { readSafetensors, SAFETENSORS_LIMITS, type SafetensorsContent, writeSafetensors } from './safetensors.ts';
export { parseStrictJson, StrictJsonFault, type StrictJsonLimits } from './strict-json.ts';
export { parseRankFile, renderRankFile } from './tiktoken.ts';
export {
  BYTE_ALPHABET,
  bytesToAlphabet,
  parseTokenizerJson,
  renderTokenizerJson,
  TOKENIZER_LIMITS,
  type TokenizerJson,
} from './tokenizer-json.ts';
export { parseVocabularyFiles, type VocabularyContent, type VocabularyFiles } from './tokenizer-vocabulary.ts';
