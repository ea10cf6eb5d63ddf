/** What a reader is given and what it gives back. It knows no format. */
import { ExpChatError } from '../../base/index.ts';
import type { LetterCounts } from '../text/index.ts';

export const READER_KINDS = [
  'text',
  'markdown',
  'html',
  'pdf',
  'docx',
  'xlsx',
  'csv',
  'jsonl',
  'parquet',
  'eml',
  'mbox',
] as const;
export type ReaderKind = (typeof READER_KINDS)[number];

/** One document of a file: cleaned text, or the turns of a dialogue. */
export interface ReadDocument {
  /** Empty where there are `messages`. */
  readonly text: string;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  /** Hash of the content, as `contentHash` of the records folds it. */
  readonly sha256: string;
  readonly title?: string;
  /** Sheet of a workbook, name of an attachment. */
  readonly section?: string;
  /** First page with text, from 1. */
  readonly page?: number;
  /** Where each page's text begins in `text`, in UTF-16 units: `[page, offset]`, for formats with pages. */
  readonly pages?: readonly (readonly [page: number, offset: number])[];
  /** ISO 639-1. */
  readonly language?: string;
  readonly dates?: { readonly created?: string; readonly modified?: string };
  /** Place in the file where it gives several documents: a row, a message, a sheet. */
  readonly place?: string;
  readonly thread?: {
    readonly subject?: string;
    readonly messageId?: string;
    readonly inReplyTo?: string;
    readonly references?: readonly string[];
    readonly sender?: string;
    readonly senderDomain?: string;
  };
  /** Values of the named columns of a table's row, cleaned. */
  readonly row?: Readonly<Record<string, string>>;
}

/** Something a person should know: with no documents beside it, it is why there are none. */
export interface ReadProblem {
  /** `read.what-happened`. */
  readonly code: string;
  readonly message: string;
  readonly page?: number;
  /** Part of the file it concerns, where it is not all of it. */
  readonly place?: string;
}

export interface ReadResult {
  readonly documents: readonly ReadDocument[];
  readonly ledger: LetterCounts;
  readonly problems: readonly ReadProblem[];
}

export interface ReadLimits {
  /** Time for a file of up to a mebibyte, for larger ones in proportion; then its thread is ended. */
  readonly timeoutMs: number;
  /** UTF-8 bytes, about, of all text that comes out of one file. */
  readonly outputBytes: number;
  /** Memory a file may ask for above what its worker had before, in MiB, beside what its size explains. */
  readonly memoryMegabytes: number;
  /** Pages of a PDF, rows of a table, messages of a mailbox. */
  readonly parts: number;
  /** Attachments within attachments. */
  readonly depth: number;
  readonly zipEntries: number;
  readonly zipBytes: number;
  /** Unpacked bytes to packed ones. */
  readonly zipRatio: number;
}

export const READ_LIMITS: ReadLimits = {
  timeoutMs: 10_000,
  outputBytes: 256 * 2 ** 20,
  memoryMegabytes: 48,
  parts: 2_000_000,
  depth: 3,
  zipEntries: 1000,
  zipBytes: 100 * 2 ** 20,
  zipRatio: 100,
};

export interface ReadOptions {
  readonly limits?: Partial<ReadLimits>;
  /** The charset a server named. */
  readonly charset?: string;
  /** Columns of a table by what they mean: `text`, `title`, `id`, `question`, `answer`, … */
  readonly columns?: Readonly<Record<string, string>>;
  /** `chat`: rows of JSONL are `{"messages": […]}`. Default `text`. */
  readonly content?: 'text' | 'chat';
  /** Number of the first row, where a large table comes in pieces. Default 1. */
  readonly firstRow?: number;
}

/** A reader's own options, with every limit. */
export interface ReaderTask extends ReadOptions {
  readonly limits: ReadLimits;
  /** How deep in attachments this file lies. */
  readonly level: number;
}

/** The error every reader throws for a file it can not or must not read. */
export function readError(code: string, message: string, fields: Record<string, unknown> = {}): ExpChatError {
  return new ExpChatError({ code: `read.${code}`, message, fields });
}

/** Throws `read.too-large` where a count goes over its limit. */
export function withinLimit(count: number, limit: number, what: string): void {
  if (count > limit) throw readError('too-large', `expected at most ${limit} ${what}, got ${count}`);
}
