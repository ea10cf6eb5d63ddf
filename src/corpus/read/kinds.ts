/**
 * Which reader a file needs: its name says what it should be, its first bytes say what it is, and where the two differ
 * it is refused. It reads no document.
 */
import path from 'node:path';
import { ExpChatError } from '../../base/index.ts';
import { READ_LIMITS, type ReaderKind, readError } from './document.ts';
import { zipEntries } from './zip-guard.ts';

const BY_EXTENSION: Readonly<Record<string, ReaderKind>> = {
  '.txt': 'text',
  '.text': 'text',
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.html': 'html',
  '.htm': 'html',
  '.xhtml': 'html',
  '.pdf': 'pdf',
  '.docx': 'docx',
  '.xlsx': 'xlsx',
  '.csv': 'csv',
  '.tsv': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.parquet': 'parquet',
  '.eml': 'eml',
  '.mbox': 'mbox',
};

/** Extensions with a reader, in lower case with the dot. */
export const READABLE_EXTENSIONS: readonly string[] = Object.keys(BY_EXTENSION);

const BY_CONTENT_TYPE: readonly (readonly [RegExp, ReaderKind])[] = [
  [/\bx?html\b/i, 'html'],
  [/\bmarkdown\b/i, 'markdown'],
  [/\bpdf\b/i, 'pdf'],
  [/wordprocessingml/i, 'docx'],
  [/spreadsheetml/i, 'xlsx'],
  [/\bcsv\b/i, 'csv'],
  [/jsonl|ndjson/i, 'jsonl'],
  [/parquet/i, 'parquet'],
  [/message\/rfc822/i, 'eml'],
  [/\bmbox\b/i, 'mbox'],
  [/^text\//i, 'text'],
];

/** Beginnings of files that are no text; those with a reader under the reader's name. */
const MAGIC: readonly (readonly [name: string, ...bytes: number[]])[] = [
  ['parquet', 0x50, 0x41, 0x52, 0x31],
  ['old office', 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1],
  ['gzip', 0x1f, 0x8b, 0x08],
  ['PNG', 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a],
  ['JPEG', 0xff, 0xd8, 0xff],
  ['GIF', 0x47, 0x49, 0x46, 0x38],
  ['TIFF', 0x49, 0x49, 0x2a, 0x00],
  ['TIFF', 0x4d, 0x4d, 0x00, 0x2a],
  ['RTF', 0x7b, 0x5c, 0x72, 0x74, 0x66],
  ['ELF', 0x7f, 0x45, 0x4c, 0x46],
  ['7z', 0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c],
  ['RAR', 0x52, 0x61, 0x72, 0x21, 0x1a, 0x07],
  ['bzip2', 0x42, 0x5a, 0x68, 0x39],
  ['xz', 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  ['zstd', 0x28, 0xb5, 0x2f, 0xfd],
  ['SQLite', 0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20],
  ['WebAssembly', 0x00, 0x61, 0x73, 0x6d],
  ['PostScript', 0x25, 0x21, 0x50, 0x53],
];

const TEXT_KINDS: ReadonlySet<string> = new Set(['text', 'markdown', 'html', 'csv', 'jsonl', 'eml', 'mbox']);

export interface NamedFile {
  /** Name or path, of which the extension counts. */
  readonly name: string;
  readonly contentType?: string | undefined;
  /** Reader the source asks for. */
  readonly reader?: string | undefined;
}

/**
 * The reader for a file. Throws `read.wrong-type` where its bytes are something else than its name says, and
 * `read.unknown-type` where there is no reader for it.
 */
export function kindOf(file: NamedFile, bytes: Uint8Array): ReaderKind {
  const named = namedKind(file);
  const found = foundKind(bytes);
  const label = path.basename(file.name);
  if (named === undefined) {
    if (found === undefined) return /^\s*<(?:!doctype html|html)\b/i.test(beginning(bytes)) ? 'html' : 'text';
    if (found === 'pdf' || found === 'docx' || found === 'xlsx' || found === 'parquet') return found;
    throw readError('unknown-type', `${label}: expected a document, got ${found}`, { found });
  }
  const fits = TEXT_KINDS.has(named) ? found === undefined && textFits(named, bytes) : found === named;
  if (fits) return named;
  const got = found ?? 'other text';
  // A password turns an office document into an old-style container.
  const locked = found === 'old office' && (named === 'docx' || named === 'xlsx');
  if (locked) throw readError('encrypted', `${label}: expected ${named}, got one with a password or in the old format`);
  throw readError('wrong-type', `${label}: expected ${named} as its name says, its bytes are ${got}`, {
    named,
    found: got,
  });
}

function namedKind(file: NamedFile): ReaderKind | undefined {
  if (file.reader !== undefined && file.reader !== 'auto') {
    const kind = BY_EXTENSION[`.${file.reader}`] ?? Object.values(BY_EXTENSION).find((known) => known === file.reader);
    if (kind !== undefined) return kind;
    throw new ExpChatError({
      code: 'corpus.bad-source',
      kind: 'usage',
      message: `reader: expected one of ${[...new Set(Object.values(BY_EXTENSION))].join(', ')}, got ${JSON.stringify(file.reader)}`,
      next: 'Correct the entry under corpus.sources in expchat.yaml.',
    });
  }
  const byName = BY_EXTENSION[path.extname(file.name).toLowerCase()];
  const byType = BY_CONTENT_TYPE.find(([pattern]) => pattern.test(file.contentType ?? ''))?.[1];
  // A page's address often ends like something else (".php", ".txt" for a rendered page): the server knows better.
  return byType !== undefined && (byName === undefined || byName === 'text') ? byType : byName;
}

function foundKind(bytes: Uint8Array): string | undefined {
  if (beginning(bytes).slice(0, 1024).includes('%PDF-')) return 'pdf';
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)) return zipKind(bytes);
  if (bytes[0] === 0x4d && bytes[1] === 0x5a && bytes.subarray(0, 512).includes(0)) return 'program';
  return MAGIC.find(([, ...magic]) => magic.every((byte, i) => bytes[i] === byte))?.[0];
}

function zipKind(bytes: Uint8Array): string {
  try {
    const names = new Set(zipEntries(bytes, READ_LIMITS).map(({ name }) => name.replace(/^\//, '')));
    if (names.has('word/document.xml')) return 'docx';
    return names.has('xl/workbook.xml') ? 'xlsx' : 'zip';
  } catch {
    return nameInZip(bytes); // The guard says what is wrong with it.
  }
}

/** What a damaged archive would be, by the names in its bytes. */
function nameInZip(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (text.includes('word/')) return 'docx';
  return text.includes('xl/w') ? 'xlsx' : 'zip';
}

const beginning = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes.subarray(0, 4096));

/** Mail begins with a header, a mailbox with its "From " line; the other kinds of text have no mark of their own. */
function textFits(kind: ReaderKind, bytes: Uint8Array): boolean {
  if (kind !== 'eml' && kind !== 'mbox') return true;
  const start = beginning(bytes)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .replace(/^\s+/, '');
  if (start === '') return true;
  return kind === 'mbox' ? start.startsWith('From ') : /^(?:From |[!-9;-~]+[ \t]*:)/.test(start);
}
