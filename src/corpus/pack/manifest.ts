/** The manifest of packed data: what it says and the check of its shape. It touches no shard. */
import { ExpChatError, readJson } from '../../base/index.ts';

export const PACKED_SETS = [
  'pretrain-train',
  'pretrain-val',
  'pretrain-test',
  'chat-train',
  'chat-val',
  'chat-test',
] as const;
export type PackedSet = (typeof PACKED_SETS)[number];

export const DOCUMENTS_FILE = 'documents.jsonl';
export const LEAKAGE_FILE = 'leakage.json';
const MAX_SHARDS = 99_999;

export interface PackedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A source's part of a set: its documents lie one after another, at tokens `firstToken .. firstToken + tokens`. */
export interface PackedSource {
  readonly id: string;
  /** The source entry of the project it belongs to, where that is known. */
  readonly spec?: string;
  readonly licence: string;
  /** Why the documents may be used, where the project says so. */
  readonly purpose?: string;
  /** Entries in the index; a document that a weight repeats counts each time. */
  readonly documents: number;
  /** In tokens of the whole set, all shards in a row. */
  readonly firstToken: number;
  readonly tokens: number;
  /** UTF-8 bytes of the content, copies counted. */
  readonly textBytes: number;
}

/** One run of documents of a set in files of their own. No document lies in two shards. */
export interface PackedShard {
  readonly documents: number;
  readonly tokens: number;
  readonly files: { readonly tokens: PackedFile; readonly index: PackedFile; readonly mask?: PackedFile };
}

export interface PackedSetInfo {
  readonly documents: number;
  readonly tokens: number;
  /** UTF-8 bytes of all content: texts, or the contents of all turns. */
  readonly textBytes: number;
  /** Chat sets: tokens with mask 1, and the UTF-8 bytes of the assistant turns they stand for. */
  readonly targetTokens?: number;
  readonly targetBytes?: number;
  readonly shards: readonly PackedShard[];
  readonly sources: readonly PackedSource[];
}

export interface PackedManifest {
  readonly format: 'expchat-packed';
  readonly version: 2;
  readonly codeVersion: string;
  /** Hash of everything the shards depend on; equal hashes mean equal bytes. */
  readonly inputHash: string;
  readonly tokenizer: { readonly hash: string; readonly vocabularySize: number };
  readonly bytesPerToken: 2 | 4;
  readonly split: { readonly validationRatio: number; readonly testRatio: number; readonly seed: number };
  /** Which document lies where: one line for each entry of each index. */
  readonly documents: PackedFile;
  /** What the sides share word for word; absent where nothing is held back. */
  readonly leakage?: PackedFile;
  /** A set without documents is absent. */
  readonly sets: { readonly [K in PackedSet]?: PackedSetInfo };
}

/** Names of a shard's files: the set alone where it has one shard, else with the shard's number from 1. */
export function shardFileName(
  set: PackedSet,
  part: 'tokens' | 'index' | 'mask',
  shard: number,
  shards: number,
): string {
  return shards === 1 ? `${set}.${part}.bin` : `${set}-${String(shard).padStart(5, '0')}.${part}.bin`;
}

/** Every file the manifest names. */
export function packedFiles(manifest: PackedManifest): PackedFile[] {
  const shards = Object.values(manifest.sets).flatMap((info) => info.shards);
  const { documents, leakage } = manifest;
  return [
    documents,
    ...(leakage === undefined ? [] : [leakage]),
    ...shards.flatMap(({ files }) => Object.values(files) as PackedFile[]),
  ];
}

/** Throws `corpus.bad-manifest` where the file is no packed manifest of this version or its numbers can not be true. */
export async function readManifest(file: string): Promise<PackedManifest> {
  const value = (await readJson(file)) as PackedManifest;
  const fault = manifestFault(value);
  if (fault === undefined) return value;
  throw new ExpChatError({
    code: 'corpus.bad-manifest',
    message: `${file}: expected a packed manifest of version 2 with ${fault}, got something else`,
    next: 'Run corpus pack again.',
    fields: { path: file, expected: fault },
  });
}

const isCount = (value: unknown, limit = Number.MAX_SAFE_INTEGER): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= limit;

const isHash = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

function manifestFault(value: PackedManifest): string | undefined {
  if (typeof value !== 'object' || value === null || value.format !== 'expchat-packed' || value.version !== 2) {
    return 'format expchat-packed';
  }
  const { tokenizer, bytesPerToken, sets, documents, leakage } = value;
  if (typeof tokenizer?.hash !== 'string' || !isCount(tokenizer.vocabularySize, 2 ** 31)) return 'a tokenizer';
  if (bytesPerToken !== 2 && bytesPerToken !== 4) return 'bytesPerToken 2 or 4';
  if (documents?.name !== DOCUMENTS_FILE || !isCount(documents.bytes) || !isHash(documents.sha256)) {
    return `${DOCUMENTS_FILE} with its SHA-256`;
  }
  if (leakage !== undefined && (leakage.name !== LEAKAGE_FILE || !isCount(leakage.bytes) || !isHash(leakage.sha256))) {
    return `${LEAKAGE_FILE} with its SHA-256`;
  }
  if (typeof sets !== 'object' || sets === null) return 'sets';
  for (const [name, info] of Object.entries(sets)) {
    if (!PACKED_SETS.includes(name as PackedSet)) return 'known sets only';
    const fault = setFault(name as PackedSet, info, bytesPerToken);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function setFault(name: PackedSet, info: PackedSetInfo, bytesPerToken: number): string | undefined {
  const { documents, tokens, textBytes, shards, sources } = info ?? {};
  if (![documents, tokens, textBytes].every((count) => isCount(count))) return `counts of ${name}`;
  if (!Array.isArray(shards) || shards.length === 0 || shards.length > MAX_SHARDS) return `shards of ${name}`;
  for (const [i, shard] of (shards as readonly PackedShard[]).entries()) {
    if (!isCount(shard?.documents) || !isCount(shard.tokens, 2 ** 32 - 1)) return `counts of ${name}, shard ${i + 1}`;
    const expected: ['tokens' | 'index' | 'mask', number][] = [
      ['tokens', shard.tokens * bytesPerToken],
      ['index', (shard.documents + 1) * 4],
    ];
    if (name.startsWith('chat')) expected.push(['mask', shard.tokens]);
    for (const [part, bytes] of expected) {
      const file = shard.files?.[part];
      const fileName = shardFileName(name, part, i + 1, shards.length);
      if (file?.name !== fileName || file.bytes !== bytes || !isHash(file.sha256)) {
        return `${fileName} of ${bytes} bytes with its SHA-256`;
      }
    }
  }
  const sum = (count: (shard: PackedShard) => number) => info.shards.reduce((total, shard) => total + count(shard), 0);
  if (sum((shard) => shard.tokens) !== tokens || sum((shard) => shard.documents) !== documents) {
    return `counts of ${name} that are the sums over its shards`;
  }
  return Array.isArray(sources) ? undefined : `sources of ${name}`;
}
