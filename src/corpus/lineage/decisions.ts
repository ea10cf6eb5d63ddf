/** Why documents were left out, by id, as far as the stages wrote it down. It decides nothing itself. */
import path from 'node:path';
import { exists, listDirectory } from '../../base/index.ts';
import type { StageEntry } from '../record/index.ts';
import { wholeLines } from './project.ts';

export interface Decision {
  readonly id: string;
  readonly reason: string;
  readonly value?: number | string;
  readonly threshold?: number | string;
  /** `cut`: something was cut out of a document that stayed. Absent: `dropped`. */
  readonly action?: 'dropped' | 'cut' | 'reported';
  /** Of a duplicate: the document that stayed. */
  readonly kept?: string;
}

/** Every decision that filtering wrote down, one at a time. */
export async function* readDecisions(filtered: string): AsyncGenerator<Decision> {
  if (!(await exists(filtered))) return;
  for (const { name, kind } of await listDirectory(filtered)) {
    if (kind === 'directory' && name === 'decisions') yield* readFolder(path.join(filtered, name));
    else if (/^decisions.*\.jsonl$/.test(name)) yield* readFile(path.join(filtered, name));
  }
}

async function* readFolder(directory: string): AsyncGenerator<Decision> {
  for (const { name } of await listDirectory(directory)) {
    if (name.endsWith('.jsonl')) yield* readFile(path.join(directory, name));
  }
}

async function* readFile(file: string): AsyncGenerator<Decision> {
  for await (const value of wholeLines(file)) {
    const row = value as Decision;
    if (typeof row?.id === 'string' && typeof row.reason === 'string') yield row;
  }
}

/** Why these documents were left out: from the list, else from the examples in the books of the stages. */
export async function decisionsOn(
  ids: ReadonlySet<string>,
  filtered: string,
  books: readonly ReadonlyMap<string, StageEntry>[],
): Promise<Map<string, Decision>> {
  const found = new Map<string, Decision>();
  if (ids.size === 0) return found;
  for (const book of books) {
    for (const entry of book.values()) {
      for (const [reason, { examples }] of Object.entries(entry.dropped)) {
        for (const id of examples) if (ids.has(id)) found.set(id, { id, reason });
      }
    }
  }
  for await (const decision of readDecisions(filtered)) {
    if (isDrop(decision) && ids.has(decision.id)) found.set(decision.id, decision);
  }
  return found;
}

export const isDrop = ({ action }: Decision): boolean => action === undefined || action === 'dropped';
