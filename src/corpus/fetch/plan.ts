/** From sources to the single files and addresses they mean now, each with the id it goes by. It brings no content. */
import path from 'node:path';
import { sha256OfBytes } from '../../base/index.ts';
import { safeSourceId } from '../record/index.ts';
import { type LocalFile, localFiles } from './local-files.ts';
import type { SafeFetcher } from './safe-fetch.ts';
import { sitemapAddresses } from './sitemap.ts';
import { duplicateSource, hasManyFiles, type SourceSpec, sourceIdOf } from './sources.ts';

/** One file or address, or one archive with all its members. */
export interface Item {
  readonly spec: SourceSpec;
  /** Undefined for an archive, whose members have sources. */
  readonly source?: string;
  readonly place: string;
  readonly local?: LocalFile;
  readonly url?: string;
  /** The one file that a path names. */
  readonly single?: boolean;
}

export interface Plan {
  readonly items: readonly Item[];
  /** Files and addresses that no source takes, by reason. */
  readonly leftOut: Record<string, number>;
}

export interface PlanOptions {
  readonly fetcher: SafeFetcher;
  /** Addresses of a sitemap as they were when it was read last; used offline. */
  readonly known: (spec: SourceSpec) => readonly string[];
  readonly offline: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Plans in the order of the ids. Throws `corpus.missing`, `corpus.empty-source` and `corpus.duplicate-source`. */
export async function planSources(sources: readonly SourceSpec[], options: PlanOptions): Promise<Plan> {
  const items: Item[] = [];
  const leftOut: Record<string, number> = {};
  const owners = new SourceOwners();
  for (const spec of [...sources].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const found = await itemsOf(spec, options, leftOut);
    for (const item of found) if (item.source !== undefined) owners.claim(item.source, spec, item.place);
    items.push(...found);
  }
  return { items, leftOut };
}

async function itemsOf(spec: SourceSpec, options: PlanOptions, leftOut: Record<string, number>): Promise<Item[]> {
  if (spec.kind === 'archive') {
    const place = spec.path === undefined ? placeOf(spec.url!, false) : path.basename(spec.path);
    return [{ spec, place, ...(spec.url === undefined ? {} : { url: spec.url }) }];
  }
  if (spec.path !== undefined) {
    const { files, ignored, single } = await localFiles(spec);
    countLeftOut(leftOut, 'unknown-type', ignored);
    return files.map((local) => {
      const source = single ? safeSourceId(spec.id) : sourceIdOf(spec, local.place);
      return { spec, source, place: local.place, local, single };
    });
  }
  return (await addressesOf(spec, options, leftOut)).map((url) => {
    const place = placeOf(url, hasManyFiles(spec));
    return { spec, source: sourceIdOf(spec, place), place, url };
  });
}

export function countLeftOut(leftOut: Record<string, number>, reason: string, count: number): void {
  if (count > 0) leftOut[reason] = (leftOut[reason] ?? 0) + count;
}

async function addressesOf(spec: SourceSpec, options: PlanOptions, leftOut: Record<string, number>) {
  if (spec.sitemap === undefined) return spec.urls ?? [spec.url!];
  if (options.offline) return options.known(spec);
  const { addresses, foreign } = await sitemapAddresses(spec, options);
  countLeftOut(leftOut, 'web-other-host', foreign);
  return addresses;
}

/** Each source id belongs to one entry, and where each file is a source, to one file of it. */
export class SourceOwners {
  readonly #owners = new Map<string, string>();

  /** Throws `corpus.duplicate-source`. */
  claim(source: string, spec: SourceSpec, place: string): void {
    const owner = spec.sourcePer === 'file' && hasManyFiles(spec) ? `${spec.id}/${place}` : spec.id;
    if ((this.#owners.get(source) ?? owner) !== owner) throw duplicateSource(source);
    this.#owners.set(source, owner);
  }
}

/** A file name for an address: its last part, and where there are many addresses eight digits of the hash of the whole. */
export function placeOf(url: string, one: boolean): string {
  const last = new URL(url).pathname.split('/').filter(Boolean).at(-1) ?? 'index.html';
  const name = last
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\.+/, '_')
    .slice(-80);
  if (!one) return name;
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? '';
  return `${name.slice(0, name.length - extension.length)}-${sha256OfBytes(url).slice(0, 8)}${extension}`;
}
