/**
 * The text of a part of a page: blocks as paragraphs, rows as `a | b`, items as `- a`. The walk keeps its own stack, so
 * that depth in the page is no depth here. What it leaves out it names. It knows no parser and no page.
 */
import type { LetterLedger } from './letters.ts';

/** The part of the DOM this file reads. */
export interface PageNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly nodeValue: string | null;
  readonly firstChild: PageNode | null;
  readonly nextSibling: PageNode | null;
  readonly parentNode: PageNode | null;
  hasAttribute?(name: string): boolean;
  getAttribute?(name: string): string | null;
}

/** Why an element is left out, as the name of a rule of the ledger; undefined where it stays. */
export type SkipRule = (node: PageNode) => string | undefined;

const TEXT_NODE = 3;
const ELEMENT_NODE = 1;
const setOf = (names: string) => new Set(names.split(' '));
const SKIPPED: Readonly<Record<string, string>> = {
  SCRIPT: 'script',
  STYLE: 'style',
  HEAD: 'page-head',
  NAV: 'navigation',
  NOSCRIPT: 'hidden',
  TEMPLATE: 'hidden',
  SVG: 'embedded',
  CANVAS: 'embedded',
  IFRAME: 'embedded',
  OBJECT: 'embedded',
  BUTTON: 'control',
  SELECT: 'control',
  DATALIST: 'control',
};
const PARAGRAPHS = setOf(
  'P DIV SECTION ARTICLE MAIN HEADER FOOTER ASIDE H1 H2 H3 H4 H5 H6 UL OL DL TABLE BLOCKQUOTE PRE FIGURE FIELDSET FORM ' +
    'ADDRESS DETAILS HGROUP HR BODY',
);
const LINES = setOf('LI TR DT DD BR CAPTION FIGCAPTION SUMMARY LEGEND OPTION');
const CELLS = setOf('TD TH');

/** What no reader of a page sees, and what is there to be pressed. */
export function plainSkipRule(node: PageNode): string | undefined {
  const rule = SKIPPED[node.nodeName.toUpperCase()];
  return rule ?? (node.hasAttribute?.('hidden') === true ? 'hidden' : undefined);
}

/** The text below a node; letters of the elements left out are booked under their rule. */
export function textBelow(root: PageNode, ledger?: LetterLedger, skipRule: SkipRule = plainSkipRule): string {
  const writer = new BlockWriter();
  let node: PageNode | null = root;
  while (node !== null) {
    const rule: string | undefined = node !== root && node.nodeType === ELEMENT_NODE ? skipRule(node) : undefined;
    const skipped: PageNode | undefined = rule === undefined ? undefined : node;
    if (rule !== undefined) ledger?.remove(rule, rawTextBelow(node));
    else writer.enter(node);
    if (skipped === undefined && node.firstChild !== null) {
      node = node.firstChild;
      continue;
    }
    for (;;) {
      if (node !== skipped) writer.leave(node);
      if (node === root) return writer.text();
      if (node.nextSibling !== null) {
        node = node.nextSibling;
        break;
      }
      node = node.parentNode;
      if (node === null) return writer.text();
    }
  }
  return writer.text();
}

/** Every text node below a node, one behind the other, scripts and hidden parts too. */
export function rawTextBelow(root: PageNode): string {
  const parts: string[] = [];
  let node: PageNode | null = root;
  while (node !== null) {
    if (node.nodeType === TEXT_NODE) parts.push(node.nodeValue ?? '');
    if (node.firstChild !== null) {
      node = node.firstChild;
      continue;
    }
    while (node !== null && node !== root && node.nextSibling === null) node = node.parentNode;
    if (node === null || node === root) break;
    node = node.nextSibling;
  }
  return parts.join(' ');
}

/** Collects text with the breaks its elements ask for. White space folds as in a page, except below PRE. */
class BlockWriter {
  readonly #parts: string[] = [];
  #breaks = 0;
  #space = false;
  #preformatted = 0;
  /** The row has a cell before this place. */
  #cellBefore = false;
  /** Inside a cell that has no text yet. */
  #cellEmpty = false;
  #marker = '';

  enter(node: PageNode): void {
    if (node.nodeType === TEXT_NODE) {
      this.#write(node.nodeValue ?? '');
      return;
    }
    const name = node.nodeName.toUpperCase();
    if (name === 'PRE') this.#preformatted++;
    this.#breakFor(name);
    if (name === 'LI') this.#marker = '- ';
    if (name === 'TR') this.#cellBefore = false;
    if (CELLS.has(name)) this.#cellEmpty = true;
  }

  leave(node: PageNode): void {
    if (node.nodeType !== ELEMENT_NODE) return;
    const name = node.nodeName.toUpperCase();
    if (name === 'PRE') this.#preformatted--;
    if (!CELLS.has(name)) {
      this.#breakFor(name);
      return;
    }
    if (!this.#cellEmpty) this.#breaks = 0; // What ends a block in the cell does not end the row.
    this.#cellEmpty = false;
    this.#cellBefore = true;
  }

  #breakFor(name: string): void {
    if (this.#cellEmpty) return; // A block that begins a cell stays in its row.
    if (PARAGRAPHS.has(name)) this.#breaks = Math.max(this.#breaks, 2);
    else if (LINES.has(name)) this.#breaks = Math.max(this.#breaks, 1);
    if (name === 'TABLE') this.#cellBefore = false;
  }

  #write(text: string): void {
    const folded = this.#preformatted > 0 ? text : text.replace(/[ \t\r\n\f]+/g, ' ');
    if (this.#preformatted === 0 && folded.trim() === '') {
      if (folded !== '') this.#space = true;
      return;
    }
    const started = this.#parts.length > 0;
    if (this.#cellBefore && started && this.#breaks === 0) this.#parts.push(' | ');
    else if (this.#breaks > 0) this.#parts.push(started ? '\n'.repeat(this.#breaks) : '');
    else if (started && (this.#space || folded.startsWith(' ')) && this.#preformatted === 0) this.#parts.push(' ');
    this.#cellBefore = false;
    this.#cellEmpty = false;
    const body = this.#preformatted > 0 ? folded : folded.trim();
    this.#parts.push(this.#marker, body);
    this.#marker = '';
    this.#breaks = 0;
    this.#space = this.#preformatted === 0 && folded.endsWith(' ');
  }

  text(): string {
    return this.#parts.join('');
  }
}
