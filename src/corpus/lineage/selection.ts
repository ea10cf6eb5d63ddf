/**
 * What a removal means: the documents, raw files, sources and tokens that a source, a document or a pattern stands for. It
 * only reads; `forget.ts` removes.
 */
import path from 'node:path';
import { ExpChatError, exists, factsOf, readBytes, sha256OfBytes, type WorkOptions } from '../../base/index.ts';
import type { RawFile } from '../fetch/index.ts';
import {
  contentBytes,
  contentHash,
  type DocumentRecord,
  type ForgottenLists,
  paragraphsOf,
  placeHash,
  readRecords,
  type StageEntry,
} from '../record/index.ts';
import { ByteProgress, type ProjectPlaces, readBook, readPins, stageFiles, wholeLines } from './project.ts';
import { TextQuery } from './text-query.ts';

export type ForgetKind = 'source' | 'document' | 'pattern';

export interface ForgetSelector {
  /** Undefined: a source where one has this id, else a document, else a pattern. */
  readonly kind?: ForgetKind | undefined;
  readonly value: string;
}

export interface ChosenDocument {
  readonly id: string;
  readonly source: string;
  readonly sha256: string;
  /** UTF-8 bytes of its content. */
  readonly bytes: number;
  /** Whether filtering kept it, so that it may be in the packed data. */
  readonly kept: boolean;
}

export interface ChosenFile {
  readonly source: string;
  readonly place: string;
  /** The copy below `raw/`, where there is one. */
  readonly file?: string;
  readonly origin: string;
  readonly sha256: string;
  /** `whole`: all of it goes. `uncopied`: it holds other documents; the copy goes, and it is read at its origin. */
  readonly how: 'whole' | 'uncopied';
  /** Whether the origin is a file of the user's own, which is not touched. */
  readonly usersOwn: boolean;
}

export interface Selection {
  readonly kind: ForgetKind;
  readonly documents: readonly ChosenDocument[];
  readonly files: readonly ChosenFile[];
  /** Documents to take out of the prepared file of a source; a source that is in `goneSources` goes as a whole. */
  readonly preparedIds: ReadonlyMap<string, ReadonlySet<string>>;
  /** Sources of which nothing is left. */
  readonly goneSources: ReadonlySet<string>;
  /** Documents that were not meant but lie in a download that can only go as a whole. */
  readonly takenAlong: number;
  /** Near-duplicates of what goes; they stay. */
  readonly similar: readonly { readonly id: string; readonly source: string; readonly similarity?: number }[];
  readonly tombstones: ForgottenLists;
}

const MAX_RAW_BYTES = 256 * 2 ** 20;
const LISTED_SIMILAR = 100;

/** Whether `source` is the spec of this id or one of the parts it was divided into. */
const isOfSpec = (source: string, spec: string): boolean => source === spec || source.startsWith(`${spec}~`);

interface Scan {
  readonly places: ProjectPlaces;
  readonly pins: readonly RawFile[];
  readonly prepared: ReadonlyMap<string, StageEntry>;
  readonly work: WorkOptions;
}

/** The id that the documents of a raw file begin with. */
const baseIdOf = (pin: RawFile): string => (pin.manyFiles === true ? `${pin.source}#${pin.place}` : pin.source);

/** Finds the raw file a document was made from, among those of its source. */
function ownerOf(record: DocumentRecord, pins: readonly RawFile[]): RawFile | undefined {
  if (pins.length === 1) return pins[0];
  const begins = (base: string) => {
    const next = record.id[base.length];
    return record.id.startsWith(base) && (next === undefined || ':#/!@'.includes(next));
  };
  const byId = pins.filter((pin) => pin.manyFiles === true && begins(baseIdOf(pin)));
  if (byId.length > 0) return byId.reduce((a, b) => (baseIdOf(b).length > baseIdOf(a).length ? b : a));
  return pins.find((pin) => pin.origin === record.origin) ?? pins.find((pin) => record.origin.startsWith(pin.origin));
}

async function* preparedRecords(scan: Scan): AsyncGenerator<DocumentRecord> {
  const files = await stageFiles(scan.places.prepared, scan.prepared);
  const total = [...files.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const progress = new ByteProgress('corpus.select', total, scan.work);
  for (const [id, { file, bytes }] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield* readRecords(file);
    progress.add(bytes, id);
  }
}

type Chooser = (record: DocumentRecord) => boolean;

/** Everything a document says, what stands over it with it. */
function textsOf(record: DocumentRecord): string[] {
  const { title, text, messages = [] } = record;
  const { section, thread } = record as { section?: string; thread?: { subject?: string } };
  const said = text === undefined ? messages.map((turn) => turn.content) : [text];
  return [title, section, thread?.subject, ...said].filter((one) => one !== undefined);
}

const namesOf = (pin: RawFile): string[] => [
  baseIdOf(pin),
  pin.place,
  `${pin.source}/${pin.place}`,
  pin.origin,
  ...(pin.file === undefined ? [] : [pin.file]),
];

/** What a selector chooses: documents by a test, and raw files whether they gave documents or not. */
interface Choice {
  readonly kind: ForgetKind;
  readonly chooses: Chooser;
  readonly pins: ReadonlySet<RawFile>;
  readonly spec?: string;
  readonly query?: TextQuery;
}

async function choiceOf(scan: Scan, { kind, value }: ForgetSelector, specs: readonly string[]): Promise<Choice> {
  const { pins, prepared } = scan;
  if (kind === undefined || kind === 'source') {
    const isSpec = specs.includes(value) || pins.some((pin) => (pin as { spec?: string }).spec === value);
    const belongs = (source: string) => (isSpec ? isOfSpec(source, value) : source === value);
    const own = pins.filter((pin) => (pin as { spec?: string }).spec === value || belongs(pin.source));
    if (isSpec || own.length > 0 || [...prepared.keys()].some(belongs)) {
      const sources = new Set(own.map((pin) => pin.source));
      const isIts: Chooser = (record) => sources.has(record.source) || belongs(record.source);
      if (isSpec) return { kind: 'source', chooses: isIts, pins: new Set(own), spec: value };
      // A part of an entry, such as one letter of a folder: its copies in other places are the same letter.
      const hashes = new Set<string>();
      for await (const record of preparedRecords(scan)) if (isIts(record)) hashes.add(record.sha256);
      const chooses: Chooser = (record) => isIts(record) || hashes.has(record.sha256);
      return { kind: 'source', chooses, pins: new Set(own) };
    }
  }
  if (kind === undefined || kind === 'document') {
    const own = new Set(pins.filter((pin) => namesOf(pin).includes(value)));
    const hashes = new Set<string>();
    const bySource = pinsBySource(pins);
    for await (const record of preparedRecords(scan)) {
      const owner = own.size === 0 ? undefined : ownerOf(record, bySource.get(record.source) ?? []);
      const named = record.id === value || record.sha256 === value || record.origin === value;
      if (named || (owner !== undefined && own.has(owner))) hashes.add(record.sha256);
    }
    if (hashes.size > 0 || own.size > 0) {
      return { kind: 'document', chooses: (record) => hashes.has(record.sha256), pins: own };
    }
  }
  if (kind === 'source' || kind === 'document') throw nothingFound(kind, value);
  const query = new TextQuery(value);
  return {
    kind: 'pattern',
    chooses: (record) => textsOf(record).some((text) => query.isIn(text)),
    pins: new Set(),
    query,
  };
}

export function nothingFound(kind: ForgetKind, value: string): ExpChatError {
  return new ExpChatError({
    code: 'corpus.nothing-to-forget',
    kind: 'notFound',
    message: `corpus forget: expected a ${kind} ${JSON.stringify(value)} in the project, found none`,
    next: 'expchat corpus trace finds the id of a document by a piece of its text.',
    fields: { kind, value },
  });
}

function pinsBySource(pins: readonly RawFile[]): Map<string, RawFile[]> {
  const bySource = new Map<string, RawFile[]>();
  for (const pin of pins) bySource.set(pin.source, [...(bySource.get(pin.source) ?? []), pin]);
  return bySource;
}

/** Reads the whole project once or twice and says what goes. Throws `corpus.nothing-to-forget` and `corpus.bad-query`. */
export async function select(
  places: ProjectPlaces,
  selector: ForgetSelector,
  options: WorkOptions & { readonly specs?: readonly string[] } = {},
): Promise<Selection> {
  const pins = await readPins(places.raw);
  const prepared = await readBook(places.prepared);
  const scan: Scan = { places, pins, prepared, work: options };
  const choice = await choiceOf(scan, selector, options.specs ?? []);
  const tally = await tallyOf(scan, choice);
  await addUnread(scan, choice, tally);
  const { files, whole } = filesOf(tally, pins);
  const goneSources = new Set<string>();
  for (const [source, own] of pinsBySource(pins)) if (own.every((pin) => whole.has(pin))) goneSources.add(source);
  for (const id of prepared.keys()) if (choice.spec !== undefined && isOfSpec(id, choice.spec)) goneSources.add(id);
  const { preparedIds, takenAlong } = await preparedToRemove(scan, tally, whole, goneSources);
  const kept = await keptAmong(places.filtered, tally.documents);
  const documents = tally.documents.map((document) => ({ ...document, kept: kept.has(document.id) }));
  if (documents.length === 0 && files.length === 0 && choice.spec === undefined) {
    throw nothingFound(choice.kind, selector.value);
  }
  return {
    kind: choice.kind,
    documents,
    files,
    preparedIds,
    goneSources,
    takenAlong,
    similar: await similarTo(places.filtered, new Set(documents.map(({ id }) => id))),
    tombstones: tombstonesOf(choice, documents, files, goneSources, tally.paragraphs),
  };
}

interface Tally {
  readonly documents: Omit<ChosenDocument, 'kept'>[];
  /** Documents, and chosen ones, by raw file. */
  readonly all: Map<RawFile, number>;
  readonly chosen: Map<RawFile, number>;
  readonly paragraphs: Set<string>;
}

async function tallyOf(scan: Scan, choice: Choice): Promise<Tally> {
  const bySource = pinsBySource(scan.pins);
  const tally: Tally = { documents: [], all: new Map(), chosen: new Map(), paragraphs: new Set() };
  const count = (map: Map<RawFile, number>, pin: RawFile) => map.set(pin, (map.get(pin) ?? 0) + 1);
  for await (const record of preparedRecords(scan)) {
    const owner = ownerOf(record, bySource.get(record.source) ?? []);
    if (owner !== undefined) count(tally.all, owner);
    if (!choice.chooses(record)) continue;
    if (owner !== undefined) count(tally.chosen, owner);
    const { id, source, sha256 } = record;
    tally.documents.push({ id, source, sha256, bytes: contentBytes(record) });
    if (choice.query === undefined) continue;
    for (const paragraph of textsOf(record).flatMap(paragraphsOf)) {
      if (choice.query.isIn(paragraph)) tally.paragraphs.add(contentHash(paragraph));
    }
  }
  for (const pin of choice.pins) if (!tally.all.has(pin)) tally.chosen.set(pin, 0);
  return tally;
}

/** Raw files that gave no document, such as a scan or a broken file: a pattern is looked for in their bytes. */
async function addUnread(scan: Scan, { query }: Choice, tally: Tally): Promise<void> {
  if (query === undefined) return;
  for (const pin of scan.pins) {
    if (tally.all.has(pin)) continue;
    const file = pin.file === undefined ? pin.origin : path.join(scan.places.raw, ...pin.file.split('/'));
    if (((await factsOf(file))?.size ?? Number.POSITIVE_INFINITY) > MAX_RAW_BYTES) continue;
    const bytes = await readBytes(file, MAX_RAW_BYTES);
    const readings = ['utf-8', 'windows-1252', 'utf-16le'].map((name) => new TextDecoder(name).decode(bytes));
    if (readings.some((text) => query.isIn(text))) tally.chosen.set(pin, 0);
  }
}

/** The raw files that go, whole or as a copy. What shares one file on the disk, as the members of an archive, goes together. */
function filesOf(tally: Tally, pins: readonly RawFile[]): { files: ChosenFile[]; whole: Set<RawFile> } {
  const onDisk = (pin: RawFile) => pin.file ?? pin.origin;
  const touched = new Set([...tally.chosen.keys()].map(onDisk));
  const whole = new Set<RawFile>();
  const files: ChosenFile[] = [];
  for (const name of touched) {
    const sharing = pins.filter((pin) => onDisk(pin) === name);
    const usersOwn = !/^https?:/.test(sharing[0]!.origin);
    const complete = sharing.every(
      (pin) => tally.chosen.has(pin) && tally.chosen.get(pin) === (tally.all.get(pin) ?? 0),
    );
    // A member of an archive can not be read at its origin.
    const readable = usersOwn && sharing.every((pin) => (pin as { member?: string }).member === undefined);
    const how = complete || !readable ? 'whole' : 'uncopied';
    for (const pin of sharing) {
      if (how === 'whole') whole.add(pin);
      const { source, place, file, origin, sha256 } = pin;
      files.push({ source, place, ...(file === undefined ? {} : { file }), origin, sha256, how, usersOwn });
    }
  }
  return { files, whole };
}

async function preparedToRemove(
  scan: Scan,
  tally: Tally,
  whole: ReadonlySet<RawFile>,
  gone: ReadonlySet<string>,
): Promise<{ preparedIds: Map<string, Set<string>>; takenAlong: number }> {
  const preparedIds = new Map<string, Set<string>>();
  const chosen = new Set(tally.documents.map(({ id }) => id));
  for (const { id, source } of tally.documents) {
    preparedIds.set(source, (preparedIds.get(source) ?? new Set()).add(id));
  }
  const partly = [...whole].some((pin) => (tally.chosen.get(pin) ?? 0) < (tally.all.get(pin) ?? 0));
  let takenAlong = 0;
  if (partly) {
    const bySource = pinsBySource(scan.pins);
    for await (const record of preparedRecords(scan)) {
      const owner = ownerOf(record, bySource.get(record.source) ?? []);
      if (owner === undefined || !whole.has(owner) || chosen.has(record.id)) continue;
      takenAlong++;
      preparedIds.set(record.source, (preparedIds.get(record.source) ?? new Set()).add(record.id));
    }
  }
  for (const source of gone) if (!preparedIds.has(source)) preparedIds.set(source, new Set());
  return { preparedIds, takenAlong };
}

/** Ids among the chosen ones that filtering kept. */
async function keptAmong(filtered: string, documents: Tally['documents']): Promise<Set<string>> {
  const wanted = new Set(documents.map(({ id }) => id));
  const kept = new Set<string>();
  const sources = new Set(documents.map(({ source }) => source));
  for (const [source, { file }] of await stageFiles(filtered, await readBook(filtered))) {
    if (!sources.has(source)) continue;
    for await (const record of readRecords(file)) if (wanted.has(record.id)) kept.add(record.id);
  }
  return kept;
}

async function similarTo(filtered: string, ids: ReadonlySet<string>): Promise<Selection['similar']> {
  const file = path.join(filtered, 'clusters.jsonl');
  const similar = new Map<string, { id: string; source: string; similarity?: number }>();
  if (ids.size === 0 || !(await exists(file))) return [];
  for await (const value of wholeLines(file)) {
    const { kind, members = [] } = value as {
      kind?: string;
      members?: { id: string; source: string; similarity?: number }[];
    };
    if (kind !== 'near' || !members.some(({ id }) => ids.has(id))) continue;
    for (const { id, source, similarity } of members) {
      if (ids.has(id)) continue;
      similar.set(id, { id, source, ...(similarity === undefined ? {} : { similarity }) });
    }
    if (similar.size >= LISTED_SIMILAR) break;
  }
  return [...similar.values()].slice(0, LISTED_SIMILAR);
}

/**
 * A whole entry of `expchat.yaml` is remembered by its id and its places: the same text in another source has its own right
 * to be there. Everything else is remembered by its content too.
 */
function tombstonesOf(
  { spec, kind }: Choice,
  documents: readonly Pick<ChosenDocument, 'sha256' | 'source'>[],
  files: readonly ChosenFile[],
  gone: ReadonlySet<string>,
  paragraphs: ReadonlySet<string>,
): ForgottenLists {
  const whole = files.filter(({ how }) => how === 'whole');
  const byContent = spec === undefined;
  return {
    sources: spec === undefined ? [] : [spec],
    places: [
      ...whole.map(({ source, place }) => placeHash(source, place)),
      ...(kind === 'source' && byContent ? [...gone].map((source) => placeHash(source)) : []),
    ],
    files: byContent ? whole.map(({ sha256 }) => sha256) : [],
    documents: byContent ? documents.map(({ sha256 }) => sha256) : [],
    paragraphs: [...paragraphs],
    uncopied: files.filter(({ how }) => how === 'uncopied').map(({ source, place }) => placeHash(source, place)),
  };
}

/** SHA-256 over a set of hashes, whatever their order. */
export function setHash(hashes: Iterable<string>): string {
  return sha256OfBytes([...new Set(hashes)].sort().join('\n'));
}
