/**
 * Where the artifacts of a project lie, and the books of its stages as they are, finished or cut short by a kill. It
 * judges nothing and changes nothing.
 */
import path from 'node:path';
import { exists, factsOf, readJson, readJsonl, type WorkOptions } from '../../base/index.ts';
import type { RawFile } from '../fetch/index.ts';
import { FORGET_FILE, type StageEntry, stopIfAsked } from '../record/index.ts';

export interface ProjectPlaces {
  /** The folder with `expchat.yaml`. */
  readonly directory: string;
  readonly data: string;
  readonly raw: string;
  readonly prepared: string;
  readonly filtered: string;
  readonly packed: string;
  readonly packing: string;
  readonly tokenizer: string;
  readonly runs: string;
  /** One hash for each source, made to be committed. */
  readonly sourceLock: string;
  /** What was forgotten, as hashes. */
  readonly forgetFile: string;
  /** One receipt a line, each with the hash of the one before. */
  readonly forgetLog: string;
  /** A removal that is not finished. */
  readonly forgetPending: string;
}

export function placesOf(directory: string): ProjectPlaces {
  const at = (...parts: string[]) => path.join(directory, ...parts);
  return {
    directory,
    data: at('data'),
    raw: at('data', 'raw'),
    prepared: at('data', 'prepared'),
    filtered: at('data', 'filtered'),
    packed: at('data', 'packed'),
    packing: at('data', 'packing'),
    tokenizer: at('tokenizer'),
    runs: at('runs'),
    sourceLock: at('corpus.lock.json'),
    forgetFile: at(FORGET_FILE),
    forgetLog: at('corpus.forget.log.jsonl'),
    forgetPending: at('corpus.forget.pending.json'),
  };
}

/** The list of pinned files, and the journal of a fetch that was cut short. */
export const LOCK_FILES = ['fetch.json', 'fetch.journal.jsonl'] as const;
export const BOOK_FILES = ['stage.json', 'stage.journal.jsonl'] as const;

/** Values of a JSONL file up to a last line that a kill cut short. */
export async function* wholeLines(file: string): AsyncGenerator<unknown> {
  let line = 0;
  try {
    for await (const value of readJsonl(file)) {
      line++;
      yield value;
    }
  } catch (error) {
    const cut = error as { code?: unknown; fields?: { line?: unknown } };
    if (cut.code !== 'jsonl.line' || cut.fields?.line !== line + 1) throw error;
  }
}

/** The entries of a stage by source id; empty where it never ran. */
export async function readBook(directory: string): Promise<Map<string, StageEntry>> {
  const [manifest, journal] = BOOK_FILES.map((name) => path.join(directory, name)) as [string, string];
  const entries = new Map<string, StageEntry>();
  if (await exists(manifest)) {
    for (const entry of ((await readJson(manifest)) as { sources: StageEntry[] }).sources) entries.set(entry.id, entry);
  }
  if (await exists(journal)) {
    for await (const entry of wholeLines(journal)) entries.set((entry as StageEntry).id, entry as StageEntry);
  }
  return entries;
}

/** The pinned files of a project; empty where nothing was fetched. */
export async function readPins(raw: string): Promise<RawFile[]> {
  const [lock, journal] = LOCK_FILES.map((name) => path.join(raw, name)) as [string, string];
  const files = new Map<string, RawFile>();
  const take = (file: RawFile) => files.set(`${file.source}\n${file.place}`, file);
  if (await exists(lock)) for (const file of ((await readJson(lock)) as { files: RawFile[] }).files) take(file);
  if (await exists(journal)) for await (const file of wholeLines(journal)) take(file as RawFile);
  return [...files.values()];
}

/** The entry of `corpus.sources` that a raw file belongs to, as far as the file says it. */
export function specOf(file: { readonly source: string; readonly spec?: string }): string {
  return file.spec ?? file.source.split('~', 1)[0]!;
}

/** The files of a book that are there, with their sizes. */
export async function stageFiles(
  directory: string,
  book: ReadonlyMap<string, StageEntry>,
): Promise<Map<string, { readonly file: string; readonly bytes: number }>> {
  const files = new Map<string, { file: string; bytes: number }>();
  for (const id of book.keys()) {
    const file = path.join(directory, `${id}.jsonl`);
    const facts = await factsOf(file);
    if (facts?.kind === 'file') files.set(id, { file, bytes: facts.size });
  }
  return files;
}

/** Counts bytes of work and tells how far it is; stops where asked. */
export class ByteProgress {
  readonly #stage: string;
  readonly #work: WorkOptions;
  readonly #total: number;
  #done = 0;

  constructor(stage: string, total: number, work: WorkOptions) {
    this.#stage = stage;
    this.#total = total;
    this.#work = work;
  }

  add(bytes: number, detail?: string): void {
    stopIfAsked(this.#work.signal, this.#stage.replace('corpus.', ''));
    this.#done += bytes;
    const done = Math.min(this.#done, this.#total);
    const said = detail === undefined ? {} : { detail };
    this.#work.onProgress?.({ stage: this.#stage, done, total: this.#total, unit: 'bytes', ...said });
  }
}
