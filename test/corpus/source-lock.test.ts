/** What pins a source: corpus.lock.json, the terms in the raw list, what is forgotten, and one run at a time. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock, withBackend } from '../../src/base/index.ts';
import {
  Forgotten,
  fetchCorpus,
  holdCorpus,
  prepareCorpus,
  readFetchLock,
  runCorpus,
  type SourceSpec,
} from '../../src/corpus/index.ts';
import { byteTokenizer, packOptions, quickDisk, smallCorpus, temporaryFolder, writeFiles } from './fixture.ts';

const law = (title: string, body: (t: TestContext) => Promise<void>) =>
  test(title, (t) => withBackend(quickDisk(), () => body(t)));

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'fetched',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

function project(t: TestContext, files: Record<string, string>) {
  const folder = temporaryFolder(t);
  writeFiles(path.join(folder, 'texte'), files);
  const lockFile = path.join(folder, 'corpus.lock.json');
  const data = path.join(folder, 'data');
  const source: SourceSpec = { id: 'texte', kind: 'folder', path: path.join(folder, 'texte'), sourcePer: 'file' };
  const fetch = (options: object = {}, sources = [source]) =>
    fetchCorpus(sources, { directory: data, lockFile, ...options });
  const lock = () => JSON.parse(readFileSync(lockFile, 'utf8')).sources;
  return { folder, data, lockFile, source, fetch, lock };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

law('the lock pins each source by one hash that sha256sum gives, lists few files and no long list', async (t) => {
  const { fetch, lock, lockFile, folder } = project(t, { 'b.txt': 'B', 'a/a.txt': 'Ä' });
  await fetch();
  const list = { 'a/a.txt': sha256('Ä'), 'b.txt': sha256('B') };
  const lines = Object.entries(list)
    .map(([place, hash]) => `${hash}  ${place}\n`)
    .join('');
  assert.deepEqual(lock(), { texte: { files: 2, bytes: 3, sha256: sha256(lines), list } });
  const text = readFileSync(lockFile, 'utf8');
  await fetch();
  assert.equal(readFileSync(lockFile, 'utf8'), text);
  writeFiles(
    path.join(folder, 'texte'),
    Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`${i}.txt`, `${i}`])),
  );
  await fetch({ update: true });
  assert.equal(lock().texte.files, 62);
  assert.ok(readFileSync(lockFile, 'utf8').length < 400);
});

law('any change of a source is an error that names it, and only an update takes it', async (t) => {
  const { fetch, folder, lock } = project(t, { 'a.txt': 'A', 'b.txt': 'B' });
  await fetch();
  const before = JSON.stringify(lock());
  const at = (name: string) => path.join(folder, 'texte', name);
  const changes: [string, () => void, RegExp, () => void][] = [
    [
      'added',
      () => writeFileSync(at('c.txt'), 'C'),
      /1 \(c\.txt\) added, 0 changed, 0 removed/,
      () => rmSync(at('c.txt')),
    ],
    [
      'removed',
      () => rmSync(at('a.txt')),
      /0 added, 0 changed, 1 \(a\.txt\) removed/,
      () => writeFileSync(at('a.txt'), 'A'),
    ],
    ['changed', () => appendFileSync(at('b.txt'), ' '), /b\.txt as pinned/, () => writeFileSync(at('b.txt'), 'B')],
  ];
  for (const [what, make, message, undo] of changes) {
    make();
    await assert.rejects(
      fetch(),
      (error: { code: string; kind: string; message: string; next: string }) => {
        assert.deepEqual([error.code, error.kind], ['corpus.source-changed', 'refused']);
        assert.match(error.message, message);
        assert.match(error.next, /--update/);
        return true;
      },
      what,
    );
    assert.equal(JSON.stringify(lock()), before);
    undo();
    assert.equal((await fetch()).files, 2, what);
  }
  writeFileSync(at('c.txt'), 'C');
  await fetch({ update: true });
  assert.notEqual(JSON.stringify(lock()), before);
});

law(
  'the lock holds on another machine, where nothing was fetched yet, and a newer lock wins over an older copy',
  async (t) => {
    const { fetch, folder, data, lockFile } = project(t, { 'a.txt': 'A' });
    await fetch();
    const old = readFileSync(lockFile);
    rmSync(data, { recursive: true });
    writeFileSync(path.join(folder, 'texte', 'a.txt'), 'B');
    await assert.rejects(fetch(), /0 added, 1 \(a\.txt\) changed/);
    assert.equal(await codeOf(prepareCorpus(data)), 'corpus.no-stage');
    writeFileSync(path.join(folder, 'texte', 'a.txt'), 'A');
    await fetch();
    // A colleague took the change and shared the lock: our copy is the old one, the source and the lock the new.
    writeFileSync(path.join(folder, 'texte', 'a.txt'), 'B');
    const other = path.join(folder, 'anderswo');
    await fetch({ update: true, directory: other });
    assert.equal((await fetch()).changed, 1);
    writeFileSync(lockFile, old);
    assert.equal(await codeOf(fetch()), 'corpus.source-changed');
    for (const text of [
      '{}',
      '{"format":"expchat-corpus-lock","version":2,"sources":{}}',
      '{"format":"expchat-corpus-lock","version":1,"sources":{"texte":{"files":1,"sha256":"kurz"}}}',
    ]) {
      writeFileSync(lockFile, text);
      assert.equal(await codeOf(fetch()), 'corpus.bad-lock');
    }
  },
);

law('the terms of a source go with each of its files, and a change of terms alone fetches nothing anew', async (t) => {
  const { fetch, data, source } = project(t, { 'a.csv': 'Frage,Antwort\nWas?,Das.\n' });
  const terms = {
    kind: 'table',
    content: 'chat',
    columns: { question: 'Frage', answer: 'Antwort' },
    licence: 'own',
    purpose: 'Hilfe für Kunden',
    legalBasis: 'Art. 6 Abs. 1 lit. f DSGVO',
    retainUntil: '2999-12-31',
    weight: 3,
    personalData: 'redact',
    profile: 'own',
  } as const;
  await fetch({}, [{ ...source, ...terms }]);
  const [file] = await readFetchLock(data);
  const { fetchedAt, ...facts } = file!;
  const { kind: _kind, ...ownTerms } = terms;
  assert.match(fetchedAt, /^\d{4}-/);
  assert.deepEqual(facts, {
    ...ownTerms,
    spec: 'texte',
    source: 'texte~a.csv',
    place: 'a.csv',
    file: 'texte/a.csv',
    origin: path.join(source.path!, 'a.csv'),
    bytes: 24,
    sha256: sha256('Frage,Antwort\nWas?,Das.\n'),
  });
  await fetch({}, [{ ...source, ...terms, weight: 2 }]);
  assert.equal((await readFetchLock(data))[0]!.weight, 2);
  const alone = { ...source, ...terms, path: path.join(source.path!, 'a.csv') };
  await fetch({ update: true }, [alone]);
  assert.equal((await readFetchLock(data))[0]!.source, 'texte');
});

law('a source whose time is over is refused on the day after, before anything is read', async (t) => {
  const { fetch, source, data } = project(t, { 'a.txt': 'A' });
  const on = (day: string) => ({ ...systemClock, date: () => new Date(`${day}T12:00:00Z`) });
  const limited = [{ ...source, retainUntil: '2030-06-30' }];
  await assert.rejects(fetch({ clock: on('2030-07-01') }, limited), { code: 'corpus.retention-ended', kind: 'policy' });
  assert.equal(existsSync(data), false);
  assert.equal((await fetch({ clock: on('2030-06-30') }, limited)).files, 1);
});

law('what is forgotten is removed, is no change of its source, and does not come back', async (t) => {
  const { fetch, data, lock, folder } = project(t, { 'a.txt': 'A', 'b.txt': 'B', 'c/d.txt': 'D' });
  await fetch();
  const forgotten = Forgotten.of({ sources: ['texte~a.txt'], files: [sha256('D')] });
  const report = await fetch({ forgotten });
  assert.deepEqual([report.files, report.leftOut], [1, { forgotten: 2 }]);
  assert.deepEqual(Object.keys(lock().texte.list), ['b.txt']);
  for (const name of ['a.txt', 'c/d.txt']) assert.equal(existsSync(path.join(data, 'raw', 'texte', name)), false, name);
  assert.equal((await fetch({ forgotten })).changed, 0);
  assert.equal((await fetch({ forgotten, update: true })).files, 1);
  writeFileSync(path.join(folder, 'texte', 'b.txt'), 'anders');
  assert.equal(await codeOf(fetch({ forgotten })), 'corpus.source-changed');
  const all = Forgotten.of({ sources: ['texte'] });
  assert.equal((await fetch({ forgotten: all })).files, 0);
  assert.equal(existsSync(path.join(data, 'raw', 'texte')), false);
});

law('wrong combinations in a source are refused before anything is read', async (t) => {
  const { fetch } = project(t, { 'a.txt': 'A' });
  const url = 'https://a.example/x';
  const wrong: Partial<SourceSpec>[] = [
    { kind: 'http', path: 'a' },
    { kind: 'http' },
    { kind: 'http', url, urls: [url] },
    { kind: 'http', url: 'kein Ort' },
    { kind: 'http', urls: [] },
    { kind: 'http', urls: [url, url] },
    { kind: 'http', url, include: ['*'] },
    { kind: 'http', url, maximumPages: 3 },
    { kind: 'folder', url },
    { kind: 'folder', path: 'a', columns: { text: 'x' } },
    { kind: 'folder', path: 'a', caps: { entries: 3 } },
    { kind: 'folder', path: 'a', robots: 'ignore' },
    { kind: 'folder', path: 'a', content: 'mail-dialogue' },
    { kind: 'folder', path: 'a', weight: 0 },
    { kind: 'folder', path: 'a', retainUntil: '2030-02-30' },
    { kind: 'archive', path: 'a', url },
    { kind: 'archive', sitemap: url },
    { kind: 'table', path: 'a' },
    { kind: 'table', path: 'a', columns: { title: 'x' } },
    { kind: 'table', path: 'a', content: 'faq', columns: { text: 'x' } },
    { kind: 'table', path: 'a', content: 'chat', columns: { question: 'x' } },
    { kind: 'table', path: 'a', content: 'chat', columns: { question: 'x', answer: 'y', messages: 'z' } },
    { kind: 'mail', path: 'a', content: 'chat' },
    { kind: 'mail', url },
    { kind: 'andere' as 'file', path: 'a' },
    { kind: 'file', path: 'a', content: 'anderes' as 'text' },
  ];
  for (const source of wrong) {
    assert.equal(
      await codeOf(fetch({}, [{ id: 'q', ...source } as SourceSpec])),
      'corpus.bad-source',
      JSON.stringify(source),
    );
  }
});

/** A process that tries to take the folder, and what it says. */
function contender(directory: string): { child: ChildProcess; said: Promise<string> } {
  const program = path.join(import.meta.dirname, 'corpus-holder.ts');
  const child = spawn(process.execPath, [program, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = new Promise<string>((resolve) =>
    child.stdout!.once('data', (data: Buffer) => resolve(`${data}`.trim())),
  );
  return { child, said };
}

test('of several corpus runs in one folder exactly one wins, and the lock of a killed one is taken over', async (t) => {
  const folder = temporaryFolder(t);
  const data = path.join(folder, 'data');
  const contenders = Array.from({ length: 3 }, () => contender(data));
  const answers = await Promise.all(contenders.map(({ said }) => said));
  assert.deepEqual(answers.sort(), ['corpus.locked', 'corpus.locked', 'held']);
  const sources = smallCorpus(folder, 2, 2);
  const run = () =>
    runCorpus(sources, { fetch: { directory: data }, tokenizer: async () => byteTokenizer, pack: packOptions });
  assert.equal(await codeOf(run()), 'corpus.locked');
  assert.equal(await codeOf(fetchCorpus(sources, { directory: data })), 'corpus.locked');
  for (const { child } of contenders) {
    const ended = child.exitCode === null ? new Promise((resolve) => child.on('exit', resolve)) : undefined;
    child.kill('SIGKILL');
    await ended;
  }
  assert.equal(existsSync(path.join(data, 'corpus.lock')), true);
  const two = await Promise.all([codeOf(run()), codeOf(run())]);
  assert.deepEqual(two.sort(), ['corpus.locked', 'fetched']);
  const release = await holdCorpus(data);
  assert.equal(await codeOf(run()), 'corpus.locked');
  await release();
  assert.equal(existsSync(path.join(data, 'corpus.lock')), false);
});
