/**
 * The third stage: which documents stay. Each is judged on its own, then all are compared, then each source is written
 * whose choice has changed. Every drop and every cut has its reason, value and threshold in `decisions.jsonl`; groups of
 * equal and similar documents are in `clusters.jsonl`. The same documents give the same bytes in any order and with any
 * number of threads, and a run that was killed goes on where it stopped.
 */
import path from 'node:path';
import { ExpChatError, sha256OfBytes, type WorkOptions, writeDurably } from '../../base/index.ts';
import { type StageReport, stageReport } from '../prepare/index.ts';
import {
  type DropCounts,
  type Forgotten,
  readStage,
  StageBook,
  type StageEntry,
  stopIfAsked,
} from '../record/index.ts';
import { type Choice, choose } from './choice.ts';
import { DocumentTable } from './document-table.ts';
import type { JudgeOptions } from './judge.ts';
import { judgeCorpus } from './judge-corpus.ts';
import { JudgementStore } from './judgement-store.ts';
import { type QuestionIndex, readQuestions } from './questions.ts';
import { clusterLines, decisionLines, type FilterFigures, figuresOf } from './report.ts';
import { type DeepPartial, type FilterSettings, filterSettings } from './settings.ts';
import type { Profile } from './thresholds.ts';
import { type Fate, type FilterEntry, type RecordHook, writeSource } from './write-source.ts';

/** Goes up when the same judgements give another choice or another file. */
const FILTER_VERSION = 3;
/** Beside `filtered`: judgements that a later run takes over. */
export const JUDGEMENTS_FOLDER = 'filtering';
export const CLUSTERS_FILE = 'clusters.jsonl';
export const DECISIONS_FILE = 'decisions.jsonl';
const REPORT_FILE = 'report.json';
/** Sources that are written at a time, so that none waits for the disk of another. */
const WRITING_AT_ONCE = 4;

export interface FilterOptions extends WorkOptions {
  /** Over the defaults of `settings.ts`. */
  readonly settings?: DeepPartial<FilterSettings>;
  /** Of documents that do not name theirs; `any`: those are judged by no quality measure. Default `de`. */
  readonly language?: JudgeOptions['language'];
  /** By the id of a source in `expchat.yaml`; fetched pages are `web` otherwise, everything else is `own`. */
  readonly profiles?: Readonly<Record<string, Profile>>;
  /** Files of evaluation questions: JSONL, CSV or TXT. */
  readonly questions?: readonly string[];
  /** What becomes of a document that holds one: it is left out (default), or stays and is named. */
  readonly contaminated?: 'drop' | 'report';
  /** Makes, for each source, the hook that judges the personal data of each document that would stay, after its cuts. */
  readonly personal?: () => RecordHook;
  /** Changes when the hooks would decide otherwise. */
  readonly personalKey?: string;
  /** Left out first of all. */
  readonly forgotten?: Forgotten;
  /** Default 1. The outcome does not depend on it. */
  readonly threads?: number;
  /** Bytes that are judged before threads begin. */
  readonly aloneBytes?: number;
}

/** Also written as `filtered/report.json`. */
export interface FilterReport extends StageReport, FilterFigures {
  readonly documentsIn: number;
  readonly contentBytesIn: number;
  /** What the stage before had already left out. */
  readonly droppedInPrepare: DropCounts;
}

/** The plain options that judging takes. */
export function judgeOptionsOf(options: FilterOptions, questions: QuestionIndex | undefined): JudgeOptions {
  const { forgotten } = options;
  return {
    settings: filterSettings(options.settings),
    language: options.language ?? 'de',
    profiles: options.profiles ?? {},
    ...(questions === undefined ? {} : { questions }),
    ...(forgotten === undefined || forgotten.empty ? {} : { forgotten: forgotten.lists }),
  };
}

/** Filters every prepared source. `directory`: the project's data folder. */
export async function filterCorpus(directory: string, options: FilterOptions = {}): Promise<FilterReport> {
  const prepared = path.join(directory, 'prepared');
  const entries = await readStage(prepared, 'prepare');
  checkNames(entries);
  const questions = options.questions?.length ? await readQuestions(options.questions) : undefined;
  const judge = judgeOptionsOf(options, questions);
  const store = await JudgementStore.open(path.join(directory, JUDGEMENTS_FOLDER));
  try {
    const { threads = 1, aloneBytes } = options;
    const judging = { ...workOf(options), judge, threads, ...(aloneBytes === undefined ? {} : { aloneBytes }) };
    const sources = await judgeCorpus(prepared, entries, store, judging);
    const table = await DocumentTable.load(store, sources);
    const stop = () => stopIfAsked(options.signal, 'filter');
    const choice = await choose(table, judge.settings, questions, options.contaminated ?? 'drop', stop);
    const report = await writeAll(directory, entries, choice, options);
    await store.keepOnly(new Set(sources.flatMap(({ parts }) => parts)));
    return report;
  } finally {
    await store.close();
  }
}

const workOf = ({ signal, onProgress }: WorkOptions): WorkOptions => ({
  ...(signal === undefined ? {} : { signal }),
  ...(onProgress === undefined ? {} : { onProgress }),
});

/** The stage's own lists lie beside the sources. */
function checkNames(entries: readonly StageEntry[]): void {
  const taken = entries.find(({ id }) => [CLUSTERS_FILE, DECISIONS_FILE].includes(`${id}.jsonl`));
  if (taken === undefined) return;
  throw new ExpChatError({
    code: 'corpus.reserved-source',
    kind: 'usage',
    message: `corpus.sources: expected another id than ${taken.id}, which names a file of the filter`,
    next: 'Give the source another id.',
    fields: { id: taken.id },
  });
}

async function writeAll(
  directory: string,
  entries: readonly StageEntry[],
  choice: Choice,
  options: FilterOptions,
): Promise<FilterReport> {
  const filtered = path.join(directory, 'filtered');
  const book = await StageBook.open(filtered, 'filter');
  try {
    const changed = await writeSources(path.join(directory, 'prepared'), book, entries, choice, options);
    // Before the stage's own manifest: a finished stage never stands beside the clusters of an older one.
    await writeDurably(path.join(filtered, CLUSTERS_FILE), clusterLines(choice));
    const ids = entries.map(({ id }) => id);
    const kept = (await book.finish(ids, [CLUSTERS_FILE, DECISIONS_FILE, REPORT_FILE])) as FilterEntry[];
    await writeDurably(path.join(filtered, DECISIONS_FILE), decisionLines(choice, kept));
    const before = stageReport(entries, 0);
    const report: FilterReport = {
      ...stageReport(kept, changed),
      documentsIn: before.documents,
      contentBytesIn: before.contentBytes,
      droppedInPrepare: before.dropped,
      ...figuresOf(choice, kept),
    };
    const { changed: _, ...lasting } = report;
    await writeDurably(path.join(filtered, REPORT_FILE), `${JSON.stringify(lasting, null, 2)}\n`);
    return report;
  } finally {
    await book.close();
  }
}

/** What of a fate shows in the source's own file and entry. */
const effectOf = ({ fault, cuts }: Fate) =>
  cuts === undefined ? (fault?.reason ?? '') : cuts.map(({ reason, start, end }) => [reason, start, end]);

/** Writes the sources whose choice is new; returns how many. */
async function writeSources(
  prepared: string,
  book: StageBook,
  entries: readonly StageEntry[],
  { table, fates }: Choice,
  options: FilterOptions,
): Promise<number> {
  const key = options.personal === undefined ? '' : (options.personalKey ?? 'personal');
  let first = 0;
  let next = 0;
  let done = 0;
  let changed = 0;
  let recording: Promise<void> = Promise.resolve();
  const writeOne = async (entry: StageEntry, from: number, to: number) => {
    const own = fates.slice(from, to);
    const input = sha256OfBytes(JSON.stringify([FILTER_VERSION, key, entry.sha256, own.map(effectOf)]));
    if ((await book.reusable(entry.id, input)) === undefined) {
      const documents = table.documents.slice(from, to);
      const personal = options.personal?.();
      const job = { entry, prepared, documents, fates: own, input, target: book.fileOf(entry.id) };
      const written = await writeSource({ ...job, ...(personal === undefined ? {} : { personal }) });
      recording = recording.then(() => book.record(written));
      await recording;
      changed++;
    }
    done++;
    const { id: detail } = entry;
    options.onProgress?.({ stage: 'corpus.filter', done, total: entries.length, unit: 'sources', detail });
  };
  const lane = async () => {
    while (next < entries.length) {
      stopIfAsked(options.signal, 'filter');
      const source = next++;
      const from = first;
      first += table.sources[source]!.parts.reduce((sum, { documents }) => sum + documents.length, 0);
      await writeOne(entries[source]!, from, first);
    }
  };
  const lanes = Array.from({ length: WRITING_AT_ONCE }, lane);
  for (const outcome of await Promise.allSettled(lanes)) if (outcome.status === 'rejected') throw outcome.reason;
  return changed;
}
