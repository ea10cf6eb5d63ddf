/** Brings one file: a local one by copy, one behind an address by download. It compares bytes with pins and reads none. */
import path from 'node:path';
import {
  ExpChatError,
  exists,
  factsOf,
  makeDirectory,
  removeTree,
  renameFile,
  sha256OfBytes,
  sha256OfFile,
  writeDurably,
} from '../../base/index.ts';
import { copyChunks } from './copy.ts';
import {
  changedError,
  entryOf,
  type FetchContext,
  isForgotten,
  isIntact,
  offlineError,
  type Place,
  rawPath,
} from './entry.ts';
import type { LocalFile } from './local-files.ts';
import { keyOf, type RawFile } from './raw-file.ts';
import type { DownloadAnswer, SafeFetchRequest } from './safe-fetch.ts';
import type { SourceSpec } from './sources.ts';

/** Downloads on their way lie here, below the raw folder; no source id begins with a dot. */
export const DOWNLOADS = '.downloads';

export async function bringLocal(at: Place & { readonly local: LocalFile }, context: FetchContext): Promise<RawFile> {
  const { file: origin, place } = at.local;
  const { raw, clock } = context;
  const pin = context.pins.get(keyOf(at.source, place));
  const size = (await factsOf(origin))?.size ?? 0;
  const keepsNoCopy = context.forgotten?.keepsNoCopy(at.source, place) === true;
  const relative = size <= context.copyLimitBytes && !keepsNoCopy ? `${at.spec.id}/${place}` : undefined;
  const sha256 = await sha256OfFile(origin);
  const facts = { spec: at.spec.id, source: at.source, place, sha256 };
  if (isForgotten(facts, context.forgotten)) return entryOf(at, pin, { origin, bytes: size, sha256 }, clock);
  if (pin !== undefined && pin.sha256 !== sha256 && !context.update && context.trusts(at.spec)) {
    throw changedError(at.source, origin, pin.sha256, `SHA-256 ${sha256}`);
  }
  if (relative !== undefined) {
    const target = rawPath(raw, { file: relative, origin });
    const there = pin?.sha256 === sha256 && (await exists(target)) && (await sha256OfFile(target)) === sha256;
    if (!there) {
      const written = await writeDurably(target, copyChunks(origin));
      if (written.sha256 !== sha256) throw changedError(at.source, origin, sha256, `SHA-256 ${written.sha256}`);
    }
  }
  return entryOf(at, pin, { file: relative, origin, bytes: size, sha256 }, clock);
}

/** Why a page of a list is not there, where that is no reason to end the whole source. */
export type Unavailable = 'web-gone' | 'web-robots';

/** The file, or why it is left out: of many pages, one that is gone or that robots.txt keeps back. */
export async function bringRemote(
  at: Place & { readonly url: string },
  many: boolean,
  context: FetchContext,
): Promise<RawFile | Unavailable> {
  const { raw, clock, update } = context;
  const { url } = at;
  const pin = context.pins.get(keyOf(at.source, at.place));
  const relative = `${at.spec.id}/${at.place}`;
  const intact = pin?.file === relative && pin.origin === url && (await isIntact(raw, pin));
  const known = () => {
    const { origin, file, bytes, sha256, contentType, etag, lastModified } = pin!;
    return entryOf(at, pin, { origin, file, bytes, sha256, contentType, etag, lastModified }, clock);
  };
  if (context.offline) {
    if (intact) return known();
    throw offlineError(at.source, url);
  }
  const held = pin !== undefined && !update && context.trusts(at.spec);
  const found = await downloadOrReason(at, many, intact ? pin : undefined, context);
  if (typeof found === 'string') {
    if (held) throw changedError(at.source, url, pin.sha256, 'nothing');
    return found;
  }
  const { answer, file } = found;
  if (answer.notModified && intact) return known();
  if (isForgotten({ spec: at.spec.id, source: at.source, place: at.place, sha256: answer.sha256 }, context.forgotten)) {
    await removeTree(file);
    return entryOf(at, pin, { origin: url, bytes: answer.bytes, sha256: answer.sha256 }, clock); // Counted, not kept.
  }
  if (held && pin.sha256 !== answer.sha256) {
    await removeTree(file);
    throw changedError(at.source, url, pin.sha256, `SHA-256 ${answer.sha256}`);
  }
  const target = rawPath(raw, { file: relative, origin: url });
  await makeDirectory(path.dirname(target));
  await renameFile(file, target);
  const { contentType, etag, lastModified, sha256, bytes } = answer;
  return entryOf(at, pin, { file: relative, origin: url, bytes, sha256, contentType, etag, lastModified }, clock);
}

async function downloadOrReason(
  at: Place & { readonly url: string },
  many: boolean,
  pin: RawFile | undefined,
  context: FetchContext,
): Promise<Download | Unavailable> {
  try {
    return await download(at.spec, at.url, pin ?? {}, context);
  } catch (error) {
    if (!many || !(error instanceof ExpChatError)) throw error;
    const status = error.fields['status'];
    if (error.code === 'corpus.http-status' && (status === 404 || status === 410)) return 'web-gone';
    if (error.code === 'corpus.robots') return 'web-robots';
    throw error;
  }
}

export interface Download {
  readonly answer: DownloadAnswer;
  readonly file: string;
}

/** Fetches an address into the folder of downloads, going on where an earlier run was cut. */
export async function download(
  spec: SourceSpec,
  url: string,
  version: Pick<SafeFetchRequest, 'etag' | 'lastModified'>,
  { raw, fetcher, signal }: FetchContext,
): Promise<Download> {
  const file = path.join(raw, DOWNLOADS, `${spec.id}-${sha256OfBytes(url).slice(0, 16)}`);
  const { etag, lastModified } = version;
  const answer = await fetcher.download(url, file, {
    etag,
    lastModified,
    signal,
    ignoreRobots: spec.robots === 'ignore',
  });
  return { answer, file };
}
