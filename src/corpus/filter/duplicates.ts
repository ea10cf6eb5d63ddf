/**
 * Equal and similar documents over all sources: groups of equal content, candidate pairs by bands of MinHash, each pair
 * told apart by its Jaccard similarity, clusters by union-find. The outcome depends on the documents alone, not on the
 * order they came in nor on who judged them. It knows no file.
 */
import type { DocumentTable } from './document-table.ts';
import { BAND_NUMBERS } from './judge.ts';
import { BANDS, jaccard } from './minhash.ts';
import { compareRank, type RankReason, rankReason } from './rank.ts';
import type { NearDuplicateSettings } from './settings.ts';

/** A document that goes because another stays. */
export interface Duplicate {
  readonly document: number;
  readonly kept: number;
  readonly similarity: number;
  readonly why: RankReason;
}

export interface Cluster {
  readonly kind: 'exact' | 'near';
  /** Documents that stay: one, but where a cluster holds documents that are similar only by way of others. */
  readonly kept: readonly number[];
  readonly duplicates: readonly Duplicate[];
}

/** An estimate this far below the threshold is never a pair: more than four standard errors of 112 functions. */
const ESTIMATE_MARGIN = 0.17;
/** Documents of one band that a document is compared with, so that a band that holds half the corpus takes no square of it. */
const MOST_COMPARED = 256;

/** `isCandidate`: documents that are not left out for another reason. Clusters are in the order of their first kept document. */
export async function findDuplicates(
  table: DocumentTable,
  isCandidate: (document: number) => boolean,
  settings: NearDuplicateSettings,
  betweenUnits: () => void = () => undefined,
): Promise<Cluster[]> {
  const candidates: number[] = [];
  for (let i = 0; i < table.count; i++) if (isCandidate(i)) candidates.push(i);
  const exact = groupsBy(candidates, (i) => `${table.documents[i]!.kind} ${table.documents[i]!.sha256}`).map((group) =>
    equalCluster(table, group, 'exact'),
  );
  const gone = new Set(exact.flatMap(({ duplicates }) => duplicates.map(({ document }) => document)));
  const rest = candidates.filter((i) => !gone.has(i) && table.documents[i]!.kind === 'text');
  const near = await nearClusters(table, rest, settings, betweenUnits);
  return [...exact, ...near].sort((a, b) => a.kept[0]! - b.kept[0]! || (a.kind === 'exact' ? -1 : 1));
}

/** Groups of more than one. */
function groupsBy(documents: readonly number[], keyOf: (document: number) => string): number[][] {
  const groups = new Map<string, number[]>();
  for (const document of documents) {
    const key = keyOf(document);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [document]);
    else group.push(document);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

function equalCluster(table: DocumentTable, group: readonly number[], kind: Cluster['kind']): Cluster {
  const [kept, ...others] = ranked(table, group);
  const first = table.documents[kept!]!;
  const duplicates = others.map((document) => {
    return { document, kept: kept!, similarity: 1, why: rankReason(first, table.documents[document]!) };
  });
  return { kind, kept: [kept!], duplicates };
}

const ranked = (table: DocumentTable, group: readonly number[]): number[] =>
  [...group].sort((a, b) => compareRank(table.documents[a]!, table.documents[b]!) || a - b);

async function nearClusters(
  table: DocumentTable,
  documents: readonly number[],
  settings: NearDuplicateSettings,
  betweenUnits: () => void,
): Promise<Cluster[]> {
  const joined = new UnionFind(table.count);
  const sameWords = (i: number) => `${table.documents[i]!.words} ${table.documents[i]!.sameWords}`;
  for (const group of groupsBy(documents, sameWords)) {
    for (const document of group) joined.union(group[0]!, document);
  }
  const long = documents.filter(
    (i) => table.sketched[i] === 1 && table.documents[i]!.words >= settings.minimumWords && settings.similarity < 1,
  );
  for (let band = 0; band < BANDS; band++) {
    betweenUnits();
    await joinBand(table, long, band, settings, joined);
  }
  const clusters: Cluster[] = [];
  const members = groupsBy(documents, (i) => String(joined.find(i)));
  for (const group of members) {
    betweenUnits();
    clusters.push(await chooseKept(table, ranked(table, group), settings));
  }
  return clusters;
}

/** Joins documents of one bucket that are similar; those in one cluster already are not compared again. */
async function joinBand(
  table: DocumentTable,
  documents: readonly number[],
  band: number,
  settings: NearDuplicateSettings,
  joined: UnionFind,
): Promise<void> {
  const { bandKeys } = table;
  const at = (document: number) => document * BAND_NUMBERS + band * 2;
  const slots = 2 ** Math.ceil(Math.log2(documents.length * 2 + 2));
  const heads = new Int32Array(slots).fill(-1);
  const before = new Int32Array(documents.length).fill(-1);
  for (const [number, document] of documents.entries()) {
    const low = bandKeys[at(document)]!;
    const high = bandKeys[at(document) + 1]!;
    let slot = (low ^ (high >>> 3)) & (slots - 1);
    while (heads[slot] !== -1) {
      const head = documents[heads[slot]!]!;
      if (bandKeys[at(head)] === low && bandKeys[at(head) + 1] === high) break;
      slot = (slot + 1) & (slots - 1);
    }
    let other = heads[slot]!;
    before[number] = other;
    heads[slot] = number;
    for (let compared = 0; other !== -1 && compared < MOST_COMPARED; compared++, other = before[other]!) {
      const second = documents[other]!;
      if (joined.find(document) === joined.find(second)) continue;
      if ((await similarityOf(table, document, second, settings)) !== undefined) joined.union(document, second);
    }
  }
}

/** The similarity of two documents, where it reaches the threshold. */
async function similarityOf(
  table: DocumentTable,
  a: number,
  b: number,
  { similarity, minimumWords }: NearDuplicateSettings,
): Promise<number | undefined> {
  const [first, second] = [table.documents[a]!, table.documents[b]!];
  if (first.sameWords === second.sameWords && first.words === second.words) return 1;
  if (table.sketched[a] === 0 || table.sketched[b] === 0 || similarity === 1) return undefined;
  if (first.words < minimumWords || second.words < minimumWords) return undefined;
  if (table.estimate(a, b) < similarity - ESTIMATE_MARGIN) return undefined;
  const sampleA = await table.sampleOf(a);
  const found = jaccard(sampleA, await table.sampleOf(b));
  return found >= similarity ? found : undefined;
}

/** The best document stays, and each further one that is similar to none that stays. */
async function chooseKept(
  table: DocumentTable,
  group: readonly number[],
  settings: NearDuplicateSettings,
): Promise<Cluster> {
  const kept: number[] = [];
  const duplicates: Duplicate[] = [];
  for (const document of group) {
    let best: { readonly kept: number; readonly similarity: number } | undefined;
    for (const other of kept) {
      const similarity = await similarityOf(table, document, other, settings);
      if (similarity !== undefined && similarity > (best?.similarity ?? 0)) best = { kept: other, similarity };
    }
    if (best === undefined) kept.push(document);
    else
      duplicates.push({ document, ...best, why: rankReason(table.documents[best.kept]!, table.documents[document]!) });
  }
  return {
    kind: 'near',
    kept: kept.sort((a, b) => a - b),
    duplicates: duplicates.sort((a, b) => a.document - b.document),
  };
}

/** Disjoint sets; the root of a set is its smallest member. */
class UnionFind {
  readonly #parents: Int32Array;

  constructor(count: number) {
    this.#parents = Int32Array.from({ length: count }, (_, i) => i);
  }

  find(member: number): number {
    let at = member;
    while (this.#parents[at] !== at) {
      this.#parents[at] = this.#parents[this.#parents[at]!]!;
      at = this.#parents[at]!;
    }
    return at;
  }

  union(a: number, b: number): void {
    const [low, high] = [this.find(a), this.find(b)].sort((x, y) => x - y) as [number, number];
    this.#parents[high] = low;
  }
}
