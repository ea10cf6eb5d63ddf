/**
 * Reader of PDF: PDF.js (unpdf) gives pieces of text with their places, the layout makes rows, columns and paragraphs of
 * them. What repeats at the edges of the pages goes; a page that is a picture, or whose letters are garbled, is named.
 */
import { getDocumentProxy } from 'unpdf';
import { cleanText, countLetters } from '../text/index.ts';
import { type ReaderTask, readError, withinLimit } from './document.ts';
import { edgeRows } from './pdf-edges.ts';
import { joinFlow, paragraphsOf, rowsOf, type TextPiece, type TextRow } from './pdf-layout.ts';
import { pageQuality } from './pdf-quality.ts';
import type { DocumentWriter } from './writer.ts';

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>;
type PdfPage = Awaited<ReturnType<PdfDocument['getPage']>>;

interface Page {
  readonly number: number;
  readonly height: number;
  readonly rows: readonly TextRow[];
  /** Text that does not run from left to right, piece by piece. */
  readonly turned: readonly string[];
}

/** PDF.js's numbers of the operations that draw pictures: paintImageMask, paintImage, paintInlineImage, with their groups. */
const PAINTS_IMAGE: ReadonlySet<number> = new Set([82, 83, 84, 85, 86, 87, 88, 89, 90]);
/** Pages without text that are looked at for pictures. */
const MOST_LOOKED_AT = 50;
/** Below this a page's letters are noise; see `pageQuality`. */
const LEAST_QUALITY = 0.4;

/** Throws `read.encrypted`, `read.broken` or `read.too-large`. */
export async function readPdf(bytes: Uint8Array, task: ReaderTask, writer: DocumentWriter): Promise<void> {
  const pdf = await openPdf(bytes);
  try {
    withinLimit(pdf.numPages, task.limits.parts, 'pages');
    const pages: Page[] = [];
    let letters = 0;
    for (let number = 1; number <= pdf.numPages; number++) {
      const page = await loadPage(pdf, number, writer);
      if (page === undefined) continue;
      for (const row of page.rows) for (const piece of row.pieces) letters += piece.text.length;
      withinLimit(letters, task.limits.outputBytes, 'characters of text');
      pages.push(page);
    }
    writePages(pages, await factsOf(pdf), writer);
    const silent = pages.filter((page) => page.rows.length === 0 && page.turned.length === 0);
    await namePictures(pdf, silent, writer);
  } finally {
    await pdf.loadingTask.destroy();
  }
}

async function openPdf(bytes: Uint8Array): Promise<PdfDocument> {
  try {
    // PDF.js takes the buffer for itself.
    return await getDocumentProxy(bytes.slice(), {
      isEvalSupported: false,
      disableFontFace: true,
      useSystemFonts: false,
      verbosity: 0,
      maxImageSize: 2 ** 24,
    });
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'PasswordException')
      throw readError('encrypted', 'expected a PDF without a password, got one with one');
    throw readError('broken', `expected a PDF, got one that does not open: ${message}`);
  }
}

async function loadPage(pdf: PdfDocument, number: number, writer: DocumentWriter): Promise<Page | undefined> {
  let page: PdfPage | undefined;
  try {
    page = await pdf.getPage(number);
    const view = page.getViewport({ scale: 1 });
    const content = await page.getTextContent();
    const pieces: TextPiece[] = [];
    const turned: string[] = [];
    for (const item of content.items) {
      if (!('str' in item) || item.str === '') continue;
      writer.ledger.take(item.str);
      const piece = placed(item.str, item.transform as number[], item.width, view.transform as number[]);
      if (piece === undefined) turned.push(item.str);
      else if (item.str.trim() !== '') pieces.push(piece);
    }
    const { kept, repeated } = withoutOverprint(pieces);
    for (const text of repeated) writer.ledger.remove('overprint', text);
    return { number, height: view.height, rows: rowsOf(kept), turned: turned.filter((text) => text.trim() !== '') };
  } catch (error) {
    writer.problem('broken-page', `page ${number}: ${(error as Error).message}`, { page: number });
    return undefined;
  } finally {
    page?.cleanup();
  }
}

/** A piece in the coordinates of the page as a person sees it; undefined where it does not run from left to right. */
function placed(text: string, own: number[], width: number, view: number[]): TextPiece | undefined {
  const [a, b, c, d, e, f] = view as [number, number, number, number, number, number];
  const [p, q, r, s, t, u] = own as [number, number, number, number, number, number];
  const along = [a * p + c * q, b * p + d * q] as const;
  const size = Math.hypot(a * r + c * s, b * r + d * s) || Math.hypot(...along);
  if (along[0] <= 0 || Math.abs(along[1]) > 0.3 * along[0]) return undefined;
  const numbers = { x: a * t + c * u + e, y: b * t + d * u + f, width: Math.max(0, width), size };
  return Object.values(numbers).every(Number.isFinite) && size > 0 ? { text, ...numbers } : undefined;
}

/** Bold and shadow are often the same words drawn again at nearly the same place. */
function withoutOverprint(pieces: readonly TextPiece[]): { kept: TextPiece[]; repeated: string[] } {
  const kept: TextPiece[] = [];
  const repeated: string[] = [];
  const places = new Map<string, TextPiece[]>();
  for (const piece of pieces) {
    const same = places.get(piece.text) ?? [];
    const near = 0.1 * piece.size;
    // The copies follow one another; more of the same word is not looked at.
    if (same.slice(-8).some((other) => Math.abs(other.x - piece.x) <= near && Math.abs(other.y - piece.y) <= near)) {
      repeated.push(piece.text);
    } else {
      kept.push(piece);
      same.push(piece);
      places.set(piece.text, same);
    }
  }
  return { kept, repeated };
}

function writePages(pages: readonly Page[], facts: Awaited<ReturnType<typeof factsOf>>, writer: DocumentWriter): void {
  const edges = edgeRows(pages.map(({ number, height, rows }) => ({ number, height, rows })));
  let text = '';
  const starts: [page: number, offset: number][] = [];
  for (const page of pages) {
    const rows = page.rows.filter((row) => {
      const rule = edges.get(row);
      if (rule !== undefined) for (const piece of row.pieces) writer.ledger.remove(rule, piece.text);
      return rule === undefined;
    });
    const body = [...paragraphsOf(rows), page.turned.join('\n')].join('\n\n');
    const quality = pageQuality(body);
    if (quality < LEAST_QUALITY) {
      const message = `page ${page.number}: expected readable text, got letters of quality ${quality.toFixed(2)}`;
      writer.problem('garbled-page', message, { page: page.number });
      writer.ledger.remove('garbled-page', body);
      continue;
    }
    const clean = cleanText(body, writer.ledger);
    if (clean === '') continue;
    text = joinedPages(text, clean);
    starts.push([page.number, text.length - clean.length]);
  }
  const first = starts[0]?.[0];
  writer.add(text, { ...facts, page: first, pages: starts.length > 1 ? starts : undefined });
}

/** A sentence or a word that goes over the end of a page is one; else a page begins a paragraph. */
function joinedPages(before: string, page: string): string {
  if (before === '') return page;
  if (!/\p{L}-$/u.test(before)) {
    return /[\p{L},]$/u.test(before) && /^\p{Ll}/u.test(page) ? `${before} ${page}` : `${before}\n\n${page}`;
  }
  const lineStart = before.lastIndexOf('\n') + 1;
  const wordEnd = page.search(/\s/) === -1 ? page.length : page.search(/\s/);
  return (
    before.slice(0, lineStart) + joinFlow(`${before.slice(lineStart)}\n${page.slice(0, wordEnd)}`) + page.slice(wordEnd)
  );
}

async function namePictures(pdf: PdfDocument, silent: readonly Page[], writer: DocumentWriter): Promise<void> {
  for (const { number } of silent.slice(0, MOST_LOOKED_AT)) {
    const page = await pdf.getPage(number);
    try {
      const { fnArray } = await page.getOperatorList();
      if (!(fnArray as number[]).some((operation) => PAINTS_IMAGE.has(operation))) continue;
      const message = `page ${number}: expected text, got a picture; it needs text recognition first`;
      writer.problem('scan', message, { page: number });
    } catch (error) {
      writer.problem('broken-page', `page ${number}: ${(error as Error).message}`, { page: number });
    } finally {
      page.cleanup();
    }
  }
  if (silent.length > MOST_LOOKED_AT) {
    writer.problem('scan', `${silent.length} pages without text, the first ${MOST_LOOKED_AT} of them looked at`);
  }
}

const NO_TITLE =
  /^(?:untitled|unbenannt|unknown|dokument\d*|microsoft (?:word|powerpoint|excel)\b.*|file:.*|.*\.(?:docx?|xlsx?|pptx?|indd|qxd|pdf|html?|tmp|ht|dvi|fm|ai|tex))$/i;

/** Words, not the name a program gave a file ("bgbl113073 4165..4268", "tmp-9888"). */
const isTitle = (title: string) =>
  countLetters(title.replace(/\p{N}/gu, '')) >= 0.6 * title.length &&
  !/_|\.\.|^tmp/i.test(title) &&
  !NO_TITLE.test(title);

async function factsOf(pdf: PdfDocument): Promise<{ title?: string; dates?: { created?: string; modified?: string } }> {
  let info: { Title?: unknown; CreationDate?: unknown; ModDate?: unknown };
  try {
    info = (await pdf.getMetadata()).info as typeof info;
  } catch {
    return {}; // Damaged metadata say nothing about the text.
  }
  const title = typeof info.Title === 'string' ? info.Title.trim() : '';
  const created = pdfDate(info.CreationDate);
  const modified = pdfDate(info.ModDate);
  const dates = { ...(created ? { created } : {}), ...(modified ? { modified } : {}) };
  return {
    ...(isTitle(title) ? { title } : {}),
    ...(created || modified ? { dates } : {}),
  };
}

/** `D:20131219140254+01'00'` as `2013-12-19` (ISO 32000-1, section 7.9.4). */
export function pdfDate(value: unknown): string | undefined {
  const found = typeof value === 'string' ? /^D:(\d{4})(\d{2})(\d{2})/.exec(value) : null;
  if (found === null) return undefined;
  const [, year, month, day] = found;
  const valid = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31;
  return valid ? `${year}-${month}-${day}` : undefined;
}
