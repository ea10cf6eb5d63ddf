/**
 * The second stage: raw bytes to records of clean text or messages. It decodes, converts Markdown and HTML, normalises,
 * and keeps every document whole. It judges nothing but that there is text at all.
 */
import path from 'node:path';
import {
  ExpChatError,
  readBytes,
  readJsonl,
  sha256OfBytes,
  sha256OfFile,
  type WorkOptions,
  writeDurably,
} from '../../base/index.ts';
import { type RawFile, readFetchLock } from '../fetch/index.ts';
import {
  contentBytes,
  contentHash,
  countDrop,
  type DocumentRecord,
  type DropCounts,
  isMessageList,
  StageBook,
  type StageEntry,
  stopIfAsked,
} from '../record/index.ts';
import {
  cleanText,
  declaredCharset,
  decodeText,
  htmlToText,
  isTooDeep,
  joinBrokenWords,
  markdownToText,
} from '../text/index.ts';

/** Goes up when the same bytes give other text. */
const PREPARE_VERSION = 2;
const MAX_DOCUMENT_BYTES = 256 * 2 ** 20;

export interface StageReport {
  readonly sources: number;
  readonly documents: number;
  readonly contentBytes: number;
  readonly dropped: DropCounts;
  /** Sources made in this run; the others were finished before. */
  readonly changed: number;
}

/** Prepares every fetched source that is new or changed. `directory`: the project's data folder. */
export async function prepareCorpus(directory: string, options: WorkOptions = {}): Promise<StageReport> {
  const bySource = new Map<string, RawFile[]>();
  for (const file of await readFetchLock(directory)) {
    const list = bySource.get(file.source);
    if (list === undefined) bySource.set(file.source, [file]);
    else list.push(file);
  }
  const sources = [...bySource.keys()].sort();
  const book = await StageBook.open(path.join(directory, 'prepared'), 'prepare');
  let changed = 0;
  try {
    for (const [i, source] of sources.entries()) {
      stopIfAsked(options.signal, 'prepare');
      const files = bySource.get(source)!;
      const input = inputHash(files);
      if ((await book.reusable(source, input)) === undefined) {
        await book.record(await prepareSource(directory, source, files, input, book.fileOf(source)));
        changed++;
      }
      options.onProgress?.({
        stage: 'corpus.prepare',
        done: i + 1,
        total: sources.length,
        unit: 'sources',
        detail: source,
      });
    }
    return stageReport(await book.finish(sources), changed);
  } finally {
    await book.close();
  }
}

/** The sums of a stage over its sources. */
export function stageReport(entries: readonly StageEntry[], changed: number): StageReport {
  const dropped: DropCounts = {};
  let documents = 0;
  let bytes = 0;
  for (const entry of entries) {
    documents += entry.documents;
    bytes += entry.contentBytes;
    for (const [reason, count] of Object.entries(entry.dropped)) {
      dropped[reason] ??= { documents: 0, bytes: 0, examples: [] };
      dropped[reason].documents += count.documents;
      dropped[reason].bytes += count.bytes;
      dropped[reason].examples.push(...count.examples.slice(0, 5 - dropped[reason].examples.length));
    }
  }
  return { sources: entries.length, documents, contentBytes: bytes, dropped, changed };
}

function inputHash(files: readonly RawFile[]): string {
  const facts = files.map((file) => [file.place, file.sha256, file.content, file.licence, file.origin]);
  return sha256OfBytes(JSON.stringify([PREPARE_VERSION, facts]));
}

async function prepareSource(
  directory: string,
  source: string,
  files: readonly RawFile[],
  input: string,
  target: string,
): Promise<StageEntry> {
  const dropped: DropCounts = {};
  let documents = 0;
  let bytes = 0;
  async function* lines(): AsyncGenerator<string> {
    for (const file of files) {
      const rawPath = file.file === undefined ? file.origin : path.join(directory, 'raw', ...file.file.split('/'));
      await verifyRaw(rawPath, file);
      for await (const record of recordsOf(rawPath, file, dropped)) {
        documents++;
        bytes += contentBytes(record);
        yield `${JSON.stringify(record)}\n`;
      }
    }
  }
  const written = await writeDurably(target, lines());
  const kind = files[0]!.content === 'text' ? 'text' : 'chat';
  return { id: source, input, kind, ...written, documents, contentBytes: bytes, dropped };
}

async function verifyRaw(rawPath: string, file: RawFile): Promise<void> {
  const found = await sha256OfFile(rawPath);
  if (found === file.sha256) return;
  throw new ExpChatError({
    code: 'corpus.damaged',
    message: `${rawPath}: expected SHA-256 ${file.sha256} as fetched, got ${found}`,
    next: 'Run corpus fetch again; with --update if the file was changed on purpose.',
    fields: { path: rawPath },
  });
}

async function* recordsOf(rawPath: string, file: RawFile, dropped: DropCounts): AsyncGenerator<DocumentRecord> {
  const id = file.manyFiles === true ? `${file.source}#${file.place}` : file.source;
  if (formatOf(file) === 'jsonl') {
    yield* jsonlRecords(rawPath, file, id, dropped);
    return;
  }
  const bytes = await readBytes(rawPath, MAX_DOCUMENT_BYTES);
  const format = formatOf(file);
  const decoded = decodeText(bytes, format === 'html' ? declaredCharset(bytes) : charsetOf(file.contentType));
  if (decoded === undefined) return countDrop(dropped, 'not-text', id, bytes.byteLength);
  if (format === 'html' && isTooDeep(decoded.text)) return countDrop(dropped, 'html-too-deep', id, bytes.byteLength);
  const { text, title } = converted(decoded.text, format);
  const record = textRecord(file, id, text, title);
  if (record === undefined) return countDrop(dropped, 'empty', id, bytes.byteLength);
  yield record;
}

type RawFormat = 'text' | 'markdown' | 'html' | 'jsonl';

function formatOf(file: RawFile): RawFormat {
  const extension = path.extname(file.place).toLowerCase();
  if (file.content === 'chat' || extension === '.jsonl') return 'jsonl';
  if (extension === '.md' || extension === '.markdown') return 'markdown';
  if (extension === '.html' || extension === '.htm' || /\bx?html\b/i.test(file.contentType ?? '')) return 'html';
  return /\bmarkdown\b/i.test(file.contentType ?? '') ? 'markdown' : 'text';
}

function charsetOf(contentType: string | undefined): string | undefined {
  return /charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType ?? '')?.[1];
}

function converted(text: string, format: RawFormat): { text: string; title?: string } {
  if (format === 'markdown') return markdownToText(text);
  if (format === 'html') return htmlToText(text);
  return { text: joinBrokenWords(text.replace(/\r\n?/g, '\n')) };
}

function textRecord(file: RawFile, id: string, raw: string, rawTitle: string | undefined): DocumentRecord | undefined {
  const text = cleanText(raw);
  if (text === '') return undefined;
  const title = rawTitle === undefined ? '' : cleanText(rawTitle).replace(/\n+/g, ' ');
  return {
    id,
    source: file.source,
    kind: 'text',
    ...(title === '' ? {} : { title }),
    text,
    origin: file.origin,
    licence: file.licence,
    sha256: contentHash(text),
  };
}

async function* jsonlRecords(
  rawPath: string,
  file: RawFile,
  id: string,
  dropped: DropCounts,
): AsyncGenerator<DocumentRecord> {
  let number = 0;
  for await (const value of readJsonl(rawPath, MAX_DOCUMENT_BYTES)) {
    number++;
    const own = `${id}:${number}`;
    const row = value as { text?: unknown; title?: unknown; messages?: unknown };
    const { text, messages } = typeof row === 'object' && row !== null ? row : {};
    if (file.content === 'chat' && isMessageList(messages)) {
      const turns = messages.map((turn) => ({ role: turn.role, content: cleanText(turn.content) }));
      const { source, origin, licence } = file;
      yield { id: own, source, kind: 'chat', messages: turns, origin, licence, sha256: contentHash(turns) };
    } else if (file.content === 'text' && typeof text === 'string') {
      const record = textRecord(file, own, text, typeof row.title === 'string' ? row.title : undefined);
      if (record === undefined) countDrop(dropped, 'empty', own, 0);
      else yield record;
    } else {
      throw new ExpChatError({
        code: 'corpus.bad-record',
        message: `${file.origin}, record ${number}: expected ${file.content === 'chat' ? '{"messages": [{"role", "content"}]}' : '{"text": string}'}, got another shape`,
        next: 'Correct the line, or set the content of the source to text or chat as it is.',
        fields: { path: file.origin, record: number },
      });
    }
  }
}
