/**
 * Measures tokenizers on text side by side: bytes per token, tokens per word, and what the vocabulary of the first one is
 * used for. It knows neither files nor how a report is shown.
 */
import type { WorkOptions } from '../base/index.ts';
import { Breather } from './count.ts';

/** What a tokenizer must offer to be measured. */
export interface Measurable {
  readonly vocabularySize: number;
  encodeBytes(bytes: Uint8Array): Uint32Array;
  tokenBytes(id: number): Uint8Array;
  isSpecial(id: number): boolean;
}

/** A piece of text; each of its labels makes it part of one row of a breakdown, for example `{ language: 'de' }`. */
export interface MeasuredText {
  readonly bytes: Uint8Array;
  readonly labels: Readonly<Record<string, string>>;
}

export interface TextFigures {
  readonly tokens: number;
  readonly bytesPerToken: number;
  /** A word is a run of characters without white space. */
  readonly tokensPerWord: number;
}

export interface TokenFacts {
  readonly id: number;
  readonly bytes: number;
  /** Bytes that are no UTF-8 as U+FFFD. */
  readonly text: string;
  /** How often the measured text has it. */
  readonly uses: number;
}

export interface Breakdown {
  readonly name: string;
  /** The largest ones first. */
  readonly rows: readonly {
    readonly label: string;
    readonly texts: number;
    readonly bytes: number;
    readonly words: number;
    /** In the order of the tokenizers. */
    readonly figures: readonly TextFigures[];
  }[];
  /** Further rows, not listed. */
  readonly more: number;
}

export interface TokenizerMeasures {
  readonly texts: number;
  readonly bytes: number;
  readonly words: number;
  readonly tokenizers: readonly (TextFigures & { readonly name: string; readonly vocabularySize: number })[];
  readonly breakdowns: readonly Breakdown[];
  /** Of the first tokenizer, as are the two below; special tokens and single bytes do not count. */
  readonly neverUsed: { readonly count: number; readonly of: number; readonly tokens: readonly TokenFacts[] };
  readonly longest: readonly TokenFacts[];
  /** Tokens longer than 32 bytes with white space between two words: whole phrases learnt by heart. */
  readonly memorised: { readonly count: number; readonly tokens: readonly TokenFacts[] };
}

const MEMORISED_BYTES = 32;
const LISTED_TOKENS = 24;
const LISTED_ROWS = 40;

/** Whether a character of white space (Unicode White_Space) begins at `at`. */
function isWhiteAt(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at]!;
  if (byte < 0x80) return byte === 0x20 || (byte >= 9 && byte <= 13);
  const second = bytes[at + 1];
  const third = bytes[at + 2]!;
  if (byte === 0xc2) return second === 0x85 || second === 0xa0;
  if (byte === 0xe1) return second === 0x9a && third === 0x80;
  if (byte === 0xe3) return second === 0x80 && third === 0x80;
  if (byte !== 0xe2) return false;
  if (second === 0x81) return third === 0x9f;
  return second === 0x80 && ((third >= 0x80 && third <= 0x8a) || third === 0xa8 || third === 0xa9 || third === 0xaf);
}

/** Runs of characters without white space in UTF-8. */
export function wordsIn(bytes: Uint8Array): number {
  let words = 0;
  let inside = false;
  for (let at = 0; at < bytes.length; at++) {
    if ((bytes[at]! & 0xc0) === 0x80) continue; // Inside a character.
    const white = isWhiteAt(bytes, at);
    if (!white && !inside) words++;
    inside = !white;
  }
  return words;
}

class Sums {
  texts = 0;
  bytes = 0;
  words = 0;
  readonly tokens: number[];

  constructor(tokenizers: number) {
    this.tokens = new Array(tokenizers).fill(0);
  }

  add(bytes: number, words: number, tokens: readonly number[]): void {
    this.texts++;
    this.bytes += bytes;
    this.words += words;
    for (const [i, count] of tokens.entries()) this.tokens[i]! += count;
  }

  figures(): TextFigures[] {
    const ratio = (a: number, b: number) => (b === 0 ? 0 : a / b);
    return this.tokens.map((tokens) => ({
      tokens,
      bytesPerToken: ratio(this.bytes, tokens),
      tokensPerWord: ratio(tokens, this.words),
    }));
  }
}

function breakdownOf(name: string, rows: ReadonlyMap<string, Sums>): Breakdown {
  const sorted = [...rows].sort(([a, x], [b, y]) => y.bytes - x.bytes || (a < b ? -1 : 1));
  return {
    name,
    rows: sorted.slice(0, LISTED_ROWS).map(([label, sums]) => {
      const { texts, bytes, words } = sums;
      return { label, texts, bytes, words, figures: sums.figures() };
    }),
    more: Math.max(0, sorted.length - LISTED_ROWS),
  };
}

/** What the vocabulary holds and how much of it was used. */
function vocabularyFacts(tokenizer: Measurable, uses: Float64Array) {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const facts: TokenFacts[] = [];
  for (let id = 0; id < tokenizer.vocabularySize; id++) {
    const bytes = tokenizer.tokenBytes(id);
    if (tokenizer.isSpecial(id) || bytes.length < 2) continue;
    facts.push({ id, bytes: bytes.length, text: decoder.decode(bytes), uses: uses[id]! });
  }
  const longest = [...facts].sort((a, b) => b.bytes - a.bytes || a.id - b.id);
  const unused = facts.filter((token) => token.uses === 0);
  const memorised = longest.filter(({ bytes, text }) => bytes > MEMORISED_BYTES && /\S\s+\S/u.test(text));
  return {
    neverUsed: { count: unused.length, of: facts.length, tokens: unused.slice(0, LISTED_TOKENS) },
    longest: longest.slice(0, LISTED_TOKENS),
    memorised: { count: memorised.length, tokens: memorised.slice(0, LISTED_TOKENS) },
  };
}

/**
 * Measures `tokenizers`, the one in question first, on `texts`, in memory that does not grow with the text. Throws
 * `tokenizer.stopped` on the signal.
 */
export async function measureTokenizers(
  tokenizers: readonly { readonly name: string; readonly tokenizer: Measurable }[],
  texts: Iterable<MeasuredText> | AsyncIterable<MeasuredText>,
  work: WorkOptions & { readonly totalBytes?: number } = {},
): Promise<TokenizerMeasures> {
  const breather = new Breather(work.signal);
  const first = tokenizers[0]!.tokenizer;
  const uses = new Float64Array(first.vocabularySize);
  const all = new Sums(tokenizers.length);
  const breakdowns = new Map<string, Map<string, Sums>>();
  const total = work.totalBytes === undefined ? {} : { total: work.totalBytes };
  const report = () => work.onProgress?.({ stage: 'tokenizer.measure', done: all.bytes, ...total, unit: 'bytes' });
  report();
  for await (const { bytes, labels } of texts) {
    const counts = tokenizers.map(({ tokenizer }) => {
      const ids = tokenizer.encodeBytes(bytes);
      if (tokenizer === first) for (const id of ids) uses[id]! += 1;
      return ids.length;
    });
    const words = wordsIn(bytes);
    all.add(bytes.length, words, counts);
    for (const [name, label] of Object.entries(labels)) {
      const rows = breakdowns.get(name) ?? new Map<string, Sums>();
      const sums = rows.get(label) ?? new Sums(tokenizers.length);
      sums.add(bytes.length, words, counts);
      breakdowns.set(name, rows.set(label, sums));
    }
    breather.check();
    if (!breather.due) continue;
    report();
    await breather.breathe();
  }
  report();
  const figures = all.figures();
  return {
    texts: all.texts,
    bytes: all.bytes,
    words: all.words,
    tokenizers: tokenizers.map(({ name, tokenizer: { vocabularySize } }, i) => ({
      name,
      vocabularySize,
      ...figures[i]!,
    })),
    breakdowns: [...breakdowns].map(([name, rows]) => breakdownOf(name, rows)),
    ...vocabularyFacts(first, uses),
  };
}
