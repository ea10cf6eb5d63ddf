/**
 * Writes one packed set in bounded memory: tokens, document index and, for chats, the mask. Bytes are little endian on
 * every machine. It knows ids and offsets, no text.
 */
import path from 'node:path';
import { ExpChatError, type FileHandle, fileError, openFile, sha256OfFile } from '../base/index.ts';
import type { PackedFile, PackedSet } from './manifest.ts';

const BUFFER_BYTES = 2 ** 20;

class BufferedFile {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #view = new DataView(this.#buffer.buffer);
  #filled = 0;
  #written = 0;

  constructor(file: string, handle: FileHandle) {
    this.#file = file;
    this.#handle = handle;
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
    try {
      await this.#handle.write(this.#buffer.subarray(0, this.#filled), this.#written);
    } catch (error) {
      throw fileError(error, this.#file, 'writing it');
    }
    this.#written += this.#filled;
    this.#filled = 0;
  }

  async finish(): Promise<PackedFile> {
    await this.#flush();
    try {
      await this.#handle.sync();
    } catch (error) {
      throw fileError(error, this.#file, 'writing it to the disk');
    }
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

  static async open(directory: string, set: PackedSet, vocabularySize: number): Promise<ShardWriter> {
    const files: BufferedFile[] = [];
    const writer = new ShardWriter(set, vocabularySize, files);
    try {
      for (const part of set.startsWith('chat') ? ['tokens', 'index', 'mask'] : ['tokens', 'index']) {
        const file = path.join(directory, `${set}.${part}.bin`);
        files.push(new BufferedFile(file, await openFile(file, 'create')));
      }
      await files[1]!.put(0, 4);
    } catch (error) {
      await writer.close();
      throw error;
    }
    return writer;
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
