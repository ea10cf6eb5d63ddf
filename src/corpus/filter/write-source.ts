/**
 * Writes what stays of one source: untouched documents byte for byte, others with their cuts made and their personal data
 * judged. It counts letters by the rule that took them. It decides nothing about duplicates or quality.
 */
import { invariant, openFile, readFully, writeDurably } from '../../base/index.ts';
import type { PersonalCount } from '../personal/index.ts';
import {
  contentBytes,
  contentHash,
  countDrop,
  type DocumentRecord,
  type DropCounts,
  FORGOTTEN,
  type StageEntry,
  type StageLetters,
  verifiedBytes,
  verifyStageFile,
} from '../record/index.ts';
import { contentOf } from './judge.ts';
import type { JudgedLine } from './judge-lines.ts';
import type { Fault } from './quality.ts';
import { type Cut, withoutCuts } from './repeats.ts';
import { countLetters } from './words.ts';

/** What a document's personal data does to it: it stays, as it is or redacted, or it goes for a reason. */
export type RecordVerdict = { readonly record: DocumentRecord } | { readonly reason: string };
/** Judges the documents of one source, one after the other, and counts what it found. */
export interface RecordHook {
  (record: DocumentRecord): RecordVerdict | Promise<RecordVerdict>;
  /** Findings so far; kept with the source, so that a later run that finds it unchanged still knows them. */
  readonly counts?: () => readonly PersonalCount[];
}

/** What is done with one document. */
export interface Fate {
  readonly fault?: Fault;
  readonly cuts?: readonly Cut[];
}

/** The entry of a filtered source, with what the report needs of it. */
export interface FilterEntry extends StageEntry {
  readonly letters: StageLetters;
  /** Documents whose text the personal hook changed, and those it dropped. */
  readonly redacted: number;
  readonly personalDrops: readonly { readonly id: string; readonly reason: string }[];
  readonly personal: readonly PersonalCount[];
}

const COPY_BYTES = 2 ** 20;

export interface WriteJob {
  /** The prepared source and its documents in the order of the file. */
  readonly entry: StageEntry;
  /** Folder of the prepared sources. */
  readonly prepared: string;
  readonly documents: readonly JudgedLine[];
  readonly fates: readonly Fate[];
  readonly input: string;
  readonly target: string;
  readonly personal?: RecordHook;
}

export async function writeSource(job: WriteJob): Promise<FilterEntry> {
  if (job.entry.bytes <= COPY_BYTES) {
    const bytes = await verifiedBytes(job.prepared, job.entry);
    return writeFrom(job, async (from, to) => bytes.subarray(from, to));
  }
  const handle = await openFile(await verifyStageFile(job.prepared, job.entry), 'read');
  try {
    return await writeFrom(job, async (from, to) => {
      const bytes = new Uint8Array(to - from);
      const count = await readFully(handle, bytes, from);
      invariant(count === bytes.byteLength, () => `filter: ${job.entry.id} ended before its last document`);
      return bytes;
    });
  } finally {
    await handle.close();
  }
}

type ReadBytes = (from: number, to: number) => Promise<Uint8Array>;

async function writeFrom(job: WriteJob, read: ReadBytes): Promise<FilterEntry> {
  const writer = new SourceWriter(job, read);
  return writer.entry(await writeDurably(job.target, writer.pieces()));
}

class SourceWriter {
  readonly #job: WriteJob;
  readonly #read: ReadBytes;
  readonly #dropped: DropCounts = {};
  readonly #gone: Record<string, number> = {};
  readonly #personalDrops: { id: string; reason: string }[] = [];
  #redacted = 0;
  #documents = 0;
  #bytes = 0;
  #letters = 0;

  constructor(job: WriteJob, read: ReadBytes) {
    this.#job = job;
    this.#read = read;
  }

  async *pieces(): AsyncGenerator<string | Uint8Array> {
    const { documents, fates, personal } = this.#job;
    let at = 0;
    let copyFrom = 0;
    for (const [i, document] of documents.entries()) {
      const { fault, cuts } = fates[i]!;
      const end = at + document.lineBytes;
      const untouched = fault === undefined && cuts === undefined && personal === undefined;
      if (untouched) {
        this.#documents++;
        this.#bytes += document.bytes;
        this.#letters += document.letters;
      } else {
        yield* this.#copied(copyFrom, at);
        copyFrom = end;
        if (fault !== undefined) this.#drop(fault.reason, document);
        else {
          const line = await this.#changed(await this.#read(at, end), document, cuts ?? []);
          if (line !== undefined) yield line;
        }
      }
      at = end;
    }
    yield* this.#copied(copyFrom, at);
  }

  entry(written: { readonly bytes: number; readonly sha256: string }): FilterEntry {
    const { entry, input, documents } = this.#job;
    const before = documents.reduce((sum, { letters }) => sum + letters, 0);
    const gone = Object.values(this.#gone).reduce((sum, letters) => sum + letters, 0);
    invariant(before === this.#letters + gone, () => `filter: ${entry.id} lost letters that no rule named`);
    return {
      id: entry.id,
      input,
      kind: entry.kind,
      ...written,
      documents: this.#documents,
      contentBytes: this.#bytes,
      dropped: this.#dropped,
      letters: { before, after: this.#letters, byRule: this.#gone },
      redacted: this.#redacted,
      personalDrops: this.#personalDrops,
      personal: this.#job.personal?.counts?.() ?? [],
    };
  }

  #drop(reason: string, { id, bytes, letters }: JudgedLine): void {
    countDrop(this.#dropped, reason, id, bytes);
    this.#book(reason, letters);
  }

  #book(rule: string, letters: number): void {
    this.#gone[rule] = (this.#gone[rule] ?? 0) + letters;
  }

  async #changed(
    bytes: Uint8Array,
    document: JudgedLine,
    cuts: readonly Cut[],
  ): Promise<string | Uint8Array | undefined> {
    const whole = JSON.parse(new TextDecoder().decode(bytes)) as DocumentRecord;
    const cut = cuts.length === 0 ? whole : { ...whole, text: withoutCuts(whole.text!, cuts) };
    const verdict = this.#job.personal === undefined ? { record: cut } : await this.#job.personal(cut);
    if ('reason' in verdict) {
      this.#drop(verdict.reason, document);
      this.#personalDrops.push({ id: verdict.reason === FORGOTTEN ? '' : document.id, reason: verdict.reason });
      return undefined;
    }
    for (const { reason, start, end } of cuts) this.#book(reason, countLetters(whole.text!.slice(start, end)));
    const { record } = verdict;
    const before = cuts.length === 0 ? document.letters : countLetters(contentOf(cut));
    const isRedacted = contentOf(record) !== contentOf(cut);
    const letters = isRedacted ? countLetters(contentOf(record)) : before;
    if (isRedacted) {
      this.#redacted++;
      this.#book('personal-data', before - letters); // A placeholder has letters too: this can be below 0.
    }
    this.#documents++;
    this.#bytes += contentBytes(record);
    this.#letters += letters;
    if (record === whole) return bytes;
    const sha256 = contentHash(record.text ?? record.messages ?? ''); // Of what the document says now.
    return `${JSON.stringify({ ...record, sha256 })}\n`;
  }

  async *#copied(from: number, to: number): AsyncGenerator<Uint8Array> {
    for (let at = from; at < to; at += COPY_BYTES) yield await this.#read(at, Math.min(to, at + COPY_BYTES));
  }
}
