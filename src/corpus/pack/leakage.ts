/**
 * What held-back documents share with the others, word for word: every n-gram of 13 words that stands on both sides, the
 * longest stretches with their places, counts by pairs of sources, and the part of the held-back bytes that is covered.
 * Some of it is normal, as laws share formulas; it judges nothing. Memory is bounded by a table over the held-back side.
 */
import path from 'node:path';
import { readJson, type WorkOptions } from '../../base/index.ts';
import { type DocumentRecord, readRecords, type StageEntry, stopIfAsked, verifyStageFile } from '../record/index.ts';
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
  const entriesOn = (side: Side) => split.entries.filter(({ id }) => split.sideOf(id) === side);
  const pairs: [Side, Side][] = [
    ['validation', 'train'],
    ['test', 'train'],
    ['test', 'validation'],
  ];
  const chosen = pairs
    .map(([held, other]) => ({ held, other, heldEntries: entriesOn(held), otherEntries: entriesOn(other) }))
    .filter(({ heldEntries, otherEntries }) => heldEntries.length > 0 && otherEntries.length > 0);
  const all = chosen.flatMap(({ heldEntries, otherEntries }) => [...heldEntries, ...otherEntries, ...heldEntries]);
  const progress = { done: 0, total: all.reduce((sum, entry) => sum + entry.documents, 0) };
  const overlaps: SideOverlap[] = [];
  for (const { held, other, heldEntries, otherEntries } of chosen) {
    const comparison = new Comparison(options.maxNgrams ?? MAX_NGRAMS);
    const read = (entries: readonly StageEntry[]) => documentsOf(filtered, entries, options, progress);
    for await (const record of read(heldEntries)) comparison.hold(record);
    comparison.seal();
    for await (const record of read(otherEntries)) comparison.meet(record);
    for await (const record of read(heldEntries)) comparison.measure(record);
    overlaps.push(comparison.result(held, other));
  }
  return { format: 'expchat-leakage', version: 1, ngramWords: NGRAM_WORDS, overlaps };
}

async function* documentsOf(
  filtered: string,
  entries: readonly StageEntry[],
  { signal, onProgress }: WorkOptions,
  progress: { done: number; readonly total: number },
): AsyncGenerator<DocumentRecord> {
  for (const entry of entries) {
    for await (const record of readRecords(await verifyStageFile(filtered, entry))) {
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
  readonly #table: GramTable;
  readonly #scanner = new GramScanner(NGRAM_WORDS);
  /** Only those with a shared n-gram; by number from 1. */
  readonly #others = new Map<number, OtherDocument>();
  #met = 0;
  readonly #spans = new LongestSpans();
  readonly #pairs = new Map<string, number>();
  #heldDocuments = 0;
  #sharingDocuments = 0;
  #heldBytes = 0;
  #coveredBytes = 0;

  constructor(maxNgrams: number) {
    this.#table = new GramTable(maxNgrams);
  }

  hold(record: DocumentRecord): void {
    const { low, high, grams } = this.#scanner.scan(textOf(record));
    for (let i = 0; i < grams; i++) if (this.#table.samples(high[i]!)) this.#table.add(low[i]!, high[i]!);
  }

  /** To be called between the held documents and the others. */
  seal(): void {
    this.#table.seal();
  }

  /** The longer run takes an n-gram over, so that a copy outdoes the formulas in it that other documents share. */
  meet(record: DocumentRecord): void {
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
    this.#eachSampled(textOf(record), (slot, word) => {
      if (slot === -1) close();
      else run.push({ slot, word });
    });
    close();
  }

  #eachSampled(text: string, visit: (slot: number, word: number) => void): void {
    const { low, high, grams } = this.#scanner.scan(text);
    for (let i = 0; i < grams; i++) {
      if (this.#table.samples(high[i]!)) visit(this.#table.find(low[i]!, high[i]!), i);
    }
  }

  measure(record: DocumentRecord): void {
    const text = textOf(record);
    const table = this.#table;
    let run: { first: number; last: number } | undefined;
    let span: { first: number; last: number; slot: number; lastSlot: number } | undefined;
    let missed = false;
    const finishSpan = () => {
      if (span !== undefined) this.#offer(record, text, span);
      span = undefined;
    };
    let covered = 0;
    const finishRun = () => {
      finishSpan();
      if (run !== undefined) covered += this.#bytesOf(text, run.first, run.last);
      run = undefined;
    };
    this.#eachSampled(text, (slot, word) => {
      if (slot === -1 || table.documents[slot] === 0) {
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

  /** Of the stretch from the n-gram at word `first` to the end of the one at word `last`. */
  #bytesOf(text: string, first: number, last: number): number {
    const { starts, ends } = this.#scanner;
    return Buffer.byteLength(text.slice(starts[first], ends[last + NGRAM_WORDS - 1]));
  }

  #offer(record: DocumentRecord, text: string, span: { first: number; last: number; slot: number }): void {
    const { starts, ends } = this.#scanner;
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

  result(held: Side, other: Side): SideOverlap {
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
