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
  removeTree,
  renameFile,
  sha256OfBytes,
  type WorkOptions,
  writeDirectoryDurably,
  writeDurably,
} from '../../base/index.ts';
import {
  contentBytes,
  type DocumentRecord,
  readRecords,
  readStage,
  type StageEntry,
  stopIfAsked,
  verifyStageFile,
} from '../record/index.ts';
import {
  PACKED_SETS,
  type PackedManifest,
  type PackedSet,
  type PackedSetInfo,
  type PackedSource,
  readManifest,
} from './manifest.ts';
import { PackState, removeUnlessStopped, type SetCheckpoint } from './pack-state.ts';
import { bytesPerToken, ShardWriter } from './shard-writer.ts';
import { type SplitOptions, splitSources } from './split.ts';

/** Goes up when the same records give other shards. */
const PACK_VERSION = 1;
const BEGIN = '<|bos|>';
const CHECKPOINT_TOKENS = 8_000_000;

/** What packing needs of a tokenizer. */
export interface PackTokenizer {
  readonly vocabularySize: number;
  /** Equal for equal tokenizers. */
  readonly hash: string;
  encode(text: string): Uint32Array;
  /** Id of a special token by its text. */
  specialId(text: string): number;
}

/** A turn as filtering lets it through. */
export interface PackTurn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Renders a dialogue to ids and a mask with 1 for each target token. Refuses a sample without one by its id. */
export type RenderConversation<T extends PackTokenizer = PackTokenizer> = (
  messages: PackTurn[],
  tokenizer: T,
  sampleId?: string,
) => { readonly ids: ArrayLike<number>; readonly mask: ArrayLike<number> };

export interface PackOptions<T extends PackTokenizer = PackTokenizer> extends SplitOptions, WorkOptions {
  /** Needed where the corpus has dialogues. */
  readonly renderConversation?: RenderConversation<T>;
  /** Version of the program, for the manifest. */
  readonly codeVersion: string;
  /** A kill loses at most about so many tokens of work. Default 8 million. */
  readonly checkpointTokens?: number;
}

/** Packs the filtered corpus; nothing is done where `packed/` already holds the same. `directory`: the data folder. */
export async function packCorpus<T extends PackTokenizer>(
  directory: string,
  tokenizer: T,
  options: PackOptions<T>,
): Promise<PackedManifest> {
  const filtered = path.join(directory, 'filtered');
  const entries = (await readStage(filtered, 'filter')).filter((entry) => entry.documents > 0);
  if (entries.length === 0) {
    throw new ExpChatError({
      code: 'corpus.empty',
      message: `${filtered}: expected at least one document after filtering, got none`,
      next: 'See filtered/report.json for what was dropped and why.',
      fields: { path: filtered },
    });
  }
  const sides = sidesOf(entries, options);
  const target = path.join(directory, 'packed');
  const inputHash = hashOfInput(entries, tokenizer, options);
  const present = await presentManifest(target, inputHash);
  if (present !== undefined) return present;
  await removeLeftovers(directory);
  const state = await PackState.open(path.join(directory, 'packing'), inputHash);
  const total = entries.reduce((sum, entry) => sum + entry.documents, 0);
  const job: PackJob<T> = { filtered, state, tokenizer, options, progress: { done: 0, total } };
  try {
    for (const set of PACKED_SETS) {
      const chosen = entries.filter((entry) => sides.get(entry.id) === set);
      if (chosen.length === 0) continue;
      if (state.finished[set] === undefined) await state.finishSet(set, await packSet(job, set, chosen));
      else job.progress.done += chosen.reduce((sum, entry) => sum + entry.documents, 0);
    }
    return await putInPlace(target, job, inputHash);
  } catch (error) {
    await removeUnlessStopped(state.directory, error);
    throw error;
  }
}

/** Moves the finished shards into `packed/`, with the manifest, as one step. */
async function putInPlace<T extends PackTokenizer>(
  target: string,
  job: PackJob<T>,
  inputHash: string,
): Promise<PackedManifest> {
  const { tokenizer, options, state } = job;
  const manifest: PackedManifest = {
    format: 'expchat-packed',
    version: 1,
    codeVersion: options.codeVersion,
    inputHash,
    tokenizer: { hash: tokenizer.hash, vocabularySize: tokenizer.vocabularySize },
    bytesPerToken: bytesPerToken(tokenizer.vocabularySize),
    split: { validationRatio: options.validationRatio, seed: options.seed },
    sets: state.finished,
  };
  await writeDirectoryDurably(target, async (temporary) => {
    for (const info of Object.values(state.finished)) {
      for (const { name } of Object.values(info.files)) {
        await renameFile(path.join(state.directory, name), path.join(temporary, name));
      }
    }
    await writeDurably(path.join(temporary, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
  });
  await removeTree(state.directory);
  return manifest;
}

/** The set each source goes to. Texts and dialogues are split each on their own. */
export function sidesOf(entries: readonly StageEntry[], options: SplitOptions): Map<string, PackedSet> {
  const sides = new Map<string, PackedSet>();
  for (const [kind, name] of [
    ['text', 'pretrain'],
    ['chat', 'chat'],
  ] as const) {
    const ids = entries.filter((entry) => entry.kind === kind && entry.documents > 0).map((entry) => entry.id);
    const split = splitSources(ids, options);
    for (const id of split.train) sides.set(id, `${name}-train`);
    for (const id of split.validation) sides.set(id, `${name}-val`);
  }
  return sides;
}

function hashOfInput(
  entries: readonly StageEntry[],
  tokenizer: PackTokenizer,
  options: SplitOptions & { readonly codeVersion: string },
): string {
  const sources = entries.map((entry) => [entry.id, entry.kind, entry.sha256]);
  const { validationRatio, seed, codeVersion } = options;
  const facts = [PACK_VERSION, codeVersion, tokenizer.hash, tokenizer.vocabularySize, validationRatio, seed, sources];
  return sha256OfBytes(JSON.stringify(facts));
}

async function presentManifest(target: string, inputHash: string): Promise<PackedManifest | undefined> {
  const file = path.join(target, 'manifest.json');
  if (!(await exists(file))) return undefined;
  const manifest = await readManifest(file).catch((error: unknown) => {
    if (error instanceof ExpChatError) return undefined; // Not ours or of another version: packed anew and replaced.
    throw error;
  });
  if (manifest?.inputHash !== inputHash) return undefined;
  for (const info of Object.values(manifest.sets)) {
    for (const { name, bytes } of Object.values(info.files)) {
      if ((await factsOf(path.join(target, name)))?.size !== bytes) return undefined;
    }
  }
  return manifest;
}

/** Half-written folders of runs that were killed. */
async function removeLeftovers(directory: string): Promise<void> {
  for (const { name } of await listDirectory(directory)) {
    if (/^packed\.(?:tmp|old)-\d+$/.test(name)) await removeTree(path.join(directory, name));
  }
}

/** What the packing of every set shares. */
interface PackJob<T extends PackTokenizer> {
  readonly filtered: string;
  readonly state: PackState;
  readonly tokenizer: T;
  readonly options: PackOptions<T>;
  readonly progress: { done: number; readonly total: number };
}

async function packSet<T extends PackTokenizer>(
  job: PackJob<T>,
  set: PackedSet,
  entries: readonly StageEntry[],
): Promise<PackedSetInfo> {
  const { tokenizer, options, progress, state } = job;
  const start = state.checkpointOf(set);
  const writer = await ShardWriter.open(state.directory, set, tokenizer.vocabularySize, start);
  const sources: PackedSource[] = [...(start?.sources ?? [])];
  const target = { tokens: start?.targetTokens ?? 0, bytes: start?.targetBytes ?? 0 };
  progress.done += writer.documents;
  let saved = writer.tokens;
  const checkpoint = (): SetCheckpoint => ({
    set,
    sources: [...sources],
    tokens: writer.tokens,
    documents: writer.documents,
    targetTokens: target.tokens,
    targetBytes: target.bytes,
  });
  let last = checkpoint();
  try {
    for (const entry of entries.slice(sources.length)) {
      sources.push(await packSource(job, writer, entry, target));
      last = checkpoint();
      if (writer.tokens - saved < (options.checkpointTokens ?? CHECKPOINT_TOKENS)) continue;
      await writer.sync();
      await state.checkpoint(last);
      saved = writer.tokens;
    }
    const files = await writer.finish();
    const textBytes = sources.reduce((sum, source) => sum + source.textBytes, 0);
    const chat = files.mask === undefined ? {} : { targetTokens: target.tokens, targetBytes: target.bytes };
    return { documents: writer.documents, tokens: writer.tokens, textBytes, ...chat, files, sources };
  } catch (error) {
    if (error instanceof ExpChatError && error.kind === 'stopped') {
      await writer.sync(); // Documents of the source in work lie behind the checkpoint and are cut off later.
      await state.checkpoint(last);
    }
    throw error;
  } finally {
    await writer.close();
  }
}

async function packSource<T extends PackTokenizer>(
  job: PackJob<T>,
  writer: ShardWriter,
  entry: StageEntry,
  target: { tokens: number; bytes: number },
): Promise<PackedSource> {
  const { tokenizer, options, progress } = job;
  const file = await verifyStageFile(job.filtered, entry);
  const tokensBefore = writer.tokens;
  let licence = 'unknown';
  for await (const record of readRecords(file)) {
    stopIfAsked(options.signal, 'pack');
    licence = record.licence;
    if (record.kind === 'text') await writer.add(record.id, withBegin(tokenizer, record.text!));
    else await addChat(writer, record, tokenizer, options, target);
    progress.done++;
    options.onProgress?.({ stage: 'corpus.pack', done: progress.done, total: progress.total, unit: 'documents' });
  }
  const { id, documents, contentBytes: textBytes } = entry;
  return { id, licence, documents, tokens: writer.tokens - tokensBefore, textBytes };
}

function withBegin(tokenizer: PackTokenizer, text: string): Uint32Array {
  const ids = tokenizer.encode(text);
  const all = new Uint32Array(ids.length + 1);
  all[0] = tokenizer.specialId(BEGIN);
  all.set(ids, 1);
  return all;
}

async function addChat<T extends PackTokenizer>(
  writer: ShardWriter,
  record: DocumentRecord,
  tokenizer: T,
  options: PackOptions<T>,
  target: { tokens: number; bytes: number },
): Promise<void> {
  if (options.renderConversation === undefined) {
    throw new ExpChatError({
      code: 'corpus.no-renderer',
      kind: 'internal',
      message: `document ${record.id}: expected a conversation renderer for a dialogue, got none`,
    });
  }
  const { ids, mask } = options.renderConversation(record.messages as PackTurn[], tokenizer, record.id);
  let targets = 0;
  for (let i = 0; i < mask.length; i++) targets += mask[i]!;
  if (mask.length !== ids.length || targets === 0) {
    throw new ExpChatError({
      code: 'corpus.no-target',
      message: `document ${record.id}: expected a mask over its ${ids.length} tokens with a target, got ${mask.length} entries and ${targets} targets`,
      next: 'Remove the dialogue from the source; it teaches no answer.',
      fields: { id: record.id },
    });
  }
  target.tokens += targets;
  const answers = record.messages!.filter((turn) => turn.role === 'assistant');
  target.bytes += contentBytes({ ...record, messages: answers });
  await writer.add(record.id, ids, mask);
}
