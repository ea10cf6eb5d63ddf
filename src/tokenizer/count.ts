/**
 * The streaming pass of training: documents in, counted words out, in memory that grows with the distinct words alone. It
 * cuts documents at the caps and gathers them into batches for whoever counts. It knows no merges.
 */
import { boundedInteger, ExpChatError, systemClock, type WorkOptions } from '../base/index.ts';
import { type CountingCrew, createCountingCrew } from './count-crew.ts';
import { type CountedWords, DEFAULT_MAX_DISTINCT_BYTES, type DocumentBatch } from './count-words.ts';

/** A part of a document as UTF-8, cut where one word ends and another begins. */
export interface DocumentPiece {
  readonly bytes: Uint8Array;
  /** Whether the document ends with this piece. */
  readonly last: boolean;
}

/** A document as text, as UTF-8 bytes, or in pieces one after the other. */
export type TrainingText = string | Uint8Array | DocumentPiece;
export type TrainingTexts = Iterable<TrainingText> | AsyncIterable<TrainingText>;

export interface CountingOptions extends WorkOptions {
  /** Threads that count, default 1: this one. The result is the same for every number. */
  readonly threads?: number;
  /** Of each document only so many characters (code points) from its begin count. */
  readonly maxDocumentCharacters?: number;
  /** Counting ends after so many characters. What counts then depends on the order of the documents, as the caller gives them. */
  readonly maxTotalCharacters?: number;
  /** More bytes of distinct words are refused with `tokenizer.too-many-words`. */
  readonly maxDistinctBytes?: number;
  /** Bytes expected, for the time left. */
  readonly totalBytes?: number;
  /** What was counted before and is part of the result. */
  readonly start?: CountedWords;
}

/** Work this long between two looks at the event loop, where a signal or a keystroke may wait. */
const UNINTERRUPTED_MS = 50;
const BATCH_BYTES = 2 ** 20;

/** Lets the event loop run and throws `tokenizer.stopped` where the signal has fired. */
export class Breather {
  readonly #signal: AbortSignal | undefined;
  #lastMs = systemClock.nowMs();

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    this.check();
  }

  get due(): boolean {
    return systemClock.nowMs() - this.#lastMs > UNINTERRUPTED_MS;
  }

  async breathe(): Promise<void> {
    await systemClock.sleep(0);
    this.#lastMs = systemClock.nowMs();
    this.check();
  }

  check(): void {
    if (this.#signal?.aborted !== true) return;
    throw new ExpChatError({
      code: 'tokenizer.stopped',
      kind: 'stopped',
      message: 'tokenizer training: stopped before its end; no tokenizer was written',
      next: 'Run the same command again.',
    });
  }
}

/** Gathers documents into batches and counts what is let through the caps. */
class Gatherer {
  documents = 0;
  /** Bytes let through so far. */
  bytes = 0;
  readonly #crew: CountingCrew;
  readonly #maxDocument: number;
  readonly #maxTotal: number;
  readonly #encoder = new TextEncoder();
  #buffer = new Uint8Array(BATCH_BYTES);
  #ends: number[] = [];
  #filled = 0;
  #documentCharacters = 0;
  #totalCharacters = 0;
  #open = false;

  constructor(crew: CountingCrew, maxDocument: number, maxTotal: number) {
    this.#crew = crew;
    this.#maxDocument = maxDocument;
    this.#maxTotal = maxTotal;
  }

  get full(): boolean {
    return this.#totalCharacters >= this.#maxTotal;
  }

  async add(text: TrainingText): Promise<void> {
    if (typeof text === 'string') await this.#addPiece(this.#encoder.encode(text), true);
    else if (text instanceof Uint8Array) await this.#addPiece(text, true);
    else await this.#addPiece(text.bytes, text.last);
  }

  async flush(): Promise<void> {
    if (this.#ends.length === 0) return;
    const batch: DocumentBatch = { bytes: this.#buffer.subarray(0, this.#filled), ends: Uint32Array.from(this.#ends) };
    this.#ends = [];
    this.#filled = 0;
    await this.#crew.add(batch);
  }

  async #addPiece(bytes: Uint8Array, last: boolean): Promise<void> {
    if (!this.#open) {
      this.documents++;
      this.#documentCharacters = 0;
    }
    this.#open = !last;
    const kept = bytes.subarray(0, this.#within(bytes));
    this.bytes += kept.length;
    if (kept.length > BATCH_BYTES) {
      await this.flush();
      await this.#crew.add({ bytes: kept, ends: Uint32Array.of(kept.length) });
      return;
    }
    if (this.#filled + kept.length > BATCH_BYTES) await this.flush();
    this.#buffer.set(kept, this.#filled);
    this.#filled += kept.length;
    this.#ends.push(this.#filled);
  }

  /** How many of the bytes the caps let through. */
  #within(bytes: Uint8Array): number {
    if (this.#maxDocument === Infinity && this.#maxTotal === Infinity) return bytes.length;
    let left = Math.min(this.#maxDocument - this.#documentCharacters, this.#maxTotal - this.#totalCharacters);
    const before = left;
    let at = 0;
    for (; at < bytes.length; at++) {
      if ((bytes[at]! & 0xc0) === 0x80) continue; // Belongs to the character before.
      if (left === 0) break;
      left--;
    }
    this.#documentCharacters += before - left;
    this.#totalCharacters += before - left;
    return at;
  }
}

function cap(value: number | undefined, name: string): number {
  return value === undefined ? Infinity : boundedInteger(value, `tokenizer ${name}`, 1, Number.MAX_SAFE_INTEGER);
}

/**
 * Counts the words of `texts`. Throws `tokenizer.empty-corpus` where there is no text, `tokenizer.too-many-words` where the
 * distinct words exceed the cap, `tokenizer.stopped` on the signal, `limits.integer` for an option out of range.
 */
export async function countWords(texts: TrainingTexts, options: CountingOptions = {}): Promise<CountedWords> {
  const threads = boundedInteger(options.threads ?? 1, 'tokenizer threads', 1, 256);
  const maxDocument = cap(options.maxDocumentCharacters, 'maximum characters of a document');
  const maxTotal = cap(options.maxTotalCharacters, 'maximum characters');
  const maxDistinct = boundedInteger(
    options.maxDistinctBytes ?? DEFAULT_MAX_DISTINCT_BYTES,
    'tokenizer maximum bytes of distinct words',
    1,
    2 ** 30,
  );
  const breather = new Breather(options.signal);
  const crew = createCountingCrew(threads, maxDistinct);
  try {
    const gatherer = new Gatherer(crew, maxDocument, maxTotal);
    if (options.start !== undefined) {
      crew.addCounted(options.start);
      gatherer.documents = options.start.documents;
      gatherer.bytes = options.start.bytes;
    }
    const report = () => {
      const total = options.totalBytes === undefined ? {} : { total: Math.max(options.totalBytes, gatherer.bytes) };
      const detail = `${gatherer.documents} documents`;
      options.onProgress?.({ stage: 'tokenizer.count', done: gatherer.bytes, ...total, unit: 'bytes', detail });
    };
    report();
    for await (const text of texts) {
      await gatherer.add(text);
      if (gatherer.full) break;
      breather.check();
      if (!breather.due) continue;
      report();
      await breather.breathe();
    }
    await gatherer.flush();
    report();
    const counted = await crew.finish();
    breather.check();
    if (counted.words > 0) return { ...counted, documents: gatherer.documents };
    throw new ExpChatError({
      code: 'tokenizer.empty-corpus',
      kind: 'usage',
      message: `tokenizer training: expected text, got ${gatherer.documents} documents without any`,
      next: 'Check that the corpus stages before kept some documents, or that the folder holds text files.',
    });
  } finally {
    await crew.close();
  }
}
