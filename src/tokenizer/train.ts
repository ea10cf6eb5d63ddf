/**
 * Trains a tokenizer: one streaming pass counts the words of the texts, then merges are learnt from the counts alone. So
 * memory grows with the distinct words, not with the text, and neither the order of documents nor the number of threads
 * changes anything.
 */
import { boundedInteger, ExpChatError, type WorkOptions } from '../base/index.ts';
import { BYTE_ALPHABET, TOKENIZER_LIMITS } from '../formats/index.ts';
import { Breather, type CountingOptions, countWords, type TrainingTexts } from './count.ts';
import type { CountedWords } from './count-words.ts';
import { MergeTrainer } from './merge-training.ts';
import { SPLIT_PATTERN } from './pre-split.ts';
import { SPECIAL_TOKENS, Tokenizer } from './tokenizer.ts';

export interface MergingOptions extends WorkOptions {
  /** Bytes, merges and special tokens together; at least 256 plus the special tokens. */
  readonly vocabularySize: number;
  /** Appended after the merges, in this order. */
  readonly specialTokens?: readonly string[];
  /** How often a pair must occur to merge. */
  readonly minFrequency?: number;
  /** No merge makes a longer token. */
  readonly maxTokenBytes?: number;
}

export type TrainingOptions = MergingOptions & CountingOptions;

function checkedSpecialTokens(tokens: readonly string[]): readonly string[] {
  const bad = tokens.find(
    (token, index) =>
      token === '' ||
      token.length > TOKENIZER_LIMITS.specialTokenLength ||
      !token.isWellFormed() ||
      BYTE_ALPHABET.includes(token) ||
      tokens.indexOf(token) !== index,
  );
  if (bad !== undefined || tokens.length > TOKENIZER_LIMITS.specialTokens) {
    throw new ExpChatError({
      code: 'tokenizer.special-tokens',
      kind: 'usage',
      message: `tokenizer training: expected special tokens of 1 to ${TOKENIZER_LIMITS.specialTokenLength} characters, each once and none the name of a byte, got ${JSON.stringify(bad ?? tokens.length)}`,
    });
  }
  return tokens;
}

interface CheckedOptions {
  readonly special: readonly string[];
  readonly size: number;
  readonly minFrequency: number;
  readonly maxTokenBytes: number;
}

function checkedOptions(options: MergingOptions): CheckedOptions {
  const special = checkedSpecialTokens(options.specialTokens ?? SPECIAL_TOKENS);
  const { vocabularySize, tokenBytes } = TOKENIZER_LIMITS;
  return {
    special,
    size: boundedInteger(options.vocabularySize, 'tokenizer vocabulary size', 256 + special.length, vocabularySize),
    minFrequency: boundedInteger(options.minFrequency ?? 2, 'tokenizer minimum frequency', 1, 2 ** 40),
    maxTokenBytes: boundedInteger(options.maxTokenBytes ?? 64, 'tokenizer maximum token bytes', 1, tokenBytes),
  };
}

/**
 * Trains a byte-level BPE tokenizer (Sennrich et al. 2016). Where the text has no frequent pair left before
 * `vocabularySize` is reached, the tokenizer is smaller and `training.stoppedEarly` says so.
 * Throws `tokenizer.empty-corpus` where there is no text, `tokenizer.too-many-words` where there are too many distinct
 * words, `tokenizer.stopped` on the signal, `limits.integer` for an option out of range.
 */
export async function trainTokenizer(texts: TrainingTexts, options: TrainingOptions): Promise<Tokenizer> {
  checkedOptions(options); // What is wrong with them is known before the long pass.
  return trainFromCounts(await countWords(texts, options), options);
}

/** The second half of `trainTokenizer`: takes seconds for thousands of merges, whatever the text's length. */
export async function trainFromCounts(counted: CountedWords, options: MergingOptions): Promise<Tokenizer> {
  const { special, size, minFrequency, maxTokenBytes } = checkedOptions(options);
  const breather = new Breather(options.signal);
  const maxMerges = size - 256 - special.length;
  const trainer = new MergeTrainer(counted, { maxMerges, minFrequency, maxTokenBytes, reservedNames: special });
  const report = () =>
    options.onProgress?.({ stage: 'tokenizer.merge', done: trainer.merges.length, total: maxMerges, unit: 'merges' });
  report();
  while (trainer.step()) {
    breather.check();
    if (!breather.due) continue;
    report();
    await breather.breathe();
  }
  report();
  return tokenizerOf(trainer, special, {
    requestedVocabularySize: size,
    stoppedEarly: trainer.merges.length < maxMerges,
    documents: counted.documents,
    bytes: counted.bytes,
    words: counted.words,
    distinctWords: counted.counts.length,
    merges: trainer.merges.length,
  });
}

function tokenizerOf(
  trainer: MergeTrainer,
  special: readonly string[],
  summary: NonNullable<Tokenizer['training']>,
): Tokenizer {
  const merges = Uint32Array.from(trainer.merges.flatMap(([left, right], rank) => [left, right, 256 + rank]));
  const tokens = [...trainer.tokens, ...special.map(() => new Uint8Array(0))];
  const specialTokens = new Map(special.map((token, index) => [token, trainer.tokens.length + index]));
  return new Tokenizer({ pattern: SPLIT_PATTERN, tokens, merges, specialTokens }, summary);
}
