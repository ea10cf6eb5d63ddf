/**
 * What the filter did, for people and for the later stages: a line for each decision, a line for each cluster, and the
 * figures of the report. It decides nothing.
 */
import type { PersonalCount } from '../personal/index.ts';
import { FORGOTTEN } from '../record/index.ts';
import type { Choice } from './choice.ts';
import type { DocumentTable } from './document-table.ts';
import type { Cluster, Duplicate } from './duplicates.ts';
import type { RankReason } from './rank.ts';
import type { FilterEntry } from './write-source.ts';

/** Pairs in the report; all are in `clusters.jsonl`. */
const SHOWN_PAIRS = 20;

/** One line of `decisions.jsonl`: why a document went, what was cut out of it, or what it was found to hold. */
export interface FilterDecision {
  readonly id: string;
  readonly source: string;
  readonly action: 'dropped' | 'cut' | 'reported';
  readonly reason: string;
  readonly value: number;
  readonly threshold: number;
  /** Of a duplicate and of a cut: the document that keeps the text; of a duplicate also the rule by which it stays. */
  readonly kept?: string;
  readonly why?: RankReason;
  /** UTF-16 offsets in the prepared document's content. */
  readonly start?: number;
  readonly end?: number;
  /** The question that was found. */
  readonly question?: { readonly file: string; readonly number: number; readonly text: string };
}

/** One line of `clusters.jsonl`. */
export interface FilterCluster {
  readonly kind: Cluster['kind'];
  readonly kept: readonly string[];
  readonly members: readonly {
    readonly id: string;
    readonly source: string;
    /** To the document named in `of`; 1 for one that stays. */
    readonly similarity: number;
    readonly of?: string;
    readonly why?: RankReason;
  }[];
}

export interface FilterPair {
  readonly dropped: string;
  readonly kept: string;
  readonly similarity: number;
  readonly why: RankReason;
}

export interface FilterFigures {
  readonly duplicates: Readonly<
    Record<
      Cluster['kind'],
      { readonly clusters: number; readonly dropped: number; readonly pairs: readonly FilterPair[] }
    >
  >;
  readonly repeats: Readonly<Record<'paragraphs' | 'lines', { readonly cuts: number; readonly documents: number }>> & {
    /** Documents that would have lost more than the share that may be cut. */
    readonly leftWhole: number;
  };
  readonly decontamination: {
    readonly questions: number;
    readonly tooShort: number;
    readonly documents: number;
    readonly pairs: readonly { readonly id: string; readonly question: string }[];
  };
  readonly personal: {
    readonly redacted: number;
    readonly dropped: number;
    /** By source and kind. */
    readonly counts: readonly PersonalCount[];
  };
}

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

const jsonLines = (values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');

export function clusterLines({ table, clusters }: Choice): string {
  return jsonLines(clusters.map((cluster) => clusterOf(table, cluster)));
}

function clusterOf(table: DocumentTable, { kind, kept, duplicates }: Cluster): FilterCluster {
  const place = (document: number) => {
    return { id: table.documents[document]!.id, source: table.sources[table.sourceOf[document]!]!.id };
  };
  const gone = duplicates.map(({ document, kept: of, similarity, why }) => {
    return { ...place(document), similarity: rounded(similarity), of: table.documents[of]!.id, why };
  });
  return {
    kind,
    kept: kept.map((document) => table.documents[document]!.id),
    members: [...kept.map((document) => ({ ...place(document), similarity: 1 })), ...gone],
  };
}

export function decisionLines(choice: Choice, entries: readonly FilterEntry[]): string {
  const { table, fates, questions } = choice;
  const duplicates = new Map<number, Duplicate>(
    choice.clusters.flatMap((cluster) => cluster.duplicates.map((one) => [one.document, one] as const)),
  );
  const personal = new Map(entries.flatMap(({ personalDrops }) => personalDrops.map(({ id, reason }) => [id, reason])));
  const decisions: FilterDecision[] = [];
  for (const [number, { fault, cuts }] of fates.entries()) {
    const { id, hits } = table.documents[number]!;
    if (fault?.reason === FORGOTTEN) continue; // Its name is not kept either.
    const common = { id, source: table.sources[table.sourceOf[number]!]!.id };
    for (const { question, start, end, words } of hits ?? []) {
      const action = fault === undefined ? 'reported' : 'dropped';
      const found = { value: words, threshold: words, start, end, question: questions!.questions[question]! };
      decisions.push({ ...common, action, reason: 'evaluation-question', ...found });
    }
    if (fault !== undefined && hits === undefined) {
      const { reason, value, threshold } = fault;
      const twin = duplicates.get(number);
      const why = twin === undefined ? {} : { kept: table.documents[twin.kept]!.id, why: twin.why };
      decisions.push({ ...common, action: 'dropped', reason, value: rounded(value), threshold, ...why });
    }
    for (const { reason, documents, threshold, keptIn, start, end } of cuts ?? []) {
      const kept = table.documents[keptIn]!.id;
      decisions.push({ ...common, action: 'cut', reason, value: documents, threshold, kept, start, end });
    }
    const reason = personal.get(id);
    if (reason !== undefined) decisions.push({ ...common, action: 'dropped', reason, value: 1, threshold: 0 });
  }
  return jsonLines(decisions);
}

export function figuresOf(choice: Choice, entries: readonly FilterEntry[]): FilterFigures {
  const { table, repeats, questions } = choice;
  const cuts = [...repeats.cuts.values()];
  const cutsOf = (reason: string) => {
    const of = cuts.map((list) => list.filter((cut) => cut.reason === reason).length);
    return { cuts: of.reduce((sum, count) => sum + count, 0), documents: of.filter((count) => count > 0).length };
  };
  const contaminated = table.documents.filter(({ hits }) => hits !== undefined);
  return {
    duplicates: { exact: duplicateFigures(choice, 'exact'), near: duplicateFigures(choice, 'near') },
    repeats: {
      paragraphs: cutsOf('repeated-paragraph'),
      lines: cutsOf('repeated-line'),
      leftWhole: repeats.leftWhole,
    },
    decontamination: {
      questions: questions?.questions.length ?? 0,
      tooShort: questions?.tooShort ?? 0,
      documents: contaminated.length,
      pairs: contaminated.slice(0, SHOWN_PAIRS).map(({ id, hits }) => {
        return { id, question: questions!.questions[hits![0]!.question]!.text };
      }),
    },
    personal: {
      redacted: entries.reduce((sum, { redacted }) => sum + redacted, 0),
      dropped: entries.reduce((sum, { personalDrops }) => sum + personalDrops.length, 0),
      counts: personalCounts(entries),
    },
  };
}

/** Sums of the sources that count under one name. */
function personalCounts(entries: readonly FilterEntry[]): PersonalCount[] {
  const sums = new Map<string, PersonalCount>();
  for (const count of entries.flatMap(({ personal }) => personal)) {
    const key = `${count.source}\n${count.kind}`;
    const sum = sums.get(key);
    const added = {
      findings: count.findings + (sum?.findings ?? 0),
      certain: count.certain + (sum?.certain ?? 0),
      documents: count.documents + (sum?.documents ?? 0),
      examples: [...new Set([...(sum?.examples ?? []), ...count.examples])].slice(0, 3),
    };
    sums.set(key, { ...count, ...added });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

function duplicateFigures({ table, clusters }: Choice, kind: Cluster['kind']) {
  const own = clusters.filter((cluster) => cluster.kind === kind && cluster.duplicates.length > 0);
  const all = own.flatMap(({ duplicates }) => duplicates);
  const pairs = all.slice(0, SHOWN_PAIRS).map(({ document, kept, similarity, why }): FilterPair => {
    return {
      dropped: table.documents[document]!.id,
      kept: table.documents[kept]!.id,
      similarity: rounded(similarity),
      why,
    };
  });
  return { clusters: own.length, dropped: all.length, pairs };
}
