/**
 * What happens to the documents of a source that hold personal data: told in the report, redacted, dropped, or not looked
 * for. It counts by source and kind and keeps no value; its examples show two characters. It knows no stage and no file.
 */
import type { FindOptions } from './find.ts';
import { findPersonalData } from './find.ts';
import type { PersonalFinding, PersonalKind } from './kinds.ts';
import { createPlaceholders, redactPersonalData } from './redact.ts';

export const PERSONAL_POLICIES = ['report', 'redact', 'drop', 'ignore'] as const;

/** `report`: counted, kept as it is. `redact`: replaced. `drop`: the document goes. `ignore`: not looked for. */
export type PersonalPolicy = (typeof PERSONAL_POLICIES)[number];

export interface PersonalPolicies {
  /** For sources not named in `bySource`. Default `report`. */
  readonly standard?: PersonalPolicy;
  /** By the record's `spec`, else its `source`. */
  readonly bySource?: Readonly<Record<string, PersonalPolicy>>;
  /** Makes placeholders the same in all documents of a project. Without it they are numbered in each. */
  readonly secret?: string;
  /** Kinds that are looked for; all where absent. */
  readonly kinds?: readonly PersonalKind[];
  readonly confidence?: FindOptions['confidence'];
}

/** The parts of a document record that are looked at. */
export interface PersonalRecord {
  readonly source: string;
  readonly spec?: string;
  readonly title?: string;
  readonly text?: string;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
}

export interface PersonalCount {
  readonly source: string;
  readonly kind: PersonalKind;
  readonly policy: PersonalPolicy;
  readonly findings: number;
  readonly certain: number;
  readonly documents: number;
  /** Up to three, masked: the first two characters and the length, for example `DE… (22)`. */
  readonly examples: readonly string[];
}

export interface PersonalHook {
  /** The record as it may go on (another object where it was redacted; its hash is then out of date), or why it goes. */
  <R extends PersonalRecord>(record: R): { readonly record: R } | { readonly reason: string };
  /** Findings so far, sorted by source and kind. */
  counts(): PersonalCount[];
}

/** Why a record is dropped. */
export const PERSONAL_DROP_REASON = 'personal-data';

export function personalHook(policies: PersonalPolicies = {}): PersonalHook {
  const counts = new Map<string, MutableCount>();
  const options: FindOptions = {
    ...(policies.kinds === undefined ? {} : { kinds: policies.kinds }),
    ...(policies.confidence === undefined ? {} : { confidence: policies.confidence }),
  };
  const hook = <R extends PersonalRecord>(record: R): { readonly record: R } | { readonly reason: string } => {
    const source = record.spec ?? record.source;
    const policy = policies.bySource?.[source] ?? policies.bySource?.[record.source] ?? policies.standard ?? 'report';
    if (policy === 'ignore') return { record };
    const seen = new Set<PersonalKind>();
    const placeholders = createPlaceholders(policies.secret);
    const visit = (text: string): string => {
      const result =
        policy === 'redact'
          ? redactPersonalData(text, placeholders, options)
          : { text, findings: findPersonalData(text, options) };
      count(counts, source, policy, text, result.findings, seen);
      return result.text;
    };
    const next = visitTexts(record, visit);
    if (seen.size === 0) return { record };
    if (policy === 'drop') return { reason: PERSONAL_DROP_REASON };
    return { record: policy === 'redact' ? next : record };
  };
  return Object.assign(hook, { counts: () => sortedCounts(counts) });
}

function visitTexts<R extends PersonalRecord>(record: R, visit: (text: string) => string): R {
  return {
    ...record,
    ...(record.title === undefined ? {} : { title: visit(record.title) }),
    ...(record.text === undefined ? {} : { text: visit(record.text) }),
    ...(record.messages === undefined
      ? {}
      : { messages: record.messages.map((turn) => ({ ...turn, content: visit(turn.content) })) }),
  };
}

interface MutableCount {
  readonly source: string;
  readonly kind: PersonalKind;
  readonly policy: PersonalPolicy;
  findings: number;
  certain: number;
  documents: number;
  readonly examples: string[];
}

function count(
  counts: Map<string, MutableCount>,
  source: string,
  policy: PersonalPolicy,
  text: string,
  findings: readonly PersonalFinding[],
  seen: Set<PersonalKind>,
): void {
  for (const found of findings) {
    const key = `${source}\u0000${found.kind}`;
    let entry = counts.get(key);
    if (entry === undefined) {
      entry = { source, kind: found.kind, policy, findings: 0, certain: 0, documents: 0, examples: [] };
      counts.set(key, entry);
    }
    entry.findings++;
    if (found.confidence === 'certain') entry.certain++;
    if (!seen.has(found.kind)) entry.documents++;
    seen.add(found.kind);
    const masked = maskValue(text.slice(found.start, found.end));
    if (entry.examples.length < 3 && !entry.examples.includes(masked)) entry.examples.push(masked);
  }
}

/** The first two characters and the length: enough to see what kind of thing was found, too little to know it. */
export function maskValue(value: string): string {
  const characters = [...value];
  return `${characters.slice(0, 2).join('')}… (${characters.length})`;
}

function sortedCounts(counts: ReadonlyMap<string, MutableCount>): PersonalCount[] {
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...counts.values()]
    .map((entry) => ({ ...entry, examples: [...entry.examples] }))
    .sort((a, b) => compare(a.source, b.source) || compare(a.kind, b.kind));
}
