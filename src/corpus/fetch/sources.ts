/** What a user names as a source, checked, and which files of a folder belong to it. It opens no file's content. */
import path from 'node:path';
import { ExpChatError, factsOf, listFilesBelow } from '../../base/index.ts';
import { safeSourceId } from '../record/index.ts';

export interface SourceSpec {
  /** Letters, digits, `.`, `_`, `-`; at most 100 characters. */
  readonly id: string;
  readonly kind: 'folder' | 'file' | 'http';
  readonly path?: string;
  readonly url?: string;
  readonly licence?: string;
  /** Globs on the path below the folder: `*`, `**`, `?`, `{a,b}`. Default: every file of a known type. */
  readonly include?: readonly string[];
  /**
   * What counts as one source of a folder, and so is never divided between training and validation: the `whole` (default),
   * each `folder` below it, or each `file`. The ids are `safeSourceId(id, place)`.
   */
  readonly sourcePer?: 'whole' | 'folder' | 'file';
  /** Default `text`. `chat`: JSONL of `{"messages": […]}`. */
  readonly content?: 'text' | 'chat';
}

const TEXT_EXTENSIONS = ['.txt', '.md', '.markdown', '.html', '.htm', '.jsonl'];
const CHAT_EXTENSIONS = ['.jsonl'];
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

function faultOf(source: SourceSpec): string | undefined {
  if (typeof source.id !== 'string' || !ID_PATTERN.test(source.id)) {
    return 'an id of 1 to 100 letters, digits, ".", "_" or "-", beginning with a letter, a digit or "_", not with "fetch."';
  }
  if (source.kind === 'http') {
    if (typeof source.url !== 'string' || !URL.canParse(source.url))
      return 'a url, for example https://example.org/a.txt';
  } else if (source.kind === 'folder' || source.kind === 'file') {
    if (typeof source.path !== 'string' || source.path === '') return `a path of the ${source.kind}`;
  } else return 'the kind folder, file or http';
  if (source.content !== undefined && source.content !== 'text' && source.content !== 'chat') {
    return 'the content text or chat';
  }
  return undefined;
}

/** The id under which a file of a source goes through all later stages. */
export function sourceIdOf(source: SourceSpec, place: string): string {
  if (source.kind !== 'folder' || (source.sourcePer ?? 'whole') === 'whole') return safeSourceId(source.id);
  if (source.sourcePer === 'file') return safeSourceId(source.id, place);
  const folder = path.posix.dirname(place);
  return folder === '.' ? safeSourceId(source.id) : safeSourceId(source.id, folder);
}

/** One file of a source: where it is and its place below the source, with `/`. */
export interface LocalFile {
  readonly file: string;
  readonly place: string;
}

/**
 * Files of a folder or file source, sorted by place. Throws `corpus.missing` where the path is not there and
 * `corpus.empty-source` where no file fits.
 */
export async function localFiles(source: SourceSpec): Promise<{ files: LocalFile[]; ignored: number }> {
  const root = source.path!;
  const facts = await factsOf(root);
  if (facts === undefined || facts.kind !== (source.kind === 'folder' ? 'directory' : 'file')) {
    throw new ExpChatError({
      code: 'corpus.missing',
      kind: 'notFound',
      message: `corpus source ${source.id}: expected a ${source.kind} at ${root}, got ${facts?.kind ?? 'nothing'}`,
      next: 'Check the path of the source; relative paths start at the folder of expchat.yaml.',
      fields: { id: source.id, path: root },
    });
  }
  if (source.kind === 'file') return { files: [{ file: root, place: path.basename(root) }], ignored: 0 };
  const places = await listFilesBelow(root);
  const wanted = includes(source);
  const files = places.filter(wanted).map((place) => ({ file: path.join(root, ...place.split('/')), place }));
  if (files.length === 0) {
    throw new ExpChatError({
      code: 'corpus.empty-source',
      kind: 'notFound',
      message: `corpus source ${source.id}: expected files to read below ${root}, got none of ${places.length} that fit`,
      next: `Known types are ${(source.content === 'chat' ? CHAT_EXTENSIONS : TEXT_EXTENSIONS).join(' ')}; check include.`,
      fields: { id: source.id, path: root, filesSeen: places.length },
    });
  }
  return { files, ignored: places.length - files.length };
}

function includes(source: SourceSpec): (place: string) => boolean {
  if (source.include === undefined || source.include.length === 0) {
    const known = source.content === 'chat' ? CHAT_EXTENSIONS : TEXT_EXTENSIONS;
    return (place) => known.includes(path.extname(place).toLowerCase());
  }
  const patterns = source.include.map(globPattern);
  return (place) => patterns.some((pattern) => pattern.test(place));
}

/** `*` and `?` stay inside one folder, `**` crosses folders, `{a,b}` is one of several; all else is literal. */
export function globPattern(glob: string): RegExp {
  let pattern = '';
  let depth = 0;
  for (let i = 0; i < glob.length; i++) {
    const letter = glob[i]!;
    if (glob.startsWith('**/', i)) {
      pattern += '(?:[^/]+/)*';
      i += 2;
    } else if (glob.startsWith('**', i)) {
      pattern += '.*';
      i++;
    } else if (letter === '*') pattern += '[^/]*';
    else if (letter === '?') pattern += '[^/]';
    else if (letter === '{') {
      pattern += '(?:';
      depth++;
    } else if (letter === '}' && depth > 0) {
      pattern += ')';
      depth--;
    } else if (letter === ',' && depth > 0) pattern += '|';
    else pattern += letter.replace(/[\\^$.|+()[\]{}]/, '\\$&');
  }
  return new RegExp(`^${pattern}${')'.repeat(depth)}$`, 'u');
}
