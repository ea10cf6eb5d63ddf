/** The filtered records for consumers of text, such as tokenizer training. */
import path from 'node:path';
import { type DocumentRecord, readRecords, readStage, verifyStageFile } from '../record/index.ts';
import { sidesOf } from './pack.ts';
import type { SplitOptions } from './split.ts';

export interface ReadFilteredOptions {
  readonly kind?: 'text' | 'chat';
  /** Only records of that side, divided as packing divides them. */
  readonly side?: SplitOptions & { readonly split: 'train' | 'validation' };
}

/** Records of the filtered corpus in source order, files verified. `directory`: the project's data folder. */
export async function* readFiltered(
  directory: string,
  options: ReadFilteredOptions = {},
): AsyncGenerator<DocumentRecord> {
  const filtered = path.join(directory, 'filtered');
  const entries = await readStage(filtered, 'filter');
  const sides = options.side === undefined ? undefined : sidesOf(entries, options.side);
  const ending = options.side?.split === 'validation' ? '-val' : '-train';
  for (const entry of entries) {
    if (entry.documents === 0 || (options.kind !== undefined && entry.kind !== options.kind)) continue;
    if (sides !== undefined && sides.get(entry.id)?.endsWith(ending) !== true) continue;
    yield* readRecords(await verifyStageFile(filtered, entry));
  }
}
