/**
 * The parts of the report that one file of a stage gives each: drops with examples, clusters, personal data, leakage, letters.
 * A file that is not there gives nothing.
 */
import path from 'node:path';
import { exists, readJson } from '../../base/index.ts';
import type { DropCounts, StageEntry } from '../record/index.ts';
import { isDrop, readDecisions } from './decisions.ts';
import { wholeLines } from './project.ts';
import type {
  ClusterFacts,
  CorpusReportData,
  DropExample,
  DropFacts,
  DuplicateFacts,
  LeakageFacts,
  LetterFacts,
  PersonalFinding,
} from './report-data.ts';

const EXAMPLES = 5;
const SHOWN_CLUSTERS = 12;
const SHOWN_MEMBERS = 6;

/** Counts by reason over many sources, the most first. */
function summed(counts: readonly DropCounts[]): Omit<DropFacts, 'stage'>[] {
  const sums = new Map<string, { documents: number; bytes: number; examples: DropExample[] }>();
  for (const [reason, { documents, bytes, examples }] of counts.flatMap((count) => Object.entries(count))) {
    const sum = sums.get(reason) ?? { documents: 0, bytes: 0, examples: [] };
    sum.documents += documents;
    sum.bytes += bytes;
    sum.examples.push(...examples.slice(0, EXAMPLES - sum.examples.length).map((id) => ({ id })));
    sums.set(reason, sum);
  }
  return [...sums]
    .map(([reason, sum]) => ({ reason, ...sum }))
    .sort((a, b) => b.documents - a.documents || (a.reason < b.reason ? -1 : 1));
}

/** Parts of files that could not be read, as preparing wrote them down. */
export function problemsOf(book: ReadonlyMap<string, StageEntry>): CorpusReportData['problems'] {
  const counts = [...book.values()].map((entry) => (entry as { problems?: DropCounts }).problems ?? {});
  return summed(counts).map(({ reason, documents, examples }) => ({ reason, documents, examples }));
}

/** Drops of a stage by reason, the most first; filtering's decisions bring value and threshold. */
export async function dropsOf(
  stage: DropFacts['stage'],
  book: ReadonlyMap<string, StageEntry>,
  filtered: string | undefined,
): Promise<DropFacts[]> {
  const drops = summed([...book.values()].map((entry) => entry.dropped));
  const withValues = new Map<string, DropExample[]>();
  if (filtered !== undefined) {
    for await (const decision of readDecisions(filtered)) {
      const { id, reason, value, threshold } = decision;
      const list = withValues.get(reason) ?? [];
      if (!isDrop(decision) || list.length >= EXAMPLES) continue;
      list.push({ id, ...(value === undefined ? {} : { value }), ...(threshold === undefined ? {} : { threshold }) });
      withValues.set(reason, list);
    }
  }
  return drops.map((sum) => ({ stage, ...sum, examples: withValues.get(sum.reason) ?? sum.examples }));
}

/** What was cut out of documents that stayed, by reason. */
export async function cutsOf(filtered: string): Promise<{ reason: string; count: number }[]> {
  const cuts = new Map<string, number>();
  for await (const { action, reason } of readDecisions(filtered)) {
    if (action === 'cut') cuts.set(reason, (cuts.get(reason) ?? 0) + 1);
  }
  return [...cuts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
}

/** Clusters of equal and nearly equal documents; undefined where filtering wrote none. */
export async function duplicatesOf(filtered: string): Promise<DuplicateFacts | undefined> {
  const file = path.join(filtered, 'clusters.jsonl');
  if (!(await exists(file))) return undefined;
  let [exactClusters, nearClusters, documents] = [0, 0, 0];
  let largest: ClusterFacts[] = [];
  const rank = (cluster: ClusterFacts) => (cluster.kind === 'near' ? 1e9 : 0) + cluster.size;
  for await (const value of wholeLines(file)) {
    const { kind = 'near', kept = [], members = [] } = value as Partial<ClusterFacts>;
    if (kind === 'exact') exactClusters++;
    else nearClusters++;
    const others = members.filter(({ id }) => !kept.includes(id));
    const size = kept.length + others.length;
    documents += size;
    const shown = others.slice(0, SHOWN_MEMBERS).map(({ id, similarity }) => ({
      id,
      ...(similarity === undefined ? {} : { similarity }),
    }));
    largest.push({ kind, kept: kept.slice(0, SHOWN_MEMBERS), members: shown, size });
    if (largest.length > SHOWN_CLUSTERS * 20)
      largest = largest.sort((a, b) => rank(b) - rank(a)).slice(0, SHOWN_CLUSTERS);
  }
  const examples = largest.sort((a, b) => rank(b) - rank(a)).slice(0, SHOWN_CLUSTERS);
  return { exactClusters, nearClusters, documents, examples };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface StoredCount {
  readonly source?: unknown;
  readonly kind?: unknown;
  readonly findings?: unknown;
}

/** Counts by source and kind, as filtering wrote them down; never a value, and none of its masked examples. */
export async function personalOf(filtered: string): Promise<PersonalFinding[]> {
  const sums = new Map<string, { source: string; kind: string; count: number }>();
  for (const name of ['personal.json', 'report.json']) {
    const file = path.join(filtered, name);
    const value = sums.size === 0 && (await exists(file)) ? await readJson(file) : undefined;
    for (const { source, kind, findings } of countsIn(value)) {
      if (typeof source !== 'string' || typeof kind !== 'string' || typeof findings !== 'number') continue;
      const key = `${source}\n${kind}`;
      sums.set(key, { source, kind, count: (sums.get(key)?.count ?? 0) + findings });
    }
  }
  return [...sums.values()].sort((a, b) =>
    a.source < b.source ? -1 : a.source > b.source ? 1 : b.count - a.count || (a.kind < b.kind ? -1 : 1),
  );
}

/** The list of counts in a file: the file itself, or its `counts`, `personal` or `personal.counts`. */
function countsIn(value: unknown): readonly StoredCount[] {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return [];
  const { counts, personal } = value;
  return Array.isArray(counts) ? counts : personal === undefined ? [] : countsIn(personal);
}

interface StoredOverlap {
  readonly held: string;
  readonly other: string;
  readonly heldDocuments: number;
  readonly sharingDocuments: number;
  readonly coveredShare: number;
  readonly longest: readonly { readonly words: number }[];
}

/** What the sides of the split share word for word, from `packed/leakage.json`. */
export async function leakageOf(packed: string): Promise<LeakageFacts[]> {
  const file = path.join(packed, 'leakage.json');
  if (!(await exists(file))) return [];
  const { overlaps = [] } = (await readJson(file)) as { overlaps?: readonly StoredOverlap[] };
  return overlaps.map(({ held, other, heldDocuments, sharingDocuments, coveredShare, longest }) => {
    const longestWords = longest.reduce((most, { words }) => Math.max(most, words), 0);
    return { held, other, heldDocuments, sharingDocuments, coveredShare, longestWords };
  });
}

interface StoredLetters {
  readonly before: number;
  readonly after: number;
  readonly byRule?: Readonly<Record<string, number>>;
  readonly gone?: Readonly<Record<string, number>>;
}

const isLetters = (value: unknown): value is StoredLetters =>
  isObject(value) && typeof value['before'] === 'number' && typeof value['after'] === 'number';

/** The letters before and after each stage by rule, as far as the stages counted them. */
export async function lettersOf(book: ReadonlyMap<string, StageEntry>, filtered: string): Promise<LetterFacts[]> {
  const read = [...book.values()].map((entry) => (entry as { letters?: unknown }).letters).filter(isLetters);
  const file = path.join(filtered, 'report.json');
  const report = (await exists(file)) ? await readJson(file) : undefined;
  const sifted = isObject(report) && isLetters(report['letters']) ? [report['letters']] : [];
  return [
    ...(read.length === 0 ? [] : [letterFacts('prepare', read)]),
    ...(sifted.length === 0 ? [] : [letterFacts('filter', sifted)]),
  ];
}

function letterFacts(stage: LetterFacts['stage'], all: readonly StoredLetters[]): LetterFacts {
  const rules = new Map<string, number>();
  for (const { byRule, gone } of all) {
    for (const [rule, count] of Object.entries(byRule ?? gone ?? {})) rules.set(rule, (rules.get(rule) ?? 0) + count);
  }
  const sorted = [...rules].sort(([a, x], [b, y]) => Math.abs(y) - Math.abs(x) || (a < b ? -1 : 1));
  return {
    stage,
    before: all.reduce((sum, { before }) => sum + before, 0),
    after: all.reduce((sum, { after }) => sum + after, 0),
    rules: sorted.map(([rule, letters]) => ({ rule, letters })),
  };
}
