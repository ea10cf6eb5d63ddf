/** What a user names as a source, checked as a whole, and the ids of its parts. It opens no file and no address. */
import path from 'node:path';
import { ExpChatError } from '../../base/index.ts';
import { safeSourceId } from '../record/index.ts';

export const SOURCE_KINDS = ['folder', 'file', 'http', 'archive', 'table', 'mail'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** `text`: documents. `chat`: JSONL of `messages`, or a table of questions and answers. `faq`: pages of questions and their answers. `mail-dialogue`: mail threads. */
export const CONTENT_KINDS = ['text', 'chat', 'faq', 'mail-dialogue'] as const;
export type ContentKind = (typeof CONTENT_KINDS)[number];

export const PERSONAL_DATA_POLICIES = ['report', 'redact', 'drop', 'ignore'] as const;
export type PersonalDataPolicy = (typeof PERSONAL_DATA_POLICIES)[number];

/** `web`: judged by the measures of web text. `own`: a company's own documents, judged gently. */
export const SOURCE_PROFILES = ['web', 'own'] as const;
export type SourceProfile = (typeof SOURCE_PROFILES)[number];

export const TABLE_COLUMNS = ['text', 'question', 'answer', 'messages', 'title', 'id', 'date'] as const;
/** Which column of a table holds what, by the column's own name. */
export type TableColumns = { readonly [K in (typeof TABLE_COLUMNS)[number]]?: string };

export interface ArchiveCaps {
  /** Members of the archive, wanted or not. */
  readonly entries?: number;
  /** Bytes of all members after unpacking. */
  readonly totalBytes?: number;
  /** Unpacked bytes per packed byte, judged above 1 MiB. */
  readonly ratio?: number;
}

export interface SourceSpec {
  /** Letters, digits, `.`, `_`, `-`; at most 100 characters. */
  readonly id: string;
  readonly kind: SourceKind;
  /** Where a file or a folder is: exactly one of path, url, urls and sitemap. */
  readonly path?: string;
  readonly url?: string;
  readonly urls?: readonly string[];
  /** Address of a sitemap (https://www.sitemaps.org); its pages on the same host are fetched. */
  readonly sitemap?: string;
  /** Of a sitemap, its pages; more are an error. Default 1,000. */
  readonly maximumPages?: number;
  /** Globs on the path below the source: `*`, `**`, `?`, `{a,b}`. Default: every file of a known type. */
  readonly include?: readonly string[];
  /** Globs of what is left out, also where `include` names it. */
  readonly exclude?: readonly string[];
  /**
   * What counts as one source, and so is never divided between training and validation: the `whole` (default), each
   * `folder` below it, or each `file`. The ids are `safeSourceId(id, place)`.
   */
  readonly sourcePer?: 'whole' | 'folder' | 'file';
  /** Default `text`. */
  readonly content?: ContentKind;
  readonly columns?: TableColumns;
  readonly caps?: ArchiveCaps;
  /** `ignore`: the address is offered for download; robots.txt, which is for crawlers, is not asked. Default `obey`. */
  readonly robots?: 'obey' | 'ignore';
  readonly licence?: string;
  readonly purpose?: string;
  readonly legalBasis?: string;
  /** YYYY-MM-DD. */
  readonly retainUntil?: string;
  readonly weight?: number;
  readonly personalData?: PersonalDataPolicy;
  readonly profile?: SourceProfile;
}

/** What a source is where it does not say so: by its place, its columns and its content; a path else a folder or a file. */
export function inferKind(source: {
  readonly path?: string | undefined;
  readonly url?: string | undefined;
  readonly columns?: object | undefined;
  readonly content?: ContentKind | undefined;
}): SourceKind {
  const pathname = source.url !== undefined && URL.canParse(source.url) ? new URL(source.url).pathname : source.path;
  if (source.columns !== undefined) return 'table';
  if (/\.(?:zip|tar|tgz|tar\.gz)$/i.test(pathname ?? '')) return 'archive';
  if (source.path === undefined) return 'http';
  return source.content === 'mail-dialogue' || /\.mbox$/i.test(source.path) ? 'mail' : 'folder';
}

const ID_PATTERN = /^(?!fetch\.)[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;

/** Checks the list as a whole. Throws `corpus.no-sources`, `corpus.bad-source` or `corpus.duplicate-source`. */
export function checkSources(sources: readonly SourceSpec[]): void {
  if (sources.length === 0) {
    throw new ExpChatError({
      code: 'corpus.no-sources',
      kind: 'usage',
      message: 'corpus sources: expected at least one source, got none',
      next: 'Name a folder, a file or a URL under corpus.sources in expchat.yaml.',
    });
  }
  const seen = new Set<string>();
  for (const source of sources) {
    const wrong = faultOf(source);
    if (wrong !== undefined) {
      throw new ExpChatError({
        code: 'corpus.bad-source',
        kind: 'usage',
        message: `corpus source ${JSON.stringify(source.id)}: expected ${wrong}`,
        next: 'Correct the entry under corpus.sources in expchat.yaml.',
        fields: { id: source.id },
      });
    }
    const folded = source.id.toLowerCase();
    if (seen.has(folded)) throw duplicateSource(source.id);
    seen.add(folded);
  }
}

export function duplicateSource(id: string): ExpChatError {
  return new ExpChatError({
    code: 'corpus.duplicate-source',
    kind: 'usage',
    message: `corpus source ${JSON.stringify(id)}: expected every id once (case does not count), got it twice`,
    next: 'Give each source an id of its own.',
    fields: { id },
  });
}

type Fault = readonly [key: string, expected: string];

function faultOf(source: SourceSpec): string | undefined {
  if (typeof source.id !== 'string' || !ID_PATTERN.test(source.id)) {
    return 'an id of 1 to 100 letters, digits, ".", "_" or "-", beginning with a letter, a digit or "_", not with "fetch."';
  }
  if (!SOURCE_KINDS.includes(source.kind)) return `the kind ${SOURCE_KINDS.join(', ')}`;
  if (source.content !== undefined && !CONTENT_KINDS.includes(source.content)) {
    return `the content ${CONTENT_KINDS.join(', ')}`;
  }
  return sourceFault(source)?.[1];
}

/** What does not fit together in a source, as the key it stands at and what was expected; undefined where all fits. */
export function sourceFault(source: Omit<SourceSpec, 'id'>): Fault | undefined {
  return placeFault(source) ?? addressFault(source) ?? contentFault(source) ?? optionFault(source);
}

/** Where each kind may be, by the keys that say it. */
const PLACES: Readonly<Record<SourceKind, readonly (keyof SourceSpec)[]>> = {
  folder: ['path'],
  file: ['path'],
  http: ['url', 'urls', 'sitemap'],
  archive: ['path', 'url'],
  table: ['path', 'url', 'urls'],
  mail: ['path'],
};

function placeFault(source: Omit<SourceSpec, 'id'>): Fault | undefined {
  const allowed = PLACES[source.kind];
  const given = (['path', 'url', 'urls', 'sitemap'] as const).filter((key) => source[key] !== undefined);
  const stray = given.find((key) => !allowed.includes(key));
  if (stray !== undefined)
    return [stray, `no ${stray} in a source of the kind ${source.kind}: it is named by ${allowed.join(', ')}`];
  if (given.length === 1) return source.path === '' ? ['path', `a path of the ${source.kind}`] : undefined;
  return [given[1] ?? 'id', `exactly one of ${allowed.join(', ')} in a source of the kind ${source.kind}`];
}

function addressFault(source: Omit<SourceSpec, 'id'>): Fault | undefined {
  for (const key of ['url', 'sitemap'] as const) {
    const address = source[key];
    if (address !== undefined && !URL.canParse(address))
      return [key, `a ${key}, for example https://example.org/a.txt`];
  }
  if (source.urls === undefined) return undefined;
  if (source.urls.length === 0) return ['urls', 'at least one address in urls'];
  const wrong = source.urls.find((address) => !URL.canParse(address));
  if (wrong !== undefined) return ['urls', `addresses in urls, got ${JSON.stringify(wrong.slice(0, 100))}`];
  return new Set(source.urls).size === source.urls.length ? undefined : ['urls', 'every address of urls once'];
}

function contentFault(source: Omit<SourceSpec, 'id'>): Fault | undefined {
  const { kind, columns } = source;
  const content = source.content ?? 'text';
  if (content === 'mail-dialogue' && kind !== 'mail' && kind !== 'archive') {
    return ['content', 'the kind mail for the content mail-dialogue'];
  }
  if (kind === 'mail' && content !== 'text' && content !== 'mail-dialogue') {
    return ['content', 'the content text or mail-dialogue in a source of the kind mail'];
  }
  if (kind !== 'table')
    return columns === undefined ? undefined : ['columns', 'columns in a source of the kind table alone'];
  if (content === 'text') {
    return columns?.text === undefined ? ['columns', 'columns with text for a table with the content text'] : undefined;
  }
  if (content !== 'chat') return ['content', 'the content text or chat in a source of the kind table'];
  const pair = columns?.question !== undefined && columns.answer !== undefined;
  return pair !== (columns?.messages !== undefined)
    ? undefined
    : ['columns', 'columns with question and answer, or with messages, for a table with the content chat'];
}

function optionFault(source: Omit<SourceSpec, 'id'>): Fault | undefined {
  const { kind } = source;
  const single = kind === 'file' || (kind === 'http' && source.url !== undefined);
  for (const key of ['include', 'exclude'] as const) {
    if (source[key] !== undefined && single) return [key, `${key} only where a source has many files`];
  }
  if (source.caps !== undefined && kind !== 'archive') return ['caps', 'caps in a source of the kind archive alone'];
  if (source.maximumPages !== undefined && source.sitemap === undefined) {
    return ['maximumPages', 'maximumPages only beside sitemap'];
  }
  if (source.robots !== undefined && source.path !== undefined) return ['robots', 'robots only beside an address'];
  if (source.weight !== undefined && !(source.weight > 0 && source.weight <= 100)) {
    return ['weight', 'a weight above 0 and at most 100'];
  }
  return source.retainUntil === undefined || isDate(source.retainUntil)
    ? undefined
    : ['retainUntil', 'a date as YYYY-MM-DD'];
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** A source with more than one file, whatever it holds now. */
export function hasManyFiles(source: SourceSpec): boolean {
  if (source.kind === 'file') return false;
  return source.kind !== 'http' || source.url === undefined;
}

/** The id under which a file of a source goes through all later stages. */
export function sourceIdOf(source: SourceSpec, place: string): string {
  if (!hasManyFiles(source) || (source.sourcePer ?? 'whole') === 'whole') return safeSourceId(source.id);
  if (source.sourcePer === 'file') return safeSourceId(source.id, place);
  const folder = path.posix.dirname(place);
  return folder === '.' ? safeSourceId(source.id) : safeSourceId(source.id, folder);
}
