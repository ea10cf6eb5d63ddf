/**
 * Writes one packed set in bounded memory: tokens, document index and, for chats, the mask, a new shard where one is full,
 * and the list of documents. Bytes are little endian on every machine. It knows ids and offsets, no text.
 */
import path from 'node:path';
import { boundedInteger, ExpChatError, type FileHandle, factsOf, openFile, sha256OfFile } from '../../base/index.ts';
import type { PackedDocument } from './documents.ts';
import { type PackedFile, type PackedSet, type PackedShard, shardFileName } from './manifest.ts';

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

  async putText(text: string): Promise<void> {
    await this.putAll(new TextEncoder().encode(text), 1);
  }

  get bytes(): number {
    return this.#written + this.#filled;
  }

  async #flush(): Promise<void> {
    if (this.#filled === 0) return;
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

/** Files of two bytes a token stay within a gibibyte, of four within two. */
export const MAX_SHARD_TOKENS = 2 ** 29;

export const documentsPart = (set: PackedSet): string => `${set}.documents.jsonl`;
/** Shards in work have numbered names; how many there are is known at the end. */
export const shardPart = (set: PackedSet, part: ShardPart, shard: number): string =>
  shardFileName(set, part, shard, Number.POSITIVE_INFINITY);

type ShardPart = 'tokens' | 'index' | 'mask';

/** Where a writer stood: full shards, and how far it was in the open one and in the list of documents. */
export interface WriterMark {
  readonly full: readonly PackedShard[];
  readonly tokens: number;
  readonly documents: number;
  readonly documentsBytes: number;
}

const START: WriterMark = { full: [], tokens: 0, documents: 0, documentsBytes: 0 };

export interface ShardWriterOptions {
  readonly vocabularySize: number;
  /** A document longer than that has a shard of its own. */
  readonly maxShardTokens?: number;
  /** Goes on from there; what was written behind it is cut off. */
  readonly after?: WriterMark;
}

export class ShardWriter {
  readonly #directory: string;
  readonly #set: PackedSet;
  readonly #width: 2 | 4;
  readonly #vocabularySize: number;
  readonly #maxShardTokens: number;
  readonly #full: PackedShard[];
  #parts = new Map<ShardPart, BufferedFile>();
  #list: BufferedFile | undefined;
  /** In the open shard. */
  #tokens = 0;
  #documents = 0;
  /** In all shards. */
  tokens = 0;
  documents = 0;

  private constructor(directory: string, set: PackedSet, options: ShardWriterOptions) {
    this.#directory = directory;
    this.#set = set;
    this.#vocabularySize = options.vocabularySize;
    this.#width = bytesPerToken(options.vocabularySize);
    this.#maxShardTokens = boundedInteger(options.maxShardTokens ?? MAX_SHARD_TOKENS, 'shard tokens', 1, 2 ** 31);
    this.#full = [...(options.after?.full ?? [])];
  }

  static async open(directory: string, set: PackedSet, options: ShardWriterOptions): Promise<ShardWriter> {
    const after = options.after ?? START;
    const writer = new ShardWriter(directory, set, options);
    try {
      writer.#list = await BufferedFile.open(path.join(directory, documentsPart(set)), after.documentsBytes);
      await writer.#openShard(after.tokens, after.documents);
    } catch (error) {
      await writer.close();
      throw error;
    }
    for (const shard of [...after.full, after]) {
      writer.tokens += shard.tokens;
      writer.documents += shard.documents;
    }
    return writer;
  }

  get mark(): WriterMark {
    const [tokens, documents] = [this.#tokens, this.#documents];
    return { full: [...this.#full], tokens, documents, documentsBytes: this.#list!.bytes };
  }

  async #openShard(tokens: number, documents: number): Promise<void> {
    const lengths: [ShardPart, number][] = [
      ['tokens', tokens * this.#width],
      ['index', documents === 0 ? 0 : (documents + 1) * 4],
    ];
    if (this.#set.startsWith('chat')) lengths.push(['mask', tokens]);
    for (const [part, length] of lengths) {
      const file = path.join(this.#directory, shardPart(this.#set, part, this.#full.length + 1));
      this.#parts.set(part, await BufferedFile.open(file, length));
    }
    if (documents === 0) await this.#parts.get('index')!.put(0, 4);
    this.#tokens = tokens;
    this.#documents = documents;
  }

  async #closeShard(): Promise<void> {
    const files: { -readonly [K in ShardPart]?: PackedFile } = {};
    for (const [part, file] of this.#parts) files[part] = await file.finish();
    await this.#closeParts();
    this.#full.push({ documents: this.#documents, tokens: this.#tokens, files: files as PackedShard['files'] });
  }

  async #closeParts(): Promise<void> {
    const open = [...this.#parts.values()];
    this.#parts = new Map();
    for (const file of open) await file.close();
  }

  /** Brings all that was added to the disk. */
  async sync(): Promise<void> {
    for (const file of this.#parts.values()) await file.sync();
    await this.#list!.sync();
  }

  /** Appends one document. Throws `corpus.token-range` for an id outside the vocabulary. */
  async add(
    document: Pick<PackedDocument, 'id' | 'source' | 'sha256' | 'copy'>,
    tokens: ArrayLike<number>,
    mask?: ArrayLike<number>,
  ): Promise<void> {
    const { id, source, sha256, copy } = document;
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
    if (this.#documents > 0 && this.#tokens + tokens.length > this.#maxShardTokens) {
      await this.#closeShard();
      await this.#openShard(0, 0);
    }
    await this.#parts.get('tokens')!.putAll(tokens, this.#width);
    if (mask !== undefined) await this.#parts.get('mask')!.putAll(mask, 1);
    const start = this.#tokens;
    this.#tokens += tokens.length;
    this.tokens += tokens.length;
    this.#documents++;
    this.documents++;
    await this.#parts.get('index')!.put(this.#tokens, 4);
    const [set, shard, end] = [this.#set, this.#full.length + 1, this.#tokens];
    const place = { id, source, set, shard, start, end, sha256, ...(copy === undefined ? {} : { copy }) };
    await this.#list!.putText(`${JSON.stringify(place satisfies PackedDocument)}\n`);
  }

  /** The shards with the names they will have; the files still have their names of work. */
  async finish(): Promise<PackedShard[]> {
    await this.#list!.sync();
    await this.#closeShard();
    return this.#full.map(({ files, ...counts }, i) => {
      const named = Object.entries(files).map(([part, file]) => {
        const name = shardFileName(this.#set, part as ShardPart, i + 1, this.#full.length);
        return [part, { ...file, name }];
      });
      return { ...counts, files: Object.fromEntries(named) as PackedShard['files'] };
    });
  }

  async close(): Promise<void> {
    await this.#closeParts();
    await this.#list?.close();
    this.#list = undefined;
  }
}

export function bytesPerToken(vocabularySize: number): 2 | 4 {
  return vocabularySize <= 65536 ? 2 : 4;
}
