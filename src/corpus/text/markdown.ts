/**
 * Markdown to plain text, conservatively: what is surely markup goes, what may be text stays. Paragraphs become one
 * line, list markers stay, table rows become `a | b`. It is line-based and linear, and knows no rendering.
 * Forms: CommonMark 0.31 and the tables, strikethrough and alerts of GitHub.
 */
import { joinBrokenWords } from './clean.ts';
import { decodeEntities } from './entities.ts';
import { type FrontMatter, splitFrontMatter } from './front-matter.ts';
import { LetterLedger } from './letters.ts';

export interface ConvertedText extends FrontMatter {
  readonly text: string;
}

export function markdownToText(source: string, ledger: LetterLedger = new LetterLedger()): ConvertedText {
  const { body, head, facts } = splitFrontMatter(source.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0002]/g, ''));
  ledger.remove('front-matter', head);
  const { title } = facts;
  const out: string[] = [];
  const paragraph: string[] = [];
  const flush = () => {
    if (paragraph.length > 0) out.push(inlineText(joinLines(paragraph), ledger));
    paragraph.length = 0;
  };
  let fence: string | undefined;
  let inList = false;
  let afterBlank = true;
  let headings = 0;
  for (const line of withoutComments(body, ledger).split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})[^`]*$/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
      else out.push(line);
      continue;
    }
    if (mark !== undefined) {
      flush();
      ledger.remove('markup', line); // The language a fence names.
      fence = mark;
      continue;
    }
    if (/^(?: {4}|\t)\S/.test(line) && afterBlank && !inList) {
      flush();
      out.push(line); // Indented code keeps its lines.
      continue;
    }
    const plain = ledger.replace('markup', line.replace(/^ {0,3}(?:> ?)+/, ''), /^\[!(\w+)\]\s*$/, '');
    const heading = /^ {0,3}#{1,6}(?:[ \t]+(.*))?$/.exec(plain.trimEnd());
    const item = /^(\s*)(?:([-*+])|(\d{1,9}[.)]))[ \t]+(?=\S)/.exec(plain);
    const rule = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|=+)$/.test(plain);
    const definition = /^ {0,3}\[[^\]^][^\]]*\]:\s+\S+(?:\s+["'(].*)?$/.test(plain);
    if (plain.trim() === '') {
      flush();
      if (out.at(-1) !== '') out.push('');
    } else if (rule || definition) {
      if (rule && paragraph.length > 0) headings++; // Underlined text; a rule that is not one does no harm here.
      if (definition) ledger.remove('link-definition', plain);
      flush();
    } else if (heading !== null) {
      flush();
      headings++;
      out.push('', inlineText((heading[1] ?? '').replace(/(?:^|[ \t])#+$/, '').trim(), ledger), '');
      inList = false;
    } else if (/^\s*\|.*\|\s*$/.test(plain)) {
      flush();
      const row = tableRow(plain, ledger);
      if (row !== undefined) out.push(row);
    } else if (item !== null) {
      flush();
      inList = true;
      paragraph.push(`${item[2] === undefined ? item[3] : '-'} ${plain.slice(item[0].length)}`);
    } else {
      if (afterBlank && /^\S/.test(plain)) inList = false;
      paragraph.push(plain.replace(/^:\s+/, ''));
    }
    afterBlank = plain.trim() === '';
  }
  flush();
  const text = out.join('\n').replace(/^\n+/, '');
  if (title === undefined || headings > 0 || text === '') return { text, ...facts };
  ledger.add('front-matter', title); // All the heading such a document has, so it belongs to its text.
  return { text: `${title}\n\n${text}`, ...facts };
}

function withoutComments(text: string, ledger: LetterLedger): string {
  let result = '';
  let from = 0;
  for (;;) {
    const start = text.indexOf('<!--', from);
    const end = start === -1 ? -1 : text.indexOf('-->', start + 4);
    if (end === -1) return result + text.slice(from);
    result += text.slice(from, start);
    ledger.remove('comment', text.slice(start, end));
    from = end + 3;
  }
}

/** One line of text from the lines of a paragraph; two spaces or `\` at an end keep the break. */
function joinLines(lines: readonly string[]): string {
  let text = '';
  for (const [i, line] of lines.entries()) {
    const hard = line.endsWith('  ') || line.endsWith('\\');
    text += line.trim().replace(/\\$/, '');
    if (i < lines.length - 1) text += hard ? '\u0000' : '\n';
  }
  return joinBrokenWords(text)
    .replace(/(\p{L}-)\n(?=\p{Lu})/gu, '$1') // "Bund-" + "Länder": the hyphen is the word's own.
    .replace(/\n/g, ' ')
    .replace(/\u0000/g, '\n');
}

function tableRow(line: string, ledger: LetterLedger): string | undefined {
  const cells = line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => inlineText(cell.trim(), ledger));
  return cells.every((cell) => /^:?-*:?$/.test(cell)) ? undefined : cells.join(' | ');
}

const TAGS =
  'a|abbr|b|big|blockquote|br|caption|center|cite|code|col|colgroup|dd|del|details|div|dl|dt|em|figcaption|figure|font|' +
  'h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|s|samp|section|small|span|strike|strong|sub|summary|sup|table|tbody|td|' +
  'tfoot|th|thead|tr|tt|u|ul|var|video';
const BREAKING_TAG = /<(?:br|hr|p|div|li|tr|\/p|\/div|\/tr|\/li|\/h[1-6])(?:\s[^<>]*)?\/?>/gi;
const ANY_TAG = new RegExp(`</?(?:${TAGS})(?:\\s[^<>]*)?/?>`, 'gi');

const MAY_BE_MARKUP = /[`\\[\]<>*_~&!]/;
const LINK = /!?\[([^[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/g;
const first = (_: string | undefined, text: string | undefined) => text!;
const second = (_: string | undefined, _mark: string | undefined, text: string | undefined) => text!;

/** The text of one line of Markdown: links, images, emphasis, code marks, tags, entities and escapes resolved. */
function inlineText(line: string, ledger: LetterLedger): string {
  if (!MAY_BE_MARKUP.test(line)) return line;
  const codes: string[] = [];
  const escapes: string[] = [];
  let text = line;
  const rule = (pattern: RegExp, put: string | ((...match: string[]) => string), name = 'markup') => {
    text = ledger.replace(name, text, pattern, put);
  };
  if (line.includes('`')) {
    rule(/(?<!`)(`+)(?!`)([^`]+?)\1(?!`)/g, (_, _ticks, code) => {
      codes.push(code!.replace(/^ (.*\S.*) $/, '$1'));
      return `\u0001${codes.length - 1}\u0001`;
    });
  }
  if (line.includes('\\')) {
    rule(/\\([!-/:-@[-`{-~])/g, (_, letter) => {
      escapes.push(letter!);
      return `\u0002${escapes.length - 1}\u0002`;
    });
  }
  if (line.includes('[')) {
    rule(/!\[([^[\]]+)\]\(\1\)/g, '', 'image-name'); // An image that says only its file name.
    rule(LINK, first, 'link-target');
    rule(LINK, first, 'link-target'); // An image in a link.
    rule(/\[![A-Z]+ ?([^[\]]*)\]/g, first);
    rule(/\[([^[\]]+)\]\[[^[\]]*\]/g, first, 'link-target');
  }
  if (line.includes('<')) {
    rule(/<((?:https?|mailto):[^<>\s]+)>/g, first);
    rule(BREAKING_TAG, '\n');
    rule(ANY_TAG, '');
  }
  if (line.includes('*')) rule(/(\*{1,3})(?=\S)([^*]*[^*\s])\1/g, second);
  if (line.includes('_')) rule(/(?<![\p{L}\p{N}_])(_{1,3})(?=[^\s_])([^_]*[^_\s])\1(?![\p{L}\p{N}_])/gu, second);
  if (line.includes('~~')) rule(/~~(?=\S)([^~]*\S)~~/g, first);
  if (line.includes('&')) text = decodeEntities(text, ledger);
  if (escapes.length > 0) rule(/\u0002(\d+)\u0002/g, (_, i) => escapes[Number(i)]!);
  if (codes.length > 0) rule(/\u0001(\d+)\u0001/g, (_, i) => codes[Number(i)]!);
  return text;
}
