import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Rng, sha256OfBytes } from '../../base/index.ts';
import type { StageEntry } from '../record/index.ts';
import { findLeakage, type SideOverlap } from './leakage.ts';
import type { Side } from './split.ts';
import { GramScanner, GramTable } from './word-grams.ts';

type Documents = Readonly<Record<string, { readonly side: Side; readonly texts: readonly string[] }>>;

/** The overlap of validation with training on documents in a folder of their own. */
async function overlapOf(t: TestContext, given: Documents, maxNgrams?: number): Promise<SideOverlap> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'expchat-leakage-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(folder, { recursive: true });
  const entries = Object.entries(given).map(([id, { texts }]): StageEntry => {
    const records = texts.map((text, i) => ({ id: `${id}#${i}`, source: id, kind: 'text', text }));
    const lines = records.map((record) => `${JSON.stringify({ ...record, origin: '', licence: '', sha256: '' })}\n`);
    writeFileSync(path.join(folder, `${id}.jsonl`), lines.join(''));
    const common = { id, input: '', kind: 'text', bytes: 0, contentBytes: 0, dropped: {} } as const;
    return { ...common, sha256: sha256OfBytes(lines.join('')), documents: texts.length };
  });
  const split = { entries, sideOf: (id: string) => given[id]!.side, notices: [], hash: '' };
  const { overlaps } = await findLeakage(folder, split, maxNgrams === undefined ? {} : { maxNgrams });
  assert.equal(overlaps.length, 1);
  return overlaps[0]!;
}

function randomWords(count: number, seed: number): string[] {
  const rng = new Rng(seed);
  return Array.from({ length: count }, () => rng.pick(['Öl', 'Straße', 'und', 'Maß', 'der', 'Fuß']) + rng.int(5000));
}

test('an n-gram has the hash of its folded words, wherever it stands and whatever is between the words', () => {
  const words = randomWords(200, 1);
  const scanner = new GramScanner(13);
  const hashes = (text: string) => {
    const { low, high, grams } = scanner.scan(text);
    return Array.from({ length: grams }, (_, i) => `${low[i]} ${high[i]}`);
  };
  const plain = hashes(words.join(' '));
  assert.equal(plain.length, 188);
  assert.equal(new Set(plain).size, 188);
  const loud = words.map((word) => word.replace(/[a-zö]/g, (letter) => letter.toUpperCase()));
  assert.deepEqual(hashes(`\n„${loud.join('! – ')}“.`), plain);
  for (const at of [1, 50, 187]) assert.deepEqual(hashes(words.slice(at, at + 13).join(', ')), [plain[at]]);
  assert.deepEqual(hashes(words.slice(0, 12).join(' ')), []);
  assert.deepEqual(hashes(''), []);
});

test('the table finds what was added up to its limit, and one in oneIn of it beyond', () => {
  const rng = new Rng(4);
  const keys = Array.from({ length: 40_000 }, () => [rng.uint32() || 1, rng.uint32()] as const);
  for (const limit of [100_000, 5000]) {
    const table = new GramTable(limit);
    for (const [low, high] of keys) if (table.samples(high)) table.add(low, high);
    const found = keys.filter(([low, high]) => table.find(low, high) !== -1);
    assert.deepEqual(
      found,
      keys.filter(([, high]) => table.samples(high)),
    );
    assert.equal(table.count, found.length);
    assert.ok(table.count <= limit && table.count > Math.min(limit, keys.length) / 3);
    assert.equal(table.oneIn === 1, limit === 100_000);
  }
});

test('the longest stretch is found with its place, also inside a copy whose parts others share', async (t) => {
  const [own, shared, rest] = [randomWords(300, 1), randomWords(90, 2), randomWords(300, 3)];
  const heldText = `${own.join(' ')}\n„${shared.join(', ')}“ ${own.slice(0, 100).join(' ')}`;
  const overlap = await overlapOf(t, {
    a: { side: 'train', texts: [`${rest.join(' ')} ${shared.slice(20, 50).join(' ')}`] },
    b: {
      side: 'train',
      texts: [rest.slice(0, 40).join(' '), `${rest.join(' ')} ${shared.join(' ')} ${rest.join(' ')}`],
    },
    v: { side: 'validation', texts: [randomWords(50, 9).join(' '), heldText] },
  });
  const [longest] = overlap.longest;
  assert.deepEqual(
    [longest!.words, longest!.heldDocument, longest!.otherDocument, longest!.otherWord],
    [90, 'v#1', 'b#1', 300],
  );
  assert.equal(heldText.slice(longest!.start, longest!.end), shared.join(', '));
  assert.equal(overlap.coveredBytes, Buffer.byteLength(shared.join(', ')));
  assert.deepEqual([overlap.sharedNgrams, overlap.oneIn], [78, 1]);
  assert.deepEqual([overlap.heldDocuments, overlap.sharingDocuments], [2, 1]);
  assert.deepEqual(overlap.sources, [{ held: 'v', other: 'b', ngrams: 78 }]);
});

test('12 words in common are no finding and 13 are one', async (t) => {
  const [own, other, shared] = [randomWords(50, 1), randomWords(50, 2), randomWords(13, 3)];
  for (const words of [12, 13]) {
    const part = shared.slice(0, words).join(' ');
    const overlap = await overlapOf(t, {
      a: { side: 'train', texts: [`${other.join(' ')} ${part} ${other.join(' ')}`] },
      v: { side: 'validation', texts: [`${own.join(' ')} ${part} ${own.join(' ')}`] },
    });
    assert.equal(overlap.sharedNgrams, words - 12);
    assert.equal(overlap.coveredBytes, words === 13 ? Buffer.byteLength(part) : 0);
  }
});

test('a side too large for the table is compared by a sample that still finds long copies and their share', async (t) => {
  const [own, shared] = [randomWords(4000, 1), randomWords(4000, 2)];
  const overlap = await overlapOf(
    t,
    {
      a: { side: 'train', texts: [shared.join(' ')] },
      v: { side: 'validation', texts: [own.join(' '), shared.join(' ')] },
    },
    1000,
  );
  assert.ok(overlap.oneIn >= 8);
  assert.ok(overlap.longest[0]!.words > 3800, `${overlap.longest[0]!.words}`);
  assert.ok(Math.abs(overlap.coveredShare - 0.5) < 0.03, `${overlap.coveredShare}`);
});
