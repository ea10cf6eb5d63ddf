/**
 * Which training runs had a source or document in their data, by what their records say, and the note that tells that they
 * must be trained again. It knows the files of a run, not training.
 */
import path from 'node:path';
import { exists, listDirectory, readJson, sha256OfBytes, writeDurably } from '../../base/index.ts';

/** Name of the note in the folder of a phase; a run that starts over removes it. */
export const RETRAIN_NOTE = 'retrain-needed.json';

export interface RunUse {
  /** Folder of the phase below the project, with `/`. */
  readonly run: string;
  readonly phase: string;
  /**
   * `data`: trained on exactly the packed data that held it. `source`: the run's record names the source. `inherited`: goes on
   * from weights that did. `unknown`: a run of an older version, whose record names no sources.
   */
  readonly certainty: 'data' | 'source' | 'inherited' | 'unknown';
  /** `validation`: it was only measured on, never learned from. */
  readonly side: 'train' | 'validation' | 'unknown';
  /** Model folders of the phase, below the project. */
  readonly checkpoints: readonly string[];
}

interface RunRecord {
  readonly identity?: { readonly phase?: string; readonly data?: string };
  readonly dataSources?: { readonly train?: readonly string[]; readonly validation?: readonly string[] };
}

/** How the id of a forgotten source stands in a run's record afterwards. */
const hashedId = (id: string): string => `sha256:${sha256OfBytes(id)}`;

/** Folders with a `run.json`, at most three below `directory`. */
async function runFolders(directory: string, depth = 3): Promise<string[]> {
  if (!(await exists(directory))) return [];
  if (await exists(path.join(directory, 'run.json'))) return [directory];
  const found: string[] = [];
  for (const { name, kind } of depth === 0 ? [] : await listDirectory(directory)) {
    if (kind === 'directory') found.push(...(await runFolders(path.join(directory, name), depth - 1)));
  }
  return found;
}

async function checkpointsIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of ['final', 'best']) if (await exists(path.join(folder, name))) found.push(path.join(folder, name));
  const steps = path.join(folder, 'checkpoints');
  if (!(await exists(steps))) return found;
  const names = (await listDirectory(steps)).filter(({ kind }) => kind === 'directory').map(({ name }) => name);
  return [...found, ...names.map((name) => path.join(steps, name))];
}

type Use = Pick<RunUse, 'certainty' | 'side'>;

/** What is known of the documents whose runs are looked for. */
export interface UsedData {
  readonly sources: ReadonlySet<string>;
  /** Hash of the packed data of now, where there is any. */
  readonly packed: string | undefined;
  /** The packed sets of now that hold the documents. */
  readonly sets: readonly string[];
}

function useIn(record: RunRecord, { sources, packed, sets }: UsedData): Use | undefined {
  const phase = record.identity?.phase ?? '';
  if (packed !== undefined && record.identity?.data === packed) {
    if (sets.includes(`${phase}-train`)) return { certainty: 'data', side: 'train' };
    return sets.some((set) => set.startsWith(`${phase}-`)) ? { certainty: 'data', side: 'validation' } : undefined;
  }
  if (record.dataSources === undefined) return { certainty: 'unknown', side: 'unknown' };
  const names = (ids: readonly string[] | undefined) => ids?.some((id) => sources.has(id)) === true;
  if (names(record.dataSources.train)) return { certainty: 'source', side: 'train' };
  return names(record.dataSources.validation) ? { certainty: 'source', side: 'validation' } : undefined;
}

/** The runs below `runs` that used any of the data. */
export async function runsUsing(project: string, runs: string, data: UsedData): Promise<RunUse[]> {
  const relative = (place: string) => path.relative(project, place).split(path.sep).join('/');
  const found: RunUse[] = [];
  const clean: { folder: string; phase: string }[] = [];
  for (const folder of await runFolders(runs)) {
    const record = (await readJson(path.join(folder, 'run.json'))) as RunRecord;
    const phase = record.identity?.phase ?? 'unknown';
    const use = useIn(record, data);
    if (use === undefined) clean.push({ folder, phase });
    else {
      const checkpoints = (await checkpointsIn(folder)).map(relative);
      found.push({ run: relative(folder), phase, ...use, checkpoints });
    }
  }
  for (const { folder, phase } of clean) {
    if (phase !== 'chat') continue; // Chat training begins with the weights of the pretraining beside it.
    const parent = found.find(
      ({ run, side }) => run === relative(path.join(folder, '..', 'pretrain')) && side !== 'validation',
    );
    if (parent === undefined) continue;
    const checkpoints = (await checkpointsIn(folder)).map(relative);
    found.push({ run: relative(folder), phase, certainty: 'inherited', side: parent.side, checkpoints });
  }
  return found;
}

interface RetrainNote {
  readonly format: 'expchat-retrain';
  readonly version: 1;
  readonly reason: string;
  readonly receipts: readonly {
    readonly id: string;
    readonly at: string;
    readonly side: string;
    readonly certainty: string;
  }[];
}

/** Writes the note beside the run's record, once for each receipt, and puts hashes in place of the names of `gone` sources. */
export async function markRun(
  project: string,
  use: Pick<RunUse, 'run' | 'side' | 'certainty'>,
  receipt: { readonly id: string; readonly at: string },
  gone: ReadonlySet<string>,
): Promise<void> {
  const folder = path.join(project, ...use.run.split('/'));
  const runFile = path.join(folder, 'run.json');
  if (!(await exists(runFile))) return; // Removed since, or started over.
  const file = path.join(folder, RETRAIN_NOTE);
  const earlier = (await exists(file)) ? ((await readJson(file)) as RetrainNote).receipts : [];
  const { side, certainty } = use;
  const note: RetrainNote = {
    format: 'expchat-retrain',
    version: 1,
    reason:
      'Documents of the training data of this run were forgotten. Its checkpoints still hold what was learned from them: train it again.',
    receipts: [...earlier.filter(({ id }) => id !== receipt.id), { ...receipt, side, certainty }],
  };
  await writeDurably(file, `${JSON.stringify(note, null, 2)}\n`);
  const record = (await readJson(runFile)) as RunRecord;
  if (record.dataSources === undefined || gone.size === 0) return;
  const hidden = (ids: readonly string[] = []) => ids.map((id) => (gone.has(id) ? hashedId(id) : id));
  const dataSources = { train: hidden(record.dataSources.train), validation: hidden(record.dataSources.validation) };
  await writeDurably(runFile, `${JSON.stringify({ ...record, dataSources }, null, 2)}\n`);
}

/** Whether a model learned from documents that were forgotten since; `possibly` where its run's record names no sources. */
export type LearnedFromForgotten = 'certainly' | 'possibly';

/**
 * What the notes beside a model's run say; undefined for a model without such a note, or outside of a run. Chat training
 * begins with the weights of the pretraining beside it, and with what those learned.
 */
export async function learnedFromForgotten(model: string): Promise<LearnedFromForgotten | undefined> {
  const folders = [path.dirname(path.resolve(model)), path.dirname(path.dirname(path.resolve(model)))];
  const inRun = await Promise.all(folders.map((folder) => exists(path.join(folder, 'run.json'))));
  const folder = folders[inRun.indexOf(true)];
  if (folder === undefined) return undefined;
  let found: LearnedFromForgotten | undefined;
  for (const place of new Set([folder, path.join(folder, '..', 'pretrain')])) {
    const file = path.join(place, RETRAIN_NOTE);
    if (!(await exists(file))) continue;
    for (const { side } of ((await readJson(file)) as RetrainNote).receipts) {
      if (side === 'train') return 'certainly';
      if (side !== 'validation') found = 'possibly';
    }
  }
  return found;
}
