/** Which files of a folder belong to a source, by type or by globs. It opens no file's content. */
import path from 'node:path';
import { ExpChatError, factsOf, listFilesBelow } from '../../base/index.ts';
import type { ContentKind, SourceSpec } from './sources.ts';

const TEXT = '.txt .md .markdown .html .htm .xhtml .jsonl .pdf .docx .xlsx .csv .eml .mbox'.split(' ');
const TABLE = '.jsonl .csv .tsv .parquet'.split(' ');
const MAIL = '.eml .mbox'.split(' ');
const CHAT = ['.jsonl'];

/** File types that a source takes where it names none itself. */
export function knownTypes({ kind, content }: Pick<SourceSpec, 'kind'> & { readonly content?: ContentKind }): string[] {
  if (kind === 'table') return TABLE;
  if (kind === 'mail' || content === 'mail-dialogue') return MAIL;
  return content === 'chat' ? CHAT : TEXT;
}

/** Whether a place below a source belongs to it. */
export type PlaceTest = (place: string) => boolean;

export function wantedPlaces(source: SourceSpec): PlaceTest {
  const excluded = (source.exclude ?? []).map(globPattern);
  const included = (source.include ?? []).map(globPattern);
  const known = knownTypes(source);
  return (place) => {
    if (excluded.some((pattern) => pattern.test(place))) return false;
    if (included.length > 0) return included.some((pattern) => pattern.test(place));
    return known.includes(path.posix.extname(place).toLowerCase());
  };
}

/** One file of a source: where it is and its place below the source, with `/`. */
export interface LocalFile {
  readonly file: string;
  readonly place: string;
}

export interface LocalFiles {
  readonly files: readonly LocalFile[];
  readonly ignored: number;
  /** The path is that of one file. */
  readonly single: boolean;
}

/**
 * Files of a source with a path, sorted by place. Throws `corpus.missing` where the path is not there and
 * `corpus.empty-source` where no file fits.
 */
export async function localFiles(source: SourceSpec): Promise<LocalFiles> {
  const root = source.path!;
  const facts = await factsOf(root);
  const eitherWay = source.kind === 'table' || source.kind === 'mail';
  const expected = source.kind === 'folder' ? 'directory' : 'file';
  if (facts === undefined || (facts.kind !== expected && !(eitherWay && facts.kind === 'directory'))) {
    throw new ExpChatError({
      code: 'corpus.missing',
      kind: 'notFound',
      message: `corpus source ${source.id}: expected a ${eitherWay ? 'file or a folder' : source.kind} at ${root}, got ${facts?.kind ?? 'nothing'}`,
      next: 'Check the path of the source; relative paths start at the folder of expchat.yaml.',
      fields: { id: source.id, path: root },
    });
  }
  if (facts.kind === 'file') return { files: [{ file: root, place: path.basename(root) }], ignored: 0, single: true };
  const places = await listFilesBelow(root);
  const files = places
    .filter(wantedPlaces(source))
    .map((place) => ({ file: path.join(root, ...place.split('/')), place }));
  if (files.length === 0) throw emptySource(source, root, places.length);
  return { files, ignored: places.length - files.length, single: false };
}

export function emptySource(source: SourceSpec, origin: string, seen: number): ExpChatError {
  return new ExpChatError({
    code: 'corpus.empty-source',
    kind: 'notFound',
    message: `corpus source ${source.id}: expected files to read below ${origin}, got none of ${seen} that fit`,
    next: `Known types are ${knownTypes(source).join(' ')}; check include and exclude.`,
    fields: { id: source.id, path: origin, filesSeen: seen },
  });
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
