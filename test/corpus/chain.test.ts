/** The corpus from sources to shards: laws on resuming, on equal bytes and on clear errors. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { withBackend } from '../../src/base/index.ts';
import {
  fetchCorpus,
  filterCorpus,
  openPacked,
  packCorpus,
  prepareCorpus,
  readFiltered,
  runCorpus,
  type SourceSpec,
} from '../../src/corpus/index.ts';
import {
  byteTokenizer,
  faultyDisk,
  hashesBelow,
  packOptions,
  quickDisk,
  smallCorpus,
  temporaryFolder,
  writeFiles,
} from './fixture.ts';

/** A test on a disk without the waits for it. */
const law = (title: string, body: (t: TestContext) => Promise<void>) =>
  test(title, (t) => withBackend(quickDisk(), () => body(t)));

const runAll = (sources: SourceSpec[], directory: string) =>
  runCorpus(sources, { fetch: { directory }, tokenizer: async () => byteTokenizer, pack: packOptions });

law(
  'the chain ends in sets whose documents decode to the prepared text and whose masks cover the answers',
  async (t) => {
    const folder = temporaryFolder(t);
    const data = path.join(folder, 'data');
    const report = await runAll(smallCorpus(folder), data);
    assert.equal(report.fetch.ignored, 1);
    assert.equal(report.filter.dropped['duplicate']?.documents, 1);
    const texts = new Set<string>();
    for (const set of ['pretrain-train', 'pretrain-val'] as const) {
      const { tokens, offsets, info } = await openPacked(path.join(data, 'packed'), set);
      assert.equal(tokens.constructor, Uint16Array);
      assert.equal(offsets.length, info.documents + 1);
      for (let i = 0; i < info.documents; i++) {
        const document = tokens.subarray(offsets[i]!, offsets[i + 1]!);
        assert.equal(document[0], byteTokenizer.specialId('<|bos|>'));
        texts.add(Buffer.from(document.subarray(1)).toString());
      }
    }
    const expected = new Set<string>();
    for await (const record of readFiltered(data, { kind: 'text' })) expected.add(record.text!);
    assert.deepEqual(texts, expected);
    assert.ok([...texts].some((text) => text.includes('Straße Nr. 7 kostet 5 € – schön äääääää 😀')));
    const chat = await openPacked(path.join(data, 'packed'), 'chat-train');
    const answers = Buffer.from(chat.tokens.filter((id, i) => chat.mask![i] === 1 && id < 256)).toString();
    assert.match(answers, /^(?:Er kostet \d+ €\.)+$/);
    assert.equal(chat.info.targetBytes, Buffer.byteLength(answers));
  },
);

law('no source is on both sides, and readFiltered divides as packing does', async (t) => {
  const folder = temporaryFolder(t);
  const data = path.join(folder, 'data');
  const { manifest } = await runAll(smallCorpus(folder), data);
  const idsOf = (set: keyof typeof manifest.sets) => manifest.sets[set]!.sources.map((source) => source.id);
  for (const kind of ['pretrain', 'chat'] as const) {
    const train = idsOf(`${kind}-train`);
    const validation = idsOf(`${kind}-val`);
    assert.ok(validation.length > 0 && train.length > 0);
    assert.deepEqual(
      train.filter((id) => validation.includes(id)),
      [],
    );
  }
  const read = new Set<string>();
  for await (const record of readFiltered(data, { kind: 'chat', side: { ...packOptions, split: 'validation' } })) {
    read.add(record.source);
  }
  assert.deepEqual([...read].sort(), idsOf('chat-val'));
});

law(
  'the same input gives byte-identical stages and shards in another folder, and a second run changes no file',
  async (t) => {
    const folder = temporaryFolder(t);
    const sources = smallCorpus(folder);
    const first = path.join(folder, 'data-1');
    const second = path.join(folder, 'data-2');
    await runAll(sources, first);
    await runAll([...sources].reverse(), second);
    for (const stage of ['prepared', 'filtered', 'packed']) {
      assert.deepEqual(hashesBelow(path.join(first, stage)), hashesBelow(path.join(second, stage)));
    }
    const before = hashesBelow(first);
    const again = await runAll(sources, first);
    assert.deepEqual([again.fetch.changed, again.prepare.changed, again.filter.changed], [0, 0, 0]);
    assert.deepEqual(hashesBelow(first), before);
  },
);

law(
  'a run whose disk fills at any operation leaves no half-written file, and the next run ends in the same bytes',
  async (t) => {
    const folder = temporaryFolder(t);
    const sources = smallCorpus(folder, 2, 2);
    const whole = path.join(folder, 'whole');
    const disk = faultyDisk(Number.POSITIVE_INFINITY);
    await withBackend(disk, () => runAll(sources, whole));
    const expected = hashesBelow(path.join(whole, 'packed'));
    for (let failAt = 1; failAt < disk.count; failAt += Math.ceil(disk.count / 20)) {
      const data = path.join(folder, `full-${failAt}`);
      await assert.rejects(
        withBackend(faultyDisk(failAt), () => runAll(sources, data)),
        (error: { code?: string }) => error.code === 'files.disk-full',
        `operation ${failAt}`,
      );
      assert.equal(existsSync(path.join(data, 'packed')), false);
      const leftOver = existsSync(data) ? readdirSync(data, { recursive: true, encoding: 'utf8' }) : [];
      assert.deepEqual(
        leftOver.filter((name) => /\.tmp-/.test(name)),
        [],
      );
      await runAll(sources, data);
      assert.deepEqual(hashesBelow(path.join(data, 'packed')), expected, `after a full disk at operation ${failAt}`);
      rmSync(data, { recursive: true });
    }
  },
);

law('a run stopped after any number of progress reports resumes to the same bytes without duplicates', async (t) => {
  const folder = temporaryFolder(t);
  const sources = smallCorpus(folder);
  const whole = path.join(folder, 'whole');
  await runAll(sources, whole);
  for (const stopAfter of [1, 9, 25, 40, 50]) {
    const data = path.join(folder, `stopped-${stopAfter}`);
    const stop = new AbortController();
    let events = 0;
    const options = { signal: stop.signal, onProgress: () => void (++events === stopAfter && stop.abort()) };
    await assert.rejects(
      runCorpus(sources, {
        fetch: { directory: data, ...options },
        tokenizer: async () => byteTokenizer,
        pack: packOptions,
      }),
      { code: 'corpus.stopped', kind: 'stopped' },
    );
    const journals = ['prepared', 'filtered'].map((stage) => path.join(data, stage, 'stage.journal.jsonl'));
    for (const journal of journals.filter(existsSync)) appendFileSync(journal, '{"id":"half'); // Cut by a kill.
    await runAll(sources, data);
    for (const stage of ['prepared', 'filtered', 'packed']) {
      assert.deepEqual(hashesBelow(path.join(data, stage)), hashesBelow(path.join(whole, stage)), `${stopAfter}`);
    }
  }
});

law('packing goes on after the last finished source, encodes no source twice and ends in the same bytes', async (t) => {
  const folder = temporaryFolder(t);
  const sources = smallCorpus(folder);
  const whole = path.join(folder, 'whole');
  const parts = path.join(folder, 'parts');
  await runAll(sources, whole);
  await fetchCorpus(sources, { directory: parts });
  await prepareCorpus(parts);
  const { documents } = await filterCorpus(parts);
  let encoded = 0;
  const counting = {
    ...byteTokenizer,
    encode(text: string) {
      encoded++;
      return byteTokenizer.encode(text);
    },
  };
  let stops = 0;
  for (let finished = false; !finished; ) {
    const stop = new AbortController();
    let seen = 0;
    const options = { ...packOptions, signal: stop.signal, onProgress: () => void (++seen === 5 && stop.abort()) };
    finished = await packCorpus(parts, counting, options).then(
      () => true,
      (error: { code?: string }) => {
        assert.equal(error.code, 'corpus.stopped');
        stops++;
        return false;
      },
    );
    assert.ok(stops < 20, 'each run goes further than the one before');
  }
  assert.ok(stops >= 3, `${stops}`);
  assert.ok(encoded <= documents * 2 + stops * 3 * 2, `${encoded} texts for ${documents} documents`);
  assert.deepEqual(hashesBelow(path.join(parts, 'packed')), hashesBelow(path.join(whole, 'packed')));
  assert.equal(existsSync(path.join(parts, 'packing')), false);
});

law('only the new source is prepared when one is added, and a removed source leaves every stage', async (t) => {
  const folder = temporaryFolder(t);
  const data = path.join(folder, 'data');
  const sources = smallCorpus(folder);
  await runAll(sources, data);
  writeFiles(folder, { 'texte/zusatz.txt': 'Ein Zusatz über Öl.' });
  const more = await runAll(sources, data);
  assert.deepEqual([more.fetch.changed, more.prepare.changed, more.filter.changed], [1, 1, 1]);
  const fewer = await runAll([sources[0]!], data);
  assert.deepEqual(Object.keys(fewer.manifest.sets), ['pretrain-train', 'pretrain-val']);
  assert.equal(
    readdirSync(path.join(data, 'filtered')).some((name) => name.startsWith('dialoge')),
    false,
  );
  assert.equal(existsSync(path.join(data, 'raw', 'dialoge')), false);
});

law('a pinned file with other bytes is an error until an update pins it anew', async (t) => {
  const folder = temporaryFolder(t);
  const data = path.join(folder, 'data');
  const sources = smallCorpus(folder);
  await fetchCorpus(sources, { directory: data });
  appendFileSync(path.join(folder, 'texte/bereich-0/seite-0.md'), ' ');
  await assert.rejects(fetchCorpus(sources, { directory: data }), { code: 'corpus.source-changed', kind: 'refused' });
  assert.equal((await fetchCorpus(sources, { directory: data, update: true })).changed, 1);
  assert.equal((await fetchCorpus(sources, { directory: data })).changed, 0);
});

law('a file over the copy limit is pinned where it lies and checked when it is read', async (t) => {
  const folder = temporaryFolder(t);
  const data = path.join(folder, 'data');
  const file = path.join(folder, 'lang.txt');
  writeFileSync(file, 'Ein langer Text.');
  await fetchCorpus([{ id: 'lang', kind: 'file', path: file }], { directory: data, copyLimitBytes: 4 });
  assert.deepEqual(readdirSync(path.join(data, 'raw')), ['fetch.json']);
  assert.equal((await prepareCorpus(data)).documents, 1);
  rmSync(path.join(data, 'prepared'), { recursive: true });
  writeFileSync(file, 'Ein anderer Text.');
  await assert.rejects(prepareCorpus(data), { code: 'corpus.damaged' });
});

law('damage to the output of a stage is found by the next one', async (t) => {
  const folder = temporaryFolder(t);
  const data = path.join(folder, 'data');
  await fetchCorpus(smallCorpus(folder), { directory: data });
  await prepareCorpus(data);
  const file = path.join(data, 'prepared', 'texte~bereich-1~seite-4.md.jsonl');
  writeFileSync(file, readFileSync(file, 'utf8').replace('Straße', 'Strasse'));
  await assert.rejects(filterCorpus(data), { code: 'corpus.damaged' });
});

law('every truncated and every bit-flipped shard is refused with its file named', async (t) => {
  const folder = temporaryFolder(t);
  const data = path.join(folder, 'data');
  await runAll(smallCorpus(folder), data);
  const packed = path.join(data, 'packed');
  for (const part of ['tokens', 'index', 'mask']) {
    const file = path.join(packed, `chat-val.${part}.bin`);
    const good = readFileSync(file);
    const refused = () =>
      assert.rejects(
        openPacked(packed, 'chat-val'),
        (error: { code?: string; message: string }) =>
          error.code === 'corpus.bad-shard' && error.message.includes(`chat-val.${part}.bin`),
      );
    for (let bit = 0; bit < good.length * 8; bit += 1 + (bit >> 3)) {
      const bad = Buffer.from(good);
      bad[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(file, bad);
      await refused();
    }
    for (const length of [0, 1, good.length - 1]) {
      writeFileSync(file, good);
      truncateSync(file, length);
      await refused();
    }
    writeFileSync(file, good);
  }
  await openPacked(packed, 'chat-val');
  const manifest = path.join(packed, 'manifest.json');
  const text = readFileSync(manifest, 'utf8');
  writeFileSync(manifest, text.replace(/"tokens": \d+/, '"tokens": 1e999'));
  await assert.rejects(openPacked(packed, 'chat-val'), { code: 'corpus.bad-manifest' });
});

law('bad input gives one error with its own code and the next step', async (t) => {
  const folder = temporaryFolder(t);
  const data = path.join(folder, 'data');
  const directory = data;
  writeFiles(folder, {
    'leer/liesmich.png': 'x',
    'weiss/a.txt': ' \n\t\n',
    'eins/a.txt': 'Ein Text.',
    'c.jsonl': '{}\n',
  });
  const source = (id: string, kind: 'folder' | 'file', name: string): SourceSpec => ({
    id,
    kind,
    path: path.join(folder, name),
  });
  const fetching = (...sources: SourceSpec[]) => fetchCorpus(sources, { directory });
  await assert.rejects(fetching(), { code: 'corpus.no-sources', kind: 'usage' });
  await assert.rejects(fetching(source('fehlt', 'folder', 'fehlt')), { code: 'corpus.missing', kind: 'notFound' });
  await assert.rejects(fetching(source('leer', 'folder', 'leer')), { code: 'corpus.empty-source' });
  await assert.rejects(fetching(source('../x', 'folder', 'leer')), { code: 'corpus.bad-source' });
  await assert.rejects(fetching(source('a', 'folder', 'eins'), source('A', 'folder', 'eins')), {
    code: 'corpus.duplicate-source',
  });
  await assert.rejects(prepareCorpus(data), { code: 'corpus.no-stage' });
  await fetching(source('weiss', 'folder', 'weiss'));
  assert.equal((await prepareCorpus(data)).dropped['empty']?.documents, 1);
  await filterCorpus(data);
  await assert.rejects(packCorpus(data, byteTokenizer, packOptions), { code: 'corpus.empty' });
  await fetching(source('eins', 'folder', 'eins'));
  await prepareCorpus(data);
  await filterCorpus(data);
  await assert.rejects(packCorpus(data, byteTokenizer, packOptions), (error: { code?: string; next?: string }) => {
    return error.code === 'corpus.one-source' && /validation ratio to 0/.test(error.next!);
  });
  assert.equal(existsSync(path.join(data, 'packed')), false);
  const small = { ...byteTokenizer, vocabularySize: 100 };
  await assert.rejects(packCorpus(data, small, { ...packOptions, validationRatio: 0 }), { code: 'corpus.token-range' });
  await fetching({ ...source('c', 'file', 'c.jsonl'), content: 'chat' });
  await assert.rejects(prepareCorpus(data), { code: 'corpus.bad-record' });
});

law('a dialogue of a wrong shape is dropped with its reason and the others stay', async (t) => {
  const folder = temporaryFolder(t);
  const data = path.join(folder, 'data');
  const user = { role: 'user', content: 'Hallo?' };
  const assistant = { role: 'assistant', content: 'Guten Tag.' };
  const rows = [[], [user], [{ ...user, role: 'bot' }], [user, { ...assistant, content: ' ' }], [user, assistant]];
  rows.push([user, assistant, { role: 'system', content: 'Zu spät.' }], [user, assistant], [assistant, user]);
  writeFiles(folder, { 'c.jsonl': rows.map((messages) => JSON.stringify({ messages })).join('\n') });
  await fetchCorpus([{ id: 'c', kind: 'file', path: path.join(folder, 'c.jsonl'), content: 'chat' }], {
    directory: data,
  });
  await prepareCorpus(data);
  const report = await filterCorpus(data);
  assert.equal(report.documents, 1);
  const reasons = Object.fromEntries(Object.entries(report.dropped).map(([reason, drop]) => [reason, drop.examples]));
  assert.deepEqual(reasons, {
    'chat-empty': ['c:1'],
    'chat-no-answer': ['c:2'],
    'chat-unknown-role': ['c:3'],
    'chat-empty-turn': ['c:4'],
    'chat-late-system': ['c:6'],
    duplicate: ['c:7'],
    'chat-wrong-order': ['c:8'],
  });
});
