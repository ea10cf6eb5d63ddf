/** Gathers the report on a corpus: one pass over the kept documents, the rest from the books of the stages. */
import { type Clock, systemClock, timestamp, type WorkOptions } from '../../base/index.ts';
import { contentBytes, type DocumentRecord, readRecords, type StageEntry } from '../record/index.ts';
import { ByteProgress, placesOf, readBook, readPins, specOf, stageFiles } from './project.ts';
import { readReceipts } from './receipts.ts';
import type { CorpusReportData, DeclaredSource, LengthFacts, SetFacts, SourceFacts } from './report-data.ts';
import { cutsOf, dropsOf, duplicatesOf, leakageOf, lettersOf, personalOf, problemsOf } from './report-parts.ts';
import { packedManifest } from './shards.ts';

export interface CorpusReportOptions extends WorkOptions {
  readonly declared?: readonly DeclaredSource[];
  readonly codeVersion: string;
  readonly clock?: Clock;
}

/** The report on the project in `directory`, as far as its stages have come. */
export async function reportCorpus(directory: string, options: CorpusReportOptions): Promise<CorpusReportData> {
  const places = placesOf(directory);
  const prepared = await readBook(places.prepared);
  const filtered = await readBook(places.filtered);
  const stage = filtered.size > 0 ? places.filtered : places.prepared;
  const seen = await readDocuments(stage, filtered.size > 0 ? filtered : prepared, options);
  const manifest = await packedManifest(places.packed);
  const tokens = new Map<string, number>();
  const sets = Object.entries(manifest?.sets ?? {});
  for (const [, info] of sets) {
    for (const source of info.sources) tokens.set(source.id, (tokens.get(source.id) ?? 0) + source.tokens);
  }
  const pins = await readPins(places.raw);
  const sources = sourcesOf({ declared: options.declared ?? [], pins, prepared, filtered, tokens, seen });
  const at = timestamp(options.clock ?? systemClock);
  const receipts = await readReceipts(places.forgetLog);
  const sum = (of: (source: SourceFacts) => number) => sources.reduce((total, source) => total + of(source), 0);
  const duplicates = await duplicatesOf(places.filtered);
  const testRatio = (manifest?.split as { testRatio?: number } | undefined)?.testRatio;
  return {
    format: 'expchat-corpus-report',
    version: 1,
    at,
    codeVersion: options.codeVersion,
    totals: {
      sources: sources.length,
      files: sum(({ files }) => files),
      rawBytes: sum(({ rawBytes }) => rawBytes),
      documents: sum(({ documents }) => documents),
      kept: sum(({ kept }) => kept),
      textBytes: sum(({ textBytes }) => textBytes),
      tokens: sum((source) => source.tokens),
      dialogues: seen.dialogues,
    },
    sources,
    licences: licencesOf(sources),
    drops: [
      ...(await dropsOf('prepare', prepared, undefined)),
      ...(await dropsOf('filter', filtered, places.filtered)),
    ],
    problems: problemsOf(prepared),
    cuts: await cutsOf(places.filtered),
    languages: [...seen.languages]
      .map(([language, facts]) => ({ language, ...facts }))
      .sort((a, b) => b.textBytes - a.textBytes || (a.language < b.language ? -1 : 1)),
    ...(seen.words.length === 0 ? {} : { lengths: lengthsOf(seen.words) }),
    ...(duplicates === undefined ? {} : { duplicates }),
    personal: await personalOf(places.filtered),
    ...(manifest === undefined
      ? {}
      : {
          split: {
            validationRatio: manifest.split.validationRatio,
            ...(testRatio === undefined ? {} : { testRatio }),
            seed: manifest.split.seed,
            sets: setFacts(sets),
          },
          tokenizer: manifest.tokenizer,
        }),
    leakage: await leakageOf(places.packed),
    letters: await lettersOf(prepared, places.filtered),
    ...(seen.dates === undefined ? {} : { dates: seen.dates }),
    forgotten: {
      receipts: receipts.length,
      documents: receipts.reduce((total, { documents }) => total + documents.count, 0),
      ...(receipts.length === 0 ? {} : { last: receipts.at(-1)!.at }),
    },
    expired: sources.flatMap(({ id, retainUntil }) =>
      retainUntil !== undefined && retainUntil < at.slice(0, 10)
        ? [{ id, retainUntil, command: `expchat corpus forget --source ${id} --yes` }]
        : [],
    ),
  };
}

interface Seen {
  readonly languages: Map<string, { documents: number; textBytes: number }>;
  /** Words of each document. */
  readonly words: number[];
  readonly bytesBySource: Map<string, number>;
  dialogues: number;
  dates?: { first: string; last: string };
}

async function readDocuments(
  directory: string,
  book: ReadonlyMap<string, StageEntry>,
  work: WorkOptions,
): Promise<Seen> {
  const seen: Seen = { languages: new Map(), words: [], bytesBySource: new Map(), dialogues: 0 };
  const files = await stageFiles(directory, book);
  const total = [...files.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const progress = new ByteProgress('corpus.report', total, work);
  for (const [source, { file, bytes }] of files) {
    for await (const record of readRecords(file)) addDocument(seen, record);
    progress.add(bytes, source);
  }
  return seen;
}

function addDocument(seen: Seen, record: DocumentRecord): void {
  const { language = '', dates } = record as { language?: string; dates?: { created?: string; modified?: string } };
  const bytes = contentBytes(record);
  const sum = seen.languages.get(language) ?? { documents: 0, textBytes: 0 };
  seen.languages.set(language, { documents: sum.documents + 1, textBytes: sum.textBytes + bytes });
  seen.bytesBySource.set(record.source, (seen.bytesBySource.get(record.source) ?? 0) + bytes);
  if (record.kind === 'chat') seen.dialogues++;
  const texts = record.text === undefined ? (record.messages ?? []).map((turn) => turn.content) : [record.text];
  seen.words.push(texts.reduce((count, text) => count + wordsIn(text), 0));
  for (const date of [dates?.created, dates?.modified]) {
    if (date === undefined || !/^\d{4}-\d\d-\d\d/.test(date)) continue;
    const day = date.slice(0, 10);
    const { first = day, last = day } = seen.dates ?? {};
    seen.dates = { first: day < first ? day : first, last: day > last ? day : last };
  }
}

/** Runs of characters without white space. */
function wordsIn(text: string): number {
  return text.match(/\S+/gu)?.length ?? 0;
}

const LENGTH_BOUNDS = [0, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000];

function lengthsOf(words: number[]): LengthFacts {
  const sorted = Float64Array.from(words).sort();
  const bins = LENGTH_BOUNDS.map((from, i) => {
    const to = LENGTH_BOUNDS[i + 1];
    const documents = sorted.filter((count) => count >= from && (to === undefined || count < to)).length;
    return { from, ...(to === undefined ? {} : { to }), documents };
  });
  const mean = sorted.reduce((sum, count) => sum + count, 0) / sorted.length;
  return { bins, median: sorted[Math.floor((sorted.length - 1) / 2)]!, mean, longest: sorted.at(-1)! };
}

interface SourceParts {
  readonly declared: readonly DeclaredSource[];
  readonly pins: Awaited<ReturnType<typeof readPins>>;
  readonly prepared: ReadonlyMap<string, StageEntry>;
  readonly filtered: ReadonlyMap<string, StageEntry>;
  readonly tokens: ReadonlyMap<string, number>;
  readonly seen: Seen;
}

type MutableFacts = { -readonly [K in keyof SourceFacts]: SourceFacts[K] };

function sourcesOf({ declared, pins, prepared, filtered, tokens, seen }: SourceParts): SourceFacts[] {
  const facts = new Map<string, MutableFacts>();
  const empty = { parts: 0, files: 0, rawBytes: 0, documents: 0, kept: 0, textBytes: 0, tokens: 0 };
  for (const source of declared) facts.set(source.id, { ...source, declared: true, ...empty });
  const of = (id: string): MutableFacts => {
    const known = facts.get(id) ?? { id, kind: 'unknown', declared: false, ...empty };
    facts.set(id, known);
    return known;
  };
  const specs = new Map<string, string>(); // Source to entry.
  for (const pin of pins) {
    const spec = specOf(pin);
    specs.set(pin.source, spec);
    const sum = of(spec);
    sum.files++;
    sum.rawBytes += pin.bytes;
    sum.licence ??= pin.licence;
    const { purpose, retainUntil } = pin as { purpose?: string; retainUntil?: string };
    if (purpose !== undefined) sum.purpose ??= purpose;
    if (retainUntil !== undefined) sum.retainUntil ??= retainUntil;
  }
  const entryOf = (source: string) => of(specs.get(source) ?? specOf({ source }));
  for (const [source, entry] of prepared) {
    const sum = entryOf(source);
    sum.parts++;
    sum.documents += entry.documents;
  }
  for (const [source, entry] of filtered) entryOf(source).kept += entry.documents;
  for (const [source, bytes] of seen.bytesBySource) entryOf(source).textBytes += bytes;
  for (const [source, count] of tokens) entryOf(source).tokens += count;
  return [...facts.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function licencesOf(sources: readonly SourceFacts[]): CorpusReportData['licences'] {
  const sums = new Map<string, { sources: number; documents: number; textBytes: number; tokens: number }>();
  for (const { licence = 'unknown', kept, textBytes, tokens } of sources) {
    const sum = sums.get(licence) ?? { sources: 0, documents: 0, textBytes: 0, tokens: 0 };
    sum.sources++;
    sum.documents += kept;
    sum.textBytes += textBytes;
    sum.tokens += tokens;
    sums.set(licence, sum);
  }
  return [...sums]
    .map(([licence, sum]) => ({ licence, ...sum }))
    .sort((a, b) => b.textBytes - a.textBytes || (a.licence < b.licence ? -1 : 1));
}

interface StoredSet {
  readonly documents: number;
  readonly tokens: number;
  readonly textBytes: number;
  readonly sources: readonly unknown[];
}

function setFacts(sets: readonly (readonly [string, StoredSet])[]): SetFacts[] {
  const kindOf = (set: string) => set.split('-', 1)[0];
  return sets.map(([set, { documents, tokens, textBytes, sources }]) => {
    const all = sets.reduce((sum, [name, info]) => sum + (kindOf(name) === kindOf(set) ? info.textBytes : 0), 0);
    return { set, sources: sources.length, documents, textBytes, tokens, share: all === 0 ? 0 : textBytes / all };
  });
}
