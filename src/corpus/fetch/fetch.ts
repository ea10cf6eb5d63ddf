/**
 * The first stage: brings the bytes of every source into `raw/` and pins each by its SHA-256 in `raw/fetch.json`. A
 * pinned file that changed is an error until the user asks for a refresh. It does not look into the bytes.
 */
import path from 'node:path';
import {
  type Clock,
  ExpChatError,
  exists,
  factsOf,
  JsonlLog,
  listDirectory,
  makeDirectory,
  readJson,
  readJsonl,
  removeTree,
  sha256OfFile,
  systemClock,
  timestamp,
  type WorkOptions,
  writeDurably,
} from '../../base/index.ts';
import { type Forgotten, safeSourceId, stopIfAsked } from '../record/index.ts';
import { copyChunks } from './copy.ts';
import { SafeFetcher, type SafeFetchOptions } from './safe-fetch.ts';
import { checkSources, duplicateSource, type LocalFile, localFiles, type SourceSpec, sourceIdOf } from './sources.ts';

/** One pinned file. */
export interface RawFile {
  /** Source id in all later stages. */
  readonly source: string;
  /** Place below the source, with `/`; for HTTP the last part of the URL. */
  readonly place: string;
  /** Below the raw folder; undefined where the file was too large to copy and is read at `origin`. */
  readonly file?: string;
  readonly origin: string;
  readonly licence: string;
  readonly content: 'text' | 'chat';
  readonly bytes: number;
  readonly sha256: string;
  readonly fetchedAt: string;
  readonly contentType?: string;
  readonly etag?: string;
  readonly lastModified?: string;
  /** A folder source that is one source of many documents. */
  readonly manyFiles?: boolean;
  /** Id of the entry under corpus.sources. */
  readonly spec?: string;
  readonly purpose?: string;
  readonly legalBasis?: string;
  /** ISO date after which the documents must be gone. */
  readonly retainUntil?: string;
  /** Reader by name, where the source says it; else name and content of the file decide. */
  readonly reader?: string;
  /** Columns of a table by what they mean, for example `{question: "Frage", answer: "Antwort"}`. */
  readonly columns?: Readonly<Record<string, string>>;
}

interface FetchLock {
  readonly format: 'expchat-fetch';
  readonly version: 1;
  readonly files: readonly RawFile[];
}

export interface FetchOptions extends WorkOptions {
  /** The project's data folder. */
  readonly directory: string;
  /** Take what a source holds now and pin it anew. */
  readonly refresh?: boolean;
  /** Use the verified local copy of HTTP sources without asking the server. */
  readonly offline?: boolean;
  /** Larger local files are pinned but not copied. Default 256 MiB. */
  readonly copyLimitBytes?: number;
  readonly http?: SafeFetchOptions;
  readonly clock?: Clock;
  /** What must not come in again. */
  readonly forgotten?: Forgotten;
}

export interface FetchReport {
  readonly files: number;
  readonly bytes: number;
  readonly sources: number;
  /** Files below a folder source that are of no known or wanted type. */
  readonly ignored: number;
  /** Files copied or downloaded in this run; the others were pinned before and unchanged. */
  readonly changed: number;
}

const LOCK = 'fetch.json';
const JOURNAL = 'fetch.journal.jsonl';

/** Fetches every source. Resumable; throws `corpus.source-changed` where a pinned source has other bytes now. */
export async function fetchCorpus(sources: readonly SourceSpec[], options: FetchOptions): Promise<FetchReport> {
  checkSources(sources);
  const raw = path.join(options.directory, 'raw');
  await makeDirectory(raw);
  const work = await plan(sources, options.forgotten);
  const pins = await pinned(raw);
  const before = JSON.stringify([...pins.values()]);
  if (options.refresh !== true) refuseVanished(work.items, pins, options.forgotten);
  const journal = await JsonlLog.open(path.join(raw, JOURNAL));
  const fetcher = new SafeFetcher({ ...options.http, clock: options.clock ?? systemClock });
  const files: RawFile[] = [];
  let changed = 0;
  let bytes = 0;
  try {
    for (const item of work.items) {
      stopIfAsked(options.signal, 'fetch');
      const pin = pins.get(keyOf(item.source, item.place));
      const file = item.local
        ? await fetchLocal(item, raw, pin, options)
        : await fetchRemote(item, raw, pin, options, fetcher);
      if (file === undefined) continue;
      if (file !== pin) {
        changed++;
        await journal.append(file);
      }
      files.push(file);
      bytes += file.bytes;
      options.onProgress?.({ stage: 'corpus.fetch', done: files.length, total: work.items.length, unit: 'files' });
    }
  } finally {
    await journal.close();
  }
  if (JSON.stringify(files) !== before || !(await exists(path.join(raw, LOCK)))) {
    const lock: FetchLock = { format: 'expchat-fetch', version: 1, files };
    await writeDurably(path.join(raw, LOCK), `${JSON.stringify(lock, null, 1)}\n`);
  }
  await removeTree(path.join(raw, JOURNAL));
  await removeStrangers(raw, files);
  const count = new Set(files.map((file) => file.source)).size;
  return { files: files.length, bytes, sources: count, ignored: work.ignored, changed };
}

/** The pinned files, in order. Throws `corpus.no-stage` where nothing was fetched. */
export async function readFetchLock(directory: string): Promise<readonly RawFile[]> {
  const file = path.join(directory, 'raw', LOCK);
  if (await exists(file)) return lockOf(file);
  throw new ExpChatError({
    code: 'corpus.no-stage',
    kind: 'notFound',
    message: `${file}: expected the list of fetched files, found none`,
    next: 'Run corpus fetch first, or corpus run for all stages.',
    fields: { path: file },
  });
}

interface Item {
  readonly spec: SourceSpec;
  readonly source: string;
  readonly place: string;
  readonly local?: LocalFile;
}

const keyOf = (source: string, place: string) => `${source}\n${place}`;

async function plan(
  sources: readonly SourceSpec[],
  forgotten: Forgotten | undefined,
): Promise<{ items: Item[]; ignored: number }> {
  const items: Item[] = [];
  const owners = new Map<string, string>();
  let ignored = 0;
  const add = (item: Item, owner: string) => {
    if (forgotten?.has({ source: item.source, place: item.place })) return;
    if ((owners.get(item.source) ?? owner) !== owner) throw duplicateSource(item.source);
    owners.set(item.source, owner);
    items.push(item);
  };
  for (const spec of [...sources].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (forgotten?.has({ spec: spec.id })) continue;
    if (spec.kind === 'http') {
      const name = decodedName(new URL(spec.url!).pathname);
      add({ spec, source: safeSourceId(spec.id), place: name }, spec.id);
      continue;
    }
    const found = await localFiles(spec);
    ignored += found.ignored;
    for (const local of found.files) {
      const source = sourceIdOf(spec, local.place);
      const owner = spec.sourcePer === 'file' ? `${spec.id}/${local.place}` : spec.id;
      add({ spec, source, place: local.place, local }, owner);
    }
  }
  return { items, ignored };
}

function decodedName(pathname: string): string {
  const last = pathname.split('/').filter(Boolean).at(-1) ?? 'index.html';
  return last
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\.+/, '_')
    .slice(-80);
}

async function lockOf(file: string): Promise<readonly RawFile[]> {
  const value = (await readJson(file)) as FetchLock;
  const fits =
    value?.format === 'expchat-fetch' &&
    value.version === 1 &&
    Array.isArray(value.files) &&
    value.files.every((entry) => typeof entry.source === 'string' && /^[0-9a-f]{64}$/.test(entry.sha256));
  if (fits) return value.files;
  throw new ExpChatError({
    code: 'corpus.bad-stage',
    message: `${file}: expected a fetch list of version 1, got something else`,
    next: 'Remove the raw folder and run corpus fetch again.',
    fields: { path: file },
  });
}

async function pinned(raw: string): Promise<Map<string, RawFile>> {
  const lock = path.join(raw, LOCK);
  const files = new Map<string, RawFile>();
  const take = (file: RawFile) => files.set(keyOf(file.source, file.place), file);
  if (await exists(lock)) for (const file of await lockOf(lock)) take(file);
  const journal = path.join(raw, JOURNAL);
  if (await exists(journal)) {
    await (await JsonlLog.open(journal)).close(); // Drops a record cut short by a kill.
    for await (const value of readJsonl(journal)) take(value as RawFile);
  }
  return files;
}

function refuseVanished(
  items: readonly Item[],
  pins: ReadonlyMap<string, RawFile>,
  forgotten: Forgotten | undefined,
): void {
  const present = new Set(items.map((item) => keyOf(item.source, item.place)));
  const specs = new Set(
    items.filter((item) => item.local && item.spec.sourcePer !== 'file').map((item) => item.source),
  );
  for (const [key, pin] of pins) {
    if (present.has(key) || !specs.has(pin.source) || forgotten?.has(pin)) continue;
    throw changedError(pin.source, pin.origin, pin.sha256, 'nothing');
  }
}

function changedError(source: string, origin: string, expected: string, found: string): ExpChatError {
  return new ExpChatError({
    code: 'corpus.source-changed',
    kind: 'refused',
    message: `corpus source ${source}: expected ${origin} as pinned (SHA-256 ${expected}), got ${found}`,
    next: 'If the change is wanted, run corpus fetch with --refresh; it pins the new state.',
    fields: { source, origin, expected, found },
  });
}

async function fetchLocal(
  item: Item,
  raw: string,
  pin: RawFile | undefined,
  options: FetchOptions,
): Promise<RawFile | undefined> {
  const { file: origin, place } = item.local!;
  const size = (await factsOf(origin))?.size ?? 0;
  const keepsNoCopy = options.forgotten?.keepsNoCopy(item.source, place) === true;
  const copied = size <= (options.copyLimitBytes ?? 256 * 2 ** 20) && !keepsNoCopy;
  const relative = copied ? `${item.spec.id}/${place}` : undefined;
  const sha256 = await sha256OfFile(origin);
  if (options.forgotten?.has({ fileSha256: sha256 })) return undefined;
  if (pin !== undefined && pin.sha256 !== sha256 && options.refresh !== true) {
    throw changedError(item.source, origin, pin.sha256, `SHA-256 ${sha256}`);
  }
  if (relative !== undefined) {
    const target = path.join(raw, ...relative.split('/'));
    const there = pin?.sha256 === sha256 && (await exists(target)) && (await sha256OfFile(target)) === sha256;
    if (!there) {
      const written = await writeDurably(target, copyChunks(origin));
      if (written.sha256 !== sha256) throw changedError(item.source, origin, sha256, `SHA-256 ${written.sha256}`);
    }
  }
  return entryOf(item, pin, { file: relative, origin, bytes: size, sha256 }, options);
}

async function fetchRemote(
  item: Item,
  raw: string,
  pin: RawFile | undefined,
  options: FetchOptions,
  fetcher: SafeFetcher,
): Promise<RawFile | undefined> {
  const url = item.spec.url!;
  const relative = `${item.spec.id}/${item.place}`;
  const target = path.join(raw, ...relative.split('/'));
  const intact = pin !== undefined && (await exists(target)) && (await sha256OfFile(target)) === pin.sha256;
  if (intact && options.offline === true) return pin;
  const answer = await fetcher.fetch(url, {
    ...(intact ? { etag: pin.etag, lastModified: pin.lastModified } : {}),
    signal: options.signal,
  });
  if (answer.notModified && intact) return pin;
  if (options.forgotten?.has({ fileSha256: answer.sha256 })) return undefined;
  if (pin !== undefined && pin.sha256 !== answer.sha256 && options.refresh !== true) {
    throw changedError(item.source, url, pin.sha256, `SHA-256 ${answer.sha256}`);
  }
  if (!(intact && pin.sha256 === answer.sha256)) await writeDurably(target, answer.chunks);
  const { contentType, etag, lastModified, sha256, bytes } = answer;
  return entryOf(item, pin, { file: relative, origin: url, bytes, sha256, contentType, etag, lastModified }, options);
}

/** The pin as it was where nothing changed, so that a second run leaves the same bytes. */
function entryOf(
  item: Item,
  pin: RawFile | undefined,
  facts: Pick<RawFile, 'origin' | 'bytes' | 'sha256'> & { [K in keyof RawFile]?: RawFile[K] | undefined },
  options: FetchOptions,
): RawFile {
  const entry = {
    source: item.source,
    place: item.place,
    ...facts,
    licence: item.spec.licence ?? 'unknown',
    content: item.spec.content ?? 'text',
    fetchedAt: timestamp(options.clock ?? systemClock),
    manyFiles: item.spec.kind === 'folder' && item.spec.sourcePer !== 'file' ? true : undefined,
  };
  const known = JSON.parse(JSON.stringify(entry)) as RawFile; // Leaves undefined fields out.
  const same = pin !== undefined && sorted({ ...known, fetchedAt: pin.fetchedAt }) === sorted(pin);
  return same ? pin : known;
}

const sorted = (value: object) => JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Removes raw files of sources that are no longer named, and what a kill left. */
async function removeStrangers(raw: string, files: readonly RawFile[]): Promise<void> {
  const wanted = new Set(files.flatMap((file) => (file.file === undefined ? [] : [file.file])));
  const folders = new Set<string>();
  for (const name of wanted) {
    const parts = name.split('/');
    for (let i = 1; i < parts.length; i++) folders.add(parts.slice(0, i).join('/'));
  }
  const visit = async (relative: string): Promise<void> => {
    for (const entry of await listDirectory(path.join(raw, ...relative.split('/')))) {
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (name === LOCK || wanted.has(name)) continue;
      if (folders.has(name)) await visit(name);
      else await removeTree(path.join(raw, ...name.split('/')));
    }
  };
  await visit('');
}
