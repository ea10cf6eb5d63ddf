/**
 * Readers of Word and Excel files: the archive is guarded first, then mammoth turns a document into HTML and
 * read-excel-file a workbook into cells. It knows no table's meaning.
 */
import mammoth from 'mammoth';
import readWorkbook, { type CellValue } from 'read-excel-file/universal';
import { htmlToText, isoDate, languageOf } from '../text/index.ts';
import { type ReaderTask, readError } from './document.ts';
import { writeTable } from './table.ts';
import type { DocumentWriter } from './writer.ts';
import { guardZip, unzipEntry, type ZipEntry } from './zip-guard.ts';

/** Throws what `guardZip` throws, and `read.broken` where there is no Word document inside. */
export async function readDocx(bytes: Uint8Array, task: ReaderTask, writer: DocumentWriter): Promise<void> {
  const entries = guardZip(bytes, task.limits);
  const { value: html } = await mammoth.convertToHtml(
    { buffer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) },
    {
      convertImage: mammoth.images.imgElement(async () => ({ src: '' })), // A picture's bytes are no text.
      ignoreEmptyParagraphs: true,
    },
  );
  const { text } = htmlToText(html, { ledger: writer.ledger, fragment: true });
  writer.add(text, coreFacts(bytes, entries));
}

export async function readXlsx(bytes: Uint8Array, task: ReaderTask, writer: DocumentWriter): Promise<void> {
  const entries = guardZip(bytes, task.limits);
  const core = coreFacts(bytes, entries);
  const sheets = await readWorkbook(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  for (const { sheet, data } of sheets) {
    const strings = data.flat().filter((cell): cell is string => typeof cell === 'string');
    const decimal = languageOf(strings.slice(0, 500).join(' ')) === 'en' ? '.' : ',';
    const rows = data.map((row) => row.map((cell) => cellText(cell, decimal)));
    writeTable(rows, task, writer, { section: sheet, place: sheet, dates: core.dates });
  }
  if (sheets.length === 0) throw readError('broken', 'expected a workbook with sheets, got none');
}

function cellText(cell: CellValue | null | undefined, decimal: string): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return numberText(cell).replace('.', decimal);
  if (cell instanceof Date) return dateText(cell);
  return String(cell);
}

/** A day, a day with its time, or, where the day is the first of all (1899), a time alone. */
function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) return '';
  const [day, clock] = date.toISOString().slice(0, 19).split('T') as [string, string];
  const time = clock.replace(/:00$/, '');
  if (date.getUTCFullYear() < 1900) return time;
  return time === '00:00' ? day : `${day} ${time}`;
}

/** What a person typed: binary fractions such as 0.1 + 0.2 are rounded to 12 digits, as a sheet shows at most 11. */
const numberText = (value: number): string => String(Number(value.toPrecision(12)));

/** Title and dates of `docProps/core.xml` (ECMA-376 part 2, section 11). */
function coreFacts(
  bytes: Uint8Array,
  entries: readonly ZipEntry[],
): { title?: string; dates?: { created?: string; modified?: string } } {
  const entry = entries.find(({ name }) => name === 'docProps/core.xml');
  if (entry === undefined) return {};
  const xml = new TextDecoder().decode(unzipEntry(bytes, entry)).slice(0, 64 * 1024);
  const tagText = (tag: string) => new RegExp(`<${tag}(?:\\s[^>]*)?>([^<]{1,500})</${tag}>`).exec(xml)?.[1]?.trim();
  const title = tagText('dc:title')
    ?.replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
  const created = isoDate(tagText('dcterms:created'));
  const modified = isoDate(tagText('dcterms:modified'));
  const dates = { ...(created ? { created } : {}), ...(modified ? { modified } : {}) };
  return { ...(title ? { title } : {}), ...(created || modified ? { dates } : {}) };
}
