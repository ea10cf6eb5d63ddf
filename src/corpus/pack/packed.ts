/** Opens a packed set for reading, every byte verified once. It does not sample or batch. */
import path from 'node:path';
import { ExpChatError, readBytes, sha256OfBytes } from '../../base/index.ts';
import { type PackedFile, type PackedManifest, type PackedSet, type PackedSetInfo, readManifest } from './manifest.ts';

export interface PackedData {
  /** All documents one after another. */
  readonly tokens: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
  /** Start of each document in `tokens`, and the end: documents + 1 values. */
  readonly offsets: Uint32Array<ArrayBuffer>;
  /** Chat sets: 1 where the token is a target. */
  readonly mask?: Uint8Array<ArrayBuffer>;
  readonly info: PackedSetInfo;
  readonly manifest: PackedManifest;
}

/**
 * Reads a set of `packed/` (`directory`: that folder). Throws `corpus.no-set` where it is absent and
 * `corpus.bad-shard`, naming the file, where sizes, hashes, offsets, ids or mask are not as written.
 */
export async function openPacked(directory: string, set: PackedSet): Promise<PackedData> {
  const manifest = await readManifest(path.join(directory, 'manifest.json'));
  const info = manifest.sets[set];
  if (info === undefined) {
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
  const tokenBytes = await verified(directory, info.files.tokens);
  const tokens = manifest.bytesPerToken === 2 ? new Uint16Array(tokenBytes.buffer) : new Uint32Array(tokenBytes.buffer);
  const offsets = new Uint32Array((await verified(directory, info.files.index)).buffer);
  const mask = info.files.mask === undefined ? undefined : await verified(directory, info.files.mask);
  checkContent(directory, info, tokens, offsets, mask, manifest.tokenizer.vocabularySize);
  return { tokens, offsets, ...(mask === undefined ? {} : { mask }), info, manifest };
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

function checkContent(
  directory: string,
  info: PackedSetInfo,
  tokens: ArrayLike<number>,
  offsets: Uint32Array,
  mask: Uint8Array | undefined,
  vocabularySize: number,
): void {
  const indexFile = path.join(directory, info.files.index.name);
  if (offsets[0] !== 0 || offsets.at(-1) !== info.tokens)
    throw badShard(indexFile, 'offsets from 0 to the end', 'others');
  for (let i = 1; i < offsets.length; i++) {
    if (offsets[i]! <= offsets[i - 1]!) throw badShard(indexFile, 'rising offsets', `${offsets[i]} at ${i}`);
  }
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i]! < vocabularySize) continue;
    throw badShard(path.join(directory, info.files.tokens.name), `ids below ${vocabularySize}`, `${tokens[i]} at ${i}`);
  }
  const badMask = mask?.findIndex((value) => value > 1) ?? -1;
  if (badMask !== -1)
    throw badShard(path.join(directory, info.files.mask!.name), 'a mask of 0 and 1', `${mask![badMask]}`);
}
