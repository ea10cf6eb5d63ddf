/** The filtered records for consumers of text, such as tokenizer training. */
import path from 'node:path';
import { type DocumentRecord, readStage, readVerified } from '../record/index.ts';
import { readSplit } from './corpus-split.ts';
import type { Side, SplitOptions } from './split.ts';

export interface ReadFilteredOptions {
  readonly kind?: 'text' | 'chat';
  /** Only records of that side, divided as packing divides them. */
  readonly side?: SplitOptions & { readonly split: Side };
}

/** Records of the filtered corpus in source order, files verified. `directory`: the project's data folder. */
export async function* readFiltered(
  directory: string,
  options: ReadFilteredOptions = {},
): AsyncGenerator<DocumentRecord> {
  const filtered = path.join(directory, 'filtered');
  const { side, kind } = options;
  const split = side === undefined ? undefined : await readSplit(directory, side);
  for (const entry of split?.entries ?? (await readStage(filtered, 'filter'))) {
    if (entry.documents === 0 || (kind !== undefined && entry.kind !== kind)) continue;
    if (split !== undefined && split.sideOf(entry.id) !== side!.split) continue;
    yield* readVerified(filtered, entry);
  }
}
