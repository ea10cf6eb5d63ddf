/**
 * `corpus.lock.json`, made to be committed: for each source how many files it has, their bytes and one hash over all of
 * them, the same as `sha256sum` of their sorted list would give. It knows what was pinned, not how it is fetched.
 */
import path from 'node:path';
import { ExpChatError, exists, readJson, sha256OfBytes, writeDurably } from '../../base/index.ts';
import type { RawFile } from './raw-file.ts';

/** Of a source with few files the list itself stands in the lock. */
const LISTED_FILES = 16;

export interface LockedSource {
  readonly files: number;
  readonly bytes: number;
  /** Over the lines `<sha256>  <place>`, sorted by place, each ended by a line feed. */
  readonly sha256: string;
  /** Place to SHA-256, for at most 16 files. */
  readonly list?: Readonly<Record<string, string>>;
}

export type SourceLock = ReadonlyMap<string, LockedSource>;

interface StoredLock {
  readonly format: 'expchat-corpus-lock';
  readonly version: 1;
  readonly sources: Readonly<Record<string, LockedSource>>;
}

type Facts = Pick<RawFile, 'source' | 'place' | 'sha256' | 'bytes'>;

export function lockedSource(files: readonly Facts[]): LockedSource {
  const sorted = [...files].sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0));
  const lines = sorted.map(({ sha256, place }) => `${sha256}  ${place}\n`).join('');
  return {
    files: sorted.length,
    bytes: sorted.reduce((sum, file) => sum + file.bytes, 0),
    sha256: sha256OfBytes(lines),
    ...(sorted.length > LISTED_FILES
      ? {}
      : { list: Object.fromEntries(sorted.map(({ place, sha256 }) => [place, sha256])) }),
  };
}

/** The lock, empty where there is none. Throws `corpus.bad-lock`. */
export async function readSourceLock(file: string): Promise<SourceLock> {
  if (!(await exists(file))) return new Map();
  const value = (await readJson(file, 64 * 2 ** 20)) as StoredLock;
  const entries = typeof value?.sources === 'object' && value.sources !== null ? Object.entries(value.sources) : [];
  const fits =
    value?.format === 'expchat-corpus-lock' &&
    value.version === 1 &&
    entries.every(([, entry]) => /^[0-9a-f]{64}$/.test(entry?.sha256) && Number.isSafeInteger(entry.files));
  if (fits) return new Map(entries);
  throw new ExpChatError({
    code: 'corpus.bad-lock',
    message: `${file}: expected a corpus lock of version 1, got something else`,
    next: 'Take the file from your version control again, or remove it and pin anew with corpus fetch.',
    fields: { path: file },
  });
}

/** Writes the lock where it differs from what is there. */
export async function writeSourceLock(file: string, lock: SourceLock): Promise<void> {
  const sources = Object.fromEntries([...lock].sort(([a], [b]) => (a < b ? -1 : 1)));
  const stored: StoredLock = { format: 'expchat-corpus-lock', version: 1, sources };
  const text = `${JSON.stringify(stored, null, 2)}\n`;
  if ((await exists(file)) && JSON.stringify(await readJson(file)) === JSON.stringify(stored)) return;
  await writeDurably(file, text);
}

export interface Difference {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** What differs between a source as pinned and as it is, by place; undefined where the lock has no list to compare. */
export function differenceOf(before: ReadonlyMap<string, string>, now: readonly Facts[]): Difference {
  const present = new Map(now.map(({ place, sha256 }) => [place, sha256]));
  return {
    added: [...present.keys()].filter((place) => !before.has(place)),
    changed: [...present]
      .filter(([place, sha256]) => before.has(place) && before.get(place) !== sha256)
      .map(([place]) => place),
    removed: [...before.keys()].filter((place) => !present.has(place)),
  };
}

export function lockMismatch(id: string, file: string, expected: LockedSource, difference?: Difference): ExpChatError {
  const shown = (places: readonly string[]) =>
    places.length === 0 ? '0' : `${places.length} (${places.slice(0, 3).join(', ')}${places.length > 3 ? ', …' : ''})`;
  const got =
    difference === undefined
      ? 'others'
      : `${shown(difference.added)} added, ${shown(difference.changed)} changed, ${shown(difference.removed)} removed`;
  const name = path.basename(file);
  return new ExpChatError({
    code: 'corpus.source-changed',
    kind: 'refused',
    message: `corpus source ${id}: expected the ${expected.files} files pinned in ${name}, got ${got}`,
    next: 'If the change is wanted, run corpus fetch with --update; it pins the new state.',
    fields: { source: id, origin: name, expected: expected.sha256, pinnedFiles: expected.files, ...difference },
  });
}
