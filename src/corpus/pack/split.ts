/** Which sources are held back for validation: by the hash of their id, so that it is the same on every machine. */
import { boundedNumber, ExpChatError, sha256OfBytes } from '../../base/index.ts';

export interface SplitOptions {
  /** Share of the sources, 0 to 0.9. 0 holds none back. */
  readonly validationRatio: number;
  readonly seed: number;
}

export interface SourceSplit {
  /** Both sorted; no id is in both. */
  readonly train: readonly string[];
  readonly validation: readonly string[];
}

/**
 * Holds back the sources with the lowest hashes: the rounded share, at least one and never all. Throws
 * `corpus.one-source` where a single source can not be divided.
 */
export function splitSources(sourceIds: Iterable<string>, options: SplitOptions): SourceSplit {
  const ratio = boundedNumber(options.validationRatio, 'validation ratio', 0, 0.9);
  const ids = [...new Set(sourceIds)].sort();
  if (ratio === 0 || ids.length === 0) return { train: ids, validation: [] };
  if (ids.length === 1) {
    throw new ExpChatError({
      code: 'corpus.one-source',
      kind: 'usage',
      message: `corpus split: expected at least two sources to hold one back for validation, got only ${ids[0]}`,
      next: 'Set the validation ratio to 0, add a source, or set sourcePer: file so that each file is a source.',
      fields: { source: ids[0] },
    });
  }
  const rank = new Map(ids.map((id) => [id, sha256OfBytes(`${options.seed}\n${id}`)]));
  const byHash = [...ids].sort((a, b) => (rank.get(a)! < rank.get(b)! ? -1 : 1));
  const count = Math.min(ids.length - 1, Math.max(1, Math.round(ids.length * ratio)));
  const validation = byHash.slice(0, count).sort();
  const held = new Set(validation);
  return { train: ids.filter((id) => !held.has(id)), validation };
}
