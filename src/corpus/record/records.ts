/**
 * The document record that travels through the stages, one JSON object a line, one file a source. It knows no stage and
 * no folder layout.
 */
import { ExpChatError, readJsonl, sha256OfBytes } from '../../base/index.ts';

export interface ChatTurn {
  readonly role: string;
  readonly content: string;
}

/** When a document came about and was last changed, as the document itself says: `YYYY-MM-DD` or a full ISO 8601 time. */
export interface DocumentDates {
  readonly created?: string;
  readonly modified?: string;
}

/** Where a mail stands in its thread. A sender is known by a hash of the address, never by the address. */
export interface MailThread {
  readonly subject?: string;
  readonly messageId?: string;
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  /** First 16 hexadecimal digits of the SHA-256 of the lower-case address. */
  readonly sender?: string;
  /** Domain of the sender's address, which tells a company's own people from its customers. */
  readonly senderDomain?: string;
}

export interface DocumentRecord {
  /** `source` alone where the source is one document, else `source#place`. */
  readonly id: string;
  readonly source: string;
  readonly kind: 'text' | 'chat';
  readonly title?: string;
  readonly text?: string;
  readonly messages?: readonly ChatTurn[];
  /** Where the raw bytes came from: a path below the source's folder, or a URL. */
  readonly origin: string;
  readonly licence: string;
  /** SHA-256 of the content as `contentHash` folds it; the key of the exact deduplication. */
  readonly sha256: string;
  /** Id of the entry under corpus.sources that brought it. */
  readonly spec?: string;
  /** Legal basis or purpose, as the source names it. */
  readonly purpose?: string;
  /** ISO 639-1. */
  readonly language?: string;
  /** Heading, sheet or attachment that the document is a part of its file by. */
  readonly section?: string;
  /** First page, counted from 1. */
  readonly page?: number;
  readonly dates?: DocumentDates;
  /** ISO date after which the document must be gone. */
  readonly retainUntil?: string;
  readonly thread?: MailThread;
}

/** Lines of up to a gibibyte: a long document is one line and is never cut. */
const MAX_LINE_BYTES = 2 ** 30;

/** Records of a stage file. Throws `corpus.bad-record` with the file and what is wrong. */
export async function* readRecords(file: string): AsyncGenerator<DocumentRecord> {
  let line = 0;
  for await (const value of readJsonl(file, MAX_LINE_BYTES)) {
    line++;
    yield checkedRecord(value, `${file}:${line}`);
  }
}

/** Throws `corpus.bad-record` with the place and what is wrong. */
export function checkedRecord(value: unknown, where: string): DocumentRecord {
  const record = value as DocumentRecord;
  const strings = ['id', 'source', 'origin', 'licence', 'sha256'] as const;
  const wrong =
    typeof record !== 'object' || record === null
      ? 'an object'
      : (strings.find((key) => typeof record[key] !== 'string') ??
        (record.kind === 'text' && typeof record.text === 'string'
          ? undefined
          : record.kind === 'chat' && isMessageList(record.messages)
            ? undefined
            : 'text or messages by kind'));
  if (wrong === undefined) return record;
  throw new ExpChatError({
    code: 'corpus.bad-record',
    message: `${where}: expected a document record with ${wrong}, got something else`,
    next: 'Run the stage that wrote this file again.',
    fields: { where, expected: wrong },
  });
}

export function isMessageList(value: unknown): value is ChatTurn[] {
  return (
    Array.isArray(value) &&
    value.every(
      (turn: unknown) =>
        typeof turn === 'object' &&
        turn !== null &&
        typeof (turn as ChatTurn).role === 'string' &&
        typeof (turn as ChatTurn).content === 'string',
    )
  );
}

/** SHA-256 of the content with white space folded, in NFC, case kept. Role names and turn borders count in a chat. */
export function contentHash(content: string | readonly ChatTurn[]): string {
  // Single spaces, nearly all of them, are passed over.
  const fold = (text: string) =>
    text
      .normalize('NFC')
      .replace(/ \s+|[^\S ]\s*/gu, ' ')
      .trim();
  if (typeof content === 'string') return sha256OfBytes(fold(content));
  return sha256OfBytes(JSON.stringify(content.map((turn) => [turn.role, fold(turn.content)])));
}

/** UTF-8 bytes of what a document says: the text, or the contents of all turns. */
export function contentBytes(record: DocumentRecord): number {
  if (record.kind === 'text') return Buffer.byteLength(record.text!);
  return record.messages!.reduce((sum, turn) => sum + Buffer.byteLength(turn.content), 0);
}

const SAFE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/**
 * A source id that is a portable file name, and different for different inputs: folders are joined by `~`, and a name
 * that needs any other change or is long carries eight digits of its hash.
 */
export function safeSourceId(id: string, relativePath?: string): string {
  const whole = (relativePath === undefined ? id : `${id}/${relativePath}`).normalize('NFC');
  const joined = whole.replaceAll('/', '~');
  const plain = joined.split('~').every((part) => SAFE_NAME.test(part)) && !whole.includes('~') && joined.length <= 120;
  if (plain) return joined;
  const cleaned = joined
    .replace(/ß/g, 'ss')
    .replace(/[^A-Za-z0-9._~-]+/g, '-')
    .slice(0, 110);
  return `${cleaned.replace(/^[.~-]+/, '') || 'source'}-${sha256OfBytes(whole).slice(0, 8)}`;
}
