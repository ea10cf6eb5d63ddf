/**
 * HTML to plain text: the main part of the page, blocks as paragraphs, rows as `a | b`, items as `- a`. Left out are
 * scripts, styles, navigation and hidden parts. Parsing is linkedom's; the walk keeps its own stack, so that depth in
 * the page is no depth here.
 */
import { parseHTML } from 'linkedom';
import type { ConvertedText } from './markdown.ts';

/** The part of the DOM this file reads. */
interface PageNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly nodeValue: string | null;
  readonly firstChild: PageNode | null;
  readonly nextSibling: PageNode | null;
  readonly parentNode: PageNode | null;
  hasAttribute?(name: string): boolean;
}

const TEXT_NODE = 3;
const ELEMENT_NODE = 1;
const setOf = (names: string) => new Set(names.split(' '));
const SKIPPED = setOf('SCRIPT STYLE NOSCRIPT TEMPLATE SVG CANVAS IFRAME OBJECT HEAD NAV BUTTON SELECT DATALIST');
const PARAGRAPHS = setOf(
  'P DIV SECTION ARTICLE MAIN HEADER FOOTER ASIDE H1 H2 H3 H4 H5 H6 UL OL DL TABLE BLOCKQUOTE PRE FIGURE FIELDSET FORM ' +
    'ADDRESS DETAILS HGROUP HR BODY',
);
const LINES = setOf('LI TR DT DD BR CAPTION FIGCAPTION SUMMARY LEGEND OPTION');
const CELLS = setOf('TD TH');

/** Elements without an end, or whose end may be left out: they do not nest by themselves. */
const NOT_NESTING = setOf(
  'AREA BASE BR COL EMBED HR IMG INPUT LINK META PARAM SOURCE TRACK WBR P LI DT DD TR TD TH THEAD TBODY TFOOT OPTION',
);
/** The parser's time grows with the square of the depth; browsers stop at 512. */
const MAX_DEPTH = 10_000;

/** True for a page of many thousand open elements, which no one wrote and which would take minutes to parse. */
export function isTooDeep(html: string): boolean {
  let depth = 0;
  for (const [, end, name] of html.matchAll(/<(\/?)([a-z][a-z0-9-]*)/gi)) {
    if (NOT_NESTING.has(name!.toUpperCase())) continue;
    depth = end === '/' ? Math.max(0, depth - 1) : depth + 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

export function htmlToText(html: string): ConvertedText {
  const whole = /<(?:html|body)[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`;
  const { document } = parseHTML(whole) as unknown as {
    document: PageNode & { querySelector(selector: string): PageNode | null; querySelectorAll(s: string): PageNode[] };
  };
  const all = textBelow(document);
  const mains = [...document.querySelectorAll('main, [role=main]')];
  const main = mains.length === 1 ? mains[0] : undefined;
  const mainText = main === undefined ? '' : textBelow(main);
  const titleNode = document.querySelector('title');
  const title = titleNode === null ? '' : textBelow(titleNode).trim();
  // A page whose main part holds little of its text is marked up wrongly: then all of it counts.
  const text = mainText.length >= 0.3 * all.length ? mainText : all;
  return title === '' ? { text } : { text, title };
}

/** The charset a page declares in its first 1,024 bytes, as the HTML standard looks for it. */
export function declaredCharset(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
  return /<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(head)?.[1];
}

function textBelow(root: PageNode): string {
  const writer = new BlockWriter();
  let node: PageNode | null = root;
  while (node !== null) {
    const skip = node !== root && isSkipped(node);
    if (!skip) writer.enter(node);
    if (!skip && node.firstChild !== null) {
      node = node.firstChild;
      continue;
    }
    for (;;) {
      if (!skip || node.nodeType === ELEMENT_NODE) writer.leave(node, skip);
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

function isSkipped(node: PageNode): boolean {
  if (node.nodeType !== ELEMENT_NODE) return false;
  return SKIPPED.has(node.nodeName.toUpperCase()) || node.hasAttribute?.('hidden') === true;
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

  leave(node: PageNode, skipped: boolean): void {
    if (skipped || node.nodeType !== ELEMENT_NODE) return;
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
