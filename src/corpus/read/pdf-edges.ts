/** Running headers and footers and page numbers: rows at the edges of the pages that repeat. It knows no PDF. */
import { rowText, type TextRow } from './pdf-layout.ts';

export interface EdgedPage {
  readonly number: number;
  readonly height: number;
  readonly rows: readonly TextRow[];
}

export type EdgeRule = 'running-header' | 'running-footer' | 'page-number';

/** Rows from each edge that may be running ones, and the share of the page's height they stand in. */
const EDGE_ROWS = 4;
const EDGE_SHARE = 0.16;
const PAGE_NUMBER = /^[-–—|\s]*(?:(seite|page|s\.|p\.)\s*)?(\d{1,4})(?:\s*(?:von|of|\/)\s*\d{1,4})?[-–—|\s]*$/i;

interface EdgeRow {
  readonly row: TextRow;
  readonly page: number;
  readonly text: string;
  readonly rule: 'running-header' | 'running-footer';
}

/** The rows to leave out, each with its rule. */
export function edgeRows(pages: readonly EdgedPage[]): Map<TextRow, EdgeRule> {
  const sizes = pages.flatMap((page) => page.rows.map((row) => row.size)).sort((a, b) => a - b);
  const usualSize = sizes[sizes.length >> 1] ?? 0;
  // Larger letters are a heading, also where "Abschnitt 1" and "Abschnitt 2" stand at one place.
  const edges = pages.flatMap(edgesOfPage).filter((edge) => edge.row.size <= 1.2 * usualSize);
  const found = new Map<TextRow, EdgeRule>();
  for (const row of pageNumbers(edges)) found.set(row, 'page-number');
  const pagesWithText = pages.filter((page) => page.rows.length > 0).length;
  if (pagesWithText < 2) return found;
  // Left and right pages may have different headers, so a third of the pages is enough of a long document.
  const needed = Math.max(2, Math.ceil(0.34 * pagesWithText));
  const byKey = new Map<string, EdgeRow[]>();
  for (const edge of edges) {
    if (found.has(edge.row)) continue;
    const key = `${edge.rule} ${edge.text.replace(/\d+/g, '#').replace(/\s+/g, ' ').toLowerCase()}`;
    const same = byKey.get(key);
    if (same === undefined) byKey.set(key, [edge]);
    else same.push(edge);
  }
  for (const same of byKey.values()) {
    const alike = same.filter((edge) => same.some((other) => other !== edge && atOnePlace(edge.row, other.row)));
    if (new Set(alike.map((edge) => edge.page)).size < needed) continue;
    for (const edge of alike) found.set(edge.row, edge.rule);
  }
  return found;
}

const atOnePlace = (a: TextRow, b: TextRow) => Math.abs(a.y - b.y) <= Math.max(4, 0.5 * a.size);

function edgesOfPage(page: EdgedPage): EdgeRow[] {
  const top = page.rows.slice(0, EDGE_ROWS).filter((row) => row.y <= EDGE_SHARE * page.height);
  const bottom = page.rows.slice(-EDGE_ROWS).filter((row) => row.y >= (1 - EDGE_SHARE) * page.height);
  const edge = (rule: EdgeRow['rule']) => (row: TextRow) => ({ row, page: page.number, text: rowText(row), rule });
  return [...top.map(edge('running-header')), ...bottom.map(edge('running-footer'))];
}

/** Numbers that say "Seite", and bare ones that go up with the pages. */
function pageNumbers(edges: readonly EdgeRow[]): TextRow[] {
  const found: TextRow[] = [];
  const byOffset = new Map<number, EdgeRow[]>();
  for (const edge of edges) {
    const match = PAGE_NUMBER.exec(edge.text);
    if (match === null) continue;
    if (match[1] !== undefined) found.push(edge.row);
    const offset = Number(match[2]) - edge.page;
    const same = byOffset.get(offset);
    if (same === undefined) byOffset.set(offset, [edge]);
    else same.push(edge);
  }
  for (const same of byOffset.values()) {
    if (new Set(same.map((edge) => edge.page)).size >= 2) found.push(...same.map((edge) => edge.row));
  }
  return found;
}
