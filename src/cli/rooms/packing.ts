/** Packing a project's corpus, what was packed, and what of its dialogues is learned. It knows no terminal and no text. */
import path from 'node:path';
import { ExpChatError, exists, type WorkOptions } from '../../base/index.ts';
import {
  type InspectedConversation,
  inspectConversation,
  parseMessages,
  renderConversation,
} from '../../chat/index.ts';
import {
  type DocumentRecord,
  PACKED_SETS,
  type PackedManifest,
  PackedReader,
  packCorpus,
  readFiltered,
  readLeakage,
  readManifest,
  readPackedDocuments,
  readSplit,
  type SplitNotice,
} from '../../corpus/index.ts';
import { BatchEncoder, loadTokenizer, type Tokenizer } from '../../tokenizer/index.ts';
import type { ChatSet, MaskReport, MaskRequest, MaskSample, PackingFacts, Project } from '../services.ts';
import { specOf } from '../source-schema.ts';
import { dataDirectory, packedDirectory, splitOf, tokenizerDirectory } from './places.ts';
import { recordOf } from './record.ts';

/** Below so many UTF-16 units in a batch, threads cost more than they save. */
const THREADS_FROM_UNITS = 2 ** 20;
const MOST_FAULTY = 100;
const CHAT_SETS: readonly ChatSet[] = ['chat-train', 'chat-val', 'chat-test'];
const SIDES = { 'chat-train': 'train', 'chat-val': 'validation', 'chat-test': 'test' } as const;

const renderChecked = (messages: unknown, tokenizer: Tokenizer, id = 'sample') =>
  renderConversation(parseMessages({ messages }, id, { purpose: 'training' }), tokenizer, id);

export async function packStage(
  project: Project,
  work: WorkOptions,
  { version, threads }: { readonly version: string; readonly threads: number },
) {
  const tokenizer = await loadTokenizer(tokenizerDirectory(project));
  const before = (await recordOf(path.join(packedDirectory(project), 'manifest.json')))?.['inputHash'];
  const crew = new EncodingCrew(tokenizer, threads);
  let notices: readonly SplitNotice[] = [];
  try {
    const manifest = await packCorpus(dataDirectory(project), tokenizer, {
      ...work,
      ...splitOf(project),
      weights: weightsOf(project),
      renderConversation: renderChecked,
      encodeMany: (texts) => crew.encode(texts),
      codeVersion: version,
      onNotices: (found) => {
        notices = found;
      },
    });
    const documents = Object.values(manifest.sets).reduce((sum, set) => sum + set.documents, 0);
    const packing = await factsOf(project, manifest, notices);
    const tokens = packing.sets.reduce((sum, set) => sum + set.tokens, 0);
    const upToDate = before === manifest.inputHash;
    return { documentsIn: documents, documentsOut: documents, dropped: {}, tokens, upToDate, packing };
  } finally {
    await crew.close();
  }
}

/** Threads that are made when there is enough to do for them. */
class EncodingCrew {
  readonly #tokenizer: Tokenizer;
  readonly #threads: number;
  #encoder: BatchEncoder | undefined;

  constructor(tokenizer: Tokenizer, threads: number) {
    this.#tokenizer = tokenizer;
    this.#threads = threads;
  }

  async encode(texts: readonly string[]): Promise<Uint32Array[]> {
    const units = texts.reduce((sum, text) => sum + text.length, 0);
    if (this.#threads < 2 || (this.#encoder === undefined && units < THREADS_FROM_UNITS)) {
      return texts.map((text) => this.#tokenizer.encode(text));
    }
    this.#encoder ??= new BatchEncoder(this.#tokenizer, this.#threads);
    return this.#encoder.encode(texts);
  }

  async close(): Promise<void> {
    await this.#encoder?.close();
  }
}

/** How often the documents of a source entry go into training, where it says so. */
function weightsOf({ settings }: Project): ReadonlyMap<string, number> {
  const weighted = settings.corpus.sources.map((source) => [source.id, specOf(source).weight] as const);
  return new Map(weighted.flatMap(([id, weight]) => (weight === undefined ? [] : [[id, weight] as const])));
}

async function factsOf(
  project: Project,
  manifest: PackedManifest,
  notices: readonly SplitNotice[],
): Promise<PackingFacts> {
  const sets = PACKED_SETS.flatMap((set) => {
    const info = manifest.sets[set];
    if (info === undefined) return [];
    const { documents, tokens, textBytes, shards, sources, targetTokens } = info;
    const learned = targetTokens === undefined ? {} : { learned: targetTokens };
    return [{ set, documents, tokens, ...learned, textBytes, shards: shards.length, sources: sources.length }];
  });
  const { overlaps } = manifest.leakage === undefined ? { overlaps: [] } : await readLeakage(packedDirectory(project));
  return { sets, overlaps, notices };
}

/** Throws `files.not-found` where nothing is packed. */
export async function packingFacts(project: Project): Promise<PackingFacts & { readonly directory: string }> {
  const directory = packedDirectory(project);
  const manifest = await readManifest(path.join(directory, 'manifest.json'));
  const { notices } = await readSplit(dataDirectory(project), splitOf(project));
  return { directory, ...(await factsOf(project, manifest, notices)) };
}

/**
 * The dialogues as a training sees them: from the packed sets where the project's tokenizer made them, else rendered from
 * the filtered documents. Every dialogue that fits the request is checked; the first `limit` are in the report.
 */
export async function showMasks(project: Project, request: MaskRequest, work: WorkOptions): Promise<MaskReport> {
  const tokenizer = await loadTokenizer(tokenizerDirectory(project));
  const manifestFile = path.join(packedDirectory(project), 'manifest.json');
  const manifest = (await exists(manifestFile)) ? await readManifest(manifestFile) : undefined;
  const isCurrent = manifest?.tokenizer.hash === tokenizer.hash;
  const asked = request.set !== undefined ? [request.set] : CHAT_SETS;
  // Without a wish it is what is trained on; a named document may be on any side.
  const sets = request.set === undefined && !names(request) ? (['chat-train'] as const) : asked;
  const sum = new MaskSum(request, isCurrent ? 'packed' : 'filtered');
  const samples = isCurrent
    ? packedSamples(project, manifest, sets, request, tokenizer)
    : renderedSamples(project, sets, request, tokenizer);
  for await (const sample of samples) {
    work.signal?.throwIfAborted();
    sum.add(sample);
  }
  if (sum.documents > 0) return sum.report(sets);
  throw new ExpChatError({
    code: 'corpus.no-dialogues',
    kind: 'notFound',
    message: `${dataDirectory(project)}: expected a dialogue in ${sets.join(', ')} that fits, got none`,
    next: 'Add a source with content: chat and run corpus run, or name another source, document or set.',
    fields: { sets: sets.join(', '), ...request },
  });
}

const names = ({ source, document }: MaskRequest): boolean => source !== undefined || document !== undefined;

/** `source`: the id of a source, or of the entry in the settings that it belongs to. */
function fits({ source, document }: MaskRequest, found: { readonly id: string; readonly source: string }): boolean {
  if (document !== undefined && found.id !== document) return false;
  return source === undefined || found.source === source || found.source.startsWith(`${source}~`);
}

async function* packedSamples(
  project: Project,
  manifest: PackedManifest,
  sets: readonly ChatSet[],
  request: MaskRequest,
  tokenizer: Tokenizer,
): AsyncGenerator<MaskSample> {
  const readers = new Map<string, PackedReader>();
  try {
    for (const set of sets) {
      if (manifest.sets[set] !== undefined) readers.set(set, await PackedReader.open(packedDirectory(project), set));
    }
    for await (const document of readPackedDocuments(packedDirectory(project))) {
      const reader = readers.get(document.set);
      if (reader === undefined || document.copy !== undefined || !fits(request, document)) continue;
      const { ids, mask } = await reader.read(document);
      const { id, source } = document;
      yield { id, source, set: document.set as ChatSet, ...inspectConversation(ids, mask!, tokenizer) };
    }
  } finally {
    for (const reader of readers.values()) await reader.close();
  }
}

async function* renderedSamples(
  project: Project,
  sets: readonly ChatSet[],
  request: MaskRequest,
  tokenizer: Tokenizer,
): AsyncGenerator<MaskSample> {
  for (const set of sets) {
    const side = { ...splitOf(project), split: SIDES[set] };
    for await (const record of readFiltered(dataDirectory(project), { kind: 'chat', side })) {
      if (!fits(request, record)) continue;
      const { id, source } = record;
      yield { id, source, set, ...inspectRecord(record, tokenizer) };
    }
  }
}

/** A dialogue that the format refuses has no token and says why. */
function inspectRecord(record: DocumentRecord, tokenizer: Tokenizer): InspectedConversation {
  try {
    const { ids, mask } = renderChecked(record.messages, tokenizer, record.id);
    return inspectConversation(ids, mask, tokenizer);
  } catch (error) {
    if (!(error instanceof ExpChatError) || !error.code.startsWith('chat.')) throw error;
    return { tokens: 0, learned: 0, turns: [], faults: ['no-supervised-token'] };
  }
}

class MaskSum {
  readonly #request: MaskRequest;
  readonly #from: MaskReport['from'];
  readonly #samples: MaskSample[] = [];
  readonly #faulty: { id: string; faults: MaskSample['faults'] }[] = [];
  #faultyCount = 0;
  #tokens = 0;
  #learned = 0;
  documents = 0;

  constructor(request: MaskRequest, from: MaskReport['from']) {
    this.#request = request;
    this.#from = from;
  }

  add(sample: MaskSample): void {
    this.documents++;
    this.#tokens += sample.tokens;
    this.#learned += sample.learned;
    if (this.#samples.length < this.#request.limit) this.#samples.push(sample);
    if (sample.faults.length === 0) return;
    this.#faultyCount++;
    if (this.#faulty.length < MOST_FAULTY) this.#faulty.push({ id: sample.id, faults: sample.faults });
  }

  report(sets: readonly ChatSet[]): MaskReport {
    const [tokens, learned] = [this.#tokens, this.#learned];
    return {
      from: this.#from,
      sets,
      documents: this.documents,
      tokens,
      learned,
      share: tokens === 0 ? 0 : learned / tokens,
      faultyDocuments: this.#faultyCount,
      faulty: this.#faulty,
      samples: this.#samples,
    };
  }
}
