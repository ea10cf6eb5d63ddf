/** The corpus stages and the tokenizer of a project, from its settings to the rooms. It knows no terminal and no text. */
import path from 'node:path';
import {
  ExpChatError,
  exists,
  factsOf,
  type Release,
  readText,
  removeTree,
  sha256OfBytes,
  systemClock,
  type WorkOptions,
} from '../../base/index.ts';
import { CHAT_TEMPLATE } from '../../chat/index.ts';
import {
  fetchCorpus,
  filterCorpus,
  holdCorpus,
  prepareCorpus,
  readFiltered,
  readSplit,
  type SafeFetchOptions,
  type SourceSpec,
} from '../../corpus/index.ts';
import {
  loadTokenizer,
  SPECIAL_TOKENS,
  SPLIT_PATTERN,
  saveTokenizer,
  TOKENIZER_FILE,
  trainFromCounts,
} from '../../tokenizer/index.ts';
import type { SourceSettings } from '../config-schema.ts';
import type {
  CorpusReport,
  CorpusStage,
  Project,
  TokenizerHandle,
  TokenizerReport,
  TokenizerTrainingLimits,
} from '../services.ts';
import { specOf } from '../source-schema.ts';
import { filterOptionsOf, forgottenOf } from './filtering.ts';
import { packStage } from './packing.ts';
import { dataDirectory, splitOf, tokenizerDirectory } from './places.ts';
import { recordOf, writeRecord } from './record.ts';
import { COUNTS_FILE, countsFor, peakRssMb } from './tokenizers.ts';

export { dataDirectory, packedDirectory, splitOf, tokenizerDirectory } from './places.ts';

async function sourceOf(source: SourceSettings, project: Project): Promise<SourceSpec> {
  const said = specOf(source);
  // The mails of a thread lie in several files; only together they are a dialogue.
  const sourcePer = said.content === 'mail-dialogue' ? 'whole' : 'file';
  const spec: SourceSpec = { sourcePer, content: 'text', ...said, id: source.id };
  if (spec.path === undefined) return spec;
  const place = path.resolve(project.directory, spec.path);
  const isFile = source.kind === undefined && spec.kind === 'folder' && (await factsOf(place))?.kind === 'file';
  return { ...spec, kind: isFile ? 'file' : spec.kind, path: place };
}

type Counts = Pick<CorpusReport, 'documentsIn' | 'documentsOut' | 'dropped' | 'upToDate'>;

function dropsOf(dropped: Readonly<Record<string, { readonly documents: number }>>): Record<string, number> {
  return Object.fromEntries(Object.entries(dropped).map(([reason, { documents }]) => [reason, documents]));
}

const totalOf = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

export interface CorpusStageOptions {
  readonly version: string;
  readonly threads: number;
  readonly update?: boolean;
  readonly offline?: boolean;
  /** The caller holds the data folder (`holdProject`). */
  readonly held?: boolean;
}

/** Keeps every other corpus run out of the project's data until it is given back. Throws `corpus.locked`. */
export const holdProject = (project: Project): Promise<Release> => holdCorpus(dataDirectory(project));

export async function corpusStage(
  project: Project,
  stage: CorpusStage,
  work: WorkOptions,
  options: CorpusStageOptions,
): Promise<CorpusReport> {
  const release = options.held === true ? undefined : await holdProject(project);
  try {
    return await heldStage(project, stage, work, options);
  } finally {
    await release?.();
  }
}

async function heldStage(
  project: Project,
  stage: CorpusStage,
  work: WorkOptions,
  options: CorpusStageOptions,
): Promise<CorpusReport> {
  const data = dataDirectory(project);
  const folders = { fetch: 'raw', prepare: 'prepared', filter: 'filtered', pack: 'packed' };
  const directory = path.join(data, folders[stage]);
  if (stage === 'fetch') return { stage, directory, ...(await fetchStage(project, work, options)) };
  if (stage === 'prepare') {
    const { documents, dropped, problems, letters, changed } = await prepareCorpus(data, {
      ...work,
      forgotten: await forgottenOf(project),
      ownAddresses: project.settings.corpus.ownAddresses,
    });
    const drops = dropsOf(dropped);
    const documentsIn = documents + totalOf(drops);
    const counts = { documentsIn, documentsOut: documents, dropped: drops, problems: dropsOf(problems), letters };
    return { stage, directory, ...counts, upToDate: changed === 0 };
  }
  if (stage === 'filter') {
    const { threads } = options;
    const report = await filterCorpus(data, { ...work, ...(await filterOptionsOf(project)), threads });
    const { documentsIn, documents: documentsOut, letters, changed } = report;
    const dropped = dropsOf(report.dropped);
    return { stage, directory, documentsIn, documentsOut, dropped, letters, filter: report, upToDate: changed === 0 };
  }
  return { stage, directory, ...(await packStage(project, work, options)) };
}

async function fetchStage(project: Project, work: WorkOptions, options: CorpusStageOptions): Promise<Counts> {
  const specs = await Promise.all(project.settings.corpus.sources.map((source) => sourceOf(source, project)));
  const report = await fetchCorpus(specs, {
    ...work,
    directory: dataDirectory(project),
    lockFile: path.join(project.directory, 'corpus.lock.json'),
    held: true,
    forgotten: await forgottenOf(project),
    update: options.update === true,
    offline: options.offline === true,
    http: await networkOf(project, options.version),
  });
  return {
    documentsIn: report.files + report.ignored,
    documentsOut: report.files,
    dropped: report.leftOut,
    upToDate: report.changed === 0,
  };
}

/** Of the lowest rate at which a file of the largest size is fetched in one go; slower ones are gone on with. */
const LOWEST_MEGABYTES_PER_SECOND = 1;
const SHORTEST_TOTAL_MS = 300_000;

async function networkOf(project: Project, version: string): Promise<SafeFetchOptions> {
  const { allowHttp, allowPrivate, maximumFileMegabytes, proxy, proxyExceptions, certificates } =
    project.settings.corpus;
  const own = certificates === '' ? undefined : path.resolve(project.directory, certificates);
  return {
    version,
    allowHttp,
    allowPrivate,
    ...(proxy === '' ? {} : { proxy: { url: proxy, except: proxyExceptions } }),
    ...(own === undefined ? {} : { certificates: [await readText(own, 2 ** 22)] }),
    limits: {
      wireBytes: maximumFileMegabytes * 2 ** 20,
      decodedBytes: 4 * maximumFileMegabytes * 2 ** 20,
      totalMs: Math.max(SHORTEST_TOTAL_MS, (maximumFileMegabytes / LOWEST_MEGABYTES_PER_SECOND) * 1000),
    },
  };
}

const stageRecord = (project: Project) => recordOf(path.join(dataDirectory(project), 'filtered', 'stage.json'));

/** Which source is on which side, by its text and its near-duplicates. */
const splitKey = async (project: Project) => (await readSplit(dataDirectory(project), splitOf(project))).hash;

/** What a tokenizer was trained from; while it is the same, the tokenizer is up to date. */
async function trainingInput(project: Project, limits: object): Promise<string> {
  const said = Object.keys(limits).length === 0 ? [] : [limits];
  return sha256OfBytes(
    JSON.stringify([await stageRecord(project), project.settings.tokenizer, await splitKey(project), ...said]),
  );
}

/**
 * Trains on the training side of the filtered corpus: what is held back for validation stays unseen. The words that were
 * counted are kept until the tokenizer is written, so that a stopped training goes on there.
 */
export async function trainProjectTokenizer(
  project: Project,
  work: WorkOptions,
  { threads, maxTokenBytes, ...caps }: TokenizerTrainingLimits = {},
): Promise<TokenizerReport> {
  const startedMs = systemClock.nowMs();
  const directory = tokenizerDirectory(project);
  const recordFile = path.join(directory, 'training.json');
  const shape = maxTokenBytes === undefined ? {} : { maxTokenBytes };
  const input = await trainingInput(project, { ...shape, ...caps });
  const record = await recordOf(recordFile);
  if (record?.['input'] === input && (await exists(path.join(directory, TOKENIZER_FILE)))) {
    const known = await loadTokenizer(directory);
    if (record['hash'] === known.hash) {
      const bytesPerToken = record['bytesPerToken'] as number;
      return { directory, vocabularySize: known.vocabularySize, hash: known.hash, bytesPerToken, upToDate: true };
    }
  }
  const { vocabularySize, minimumFrequency } = project.settings.tokenizer;
  const countsKey = sha256OfBytes(
    JSON.stringify([await stageRecord(project), await splitKey(project), caps, SPLIT_PATTERN]),
  );
  const counting = { ...work, ...caps, ...(threads === undefined ? {} : { threads }) };
  const { counted, resumed } = await countsFor(trainingTexts(project), directory, countsKey, counting);
  const merging = { ...work, ...shape, vocabularySize, minFrequency: minimumFrequency, specialTokens: SPECIAL_TOKENS };
  const tokenizer = await trainFromCounts(counted, merging);
  const bytesPerToken = await bytesPerTokenOf(project, tokenizer);
  await saveTokenizer(tokenizer, directory, { chatTemplate: CHAT_TEMPLATE, maxLength: project.settings.model.context });
  await writeRecord(recordFile, { input, hash: tokenizer.hash, bytesPerToken, training: tokenizer.training });
  await removeTree(path.join(directory, COUNTS_FILE));
  const training = {
    ...tokenizer.training!,
    countsReused: resumed,
    durationMs: Math.round(systemClock.nowMs() - startedMs),
    peakRssMb: peakRssMb(),
  };
  const { hash } = tokenizer;
  return { directory, vocabularySize: tokenizer.vocabularySize, hash, bytesPerToken, upToDate: false, training };
}

async function* trainingTexts(project: Project): AsyncGenerator<string> {
  for await (const record of readFiltered(dataDirectory(project), { side: { ...splitOf(project), split: 'train' } })) {
    if (record.text !== undefined) yield record.text;
    for (const { content } of record.messages ?? []) yield content;
  }
}

/** On held-out texts where there are some, else on the training texts; of the first 4 MiB. */
async function bytesPerTokenOf(project: Project, codec: { encode(text: string): Uint32Array }): Promise<number> {
  const split = splitOf(project).validationRatio > 0 ? 'validation' : 'train';
  let bytes = 0;
  let tokens = 0;
  for await (const record of readFiltered(dataDirectory(project), { side: { ...splitOf(project), split } })) {
    const texts = record.text === undefined ? (record.messages ?? []).map(({ content }) => content) : [record.text];
    for (const text of texts) {
      bytes += Buffer.byteLength(text);
      tokens += codec.encode(text).length;
    }
    if (bytes > 4 * 2 ** 20) break;
  }
  return tokens === 0 ? 0 : bytes / tokens;
}

export async function openTokenizer(directory: string): Promise<TokenizerHandle> {
  const tokenizer = await loadTokenizer(directory);
  return {
    vocabularySize: tokenizer.vocabularySize,
    hash: tokenizer.hash,
    specialTokens: [...tokenizer.specialTokens.keys()],
    encode: (text, special) => [...tokenizer.encode(text, { allowedSpecial: special ? 'all' : 'none' })],
    decode: (ids) => tokenizer.decode(ids),
    show(id) {
      for (const [text, specialId] of tokenizer.specialTokens) if (specialId === id) return text;
      if (id < 0 || id >= tokenizer.vocabularySize) {
        const expected = `expected an id from 0 to ${tokenizer.vocabularySize - 1}`;
        throw new ExpChatError({
          code: 'tokenizer.unknown-id',
          kind: 'usage',
          message: `token: ${expected}, got ${id}`,
        });
      }
      return new TextDecoder().decode(tokenizer.tokenBytes(id));
    },
  };
}
