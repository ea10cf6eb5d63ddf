/**
 * The third stage: leaves out what would harm training, counts each drop with its reason, and removes exact duplicates
 * over the whole corpus; the first by source id stays. Short documents are only checked for emptiness and duplicates.
 */
import path from 'node:path';
import { sha256OfBytes, type WorkOptions, writeDurably } from '../../base/index.ts';
import { MESSAGE_LIMITS, ROLES, type Role } from '../../chat/index.ts';
import { type StageReport, stageReport } from '../prepare/index.ts';
import {
  type ChatTurn,
  contentBytes,
  countDrop,
  type DocumentRecord,
  type DropCounts,
  FORGOTTEN,
  type Forgotten,
  readRecords,
  readStage,
  StageBook,
  type StageEntry,
  stopIfAsked,
  verifyStageFile,
} from '../record/index.ts';
import { GERMAN_FILE_THRESHOLDS, GERMAN_WEB_THRESHOLDS, type GermanThresholds, germanFault } from './quality.ts';

/** Goes up when the same records give another choice. */
const FILTER_VERSION = 2;

export interface FilterOptions extends WorkOptions {
  /** `german` (default): the measures of `quality.ts` on long texts. `none`: only emptiness, chat form, duplicates. */
  readonly filters?: 'german' | 'none';
  /** Over the numbers of `quality.ts`, which differ for fetched pages and for local files. */
  readonly thresholds?: Partial<GermanThresholds>;
  /** Left out first of all. */
  readonly forgotten?: Forgotten;
}

/** Why a text is left out, or undefined. */
type Judge = (record: DocumentRecord) => string | undefined;

/** Also written as `filtered/report.json`. */
export interface FilterReport extends StageReport {
  readonly documentsIn: number;
  readonly contentBytesIn: number;
  /** What the stage before had already left out. */
  readonly droppedInPrepare: DropCounts;
}

/** Filters every prepared source. `directory`: the project's data folder. */
export async function filterCorpus(directory: string, options: FilterOptions = {}): Promise<FilterReport> {
  const prepared = path.join(directory, 'prepared');
  const entries = await readStage(prepared, 'prepare');
  const web = { ...GERMAN_WEB_THRESHOLDS, ...options.thresholds };
  const local = { ...GERMAN_FILE_THRESHOLDS, ...options.thresholds };
  const quality: Judge =
    options.filters === 'none'
      ? () => undefined
      : (record) => germanFault(record.text!, /^https?:/.test(record.origin) ? web : local);
  const judge: Judge = (record) =>
    options.forgotten?.has(record) ? FORGOTTEN : record.kind === 'chat' ? chatFault(record.messages!) : quality(record);
  const forgotten = options.forgotten?.empty === false ? [options.forgotten.hash] : [];
  let chain = sha256OfBytes(JSON.stringify([FILTER_VERSION, options.filters ?? 'german', web, local, ...forgotten]));
  const book = await StageBook.open(path.join(directory, 'filtered'), 'filter');
  const seen = new SeenContent((id) => book.fileOf(id));
  let changed = 0;
  try {
    for (const [i, entry] of entries.entries()) {
      stopIfAsked(options.signal, 'filter');
      chain = sha256OfBytes(`${chain} ${entry.id} ${entry.sha256}`); // A choice depends on every source before.
      if ((await book.reusable(entry.id, chain)) === undefined) {
        const file = await verifyStageFile(prepared, entry);
        await book.record(await filterSource(file, entry, chain, book.fileOf(entry.id), judge, seen));
        changed++;
      } else seen.addLater(entry.id);
      options.onProgress?.({
        stage: 'corpus.filter',
        done: i + 1,
        total: entries.length,
        unit: 'sources',
        detail: entry.id,
      });
    }
    const ids = entries.map((entry) => entry.id);
    const kept = await book.finish(ids, ['report.json']);
    const before = stageReport(entries, 0);
    const report: FilterReport = {
      ...stageReport(kept, changed),
      documentsIn: before.documents,
      contentBytesIn: before.contentBytes,
      droppedInPrepare: before.dropped,
    };
    const { changed: _, ...lasting } = report;
    await writeDurably(path.join(directory, 'filtered', 'report.json'), `${JSON.stringify(lasting, null, 2)}\n`);
    return report;
  } finally {
    await book.close();
  }
}

async function filterSource(
  file: string,
  entry: StageEntry,
  input: string,
  target: string,
  judge: Judge,
  seen: SeenContent,
): Promise<StageEntry> {
  await seen.load();
  const dropped: DropCounts = {};
  let documents = 0;
  let bytes = 0;
  async function* kept(): AsyncGenerator<string> {
    for await (const record of readRecords(file)) {
      const size = contentBytes(record);
      const fault = judge(record);
      const reason = fault ?? (seen.add(record.sha256) ? undefined : 'duplicate');
      if (reason !== undefined) {
        countDrop(dropped, reason, record.id, size);
        continue;
      }
      documents++;
      bytes += size;
      yield `${JSON.stringify(record)}\n`;
    }
  }
  const written = await writeDurably(target, kept());
  return { id: entry.id, input, kind: entry.kind, ...written, documents, contentBytes: bytes, dropped };
}

/** Why a dialogue is no training sample, or undefined. What passes here is what the dialogue format accepts. */
export function chatFault(messages: readonly ChatTurn[]): string | undefined {
  if (messages.length === 0) return 'chat-empty';
  if (messages.some((turn) => !ROLES.includes(turn.role as Role))) return 'chat-unknown-role';
  if (messages.some((turn) => turn.content.trim() === '')) return 'chat-empty-turn';
  if (messages.some((turn, i) => turn.role === 'system' && i > 0)) return 'chat-late-system';
  if (!messages.some((turn) => turn.role === 'assistant')) return 'chat-no-answer';
  const first = messages[0]!.role === 'system' ? 1 : 0;
  const inTurn = (turn: ChatTurn, i: number) => turn.role === ((i - first) % 2 === 0 ? 'user' : 'assistant');
  if (!messages.every((turn, i) => i < first || inTurn(turn, i))) return 'chat-wrong-order';
  const long = messages.some((turn) => turn.content.length > MESSAGE_LIMITS.contentLength);
  return long || messages.length > MESSAGE_LIMITS.messages ? 'chat-too-long' : undefined;
}

/** Content hashes kept so far. Those of reused sources are read from their files only when one is needed. */
class SeenContent {
  readonly #hashes = new Set<string>();
  readonly #fileOf: (id: string) => string;
  #later: string[] = [];

  constructor(fileOf: (id: string) => string) {
    this.#fileOf = fileOf;
  }

  addLater(id: string): void {
    this.#later.push(id);
  }

  async load(): Promise<void> {
    for (const id of this.#later) for await (const record of readRecords(this.#fileOf(id))) this.add(record.sha256);
    this.#later = [];
  }

  /** False where the content was there before. */
  add(sha256: string): boolean {
    const key = Buffer.from(sha256, 'hex').toString('latin1'); // Half the memory of the digits.
    if (this.#hashes.has(key)) return false;
    this.#hashes.add(key);
    return true;
  }
}
