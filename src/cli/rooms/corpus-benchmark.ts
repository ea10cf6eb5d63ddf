/**
 * Time and memory of the whole corpus chain on given folders, on request with edited copies of every document, of which
 * it counts how many were found. It works in a temporary folder that it removes. It knows no terminal.
 */
import os from 'node:os';
import path from 'node:path';
import {
  factsOf,
  listFilesBelow,
  Rng,
  readJsonl,
  readText,
  removeTree,
  stopIfAborted,
  systemClock,
  type WorkOptions,
  writeDurably,
} from '../../base/index.ts';
import type { FilterDecision } from '../../corpus/index.ts';
import { defaultSettings } from '../config-schema.ts';
import type { BenchCorpusRequest, CorpusReport, Project } from '../services.ts';
import { corpusStage, trainProjectTokenizer } from './corpus.ts';
import { peakRssMb } from './tokenizers.ts';

const TEXT_FILE = /\.(?:md|markdown|txt)$/i;
/** In a text of that many words one word is replaced for each `EDIT_EVERY` words; a shorter one changes its punctuation. */
const EDITED_WORDS = 150;
const EDIT_EVERY = 200;

export async function benchCorpus(
  request: BenchCorpusRequest,
  version: string,
  work: WorkOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const directory = path.join(os.tmpdir(), `expchat-bench-corpus-${process.pid}`);
  await removeTree(directory);
  try {
    const sources = await sourcesOf(request, directory, work);
    const settings = structuredClone(defaultSettings);
    settings.corpus.sources = sources.map((place, i) => ({ id: `ordner-${i + 1}`, path: place, sourcePer: 'file' }));
    settings.tokenizer.vocabularySize = request.vocabularySize;
    return await measure({ directory, settings }, request, version, work);
  } finally {
    await removeTree(directory);
  }
}

async function measure(
  project: Project,
  request: BenchCorpusRequest,
  version: string,
  work: WorkOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const stages: Record<string, number> = {};
  const timed = async <T>(name: string, body: () => Promise<T>): Promise<T> => {
    const startedMs = systemClock.nowMs();
    const result = await body();
    stages[name] = Math.round(systemClock.nowMs() - startedMs) / 1000;
    return result;
  };
  const { threads } = request;
  const stage = (name: CorpusReport['stage']) =>
    timed(name, () => corpusStage(project, name, work, { version, threads }));
  await stage('fetch');
  const prepared = await stage('prepare');
  const filtered = await stage('filter');
  await timed('tokenizer', () => trainProjectTokenizer(project, work, { threads }));
  const packed = await stage('pack');
  const { fetch: _, ...after } = stages;
  const found = request.copies > 1 ? { copies: await copiesFound(project, request.copies, filtered) } : {};
  return {
    seconds: Math.round(Object.values(after).reduce((sum, seconds) => sum + seconds, 0) * 1000) / 1000,
    peakRssMb: peakRssMb(),
    documents: prepared.documentsIn,
    bytes: await bytesBelow(project),
    threads,
    kept: filtered.documentsOut,
    tokens: packed.tokens,
    ...found,
    stages,
  };
}

async function bytesBelow(project: Project): Promise<number> {
  let bytes = 0;
  for (const source of project.settings.corpus.sources) {
    for (const name of await listFilesBelow(source.path!)) {
      if (TEXT_FILE.test(name)) bytes += (await factsOf(path.join(source.path!, name)))!.size;
    }
  }
  return bytes;
}

/** The folders themselves, or one folder with each text as often as asked, the first unchanged. */
async function sourcesOf(
  { folders, copies }: BenchCorpusRequest,
  directory: string,
  work: WorkOptions,
): Promise<readonly string[]> {
  if (copies === 1) return folders;
  const target = path.join(directory, 'copies');
  for (const [number, folder] of folders.entries()) {
    const names = (await listFilesBelow(folder)).filter((name) => TEXT_FILE.test(name));
    for (const [i, name] of names.entries()) {
      stopIfAborted(work.signal, 'bench');
      const text = await readText(path.join(folder, name));
      for (let copy = 0; copy < copies; copy++) {
        // Short names: a long one would become an id with a hash, by which copies do not know each other.
        const place = path.join(target, `copy-${copy}`, `${number}-${i}${path.extname(name)}`);
        await writeDurably(place, copy === 0 ? text : edited(text, copy, `${number}/${name}`));
      }
      work.onProgress?.({
        stage: 'bench.corpus-copies',
        done: i + 1,
        total: names.length,
        unit: 'files',
        detail: name,
      });
    }
  }
  return [target];
}

/** A copy with small edits: word 5-grams in common with every other copy of the text by more than 0.8. */
function edited(text: string, copy: number, name: string): string {
  const rng = Rng.named(copy, name);
  // Comments are no part of what is compared: a text of which little is left would be edited too much.
  const seen = text.replace(/<!--.*?-->/gs, (comment) => '-'.repeat(comment.length));
  const places = [...seen.matchAll(/(?<=\p{L} )\p{L}{4,20}(?= \p{L})/gu)].map(({ index, 0: word }) => ({
    index,
    word,
  }));
  if (places.length < EDITED_WORDS) return `${text.trimEnd()}${'.'.repeat(copy)}\n`;
  const chosen = new Set(Array.from({ length: Math.ceil(places.length / EDIT_EVERY) }, () => rng.int(places.length)));
  let result = '';
  let at = 0;
  for (const place of [...chosen].sort((a, b) => a - b)) {
    const { index, word } = places[place]!;
    result += `${text.slice(at, index)}Fassung${copy}`;
    at = index + word.length;
  }
  return result + text.slice(at);
}

/** Of each text that is judged fit in several versions all but one must go as duplicates of each other. */
async function copiesFound(project: Project, copies: number, filtered: CorpusReport) {
  const gone = new Map<string, { compared: number; found: number }>();
  for await (const value of readJsonl(path.join(filtered.directory, 'decisions.jsonl'))) {
    const { id, action, reason } = value as FilterDecision;
    if (action !== 'dropped') continue;
    const original = id.replace(/~copy-\d+~/, '~');
    const entry = gone.get(original) ?? { compared: copies, found: 0 };
    gone.set(original, entry);
    if (reason === 'duplicate' || reason === 'near-duplicate') entry.found++;
    else entry.compared--;
  }
  const texts = (await listFilesBelow(path.join(project.settings.corpus.sources[0]!.path!, 'copy-0'))).length;
  let expected = (texts - gone.size) * (copies - 1);
  let found = 0;
  const missed: string[] = [];
  for (const [original, entry] of gone) {
    const wanted = Math.max(0, entry.compared - 1);
    expected += wanted;
    found += Math.min(wanted, entry.found);
    if (entry.found < wanted) missed.push(original);
  }
  return { expected, found, missed: missed.slice(0, 10) };
}
