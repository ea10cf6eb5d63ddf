/** The corpus stages and the tokenizer of a project, from its settings to the rooms. It knows no terminal and no text. */
import path from 'node:path';
import {
  ExpChatError,
  exists,
  factsOf,
  removeTree,
  sha256OfBytes,
  systemClock,
  type WorkOptions,
} from '../../base/index.ts';
import { CHAT_TEMPLATE } from '../../chat/index.ts';
import {
  FORGET_FILE,
  Forgotten,
  fetchCorpus,
  filterCorpus,
  prepareCorpus,
  readFiltered,
  readSplit,
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
import { packStage } from './packing.ts';
import { dataDirectory, splitOf, tokenizerDirectory } from './places.ts';
import { recordOf, writeRecord } from './record.ts';
import { COUNTS_FILE, countsFor, peakRssMb } from './tokenizers.ts';

export { dataDirectory, packedDirectory, splitOf, tokenizerDirectory } from './places.ts';

export const forgottenOf = (project: Project): Promise<Forgotten> =>
  Forgotten.read(path.join(project.directory, FORGET_FILE));

async function sourceOf(source: SourceSettings, project: Project): Promise<SourceSpec> {
  const common = {
    id: source.id,
    content: source.content ?? 'text',
    ...(source.licence === undefined ? {} : { licence: source.licence }),
  } as const;
  if (source.url !== undefined) return { ...common, kind: 'http', url: source.url };
  const place = path.resolve(project.directory, source.path!);
  const kind = (await factsOf(place))?.kind === 'file' ? 'file' : 'folder';
  const include = source.include === undefined ? {} : { include: source.include };
  return { ...common, kind, path: place, sourcePer: source.sourcePer ?? 'file', ...include };
}

type Counts = Pick<CorpusReport, 'documentsIn' | 'documentsOut' | 'dropped' | 'upToDate'>;

function dropsOf(dropped: Readonly<Record<string, { readonly documents: number }>>): Record<string, number> {
  return Object.fromEntries(Object.entries(dropped).map(([reason, { documents }]) => [reason, documents]));
}

const totalOf = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

export async function corpusStage(
  project: Project,
  stage: CorpusStage,
  work: WorkOptions,
  options: { readonly version: string; readonly threads: number; readonly refresh?: boolean },
): Promise<CorpusReport> {
  const data = dataDirectory(project);
  const folders = { fetch: 'raw', prepare: 'prepared', filter: 'filtered', pack: 'packed' };
  const directory = path.join(data, folders[stage]);
  if (stage === 'fetch') return { stage, directory, ...(await fetchStage(project, work, options.refresh === true)) };
  if (stage === 'prepare') {
    const { documents, dropped, problems, letters, changed } = await prepareCorpus(data, {
      ...work,
      ownAddresses: project.settings.corpus.ownAddresses,
      forgotten: await forgottenOf(project),
    });
    const drops = dropsOf(dropped);
    const documentsIn = documents + totalOf(drops);
    const counts = { documentsIn, documentsOut: documents, dropped: drops, problems: dropsOf(problems), letters };
    return { stage, directory, ...counts, upToDate: changed === 0 };
  }
  if (stage === 'filter') {
    const report = await filterCorpus(data, {
      ...work,
      filters: project.settings.corpus.language === 'de' ? 'german' : 'none',
      forgotten: await forgottenOf(project),
    });
    const { documentsIn, documents, changed } = report;
    const dropped = dropsOf(report.dropped);
    return { stage, directory, documentsIn, documentsOut: documents, dropped, upToDate: changed === 0 };
  }
  return { stage, directory, ...(await packStage(project, work, options)) };
}

async function fetchStage(project: Project, work: WorkOptions, refresh: boolean): Promise<Counts> {
  const { sources, allowHttp, maximumFileMegabytes } = project.settings.corpus;
  const specs = await Promise.all(sources.map((source) => sourceOf(source, project)));
  const report = await fetchCorpus(specs, {
    ...work,
    directory: dataDirectory(project),
    refresh,
    forgotten: await forgottenOf(project),
    http: { allowHttp, limits: { wireBytes: maximumFileMegabytes * 2 ** 20 } },
  });
  const dropped: Record<string, number> = report.ignored > 0 ? { 'unknown-type': report.ignored } : {};
  return {
    documentsIn: report.files + report.ignored,
    documentsOut: report.files,
    dropped,
    upToDate: report.changed === 0,
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
