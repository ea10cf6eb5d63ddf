/** Readers of plain text, Markdown and HTML: bytes to one document. */
import { declaredCharset, decodeText, htmlToText, isTooDeep, joinBrokenWords, markdownToText } from '../text/index.ts';
import { type ReaderTask, readError } from './document.ts';
import type { DocumentWriter } from './writer.ts';

/** The text of a file in whichever encoding it is. Throws `read.not-text`. */
export function decoded(bytes: Uint8Array, charset: string | undefined): string {
  const text = decodeText(bytes, charset)?.text;
  if (text === undefined) throw readError('not-text', 'expected text, got bytes that are none');
  return text;
}

export function readPlain(bytes: Uint8Array, task: ReaderTask, writer: DocumentWriter): void {
  const text = decoded(bytes, task.charset);
  writer.ledger.take(text);
  writer.add(joinBrokenWords(text.replace(/\r\n?/g, '\n')));
}

export function readMarkdown(bytes: Uint8Array, task: ReaderTask, writer: DocumentWriter): void {
  const source = decoded(bytes, task.charset);
  writer.ledger.take(source);
  const { text, ...facts } = markdownToText(source, writer.ledger);
  writer.add(text, facts);
}

export function readHtml(bytes: Uint8Array, task: ReaderTask, writer: DocumentWriter): void {
  const source = decoded(bytes, declaredCharset(bytes) ?? task.charset);
  if (isTooDeep(source))
    throw readError('html-too-deep', 'expected a page a person wrote, got many thousand open elements');
  const { text, ...facts } = htmlToText(source, { ledger: writer.ledger });
  writer.add(text, facts);
}
