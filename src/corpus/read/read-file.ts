/**
 * One file to documents, by the reader of its kind. Whatever is wrong with a file becomes one problem with a code; only
 * a fault of this program is thrown. It knows no worker.
 */
import { errorMessage, invariant, isExpChatError } from '../../base/index.ts';
import { loadLanguageData, missingLetters } from '../text/index.ts';
import { READ_LIMITS, type ReaderKind, type ReaderTask, type ReadOptions, type ReadResult } from './document.ts';
import { kindOf, type NamedFile } from './kinds.ts';
import type { ReadAttachment } from './mail.ts';
import { DocumentWriter } from './writer.ts';

/** Documents of a file of a known kind. Throws `corpus.bad-record` where a row is not what the source says. */
export async function readFileAs(kind: ReaderKind, bytes: Uint8Array, options: ReadOptions = {}): Promise<ReadResult> {
  return attempt(() => kind, bytes, taskOf(options));
}

/** As `readFileAs`, with the kind found out from name and bytes. */
export async function readNamedFile(
  file: NamedFile,
  bytes: Uint8Array,
  options: ReadOptions = {},
): Promise<ReadResult> {
  return attempt(() => kindOf(file, bytes), bytes, taskOf(options));
}

function taskOf(options: ReadOptions): ReaderTask {
  return { ...options, limits: { ...READ_LIMITS, ...options.limits }, level: 0 };
}

const readAttachment: ReadAttachment = (file, bytes, task) => {
  const { columns: _, content: __, charset: ___, ...rest } = task; // Those describe the source, not what is attached.
  return attempt(() => kindOf(file, bytes), bytes, rest);
};

async function attempt(kind: () => ReaderKind, bytes: Uint8Array, task: ReaderTask): Promise<ReadResult> {
  await loadLanguageData();
  const writer = new DocumentWriter(task);
  try {
    // A Buffer's `slice` is a view, a Uint8Array's a copy; libraries take their input for themselves.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    await readWith(kind(), plain, task, writer);
    const counts = writer.ledger.counts();
    const missing = missingLetters(counts);
    invariant(missing === 0, () => `reader: ${missing} letters went without a rule: ${JSON.stringify(counts)}`);
    if (writer.isEmpty) writer.problem('empty', 'expected text, found none');
    return writer.result();
  } catch (error) {
    const known = isExpChatError(error);
    if (known && !error.code.startsWith('read.')) throw error;
    // A library's own error tells what it stumbled over; with a damaged file that is all there is to say.
    const code = known ? error.code : 'read.broken';
    const message = known ? error.message : `expected a file its reader can follow, got: ${errorMessage(error)}`;
    return {
      documents: [],
      ledger: { before: 0, after: 0, byRule: {} },
      problems: [{ code, message: message.slice(0, 500) }],
    };
  }
}

async function readWith(kind: ReaderKind, bytes: Uint8Array, task: ReaderTask, writer: DocumentWriter): Promise<void> {
  // Each library is loaded by the first file that needs it.
  switch (kind) {
    case 'text':
      return (await import('./plain.ts')).readPlain(bytes, task, writer);
    case 'markdown':
      return (await import('./plain.ts')).readMarkdown(bytes, task, writer);
    case 'html':
      return (await import('./plain.ts')).readHtml(bytes, task, writer);
    case 'pdf':
      return (await import('./pdf.ts')).readPdf(bytes, task, writer);
    case 'docx':
      return (await import('./office.ts')).readDocx(bytes, task, writer);
    case 'xlsx':
      return (await import('./office.ts')).readXlsx(bytes, task, writer);
    case 'csv':
      return (await import('./table.ts')).readCsv(bytes, task, writer);
    case 'jsonl':
      return (await import('./table.ts')).readJsonLines(bytes, task, writer);
    case 'parquet':
      return (await import('./table.ts')).readParquet(bytes, task, writer);
    case 'eml':
      return (await import('./mail.ts')).readEml(bytes, task, writer, readAttachment);
    case 'mbox':
      return (await import('./mail.ts')).readMbox(bytes, task, writer, readAttachment);
  }
}
