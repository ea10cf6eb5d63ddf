/**
 * Takes named things out of the artifacts of the stages. Each function can be repeated: what is gone already is no error,
 * and a kill in between leaves nothing that a repetition does not put right.
 */
import path from 'node:path';
import {
  exists,
  factsOf,
  listDirectory,
  openFile,
  readFully,
  readJson,
  removeTree,
  sha256OfBytes,
  writeDurably,
} from '../../base/index.ts';
import type { RawFile } from '../fetch/index.ts';
import { contentBytes, readRecords, type StageEntry } from '../record/index.ts';
import { BOOK_FILES, LOCK_FILES, type ProjectPlaces, readBook, readPins, specOf, wholeLines } from './project.ts';
import type { ChosenFile } from './selection.ts';

/** No input has this hash: the source is prepared again by the next run. */
const FORGOTTEN_INPUT = 'forgotten';

/** Removes documents from the prepared files; `*` removes all of a source. */
export async function cleanPrepared(
  directory: string,
  remove: ReadonlyMap<string, '*' | readonly string[]>,
): Promise<void> {
  if (!(await exists(directory))) return;
  const book = await readBook(directory);
  const changed = new Map<string, StageEntry | undefined>();
  for (const [source, ids] of remove) {
    const entry = book.get(source);
    if (entry === undefined) continue;
    const file = path.join(directory, `${source}.jsonl`);
    const smaller = ids === '*' || !(await exists(file)) ? undefined : await without(file, entry, new Set(ids));
    if (smaller === undefined) await removeTree(file);
    changed.set(source, smaller);
  }
  await rewriteBook(directory, changed);
  const expected = new Set<string>(BOOK_FILES);
  for (const id of book.keys()) if (!changed.has(id) || changed.get(id) !== undefined) expected.add(`${id}.jsonl`);
  for (const { name } of await listDirectory(directory)) {
    if (!expected.has(name)) await removeTree(path.join(directory, name)); // Half-written files and reports with examples.
  }
}

/** Writes the file anew without some documents; undefined where none is left. */
async function without(file: string, entry: StageEntry, ids: ReadonlySet<string>): Promise<StageEntry | undefined> {
  let documents = 0;
  let bytes = 0;
  async function* rest(): AsyncGenerator<string> {
    for await (const record of readRecords(file)) {
      if (ids.has(record.id)) continue;
      documents++;
      bytes += contentBytes(record);
      yield `${JSON.stringify(record)}\n`;
    }
  }
  const written = await writeDurably(file, rest());
  if (documents === 0) return undefined;
  const dropped = Object.fromEntries(
    Object.entries(entry.dropped).map(([reason, counts]) => [
      reason,
      { ...counts, examples: counts.examples.filter((id) => !ids.has(id)) },
    ]),
  );
  const { id, kind } = entry;
  return { id, input: FORGOTTEN_INPUT, kind, ...written, documents, contentBytes: bytes, dropped };
}

async function rewriteBook(directory: string, changed: ReadonlyMap<string, StageEntry | undefined>): Promise<void> {
  const [manifest, journal] = BOOK_FILES.map((name) => path.join(directory, name)) as [string, string];
  const kept = (entries: readonly StageEntry[]) =>
    entries.flatMap((entry) => (changed.has(entry.id) ? (changed.get(entry.id) ?? []) : entry));
  if (await exists(manifest)) {
    const value = (await readJson(manifest)) as { sources: StageEntry[] };
    await writeDurably(manifest, `${JSON.stringify({ ...value, sources: kept(value.sources) }, null, 1)}\n`);
  }
  if (!(await exists(journal))) return;
  const lines: StageEntry[] = [];
  for await (const entry of wholeLines(journal)) lines.push(entry as StageEntry);
  await writeDurably(
    journal,
    kept(lines).map((entry) => `${JSON.stringify(entry)}\n`),
  );
}

/** Removes copies and pins of raw files, and what a kill left below `raw/`. */
export async function cleanRaw(places: ProjectPlaces, files: readonly ChosenFile[]): Promise<void> {
  const { raw } = places;
  if (!(await exists(raw))) return;
  const keyOf = (source: string, place: string) => `${source}\n${place}`;
  const chosen = new Map(files.map((file) => [keyOf(file.source, file.place), file.how]));
  const kept = (pins: readonly { source: string; place: string; file?: string }[]) =>
    pins.flatMap((pin) => {
      const how = chosen.get(keyOf(pin.source, pin.place));
      if (how === 'whole') return [];
      if (how === undefined) return pin;
      const { file: _, ...uncopied } = pin;
      return uncopied;
    });
  const [lock, journal] = LOCK_FILES.map((name) => path.join(raw, name)) as [string, string];
  const pins = await readPins(raw);
  await relock(places.sourceLock, pins, kept(pins) as RawFile[]); // First: it is made from the pins before and after.
  if (await exists(lock)) {
    const value = (await readJson(lock)) as { files: { source: string; place: string }[] };
    await writeDurably(lock, `${JSON.stringify({ ...value, files: kept(value.files) }, null, 1)}\n`);
  }
  if (await exists(journal)) {
    const lines: { source: string; place: string }[] = [];
    for await (const value of wholeLines(journal)) lines.push(value as { source: string; place: string });
    await writeDurably(
      journal,
      kept(lines).map((line) => `${JSON.stringify(line)}\n`),
    );
  }
  const wanted = new Set((await readPins(raw)).flatMap(({ file }) => (file === undefined ? [] : [file])));
  await removeUnwanted(raw, '', new Set<string>([...LOCK_FILES, ...wanted]));
}

interface LockedSource {
  readonly files: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly list?: Readonly<Record<string, string>>;
}

/** As fetching pins a source: one hash over the sorted lines of `sha256sum`. */
function lockedSource(files: readonly RawFile[], listed: boolean): LockedSource {
  const sorted = [...files].sort((a, b) => (a.place < b.place ? -1 : 1));
  return {
    files: sorted.length,
    bytes: sorted.reduce((sum, file) => sum + file.bytes, 0),
    sha256: sha256OfBytes(sorted.map(({ sha256, place }) => `${sha256}  ${place}\n`).join('')),
    ...(listed ? { list: Object.fromEntries(sorted.map(({ place, sha256 }) => [place, sha256])) } : {}),
  };
}

/** Pins anew what is left of each source; one that was not pinned as it was stays, so that fetching still refuses it. */
async function relock(file: string, before: readonly RawFile[], after: readonly RawFile[]): Promise<void> {
  if (!(await exists(file))) return;
  const lock = (await readJson(file)) as { sources: Record<string, LockedSource> };
  const filesOf = (files: readonly RawFile[], spec: string) => files.filter((one) => specOf(one) === spec);
  const sources = Object.entries(lock.sources).map(([spec, entry]) => {
    const [old, now] = [filesOf(before, spec), filesOf(after, spec)];
    const same = old.length === now.length || lockedSource(old, false).sha256 !== entry.sha256;
    return [spec, same ? entry : lockedSource(now, entry.list !== undefined)] as const;
  });
  await writeDurably(file, `${JSON.stringify({ ...lock, sources: Object.fromEntries(sources) }, null, 2)}\n`);
}

/** Removes every file that is not wanted, and folders that are empty then. */
async function removeUnwanted(root: string, relative: string, wanted: ReadonlySet<string>): Promise<boolean> {
  let empty = true;
  for (const { name, kind } of await listDirectory(path.join(root, ...relative.split('/')))) {
    const place = relative === '' ? name : `${relative}/${name}`;
    const target = path.join(root, ...place.split('/'));
    if (kind === 'directory' ? await removeUnwanted(root, place, wanted) : !wanted.has(place)) await removeTree(target);
    else empty = false;
  }
  return empty;
}

/** Removes shards in work and folders that a kill left half-written. */
export async function removeUnfinished({ data, packing }: ProjectPlaces): Promise<void> {
  await removeTree(packing);
  if (!(await exists(data))) return;
  for (const { name } of await listDirectory(data)) {
    if (/\.(?:tmp|old)-\d+$/.test(name)) await removeTree(path.join(data, name));
  }
}

const TOKENIZER_RECORD = 'training.json';
const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json', 'word-counts.bin'];

/** Removes a tokenizer that was trained on the project's text, with its counts; one from elsewhere stays. */
export async function removeTokenizer(directory: string): Promise<void> {
  if (!(await exists(directory))) return;
  const trained = await exists(path.join(directory, TOKENIZER_RECORD));
  for (const { name } of await listDirectory(directory)) {
    const left = /\.tmp-\d+$/.test(name) || name === 'word-counts.bin';
    if (left || (trained && TOKENIZER_FILES.includes(name))) await removeTree(path.join(directory, name));
  }
  await removeTree(path.join(directory, TOKENIZER_RECORD)); // Last: it says that the others were ours.
}

const PAGE_MARK = '<title>ExpChat: ';
const PAGE_HEAD_BYTES = 2048;
const PAGE_DEPTH = 4;

/** HTML pages below the folder that this program wrote, but for those at or below the places to keep. */
export async function ownPages(directory: string, keep: readonly string[] = []): Promise<string[]> {
  const found: string[] = [];
  const kept = (place: string) => keep.some((one) => place === one || place.startsWith(one + path.sep));
  const walk = async (folder: string, depth: number): Promise<void> => {
    for (const { name, kind } of await listDirectory(folder)) {
      const place = path.join(folder, name);
      if (kept(place)) continue;
      if (kind === 'directory' && depth < PAGE_DEPTH && name !== 'node_modules' && name !== 'raw') {
        await walk(place, depth + 1);
      } else if (kind === 'file' && name.endsWith('.html') && (await isOwnPage(place))) found.push(place);
    }
  };
  await walk(directory, 0);
  return found;
}

async function isOwnPage(file: string): Promise<boolean> {
  const head = new Uint8Array(Math.min(PAGE_HEAD_BYTES, (await factsOf(file))?.size ?? 0));
  const handle = await openFile(file, 'read');
  try {
    await readFully(handle, head, 0);
  } finally {
    await handle.close();
  }
  return new TextDecoder().decode(head).includes(PAGE_MARK);
}
