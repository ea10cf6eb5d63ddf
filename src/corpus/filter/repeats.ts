/**
 * Paragraphs and letterhead lines that many documents share: the best document keeps them, from the others they are cut,
 * within named lengths, counts and shares. It knows the places of pieces and no text.
 */
import type { DocumentTable } from './document-table.ts';
import { PARAGRAPH, PIECE } from './judge.ts';
import { compareRank } from './rank.ts';
import type { FilterSettings } from './settings.ts';

export interface Cut {
  readonly reason: 'repeated-paragraph' | 'repeated-line';
  /** UTF-16 offsets in the text. */
  readonly start: number;
  readonly end: number;
  /** Documents that have it, and from how many on it is cut. */
  readonly documents: number;
  readonly threshold: number;
  /** The document that keeps it. */
  readonly keptIn: number;
}

export interface Repeats {
  /** By document, in the order of their places, none inside another. */
  readonly cuts: ReadonlyMap<number, readonly Cut[]>;
  /** Documents that would have lost more than the share that may be cut, and stay whole. */
  readonly leftWhole: number;
}

export function findRepeats(
  table: DocumentTable,
  isKept: (document: number) => boolean,
  settings: FilterSettings['repeats'],
): Repeats {
  const cuts = new Map<number, Cut[]>();
  for (const group of equalPieces(table, isKept)) {
    const documents = [...new Set(group.map((piece) => table.pieceDocuments[piece]!))];
    const keptIn = documents.reduce((best, next) =>
      compareRank(table.documents[next]!, table.documents[best]!) < 0 ? next : best,
    );
    for (const piece of group) {
      const document = table.pieceDocuments[piece]!;
      const at = piece * PIECE.length;
      const isParagraph = table.pieces[at + PIECE.kind] === PARAGRAPH;
      const own = settings[table.documents[document]!.profile];
      const threshold = isParagraph ? own.paragraphDocuments : own.lineDocuments;
      if (document === keptIn || documents.length < threshold) continue;
      const list = cuts.get(document) ?? [];
      cuts.set(document, list);
      list.push({
        reason: isParagraph ? 'repeated-paragraph' : 'repeated-line',
        start: table.pieces[at + PIECE.start]!,
        end: table.pieces[at + PIECE.end]!,
        documents: documents.length,
        threshold,
        keptIn,
      });
    }
  }
  return withinShares(table, cuts, settings);
}

/** Groups of pieces of several documents with equal kind and hash. */
function* equalPieces(table: DocumentTable, isKept: (document: number) => boolean): Generator<number[]> {
  const { pieces, pieceDocuments } = table;
  const order: number[] = [];
  for (let i = 0; i < table.pieceCount; i++) if (isKept(pieceDocuments[i]!)) order.push(i);
  const difference = (a: number, b: number, field: number) =>
    pieces[a * PIECE.length + field]! - pieces[b * PIECE.length + field]!;
  const compare = (a: number, b: number) =>
    difference(a, b, PIECE.kind) || difference(a, b, PIECE.high) || difference(a, b, PIECE.low);
  order.sort((a, b) => compare(a, b) || a - b);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && compare(order[start]!, order[end]!) === 0) end++;
    const group = order.slice(start, end);
    if (group.some((piece) => pieceDocuments[piece] !== pieceDocuments[group[0]!])) yield group;
    start = end;
  }
}

function withinShares(table: DocumentTable, found: Map<number, Cut[]>, settings: FilterSettings['repeats']): Repeats {
  const cuts = new Map<number, readonly Cut[]>();
  let leftWhole = 0;
  for (const document of [...found.keys()].sort((a, b) => a - b)) {
    const { length, profile } = table.documents[document]!;
    const separate: Cut[] = [];
    for (const cut of found.get(document)!.sort((a, b) => a.start - b.start || b.end - a.end)) {
      if (cut.start >= (separate.at(-1)?.end ?? 0)) separate.push(cut);
    }
    const characters = separate.reduce((sum, { start, end }) => sum + end - start, 0);
    if (characters > settings[profile].maximumShare * length) leftWhole++;
    else cuts.set(document, separate);
  }
  return { cuts, leftWhole };
}

/** The text without the cuts and the empty lines they would leave. */
export function withoutCuts(text: string, cuts: readonly Cut[]): string {
  let result = '';
  let at = 0;
  for (const { start, end } of cuts) {
    result += text.slice(at, start);
    at = end;
    while (text[at] === '\n') at++;
  }
  return (result + text.slice(at)).trimEnd();
}
