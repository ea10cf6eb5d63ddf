/**
 * The second stage: raw bytes to records of clean text or messages. Several sources are read at once, each is written by
 * itself in the order of its files, so the bytes are the same with any number of threads. It judges nothing but that
 * there is text at all.
 */
import path from 'node:path';
import { sha256OfBytes, type WorkOptions, writeDurably } from '../../base/index.ts';
import { type RawFile, readFetchLock } from '../fetch/index.ts';
import { type ReadDocument, ReaderPool, type ReadLimits, type ReadProblem, type ReadResult } from '../read/index.ts';
import {
  contentBytes,
  countDrop,
  type DocumentRecord,
  type DropCounts,
  FORGOTTEN,
  type Forgotten,
  StageBook,
  type StageEntry,
  type StageLetters,
  stopIfAsked,
} from '../record/index.ts';
import { sumLetters } from '../text/index.ts';
import { contentOf } from './content.ts';
import { ByteBudget, type RawReading, readRawFiles } from './raw-files.ts';

/** Goes up when the same bytes give other text. */
const PREPARE_VERSION = 3;
/** Sources written at once: the disk takes its time for each. */
const SOURCES_AT_ONCE = 16;
/** A corpus up to this size is read before the threads would have started. */
const SMALL_CORPUS_BYTES = 512 * 1024;
const BYTES_AT_ONCE = 96 * 2 ** 20;

export interface PrepareOptions extends WorkOptions {
  /** Threads that read files, 1 to 16. Default 2. */
  readonly threads?: number;
  readonly limits?: Partial<ReadLimits>;
  /** Documents that must not come in again. */
  readonly forgotten?: Forgotten;
  /** The company's addresses and domains, which tell questions from answers in mail dialogues. */
  readonly ownAddresses?: readonly string[];
}

export interface StageReport {
  readonly sources: number;
  readonly documents: number;
  readonly contentBytes: number;
  readonly dropped: DropCounts;
  /** Pages that are pictures, attachments that are no documents, and the like, in files that gave documents. */
  readonly problems: DropCounts;
  /** Letters before and after, and what each named rule took; `before - after` is the sum of the rules. */
  readonly letters: StageLetters;
  /** Sources made in this run; the others were finished before. */
  readonly changed: number;
}

/** Prepares every fetched source that is new or changed. `directory`: the project's data folder. */
export async function prepareCorpus(directory: string, options: PrepareOptions = {}): Promise<StageReport> {
  const bySource = new Map<string, RawFile[]>();
  for (const file of await readFetchLock(directory)) {
    const list = bySource.get(file.source);
    if (list === undefined) bySource.set(file.source, [file]);
    else list.push(file);
  }
  const sources = [...bySource.keys()].sort();
  const book = await StageBook.open(path.join(directory, 'prepared'), 'prepare');
  const allBytes = [...bySource.values()].flat().reduce((sum, file) => sum + file.bytes, 0);
  const pool = new ReaderPool({
    threads: options.threads ?? 2,
    plainHere: allBytes <= SMALL_CORPUS_BYTES,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const reading: RawReading = { directory, pool, budget: new ByteBudget(BYTES_AT_ONCE) };
  let changed = 0;
  let done = 0;
  const prepareOne = async (source: string) => {
    const files = bySource.get(source)!;
    const input = inputHash(files, options);
    if ((await book.reusable(source, input)) === undefined) {
      await book.record(await prepareSource(source, files, input, book.fileOf(source), reading, options));
      changed++;
    }
    done++;
    options.onProgress?.({ stage: 'corpus.prepare', done, total: sources.length, unit: 'sources', detail: source });
  };
  try {
    await inLanes(sources, prepareOne, options.signal);
    return stageReport(await book.finish(sources), changed);
  } finally {
    await pool.close();
    await book.close();
  }
}

/** Works through the sources with several lanes; the first error stops all of them between two sources. */
async function inLanes(
  sources: readonly string[],
  work: (source: string) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async () => {
    while (next < sources.length && !failed) {
      try {
        stopIfAsked(signal, 'prepare');
        await work(sources[next++]!);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = Array.from({ length: Math.min(SOURCES_AT_ONCE, sources.length) }, lane);
  for (const outcome of await Promise.allSettled(lanes)) if (outcome.status === 'rejected') throw outcome.reason;
}

/** The sums of a stage over its sources. */
export function stageReport(entries: readonly StageEntry[], changed: number): StageReport {
  const dropped: DropCounts = {};
  const problems: DropCounts = {};
  let documents = 0;
  let bytes = 0;
  for (const entry of entries) {
    documents += entry.documents;
    bytes += entry.contentBytes;
    addCounts(dropped, entry.dropped);
    addCounts(problems, entry.problems ?? {});
  }
  const letters = sumLetters(entries.flatMap((entry) => entry.letters ?? []));
  return { sources: entries.length, documents, contentBytes: bytes, dropped, problems, letters, changed };
}

function addCounts(sum: DropCounts, counts: DropCounts): void {
  for (const [reason, count] of Object.entries(counts)) {
    sum[reason] ??= { documents: 0, bytes: 0, examples: [] };
    sum[reason].documents += count.documents;
    sum[reason].bytes += count.bytes;
    sum[reason].examples.push(...count.examples.slice(0, 5 - sum[reason].examples.length));
  }
}

function inputHash(files: readonly RawFile[], options: PrepareOptions): string {
  const facts = files.map((file) => {
    const { fetchedAt: _, etag: __, lastModified: ___, file: ____, ...rest } = file;
    return Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  });
  const limits = Object.entries(options.limits ?? {}).sort();
  const own = (files[0]!.content as string) === 'mail-dialogue' ? [[...(options.ownAddresses ?? [])].sort()] : [];
  // A file that holds forgotten documents beside others is read anew where more is forgotten, also by a colleague.
  const { forgotten } = options;
  const holdsForgotten = files.some(({ source, place }) => forgotten?.keepsNoCopy(source, place));
  const key = holdsForgotten ? [forgotten!.key] : [];
  return sha256OfBytes(JSON.stringify([PREPARE_VERSION, facts, limits, ...own, ...key]));
}

async function prepareSource(
  source: string,
  files: readonly RawFile[],
  input: string,
  target: string,
  reading: RawReading,
  options: PrepareOptions,
): Promise<StageEntry> {
  const dropped: DropCounts = {};
  const problems: DropCounts = {};
  const letters: StageLetters[] = [];
  let documents = 0;
  let bytes = 0;
  const lineOf = (record: DocumentRecord): string => {
    if (options.forgotten?.has(record) === true) {
      countDrop(dropped, FORGOTTEN, record.id, contentBytes(record));
      return '';
    }
    documents++;
    bytes += contentBytes(record);
    return `${JSON.stringify(record)}\n`;
  };
  async function* lines(): AsyncGenerator<string> {
    const { ownAddresses = [] } = options;
    const converter = contentOf(files[0]!.content, { ownAddresses });
    const ids = new IdMaker();
    for await (const { file, result } of readRawFiles(files, reading)) {
      stopIfAsked(options.signal, 'prepare');
      letters.push(result.ledger);
      countProblems(result, file, dropped, problems);
      const taken = result.documents.flatMap((document) =>
        converter.take(recordOf(file, document, ids.of(file, document.place)), document),
      );
      yield taken.map(lineOf).join('');
    }
    yield converter.end().map(lineOf).join('');
    for (const { reason, place, length } of converter.left) countDrop(problems, `dialogue-${reason}`, place, length);
  }
  const written = await writeDurably(target, lines());
  const kind = files[0]!.content === 'text' ? 'text' : 'chat';
  return {
    id: source,
    input,
    kind,
    ...written,
    documents,
    contentBytes: bytes,
    dropped,
    ...(Object.keys(problems).length > 0 ? { problems } : {}),
    letters: sumLetters(letters),
  };
}

const fileId = (file: RawFile) => (file.manyFiles === true ? `${file.source}#${file.place}` : file.source);

/** Ids of the documents of one source; a place that comes twice (an id column with equal values) gets a number. */
class IdMaker {
  readonly #seen = new Map<string, number>();

  of(file: RawFile, place: string | undefined): string {
    if (place === undefined) return fileId(file);
    const id = `${fileId(file)}:${place}`;
    const before = this.#seen.get(id) ?? 0;
    this.#seen.set(id, before + 1);
    return before === 0 ? id : `${id}~${before + 1}`;
  }
}

const reasonOf = (problem: ReadProblem) => problem.code.replace(/^read\./, '');

/** A file without documents was dropped for its first problem; those of other files are told beside. */
function countProblems(result: ReadResult, file: RawFile, dropped: DropCounts, problems: DropCounts): void {
  const id = fileId(file);
  if (result.documents.length === 0) {
    const why = result.problems.find(({ code }) => code !== 'read.empty' && code !== 'read.attachment-skipped');
    countDrop(dropped, why === undefined ? 'empty' : reasonOf(why), id, file.bytes);
    return;
  }
  for (const problem of result.problems) {
    const where = problem.page === undefined ? problem.place : `page ${problem.page}`;
    if (problem.code === 'read.empty') countDrop(dropped, 'empty', `${id}:${problem.place ?? ''}`, 0);
    else countDrop(problems, reasonOf(problem), where === undefined ? id : `${id} (${where})`, 0);
  }
}

function recordOf(file: RawFile, document: ReadDocument, id: string): DocumentRecord {
  const { title, messages, text, language, section, page, dates, thread } = document;
  const purpose = file.purpose ?? file.legalBasis;
  return {
    id,
    source: file.source,
    kind: messages === undefined ? 'text' : 'chat',
    ...(title === undefined ? {} : { title }),
    ...(messages === undefined ? { text } : { messages }),
    origin: file.origin,
    licence: file.licence,
    sha256: document.sha256,
    ...(file.spec === undefined ? {} : { spec: file.spec }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(language === undefined ? {} : { language }),
    ...(section === undefined ? {} : { section }),
    ...(page === undefined ? {} : { page }),
    ...(dates === undefined ? {} : { dates }),
    ...(file.retainUntil === undefined ? {} : { retainUntil: file.retainUntil }),
    ...(thread === undefined ? {} : { thread }),
  };
}
