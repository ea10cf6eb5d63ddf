/**
 * The addresses of a site from its sitemap, plain or packed by gzip, or from an index of sitemaps
 * (https://www.sitemaps.org/protocol.html). It fetches the sitemaps and none of their pages.
 */
import { gunzipSync } from 'node:zlib';
import { ExpChatError } from '../../base/index.ts';
import { globPattern } from './local-files.ts';
import type { SafeFetcher } from './safe-fetch.ts';
import type { SourceSpec } from './sources.ts';

const MOST_SITEMAPS = 50;
const MOST_BYTES = 50 * 2 ** 20;
const DEFAULT_PAGES = 1000;

export interface SitemapOptions {
  readonly fetcher: SafeFetcher;
  readonly signal?: AbortSignal | undefined;
}

/** Pages of the sitemap's own host, sorted, each once; `foreign` counts those of other hosts. Throws `corpus.bad-sitemap`. */
export async function sitemapAddresses(
  spec: SourceSpec,
  { fetcher, signal }: SitemapOptions,
): Promise<{ addresses: string[]; foreign: number }> {
  const start = new URL(spec.sitemap!);
  const waiting = [start.href];
  const read = new Set<string>();
  const pages = new Set<string>();
  let foreign = 0;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (read.has(next)) continue;
    read.add(next);
    if (read.size > MOST_SITEMAPS) throw badSitemap(spec, `at most ${MOST_SITEMAPS} sitemaps in one index, got more`);
    const { chunks } = await fetcher.fetch(next, { signal, ignoreRobots: spec.robots === 'ignore' });
    const { kind, locations } = parseSitemap(plainText(spec, Buffer.concat(chunks)), spec);
    for (const location of locations) {
      if (!URL.canParse(location) || new URL(location).origin !== start.origin) foreign++;
      else if (kind === 'index') waiting.push(new URL(location).href);
      else pages.add(withoutFragment(location));
    }
  }
  const addresses = [...pages].filter(wantedPages(spec)).sort();
  const most = spec.maximumPages ?? DEFAULT_PAGES;
  if (addresses.length === 0)
    throw badSitemap(spec, 'pages of its own host that include and exclude let through, got none');
  if (addresses.length > most) {
    throw badSitemap(spec, `at most ${most} pages, got ${addresses.length}; raise maximumPages or narrow include`);
  }
  return { addresses, foreign };
}

function withoutFragment(location: string): string {
  const url = new URL(location);
  url.hash = '';
  return url.href;
}

/** The globs of a sitemap are on the path of the address, without its first `/`. */
function wantedPages(spec: SourceSpec): (address: string) => boolean {
  const included = (spec.include ?? []).map(globPattern);
  const excluded = (spec.exclude ?? []).map(globPattern);
  return (address) => {
    const place = new URL(address).pathname.slice(1);
    if (excluded.some((pattern) => pattern.test(place))) return false;
    return included.length === 0 || included.some((pattern) => pattern.test(place));
  };
}

function plainText(spec: SourceSpec, bytes: Buffer): string {
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    return (packed ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES }) : bytes).toString('utf8');
  } catch (cause) {
    throw badSitemap(spec, `a gzip of at most ${MOST_BYTES} bytes, got another`, cause);
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Every `loc` of a sitemap or an index; other elements, comments and declarations are passed over. */
export function parseSitemap(
  text: string,
  spec: Pick<SourceSpec, 'id'>,
): { kind: 'pages' | 'index'; locations: string[] } {
  const root = /<\s*(?:[A-Za-z0-9_-]+:)?(urlset|sitemapindex)[\s>]/.exec(text)?.[1];
  if (root === undefined) throw badSitemap(spec, 'a sitemap with urlset or sitemapindex, got something else');
  const locations: string[] = [];
  const pattern = /<(?:[A-Za-z0-9_-]+:)?loc>([^<]{1,4096})</g;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const location = match[1]!.trim().replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name]!);
    if (location !== '') locations.push(location);
  }
  return { kind: root === 'urlset' ? 'pages' : 'index', locations };
}

function badSitemap(spec: Pick<SourceSpec, 'id'>, expected: string, cause?: unknown): ExpChatError {
  return new ExpChatError({
    code: 'corpus.bad-sitemap',
    message: `corpus source ${spec.id}: expected ${expected}`,
    next: 'Open the address of the sitemap in a browser, or name the pages under urls.',
    fields: { id: spec.id },
    cause,
  });
}
