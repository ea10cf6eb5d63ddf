/**
 * HTML to plain text: the main part of the page. A page with a `main` element, or one in which Readability finds an
 * article, gives that part; every other page gives all its text but scripts, navigation and hidden parts. Parsing is
 * linkedom's.
 */
import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import { type PageNode, plainSkipRule, rawTextBelow, type SkipRule, textBelow } from './blocks.ts';
import { type FrontMatter, isoDate } from './front-matter.ts';
import { countLetters, LetterLedger } from './letters.ts';
import type { ConvertedText } from './markdown.ts';

/** Elements without an end, or whose end may be left out: they do not nest by themselves. */
const NOT_NESTING = new Set(
  'AREA BASE BR COL EMBED HR IMG INPUT LINK META PARAM SOURCE TRACK WBR P LI DT DD TR TD TH THEAD TBODY TFOOT OPTION'.split(
    ' ',
  ),
);
/** The parser's time grows with the square of the depth; browsers stop at 512. */
const MAX_DEPTH = 10_000;

/** True for a page of many thousand open elements, which no one wrote and which would take minutes to parse. */
export function isTooDeep(html: string, maximum = MAX_DEPTH): boolean {
  let depth = 0;
  for (const [, end, name] of html.matchAll(/<(\/?)([a-z][a-z0-9-]*)/gi)) {
    if (NOT_NESTING.has(name!.toUpperCase())) continue;
    depth = end === '/' ? Math.max(0, depth - 1) : depth + 1;
    if (depth > maximum) return true;
  }
  return false;
}

export interface HtmlOptions {
  readonly ledger?: LetterLedger;
  /** A fragment (a mail's body, a converted document) has no boilerplate to look for. Default false. */
  readonly fragment?: boolean;
  /** Default: `plainSkipRule`. */
  readonly skipRule?: SkipRule;
}

type PageDocument = PageNode & {
  querySelector(selector: string): PageNode | null;
  querySelectorAll(selector: string): Iterable<PageNode>;
};

const wholePage = (html: string) => (/<(?:html|body)[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`);
const parse = (html: string) => (parseHTML(wholePage(html)) as unknown as { document: PageDocument }).document;

export function htmlToText(html: string, options: HtmlOptions = {}): ConvertedText {
  const { ledger = new LetterLedger(), skipRule = plainSkipRule } = options;
  const document = parse(html);
  ledger.take(rawTextBelow(document));
  const facts = factsOf(document);
  const all = textBelow(document, ledger, skipRule);
  if (options.fragment === true) return { text: all, ...facts };
  const main = mainOf(document, all, skipRule);
  const candidate = main?.text ?? all;
  if (main !== undefined) ledger.remove('outside-main', main.outside);
  const voted = withoutBoilerplate(html, candidate);
  if (voted !== undefined) ledger.remove('boilerplate', voted.boilerplate);
  return { text: voted?.text ?? candidate, ...facts };
}

/** The single `main` of a page; one that holds little of its text is marked up wrongly, and then all of it counts. */
function mainOf(
  document: PageDocument,
  all: string,
  skipRule: SkipRule,
): { text: string; outside: string } | undefined {
  const mains = [...document.querySelectorAll('main, [role=main]')];
  if (mains.length !== 1) return undefined;
  const text = textBelow(mains[0]!, undefined, skipRule);
  if (text === '' || text.length < 0.3 * all.length) return undefined;
  return { text, outside: textBelow(document, undefined, (node) => (node === mains[0] ? 'main' : skipRule(node))) };
}

/** A page with fewer letters has no boilerplate worth the risk. */
const FEWEST_LETTERS = 500;
/** Readability's time grows with the square of the depth and more; browsers stop at 512. */
const ARTICLE_DEPTH = 200;
/** An article of this share of the letters is believed at once, one of the smaller share where it is long. */
const SURE_SHARE = 0.5;
const LONG_SHARE = 0.25;
const LONG_LETTERS = 1500;

/**
 * The lines of `text` that Readability counts to the article. It only votes: the lines are those of our own walk, so
 * that rows and items stay as they are. Undefined where it finds too little.
 */
function withoutBoilerplate(html: string, text: string): { text: string; boilerplate: string } | undefined {
  const letters = countLetters(text);
  if (letters < FEWEST_LETTERS || isTooDeep(html, ARTICLE_DEPTH)) return undefined;
  const article = articleOf(html);
  if (article === undefined) return undefined;
  const votes = new Set(article.split('\n').map(folded));
  const whole = folded(article);
  const kept: string[] = [];
  const dropped: string[] = [];
  for (const line of text.split('\n')) {
    const key = folded(line);
    const stays = key === '' || votes.has(key) || (key.length >= 40 && whole.includes(key));
    (stays ? kept : dropped).push(line);
  }
  const result = kept
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  const share = countLetters(result) / letters;
  if (share < LONG_SHARE || (share < SURE_SHARE && countLetters(result) < LONG_LETTERS)) return undefined;
  return { text: result, boilerplate: dropped.join('\n') };
}

const folded = (line: string) => line.replace(/\s+/g, ' ').trim();

/** The text of the article Readability finds, with the page's first headings, which it takes for a repeated title. */
function articleOf(html: string): string | undefined {
  const document = parse(html);
  const headings = [...document.querySelectorAll('h1')].map((node) => textBelow(node));
  const found = parsedArticle(document);
  return found?.content ? `${headings.join('\n')}\n${found.content}` : undefined;
}

function parsedArticle(document: PageDocument): ReturnType<Readability<string>['parse']> | undefined {
  try {
    return new Readability<string>(document as unknown as ConstructorParameters<typeof Readability>[0], {
      charThreshold: 200,
      maxElemsToParse: 50_000,
      serializer: (node) => textBelow(node as unknown as PageNode),
    }).parse();
  } catch {
    return undefined; // It gives up on pages of very many elements; its vote is all that is lost.
  }
}

function factsOf(document: PageDocument): FrontMatter {
  const titleNode = document.querySelector('title');
  const title = titleNode === null ? '' : folded(textBelow(titleNode));
  const language = /^[a-z]{2}(?=$|[-_])/i
    .exec(document.querySelector('html')?.getAttribute?.('lang') ?? '')?.[0]
    .toLowerCase();
  const dateOf = (...selectors: string[]) =>
    isoDate(document.querySelector(selectors.join(', '))?.getAttribute?.('content') ?? undefined);
  const created = dateOf(
    'meta[property="article:published_time"]',
    'meta[name="date"]',
    'meta[name="dcterms.created"]',
  );
  const modified = dateOf('meta[property="article:modified_time"]', 'meta[name="dcterms.modified"]');
  return {
    ...(title === '' ? {} : { title }),
    ...(language ? { language } : {}),
    ...(created || modified ? { dates: { ...(created ? { created } : {}), ...(modified ? { modified } : {}) } } : {}),
  };
}

/** The charset a page declares in its first 1,024 bytes, as the HTML standard looks for it. */
export function declaredCharset(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
  return /<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(head)?.[1];
}
