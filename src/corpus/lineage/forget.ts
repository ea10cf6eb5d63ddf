/**
 * Forgetting: plans what goes, writes the plan down, and then removes it from every artifact of the project. A kill at any
 * moment leaves either nothing done or a written plan, which the next `corpus forget` finishes. Files of the user's own,
 * outside what the stages made, are never touched; what a trained model has learned is not removed but marked.
 */
import {
  type Clock,
  exists,
  readJson,
  removeTree,
  sha256OfBytes,
  systemClock,
  timestamp,
  type WorkOptions,
  writeDurably,
} from '../../base/index.ts';
import { holdCorpus } from '../fetch/index.ts';
import type { PackedManifest } from '../pack/index.ts';
import { Forgotten, type ForgottenLists, stopIfAsked } from '../record/index.ts';
import { type ProjectPlaces, placesOf, readBook } from './project.ts';
import { appendReceipt, type ForgetReceipt, type ReceiptFacts, readReceipts } from './receipts.ts';
import { cleanPrepared, cleanRaw, ownPages, removeTokenizer, removeUnfinished } from './removal.ts';
import { markRun, type RunUse, runsUsing } from './runs.ts';
import { type ForgetSelector, type Selection, select, setHash } from './selection.ts';
import { packedManifest, setsWith } from './shards.ts';

export interface ForgetOptions extends WorkOptions {
  /** Ids under `corpus.sources`. */
  readonly specs?: readonly string[];
  /** Files and folders of the user's own inside the project, which no removal touches. */
  readonly userPlaces?: readonly string[];
  readonly clock?: Clock;
  /** The caller holds the data folder already (`holdCorpus`). */
  readonly held?: boolean;
}

export interface ForgetPlan extends Selection {
  readonly selectorSha256: string;
  /** Packed sets with documents of the sources. */
  readonly sets: readonly string[];
  /** Whether packed data and tokenizer were made with any of it, so that they go and are made again. */
  readonly inTraining: boolean;
  readonly runs: readonly RunUse[];
  /** Pages that this program wrote into the project; they may quote documents. */
  readonly pages: readonly string[];
}

export interface ForgetResult {
  readonly receipt: ForgetReceipt;
  /** True where it had been forgotten before and nothing was left to do. */
  readonly before: boolean;
}

/** What is left to do, kept until it is done. It names files and ids, no content. */
interface Pending {
  readonly format: 'expchat-forget-pending';
  readonly version: 1;
  readonly receipt: ReceiptFacts;
  readonly tombstones: ForgottenLists;
  readonly files: Selection['files'];
  /** `*` for all of the source. */
  readonly prepared: Readonly<Record<string, '*' | readonly string[]>>;
  readonly inTraining: boolean;
  readonly runs: readonly Pick<RunUse, 'run' | 'side' | 'certainty'>[];
  readonly goneSources: readonly string[];
  readonly pages: readonly string[];
}

const LISTED_HASHES = 1000;

/** Says what would go; changes nothing. Throws `corpus.nothing-to-forget`. */
export async function planForget(
  directory: string,
  selector: ForgetSelector,
  options: ForgetOptions = {},
): Promise<ForgetPlan> {
  const places = placesOf(directory);
  const selection = await select(places, selector, options);
  const manifest = await packedManifest(places.packed);
  const sources = new Set([...selection.documents.map(({ source }) => source), ...selection.goneSources]);
  const sets = await packedSets(places, manifest, selection, sources);
  // Without the filtered documents nothing says which of a source's documents the tokenizer saw: then all may have been.
  const inTraining =
    sets.length > 0 ||
    selection.documents.some(({ kept }) => kept) ||
    (!(await exists(places.filtered)) && sources.size > 0);
  return {
    ...selection,
    selectorSha256: sha256OfBytes(selector.value),
    sets,
    inTraining,
    runs: await runsUsing(directory, places.runs, { sources, packed: manifest?.inputHash, sets }),
    pages: await ownPages(directory, options.userPlaces),
  };
}

/** The packed sets with any of the documents; where only sources can tell, with any of the sources. */
async function packedSets(
  places: ProjectPlaces,
  manifest: PackedManifest | undefined,
  { documents }: Selection,
  sources: ReadonlySet<string>,
): Promise<string[]> {
  if (manifest === undefined) return [];
  const listed = await setsWith(places.packed, new Set(documents.map(({ id }) => id)));
  if (listed !== undefined) return [...listed].sort();
  const sets = Object.entries(manifest.sets);
  const book = await readBook(places.filtered);
  const isAsFiltered = sets.every(([, info]) =>
    info.sources.every(({ id, documents: count }) => !sources.has(id) || book.get(id)?.documents === count),
  );
  if (isAsFiltered && !documents.some(({ kept }) => kept)) return [];
  return sets.filter(([, info]) => info.sources.some(({ id }) => sources.has(id))).map(([name]) => name);
}

/** No run may copy from one stage to the next what is being removed from both. */
async function holding<T>(places: ProjectPlaces, options: ForgetOptions, body: () => Promise<T>): Promise<T> {
  const release = options.held === true ? undefined : await holdCorpus(places.data, options.clock);
  try {
    return await body();
  } finally {
    await release?.();
  }
}

/** Removes what a plan says and returns the receipt. Throws `corpus.locked` while a corpus run is at work in the project. */
export async function executeForget(
  directory: string,
  plan: ForgetPlan,
  options: ForgetOptions = {},
): Promise<ForgetReceipt> {
  const places = placesOf(directory);
  return holding(places, options, async () => {
    const pending = pendingOf(plan, timestamp(options.clock ?? systemClock));
    await writeDurably(places.forgetPending, `${JSON.stringify(pending)}\n`);
    return finish(places, pending, options);
  });
}

/** What a plan leaves to do, with its receipt. */
function pendingOf(plan: ForgetPlan, at: string): Pending {
  const hashes = plan.documents.map(({ sha256 }) => sha256);
  const identity = [
    plan.kind,
    plan.selectorSha256,
    at,
    setHash([...hashes, ...plan.files.map(({ sha256 }) => sha256)]),
  ];
  const receipt: ReceiptFacts = {
    id: sha256OfBytes(JSON.stringify(identity)).slice(0, 32),
    at,
    kind: plan.kind,
    selectorSha256: plan.selectorSha256,
    documents: {
      count: plan.documents.length,
      bytes: plan.documents.reduce((sum, { bytes }) => sum + bytes, 0),
      setSha256: setHash(hashes),
      ...(hashes.length <= LISTED_HASHES ? { sha256: [...new Set(hashes)].sort() } : {}),
    },
    artifacts: artifactsOf(plan),
    runs: plan.runs.map(({ run, side, certainty }) => ({ run, side, certainty })),
  };
  return {
    format: 'expchat-forget-pending',
    version: 1,
    receipt,
    tombstones: plan.tombstones,
    files: plan.files,
    prepared: Object.fromEntries(
      [...plan.preparedIds].map(([source, ids]) => [source, plan.goneSources.has(source) ? '*' : [...ids]]),
    ),
    inTraining: plan.inTraining,
    runs: receipt.runs as Pending['runs'],
    goneSources: [...plan.goneSources],
    pages: plan.pages,
  };
}

function artifactsOf(plan: ForgetPlan): Record<string, number> {
  const copies = new Set(plan.files.flatMap(({ file }) => (file === undefined ? [] : [file])));
  const counts = {
    rawCopies: copies.size,
    pins: plan.files.length,
    preparedDocuments: [...plan.preparedIds.values()].reduce((sum, ids) => sum + ids.size, 0),
    filtered: 1,
    packed: plan.inTraining ? 1 : 0,
    tokenizer: plan.inTraining ? 1 : 0,
    pages: plan.pages.length,
    runsMarked: plan.runs.length,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** Finishes a removal that was cut short; undefined where there is none. Throws `corpus.locked` as `executeForget` does. */
export async function finishForget(directory: string, options: ForgetOptions = {}): Promise<ForgetReceipt | undefined> {
  const places = placesOf(directory);
  if (!(await exists(places.forgetPending))) return undefined;
  return holding(places, options, async () => {
    if (!(await exists(places.forgetPending))) return undefined; // Another process was finishing it.
    return finish(places, (await readJson(places.forgetPending)) as Pending, options);
  });
}

/** The receipt of an earlier removal by the same words, where there is one. */
export async function earlierReceipt(directory: string, value: string): Promise<ForgetReceipt | undefined> {
  const selectorSha256 = sha256OfBytes(value);
  const receipts = await readReceipts(placesOf(directory).forgetLog);
  return receipts.findLast((receipt) => receipt.selectorSha256 === selectorSha256);
}

/** Every step does nothing where it was done before, so that the whole can be repeated after a kill. */
async function finish(places: ProjectPlaces, pending: Pending, options: ForgetOptions): Promise<ForgetReceipt> {
  const { receipt, tombstones, inTraining } = pending;
  const copyFiles = pending.files;
  const steps: [string, () => Promise<unknown>][] = [
    // First of all: from here on no stage brings it back, even if nothing more is done.
    ['tombstones', async () => (await Forgotten.read(places.forgetFile)).and(tombstones).write(places.forgetFile)],
    ['packing', () => removeUnfinished(places)],
    ['packed', async () => inTraining && (await removeTree(places.packed))],
    ['filtered', () => removeTree(places.filtered)],
    ['tokenizer', async () => inTraining && (await removeTokenizer(places.tokenizer))],
    ['prepared', () => cleanPrepared(places.prepared, new Map(Object.entries(pending.prepared)))],
    ['raw', () => cleanRaw(places, copyFiles)],
    ['pages', async () => Promise.all(pending.pages.map((page) => removeTree(page)))],
    [
      'runs',
      async () => {
        const gone = new Set(pending.goneSources);
        for (const use of pending.runs) await markRun(places.directory, use, { id: receipt.id, at: receipt.at }, gone);
      },
    ],
  ];
  for (const [i, [detail, step]] of steps.entries()) {
    stopIfAsked(options.signal, 'forget');
    await step();
    options.onProgress?.({ stage: 'corpus.forget', done: i + 1, total: steps.length, unit: 'steps', detail });
  }
  const written = await appendReceipt(places.forgetLog, receipt);
  await removeTree(places.forgetPending);
  return written;
}
