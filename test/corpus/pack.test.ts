/** Packing: laws on shards, on the list of documents, on weights, clusters and threads. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { withBackend } from '../../src/base/index.ts';
import {
  type DocumentRecord,
  openPacked,
  PACKED_SETS,
  PackedReader,
  type PackOptions,
  packCorpus,
  readFiltered,
  readLeakage,
  readPackedDocuments,
  readSplit,
  runCorpus,
  type SideOverlap,
} from '../../src/corpus/index.ts';
import {
  byteTokenizer,
  hashesBelow,
  packOptions,
  quickDisk,
  smallCorpus,
  temporaryFolder,
  writeFiles,
} from './fixture.ts';

const law = (title: string, body: (t: TestContext) => Promise<void>) =>
  test(title, (t) => withBackend(quickDisk(), () => body(t)));

async function packedSmall(t: TestContext, options: Partial<PackOptions> = {}) {
  const folder = temporaryFolder(t);
  const data = path.join(folder, 'data');
  const pack = { ...packOptions, ...options };
  const { manifest } = await runCorpus(smallCorpus(folder, 14, 5), {
    fetch: { directory: data },
    tokenizer: async () => byteTokenizer,
    pack,
  });
  return { data, packed: path.join(data, 'packed'), manifest, pack };
}

async function collected<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

law('every token of every set leads to its document, in one shard and in many, and both hold the same', async (t) => {
  const one = await packedSmall(t, { testRatio: 0.2 });
  const many = await packedSmall(t, { testRatio: 0.2, maxShardTokens: 150 });
  const records = new Map<string, DocumentRecord>();
  for await (const record of readFiltered(one.data)) records.set(record.id, record);
  let found = 0;
  for (const { packed, manifest } of [one, many]) {
    const documents = await collected(readPackedDocuments(packed));
    for (const set of PACKED_SETS) {
      const { tokens, offsets, mask } = await openPacked(packed, set);
      const own = documents.filter((document) => document.set === set);
      const { shards, sources } = manifest.sets[set]!;
      const reader = await PackedReader.open(packed, set);
      for (const [i, document] of own.entries()) {
        const before = shards.slice(0, document.shard - 1).reduce((sum, shard) => sum + shard.tokens, 0);
        assert.deepEqual([offsets[i], offsets[i + 1]], [before + document.start, before + document.end]);
        const ids = tokens.subarray(offsets[i]!, offsets[i + 1]!);
        const read = await reader.read(document);
        assert.deepEqual(read.ids, ids.slice());
        assert.deepEqual(read.mask, mask?.slice(offsets[i]!, offsets[i + 1]!));
        const record = records.get(document.id)!;
        if (record.kind === 'text') assert.equal(Buffer.from(ids.subarray(1)).toString(), record.text);
        assert.deepEqual([document.sha256, document.source], [record.sha256, record.source]);
        const { firstToken, tokens: length } = sources.find(({ id }) => id === record.source)!;
        assert.ok(firstToken <= offsets[i]! && offsets[i + 1]! <= firstToken + length);
        found++;
      }
      await reader.close();
      assert.equal(own.length, offsets.length - 1);
    }
  }
  assert.equal(found, records.size * 2);
  assert.equal(one.manifest.sets['pretrain-train']!.shards.length, 1);
  assert.ok(many.manifest.sets['pretrain-train']!.shards.length > 3);
  for (const set of PACKED_SETS) {
    const [a, b] = [await openPacked(one.packed, set), await openPacked(many.packed, set)];
    assert.deepEqual([a.tokens, a.offsets, a.mask], [b.tokens, b.offsets, b.mask]);
  }
});

law(
  'the three sides divide the filtered documents, and the split says of each source where packing put it',
  async (t) => {
    const { data, packed, pack } = await packedSmall(t, { testRatio: 0.2 });
    const split = await readSplit(data, pack);
    const sides = { train: 'train', validation: 'val', test: 'test' } as const;
    for await (const { source, set } of readPackedDocuments(packed)) {
      assert.ok(set.endsWith(sides[split.sideOf(source)!]), `${source} in ${set}`);
    }
    const parts = await Promise.all(
      (['train', 'validation', 'test'] as const).map((side) =>
        collected(readFiltered(data, { side: { ...pack, split: side } })),
      ),
    );
    assert.ok(parts.every((part) => part.length > 0));
    const all = (await collected(readFiltered(data))).map(({ id }) => id);
    assert.deepEqual(parts.flatMap((part) => part.map(({ id }) => id)).sort(), all.sort());
  },
);

law('sources with documents of one cluster are on one side, whatever the seed', async (t) => {
  const { data } = await packedSmall(t);
  const linked = ['texte~bereich-0~seite-0.md', 'texte~bereich-1~seite-1.md', 'texte~bereich-2~seite-2.md'];
  const [first, second, third] = linked;
  const clusters = [
    { kind: 'near', kept: [first, second], members: linked.map((id) => ({ id, source: id, similarity: 0.9 })) },
    { kind: 'near', kept: [`${second}#a`, `${third}#b`], members: [] },
    { kind: 'exact', kept: ['texte~bereich-0~seite-6.md'], members: [] },
  ];
  const file = path.join(data, 'filtered', 'clusters.jsonl');
  writeFileSync(file, clusters.map((cluster) => `${JSON.stringify(cluster)}\n`).join(''));
  const apart = new Set<string>();
  for (let seed = 0; seed < 30; seed++) {
    const split = await readSplit(data, { validationRatio: 0.3, testRatio: 0.1, seed });
    assert.equal(new Set(linked.map((id) => split.sideOf(id))).size, 1);
    apart.add(`${split.sideOf(linked[0]!)} ${split.sideOf('texte~bereich-0~seite-6.md')}`);
  }
  assert.ok(apart.size > 2, `others are not held together: ${[...apart]}`);
  writeFileSync(file, '{"kept":1}\n');
  await assert.rejects(readSplit(data, packOptions), { code: 'corpus.bad-clusters' });
});

law('a weight repeats or leaves out documents of training alone', async (t) => {
  const plain = await packedSmall(t);
  const sources = plain.manifest.sets['pretrain-train']!.sources.map(({ id }) => id);
  const held = plain.manifest.sets['pretrain-val']!.sources.map(({ id }) => id);
  const [twice, never] = sources;
  const weights = new Map([[twice!, 2], [never!, 0], ...held.map((id) => [id, 3] as const)]);
  const { packed, manifest } = await packedSmall(t, { weights });
  const copies = (await collected(readPackedDocuments(packed))).filter(({ source }) => source === twice);
  assert.deepEqual(
    copies.map(({ copy }) => copy),
    [undefined, 2],
  );
  const { tokens } = await openPacked(packed, 'pretrain-train');
  const [a, b] = copies.map(({ start, end }) => tokens.slice(start, end));
  assert.deepEqual(a, b);
  assert.equal(manifest.sets['pretrain-train']!.sources.find(({ id }) => id === never)!.tokens, 0);
  assert.deepEqual(manifest.sets['pretrain-val'], plain.manifest.sets['pretrain-val']);
});

law('texts encoded many at a time give the same bytes as one after another', async (t) => {
  const one = await packedSmall(t, { maxShardTokens: 150 });
  let calls = 0;
  const encodeMany = async (texts: readonly string[]) => {
    calls++;
    return texts.map((text) => byteTokenizer.encode(text));
  };
  const many = await packedSmall(t, { maxShardTokens: 150, encodeMany });
  assert.ok(calls > 0);
  const shards = (folder: string) => hashesBelow(folder).filter((line) => !line.startsWith('manifest'));
  assert.deepEqual(shards(many.packed), shards(one.packed));
  assert.deepEqual(many.manifest.sets, one.manifest.sets);
});

law('packing into many shards, stopped anywhere and continued, ends in the same bytes', async (t) => {
  const whole = await packedSmall(t, { maxShardTokens: 150, testRatio: 0.1 });
  const expected = hashesBelow(whole.packed);
  for (const every of [1, 3, 4, 7]) {
    writeFileSync(path.join(whole.packed, 'manifest.json'), '{}'); // So that it is packed anew.
    for (let finished = false, stops = 0; !finished; stops++) {
      assert.ok(stops < 40, 'each run goes further');
      const stop = new AbortController();
      let seen = 0;
      const onProgress = () => void (++seen === every && stop.abort());
      const options = { ...whole.pack, signal: stop.signal, onProgress, checkpointTokens: 1e9 };
      finished = await packCorpus(whole.data, byteTokenizer, options).then(
        () => true,
        (error: { code?: string }) => {
          assert.equal(error.code, 'corpus.stopped');
          return false;
        },
      );
    }
    assert.deepEqual(hashesBelow(whole.packed), expected, `stopped after every ${every}`);
  }
});

law('what the sides share is reported beside the shards, with equal bytes each time, and fails nothing', async (t) => {
  const folder = temporaryFolder(t);
  const formula =
    'Die Verordnung tritt am Tag nach der Verkündung im Bundesgesetzblatt in Kraft und gilt bis auf Weiteres.';
  const files = Array.from({ length: 8 }, (_, i) => [
    `t/${i}.txt`,
    `Regelung Nummer ${i * 7}.\n\n${formula}\n\nGezeichnet ${i}.`,
  ]);
  writeFiles(folder, Object.fromEntries(files));
  const data = path.join(folder, 'data');
  const source = { id: 't', kind: 'folder', path: path.join(folder, 't'), sourcePer: 'file' } as const;
  const run = () =>
    runCorpus([source], { fetch: { directory: data }, tokenizer: async () => byteTokenizer, pack: packOptions });
  const { manifest } = await run();
  const { overlaps } = await readLeakage(path.join(data, 'packed'));
  const [{ held, other, sharingDocuments, longest, coveredShare }] = overlaps as [SideOverlap];
  assert.deepEqual([held, other, overlaps.length, sharingDocuments], ['validation', 'train', 1, 2]);
  assert.ok(longest[0]!.excerpt.startsWith('Die Verordnung tritt') && longest[0]!.words === 18);
  assert.ok(coveredShare > 0.6 && coveredShare < 0.9);
  const before = hashesBelow(path.join(data, 'packed'));
  assert.ok(before.some((line) => line === `leakage.json ${manifest.leakage!.sha256}`));
  writeFileSync(path.join(data, 'packed', 'leakage.json'), '{}');
  await run();
  assert.deepEqual(hashesBelow(path.join(data, 'packed')), before);
});

law('the list of documents is refused where a line is no place', async (t) => {
  const { packed } = await packedSmall(t);
  const file = path.join(packed, 'documents.jsonl');
  const good = readFileSync(file, 'utf8');
  for (const bad of ['{"id":"x"}\n', '[]\n', 'null\n', good.replace(/"set":"[a-z-]+"/, '"set":"other"')]) {
    writeFileSync(file, bad);
    await assert.rejects(collected(readPackedDocuments(packed)), { code: 'corpus.bad-documents' });
  }
});
