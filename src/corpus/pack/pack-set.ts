/**
 * Packs one set: filtered records in the order of their sources to ids, to shards. Texts are encoded in windows, many at a
 * time where the caller can; what is written is the same either way. It knows no split and no manifest.
 */
import { ExpChatError, type WorkOptions } from '../../base/index.ts';
import { contentBytes, type DocumentRecord, readVerified, type StageEntry, stopIfAsked } from '../record/index.ts';
import type { PackedSet, PackedSetInfo, PackedSource } from './manifest.ts';
import type { PackState, SetCheckpoint } from './pack-state.ts';
import { ShardWriter } from './shard-writer.ts';
import { copiesOf } from './weights.ts';

const BEGIN = '<|bos|>';
const CHECKPOINT_TOKENS = 8_000_000;
/** A window of texts to encode ends at so many UTF-16 units or so many records. */
const WINDOW_UNITS = 4 * 2 ** 20;
const WINDOW_RECORDS = 8192;

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

export interface SetOptions<T extends PackTokenizer = PackTokenizer> extends WorkOptions {
  /** Needed where the corpus has dialogues. */
  readonly renderConversation?: RenderConversation<T>;
  /** The same ids as the tokenizer's `encode` gives, for many texts at once, such as in threads. */
  readonly encodeMany?: (texts: readonly string[]) => Promise<readonly Uint32Array[]>;
  /** A kill loses at most about so many tokens of work. Default 8 million. */
  readonly checkpointTokens?: number;
  /** Tokens of a shard at most; a longer document has one of its own. Default 2^29. */
  readonly maxShardTokens?: number;
  /** How often the documents of a source, or of a source entry of the project, go into training; else once. */
  readonly weights?: ReadonlyMap<string, number>;
  readonly seed: number;
}

/** What the packing of every set shares. */
export interface PackJob<T extends PackTokenizer> {
  readonly filtered: string;
  readonly state: PackState;
  readonly tokenizer: T;
  readonly options: SetOptions<T>;
  readonly progress: { done: number; readonly total: number };
}

interface Step {
  readonly entry: StageEntry;
  readonly record: DocumentRecord;
  /** Of the record in its source, from 1. */
  readonly number: number;
  readonly last: boolean;
  readonly copies: number;
  ids?: Uint32Array;
}

export async function packSet<T extends PackTokenizer>(
  job: PackJob<T>,
  set: PackedSet,
  entries: readonly StageEntry[],
): Promise<PackedSetInfo> {
  const { tokenizer, options, progress, state } = job;
  const start = state.checkpointOf(set);
  const writer = await ShardWriter.open(state.directory, set, {
    vocabularySize: tokenizer.vocabularySize,
    ...(options.maxShardTokens === undefined ? {} : { maxShardTokens: options.maxShardTokens }),
    ...(start === undefined ? {} : { after: start.written }),
  });
  const sum = new SetSum(set, writer, start);
  const rest = entries.slice(sum.sources.length);
  const before = entries.slice(0, sum.sources.length).reduce((count, entry) => count + entry.documents, 0);
  progress.done += before + sum.records;
  let saved = writer.tokens;
  try {
    for await (const step of encodedSteps(job, set, rest, sum.records)) {
      stopIfAsked(options.signal, 'pack');
      await packRecord(job, writer, step, sum);
      progress.done++;
      options.onProgress?.({ stage: 'corpus.pack', done: progress.done, total: progress.total, unit: 'documents' });
      if (writer.tokens - saved < (options.checkpointTokens ?? CHECKPOINT_TOKENS)) continue;
      await writer.sync();
      await state.checkpoint(sum.checkpoint());
      saved = writer.tokens;
    }
    const shards = await writer.finish();
    const textBytes = sum.sources.reduce((bytes, source) => bytes + source.textBytes, 0);
    const chat = set.startsWith('chat') ? { targetTokens: sum.targetTokens, targetBytes: sum.targetBytes } : {};
    return { documents: writer.documents, tokens: writer.tokens, textBytes, ...chat, shards, sources: sum.sources };
  } catch (error) {
    if (error instanceof ExpChatError && error.kind === 'stopped') {
      await writer.sync();
      await state.checkpoint(sum.checkpoint());
    }
    throw error;
  } finally {
    await writer.close();
  }
}

/** What a set holds so far, by source. */
class SetSum {
  readonly #set: PackedSet;
  readonly #writer: ShardWriter;
  readonly sources: PackedSource[];
  #open: PackedSource | undefined;
  /** Records done of the source in work. */
  records: number;
  targetTokens: number;
  targetBytes: number;

  constructor(set: PackedSet, writer: ShardWriter, start: SetCheckpoint | undefined) {
    this.#set = set;
    this.#writer = writer;
    this.sources = [...(start?.sources ?? [])];
    this.#open = start?.open?.packed;
    this.records = start?.open?.records ?? 0;
    this.targetTokens = start?.targetTokens ?? 0;
    this.targetBytes = start?.targetBytes ?? 0;
  }

  /** `before`: tokens of the set before the record. */
  add({ record, copies, number, last }: Step, before: number): void {
    const { spec, licence, purpose } = record;
    const old = this.#open ?? {
      id: record.source,
      ...(spec === undefined ? {} : { spec }),
      licence,
      ...(purpose === undefined ? {} : { purpose }),
      documents: 0,
      firstToken: before,
      tokens: 0,
      textBytes: 0,
    };
    const documents = old.documents + copies;
    const tokens = this.#writer.tokens - old.firstToken;
    const packed = { ...old, documents, tokens, textBytes: old.textBytes + copies * contentBytes(record) };
    this.#open = last ? undefined : packed;
    this.records = last ? 0 : number;
    if (last) this.sources.push(packed);
  }

  checkpoint(): SetCheckpoint {
    return {
      set: this.#set,
      sources: [...this.sources],
      ...(this.#open === undefined ? {} : { open: { records: this.records, packed: this.#open } }),
      written: this.#writer.mark,
      targetTokens: this.targetTokens,
      targetBytes: this.targetBytes,
    };
  }
}

/** The records of the sources from `skip` of the first one on, each with its copies. */
async function* stepsOf<T extends PackTokenizer>(
  { filtered, options }: PackJob<T>,
  set: PackedSet,
  entries: readonly StageEntry[],
  skip: number,
): AsyncGenerator<Step> {
  const weighs = set.endsWith('-train') ? options.weights : undefined;
  for (const [i, entry] of entries.entries()) {
    let number = 0;
    for await (const record of readVerified(filtered, entry)) {
      number++;
      if (i === 0 && number <= skip) continue;
      const weight = weighs?.get(record.spec ?? '') ?? weighs?.get(record.source) ?? 1;
      const copies = copiesOf(record.id, weight, options.seed);
      yield { entry, record, number, last: number === entry.documents, copies };
    }
  }
}

/** The steps with the ids of texts. While one window is written the next is encoded. */
async function* encodedSteps<T extends PackTokenizer>(
  job: PackJob<T>,
  set: PackedSet,
  entries: readonly StageEntry[],
  skip: number,
): AsyncGenerator<Step> {
  const { encodeMany } = job.options;
  const steps = stepsOf(job, set, entries, skip);
  if (encodeMany === undefined || set.startsWith('chat')) return yield* steps;
  let ahead: Promise<Step[]> | undefined;
  for await (const window of windowsOf(steps)) {
    const encoding = encodeWindow(window, encodeMany);
    encoding.catch(() => undefined); // It is awaited below, or the work has ended with an earlier error.
    if (ahead !== undefined) yield* await ahead;
    ahead = encoding;
  }
  if (ahead !== undefined) yield* await ahead;
}

async function* windowsOf(steps: AsyncIterable<Step>): AsyncGenerator<Step[]> {
  let window: Step[] = [];
  let units = 0;
  for await (const step of steps) {
    window.push(step);
    units += step.record.text?.length ?? 0;
    if (units < WINDOW_UNITS && window.length < WINDOW_RECORDS) continue;
    yield window;
    window = [];
    units = 0;
  }
  if (window.length > 0) yield window;
}

async function encodeWindow(
  window: Step[],
  encodeMany: (texts: readonly string[]) => Promise<readonly Uint32Array[]>,
): Promise<Step[]> {
  const wanted = window.filter(({ copies, record }) => copies > 0 && record.text !== undefined);
  const ids = await encodeMany(wanted.map(({ record }) => record.text!));
  for (const [i, step] of wanted.entries()) step.ids = ids[i]!;
  return window;
}

async function packRecord<T extends PackTokenizer>(
  { tokenizer, options }: PackJob<T>,
  writer: ShardWriter,
  step: Step,
  sum: SetSum,
): Promise<void> {
  const { record, copies } = step;
  const before = writer.tokens;
  if (copies > 0) {
    const { ids, mask } =
      record.kind === 'text'
        ? { ids: withBegin(tokenizer, step.ids ?? tokenizer.encode(record.text!)), mask: undefined }
        : rendered(record, tokenizer, options);
    const { id, source, sha256 } = record;
    for (let copy = 1; copy <= copies; copy++) {
      await writer.add({ id, source, sha256, ...(copy === 1 ? {} : { copy }) }, ids, mask);
    }
    if (mask !== undefined) {
      for (let i = 0; i < mask.length; i++) sum.targetTokens += mask[i]! * copies;
      const answers = record.messages!.filter((turn) => turn.role === 'assistant');
      sum.targetBytes += copies * contentBytes({ ...record, messages: answers });
    }
  }
  sum.add(step, before);
}

function withBegin(tokenizer: PackTokenizer, ids: Uint32Array): Uint32Array {
  const all = new Uint32Array(ids.length + 1);
  all[0] = tokenizer.specialId(BEGIN);
  all.set(ids, 1);
  return all;
}

function rendered<T extends PackTokenizer>(record: DocumentRecord, tokenizer: T, options: SetOptions<T>) {
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
  if (mask.length === ids.length && targets > 0) return { ids, mask };
  throw new ExpChatError({
    code: 'corpus.no-target',
    message: `document ${record.id}: expected a mask over its ${ids.length} tokens with a target, got ${mask.length} entries and ${targets} targets`,
    next: 'Remove the dialogue from the source; it teaches no answer.',
    fields: { id: record.id },
  });
}
