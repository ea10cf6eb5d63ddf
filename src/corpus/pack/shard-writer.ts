/**
 * Writes one packed set in bounded memory: tokens, document index and, for chats, the mask. Bytes are little endian on
 * every machine. It knows ids and offsets, no text.
 */
import path from 'node:path';
import { ExpChatError, type FileHandle, factsOf, openFile, sha256OfFile } from '../../base/index.ts';
import type { PackedFile, PackedSet } from './manifest.ts';

const BUFFER_BYTES = 2 ** 20;

class BufferedFile {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #view = new DataView(this.#buffer.buffer);
  #filled = 0;
  #written = 0;

  constructor(file: string, handle: FileHandle, length: number) {
    this.#file = file;
    this.#handle = handle;
    this.#written = length;
  }

  /** A file that continues after its first `length` bytes; what lies behind them is cut off. */
  static async open(file: string, length: number): Promise<BufferedFile> {
    const size = length === 0 ? 0 : ((await factsOf(file))?.size ?? 0);
    if (size < length) {
      throw new ExpChatError({
        code: 'corpus.bad-shard',
        message: `${file}: expected at least ${length} bytes to continue after, got ${size}`,
        next: 'Run corpus pack again; it starts anew.',
        fields: { path: file },
      });
    }
    const handle = await openFile(file, length === 0 ? 'create' : 'update');
    try {
      if (length > 0) await handle.truncate(length);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new BufferedFile(file, handle, length);
  }

  async put(value: number, width: 1 | 2 | 4): Promise<void> {
    if (this.#filled + width > BUFFER_BYTES) await this.#flush();
    if (width === 1) this.#view.setUint8(this.#filled, value);
    else if (width === 2) this.#view.setUint16(this.#filled, value, true);
    else this.#view.setUint32(this.#filled, value, true);
    this.#filled += width;
  }

  /** Puts many; only full buffers wait for the disk. */
  async putAll(values: ArrayLike<number>, width: 1 | 2 | 4): Promise<void> {
    for (let i = 0; i < values.length; ) {
      if (this.#filled + width > BUFFER_BYTES) await this.#flush();
      const room = Math.floor((BUFFER_BYTES - this.#filled) / width);
      const end = Math.min(values.length, i + room);
      for (; i < end; i++, this.#filled += width) {
        if (width === 1) this.#view.setUint8(this.#filled, values[i]!);
        else if (width === 2) this.#view.setUint16(this.#filled, values[i]!, true);
        else this.#view.setUint32(this.#filled, values[i]!, true);
      }
    }
  }

  async #flush(): Promise<void> {
    await this.#handle.write(this.#buffer.subarray(0, this.#filled), this.#written);
    this.#written += this.#filled;
    this.#filled = 0;
  }

  async sync(): Promise<void> {
    await this.#flush();
    await this.#handle.sync();
  }

  async finish(): Promise<PackedFile> {
    await this.sync();
    return { name: path.basename(this.#file), bytes: this.#written, sha256: await sha256OfFile(this.#file) };
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

export class ShardWriter {
  readonly #set: PackedSet;
  readonly #width: 2 | 4;
  readonly #vocabularySize: number;
  readonly #files: BufferedFile[];
  tokens = 0;
  documents = 0;

  private constructor(set: PackedSet, vocabularySize: number, files: BufferedFile[]) {
    this.#set = set;
    this.#vocabularySize = vocabularySize;
    this.#width = bytesPerToken(vocabularySize);
    this.#files = files;
  }

  /** Opens the files of a set, new or to be continued after so many tokens and documents. */
  static async open(
    directory: string,
    set: PackedSet,
    vocabularySize: number,
    after: { readonly tokens: number; readonly documents: number } = { tokens: 0, documents: 0 },
  ): Promise<ShardWriter> {
    const files: BufferedFile[] = [];
    const writer = new ShardWriter(set, vocabularySize, files);
    const parts: [string, number][] = [
      ['tokens', after.tokens * bytesPerToken(vocabularySize)],
      ['index', after.documents === 0 ? 0 : (after.documents + 1) * 4],
    ];
    if (set.startsWith('chat')) parts.push(['mask', after.tokens]);
    try {
      for (const [part, length] of parts) {
        files.push(await BufferedFile.open(path.join(directory, `${set}.${part}.bin`), length));
      }
      if (after.documents === 0) await files[1]!.put(0, 4);
    } catch (error) {
      await writer.close();
      throw error;
    }
    writer.tokens = after.tokens;
    writer.documents = after.documents;
    return writer;
  }

  /** Brings all that was added to the disk. */
  async sync(): Promise<void> {
    for (const file of this.#files) await file.sync();
  }

  /** Appends one document. Throws `corpus.token-range` for an id outside the vocabulary, `corpus.set-too-large`. */
  async add(id: string, tokens: ArrayLike<number>, mask?: ArrayLike<number>): Promise<void> {
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (token < this.#vocabularySize && token >= 0) continue;
      throw new ExpChatError({
        code: 'corpus.token-range',
        message: `document ${id}: expected token ids below ${this.#vocabularySize}, got ${token}`,
        next: 'The tokenizer and its vocabulary size do not fit together; train the tokenizer again.',
        fields: { id, token },
      });
    }
    if (this.tokens + tokens.length >= 2 ** 32) {
      throw new ExpChatError({
        code: 'corpus.set-too-large',
        kind: 'resources',
        message: `${this.#set}: expected fewer than 2^32 tokens in one set`,
        next: 'Divide the corpus.',
      });
    }
    await this.#files[0]!.putAll(tokens, this.#width);
    if (mask !== undefined) await this.#files[2]!.putAll(mask, 1);
    this.tokens += tokens.length;
    this.documents++;
    await this.#files[1]!.put(this.tokens, 4);
  }

  async finish(): Promise<{ tokens: PackedFile; index: PackedFile; mask?: PackedFile }> {
    const [tokens, index, mask] = this.#files;
    const parts = { tokens: await tokens!.finish(), index: await index!.finish() };
    return mask === undefined ? parts : { ...parts, mask: await mask.finish() };
  }

  async close(): Promise<void> {
    for (const file of this.#files) await file.close();
  }
}

export function bytesPerToken(vocabularySize: number): 2 | 4 {
  return vocabularySize <= 65536 ? 2 : 4;
}
