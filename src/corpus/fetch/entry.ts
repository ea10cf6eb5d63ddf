/** Entries of the raw list made of an item's terms and a file's facts, what every way of fetching shares, and their errors. */
import path from 'node:path';
import {
  type Clock,
  ExpChatError,
  exists,
  sha256OfFile,
  systemClock,
  timestamp,
  type WorkOptions,
} from '../../base/index.ts';
import type { Forgotten } from '../record/index.ts';
import type { RawArchive, RawFile } from './raw-file.ts';
import type { SafeFetcher } from './safe-fetch.ts';
import { hasManyFiles, type SourceSpec } from './sources.ts';

/** What one run of fetch knows. */
export interface FetchContext extends WorkOptions {
  readonly raw: string;
  readonly update: boolean;
  readonly offline: boolean;
  readonly copyLimitBytes: number;
  readonly clock?: Clock | undefined;
  readonly fetcher: SafeFetcher;
  readonly pins: ReadonlyMap<string, RawFile>;
  readonly archives: ReadonlyMap<string, RawArchive>;
  readonly forgotten?: Forgotten | undefined;
  /** Whether the pins of an entry are what the lock says, so that a single file can be held against them. */
  readonly trusts: (spec: SourceSpec) => boolean;
}

export interface Place {
  readonly spec: SourceSpec;
  readonly source: string;
  readonly place: string;
  /** The one file of a source that may have many. */
  readonly single?: boolean | undefined;
}

type Facts = Pick<RawFile, 'origin' | 'bytes' | 'sha256'> & { [K in keyof RawFile]?: RawFile[K] | undefined };

/** The pin as it was where nothing changed, so that a second run leaves the same bytes. */
export function entryOf(at: Place, pin: RawFile | undefined, facts: Facts, clock: Clock | undefined): RawFile {
  const { spec } = at;
  const entry = {
    spec: spec.id,
    source: at.source,
    place: at.place,
    ...facts,
    licence: spec.licence ?? 'unknown',
    purpose: spec.purpose,
    legalBasis: spec.legalBasis,
    retainUntil: spec.retainUntil,
    weight: spec.weight,
    personalData: spec.personalData,
    profile: spec.profile,
    content: spec.content ?? 'text',
    reader: spec.kind !== 'mail' ? undefined : /\.mbox$/i.test(at.place) ? 'mbox' : 'eml',
    columns: spec.columns,
    fetchedAt: timestamp(clock ?? systemClock),
    manyFiles: hasManyFiles(spec) && at.single !== true && spec.sourcePer !== 'file' ? true : undefined,
  };
  const known = JSON.parse(JSON.stringify(entry)) as RawFile; // Leaves undefined fields out.
  const same = pin !== undefined && sorted({ ...known, fetchedAt: pin.fetchedAt }) === sorted(pin);
  return same ? pin : known;
}

const sorted = (value: object) => JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

export function isForgotten(
  { spec, source, place, sha256 }: Pick<RawFile, 'spec' | 'source' | 'place' | 'sha256'>,
  forgotten: Forgotten | undefined,
): boolean {
  return forgotten?.has({ spec, source, place, fileSha256: sha256 }) === true;
}

/** Where a file of the list lies; its origin where it was too large to copy. */
export const rawPath = (raw: string, file: Pick<RawFile, 'file' | 'origin'>): string =>
  file.file === undefined ? file.origin : path.join(raw, ...file.file.split('/'));

/** Whether the copy of a pinned file is there and whole. */
export async function isIntact(raw: string, pin: RawFile | undefined): Promise<boolean> {
  if (pin === undefined) return false;
  const file = rawPath(raw, pin);
  return (await exists(file)) && (await sha256OfFile(file)) === pin.sha256;
}

export function changedError(source: string, origin: string, expected: string, found: string): ExpChatError {
  return new ExpChatError({
    code: 'corpus.source-changed',
    kind: 'refused',
    message: `corpus source ${source}: expected ${origin} as pinned (SHA-256 ${expected}), got ${found}`,
    next: 'If the change is wanted, run corpus fetch with --update; it pins the new state.',
    fields: { source, origin, expected, found },
  });
}

export function offlineError(source: string, url: string): ExpChatError {
  return new ExpChatError({
    code: 'corpus.offline',
    kind: 'notFound',
    message: `corpus source ${source}: expected a whole local copy of ${url}, got none`,
    next: 'Run corpus fetch once without --offline.',
    fields: { source, url },
  });
}
