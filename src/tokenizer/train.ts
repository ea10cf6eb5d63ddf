/**
 * Trains a tokenizer: one streaming pass counts the words of the texts, then merges are learnt from the counts alone. So
 * memory grows with the distinct words, not with the text, and the order of documents changes nothing.
 */
import { boundedInteger, ExpChatError, type OnProgress, systemClock, type WorkOptions } from '../base/index.ts';
import { BYTE_ALPHABET, TOKENIZER_LIMITS } from '../formats/index.ts';
import { ByteStringTable } from './byte-string-table.ts';
import { MergeTrainer, type WordCounts } from './merge-training.ts';
import { SPLIT_PATTERN, wordEnd } from './pre-split.ts';
import { SPECIAL_TOKENS, Tokenizer } from './tokenizer.ts';

export interface TrainingOptions extends WorkOptions {
  /** Bytes, merges and special tokens together; at least 256 plus the special tokens. */
  readonly vocabularySize: number;
  /** Appended after the merges, in this order. */
  readonly specialTokens?: readonly string[];
  /** How often a pair must occur to merge. */
  readonly minFrequency?: number;
  /** No merge makes a longer token. */
  readonly maxTokenBytes?: number;
}

/** Work this long between two looks at the event loop, where a signal or a keystroke may wait. */
const UNINTERRUPTED_MS = 50;
/** Text of one document is turned into bytes in slices of at most this many UTF-16 units. */
const SLICE_UNITS = 2 ** 20;

/** Lets the event loop run and throws `tokenizer.stopped` where the signal has fired. */
class Breather {
  readonly #signal: AbortSignal | undefined;
  #lastMs = systemClock.nowMs();

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    this.#check();
  }

  get due(): boolean {
    return systemClock.nowMs() - this.#lastMs > UNINTERRUPTED_MS;
  }

  async breathe(): Promise<void> {
    await systemClock.sleep(0);
    this.#lastMs = systemClock.nowMs();
    this.#check();
  }

  #check(): void {
    if (this.#signal?.aborted !== true) return;
    throw new ExpChatError({
      code: 'tokenizer.stopped',
      kind: 'stopped',
      message: 'tokenizer training: stopped before its end; nothing was written',
      next: 'Run the same command again.',
    });
  }
}

interface Counted {
  readonly words: WordCounts;
  readonly documents: number;
  readonly bytes: number;
  readonly wordCount: number;
}

/** Counts words of texts given one after another. */
class WordCounter {
  documents = 0;
  bytes = 0;
  words = 0;
  readonly #table = new ByteStringTable(2 ** 15);
  #counts = new Float64Array(2 ** 16);
  readonly #buffer = new Uint8Array(SLICE_UNITS * 3);
  readonly #encoder = new TextEncoder();

  add(text: string): void {
    this.documents++;
    if (text.length <= SLICE_UNITS) {
      const { written } = this.#encoder.encodeInto(text, this.#buffer);
      this.#addBytes(this.#buffer, written);
    } else {
      const bytes = this.#encoder.encode(text);
      this.#addBytes(bytes, bytes.length);
    }
  }

  result(): Counted {
    const { pool, offsets, size } = this.#table;
    const words = { pool, offsets, counts: this.#counts.subarray(0, size) };
    return { words, documents: this.documents, bytes: this.bytes, wordCount: this.words };
  }

  #addBytes(bytes: Uint8Array, end: number): void {
    const table = this.#table;
    this.bytes += end;
    for (let start = 0; start < end; ) {
      const next = wordEnd(bytes, start, end);
      const index = table.intern(bytes, start, next);
      if (index === this.#counts.length) {
        const counts = new Float64Array(index * 2);
        counts.set(this.#counts);
        this.#counts = counts;
      }
      this.#counts[index] = this.#counts[index]! + 1;
      this.words++;
      start = next;
    }
  }
}

async function countWords(
  texts: Iterable<string> | AsyncIterable<string>,
  breather: Breather,
  onProgress: OnProgress | undefined,
): Promise<Counted> {
  const counter = new WordCounter();
  const report = () => {
    const detail = `${counter.documents} documents`;
    onProgress?.({ stage: 'tokenizer.count', done: counter.bytes, unit: 'bytes', detail });
  };
  for await (const text of texts) {
    counter.add(text);
    if (!breather.due) continue;
    report();
    await breather.breathe();
  }
  report();
  return counter.result();
}

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

/**
 * Trains a byte-level BPE tokenizer (Sennrich et al. 2016). Where the text has no frequent pair left before
 * `vocabularySize` is reached, the tokenizer is smaller and `training.stoppedEarly` says so.
 * Throws `tokenizer.empty-corpus` where there is no text, `tokenizer.stopped` on the signal, `limits.integer` for an
 * option out of range.
 */
export async function trainTokenizer(
  texts: Iterable<string> | AsyncIterable<string>,
  options: TrainingOptions,
): Promise<Tokenizer> {
  const special = checkedSpecialTokens(options.specialTokens ?? SPECIAL_TOKENS);
  const size = boundedInteger(
    options.vocabularySize,
    'tokenizer vocabulary size',
    256 + special.length,
    TOKENIZER_LIMITS.vocabularySize,
  );
  const minFrequency = boundedInteger(options.minFrequency ?? 2, 'tokenizer minimum frequency', 1, 2 ** 40);
  const maxTokenBytes = boundedInteger(
    options.maxTokenBytes ?? 64,
    'tokenizer maximum token bytes',
    1,
    TOKENIZER_LIMITS.tokenBytes,
  );
  const breather = new Breather(options.signal);
  const counted = await countWords(texts, breather, options.onProgress);
  if (counted.wordCount === 0) {
    throw new ExpChatError({
      code: 'tokenizer.empty-corpus',
      kind: 'usage',
      message: `tokenizer training: expected text, got ${counted.documents} documents without any`,
      next: 'Check that the corpus stages before kept some documents.',
    });
  }
  const maxMerges = size - 256 - special.length;
  const trainer = new MergeTrainer(counted.words, { maxMerges, minFrequency, maxTokenBytes, reservedNames: special });
  const report = () =>
    options.onProgress?.({ stage: 'tokenizer.merge', done: trainer.merges.length, total: maxMerges, unit: 'merges' });
  while (trainer.step()) {
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
    words: counted.wordCount,
    distinctWords: counted.words.counts.length,
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
