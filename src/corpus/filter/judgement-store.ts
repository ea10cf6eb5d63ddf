/**
 * Judgements in files, so that a run that was killed judges no document twice and a second run judges only what is new.
 * They are hashes and figures, no text. A file is named by the hash of its content and never changed; what no source of
 * the corpus needs any more is removed at the end of a run. It does not know how a document is judged.
 */
import path from 'node:path';
import {
  ExpChatError,
  type FileHandle,
  listDirectory,
  makeDirectory,
  openFile,
  readBytes,
  readFully,
  removeTree,
  sha256OfBytes,
  writeDurably,
} from '../../base/index.ts';
import type { JudgedLine, JudgedPart } from './judge-lines.ts';

const ENDING = '.judged';
const VERSION = 1;
/** Numbers collected before they are written: about two seconds of work. */
const FLUSH_BYTES = 8 * 2 ** 20;

/** A part of a source and where its numbers are. */
export interface StoredPart {
  readonly source: string;
  readonly input: string;
  readonly fileStart: number;
  readonly fileEnd: number;
  readonly documents: readonly JudgedLine[];
  readonly offsets: readonly number[];
  /** Numbers of the part, and the byte in the file at which they begin. */
  readonly length: number;
  readonly file: string;
  readonly at: number;
}

type PartHeader = Omit<StoredPart, 'file' | 'at'>;

const keyOf = (source: string, input: string, fileStart: number) => `${source}\n${input}\n${fileStart}`;

export class JudgementStore {
  readonly #directory: string;
  readonly #parts = new Map<string, StoredPart>();
  readonly #files = new Set<string>();
  readonly #handles = new Map<string, FileHandle>();
  #waiting: JudgedPart[] = [];
  #waitingBytes = 0;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Throws `corpus.damaged` where a file is not what its name says. */
  static async open(directory: string): Promise<JudgementStore> {
    const store = new JudgementStore(directory);
    await makeDirectory(directory);
    for (const { name } of await listDirectory(directory)) {
      if (name.endsWith(ENDING)) await store.#load(name);
      else await removeTree(path.join(directory, name)); // Half-written by a run that was killed.
    }
    return store;
  }

  /** The part that begins there, where it was judged. */
  find(source: string, input: string, fileStart: number): StoredPart | undefined {
    return this.#parts.get(keyOf(source, input, fileStart));
  }

  /** All parts of a source in order, or undefined where not all of its bytes were judged. */
  whole(source: string, input: string, bytes: number): StoredPart[] | undefined {
    const parts: StoredPart[] = [];
    for (let at = 0; at < bytes; ) {
      const part = this.find(source, input, at);
      if (part === undefined) return undefined;
      parts.push(part);
      at = part.fileEnd;
    }
    return parts;
  }

  async add(parts: readonly JudgedPart[]): Promise<void> {
    for (const part of parts) {
      this.#waiting.push(part);
      this.#waitingBytes += part.numbers.byteLength + 400 * part.documents.length;
    }
    if (this.#waitingBytes >= FLUSH_BYTES) await this.flush();
  }

  /** Makes what was added durable and findable. */
  async flush(): Promise<void> {
    const parts = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    await this.#write(parts);
  }

  /** The numbers of a part. */
  async numbersOf(part: StoredPart): Promise<Uint32Array<ArrayBuffer>> {
    return this.read(part.file, part.at, part.length);
  }

  /** `count` numbers of a file, from the byte `at`. */
  async read(file: string, at: number, count: number): Promise<Uint32Array<ArrayBuffer>> {
    let handle = this.#handles.get(file);
    if (handle === undefined) {
      handle = await openFile(path.join(this.#directory, file), 'read');
      this.#handles.set(file, handle);
    }
    const numbers = new Uint32Array(count);
    const bytes = new Uint8Array(numbers.buffer);
    if ((await readFully(handle, bytes, at)) !== bytes.byteLength) throw damaged(path.join(this.#directory, file));
    return numbers;
  }

  /** Keeps nothing but the parts of `live`. */
  async keepOnly(live: ReadonlySet<StoredPart>): Promise<void> {
    await this.close();
    const stale = new Set([...this.#parts.values()].filter((part) => !live.has(part)).map(({ file }) => file));
    const used = new Set([...live].map(({ file }) => file));
    for (const file of this.#files) if (!used.has(file)) stale.add(file);
    const moved: JudgedPart[] = [];
    for (const part of live) {
      if (stale.has(part.file)) moved.push({ ...part, numbers: await this.numbersOf(part) });
    }
    await this.close();
    await this.#write(moved);
    for (const file of stale) {
      await removeTree(path.join(this.#directory, file));
      this.#files.delete(file);
    }
  }

  async close(): Promise<void> {
    const handles = [...this.#handles.values()];
    this.#handles.clear();
    for (const handle of handles) await handle.close();
  }

  async #write(parts: readonly JudgedPart[]): Promise<void> {
    if (parts.length === 0) return;
    const headers = parts.map(({ source, input, fileStart, fileEnd, documents, offsets, numbers }): PartHeader => {
      return { source, input, fileStart, fileEnd, documents, offsets, length: numbers.length };
    });
    const header = new TextEncoder().encode(
      JSON.stringify({ format: 'expchat-judged', version: VERSION, parts: headers }),
    );
    const headerBytes = Math.ceil(header.byteLength / 4) * 4;
    const total = headers.reduce((sum, { length }) => sum + length * 4, 4 + headerBytes);
    const bytes = new Uint8Array(total).fill(0x20, 4, 4 + headerBytes);
    new DataView(bytes.buffer).setUint32(0, headerBytes, true);
    bytes.set(header, 4);
    let at = 4 + headerBytes;
    for (const { numbers } of parts) {
      bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), at);
      at += numbers.byteLength;
    }
    const file = `${sha256OfBytes(bytes).slice(0, 40)}${ENDING}`;
    await writeDurably(path.join(this.#directory, file), bytes);
    this.#enter(file, headers, 4 + headerBytes);
  }

  #enter(file: string, headers: readonly PartHeader[], numbersAt: number): void {
    this.#files.add(file);
    let at = numbersAt;
    for (const header of headers) {
      this.#parts.set(keyOf(header.source, header.input, header.fileStart), { ...header, file, at });
      at += header.length * 4;
    }
  }

  async #load(name: string): Promise<void> {
    const file = path.join(this.#directory, name);
    const bytes = await readBytes(file);
    if (`${sha256OfBytes(bytes).slice(0, 40)}${ENDING}` !== name) throw damaged(file);
    const headerBytes = new DataView(bytes.buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerBytes))) as {
      version: number;
      parts: PartHeader[];
    };
    if (header.version === VERSION) this.#enter(name, header.parts, 4 + headerBytes);
    else this.#files.add(name); // Of another version of this program: judged anew, removed at the end.
  }
}

function damaged(file: string): ExpChatError {
  return new ExpChatError({
    code: 'corpus.damaged',
    message: `${file}: expected the judgements that its name stands for, got other bytes`,
    next: 'Remove the folder and run corpus filter again.',
    fields: { path: file },
  });
}
