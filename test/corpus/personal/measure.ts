/** Compares findings with labels: a hit is the same kind at exactly the same place. */
import { findPersonalData, PERSONAL_KINDS, type PersonalKind } from '../../../src/corpus/personal/index.ts';
import type { LabelledDocument } from './draft.ts';

export interface Score {
  readonly labelled: number;
  readonly found: number;
  readonly hits: number;
  readonly precision: number;
  readonly recall: number;
}

export interface Measure {
  readonly overall: Score;
  readonly kinds: Readonly<Record<PersonalKind, Score>>;
  /** Labels of which at least one character was left uncovered by any finding. */
  readonly uncovered: number;
  /** One line for each label missed and each finding too many. */
  readonly faults: readonly string[];
}

export function measure(documents: readonly LabelledDocument[]): Measure {
  const tally = new Map(PERSONAL_KINDS.map((kind) => [kind, { labelled: 0, found: 0, hits: 0 }]));
  const faults: string[] = [];
  let uncovered = 0;
  for (const { type, text, labels } of documents) {
    const findings = findPersonalData(text);
    const key = (one: { kind: string; start: number; end: number }) => `${one.kind} ${one.start} ${one.end}`;
    const wanted = new Set(labels.map(key));
    const got = new Set(findings.map(key));
    for (const found of findings) {
      const entry = tally.get(found.kind)!;
      entry.found++;
      if (wanted.has(key(found))) entry.hits++;
      else faults.push(`too many ${type} ${found.rule}: ${shown(text, found.start, found.end)}`);
    }
    for (const label of labels) {
      tally.get(label.kind)!.labelled++;
      const covered = findings.some((found) => found.start <= label.start && found.end >= label.end);
      if (!covered) uncovered++;
      if (!got.has(key(label))) faults.push(`missed ${type} ${label.kind}: ${shown(text, label.start, label.end)}`);
    }
  }
  const kinds = Object.fromEntries([...tally].map(([kind, entry]) => [kind, score(entry)])) as Record<
    PersonalKind,
    Score
  >;
  const sum = { labelled: 0, found: 0, hits: 0 };
  for (const entry of tally.values()) {
    sum.labelled += entry.labelled;
    sum.found += entry.found;
    sum.hits += entry.hits;
  }
  return { overall: score(sum), kinds, uncovered, faults };
}

function score(entry: { labelled: number; found: number; hits: number }): Score {
  const share = (of: number) => (of === 0 ? 1 : Math.round((entry.hits / of) * 1e4) / 1e4);
  return { ...entry, precision: share(entry.found), recall: share(entry.labelled) };
}

function shown(text: string, start: number, end: number): string {
  return JSON.stringify(
    `${text.slice(Math.max(0, start - 30), start)}»${text.slice(start, end)}«${text.slice(end, end + 20)}`,
  );
}
