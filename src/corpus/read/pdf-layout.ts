/**
 * From pieces of text with places on a page to lines in reading order: rows, columns, paragraphs. It knows no PDF.
 * Lengths are in points; y grows downwards.
 */
import { joinBrokenWords } from '../text/index.ts';

/** What one drawing of text put on the page. */
export interface TextPiece {
  readonly text: string;
  readonly x: number;
  /** Of the base line. */
  readonly y: number;
  readonly width: number;
  readonly size: number;
}

/** Pieces on one base line, sorted by x. */
export interface TextRow {
  readonly pieces: readonly TextPiece[];
  readonly y: number;
  readonly size: number;
}

interface Line {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly y: number;
  readonly size: number;
}

const rightOf = (piece: TextPiece) => piece.x + piece.width;

/** Rows from top to bottom. A raised number belongs to the row it is raised from. */
export function rowsOf(pieces: readonly TextPiece[]): TextRow[] {
  const sorted = [...pieces].sort((a, b) => a.y - b.y || a.x - b.x);
  const rows: { pieces: TextPiece[]; y: number; size: number }[] = [];
  for (const piece of sorted) {
    const row = rows.at(-1);
    if (row !== undefined && Math.abs(piece.y - row.y) <= 0.45 * Math.max(piece.size, row.size)) {
      row.pieces.push(piece);
      if (piece.size > row.size) Object.assign(row, { y: piece.y, size: piece.size });
    } else rows.push({ pieces: [piece], y: piece.y, size: piece.size });
  }
  for (const row of rows) row.pieces.sort((a, b) => a.x - b.x);
  return rows;
}

/** The number or sign before an item, which stands apart from its text. */
const ITEM_MARK = /^\s*(?:[-–—•▪◦*!]|\(?\d{1,3}[.)]|\(?[a-z]{1,2}\))\s*$/;

/** The text of a row: a gap of a word is a space, a wide one ` | `. */
export function rowText(row: TextRow): string {
  let text = '';
  let end = 0;
  for (const piece of row.pieces) {
    const gap = piece.x - end;
    const touching = text === '' || /\s$/.test(text) || /^\s/.test(piece.text);
    const partOfOne = text.trimEnd().endsWith(':') || ITEM_MARK.test(text) || /^\s*[:.,;)]/.test(piece.text);
    const wide = gap > 2 * row.size && !partOfOne;
    if (text !== '' && wide) text = `${text.trimEnd()} | `;
    else if (!touching && gap > 0.15 * row.size) text += ' ';
    text += piece.text;
    end = Math.max(end, rightOf(piece));
  }
  return text.trim();
}

/** Fewest rows beside each other that make columns, and fewest characters in a line of them. */
const COLUMN_ROWS = 4;
const COLUMN_CHARACTERS = 20;

/** The paragraphs of a page in reading order: columns one after the other where its text stands in columns. */
export function paragraphsOf(rows: readonly TextRow[]): string[] {
  return columnsOf(rows, 0).flatMap((column) => paragraphsInColumn(column.map(lineOf)));
}

function columnsOf(rows: readonly TextRow[], depth: number): TextRow[][] {
  if (rows.length === 0) return [];
  const split = depth < 6 ? bestSplit(rows) : undefined;
  if (split === undefined) return [[...rows]];
  const { first, end, x } = split;
  const inside = rows.slice(first, end);
  const side = (isLeft: boolean) =>
    inside.flatMap((row) => {
      const pieces = row.pieces.filter((piece) => piece.x < x === isLeft);
      return pieces.length === 0 ? [] : [{ ...row, pieces }];
    });
  return [
    ...columnsOf(rows.slice(0, first), depth + 1),
    ...columnsOf(side(true), depth + 1),
    ...columnsOf(side(false), depth + 1),
    ...columnsOf(rows.slice(end), depth + 1),
  ];
}

interface Split {
  readonly first: number;
  readonly end: number;
  readonly x: number;
}

/** The vertical line that the most rows in a row do not cross, where there is prose on both sides of it. */
function bestSplit(rows: readonly TextRow[]): Split | undefined {
  const left = Math.min(...rows.map((row) => row.pieces[0]!.x));
  const right = Math.max(...rows.map((row) => Math.max(...row.pieces.map(rightOf))));
  const width = right - left;
  if (width < 100 || rows.length < COLUMN_ROWS) return undefined;
  let best: Split | undefined;
  let bestRows = 0;
  let same: number[] = [];
  for (let x = left + 0.2 * width; x <= left + 0.8 * width; x += 2) {
    let first = 0;
    for (let i = 0; i <= rows.length; i++) {
      if (i < rows.length && !crosses(rows[i]!, x)) continue;
      if (i - first > bestRows && isProse(rows.slice(first, i), x, left, right)) {
        bestRows = i - first;
        best = { first, end: i, x };
        same = [x];
      } else if (best !== undefined && i - first === bestRows && first === best.first) same.push(x);
      first = i + 1;
    }
  }
  return best === undefined ? undefined : { ...best, x: same[same.length >> 1]! };
}

const crosses = (row: TextRow, x: number) =>
  row.pieces.some((piece) => piece.text.trim() !== '' && piece.x < x && rightOf(piece) > x);

/** Lines of prose fill their column; cells of a table do not. */
function isProse(rows: readonly TextRow[], x: number, left: number, right: number): boolean {
  if (rows.length < COLUMN_ROWS) return false;
  for (const isLeft of [true, false]) {
    let lines = 0;
    let full = 0;
    let characters = 0;
    const columnWidth = isLeft ? x - left : right - x;
    for (const row of rows) {
      const pieces = row.pieces.filter((piece) => piece.x < x === isLeft);
      if (pieces.length === 0) continue;
      lines++;
      for (const piece of pieces) characters += piece.text.length;
      if (Math.max(...pieces.map(rightOf)) - pieces[0]!.x >= 0.7 * columnWidth) full++;
    }
    if (lines < COLUMN_ROWS || characters < COLUMN_CHARACTERS * lines || full < 0.5 * lines) return false;
  }
  return true;
}

function lineOf(row: TextRow): Line {
  const right = Math.max(...row.pieces.map(rightOf));
  return { text: rowText(row), left: row.pieces[0]!.x, right, y: row.y, size: row.size };
}

const ITEM = /^(?:[-–—•▪◦*]|\(?\d{1,3}[.)]|\(?[a-z]{1,2}\)|§+\s?\d)\s?\S?/;

function paragraphsInColumn(lines: readonly Line[]): string[] {
  const used = lines.filter((line) => line.text !== '');
  if (used.length === 0) return [];
  const left = Math.min(...used.map((line) => line.left));
  const right = Math.max(...used.map((line) => line.right));
  const steps = used.slice(1).map((line, i) => line.y - used[i]!.y);
  const usual = [...steps].sort((a, b) => a - b)[steps.length >> 1] ?? 0;
  const paragraphs: string[][] = [[used[0]!.text]];
  for (const [i, line] of used.slice(1).entries()) {
    const before = used[i]!;
    const step = steps[i]!;
    const apart = step > Math.max(1.35 * usual, 1.25 * line.size) || step > 2 * line.size || step < -line.size;
    const otherSize = Math.abs(line.size - before.size) > 0.15 * before.size;
    const ended = /[.!?:;]["“”»)]?$/.test(before.text);
    const indented = line.left - before.left > line.size && ended;
    const short = right - before.right > 0.2 * (right - left) && !/[-,]$/.test(before.text);
    const tabular = line.text.includes(' | ') || before.text.includes(' | ');
    if (apart || otherSize || indented) paragraphs.push([line.text]);
    else if (short || tabular || ITEM.test(line.text)) paragraphs.at(-1)!.push(`\u0000${line.text}`);
    else paragraphs.at(-1)!.push(line.text);
  }
  return paragraphs.map(joinedLines);
}

/** Lines of a paragraph as text: broken words joined, a zero byte is a line that stays a line. */
function joinedLines(lines: readonly string[]): string {
  return joinFlow(lines.join('\n').replaceAll('\n\u0000', '\u0000')).replaceAll('\u0000', '\n');
}

/** Line breaks of a layout as spaces; a hyphen before a capital ("Bund-Länder") is the word's own. */
export function joinFlow(text: string): string {
  return joinBrokenWords(text)
    .replace(/(\p{L}-)\n(?=\p{Lu})/gu, '$1')
    .replace(/\n/g, ' ');
}
