/**
 * Readers of mail: one message (EML) or a mailbox of them (MBOX, RFC 4155). postal-mime reads the message; its own
 * words become a document with its place in the thread, each attachment is read by the reader of its kind. It knows no
 * dialogue.
 */
import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { sha256OfBytes } from '../../base/index.ts';
import { htmlToText } from '../text/index.ts';
import { type ReadDocument, type ReaderTask, type ReadResult, readError, withinLimit } from './document.ts';
import { mailSkipRule, ownWords } from './mail-rules.ts';
import type { DocumentWriter } from './writer.ts';

/** Reads an attachment; the reader of files gives itself, so that no two files import each other. */
export type ReadAttachment = (
  file: { readonly name: string; readonly contentType: string },
  bytes: Uint8Array,
  task: ReaderTask,
) => Promise<ReadResult>;

/** Pictures and signatures are attached to nearly every mail and are no documents. */
const NO_DOCUMENT =
  /^(?:image|audio|video|font)\/|^application\/(?:pkcs7-signature|pgp-signature|ms-tnef|x-pkcs7-signature)|^text\/calendar/i;

export async function readEml(
  bytes: Uint8Array,
  task: ReaderTask,
  writer: DocumentWriter,
  readAttachment: ReadAttachment,
  place?: string,
): Promise<void> {
  const mail = await PostalMime.parse(withoutEnvelope(bytes), {
    attachmentEncoding: 'arraybuffer',
    maxNestingDepth: 32,
    maxHeadersSize: 2 ** 20,
    forceRfc822Attachments: true,
  });
  const facts = factsOf(mail);
  writer.add(bodyOf(mail, writer), { ...facts, ...(place === undefined ? {} : { place }) });
  withinLimit(mail.attachments.length, 1000, 'attachments');
  for (const [i, attachment] of mail.attachments.entries()) {
    await takeAttachment(attachment, i, { task, writer, readAttachment, place, facts });
  }
}

/** A line of the envelope ("From … date") before the first header, as mailboxes and spools have it. */
function withoutEnvelope(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  const isEnvelope = new TextDecoder('latin1').decode(copy.subarray(0, 5)) === 'From ';
  return isEnvelope ? copy.subarray(copy.indexOf(10) + 1) : copy;
}

/** The plain part where there is one; what a mail says twice, once as HTML, is booked. */
function bodyOf(mail: Email, writer: DocumentWriter): string {
  const { ledger } = writer;
  const plain = mail.text ?? '';
  const html = mail.html ?? '';
  if (plain.trim() !== '') {
    ledger.take(plain);
    ledger.take(html);
    ledger.remove('alternative-part', html);
    return ownWords(unflowed(plain), ledger);
  }
  if (html === '') return '';
  return ownWords(htmlToText(html, { ledger, fragment: true, skipRule: mailSkipRule }).text, ledger);
}

/** Lines that end with a space go on in the next (RFC 3676); a signature's mark is no such line. */
function unflowed(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/(?<=[^\n-][^\n]) \n(?![>\n ])/g, ' ');
}

function factsOf(mail: Email): Pick<ReadDocument, 'title' | 'dates' | 'thread'> {
  const address = mail.from?.address?.toLowerCase();
  const references = mail.references?.split(/\s+/).filter((id) => id.startsWith('<'));
  const date = mail.date === undefined ? undefined : new Date(mail.date);
  const created = date === undefined || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
  return {
    ...(mail.subject ? { title: mail.subject } : {}),
    ...(created === undefined ? {} : { dates: { created } }),
    thread: {
      ...(mail.subject ? { subject: mail.subject } : {}),
      ...(mail.messageId ? { messageId: mail.messageId } : {}),
      ...(mail.inReplyTo ? { inReplyTo: mail.inReplyTo } : {}),
      ...(references?.length ? { references } : {}),
      ...(address ? { sender: sha256OfBytes(address).slice(0, 16) } : {}),
      ...(address?.includes('@') ? { senderDomain: address.slice(address.lastIndexOf('@') + 1) } : {}),
    },
  };
}

interface AttachmentWork {
  readonly task: ReaderTask;
  readonly writer: DocumentWriter;
  readonly readAttachment: ReadAttachment;
  readonly place: string | undefined;
  readonly facts: Pick<ReadDocument, 'thread'>;
}

async function takeAttachment(attachment: Attachment, index: number, work: AttachmentWork): Promise<void> {
  const { task, writer } = work;
  const contentType = attachment.mimeType || 'application/octet-stream';
  const name = attachment.filename || (contentType === 'message/rfc822' ? 'message.eml' : `attachment-${index + 1}`);
  const place = `${work.place === undefined ? '' : `${work.place}/`}${index + 1}`;
  if (NO_DOCUMENT.test(contentType))
    return writer.problem('attachment-skipped', `attachment ${name}: ${contentType} is no document`, { place });
  if (task.level >= task.limits.depth) {
    return writer.problem(
      'too-deep',
      `attachment ${name}: expected at most ${task.limits.depth} levels of attachments`,
      { place },
    );
  }
  const content =
    typeof attachment.content === 'string'
      ? new TextEncoder().encode(attachment.content)
      : new Uint8Array(attachment.content);
  const result = await work.readAttachment({ name, contentType }, content, { ...task, level: task.level + 1 });
  const facts = (document: ReadDocument) => ({
    section: document.section === undefined ? name : `${name}: ${document.section}`,
    place: document.place === undefined ? place : `${place}/${document.place}`,
    title: document.title ?? name,
    thread: document.thread ?? (work.facts.thread?.messageId ? { inReplyTo: work.facts.thread.messageId } : undefined),
  });
  writer.include(result, facts, place);
}

/** Where each message of a mailbox begins: a "From " line at the start or after an empty line. */
export function messageStarts(bytes: Uint8Array): number[] {
  const starts: number[] = [];
  const isFrom = (at: number) =>
    bytes[at] === 0x46 &&
    bytes[at + 1] === 0x72 &&
    bytes[at + 2] === 0x6f &&
    bytes[at + 3] === 0x6d &&
    bytes[at + 4] === 0x20;
  const endsLine = (at: number) => at < 0 || bytes[at] === 0x0a;
  for (let at = 0; at < bytes.length; ) {
    const emptyBefore = at === 0 || endsLine(at - 2) || (bytes[at - 2] === 0x0d && endsLine(at - 3));
    if (emptyBefore && isFrom(at)) starts.push(at);
    const next = bytes.indexOf(0x0a, at);
    if (next === -1) break;
    at = next + 1;
  }
  return starts;
}

export async function readMbox(
  bytes: Uint8Array,
  task: ReaderTask,
  writer: DocumentWriter,
  readAttachment: ReadAttachment,
): Promise<void> {
  const starts = messageStarts(bytes);
  if (starts.length === 0) throw readError('broken', 'expected a mailbox that begins with "From ", got other bytes');
  withinLimit(starts.length, task.limits.parts, 'messages');
  for (const [i, start] of starts.entries()) {
    const message = unescaped(bytes.subarray(start, starts[i + 1] ?? bytes.length));
    await readEml(message, task, writer, readAttachment, String(i + 1));
  }
}

/** ">From " at the start of a line stands for "From ". */
function unescaped(message: Uint8Array): Uint8Array {
  const text = Buffer.from(message.buffer, message.byteOffset, message.byteLength).toString('latin1');
  return /^>+From /m.test(text) ? Buffer.from(text.replace(/^>(>*From )/gm, '$1'), 'latin1') : message;
}
