/**
 * The split of a corpus on the disk: the one function that says on which side a source of the filtered corpus is. Packing,
 * tokenizer training, reports and evaluation all ask it.
 */
import path from 'node:path';
import { ExpChatError, exists, readJsonl, sha256OfBytes } from '../../base/index.ts';
import { readStage, type StageEntry } from '../record/index.ts';
import type { PackedSet } from './manifest.ts';
import { type Side, type SplitNotice, type SplitOptions, splitSources } from './split.ts';

/** Near-duplicate and equal documents, as filtering found them. Absent where it looked for none. */
export const CLUSTERS_FILE = 'clusters.jsonl';

export interface CorpusSplit {
  /** Sources with documents, sorted by id. */
  readonly entries: readonly StageEntry[];
  /** Undefined for a source without documents. */
  sideOf(source: string): Side | undefined;
  readonly notices: readonly SplitNotice[];
  /** Of the sides of all sources: equal where the split is equal. */
  readonly hash: string;
}

/** `directory`: the project's data folder. Throws as `splitSources`, and `corpus.bad-clusters`. */
export async function readSplit(directory: string, options: SplitOptions): Promise<CorpusSplit> {
  const filtered = path.join(directory, 'filtered');
  const entries = (await readStage(filtered, 'filter')).filter((entry) => entry.documents > 0);
  const links = await linkedSources(path.join(filtered, CLUSTERS_FILE));
  const sources = entries.map(({ id, kind, contentBytes }) => ({ id, kind, bytes: contentBytes }));
  const { sides, notices } = splitSources(sources, options, links);
  for (const link of links) checkUndivided(link, sides);
  return {
    entries,
    sideOf: (source) => sides.get(source),
    notices,
    hash: sha256OfBytes(JSON.stringify(entries.map(({ id }) => [id, sides.get(id)]))),
  };
}

const ENDINGS = { train: 'train', validation: 'val', test: 'test' } as const;

export function setOf(kind: 'text' | 'chat', side: Side): PackedSet {
  return `${kind === 'text' ? 'pretrain' : 'chat'}-${ENDINGS[side]}`;
}

/** For each cluster the sources of its documents that are still there, where they are several. */
async function linkedSources(file: string): Promise<string[][]> {
  if (!(await exists(file))) return [];
  const links = new Map<string, string[]>();
  let line = 0;
  for await (const value of readJsonl(file)) {
    line++;
    const { kept, members } = (value ?? {}) as { kept?: unknown; members?: unknown };
    const wrong = !Array.isArray(kept) || !Array.isArray(members) || kept.some((id) => typeof id !== 'string');
    if (wrong) {
      throw new ExpChatError({
        code: 'corpus.bad-clusters',
        message: `${file}:${line}: expected a cluster with its kept documents and members, got another shape`,
        next: 'Run corpus filter again.',
        fields: { path: file, line },
      });
    }
    const sourceOf = new Map((members as { id: string; source: string }[]).map(({ id, source }) => [id, source]));
    // A document's id begins with its source's, which holds neither `#` nor `:`.
    const sources = [...new Set((kept as string[]).map((id) => sourceOf.get(id) ?? id.split(/[#:]/, 1)[0]!))].sort();
    if (sources.length > 1) links.set(sources.join('\n'), sources);
  }
  return [...links.values()];
}

function checkUndivided(link: readonly string[], sides: ReadonlyMap<string, Side>): void {
  const found = link.filter((id) => sides.has(id));
  const other = found.find((id) => sides.get(id) !== sides.get(found[0]!));
  if (other === undefined) return;
  throw new ExpChatError({
    code: 'corpus.cluster-divided',
    kind: 'internal',
    message: `corpus split: expected near-duplicates on one side, got ${found[0]} and ${other} on two`,
    fields: { sources: [found[0], other] },
  });
}
