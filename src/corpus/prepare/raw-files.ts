/**
 * The fetched files of a source on their way through the readers: several in work at once, their results in the order of
 * the files. It knows no record.
 */
import path from 'node:path';
import { ExpChatError, isExpChatError, readBytes, readLines, sha256OfBytes, sha256OfFile } from '../../base/index.ts';
import type { RawFile } from '../fetch/index.ts';
import type { ReaderPool, ReadOptions, ReadResult } from '../read/index.ts';

/** Files of a source in work at once. */
const FILES_AHEAD = 8;
const MAX_DOCUMENT_BYTES = 2 ** 30;
/** JSON Lines go to the readers in pieces of this size, so that a file of any length fits. */
const PIECE_BYTES = 2 ** 20;
const PIECES_AHEAD = 6;

/** Bytes in work at once over all sources; whoever comes first is served first. */
export class ByteBudget {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A request over the whole budget waits until nothing else is in work. */
  async take(bytes: number): Promise<void> {
    while (this.#used > 0 && this.#used + bytes > this.#limit) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#used += bytes;
  }

  /** Takes without waiting, where there is room. */
  takeAtOnce(bytes: number): boolean {
    if (this.#used + bytes > this.#limit) return false;
    this.#used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#used -= bytes;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

export interface RawReading {
  readonly directory: string;
  readonly pool: ReaderPool;
  readonly budget: ByteBudget;
}

export interface RawResult {
  readonly file: RawFile;
  readonly result: ReadResult;
}

/** Results in the order of the files; a file may give several. Throws `corpus.damaged` where bytes are not as fetched. */
export async function* readRawFiles(files: readonly RawFile[], reading: RawReading): AsyncGenerator<RawResult> {
  const ahead: { file: RawFile; result: Promise<ReadResult | AsyncIterable<ReadResult>>; bytes: number }[] = [];
  let next = 0;
  try {
    while (next < files.length || ahead.length > 0) {
      while (next < files.length && ahead.length < FILES_AHEAD) {
        const file = files[next]!;
        const bytes = isLongTable(file) ? PIECES_AHEAD * PIECE_BYTES : file.bytes;
        // Who holds results that others wait for must not wait itself.
        if (ahead.length === 0) await reading.budget.take(bytes);
        else if (!reading.budget.takeAtOnce(bytes)) break;
        const result = startFile(file, reading);
        result.catch(() => undefined); // Thrown again below, when its turn comes.
        ahead.push({ file, result, bytes });
        next++;
      }
      const { file, result: promise, bytes } = ahead[0]!;
      const result = await promise;
      if ('documents' in result) yield { file, result };
      else for await (const piece of result) yield { file, result: piece };
      reading.budget.give(bytes);
      ahead.shift();
    }
  } finally {
    for (const { bytes } of ahead) reading.budget.give(bytes);
  }
}

const rawPathOf = (file: RawFile, directory: string) =>
  file.file === undefined ? file.origin : path.join(directory, 'raw', ...file.file.split('/'));

/** Dialogues are JSON Lines whatever their file is called, but for the tables that have a reader of their own. */
function readerOf(file: RawFile): string | undefined {
  if (file.reader !== undefined) return file.reader;
  const isOtherTable = /\.(?:csv|tsv|xlsx|parquet)$/i.test(file.place);
  return file.content === 'chat' && !isOtherTable ? 'jsonl' : undefined;
}

const isLongTable = (file: RawFile) =>
  file.bytes > 4 * PIECE_BYTES && (readerOf(file) ?? path.extname(file.place).slice(1).toLowerCase()) === 'jsonl';

async function startFile(file: RawFile, reading: RawReading): Promise<ReadResult | AsyncIterable<ReadResult>> {
  const rawPath = rawPathOf(file, reading.directory);
  if (isLongTable(file)) {
    verify(file, rawPath, await sha256OfFile(rawPath));
    return piecesOf(file, rawPath, reading);
  }
  const bytes = await readBytes(rawPath, MAX_DOCUMENT_BYTES);
  verify(file, rawPath, sha256OfBytes(bytes));
  return readBytesOf(file, bytes, reading, 1);
}

async function readBytesOf(
  file: RawFile,
  bytes: Uint8Array,
  reading: RawReading,
  firstRow: number,
): Promise<ReadResult> {
  const charset = /charset\s*=\s*"?([\w.:-]{1,40})/i.exec(file.contentType ?? '')?.[1];
  const options: ReadOptions = {
    content: file.content === 'chat' ? 'chat' : 'text',
    firstRow,
    ...(charset === undefined ? {} : { charset }),
    ...(file.columns === undefined ? {} : { columns: file.columns }),
  };
  const named = { name: file.place, contentType: file.contentType, reader: readerOf(file) };
  try {
    return await reading.pool.read(named, bytes, options);
  } catch (error) {
    if (!isExpChatError(error) || error.code !== 'corpus.bad-record') throw error;
    const { code, kind, message, next, fields } = error;
    const where = { ...fields, path: file.origin };
    throw new ExpChatError({
      code,
      kind,
      message: `${file.origin}, ${message}`,
      fields: where,
      ...(next ? { next } : {}),
    });
  }
}

/** The lines of a long table in pieces, several of them in work, the results in their order. */
async function* piecesOf(file: RawFile, rawPath: string, reading: RawReading): AsyncGenerator<ReadResult> {
  const ahead: Promise<ReadResult>[] = [];
  let lines: string[] = [];
  let units = 0;
  let row = 1;
  const send = () => {
    const result = readBytesOf(file, Buffer.from(lines.join('\n')), reading, row);
    result.catch(() => undefined); // Thrown again when its turn comes.
    ahead.push(result);
    row += lines.length;
    lines = [];
    units = 0;
  };
  for await (const line of readLines(rawPath, MAX_DOCUMENT_BYTES)) {
    if (line.trim() === '') continue;
    lines.push(line);
    units += line.length;
    if (units < PIECE_BYTES) continue;
    send();
    if (ahead.length >= PIECES_AHEAD) yield await ahead.shift()!;
  }
  if (lines.length > 0) send();
  for (const result of ahead) yield await result;
}

function verify(file: RawFile, rawPath: string, found: string): void {
  if (found === file.sha256) return;
  throw new ExpChatError({
    code: 'corpus.damaged',
    message: `${rawPath}: expected SHA-256 ${file.sha256} as fetched, got ${found}`,
    next: 'Run corpus fetch again; with --update if the file was changed on purpose.',
    fields: { path: rawPath },
  });
}
