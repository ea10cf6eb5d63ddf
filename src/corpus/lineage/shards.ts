/**
 * Which tokens of which shard a document became: by the list that packing writes, or, where there is none, by the order of
 * the filtered documents. It reads no token.
 */
import path from 'node:path';
import { exists, openFile, readFully } from '../../base/index.ts';
import { PACKED_SETS, type PackedManifest, type PackedSet, readManifest } from '../pack/index.ts';
import type { StageEntry } from '../record/index.ts';
import { wholeLines } from './project.ts';

export interface ShardRange {
  readonly set: string;
  /** Name of the file. */
  readonly shard: string;
  /** Tokens from `start` up to but without `end`, counted from the begin of the shard. */
  readonly start: number;
  readonly end: number;
}

/** A kept document: its source and its number, from 0, in the filtered file of the source. */
export interface KeptDocument {
  readonly id: string;
  readonly source: string;
  readonly ordinal: number;
}

/** The manifest, or undefined where nothing is packed. */
export async function packedManifest(packed: string): Promise<PackedManifest | undefined> {
  const file = path.join(packed, 'manifest.json');
  return (await exists(file)) ? readManifest(file) : undefined;
}

/** Token ranges by document id; a document that is not packed is absent. */
export async function shardsOf(
  packed: string,
  filtered: ReadonlyMap<string, StageEntry>,
  documents: readonly KeptDocument[],
): Promise<Map<string, ShardRange[]>> {
  const found = new Map<string, ShardRange[]>();
  const manifest = documents.length === 0 ? undefined : await packedManifest(packed);
  if (manifest === undefined) return found;
  const list = path.join(packed, 'documents.jsonl');
  if (await exists(list)) return listedRanges(list, manifest, documents);
  for (const set of PACKED_SETS) {
    const info = manifest.sets[set];
    if (info === undefined) continue;
    const starts = new Map<string, number>();
    let before = 0;
    for (const { id, documents: count } of info.sources) {
      if (filtered.get(id)?.documents === count) starts.set(id, before); // Else it was filtered anew since.
      before += count;
    }
    await indexedRanges(packed, set, starts, documents, found);
  }
  return found;
}

/**
 * The packed sets that hold any of the documents, by the list that packing writes; undefined where it wrote none and only the
 * manifest's sources could tell.
 */
export async function setsWith(packed: string, ids: ReadonlySet<string>): Promise<Set<string> | undefined> {
  const list = path.join(packed, 'documents.jsonl');
  if (!(await exists(list))) return undefined;
  const sets = new Set<string>();
  for await (const value of wholeLines(list)) {
    const { id, set } = value as { id?: string; set?: string };
    if (id !== undefined && set !== undefined && ids.has(id)) sets.add(set);
  }
  return sets;
}

/** Sets in several shards number their files. */
function shardName(manifest: PackedManifest, set: string, shard: number): string {
  const info = (manifest.sets as Readonly<Record<string, { readonly shards?: readonly unknown[] }>>)[set];
  return (info?.shards?.length ?? 1) > 1 ? `${set}-${String(shard).padStart(5, '0')}.tokens.bin` : `${set}.tokens.bin`;
}

async function listedRanges(
  file: string,
  manifest: PackedManifest,
  documents: readonly KeptDocument[],
): Promise<Map<string, ShardRange[]>> {
  const wanted = new Set(documents.map((document) => document.id));
  const found = new Map<string, ShardRange[]>();
  for await (const value of wholeLines(file)) {
    const row = value as { id?: string; set?: string; shard?: number; start?: number; end?: number };
    if (row.id === undefined || !wanted.has(row.id) || row.set === undefined) continue;
    const shard = shardName(manifest, row.set, row.shard ?? 1);
    const ranges = found.get(row.id) ?? [];
    ranges.push({ set: row.set, shard, start: row.start ?? 0, end: row.end ?? 0 });
    found.set(row.id, ranges);
  }
  return found;
}

async function indexedRanges(
  packed: string,
  set: PackedSet,
  starts: ReadonlyMap<string, number>,
  documents: readonly KeptDocument[],
  found: Map<string, ShardRange[]>,
): Promise<void> {
  const handle = await openFile(path.join(packed, `${set}.index.bin`), 'read');
  const pair = new Uint8Array(8);
  const view = new DataView(pair.buffer);
  try {
    for (const { id, source, ordinal } of documents) {
      const before = starts.get(source);
      if (before === undefined || (await readFully(handle, pair, (before + ordinal) * 4)) < 8) continue;
      const range = { set, shard: `${set}.tokens.bin`, start: view.getUint32(0, true), end: view.getUint32(4, true) };
      found.set(id, [...(found.get(id) ?? []), range]);
    }
  } finally {
    await handle.close();
  }
}
