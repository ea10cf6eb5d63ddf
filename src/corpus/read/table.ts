/**
 * Readers of tables: CSV, JSON Lines and Parquet. A table with named columns gives a document for each row; one without
 * gives all its rows as sentences with the headers in them ("Artikel: Schraube; Preis: 3,50 €").
 */

import * as zlib from 'node:zlib';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { type Compressors, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { ExpChatError } from '../../base/index.ts';
import { isMessageList } from '../record/index.ts';
import { type ReaderTask, readError, withinLimit } from './document.ts';
import { decoded } from './plain.ts';
import type { DocumentFacts, DocumentWriter } from './writer.ts';

/** Cells as text, one array a row. */
export type TableRows = readonly (readonly string[])[];

const DELIMITERS = [';', '\t', ',', '|'];

/** Throws `read.broken` where the quotes of the file do not pair. */
export function readCsv(bytes: Uint8Array, task: ReaderTask, writer: DocumentWriter): void {
  const text = decoded(bytes, task.charset);
  const said = /^(?:\ufeff)?sep=(.)\r?\n/i.exec(text); // What Excel writes for itself.
  const body = said === null ? text : text.slice(said[0].length);
  const rows: string[][] = parse(body, {
    delimiter: said?.[1] ?? delimiterOf(body),
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: 16 * 2 ** 20,
  });
  writer.ledger.take(said?.[0] ?? '');
  writer.ledger.remove('markup', said?.[0] ?? '');
  writeTable(rows, task, writer);
}

/** The delimiter that divides the first lines into the most, and the most even, cells; quoted parts do not count. */
export function delimiterOf(text: string): string {
  const lines = text
    .slice(0, 64 * 1024)
    .replace(/"(?:[^"]|"")*"/g, 'x')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(0, 50);
  let best = ',';
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    const usual = [...counts].sort((a, b) => a - b)[counts.length >> 1] ?? 0;
    const even = counts.filter((count) => count === usual).length / Math.max(1, counts.length);
    const score = usual * even ** 2;
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  return best;
}

/** Books and writes the rows of a table; the first is its header where it looks like one. */
export function writeTable(rows: TableRows, task: ReaderTask, writer: DocumentWriter, facts: DocumentFacts = {}): void {
  withinLimit(rows.length, task.limits.parts, 'rows');
  for (const row of rows) for (const cell of row) writer.ledger.take(cell);
  const used = rows.filter((row) => row.some((cell) => cell.trim() !== ''));
  if (used.length === 0) return;
  // A table of dialogues gives all columns of a row where none is named; their names tell question and answer later.
  const isDialogue = task.content === 'chat';
  const columns =
    task.columns ?? (isDialogue ? Object.fromEntries(used[0]!.map((cell) => [cell.trim(), cell.trim()])) : undefined);
  if (columns !== undefined) {
    const header = used[0]!.map((cell) => cell.trim());
    for (const cell of used[0]!) writer.ledger.remove('table-header', cell);
    for (const [i, row] of used.slice(1).entries()) {
      const values = new Map<string, string>();
      for (const [column, cell] of row.entries()) {
        const name = header[column];
        // Of columns with one name the first is meant.
        if (name === undefined || values.has(name)) writer.ledger.remove('unnamed-column', cell);
        else values.set(name, cell);
      }
      for (const name of header) if (!values.has(name)) values.set(name, '');
      writeRow(values, i + 1, { ...task, columns }, writer, facts);
    }
    return;
  }
  const { lead, header, body } = headerOf(used);
  for (const cell of header) writer.ledger.remove('table-header', cell);
  const lines = lead.map((row) => row.filter((cell) => cell.trim() !== '').join(' '));
  for (const row of body) {
    const parts: string[] = [];
    for (const [column, cell] of row.entries()) {
      if (cell.trim() === '') continue;
      const name = header[column]?.trim() ?? '';
      writer.ledger.add('table-header', name);
      parts.push(name === '' ? cell.trim() : `${name}: ${cell.trim()}`);
    }
    lines.push(parts.join('; ').replace(/\s*\n\s*/g, ' '));
  }
  if (body.length === 0 && header.length > 0) {
    lines.push(header.filter((cell) => cell.trim() !== '').join('; '));
    for (const cell of header) writer.ledger.add('table-header', cell);
  }
  writer.add(lines.join('\n'), facts);
}

/** Rows above the header (a title, a note) hold at most one cell; a header is all words, without a number or a gap. */
function headerOf(rows: TableRows): { lead: TableRows; header: readonly string[]; body: TableRows } {
  const cellsIn = (row: readonly string[]) => row.filter((cell) => cell.trim() !== '').length;
  let first = 0;
  while (first < rows.length - 1 && cellsIn(rows[first]!) < 2 && first < 10) first++;
  if (cellsIn(rows[first]!) < 2) first = 0;
  const candidate = rows[first]!;
  const words = candidate.filter((cell) => cell.trim() !== '');
  const named = words.every((cell) => /\p{L}/u.test(cell) && cell.length <= 80 && !/^[\d.,\s€$%-]+$/.test(cell));
  const distinct = new Set(words.map((cell) => cell.trim())).size === words.length;
  const isHeader = named && distinct && words.length >= 2 && rows.length > first + 1;
  if (!isHeader) return { lead: [], header: [], body: rows };
  return { lead: rows.slice(0, first), header: candidate, body: rows.slice(first + 1) };
}

/** One document of a row, by the columns the source names; the letters of other columns are booked. */
function writeRow(
  values: ReadonlyMap<string, string>,
  number: number,
  task: ReaderTask,
  writer: DocumentWriter,
  facts: DocumentFacts = {},
): void {
  const columns = task.columns!;
  const row: Record<string, string> = {};
  for (const [meaning, name] of Object.entries(columns)) {
    const value = values.get(name);
    if (value !== undefined) row[meaning] = value;
  }
  const missing = Object.entries(columns).find(
    ([meaning, name]) => meaning !== 'id' && meaning !== 'title' && !values.has(name),
  );
  if (missing !== undefined) {
    throw readError(
      'no-column',
      `expected a column ${JSON.stringify(missing[1])}, got ${[...values.keys()].slice(0, 20).join(', ')}`,
    );
  }
  const named = ['text', 'question', 'answer'].filter((meaning) => row[meaning] !== undefined);
  const spoken = named.length > 0 ? named : Object.keys(row);
  const shown = new Set(spoken.map((meaning) => columns[meaning]!));
  for (const [name, value] of values) if (!shown.has(name)) writer.ledger.remove('unnamed-column', value);
  const id = row['id']?.trim();
  const place = id === undefined || id === '' ? String(number + (task.firstRow ?? 1) - 1) : id;
  writer.add(spoken.map((meaning) => row[meaning]!).join('\n\n'), {
    ...facts,
    title: row['title'],
    place: facts.place === undefined ? place : `${facts.place}:${place}`,
    row,
  });
}

/** Throws `corpus.bad-record` for a row of another shape: the source says what its rows are, so that is no accident. */
export function readJsonLines(bytes: Uint8Array, task: ReaderTask, writer: DocumentWriter): void {
  const lines = decoded(bytes, task.charset)
    .replace(/^\ufeff/, '')
    .split('\n');
  let number = (task.firstRow ?? 1) - 1;
  for (const line of lines) {
    if (line.trim() === '') continue;
    number++;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw badRow(number, 'one JSON value', (cause as Error).message);
    }
    writeJsonRow(value, number, task, writer);
  }
}

function writeJsonRow(value: unknown, number: number, task: ReaderTask, writer: DocumentWriter): void {
  const row = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const place = String(number);
  if (task.columns !== undefined) {
    const cells = Object.entries(row).map(([name, cell]): [string, string] => [name, cellText(cell)]);
    for (const [, cell] of cells) writer.ledger.take(cell);
    writeRow(new Map(cells), 1, { ...task, firstRow: number }, writer);
  } else if (task.content === 'chat' && isMessageList(row['messages'])) {
    writer.addMessages(row['messages'], { place });
  } else if (task.content !== 'chat' && typeof row['text'] === 'string') {
    writer.ledger.take(row['text']);
    const title = typeof row['title'] === 'string' ? row['title'] : undefined;
    writer.add(row['text'], { title, place });
  } else {
    throw badRow(
      number,
      task.content === 'chat' ? '{"messages": [{"role", "content"}]}' : '{"text": string}',
      'another shape',
    );
  }
}

const badRow = (number: number, expected: string, got: string) =>
  new ExpChatError({
    code: 'corpus.bad-record',
    message: `record ${number}: expected ${expected}, got ${got}`,
    next: 'Correct the line, or set the content and columns of the source to what its rows are.',
    fields: { record: number },
  });

/** Most bytes of one page of a Parquet file; writers make pages of about one mebibyte. */
const PARQUET_PAGE_BYTES = 64 * 2 ** 20;

export async function readParquet(bytes: Uint8Array, task: ReaderTask, writer: DocumentWriter): Promise<void> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const metadata = parquetMetadata(file);
  withinLimit(Number(metadata.num_rows), task.limits.parts, 'rows');
  const unpacked = metadata.row_groups
    .flatMap((group) => group.columns)
    .reduce((sum, column) => sum + Number(column.meta_data?.total_uncompressed_size ?? 0), 0);
  withinLimit(unpacked, task.limits.outputBytes, 'bytes unpacked');
  const names = metadata.schema.slice(1).map(({ name }) => name);
  const rows = await parquetReadObjects({ file, metadata, compressors: PARQUET_COMPRESSORS });
  const cells = rows.map((row) => names.map((name) => cellText(row[name])));
  const table = [names, ...cells];
  const columns = task.columns ?? (names.includes('text') ? { text: 'text' } : undefined);
  writeTable(table, columns === undefined ? task : { ...task, columns }, writer);
}

const bounded = (unpack: (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array) => {
  return (input: Uint8Array, length: number) => {
    withinLimit(length, PARQUET_PAGE_BYTES, 'bytes in a page');
    return unpack(input, { maxOutputLength: Math.max(1, length) });
  };
};

/** Snappy is hyparquet's own; the others are Node's, Zstandard from Node 22.15 on. */
const PARQUET_COMPRESSORS: Compressors = {
  GZIP: bounded(gunzipSync),
  BROTLI: bounded(brotliDecompressSync),
  ...('zstdDecompressSync' in zlib ? { ZSTD: bounded(zlib.zstdDecompressSync as typeof gunzipSync) } : {}),
};

/** A value of JSON or Parquet as a cell. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? '' : value.toISOString().replace(/T00:00:00\.000Z$/, '');
  if (typeof value === 'object')
    return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? '';
  return String(value);
}
