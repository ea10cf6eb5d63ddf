/** Opens packed sets for reading: whole, every byte verified once, or document by document. It does not sample or batch. */
import path from 'node:path';
import { ExpChatError, type FileHandle, openFile, readBytes, readFully, sha256OfBytes } from '../../base/index.ts';
import {
  type PackedFile,
  type PackedManifest,
  type PackedSet,
  type PackedSetInfo,
  type PackedShard,
  readManifest,
} from './manifest.ts';

export interface PackedData {
  /** All documents one after another, the shards in a row. */
  readonly tokens: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
  /** Start of each document in `tokens`, and the end: documents + 1 values. */
  readonly offsets: Uint32Array<ArrayBuffer>;
  /** Chat sets: 1 where the token is a target. */
  readonly mask?: Uint8Array<ArrayBuffer>;
  readonly info: PackedSetInfo;
  readonly manifest: PackedManifest;
}

/** The manifest and one set of it. Throws `corpus.no-set` where the set is absent. */
async function setInfo(directory: string, set: PackedSet): Promise<{ manifest: PackedManifest; info: PackedSetInfo }> {
  const manifest = await readManifest(path.join(directory, 'manifest.json'));
  const info = manifest.sets[set];
  if (info !== undefined) return { manifest, info };
  throw new ExpChatError({
    code: 'corpus.no-set',
    kind: 'notFound',
    message: `${directory}: expected the set ${set}, got only ${Object.keys(manifest.sets).join(', ') || 'none'}`,
    next: set.startsWith('chat')
      ? 'Add a source with content: chat and run corpus run again.'
      : 'Add a text source, or set a validation ratio above 0, and run corpus run again.',
    fields: { set },
  });
}

/**
 * Reads a set of `packed/` (`directory`: that folder) into memory. Throws `corpus.no-set` where it is absent,
 * `corpus.bad-shard`, naming the file, where sizes, hashes, offsets, ids or mask are not as written, and
 * `corpus.set-too-large` from 2^32 tokens on; `PackedReader` reads such a set.
 */
export async function openPacked(directory: string, set: PackedSet): Promise<PackedData> {
  const { manifest, info } = await setInfo(directory, set);
  if (info.tokens >= 2 ** 32) {
    throw new ExpChatError({
      code: 'corpus.set-too-large',
      kind: 'resources',
      message: `${directory}: expected fewer than 2^32 tokens in ${set} to hold it in memory, got ${info.tokens}`,
      next: 'Divide the corpus, or give its sources lower weights.',
      fields: { set, tokens: info.tokens },
    });
  }
  const width = manifest.bytesPerToken;
  const tokenBytes = await allShards(directory, info, width, ({ files }) => files.tokens);
  const tokens = width === 2 ? new Uint16Array(tokenBytes.buffer) : new Uint32Array(tokenBytes.buffer);
  const offsets = new Uint32Array(info.documents + 1);
  let [document, token] = [0, 0];
  for (const shard of info.shards) {
    const index = new Uint32Array((await verified(directory, shard.files.index)).buffer);
    checkIndex(path.join(directory, shard.files.index.name), index, shard);
    for (let i = 1; i < index.length; i++) offsets[++document] = token + index[i]!;
    token += shard.tokens;
  }
  const chat = set.startsWith('chat');
  const mask = chat ? await allShards(directory, info, 1, ({ files }) => files.mask!) : undefined;
  checkContent(directory, info, tokens, mask, manifest.tokenizer.vocabularySize);
  return { tokens, offsets, ...(mask === undefined ? {} : { mask }), info, manifest };
}

/** One part of all shards in a row; the bytes of a single shard as they are read, without a copy. */
async function allShards(
  directory: string,
  { shards, tokens }: PackedSetInfo,
  width: number,
  fileOf: (shard: PackedShard) => PackedFile,
): Promise<Uint8Array<ArrayBuffer>> {
  if (shards.length === 1) return verified(directory, fileOf(shards[0]!));
  const all = new Uint8Array(tokens * width);
  let at = 0;
  for (const shard of shards) {
    const bytes = await verified(directory, fileOf(shard));
    all.set(bytes, at);
    at += bytes.byteLength;
  }
  return all;
}

async function verified(directory: string, expected: PackedFile): Promise<Uint8Array<ArrayBuffer>> {
  const file = path.join(directory, expected.name);
  const bytes = await readBytes(file, expected.bytes);
  if (bytes.byteLength !== expected.bytes) throw badShard(file, `${expected.bytes} bytes`, `${bytes.byteLength}`);
  const found = sha256OfBytes(bytes);
  if (found !== expected.sha256) throw badShard(file, `SHA-256 ${expected.sha256}`, found);
  return bytes;
}

function badShard(file: string, expected: string, found: string): ExpChatError {
  return new ExpChatError({
    code: 'corpus.bad-shard',
    message: `${file}: expected ${expected}, got ${found}`,
    next: 'The packed data is damaged; remove the packed folder and run corpus pack again.',
    fields: { path: file },
  });
}

function checkIndex(file: string, offsets: Uint32Array, shard: PackedShard): void {
  if (offsets[0] !== 0 || offsets.at(-1) !== shard.tokens) throw badShard(file, 'offsets from 0 to the end', 'others');
  for (let i = 1; i < offsets.length; i++) {
    if (offsets[i]! <= offsets[i - 1]!) throw badShard(file, 'rising offsets', `${offsets[i]} at ${i}`);
  }
}

function checkContent(
  directory: string,
  info: PackedSetInfo,
  tokens: ArrayLike<number>,
  mask: Uint8Array | undefined,
  vocabularySize: number,
): void {
  const name = (part: 'tokens' | 'mask') => path.join(directory, info.shards[0]!.files[part]!.name);
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i]! < vocabularySize) continue;
    throw badShard(name('tokens'), `ids below ${vocabularySize}`, `${tokens[i]} at ${i}`);
  }
  const badMask = mask?.findIndex((value) => value > 1) ?? -1;
  if (badMask !== -1) throw badShard(name('mask'), 'a mask of 0 and 1', `${mask![badMask]}`);
}

/** Reads single documents of a set of any size by their place, in the memory of one document. Close it. */
export class PackedReader {
  readonly manifest: PackedManifest;
  readonly info: PackedSetInfo;
  readonly #directory: string;
  readonly #handles = new Map<string, FileHandle>();

  private constructor(directory: string, manifest: PackedManifest, info: PackedSetInfo) {
    this.#directory = directory;
    this.manifest = manifest;
    this.info = info;
  }

  static async open(directory: string, set: PackedSet): Promise<PackedReader> {
    const { manifest, info } = await setInfo(directory, set);
    return new PackedReader(directory, manifest, info);
  }

  /** Tokens `start .. end` of a shard (from 1), and their mask in a chat set. Throws `corpus.bad-shard`. */
  async read(place: { readonly shard: number; readonly start: number; readonly end: number }) {
    const { shard: number, start, end } = place;
    const shard = this.info.shards[number - 1];
    if (shard === undefined || start < 0 || end <= start || end > shard.tokens) {
      throw badShard(path.join(this.#directory, 'documents.jsonl'), 'places within the shards', JSON.stringify(place));
    }
    const width = this.manifest.bytesPerToken;
    const { buffer } = await this.#bytes(shard.files.tokens, start * width, (end - start) * width);
    const ids = width === 2 ? new Uint16Array(buffer) : new Uint32Array(buffer);
    if (shard.files.mask === undefined) return { ids };
    return { ids, mask: await this.#bytes(shard.files.mask, start, end - start) };
  }

  async #bytes({ name }: PackedFile, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const file = path.join(this.#directory, name);
    let handle = this.#handles.get(file);
    if (handle === undefined) {
      handle = await openFile(file, 'read');
      this.#handles.set(file, handle);
    }
    const bytes = new Uint8Array(length);
    const count = await readFully(handle, bytes, position);
    if (count !== length) throw badShard(file, `${position + length} bytes`, `${position + count}`);
    return bytes;
  }

  async close(): Promise<void> {
    for (const handle of this.#handles.values()) await handle.close();
    this.#handles.clear();
  }
}
