import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Rng } from '../../base/index.ts';
import { type SplitOptions, type SplitSource, splitSources } from './split.ts';
import { copiesOf } from './weights.ts';

const sourceList = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 12 }),
    kind: fc.constantFrom('text' as const, 'text' as const, 'chat' as const),
    bytes: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 100_000 })),
  }),
  { selector: ({ id }) => id, minLength: 2, maxLength: 60 },
);
const linkList = fc.array(fc.array(fc.nat(59), { minLength: 2, maxLength: 4 }), { maxLength: 6 });

/** The split, or undefined where there are too few sources. */
function splitOrNot(sources: readonly SplitSource[], options: SplitOptions, links: readonly string[][] = []) {
  try {
    return splitSources(sources, options, links);
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'corpus.one-source');
    return undefined;
  }
}

const shuffled = <T>(values: readonly T[], seed: number): T[] => new Rng(seed).shuffle([...values]);
const many = (count: number, bytes = (i: number) => 100 + (i % 7)): SplitSource[] =>
  Array.from({ length: count }, (_, i) => ({ id: `quelle-${i}`, kind: 'text' as const, bytes: bytes(i) }));
const bytesOn = (sources: readonly SplitSource[], sides: ReadonlyMap<string, string>, side: string) =>
  sources.reduce((sum, { id, bytes }) => sum + (sides.get(id) === side ? bytes : 0), 0);

test('every source has one side, linked sources have the same, and the order of sources and links does not matter', () => {
  let divided = 0;
  fc.assert(
    fc.property(sourceList, linkList, fc.integer(), (sources, places, seed) => {
      const links = places.map((link) => link.flatMap((at) => sources[at]?.id ?? []));
      const options = { validationRatio: 0.2, testRatio: 0.1, seed };
      const split = splitOrNot(sources, options, links);
      if (split === undefined) return;
      divided++;
      assert.deepEqual([...split.sides.keys()].sort(), sources.map(({ id }) => id).sort());
      for (const link of links) assert.ok(new Set(link.map((id) => split.sides.get(id))).size <= 1);
      const other = splitSources(
        shuffled(sources, 1),
        options,
        shuffled(links, 2).map((link) => [...link].reverse()),
      );
      assert.deepEqual(new Map([...other.sides].sort()), new Map([...split.sides].sort()));
    }),
    { seed: 1, numRuns: 300 },
  );
  assert.ok(divided > 100);
});

test('every wanted side and training get a source of each kind where nothing is linked', () => {
  fc.assert(
    fc.property(sourceList, fc.double({ min: 0.001, max: 0.45, noNaN: true }), (sources, ratio) => {
      const split = splitOrNot(sources, { validationRatio: ratio, testRatio: ratio, seed: 3 });
      if (split === undefined) return;
      for (const kind of ['text', 'chat']) {
        const sides = new Set(sources.filter((source) => source.kind === kind).map(({ id }) => split.sides.get(id)));
        assert.ok(sides.size === 0 || sides.size === 3, `${kind}: ${[...sides]}`);
      }
    }),
    { seed: 2, numRuns: 300 },
  );
});

test('a share of the bytes is met within 2 %, also with very uneven sources, or a notice names what is too large', () => {
  const uneven = many(400, (i) => Math.round(10 * 1.03 ** i));
  for (const ratio of [0.05, 0.1, 0.3]) {
    for (const sources of [many(50), uneven, [...uneven, { id: 'groß', kind: 'text' as const, bytes: 2_000_000 }]]) {
      const { sides, notices } = splitSources(sources, { validationRatio: ratio, testRatio: ratio / 2, seed: 5 });
      const total = sources.reduce((sum, { bytes }) => sum + bytes, 0);
      assert.deepEqual(notices, []);
      assert.ok(Math.abs(bytesOn(sources, sides, 'validation') / total - ratio) <= 0.02, `${ratio}`);
      assert.ok(Math.abs(bytesOn(sources, sides, 'test') / total - ratio / 2) <= 0.02, `${ratio}`);
    }
  }
  const [huge, ...small] = many(6, (i) => (i === 0 ? 97_000 : 600));
  const { notices } = splitSources([huge!, ...small], { validationRatio: 0.2, seed: 1 });
  assert.equal(notices.length, 1);
  assert.deepEqual([notices[0]!.source, notices[0]!.side, notices[0]!.linkedSources], ['quelle-0', 'validation', 1]);
  assert.ok(notices[0]!.sourceShare > 0.96);
});

test('where a sum of sources meets the share, the search finds it behind sources that are too large for the walk', () => {
  const sizes = [40, 35, 15, 10];
  const sources = sizes.map((bytes, i) => ({ id: `q${i}`, kind: 'text' as const, bytes: bytes * 1000 }));
  for (let seed = 0; seed < 20; seed++) {
    const { sides } = splitSources(sources, { validationRatio: 0.25, seed });
    assert.equal(bytesOn(sources, sides, 'validation'), 25_000, `seed ${seed}`);
  }
});

test('a source that is added moves about its own share of the bytes, and a new test side leaves validation as it was', () => {
  const sources = many(500, (i) => 1000 + ((i * 37) % 400));
  const options = { validationRatio: 0.1, seed: 9 };
  const before = splitSources(sources, options).sides;
  let movedMost = 0;
  for (let n = 0; n < 30; n++) {
    const { sides } = splitSources([...sources, { id: `neu-${n}`, kind: 'text', bytes: 1200 }], options);
    movedMost = Math.max(movedMost, sources.filter(({ id }) => sides.get(id) !== before.get(id)).length);
  }
  assert.ok(movedMost <= 3, `${movedMost}`);
  const withTest = splitSources(sources, { ...options, testRatio: 0.1 }).sides;
  const held = (sides: ReadonlyMap<string, string>) => [...sides].filter(([, side]) => side === 'validation').sort();
  assert.deepEqual(held(withTest), held(before));
});

test('the split depends on the seed, ratios of 0 hold nothing back, too few or all linked sources can not be divided', () => {
  const sources = many(40, () => 10);
  const held = (seed: number) =>
    [...splitSources(sources, { validationRatio: 0.1, seed }).sides].filter(([, side]) => side === 'validation');
  assert.equal(held(1).length, 4);
  assert.notDeepEqual(held(1), held(2));
  const none = splitSources(sources, { validationRatio: 0, seed: 1 }).sides;
  assert.deepEqual([...new Set(none.values())], ['train']);
  const [only] = sources;
  assert.throws(() => splitSources([only!], { validationRatio: 0.1, seed: 1 }), { code: 'corpus.one-source' });
  assert.deepEqual([...splitSources([only!], { validationRatio: 0, seed: 1 }).sides.values()], ['train']);
  const two = sources.slice(0, 2);
  assert.throws(() => splitSources(two, { validationRatio: 0.1, testRatio: 0.1, seed: 1 }), {
    code: 'corpus.one-source',
  });
  const link = [two.map(({ id }) => id)];
  assert.throws(() => splitSources(two, { validationRatio: 0.1, seed: 1 }, link), /of 2 that near-duplicates hold/);
  assert.throws(() => splitSources(sources, { validationRatio: Number.NaN, seed: 1 }), { code: 'limits.number' });
  assert.throws(() => splitSources(sources, { validationRatio: 0.6, testRatio: 0.6, seed: 1 }), {
    code: 'limits.number',
  });
});

test('a text and a dialogue that near-duplicates link are on one side', () => {
  const sources = [...many(30), ...many(30).map(({ bytes }, i) => ({ id: `chat-${i}`, kind: 'chat' as const, bytes }))];
  for (let seed = 0; seed < 20; seed++) {
    const { sides } = splitSources(sources, { validationRatio: 0.2, seed }, [['quelle-3', 'chat-8', 'chat-9']]);
    assert.equal(sides.get('quelle-3'), sides.get('chat-8'));
    assert.equal(sides.get('quelle-3'), sides.get('chat-9'));
    assert.ok([...sides].some(([id, side]) => id.startsWith('chat') && side === 'validation'));
  }
});

test('copies are the whole part of the weight and its fraction of the documents, stable for each document', () => {
  const ids = Array.from({ length: 4000 }, (_, i) => `d#${i}`);
  for (const weight of [0, 0.25, 1, 2.5, 7]) {
    const copies = ids.map((id) => copiesOf(id, weight, 42));
    const mean = copies.reduce((sum, count) => sum + count, 0) / ids.length;
    assert.ok(Math.abs(mean - weight) < 0.03, `${weight}: ${mean}`);
    for (const count of copies) assert.ok(count === Math.floor(weight) || count === Math.ceil(weight));
  }
  // A larger weight takes no document away.
  for (const id of ids) assert.ok(copiesOf(id, 0.5, 42) >= copiesOf(id, 0.25, 42));
  assert.throws(() => copiesOf('d', -1, 42), { code: 'limits.number' });
  assert.throws(() => copiesOf('d', 101, 42), { code: 'limits.number' });
});
