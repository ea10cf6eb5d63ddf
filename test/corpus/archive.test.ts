/** Archives as sources: their members, their pins, and archives that mean harm. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Rng, withBackend } from '../../src/base/index.ts';
import { extractArchive } from '../../src/corpus/fetch/archive.ts';
import { ARCHIVE_LIMITS, fetchCorpus, readFetchLock, type SourceSpec } from '../../src/corpus/index.ts';
import { HOSTILE_NAMES, ODD_NAMES, tarOf, zipOf } from './archives.ts';
import { faultyDisk, hashesBelow, quickDisk, temporaryFolder } from './fixture.ts';

const MIB = 2 ** 20;

/** A test on a disk without the waits for it, with a folder and a way to fetch one archive into it. */
const law = (title: string, body: (place: Place) => Promise<void>) =>
  test(title, (t) => withBackend(quickDisk(), () => body(placeOf(t))));

interface Place {
  readonly folder: string;
  readonly data: string;
  fetch(bytes: Uint8Array, more?: Partial<SourceSpec>, options?: object): ReturnType<typeof fetchCorpus>;
}

function placeOf(t: TestContext): Place {
  const folder = temporaryFolder(t);
  const data = path.join(folder, 'data');
  const file = path.join(folder, 'quelle.archive');
  return {
    folder,
    data,
    fetch(bytes, more, options) {
      writeFileSync(file, bytes);
      const source = { id: 'archiv', kind: 'archive', path: file, sourcePer: 'file', ...more } as SourceSpec;
      return fetchCorpus([source], { directory: data, ...options });
    },
  };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'fetched',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

const pages = [
  { name: 'handbuch/', type: '5' },
  { name: 'handbuch/eins.md', data: '# Eins\n\nDie Straße.' },
  { name: 'handbuch/zwei.html', data: '<p>Größe</p>' },
  { name: 'handbuch/bild.png', data: 'x' },
  { name: 'entwurf/drei.md', data: 'Nicht fertig.' },
];
const kinds: Record<string, Buffer> = {
  zip: zipOf(pages),
  tar: tarOf(pages),
  'tar.gz': gzipSync(tarOf(pages)),
};

for (const [kind, bytes] of Object.entries(kinds)) {
  law(
    `the wanted members of a ${kind} archive become files with the terms of their source`,
    async ({ data, fetch }) => {
      const terms = { licence: 'own', purpose: 'Hilfe', retainUntil: '2999-12-31', exclude: ['entwurf/**'] };
      const report = await fetch(bytes, terms);
      assert.deepEqual([report.files, report.changed, report.leftOut], [2, 2, { 'unknown-type': 2 }]);
      const files = await readFetchLock(data);
      assert.deepEqual(
        files.map(({ source, place, member, licence, purpose, retainUntil }) => [
          source,
          place,
          member,
          licence,
          purpose,
          retainUntil,
        ]),
        ['eins.md', 'zwei.html'].map((name) => {
          const place = `handbuch/${name}`;
          return [`archiv~handbuch~${name}`, place, place, 'own', 'Hilfe', '2999-12-31'];
        }),
      );
      assert.equal(readFileSync(path.join(data, 'raw', files[0]!.file!), 'utf8'), pages[1]!.data);
      const before = hashesBelow(data);
      const again = await fetch(bytes, terms);
      assert.deepEqual([again.changed, again.leftOut], [0, report.leftOut]);
      assert.deepEqual(hashesBelow(data), before);
    },
  );
}

law('a changed archive is an error until an update, a damaged copy of a member is unpacked again', async (place) => {
  await place.fetch(kinds['zip']!);
  const member = path.join(place.data, 'raw', 'archiv', 'handbuch', 'eins.md');
  const good = readFileSync(member, 'utf8');
  writeFileSync(member, 'anders');
  await place.fetch(kinds['zip']!);
  assert.equal(readFileSync(member, 'utf8'), good);
  const other = zipOf([{ name: 'handbuch/eins.md', data: 'Neu.' }]);
  assert.equal(await codeOf(place.fetch(other)), 'corpus.source-changed');
  assert.equal(readFileSync(member, 'utf8'), good);
  const report = await place.fetch(other, {}, { update: true });
  assert.equal(report.files, 1);
  assert.equal(readFileSync(member, 'utf8'), 'Neu.');
  assert.equal(existsSync(path.join(place.data, 'raw', 'archiv', 'entwurf')), false);
});

law('a name that points out of its archive ends the work, and nothing is written anywhere', async (place) => {
  assert.ok(HOSTILE_NAMES.length + ODD_NAMES.length >= 50);
  const outside = () => readdirSync(place.folder).filter((name) => name !== 'data');
  for (const name of HOSTILE_NAMES) {
    const long = [
      { name: '././@LongLink', type: 'L', data: `${name}\0` },
      { name: 'a.txt', data: 'x' },
    ];
    const text = ` path=${name}\n`;
    let length = Buffer.byteLength(text);
    while (`${length}`.length + Buffer.byteLength(text) !== length)
      length = `${length}`.length + Buffer.byteLength(text);
    const pax = [
      { name: 'pax', type: 'x', data: `${length}${text}` },
      { name: 'a.txt', data: 'x' },
    ];
    const archives = [zipOf([{ name, data: 'x' }])];
    if (!/[\0\n]/.test(name)) archives.push(tarOf(long), tarOf(pax));
    for (const [i, bytes] of archives.entries()) {
      const code = await codeOf(place.fetch(bytes));
      assert.ok(code === 'corpus.archive-name', `${i} ${JSON.stringify(name)}: ${code}`);
    }
    assert.equal(existsSync(path.join(place.data, 'raw', 'archiv')), false, name);
    assert.deepEqual(outside(), ['quelle.archive'], name);
  }
});

law('odd names that stay inside are all taken, each under a name of its own below the source', async (place) => {
  const taken = ODD_NAMES.filter((name) => /\.txt$/i.test(name));
  const report = await place.fetch(zipOf(taken.map((name) => ({ name, data: name }))), { include: ['**'] });
  assert.equal(report.files, taken.length);
  const files = await readFetchLock(place.data);
  assert.equal(new Set(files.map((file) => file.file!.toLowerCase())).size, taken.length);
  for (const { file, member } of files) {
    const content = readFileSync(path.join(place.data, 'raw', file!), 'utf8');
    assert.equal(content.replace(/^\.\//, '').replace('//', '/').normalize('NFC'), member);
    assert.match(file!, /^archiv\/[\p{L}\p{N}_][^:*?"<>|\\]*$/u);
  }
});

law('links, encrypted members and nested archives are counted and never opened', async ({ data, fetch }) => {
  const zip = zipOf([
    { name: 'a.txt', data: 'da' },
    { name: 'link.txt', data: '/etc/passwd', mode: 0o120777 },
    { name: 'geheim.txt', data: 'x', encrypted: true },
    { name: 'innen.zip', data: kinds['zip']! },
    { name: 'gerät.txt', mode: 0o020644 },
  ]);
  const report = await fetch(zip);
  assert.deepEqual(report.leftOut, {
    'archive-link': 1,
    'archive-encrypted': 1,
    'archive-nested': 1,
    'archive-other': 1,
  });
  const tar = tarOf([
    { name: 'a.txt', data: 'da' },
    { name: 'link.txt', type: '2', linkTo: '../../etc/passwd' },
    { name: 'hart.txt', type: '1', linkTo: 'a.txt' },
    { name: 'innen.tar.gz', data: 'x' },
    { name: 'fifo.txt', type: '6' },
  ]);
  assert.deepEqual((await fetch(tar, {}, { update: true })).leftOut, {
    'archive-link': 2,
    'archive-nested': 1,
    'archive-other': 1,
  });
  assert.deepEqual(readdirSync(path.join(data, 'raw', 'archiv')), ['a.txt']);
});

law('bombs end at a cap with a typed error and without a rise of the memory', async (place) => {
  const zeros = Buffer.alloc(40 * MIB);
  const kernel = { name: 'a0.txt', data: zeros };
  const overlapping = zipOf([
    kernel,
    ...Array.from({ length: 250 }, (_, i) => ({
      name: `a${i + 1}.txt`,
      claimedBytes: zeros.byteLength,
      overlaps: true,
    })),
  ]);
  assert.ok(overlapping.byteLength < 60_000, `${overlapping.byteLength}`); // 10 GiB of zeros in 55 kB.
  const lying = zipOf([{ name: 'a.txt', data: Buffer.alloc(3 * MIB), claimedBytes: 10 }]);
  const nestedHeaders = Array.from({ length: 2000 }, () => ({ name: 'x', type: 'g', data: '' }));
  const bombs: [string, Uint8Array, string, Partial<SourceSpec>?][] = [
    ['overlapping zip', overlapping, 'corpus.archive-bomb'],
    ['zip with a small lie', lying, 'corpus.archive-damaged'],
    ['tar.gz of zeros', gzipSync(tarOf([{ name: 'a.txt', data: zeros }])), 'corpus.archive-bomb'],
    [
      'total bytes',
      zipOf([{ name: 'a.txt', data: 'x'.repeat(2000), packed: false }]),
      'corpus.archive-bomb',
      { caps: { totalBytes: 1000 } },
    ],
    [
      'entries of a zip',
      zipOf(Array.from({ length: 30 }, (_, i) => ({ name: `${i}.txt` }))),
      'corpus.archive-bomb',
      { caps: { entries: 20 } },
    ],
    [
      'entries of a tar',
      tarOf(Array.from({ length: 30 }, (_, i) => ({ name: `${i}.txt` }))),
      'corpus.archive-bomb',
      { caps: { entries: 20 } },
    ],
    ['headers without end', tarOf(nestedHeaders), 'corpus.archive-bomb', { caps: { entries: 1000 } }],
    ['a name of a mebibyte', tarOf([{ name: 'x', type: 'L', data: Buffer.alloc(MIB, 'a') }]), 'corpus.archive-bomb'],
    ['gzip in gzip', gzipSync(gzipSync(tarOf(pages))), 'corpus.archive-damaged'],
    ['no archive', Buffer.from('Kein Archiv.'.repeat(100)), 'corpus.archive-type'],
    ['nothing', Buffer.alloc(0), 'corpus.archive-type'],
    ['twice the same name', tarOf([pages[1]!, pages[1]!]), 'corpus.archive-damaged'],
    ['nothing to take', zipOf([{ name: 'a.png', data: 'x' }]), 'corpus.empty-source'],
  ];
  const before = process.memoryUsage().rss;
  for (const [name, bytes, code, more] of bombs) {
    const started = performance.now();
    assert.equal(await codeOf(place.fetch(bytes, more)), code, name);
    assert.ok(performance.now() - started < 10_000, name);
  }
  assert.ok(process.memoryUsage().rss - before < 128 * MIB);
  assert.equal(existsSync(path.join(place.data, 'raw', 'archiv')), false);
});

law('every cut and every random damage of an archive gives members or one typed error', async (place) => {
  const rng = new Rng(4);
  let count = 0;
  const seen: Record<string, number> = {};
  const attempt = async (bytes: Uint8Array, what: string) => {
    const file = path.join(place.folder, 'damaged');
    const target = path.join(place.folder, `members-${count++}`);
    writeFileSync(file, bytes);
    mkdirSync(target);
    const options = { name: 'damaged', wanted: () => true, limits: ARCHIVE_LIMITS };
    const code = await codeOf(extractArchive(file, target, options));
    assert.match(code, /^(?:fetched|corpus\.[a-z-]+)$/, `${what}: ${code}`);
    seen[code] = (seen[code] ?? 0) + 1;
  };
  for (const [kind, whole] of Object.entries(kinds)) {
    for (let i = 0; i < 60; i++) await attempt(whole.subarray(0, rng.int(whole.byteLength)), `${kind} cut`);
    for (let i = 0; i < 120; i++) {
      const bytes = Buffer.from(whole);
      for (let n = 0; n <= i % 4; n++) bytes[rng.int(bytes.byteLength)] = rng.int(256);
      await attempt(bytes, `${kind} damage ${i}`);
    }
  }
  assert.ok((seen['corpus.archive-damaged'] ?? 0) > 100, JSON.stringify(seen));
});

test('a disk that fills at any operation while an archive is unpacked leaves no half of it, and the next run is whole', async (t) => {
  const place = placeOf(t);
  const whole = path.join(place.folder, 'whole');
  const disk = faultyDisk(Number.POSITIVE_INFINITY);
  await withBackend(disk, () => place.fetch(kinds['tar.gz']!, {}, { directory: whole }));
  const expected = hashesBelow(path.join(whole, 'raw', 'archiv'));
  for (let failAt = 1; failAt <= disk.count; failAt++) {
    const directory = path.join(place.folder, `full-${failAt}`);
    const code = await codeOf(withBackend(faultyDisk(failAt), () => place.fetch(kinds['tar.gz']!, {}, { directory })));
    assert.equal(code, 'files.disk-full', `operation ${failAt}`);
    const unpacked = path.join(directory, 'raw', 'archiv');
    if (existsSync(unpacked)) assert.deepEqual(hashesBelow(unpacked), expected, `operation ${failAt}`);
    await withBackend(quickDisk(), () => place.fetch(kinds['tar.gz']!, {}, { directory }));
    assert.deepEqual(hashesBelow(unpacked), expected, `after operation ${failAt}`);
    assert.deepEqual(readdirSync(path.join(directory, 'raw')), ['archiv', 'fetch.json']);
  }
});
