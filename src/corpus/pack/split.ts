/**
 * Which sources are held back for validation and for testing. What belongs together is never divided: a source, and
 * sources that share near-duplicate documents. It knows ids, sizes and links, no file.
 *
 * The order is the hash of the ids, so it is the same on every machine and in any order of input. Each held-back side
 * takes from that order what fits until it has its share of the bytes. So a source that is added or changed moves the
 * border of a side by about its own share of the bytes, and a source far from the border stays where it is; a test side
 * that is added later leaves the validation side as it was. Only where that walk does not meet the share, as with few or
 * very uneven sources, the best selection of all is searched for, and there a new source may change it as a whole.
 */
import { boundedNumber, ExpChatError, sha256OfBytes } from '../../base/index.ts';

export type Side = 'train' | 'validation' | 'test';

export interface SplitOptions {
  /** Share of the bytes held back for validation, 0 to 0.9. 0 holds none back. */
  readonly validationRatio: number;
  /** Share of the bytes held back for testing, 0 (the default) to 0.9; together with the other at most 0.9. */
  readonly testRatio?: number;
  readonly seed: number;
}

export interface SplitSource {
  readonly id: string;
  /** Texts and dialogues are divided each on their own. */
  readonly kind: 'text' | 'chat';
  /** UTF-8 bytes of the content. */
  readonly bytes: number;
}

/** A share that is missed by more than 2 % of all bytes, and what is in the way. */
export interface SplitNotice {
  readonly kind: 'text' | 'chat';
  readonly side: Side;
  /** Shares of the bytes, 0 to 1. */
  readonly wanted: number;
  readonly share: number;
  /** The largest source, or the largest of the largest group that near-duplicates hold together. */
  readonly source: string;
  readonly sourceShare: number;
  /** How many sources that group has. */
  readonly linkedSources: number;
}

export interface SourceSplit {
  readonly sides: ReadonlyMap<string, Side>;
  readonly notices: readonly SplitNotice[];
}

/** Sources that stay together. */
interface Unit {
  readonly sources: readonly SplitSource[];
  readonly rank: string;
  readonly bytes: { readonly text: number; readonly chat: number };
  side?: Side;
}

/** Of all bytes. */
const TOLERANCE = 0.02;
/** Of a side's own bytes: what the walk in the order of the hashes aims at. */
const AIM = 0.02;
/** Of all bytes: where the walk misses its aim by no more, its choice stays, as it is the one that moves least. */
const NEAR = 0.01;
const CELLS = 4096;

/**
 * Divides the sources. `links`: ids of sources that must be on one side. Every side with a share gets at least one
 * source of each kind, and so does training. Throws `corpus.one-source` where there are too few to do so.
 */
export function splitSources(
  sources: Iterable<SplitSource>,
  options: SplitOptions,
  links: Iterable<readonly string[]> = [],
): SourceSplit {
  const validation = boundedNumber(options.validationRatio, 'validation ratio', 0, 0.9);
  const test = boundedNumber(options.testRatio ?? 0, 'test ratio', 0, 0.9);
  boundedNumber(validation + test, 'validation and test ratio', 0, 0.9);
  const wanted = [['validation', validation] as const, ['test', test] as const].filter(([, ratio]) => ratio > 0);
  const units = unitsOf(sources, options.seed, links);
  for (const kind of ['text', 'chat'] as const) {
    const all = units.filter((unit) => unit.bytes[kind] > 0);
    if (all.length > 0 && wanted.length > 0) divide(all, kind, wanted);
  }
  const sides = new Map(units.flatMap((unit) => unit.sources.map(({ id }) => [id, unit.side ?? 'train'] as const)));
  const notices = (['text', 'chat'] as const).flatMap((kind) => noticesOf(units, kind, wanted));
  return { sides, notices };
}

function unitsOf(given: Iterable<SplitSource>, seed: number, links: Iterable<readonly string[]>): Unit[] {
  const sources = [...given].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const index = new Map(sources.map(({ id }, i) => [id, i]));
  const parents = Int32Array.from(sources.keys());
  const rootOf = (start: number): number => {
    let at = start;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!;
      at = parents[at]!;
    }
    return at;
  };
  for (const link of links) {
    const members = link.flatMap((id) => index.get(id) ?? []);
    for (const member of members) {
      const [a, b] = [rootOf(members[0]!), rootOf(member)];
      parents[Math.max(a, b)] = Math.min(a, b);
    }
  }
  const groups = new Map<number, SplitSource[]>();
  for (const [i, source] of sources.entries()) {
    const root = rootOf(i);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [source]);
    else group.push(source);
  }
  const units = [...groups.values()].map((group): Unit => {
    const ranks = group.map(({ id }) => sha256OfBytes(`${seed}\n${id}`));
    const bytesOf = (kind: SplitSource['kind']) =>
      group.reduce((sum, source) => sum + (source.kind === kind ? Math.max(1, source.bytes) : 0), 0);
    const rank = ranks.reduce((least, other) => (other < least ? other : least));
    return { sources: group, rank, bytes: { text: bytesOf('text'), chat: bytesOf('chat') } };
  });
  return units.sort((a, b) => (a.rank < b.rank ? -1 : 1));
}

/** Gives the units of one kind their sides; some may have one from the other kind. */
function divide(all: readonly Unit[], kind: 'text' | 'chat', wanted: readonly (readonly [Side, number])[]): void {
  if (all.length <= wanted.length) throw tooFew(all, wanted.length + 1);
  const total = all.reduce((sum, unit) => sum + unit.bytes[kind], 0);
  for (const [i, [side, ratio]] of wanted.entries()) {
    const free = all.filter((unit) => unit.side === undefined);
    const given = all.filter((unit) => unit.side === side);
    const target = ratio * total - given.reduce((sum, unit) => sum + unit.bytes[kind], 0);
    if (given.length > 0 && target <= AIM * ratio * total) continue;
    // One for each side that is still to come, and one for training.
    const toKeep = wanted.slice(i + 1).filter(([later]) => !all.some((unit) => unit.side === later)).length + 1;
    if (free.length <= toKeep) continue;
    const sizes = free.map((unit) => unit.bytes[kind]);
    for (const chosen of choose(sizes, target, NEAR * total, free.length - toKeep)) free[chosen]!.side = side;
  }
  for (const unit of all) unit.side ??= 'train';
}

/** Indices of 1 to `most` of the sizes with a sum near `target`; `near` bytes below it are near. */
function choose(sizes: readonly number[], target: number, near: number, most: number): number[] {
  const aim = target * AIM;
  const chosen: number[] = [];
  let sum = 0;
  for (const [i, size] of sizes.entries()) {
    if (chosen.length === most || sum >= target - aim) break;
    if (sum + size > target + aim) continue;
    chosen.push(i);
    sum += size;
  }
  return chosen.length > 0 && sum >= target - Math.max(aim, near) ? chosen : nearestSum(sizes, target, near, most);
}

/** Subset sum over cells of the whole; of the sums in one cell the first found stays, so earlier sizes come first. */
function nearestSum(sizes: readonly number[], target: number, near: number, most: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const cellOf = (sum: number) => Math.floor((sum / total) * CELLS);
  const sums = new Float64Array(CELLS + 1).fill(-1);
  const items = new Int32Array(CELLS + 1).fill(-1);
  const befores = new Int32Array(CELLS + 1).fill(-1);
  const counts = new Int32Array(CELLS + 1);
  sums[0] = 0;
  for (const [i, size] of sizes.entries()) {
    for (let cell = CELLS; cell >= 0; cell--) {
      if (sums[cell]! < 0) continue;
      const sum = sums[cell]! + size;
      const next = cellOf(sum);
      if (sums[next]! >= 0 || counts[cell]! >= most) continue;
      sums[next] = sum;
      items[next] = i;
      befores[next] = cell;
      counts[next] = counts[cell]! + 1;
    }
  }
  const missOf = (cell: number) => Math.abs(sums[cell]! - target);
  let best = -1;
  for (let cell = 0; cell <= CELLS; cell++) {
    if (sums[cell]! <= 0) continue;
    const isNear = missOf(cell) <= near && best >= 0 && missOf(best) <= near;
    // Of sums that are near the one that the order reaches first, so that the seed has its say; else the nearest.
    if (best < 0 || (isNear ? items[cell]! < items[best]! : missOf(cell) < missOf(best))) best = cell;
  }
  // Sizes below a cell reach no cell of their own: then the smallest has to do.
  if (best < 0) return [sizes.reduce((least, size, i) => (size < sizes[least]! ? i : least), 0)];
  const chosen: number[] = [];
  for (let cell = best; cell > 0; cell = befores[cell]!) chosen.push(items[cell]!);
  return chosen;
}

function tooFew(units: readonly Unit[], needed: number): ExpChatError {
  const [first] = units[0]!.sources;
  const linked = units.reduce((sum, unit) => sum + unit.sources.length, 0);
  const together = linked > units.length ? `, of ${linked} that near-duplicates hold together` : '';
  return new ExpChatError({
    code: 'corpus.one-source',
    kind: 'usage',
    message: `corpus split: expected at least ${needed} sources to hold some back, got only ${units.length}, with ${first!.id}${together}`,
    next: 'Set the validation ratio to 0, add a source, or set sourcePer: file so that each file is a source.',
    fields: { source: first!.id, needed, sources: units.length, linked },
  });
}

function noticesOf(
  units: readonly Unit[],
  kind: 'text' | 'chat',
  wanted: readonly (readonly [Side, number])[],
): SplitNotice[] {
  const total = units.reduce((sum, unit) => sum + unit.bytes[kind], 0);
  if (total === 0) return [];
  const largest = units.reduce((most, unit) => (unit.bytes[kind] > most.bytes[kind] ? unit : most));
  const source = largest.sources.reduce((most, one) => (one.kind === kind && one.bytes > most.bytes ? one : most));
  return wanted.flatMap(([side, ratio]) => {
    const held = units.reduce((sum, unit) => sum + (unit.side === side ? unit.bytes[kind] : 0), 0);
    if (Math.abs(held / total - ratio) <= TOLERANCE) return [];
    const facts = { source: source.id, sourceShare: largest.bytes[kind] / total };
    return [{ kind, side, wanted: ratio, share: held / total, ...facts, linkedSources: largest.sources.length }];
  });
}
