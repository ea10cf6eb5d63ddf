/** The second pass: all documents compared, and what becomes of each. It reads no text and writes nothing. */
import type { DocumentTable } from './document-table.ts';
import { type Cluster, findDuplicates } from './duplicates.ts';
import type { QuestionIndex } from './questions.ts';
import { findRepeats, type Repeats } from './repeats.ts';
import type { FilterSettings } from './settings.ts';
import type { Fate } from './write-source.ts';

/** What was found of all documents together. */
export interface Choice {
  readonly table: DocumentTable;
  readonly settings: FilterSettings;
  readonly questions: QuestionIndex | undefined;
  readonly clusters: readonly Cluster[];
  readonly repeats: Repeats;
  /** By document. */
  readonly fates: readonly Fate[];
}

/** `betweenUnits` throws where the work is to stop. */
export async function choose(
  table: DocumentTable,
  settings: FilterSettings,
  questions: QuestionIndex | undefined,
  contaminated: 'drop' | 'report',
  betweenUnits: () => void,
): Promise<Choice> {
  const fates: Fate[] = table.documents.map(({ fault, hits }) => {
    if (fault !== undefined) return { fault };
    if (hits === undefined || contaminated === 'report') return {};
    return { fault: { reason: 'evaluation-question', value: hits.length, threshold: 0 } };
  });
  const stays = (document: number) => fates[document]!.fault === undefined;
  const clusters = await findDuplicates(table, stays, settings.nearDuplicates, betweenUnits);
  for (const { kind, duplicates } of clusters) {
    const reason = kind === 'exact' ? 'duplicate' : 'near-duplicate';
    for (const { document, similarity } of duplicates) {
      const threshold = kind === 'exact' || similarity === 1 ? 1 : settings.nearDuplicates.similarity;
      fates[document] = { fault: { reason, value: similarity, threshold } };
    }
  }
  const repeats = findRepeats(table, stays, settings.repeats);
  for (const [document, cuts] of repeats.cuts) fates[document] = { cuts };
  return { table, settings, questions, clusters, repeats, fates };
}
