/**
 * The list of what was fetched, `raw/fetch.json`: one entry a file, with its hash, place, origin and the terms of its
 * source. It knows neither sources nor the network.
 */
import path from 'node:path';
import { ExpChatError, exists, JsonlLog, readJson, readJsonl, writeDurably } from '../../base/index.ts';
import type { ContentKind, PersonalDataPolicy, SourceProfile, TableColumns } from './sources.ts';

/** One pinned file. */
export interface RawFile {
  /** Id of the entry under corpus.sources. */
  readonly spec: string;
  /** Source id in all later stages: the unit of the split. */
  readonly source: string;
  /** Place below the source, with `/`; for HTTP a name made of the last part of the URL. */
  readonly place: string;
  /** Below the raw folder; undefined where the file was too large to copy and is read at `origin`. */
  readonly file?: string;
  /** The path or the address it came from; for a member of an archive that of the archive. */
  readonly origin: string;
  readonly licence: string;
  readonly purpose?: string;
  readonly legalBasis?: string;
  /** ISO date (YYYY-MM-DD) after which the source may not be used any more. */
  readonly retainUntil?: string;
  /** How often the source counts in packing; 1 where absent. */
  readonly weight?: number;
  readonly personalData?: PersonalDataPolicy;
  readonly profile?: SourceProfile;
  readonly content: ContentKind;
  /** Which reader the source asks for, by its name; without it the file's name and bytes decide. */
  readonly reader?: string;
  /** Names of the columns of a table. */
  readonly columns?: TableColumns;
  readonly bytes: number;
  readonly sha256: string;
  readonly fetchedAt: string;
  readonly contentType?: string;
  readonly etag?: string;
  readonly lastModified?: string;
  /** The source holds many documents, so a document's id carries its place. */
  readonly manyFiles?: boolean;
  /** Path inside the archive `origin`. */
  readonly member?: string;
}

/** An archive whose members are in the list. */
export interface RawArchive {
  readonly spec: string;
  readonly origin: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Hash of what decides which members are taken. */
  readonly selection: string;
  /** Members left out, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
  readonly etag?: string;
  readonly lastModified?: string;
}

export interface RawList {
  readonly files: readonly RawFile[];
  readonly archives: readonly RawArchive[];
}

interface StoredList extends RawList {
  readonly format: 'expchat-fetch';
  readonly version: 1;
}

export const RAW_LIST = 'fetch.json';
export const RAW_JOURNAL = 'fetch.journal.jsonl';

export const keyOf = (source: string, place: string): string => `${source}\n${place}`;

/** The fetched files, in order. `directory`: the project's data folder. Throws `corpus.no-stage` where nothing was fetched. */
export async function readFetchLock(directory: string): Promise<readonly RawFile[]> {
  const file = path.join(directory, 'raw', RAW_LIST);
  if (await exists(file)) return (await storedList(file)).files;
  throw new ExpChatError({
    code: 'corpus.no-stage',
    kind: 'notFound',
    message: `${file}: expected the list of fetched files, found none`,
    next: 'Run corpus fetch first, or corpus run for all stages.',
    fields: { path: file },
  });
}

/** The list as it stands in the raw folder, empty where there is none. */
export async function readRawList(raw: string): Promise<RawList> {
  const file = path.join(raw, RAW_LIST);
  return (await exists(file)) ? storedList(file) : { files: [], archives: [] };
}

export async function writeRawList(raw: string, { files, archives }: RawList): Promise<void> {
  const list: StoredList = { format: 'expchat-fetch', version: 1, files, archives };
  await writeDurably(path.join(raw, RAW_LIST), `${JSON.stringify(list, null, 1)}\n`);
}

/** What a run that was stopped had fetched already. */
export async function readJournal(raw: string): Promise<RawFile[]> {
  const journal = path.join(raw, RAW_JOURNAL);
  if (!(await exists(journal))) return [];
  await (await JsonlLog.open(journal)).close(); // Drops a record cut short by a kill.
  const files: RawFile[] = [];
  for await (const value of readJsonl(journal)) files.push(value as RawFile);
  return files;
}

async function storedList(file: string): Promise<RawList> {
  const value = (await readJson(file)) as StoredList;
  const fits =
    value?.format === 'expchat-fetch' &&
    value.version === 1 &&
    Array.isArray(value.files) &&
    value.files.every((entry) => typeof entry?.source === 'string' && /^[0-9a-f]{64}$/.test(entry.sha256));
  if (fits) return { files: value.files.map(withSpec), archives: value.archives ?? [] };
  throw new ExpChatError({
    code: 'corpus.bad-stage',
    message: `${file}: expected a fetch list of version 1, got something else`,
    next: 'Remove the raw folder and run corpus fetch again.',
    fields: { path: file },
  });
}

/** Lists of earlier releases name no entry; there the first part of the copy's path is its id. */
function withSpec(file: RawFile): RawFile {
  return file.spec === undefined ? { ...file, spec: file.file?.split('/', 1)[0] ?? file.source } : file;
}
