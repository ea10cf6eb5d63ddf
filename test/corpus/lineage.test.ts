import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { isExpChatError, systemClock, withBackend } from '../../src/base/index.ts';
import {
  type DocumentRecord,
  executeForget,
  FORGET_FILE,
  Forgotten,
  finishForget,
  holdCorpus,
  learnedFromForgotten,
  openPacked,
  type PackedSet,
  planForget,
  RETRAIN_NOTE,
  readReceipts,
  type SourceSpec,
  traceText,
} from '../../src/corpus/index.ts';
import { hashesBelow, temporaryFolder, writeFiles } from './fixture.ts';
import { addRun, build, canaryOf, dyingAfter, filesWith, letterOf, scene } from './lineage-scene.ts';

async function forget(project: string, value: string, specs = ['briefe', 'notizen', 'zeilen', 'dialoge']) {
  return executeForget(project, await planForget(project, { value }, { specs }));
}

const shardText = async (project: string, set: string, start: number, end: number) => {
  const { tokens } = await openPacked(path.join(project, 'data/packed'), set as PackedSet);
  return Buffer.from(tokens.slice(start, end).filter((id) => id < 256)).toString('utf8');
};

test('a trace names every document with the text, its place, its fate, and exactly the tokens it became', async (t) => {
  const { project } = await scene(t);
  const report = await traceText(project, `und  WOHNT in\nStraße 0`);
  assert.equal(report.exact, 2);
  const [kept, dropped] = report.matches;
  assert.deepEqual(
    [kept!.source, kept!.status, kept!.line, kept!.shards.length, dropped!.source, dropped!.status],
    ['briefe~brief-0.md', 'kept', 5, 1, 'notizen', 'dropped'],
  );
  assert.equal(dropped!.reason, 'duplicate');
  const { set, start, end } = kept!.shards[0]!;
  const text = await shardText(project, set, start, end);
  assert.ok(text.startsWith('Brief 0') && text.endsWith('wohnt in Straße 0.'), text);
  assert.equal(
    text
      .split('\n')
      [kept!.line - 1]!.slice(kept!.character - 1)
      .slice(0, 9),
    'und wohnt',
  );
});

test('a trace finds dialogues with the turn, and every document of a set by its own tokens', async (t) => {
  const { project } = await scene(t);
  for (const n of [1, 5, 101, 203, 301]) {
    const { matches } = await traceText(project, canaryOf(n));
    assert.equal(matches.length, 1);
    assert.equal(matches[0]!.message, n === 203 ? 2 : undefined);
    const { set, start, end } = matches[0]!.shards[0]!;
    assert.ok((await shardText(project, set, start, end)).includes(canaryOf(n)));
  }
});

test('a sentence that differs in a word is found with the share of its words; one of other words is not', async (t) => {
  const { project } = await scene(t);
  const { exact, matches } = await traceText(project, `Der Vogel heißt ${canaryOf(3)} und lebt in Straße 3`);
  assert.equal(exact, 0);
  assert.deepEqual([matches[0]!.source, matches[0]!.exact, matches[0]!.longestRun], ['briefe~brief-3.md', false, 5]);
  assert.equal(matches[0]!.share, 8 / 9);
  assert.equal((await traceText(project, 'Ganz andere Worte ohne jeden Bezug dazu')).matches.length, 0);
  const limited = await traceText(project, 'Sehr geehrte Damen und Herren', { limit: 3 });
  assert.deepEqual([limited.exact, limited.matches.length], [9, 3]);
  await assert.rejects(traceText(project, ' – '), { code: 'corpus.bad-query' });
});

test('a plan changes nothing and says what would go', async (t) => {
  const { project } = await scene(t);
  addRun(project, 'a');
  const before = hashesBelow(project);
  const plan = await planForget(project, { value: canaryOf(100).toUpperCase() });
  assert.deepEqual(hashesBelow(project), before);
  assert.equal(plan.kind, 'pattern');
  assert.deepEqual(
    plan.documents.map(({ id, kept }) => [id, kept]),
    [['zeilen:1', true]],
  );
  assert.deepEqual(
    plan.files.map(({ how, usersOwn }) => [how, usersOwn]),
    [['uncopied', true]],
  );
  await assert.rejects(planForget(project, { kind: 'document', value: 'nirgends' }), {
    code: 'corpus.nothing-to-forget',
  });
});

test('nothing that was forgotten is in any file of the project, and a rebuild does not bring it back', async (t) => {
  const made = await scene(t);
  const { project } = made;
  addRun(project, 'a');
  writeFiles(project, {
    'tokenizer/training.json': '{}',
    'tokenizer/tokenizer.json': canaryOf(0),
    'tokenizer/word-counts.bin': canaryOf(0),
    'corpus-report.html': `<title>ExpChat: x</title>${canaryOf(0)}`,
    'own.html': 'a page of the user',
    'data/prepared/briefe~brief-0.md.jsonl.tmp-1': canaryOf(0),
  });
  const cases: [string, number[]][] = [
    ['briefe~brief-0.md', [0]],
    [canaryOf(101), [101]],
    ['notizen#eins.txt', [300]],
    [`Er heißt ${canaryOf(201)}`, [201]],
    ['dialoge', [200, 202, 203]],
  ];
  for (const [value, canaries] of cases) {
    for (const n of canaries) assert.notEqual(filesWith(project, canaryOf(n)).length, 0, `${value} before`);
    const receipt = await forget(project, value);
    assert.equal(JSON.stringify(receipt).includes('Kanarienvogel'), false);
    for (const n of canaries) assert.deepEqual(filesWith(project, canaryOf(n)), [], value);
    await build(made);
    for (const n of canaries) assert.deepEqual(filesWith(project, canaryOf(n)), [], `${value} after a rebuild`);
  }
  for (const n of [1, 100, 102, 301]) assert.notEqual(filesWith(project, canaryOf(n)).length, 0, `${n} stays`);
  assert.deepEqual(existsSync(path.join(project, 'own.html')), true);
  assert.deepEqual(filesWith(project, 'brief-0'), []);
  assert.equal((await readReceipts(path.join(project, 'corpus.forget.log.jsonl'))).length, cases.length);
});

test('what is rebuilt is what a project would have that never had the document', async (t) => {
  const made = await scene(t);
  await forget(made.project, canaryOf(2));
  await forget(made.project, 'notizen#zwei.txt');
  await build(made);
  const other = { project: path.join(temporaryFolder(t), 'project'), sources: made.sources.map(withoutIt) };
  await build(other);
  for (const stage of ['filtered', 'packed']) {
    const data = (project: string) =>
      hashesBelow(path.join(project, 'data', stage)).filter((line) => /jsonl|bin|manifest/.test(line));
    assert.deepEqual(data(made.project), data(other.project));
  }
});

const withoutIt = (source: SourceSpec): SourceSpec =>
  source.id === 'briefe'
    ? { ...source, include: ['brief-[!2].md', 'brief-{0,1,3,4,5,6,7}.md'] }
    : source.id === 'notizen'
      ? { ...source, include: ['eins.txt', '*.md'] }
      : source;

test('a forgotten document does not come back under another name, with another word, or by another fetch', async (t) => {
  const made = await scene(t);
  const own = made.sources[0]!.path!;
  await forget(made.project, canaryOf(4));
  cpSync(path.join(own, 'brief-4.md'), path.join(own, 'neu.md'));
  writeFileSync(path.join(own, 'anders.md'), `${letterOf(4)}\nEin Nachsatz.\n`);
  await build(made);
  const { matches } = await traceText(made.project, canaryOf(4));
  assert.deepEqual(matches, []);
  const filtered = readdirSync(path.join(made.project, 'data/filtered')).join('\n');
  assert.equal(filtered.includes('brief-3') && !filtered.includes('brief-4'), true);
});

test('a pattern is also found in a raw file that gave no document, whatever its encoding', async (t) => {
  const made = await scene(t, 2);
  const own = made.sources[1]!.path!;
  const text = `Müller kennt ${canaryOf(400)}`;
  writeFileSync(path.join(own, 'kaputt.txt'), Buffer.from(`${text}\0\0`, 'latin1'));
  writeFileSync(path.join(own, 'leer.html'), `<html><script>${text}</script></html>`);
  await build(made);
  assert.equal(filesWith(made.project, canaryOf(400)).length, 2);
  const plan = await planForget(made.project, { value: `müller  kennt ${canaryOf(400)}` });
  assert.deepEqual([plan.documents.length, plan.files.length], [0, 2]);
  await executeForget(made.project, plan);
  await build(made);
  assert.deepEqual(filesWith(made.project, canaryOf(400)), []);
});

test('what one machine forgot is forgotten on another that takes over the list', async (t) => {
  const made = await scene(t, 4);
  const other = path.join(path.dirname(made.project), 'other');
  cpSync(made.project, other, { recursive: true });
  for (const n of [1, 101, 300]) await forget(made.project, canaryOf(n));
  cpSync(path.join(made.project, FORGET_FILE), path.join(other, FORGET_FILE));
  await build({ ...made, project: other });
  for (const n of [1, 101, 300]) assert.deepEqual(filesWith(other, canaryOf(n)), [], `${n}`);
});

test('the lock of a source pins what is left of it, and one that did not fit stays as it was', async (t) => {
  const { project } = await scene(t, 3);
  const lines = (names: readonly string[]) =>
    names.map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(path.join(project, 'data/raw', name)))
          .digest('hex')}  ${path.basename(name)}\n`,
    );
  const hashOf = (names: readonly string[]) => createHash('sha256').update(lines(names).join('')).digest('hex');
  const names = ['briefe/brief-0.md', 'briefe/brief-1.md', 'briefe/brief-2.md'];
  const notes = { files: 9, bytes: 9, sha256: '0'.repeat(64) };
  const list = { 'brief-0.md': 'x', 'brief-1.md': 'x', 'brief-2.md': 'x' };
  const sources = { briefe: { files: 3, bytes: 1, sha256: hashOf(names), list }, notizen: notes };
  const file = path.join(project, 'corpus.lock.json');
  writeFileSync(file, JSON.stringify({ format: 'expchat-corpus-lock', version: 1, sources }));
  await forget(project, canaryOf(1));
  await forget(project, canaryOf(300));
  const { briefe, notizen } = JSON.parse(readFileSync(file, 'utf8')).sources;
  assert.deepEqual([briefe.files, briefe.sha256], [2, hashOf([names[0]!, names[2]!])]);
  assert.deepEqual(Object.keys(briefe.list), ['brief-0.md', 'brief-2.md']);
  assert.deepEqual(notizen, notes);
});

test('a run is named with its certainty, and one that goes on from its weights with it', async (t) => {
  const { project } = await scene(t);
  addRun(project, 'a');
  const certainties = new Set<string>();
  for (let n = 0; n < 8; n++) {
    const { set } = (await traceText(project, canaryOf(n))).matches[0]!.shards[0]!;
    const { runs } = await planForget(project, { value: `briefe~brief-${n}.md` });
    const said = runs.map(({ run, side, certainty }) => `${run} ${side} ${certainty}`).sort();
    certainties.add(set);
    const learned = ['runs/a/chat train inherited', 'runs/a/pretrain train data'];
    assert.deepEqual(said, set === 'pretrain-train' ? learned : ['runs/a/pretrain validation data'], `${n}`);
  }
  assert.ok(certainties.has('pretrain-train'));
});

test('runs are marked with what is known of them, and their records no longer name the source', async (t) => {
  const { project } = await scene(t);
  const run = addRun(project, 'a');
  writeFiles(path.join(project, 'runs/old/pretrain'), { 'run.json': '{"identity":{"phase":"pretrain","data":"x"}}' });
  const side = (await traceText(project, canaryOf(5))).matches[0]!.shards[0]!.set;
  const receipt = await forget(project, 'briefe~brief-5.md');
  const note = JSON.parse(readFileSync(path.join(run, 'pretrain', RETRAIN_NOTE), 'utf8'));
  assert.deepEqual(note.receipts, [
    { id: receipt.id, at: receipt.at, side: side === 'pretrain-train' ? 'train' : 'validation', certainty: 'data' },
  ]);
  assert.equal(readFileSync(path.join(run, 'pretrain/run.json'), 'utf8').includes('brief-5'), false);
  assert.equal(receipt.runs.find(({ run: name }) => name === 'runs/old/pretrain')?.certainty, 'unknown');
});

test('a model says whether it learned from what was forgotten, also where chat training began from such weights', async (t) => {
  const { project } = await scene(t, 3);
  const run = addRun(project, 'a');
  const models = ['pretrain/final', 'chat/final', 'chat/checkpoints/step-000004'];
  const said = () => Promise.all(models.map((model) => learnedFromForgotten(path.join(run, model))));
  const note = (phase: string, side: string) =>
    writeFiles(run, { [`${phase}/${RETRAIN_NOTE}`]: JSON.stringify({ receipts: [{ side }] }) });
  assert.deepEqual(await said(), [undefined, undefined, undefined]);
  note('pretrain', 'train');
  assert.deepEqual(await said(), ['certainly', 'certainly', 'certainly']);
  note('pretrain', 'unknown');
  assert.deepEqual(await said(), ['possibly', 'possibly', 'possibly']);
  note('pretrain', 'validation');
  note('chat', 'train');
  assert.deepEqual(await said(), [undefined, 'certainly', 'certainly'], 'what was measured on was not learned');
  assert.equal(await learnedFromForgotten(path.join(project, 'export')), undefined);
  for (const phase of ['pretrain', 'chat']) rmSync(path.join(run, phase, RETRAIN_NOTE));
  const inTraining = await learnedLetter(project);
  await forget(project, inTraining);
  assert.deepEqual(await said(), ['certainly', 'certainly', 'certainly']);
});

/** The text of a letter that pretraining learns from. */
async function learnedLetter(project: string): Promise<string> {
  for (const n of [0, 1, 2]) {
    const { matches } = await traceText(project, canaryOf(n));
    if (matches.some(({ shards }) => shards.some(({ set }) => set === 'pretrain-train'))) return canaryOf(n);
  }
  throw new Error('expected a letter in pretrain-train, got none');
}

test('a receipt that was changed or taken out breaks the chain', async (t) => {
  const { project } = await scene(t);
  for (const n of [1, 2, 3]) await forget(project, canaryOf(n));
  const file = path.join(project, 'corpus.forget.log.jsonl');
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, [lines[0], lines[2], ''].join('\n'));
  await assert.rejects(readReceipts(file), { code: 'corpus.broken-receipts' });
  writeFileSync(file, lines.join('\n').replace('"count":1', '"count":2'));
  await assert.rejects(readReceipts(file), { code: 'corpus.broken-receipts' });
});

test('a removal that dies at any change of the disk is finished by repeating it', async (t) => {
  const made = await scene(t, 5);
  addRun(made.project, 'a');
  const value = canaryOf(0);
  const later = { ...systemClock, date: () => new Date(systemClock.date().getTime() + 60_000) };
  let died = 0;
  for (let changes = 0; ; changes += 5) {
    const project = path.join(path.dirname(made.project), `copy-${changes}`);
    cpSync(made.project, project, { recursive: true });
    const plan = await planForget(project, { value });
    const done = await withBackend(dyingAfter(changes), () => executeForget(project, plan)).catch(() => undefined);
    if (done !== undefined) break;
    died++;
    // A lock that was cut short is nobody's after a while; one whose removal failed comes after all that was to be done.
    const planned = existsSync(path.join(project, 'corpus.forget.pending.json'));
    if (planned) await finishForget(project, { clock: later });
    else if (!existsSync(path.join(project, 'corpus.forget.log.jsonl'))) {
      await executeForget(project, await planForget(project, { value }), { clock: later });
    }
    assert.deepEqual(filesWith(project, value), [], `after ${changes} changes`);
    assert.equal((await readReceipts(path.join(project, 'corpus.forget.log.jsonl'))).length, 1);
    assert.equal(existsSync(path.join(project, 'runs/a/pretrain', RETRAIN_NOTE)), true);
    assert.equal(existsSync(path.join(project, 'corpus.forget.pending.json')), false);
  }
  assert.ok(died > 5, `${died}`);
});

test('nothing is forgotten while a corpus run is at work, and no run begins while something is', async (t) => {
  const made = await scene(t, 3);
  const { project } = made;
  const plan = await planForget(project, { value: canaryOf(0) });
  const release = await holdCorpus(path.join(project, 'data'));
  const before = hashesBelow(project);
  await assert.rejects(executeForget(project, plan), { code: 'corpus.locked' });
  assert.deepEqual(hashesBelow(project), before);
  writeFileSync(path.join(project, 'corpus.forget.pending.json'), '{}');
  await assert.rejects(finishForget(project), { code: 'corpus.locked' });
  await release();
  let refused = 0;
  const begin = () =>
    build(made).catch((error: { code: string }) => (refused += error.code === 'corpus.locked' ? 1 : 0));
  const runs: Promise<unknown>[] = [];
  await executeForget(project, plan, { onProgress: () => runs.push(begin()) });
  await Promise.all(runs);
  assert.deepEqual([refused, refused > 5], [runs.length, true]);
  assert.deepEqual(filesWith(project, canaryOf(0)), []);
  await build(made);
});

test('a rebuild in the middle of a removal that was killed does not bring it back', async (t) => {
  const made = await scene(t, 5);
  const plan = await planForget(made.project, { value: canaryOf(1) });
  await withBackend(dyingAfter(6), () => executeForget(made.project, plan)).catch(() => undefined);
  await build(made);
  assert.deepEqual(
    (await traceText(made.project, canaryOf(1))).matches.filter(({ status }) => status === 'kept'),
    [],
  );
  await finishForget(made.project);
  await build(made);
  assert.deepEqual(filesWith(made.project, canaryOf(1)), []);
});

/** A kill may cut the lock short as well, which then counts as held for ten seconds: makes it older. */
async function pastShortLock<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isExpChatError(error) || error.code !== 'corpus.locked') throw error;
    const lock = String(error.fields['path']);
    assert.equal(readFileSync(lock, 'utf8'), '');
    utimesSync(lock, 0, 0);
    return run();
  }
}

test('a process killed while it forgets leaves what the same command finishes', async (t) => {
  const made = await scene(t, 6);
  const script = path.join(import.meta.dirname, 'forget-process.ts');
  for (let n = 0; n < 6; n += 2) {
    const child = spawn(process.execPath, [script, made.project, canaryOf(n)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve)); // It has a plan and begins.
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const finished = await pastShortLock(() => finishForget(made.project));
    if (finished === undefined && filesWith(made.project, canaryOf(n)).length > 0) {
      await pastShortLock(() => forget(made.project, canaryOf(n)));
    }
    assert.deepEqual(filesWith(made.project, canaryOf(n)), []);
    await build(made);
    assert.deepEqual(filesWith(made.project, canaryOf(n)), []);
  }
});

test('a record of something else, a file of the user and a damaged forget file are refused or left alone', async (t) => {
  const { project, sources } = await scene(t);
  const own = hashesBelow(path.dirname(sources[0]!.path!));
  await forget(project, canaryOf(1));
  assert.deepEqual(hashesBelow(path.dirname(sources[0]!.path!)), own);
  appendFileSync(path.join(project, FORGET_FILE), 'x');
  await assert.rejects(build({ project, sources }), { code: 'files.not-json' });
  writeFileSync(path.join(project, FORGET_FILE), '{"format":"expchat-forget","version":2}');
  await assert.rejects(build({ project, sources }), { code: 'corpus.bad-forget-file' });
  mkdirSync(path.join(project, 'empty'));
  await assert.rejects(planForget(path.join(project, 'empty'), { value: 'x' }), { code: 'corpus.nothing-to-forget' });
});

test('what is forgotten is known by each of its marks, and by nothing else', () => {
  const record = { source: 'a', sha256: 'f'.repeat(64), text: 'Eins.\n\nZwei.' } as DocumentRecord;
  assert.equal(Forgotten.of({}).has(record), false);
  assert.equal(Forgotten.of({ documents: ['f'.repeat(64)] }).has(record), true);
  assert.equal(Forgotten.of({ sources: ['a'] }).has({ source: 'a~b.txt' }), true);
  assert.equal(Forgotten.of({ sources: ['a'] }).has({ source: 'ab' }), false);
});
