/**
 * The book of one stage folder: which source was finished from which input. Finished sources go to a journal as they
 * are done; the end of the stage folds it into `stage.json`. A kill loses at most the source in work. It knows nothing
 * about what a stage does.
 */
import path from 'node:path';
import {
  ExpChatError,
  exists,
  factsOf,
  JsonlLog,
  listDirectory,
  makeDirectory,
  readBytes,
  readJson,
  readJsonl,
  removeTree,
  sha256OfBytes,
  sha256OfFile,
  writeDurably,
} from '../../base/index.ts';

/** Why documents were left out: a count, their bytes and up to five ids by reason. */
export type DropCounts = Record<string, { documents: number; bytes: number; examples: string[] }>;

/** Letters into a source and out of it, and what each rule took (positive) or added (negative). */
export interface StageLetters {
  readonly before: number;
  readonly after: number;
  readonly byRule: Readonly<Record<string, number>>;
}

export interface StageEntry {
  readonly id: string;
  /** Hash of everything the output depends on. */
  readonly input: string;
  readonly kind: 'text' | 'chat';
  /** SHA-256 of the output file, `<id>.jsonl`. */
  readonly sha256: string;
  readonly bytes: number;
  readonly documents: number;
  /** UTF-8 bytes of the documents' content. */
  readonly contentBytes: number;
  readonly dropped: DropCounts;
  /** What a person should know of documents that were kept, counted as in `dropped`. */
  readonly problems?: DropCounts;
  readonly letters?: StageLetters;
}

interface StageFile {
  readonly format: 'expchat-stage';
  readonly version: 1;
  readonly stage: string;
  readonly sources: readonly StageEntry[];
}

const MANIFEST = 'stage.json';
const JOURNAL = 'stage.journal.jsonl';

/** The reason of a drop that a person asked for, with `corpus forget`. */
export const FORGOTTEN = 'forgotten';

export function countDrop(dropped: DropCounts, reason: string, id: string, bytes: number): void {
  dropped[reason] ??= { documents: 0, bytes: 0, examples: [] };
  const entry = dropped[reason];
  entry.documents++;
  entry.bytes += bytes;
  // The name of something forgotten is not kept either.
  if (entry.examples.length < 5 && reason !== FORGOTTEN) entry.examples.push(id);
}

/** The finished sources of a stage, sorted by id. Throws `corpus.no-stage` where the stage never ran to its end. */
export async function readStage(directory: string, before: string): Promise<StageEntry[]> {
  const file = path.join(directory, MANIFEST);
  if (!(await exists(file))) {
    throw new ExpChatError({
      code: 'corpus.no-stage',
      kind: 'notFound',
      message: `${directory}: expected the finished output of corpus ${before}, found none`,
      next: `Run corpus ${before} first, or corpus run for all stages.`,
      fields: { path: directory },
    });
  }
  return [...(await stageFile(file)).sources];
}

async function stageFile(file: string): Promise<StageFile> {
  const value = (await readJson(file)) as StageFile;
  if (value?.format !== 'expchat-stage' || value.version !== 1 || !Array.isArray(value.sources)) {
    throw new ExpChatError({
      code: 'corpus.bad-stage',
      message: `${file}: expected a stage manifest of version 1, got something else`,
      next: 'Remove the folder and run the stage again.',
      fields: { path: file },
    });
  }
  return value;
}

/** Throws `corpus.damaged` where a stage file is not what the stage wrote. */
export async function verifyStageFile(directory: string, entry: StageEntry): Promise<string> {
  const file = stageFileOf(directory, entry);
  checkHash(file, entry, await sha256OfFile(file));
  return file;
}

/** The bytes of a stage file, read once. Throws `corpus.damaged` as `verifyStageFile` does. */
export async function verifiedBytes(directory: string, entry: StageEntry): Promise<Uint8Array<ArrayBuffer>> {
  const file = stageFileOf(directory, entry);
  const bytes = await readBytes(file);
  checkHash(file, entry, sha256OfBytes(bytes));
  return bytes;
}

const stageFileOf = (directory: string, { id }: StageEntry) => path.join(directory, `${id}.jsonl`);

function checkHash(file: string, entry: StageEntry, found: string): void {
  if (found === entry.sha256) return;
  throw new ExpChatError({
    code: 'corpus.damaged',
    message: `${file}: expected SHA-256 ${entry.sha256}, got ${found}`,
    next: 'The file was changed after it was written; remove its folder and run the stage again.',
    fields: { path: file },
  });
}

export class StageBook {
  readonly #directory: string;
  readonly #stage: string;
  readonly #finished: Map<string, StageEntry>;
  #journal: JsonlLog | undefined;
  #changed = false;
  /** Sources may end at the same time; their records are written one after the other. */
  #lastRecord: Promise<void> = Promise.resolve();

  private constructor(directory: string, stage: string, finished: Map<string, StageEntry>) {
    this.#directory = directory;
    this.#stage = stage;
    this.#finished = finished;
  }

  static async open(directory: string, stage: string): Promise<StageBook> {
    await makeDirectory(directory);
    const finished = new Map<string, StageEntry>();
    const manifest = path.join(directory, MANIFEST);
    if (await exists(manifest)) for (const entry of (await stageFile(manifest)).sources) finished.set(entry.id, entry);
    const journal = path.join(directory, JOURNAL);
    const book = new StageBook(directory, stage, finished);
    if (await exists(journal)) {
      book.#journal = await JsonlLog.open(journal); // Drops a record cut short by a kill before it is read.
      book.#changed = true;
      for await (const value of readJsonl(journal)) finished.set((value as StageEntry).id, value as StageEntry);
    }
    return book;
  }

  fileOf(id: string): string {
    return path.join(this.#directory, `${id}.jsonl`);
  }

  /** The entry of a source already made from this input, with its file still there in full length. */
  async reusable(id: string, input: string): Promise<StageEntry | undefined> {
    const entry = this.#finished.get(id);
    if (entry === undefined || entry.input !== input) return undefined;
    return (await factsOf(this.fileOf(id)))?.size === entry.bytes ? entry : undefined;
  }

  record(entry: StageEntry): Promise<void> {
    const done = this.#lastRecord.then(() => this.#append(entry));
    this.#lastRecord = done.catch(() => undefined); // Whoever recorded hears of it; the next one tries for itself.
    return done;
  }

  async #append(entry: StageEntry): Promise<void> {
    this.#journal ??= await JsonlLog.open(path.join(this.#directory, JOURNAL));
    await this.#journal.append(entry);
    this.#finished.set(entry.id, entry);
    this.#changed = true;
  }

  async close(): Promise<void> {
    await this.#lastRecord;
    await this.#journal?.close();
    this.#journal = undefined;
  }

  /** Ends the stage: keeps exactly `ids`, removes what else lies in the folder, writes the manifest last. */
  async finish(ids: Iterable<string>, keepFiles: readonly string[] = []): Promise<StageEntry[]> {
    await this.close();
    const entries = [...new Set(ids)].sort().map((id) => this.#finished.get(id)!);
    const expected = new Set([MANIFEST, JOURNAL, ...keepFiles, ...entries.map((entry) => `${entry.id}.jsonl`)]);
    if (this.#changed || entries.length !== this.#finished.size) {
      const content: StageFile = { format: 'expchat-stage', version: 1, stage: this.#stage, sources: entries };
      await writeDurably(path.join(this.#directory, MANIFEST), `${JSON.stringify(content, null, 1)}\n`);
    }
    expected.delete(JOURNAL);
    for (const { name } of await listDirectory(this.#directory)) {
      if (!expected.has(name)) await removeTree(path.join(this.#directory, name));
    }
    return entries;
  }
}

/** Throws `corpus.stopped` when the signal has fired; called between two units of work. */
export function stopIfAsked(signal: AbortSignal | undefined, stage: string): void {
  if (signal?.aborted !== true) return;
  throw new ExpChatError({
    code: 'corpus.stopped',
    kind: 'stopped',
    message: `corpus ${stage}: stopped on request`,
    next: 'Run the same command again; it continues where it stopped.',
    cause: signal.reason,
  });
}
