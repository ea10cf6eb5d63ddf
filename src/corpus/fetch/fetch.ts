/**
 * The first stage: brings the bytes of every source into `raw/` and pins each by its SHA-256, file by file in
 * `raw/fetch.json` and source by source in `corpus.lock.json`. What changed is an error until the user asks for an
 * update. It does not look into the bytes.
 */
import path from 'node:path';
import {
  type Clock,
  ExpChatError,
  exists,
  JsonlLog,
  listDirectory,
  makeDirectory,
  removeTree,
  systemClock,
  type WorkOptions,
} from '../../base/index.ts';
import { type Forgotten, stopIfAsked } from '../record/index.ts';
import { bringLocal, bringRemote } from './bring.ts';
import { bringArchive } from './bring-archive.ts';
import { changedError, type FetchContext, isForgotten } from './entry.ts';
import { holdCorpus } from './hold.ts';
import { countLeftOut, type Item, planSources, SourceOwners } from './plan.ts';
import {
  keyOf,
  RAW_JOURNAL,
  RAW_LIST,
  type RawArchive,
  type RawFile,
  readJournal,
  readRawList,
  writeRawList,
} from './raw-file.ts';
import { SafeFetcher, type SafeFetchOptions } from './safe-fetch.ts';
import {
  differenceOf,
  lockedSource,
  lockMismatch,
  readSourceLock,
  type SourceLock,
  writeSourceLock,
} from './source-lock.ts';
import { checkSources, hasManyFiles, type SourceSpec } from './sources.ts';

export interface FetchOptions extends WorkOptions {
  /** The project's data folder. */
  readonly directory: string;
  /** `corpus.lock.json` of the project; without it only the files in `raw/fetch.json` are pinned. */
  readonly lockFile?: string;
  /** Take what the sources hold now and pin it anew. */
  readonly update?: boolean;
  /** Use verified local copies of what is behind addresses and open no connection. */
  readonly offline?: boolean;
  /** Larger local files are pinned but not copied. Default 256 MiB. */
  readonly copyLimitBytes?: number;
  /** What must not come back; its raw copies are removed. */
  readonly forgotten?: Forgotten;
  readonly http?: SafeFetchOptions;
  readonly clock?: Clock;
  /** The caller holds the folder already (`holdCorpus`). */
  readonly held?: boolean;
}

export interface FetchReport {
  readonly files: number;
  readonly bytes: number;
  readonly sources: number;
  /** Files, members and pages that were left out. */
  readonly ignored: number;
  /** The same by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** Files copied, unpacked or downloaded in this run; the others were pinned before and unchanged. */
  readonly changed: number;
}

/** Fetches every source. Resumable; throws `corpus.source-changed` where a pinned source has other bytes now. */
export async function fetchCorpus(sources: readonly SourceSpec[], options: FetchOptions): Promise<FetchReport> {
  checkSources(sources);
  refuseExpired(sources, options.clock ?? systemClock);
  const release = options.held === true ? undefined : await holdCorpus(options.directory, options.clock);
  try {
    return await fetchHeld(sources, options);
  } finally {
    await release?.();
  }
}

async function fetchHeld(sources: readonly SourceSpec[], options: FetchOptions): Promise<FetchReport> {
  const raw = path.join(options.directory, 'raw');
  await makeDirectory(raw);
  const before = await readRawList(raw);
  const lock = options.lockFile === undefined ? undefined : await readSourceLock(options.lockFile);
  const bySpec = filesBySpec(before.files);
  const stays = sources.filter((spec) => options.forgotten?.has({ spec: spec.id }) !== true);
  const stale = staleSpecs(bySpec, lock);
  const context: FetchContext = {
    ...options,
    raw,
    update: options.update === true,
    offline: options.offline === true,
    copyLimitBytes: options.copyLimitBytes ?? 256 * 2 ** 20,
    fetcher: new SafeFetcher({ ...options.http, clock: options.clock ?? systemClock }),
    pins: new Map([...before.files, ...(await readJournal(raw))].map((file) => [keyOf(file.source, file.place), file])),
    archives: new Map(before.archives.map((archive) => [archive.spec, archive])),
    trusts: ({ id }) => !stale.has(id),
  };
  const known = (spec: SourceSpec) => (bySpec.get(spec.id) ?? []).map((file) => file.origin);
  const { fetcher, offline, signal } = context;
  const plan = await planSources(stays, { fetcher, offline, signal, known });
  if (!context.update && lock === undefined) refuseVanished(plan.items, context);
  const brought = await bringAll(plan.items, context, plan.leftOut);
  const after = { files: brought.files, archives: brought.archives };
  if (lock !== undefined) await holdAgainstLock(stays, brought.files, lock, bySpec, context, options.lockFile!);
  if (JSON.stringify(after) !== JSON.stringify(before) || !(await exists(path.join(raw, RAW_LIST)))) {
    await writeRawList(raw, after);
  }
  if (options.lockFile !== undefined) await writeSourceLock(options.lockFile, lockOf(stays, brought.files));
  await removeTree(path.join(raw, RAW_JOURNAL));
  await removeStrangers(raw, brought.files);
  const leftOut = plan.leftOut;
  return {
    files: brought.files.length,
    bytes: brought.files.reduce((sum, file) => sum + file.bytes, 0),
    sources: new Set(brought.files.map((file) => file.source)).size,
    ignored: Object.values(leftOut).reduce((sum, count) => sum + count, 0),
    leftOut,
    changed: brought.changed,
  };
}

interface Brought {
  readonly files: RawFile[];
  readonly archives: RawArchive[];
  changed: number;
}

/** Brings every item in order and writes each into the journal, so that a stopped run goes on after it. */
async function bringAll(
  items: readonly Item[],
  context: FetchContext,
  leftOut: Record<string, number>,
): Promise<Brought> {
  const brought: Brought = { files: [], archives: [], changed: 0 };
  const owners = new SourceOwners();
  const journal = await JsonlLog.open(path.join(context.raw, RAW_JOURNAL));
  const take = async (file: RawFile, spec: SourceSpec) => {
    if (isForgotten(file, context.forgotten)) return countLeftOut(leftOut, 'forgotten', 1);
    owners.claim(file.source, spec, file.place);
    if (file !== context.pins.get(keyOf(file.source, file.place))) {
      brought.changed++;
      if (file.member === undefined) await journal.append(file);
    }
    brought.files.push(file);
  };
  try {
    for (const [i, item] of items.entries()) {
      stopIfAsked(context.signal, 'fetch');
      for (const file of await bringItem(item, context, brought, leftOut)) await take(file, item.spec);
      context.onProgress?.({ stage: 'corpus.fetch', done: i + 1, total: items.length, unit: 'files' });
    }
  } finally {
    await journal.close();
  }
  return brought;
}

async function bringItem(
  { spec, source, place, local, url, single }: Item,
  context: FetchContext,
  brought: Brought,
  leftOut: Record<string, number>,
): Promise<readonly RawFile[]> {
  if (source === undefined) {
    const { archive, files } = await bringArchive(spec, context);
    brought.archives.push(archive);
    for (const [reason, count] of Object.entries(archive.leftOut)) countLeftOut(leftOut, reason, count);
    return files;
  }
  if (context.forgotten?.has({ source, place }) === true) {
    countLeftOut(leftOut, 'forgotten', 1);
    return [];
  }
  if (local !== undefined) return [await bringLocal({ spec, source, place, local, single }, context)];
  const found = await bringRemote({ spec, source, place, url: url! }, hasManyFiles(spec), context);
  if (typeof found !== 'string') return [found];
  countLeftOut(leftOut, found, 1);
  return [];
}

/** A source whose time is over is not fetched again. */
function refuseExpired(sources: readonly SourceSpec[], clock: Clock): void {
  const today = clock.date().toISOString().slice(0, 10);
  const expired = sources.find((spec) => spec.retainUntil !== undefined && spec.retainUntil < today);
  if (expired === undefined) return;
  throw new ExpChatError({
    code: 'corpus.retention-ended',
    kind: 'policy',
    message: `corpus source ${expired.id}: expected a source that may still be used on ${today}, got retainUntil ${expired.retainUntil}`,
    next: `Remove the source from expchat.yaml and run corpus forget ${expired.id}, or correct the date.`,
    fields: { id: expired.id, retainUntil: expired.retainUntil, today },
  });
}

function refuseVanished(items: readonly Item[], { pins, forgotten }: FetchContext): void {
  const present = new Set(items.map((item) => keyOf(item.source ?? '', item.place)));
  const specs = new Set(
    items.filter((item) => item.local && item.spec.sourcePer !== 'file').map((item) => item.source),
  );
  for (const [key, pin] of pins) {
    if (present.has(key) || !specs.has(pin.source) || isForgotten(pin, forgotten)) continue;
    throw changedError(pin.source, pin.origin, pin.sha256, 'nothing');
  }
}

/** Entries whose local list is not what the lock pins: there the lock alone says what is right. */
function staleSpecs(bySpec: ReadonlyMap<string, readonly RawFile[]>, lock: SourceLock | undefined): Set<string> {
  const pinned = [...(lock ?? [])];
  return new Set(
    pinned.filter(([id, { sha256 }]) => lockedSource(bySpec.get(id) ?? []).sha256 !== sha256).map(([id]) => id),
  );
}

function filesBySpec(files: readonly RawFile[]): Map<string, RawFile[]> {
  const grouped = new Map<string, RawFile[]>();
  for (const file of files) {
    const list = grouped.get(file.spec);
    if (list === undefined) grouped.set(file.spec, [file]);
    else list.push(file);
  }
  return grouped;
}

const lockOf = (specs: readonly SourceSpec[], files: readonly RawFile[]): SourceLock => {
  const bySpec = filesBySpec(files);
  return new Map(specs.map(({ id }) => [id, lockedSource(bySpec.get(id) ?? [])]));
};

/** Throws `corpus.source-changed` where a source as a whole is not what the lock pins, forgotten parts aside. */
async function holdAgainstLock(
  specs: readonly SourceSpec[],
  files: readonly RawFile[],
  lock: SourceLock,
  before: ReadonlyMap<string, readonly RawFile[]>,
  context: FetchContext,
  lockFile: string,
): Promise<void> {
  if (context.update) return;
  const now = lockOf(specs, files);
  for (const spec of specs) {
    const pinned = lock.get(spec.id);
    if (pinned === undefined || pinned.sha256 === now.get(spec.id)!.sha256) continue;
    const own = files.filter((file) => file.spec === spec.id);
    const listed = context.trusts(spec) ? before.get(spec.id) : undefined;
    const list = listed ?? Object.entries(pinned.list ?? {}).map(([place, sha256]) => ({ place, sha256 }));
    const difference = differenceOf(new Map(list.map(({ place, sha256 }) => [place, sha256])), own);
    const gone = listed?.filter((file) => difference.removed.includes(file.place)) ?? [];
    const allForgotten = gone.length > 0 && gone.every((file) => isForgotten(file, context.forgotten));
    if (allForgotten && difference.added.length === 0 && difference.changed.length === 0) continue;
    await removeTree(path.join(context.raw, RAW_JOURNAL)); // What this run pinned is not what the project pins.
    throw lockMismatch(spec.id, lockFile, pinned, list.length === 0 ? undefined : difference);
  }
}

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
      if (name === RAW_LIST || wanted.has(name)) continue;
      if (folders.has(name)) await visit(name);
      else await removeTree(path.join(raw, ...name.split('/')));
    }
  };
  await visit('');
}
