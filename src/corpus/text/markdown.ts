/**
 * Markdown to plain text, conservatively: what is surely markup goes, what may be text stays. Paragraphs become one
 * line, list markers stay, table rows become `a | b`. It is line-based and linear, and knows no rendering.
 * Forms: CommonMark 0.31 and the tables, strikethrough and alerts of GitHub.
 */
import { joinBrokenWords } from './clean.ts';
import { decodeEntities } from './entities.ts';

export interface ConvertedText {
  readonly text: string;
  readonly title?: string;
}

export function markdownToText(source: string): ConvertedText {
  const { body, title } = withoutFrontMatter(source.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0002]/g, ''));
  const out: string[] = [];
  const paragraph: string[] = [];
  const flush = () => {
    if (paragraph.length > 0) out.push(inlineText(joinLines(paragraph)));
    paragraph.length = 0;
  };
  let fence: string | undefined;
  let inList = false;
  let afterBlank = true;
  let headings = 0;
  for (const line of withoutComments(body).split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})[^`]*$/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
      else out.push(line);
      continue;
    }
    if (mark !== undefined) {
      flush();
      fence = mark;
      continue;
    }
    if (/^(?: {4}|\t)\S/.test(line) && afterBlank && !inList) {
      flush();
      out.push(line); // Indented code keeps its lines.
      continue;
    }
    const plain = line.replace(/^ {0,3}(?:> ?)+/, '').replace(/^\[!(\w+)\]\s*$/, '');
    const heading = /^ {0,3}#{1,6}(?:[ \t]+(.*))?$/.exec(plain.trimEnd());
    const item = /^(\s*)(?:([-*+])|(\d{1,9}[.)]))[ \t]+(?=\S)/.exec(plain);
    const rule = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|=+)$/.test(plain);
    const definition = /^ {0,3}\[[^\]^][^\]]*\]:\s+\S+(?:\s+["'(].*)?$/.test(plain);
    if (plain.trim() === '') {
      flush();
      if (out.at(-1) !== '') out.push('');
    } else if (rule || definition) {
      if (rule && paragraph.length > 0) headings++; // Underlined text; a rule that is not one does no harm here.
      flush();
    } else if (heading !== null) {
      flush();
      headings++;
      out.push('', inlineText((heading[1] ?? '').replace(/(?:^|[ \t])#+$/, '').trim()), '');
      inList = false;
    } else if (/^\s*\|.*\|\s*$/.test(plain)) {
      flush();
      const row = tableRow(plain);
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
  if (title === undefined) return { text };
  // The title is all the heading such a document has, so it belongs to its text.
  return { text: headings === 0 && text !== '' ? `${title}\n\n${text}` : text, title };
}

/** A front matter block between `---` lines at the start; its `title` is read, with its continuation lines. */
function withoutFrontMatter(source: string): { body: string; title?: string } {
  const whole = source.replace(/^\ufeff/, '');
  const end = whole.startsWith('---\n') ? whole.indexOf('\n---', 3) : -1;
  const after = end === -1 ? '' : whole.slice(end + 4);
  if (end === -1 || !/^[ \t]*(?:\n|$)/.test(after)) return { body: whole };
  const head = whole.slice(4, end + 1);
  if (!/^[\w.-]+[ \t]*:/m.test(head)) return { body: whole }; // Two rules with text between them, not a block of keys.
  const found = /^title:[ \t]*(.*(?:\n[ \t]+\S.*)*)/im.exec(head)?.[1];
  const title = found
    ?.replace(/\s*\n\s*/g, ' ')
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2');
  return title ? { body: after, title } : { body: after };
}

function withoutComments(text: string): string {
  let result = '';
  let from = 0;
  for (;;) {
    const start = text.indexOf('<!--', from);
    const end = start === -1 ? -1 : text.indexOf('-->', start + 4);
    if (end === -1) return result + text.slice(from);
    result += text.slice(from, start);
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

function tableRow(line: string): string | undefined {
  const cells = line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => inlineText(cell.trim()));
  return cells.every((cell) => /^:?-*:?$/.test(cell)) ? undefined : cells.join(' | ');
}

const TAGS =
  'a|abbr|b|big|blockquote|br|caption|center|cite|code|col|colgroup|dd|del|details|div|dl|dt|em|figcaption|figure|font|' +
  'h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|s|samp|section|small|span|strike|strong|sub|summary|sup|table|tbody|td|' +
  'tfoot|th|thead|tr|tt|u|ul|var|video';
const BREAKING_TAG = /<(?:br|hr|p|div|li|tr|\/p|\/div|\/tr|\/li|\/h[1-6])(?:\s[^<>]*)?\/?>/gi;
const ANY_TAG = new RegExp(`</?(?:${TAGS})(?:\\s[^<>]*)?/?>`, 'gi');

/** The text of one line of Markdown: links, images, emphasis, code marks, tags, entities and escapes resolved. */
function inlineText(line: string): string {
  const codes: string[] = [];
  const held = line.replace(/(?<!`)(`+)(?!`)([^`]+?)\1(?!`)/g, (_, _ticks, code: string) => {
    codes.push(code.replace(/^ (.*\S.*) $/, '$1'));
    return `\u0001${codes.length - 1}\u0001`;
  });
  const escapes: string[] = [];
  const text = held
    .replace(/\\([!-/:-@[-`{-~])/g, (_, letter: string) => {
      escapes.push(letter);
      return `\u0002${escapes.length - 1}\u0002`;
    })
    .replace(/!\[([^[\]]+)\]\(\1\)/g, '') // An image that says only its file name.
    .replace(/!?\[([^[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/g, '$1')
    .replace(/!?\[([^[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/g, '$1') // An image in a link.
    .replace(/\[![A-Z]+ ?([^[\]]*)\]/g, '$1')
    .replace(/\[([^[\]]+)\]\[[^[\]]*\]/g, '$1')
    .replace(/<((?:https?|mailto):[^<>\s]+)>/g, '$1')
    .replace(BREAKING_TAG, '\n')
    .replace(ANY_TAG, '')
    .replace(/(\*{1,3})(?=\S)([^*]*[^*\s])\1/g, '$2')
    .replace(/(?<![\p{L}\p{N}_])(_{1,3})(?=[^\s_])([^_]*[^_\s])\1(?![\p{L}\p{N}_])/gu, '$2')
    .replace(/~~(?=\S)([^~]*\S)~~/g, '$1');
  return decodeEntities(text)
    .replace(/\u0002(\d+)\u0002/g, (_, i: string) => escapes[Number(i)]!)
    .replace(/\u0001(\d+)\u0001/g, (_, i: string) => codes[Number(i)]!);
}
