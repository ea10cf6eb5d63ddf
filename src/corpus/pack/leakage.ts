/**
 * What held-back documents share with the others, word for word: every n-gram of 13 words that stands on both sides, the
 * longest stretches with their places, counts by pairs of sources, and the part of the held-back bytes that is covered.
 * Some of it is normal, as laws share formulas; it judges nothing. Memory is bounded by a table over the held-back side.
 */
import path from 'node:path';
import { readJson, type WorkOptions } from '../../base/index.ts';
import { type DocumentRecord, readVerified, type StageEntry, stopIfAsked } from '../record/index.ts';
import type { CorpusSplit } from './corpus-split.ts';
import { LEAKAGE_FILE } from './manifest.ts';
import type { Side } from './split.ts';
import { GramScanner, GramTable } from './word-grams.ts';

export const NGRAM_WORDS = 13;
const MAX_NGRAMS = 4 * 2 ** 20;
const MOST_SPANS = 50;
const MOST_SOURCES = 50;
const MOST_COUNTED = 50_000;
const REPORT_EVERY = 128;
const EXCERPT_UNITS = 160;

export interface SharedSpan {
  /** Words in a row that both documents have. */
  readonly words: number;
  readonly heldDocument: string;
  readonly heldSource: string;
  /** UTF-16 places in the held document's text; in a dialogue, of its turns joined by line feeds. */
  readonly start: number;
  readonly end: number;
  readonly otherDocument: string;
  readonly otherSource: string;
  /** Word of the other document's text where the stretch begins there, from 0. */
  readonly otherWord: number;
  /** How the stretch begins. */
  readonly excerpt: string;
}

/** One held-back side against another side. */
export interface SideOverlap {
  readonly held: Side;
  readonly other: Side;
  readonly heldDocuments: number;
  /** Held documents with a shared n-gram. */
  readonly sharingDocuments: number;
  readonly heldBytes: number;
  /** UTF-8 bytes of held text in stretches the other side has as well. */
  readonly coveredBytes: number;
  readonly coveredShare: number;
  /** Different n-grams of the held side, and those of them the other side has. Of one in `oneIn`. */
  readonly ngrams: number;
  readonly sharedNgrams: number;
  /** 1: every n-gram was looked for. More: one in so many, as the held side is large; short stretches may be missed. */
  readonly oneIn: number;
  /** The longest stretch of each pair of documents, longest first, at most 50. */
  readonly longest: readonly SharedSpan[];
  /** Places of shared n-grams in held text by sources, most first, at most 50. */
  readonly sources: readonly { readonly held: string; readonly other: string; readonly ngrams: number }[];
}

export interface LeakageReport {
  readonly format: 'expchat-leakage';
  readonly version: 1;
  readonly ngramWords: number;
  readonly overlaps: readonly SideOverlap[];
}

export interface LeakageOptions extends WorkOptions {
  /** Entries of the table; for tests. */
  readonly maxNgrams?: number;
}

/** `packed/leakage.json` (`directory`: that folder). */
export async function readLeakage(directory: string): Promise<LeakageReport> {
  return (await readJson(path.join(directory, LEAKAGE_FILE))) as LeakageReport;
}

/** Compares each held-back side with training, and the test side with the validation side. */
export async function findLeakage(
  filtered: string,
  split: CorpusSplit,
  options: LeakageOptions = {},
): Promise<LeakageReport> {
  const [train, validation, test] = (['train', 'validation', 'test'] as const).map((side) =>
    split.entries.filter(({ id }) => split.sideOf(id) === side),
  ) as [StageEntry[], StageEntry[], StageEntry[]];
  const scanner = new GramScanner(NGRAM_WORDS);
  const make = (held: Side, other: Side) => new Comparison(held, other, options.maxNgrams ?? MAX_NGRAMS);
  const ofValidation = make('validation', 'train');
  const ofTest = make('test', 'train');
  const ofBoth = make('test', 'validation');
  const passes: [StageEntry[], (text: ScannedText) => void][] = [
    [test, (text) => both(ofTest, ofBoth, (one) => one.hold(text))],
    [validation, (text) => both(ofValidation, ofBoth, (one) => (one === ofBoth ? one.meet(text) : one.hold(text)))],
    [train, (text) => both(ofValidation, ofTest, (one) => one.meet(text))],
    [validation, (text) => ofValidation.measure(text)],
    [test, (text) => both(ofTest, ofBoth, (one) => one.measure(text))],
  ];
  const isNeeded = train.length + validation.length + test.length > train.length;
  const all = passes.reduce((sum, [entries]) => sum + documentsIn(entries), 0);
  const progress = { done: 0, total: all };
  for (const [entries, visit] of isNeeded ? passes : []) {
    for await (const record of documentsOf(filtered, entries, options, progress)) {
      const text = textOf(record);
      visit({ record, text, grams: scanner.scan(text) });
    }
  }
  const present = { train: train.length, validation: validation.length, test: test.length };
  const overlaps = [ofValidation, ofTest, ofBoth]
    .filter(({ held, other }) => present[held] > 0 && present[other] > 0)
    .map((comparison) => comparison.result());
  return { format: 'expchat-leakage', version: 1, ngramWords: NGRAM_WORDS, overlaps };
}

const documentsIn = (entries: readonly StageEntry[]): number =>
  entries.reduce((sum, { documents }) => sum + documents, 0);

function both(first: Comparison, second: Comparison, act: (comparison: Comparison) => void): void {
  act(first);
  act(second);
}

/** A document with its n-grams, which hold until the next one is scanned. */
interface ScannedText {
  readonly record: DocumentRecord;
  readonly text: string;
  readonly grams: GramScanner;
}

async function* documentsOf(
  filtered: string,
  entries: readonly StageEntry[],
  { signal, onProgress }: WorkOptions,
  progress: { done: number; readonly total: number },
): AsyncGenerator<DocumentRecord> {
  for (const entry of entries) {
    for await (const record of readVerified(filtered, entry)) {
      stopIfAsked(signal, 'pack');
      yield record;
      progress.done++;
      if (progress.done % REPORT_EVERY !== 0) continue;
      onProgress?.({ stage: 'corpus.leakage', done: progress.done, total: progress.total, unit: 'documents' });
    }
  }
}

const textOf = ({ text, messages }: DocumentRecord): string => text ?? messages!.map((turn) => turn.content).join('\n');

interface OtherDocument {
  readonly id: string;
  readonly source: string;
}

/** The held documents are read twice, once before and once after the others. */
class Comparison {
  readonly held: Side;
  readonly other: Side;
  readonly #table: GramTable;
  /** Only those with a shared n-gram; by number from 1. */
  readonly #others = new Map<number, OtherDocument>();
  #met = 0;
  readonly #spans = new LongestSpans();
  readonly #pairs = new Map<string, number>();
  #heldDocuments = 0;
  #sharingDocuments = 0;
  #heldBytes = 0;
  #coveredBytes = 0;

  constructor(held: Side, other: Side, maxNgrams: number) {
    this.held = held;
    this.other = other;
    this.#table = new GramTable(maxNgrams);
  }

  hold({ grams: scanned }: ScannedText): void {
    const { low, high, grams } = scanned;
    for (let i = 0; i < grams; i++) if (this.#table.samples(high[i]!)) this.#table.add(low[i]!, high[i]!);
  }

  /** The longer run takes an n-gram over, so that a copy outdoes the formulas in it that other documents share. */
  meet({ record, grams }: ScannedText): void {
    if (this.#met === 0) this.#table.seal();
    const number = ++this.#met;
    const table = this.#table;
    let run: { slot: number; word: number }[] = [];
    const close = () => {
      if (run.length === 0) return;
      this.#others.set(number, { id: record.id, source: record.source });
      for (const { slot, word } of run) {
        if (table.runs[slot]! >= run.length) continue;
        table.documents[slot] = number;
        table.words[slot] = word;
        table.runs[slot] = run.length;
      }
      run = [];
    };
    this.#eachSampled(grams, (slot, word) => {
      if (slot === -1) close();
      else run.push({ slot, word });
    });
    close();
  }

  #eachSampled({ low, high, grams }: GramScanner, visit: (slot: number, word: number) => void): void {
    for (let i = 0; i < grams; i++) {
      if (this.#table.samples(high[i]!)) visit(this.#table.find(low[i]!, high[i]!), i);
    }
  }

  measure({ record, text, grams }: ScannedText): void {
    const table = this.#table;
    let run: { first: number; last: number } | undefined;
    let span: { first: number; last: number; slot: number; lastSlot: number } | undefined;
    let missed = false;
    const finishSpan = () => {
      if (span !== undefined) this.#offer(record, text, grams, span);
      span = undefined;
    };
    let covered = 0;
    const finishRun = () => {
      finishSpan();
      if (run !== undefined) covered += bytesOf(text, grams, run.first, run.last);
      run = undefined;
    };
    this.#eachSampled(grams, (slot, word) => {
      if (slot === -1 || (table.documents[slot] ?? 0) === 0) {
        missed = true;
        // The words of the run's last n-gram are covered, also by a next run that begins within them.
        if (run !== undefined && word > run.last + NGRAM_WORDS - 1) finishRun();
        else finishSpan();
        return;
      }
      if (run !== undefined && missed && word > run.last + NGRAM_WORDS) finishRun();
      missed = false;
      this.#countPair(record.source, this.#others.get(table.documents[slot]!)!.source);
      run = { first: run?.first ?? word, last: word };
      const follows =
        span !== undefined &&
        table.documents[slot] === table.documents[span.lastSlot] &&
        table.words[slot]! - table.words[span.lastSlot]! === word - span.last;
      if (!follows) finishSpan();
      span = { first: span?.first ?? word, slot: span?.slot ?? slot, last: word, lastSlot: slot };
    });
    finishRun();
    this.#heldDocuments++;
    this.#heldBytes += Buffer.byteLength(text);
    this.#coveredBytes += covered;
    if (covered > 0) this.#sharingDocuments++;
  }

  #offer(
    record: DocumentRecord,
    text: string,
    { starts, ends }: GramScanner,
    span: { first: number; last: number; slot: number },
  ): void {
    const [start, end] = [starts[span.first]!, ends[span.last + NGRAM_WORDS - 1]!];
    const other = this.#others.get(this.#table.documents[span.slot]!)!;
    const excerpt = text.slice(start, Math.min(end, start + EXCERPT_UNITS)).replace(/\s+/gu, ' ');
    this.#spans.offer({
      words: span.last - span.first + NGRAM_WORDS,
      heldDocument: record.id,
      heldSource: record.source,
      start,
      end,
      otherDocument: other.id,
      otherSource: other.source,
      otherWord: this.#table.words[span.slot]!,
      excerpt: excerpt.replace(/[\ud800-\udbff]$/, ''),
    });
  }

  #countPair(held: string, other: string): void {
    const key = `${held}\n${other}`;
    const count = this.#pairs.get(key);
    if (count !== undefined || this.#pairs.size < MOST_COUNTED) this.#pairs.set(key, (count ?? 0) + 1);
  }

  result(): SideOverlap {
    const { held, other } = this;
    const { documents, count, oneIn } = this.#table;
    let sharedNgrams = 0;
    for (let i = 0; i < documents.length; i++) if (documents[i] !== 0) sharedNgrams++;
    const sources = [...this.#pairs]
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .slice(0, MOST_SOURCES)
      .map(([key, ngrams]) => {
        const [heldSource, otherSource] = key.split('\n') as [string, string];
        return { held: heldSource, other: otherSource, ngrams };
      });
    return {
      held,
      other,
      heldDocuments: this.#heldDocuments,
      sharingDocuments: this.#sharingDocuments,
      heldBytes: this.#heldBytes,
      coveredBytes: this.#coveredBytes,
      coveredShare: this.#heldBytes === 0 ? 0 : this.#coveredBytes / this.#heldBytes,
      ngrams: count,
      sharedNgrams,
      oneIn,
      longest: this.#spans.longest(),
      sources,
    };
  }
}

/** Of the stretch from the n-gram at word `first` to the end of the one at word `last`. */
function bytesOf(text: string, { starts, ends }: GramScanner, first: number, last: number): number {
  return Buffer.byteLength(text.slice(starts[first], ends[last + NGRAM_WORDS - 1]));
}

/** The longest span of each pair of documents; of the pairs, the ones with the longest. */
class LongestSpans {
  readonly #best = new Map<string, SharedSpan>();

  offer(span: SharedSpan): void {
    const key = `${span.heldDocument}\n${span.otherDocument}`;
    const old = this.#best.get(key);
    if (old === undefined || span.words > old.words) this.#best.set(key, span);
    if (this.#best.size < 64 * MOST_SPANS) return;
    const kept = this.longest();
    this.#best.clear();
    for (const one of kept) this.#best.set(`${one.heldDocument}\n${one.otherDocument}`, one);
  }

  longest(): SharedSpan[] {
    const order = (a: SharedSpan, b: SharedSpan) =>
      b.words - a.words ||
      (a.heldDocument < b.heldDocument ? -1 : a.heldDocument > b.heldDocument ? 1 : 0) ||
      (a.otherDocument < b.otherDocument ? -1 : 1);
    return [...this.#best.values()].sort(order).slice(0, MOST_SPANS);
  }
}
