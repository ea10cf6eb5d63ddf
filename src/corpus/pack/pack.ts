/**
 * The last stage: filtered records to token shards, split by source. The work lies in `packing/` and continues there after
 * a stop or a kill; the folder `packed/` appears whole or not at all, and the same input gives the same bytes. The
 * tokenizer and the dialogue format come from the caller.
 */
import path from 'node:path';
import {
  ExpChatError,
  exists,
  factsOf,
  listDirectory,
  readLines,
  removeTree,
  renameFile,
  sha256OfBytes,
  writeDirectoryDurably,
  writeDurably,
} from '../../base/index.ts';
import type { StageEntry } from '../record/index.ts';
import { type CorpusSplit, readSplit, setOf } from './corpus-split.ts';
import { findLeakage, type LeakageReport } from './leakage.ts';
import {
  DOCUMENTS_FILE,
  LEAKAGE_FILE,
  PACKED_SETS,
  type PackedManifest,
  packedFiles,
  readManifest,
} from './manifest.ts';
import { type PackJob, type PackTokenizer, packSet, type SetOptions } from './pack-set.ts';
import { PackState, removeUnlessStopped } from './pack-state.ts';
import { bytesPerToken, documentsPart, MAX_SHARD_TOKENS, shardPart } from './shard-writer.ts';
import type { SplitNotice, SplitOptions } from './split.ts';

/** Goes up when the same records give other shards. */
const PACK_VERSION = 2;

export interface PackOptions<T extends PackTokenizer = PackTokenizer> extends SplitOptions, SetOptions<T> {
  /** Version of the program, for the manifest. */
  readonly codeVersion: string;
  /** Told where a side misses its share of the bytes, and why. */
  readonly onNotices?: (notices: readonly SplitNotice[]) => void;
}

/** Packs the filtered corpus; nothing is done where `packed/` already holds the same. `directory`: the data folder. */
export async function packCorpus<T extends PackTokenizer>(
  directory: string,
  tokenizer: T,
  options: PackOptions<T>,
): Promise<PackedManifest> {
  const filtered = path.join(directory, 'filtered');
  const split = await readSplit(directory, options);
  if (split.entries.length === 0) {
    throw new ExpChatError({
      code: 'corpus.empty',
      message: `${filtered}: expected at least one document after filtering, got none`,
      next: 'See filtered/report.json for what was dropped and why.',
      fields: { path: filtered },
    });
  }
  options.onNotices?.(split.notices);
  const target = path.join(directory, 'packed');
  const inputHash = hashOfInput(split, tokenizer, options);
  const present = await presentManifest(target, inputHash);
  if (present !== undefined) return present;
  await removeLeftovers(directory);
  const state = await PackState.open(path.join(directory, 'packing'), inputHash);
  const total = documentsOf(split.entries);
  const job: PackJob<T> = { filtered, state, tokenizer, options, progress: { done: 0, total } };
  try {
    for (const set of PACKED_SETS) {
      const chosen = split.entries.filter(({ id, kind }) => setOf(kind, split.sideOf(id)!) === set);
      if (chosen.length === 0) continue;
      if (state.finished[set] === undefined) await state.finishSet(set, await packSet(job, set, chosen));
      else job.progress.done += documentsOf(chosen);
    }
    return await putInPlace(target, job, split, options, inputHash);
  } catch (error) {
    await removeUnlessStopped(state.directory, error);
    throw error;
  }
}

const documentsOf = (entries: readonly StageEntry[]): number =>
  entries.reduce((sum, entry) => sum + entry.documents, 0);

/** Moves the finished shards into `packed/`, with the manifest, as one step. */
async function putInPlace<T extends PackTokenizer>(
  target: string,
  { filtered, tokenizer, state }: PackJob<T>,
  split: CorpusSplit,
  options: PackOptions<T>,
  inputHash: string,
): Promise<PackedManifest> {
  const { validationRatio, testRatio = 0, seed, codeVersion } = options;
  const common = {
    format: 'expchat-packed',
    version: 2,
    codeVersion,
    inputHash,
    tokenizer: { hash: tokenizer.hash, vocabularySize: tokenizer.vocabularySize },
    bytesPerToken: bytesPerToken(tokenizer.vocabularySize),
    split: { validationRatio, testRatio, seed },
  } as const;
  const leakage = await findLeakage(filtered, split, options);
  let manifest: PackedManifest | undefined;
  await writeDirectoryDurably(target, async (temporary) => {
    const written = await writeDurably(path.join(temporary, DOCUMENTS_FILE), documentLines(state));
    for (const set of PACKED_SETS) {
      for (const [i, { files }] of (state.finished[set]?.shards ?? []).entries()) {
        for (const [part, { name }] of Object.entries(files) as ['tokens' | 'index' | 'mask', { name: string }][]) {
          await renameFile(path.join(state.directory, shardPart(set, part, i + 1)), path.join(temporary, name));
        }
      }
    }
    const documents = { name: DOCUMENTS_FILE, ...written };
    manifest = { ...common, documents, ...(await writeLeakage(temporary, leakage)), sets: state.finished };
    await writeDurably(path.join(temporary, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
  });
  await removeTree(state.directory);
  return manifest!;
}

async function writeLeakage(directory: string, report: LeakageReport): Promise<Pick<PackedManifest, 'leakage'>> {
  if (report.overlaps.length === 0) return {};
  const written = await writeDurably(path.join(directory, LEAKAGE_FILE), `${JSON.stringify(report, null, 1)}\n`);
  return { leakage: { name: LEAKAGE_FILE, ...written } };
}

async function* documentLines(state: PackState): AsyncGenerator<string> {
  for (const set of PACKED_SETS) {
    if (state.finished[set] === undefined) continue;
    let block = '';
    for await (const line of readLines(path.join(state.directory, documentsPart(set)))) {
      block += `${line}\n`;
      if (block.length < 2 ** 16) continue;
      yield block;
      block = '';
    }
    if (block !== '') yield block;
  }
}

function hashOfInput<T extends PackTokenizer>(split: CorpusSplit, tokenizer: T, options: PackOptions<T>): string {
  const { validationRatio, testRatio = 0, seed, codeVersion, maxShardTokens = MAX_SHARD_TOKENS } = options;
  return sha256OfBytes(
    JSON.stringify([
      PACK_VERSION,
      codeVersion,
      tokenizer.hash,
      tokenizer.vocabularySize,
      [validationRatio, testRatio, seed, split.hash],
      maxShardTokens,
      [...(options.weights ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)),
      split.entries.map((entry) => [entry.id, entry.kind, entry.sha256]),
    ]),
  );
}

async function presentManifest(target: string, inputHash: string): Promise<PackedManifest | undefined> {
  const file = path.join(target, 'manifest.json');
  if (!(await exists(file))) return undefined;
  const manifest = await readManifest(file).catch((error: unknown) => {
    if (error instanceof ExpChatError) return undefined; // Not ours or of another version: packed anew and replaced.
    throw error;
  });
  if (manifest?.inputHash !== inputHash) return undefined;
  for (const { name, bytes } of packedFiles(manifest)) {
    if ((await factsOf(path.join(target, name)))?.size !== bytes) return undefined;
  }
  return manifest;
}

/** Half-written folders of runs that were killed. */
async function removeLeftovers(directory: string): Promise<void> {
  for (const { name } of await listDirectory(directory)) {
    if (/^packed\.(?:tmp|old)-\d+$/.test(name)) await removeTree(path.join(directory, name));
  }
}
