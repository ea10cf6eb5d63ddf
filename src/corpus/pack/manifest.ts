/** The manifest of packed data: what it says and the check of its shape. It touches no shard. */
import { ExpChatError, readJson } from '../../base/index.ts';

export type PackedSet = 'pretrain-train' | 'pretrain-val' | 'chat-train' | 'chat-val';
export const PACKED_SETS: readonly PackedSet[] = ['pretrain-train', 'pretrain-val', 'chat-train', 'chat-val'];

export interface PackedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface PackedSource {
  readonly id: string;
  readonly licence: string;
  readonly documents: number;
  readonly tokens: number;
  /** UTF-8 bytes of the content. */
  readonly textBytes: number;
}

export interface PackedSetInfo {
  readonly documents: number;
  readonly tokens: number;
  /** UTF-8 bytes of all content: texts, or the contents of all turns. */
  readonly textBytes: number;
  /** Chat sets: tokens with mask 1, and the UTF-8 bytes of the assistant turns they stand for. */
  readonly targetTokens?: number;
  readonly targetBytes?: number;
  readonly files: { readonly tokens: PackedFile; readonly index: PackedFile; readonly mask?: PackedFile };
  readonly sources: readonly PackedSource[];
}

export interface PackedManifest {
  readonly format: 'expchat-packed';
  readonly version: 1;
  readonly codeVersion: string;
  /** Hash of everything the shards depend on; equal hashes mean equal bytes. */
  readonly inputHash: string;
  readonly tokenizer: { readonly hash: string; readonly vocabularySize: number };
  readonly bytesPerToken: 2 | 4;
  readonly split: { readonly validationRatio: number; readonly seed: number };
  /** A set without documents is absent. */
  readonly sets: { readonly [K in PackedSet]?: PackedSetInfo };
}

/** Throws `corpus.bad-manifest` where the file is no packed manifest of this version or its numbers can not be true. */
export async function readManifest(file: string): Promise<PackedManifest> {
  const value = (await readJson(file)) as PackedManifest;
  const fault = manifestFault(value);
  if (fault === undefined) return value;
  throw new ExpChatError({
    code: 'corpus.bad-manifest',
    message: `${file}: expected a packed manifest of version 1 with ${fault}, got something else`,
    next: 'Run corpus pack again.',
    fields: { path: file, expected: fault },
  });
}

const isCount = (value: unknown, limit = Number.MAX_SAFE_INTEGER): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= limit;

function manifestFault(value: PackedManifest): string | undefined {
  if (typeof value !== 'object' || value === null || value.format !== 'expchat-packed' || value.version !== 1) {
    return 'format expchat-packed';
  }
  const { tokenizer, bytesPerToken, sets } = value;
  if (typeof tokenizer?.hash !== 'string' || !isCount(tokenizer.vocabularySize, 2 ** 31)) return 'a tokenizer';
  if (bytesPerToken !== 2 && bytesPerToken !== 4) return 'bytesPerToken 2 or 4';
  if (typeof sets !== 'object' || sets === null) return 'sets';
  for (const [name, info] of Object.entries(sets)) {
    if (!PACKED_SETS.includes(name as PackedSet)) return 'known sets only';
    const fault = setFault(name, info as PackedSetInfo, bytesPerToken);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function setFault(name: string, info: PackedSetInfo, bytesPerToken: number): string | undefined {
  const counts = [info?.documents, info?.tokens, info?.textBytes];
  if (!counts.every((count) => isCount(count)) || !isCount(info.tokens, 2 ** 32 - 1)) return `counts of ${name}`;
  const { tokens, index, mask } = info.files ?? {};
  const expected: [PackedFile | undefined, string, number][] = [
    [tokens, `${name}.tokens.bin`, info.tokens * bytesPerToken],
    [index, `${name}.index.bin`, (info.documents + 1) * 4],
  ];
  if (name.startsWith('chat')) expected.push([mask, `${name}.mask.bin`, info.tokens]);
  for (const [file, fileName, bytes] of expected) {
    if (file?.name !== fileName || file.bytes !== bytes || !/^[0-9a-f]{64}$/.test(file.sha256)) {
      return `${fileName} of ${bytes} bytes with its SHA-256`;
    }
  }
  return Array.isArray(info.sources) ? undefined : `sources of ${name}`;
}
