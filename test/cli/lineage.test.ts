import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { holdProject } from '../../src/cli/rooms/corpus.ts';
import { lineageOf } from '../../src/cli/rooms/lineage.ts';
import { executeForget, holdCorpus, planForget } from '../../src/corpus/index.ts';
import { hashesBelow } from '../corpus/fixture.ts';
import { addRun, canaryOf, filesWith, scene } from '../corpus/lineage-scene.ts';
import { play, scripted } from './fake-context.ts';

const services = { lineage: (project: Parameters<typeof lineageOf>[0]) => lineageOf(project, '1.0.0') };

async function projectWith(t: TestContext): Promise<string> {
  const { project, sources } = await scene(t, 4);
  addRun(project, 'a');
  const entries = sources.map(
    ({ id, path: place }) => `    - { id: ${id}, path: ${JSON.stringify(place)}, licence: own }`,
  );
  writeFileSync(path.join(project, 'expchat.yaml'), `corpus:\n  sources:\n${entries.join('\n')}\n`);
  return project;
}

test('corpus trace prints place and tokens, and ends with 4 where nothing has the text', async (t) => {
  const cwd = await projectWith(t);
  const found = await play({ argv: ['corpus', 'trace', canaryOf(2), 'und', 'wohnt'], cwd, services });
  assert.equal(found.code, 0);
  assert.match(found.stdout, /briefe~brief-2\.md/);
  assert.match(found.stdout, /Zeile 5, Zeichen 17, wortgleich/);
  assert.match(found.stdout, /Token [\d.]+ bis [\d.]+ in pretrain-(train|val)\.tokens\.bin/);
  const english = await play({ argv: ['corpus', 'trace', 'nirgends', '--lang', 'en'], cwd, services });
  assert.deepEqual([english.code, /No document has this text/.test(english.stdout)], [4, true]);
  const json = await play({ argv: ['corpus', 'trace', canaryOf(2), '--json'], cwd, services });
  assert.equal(JSON.parse(json.stdout).matches[0].id, 'briefe~brief-2.md');
});

test('corpus forget shows what would go and changes nothing without --yes or a yes', async (t) => {
  const cwd = await projectWith(t);
  const before = hashesBelow(cwd);
  const dry = await play({ argv: ['corpus', 'forget', '--pattern', canaryOf(1)], cwd, services });
  assert.equal(dry.code, 0);
  assert.match(dry.stdout, /briefe~brief-1\.md[\s\S]*runs\/a\/pretrain[\s\S]*Nichts wurde entfernt/);
  const no = await play({
    argv: ['corpus', 'forget', canaryOf(1)],
    cwd,
    services,
    terminal: true,
    prompter: scripted([false]),
  });
  assert.match(no.stdout, /Nichts wurde entfernt/);
  const json = JSON.parse((await play({ argv: ['corpus', 'forget', canaryOf(1), '--json'], cwd, services })).stdout);
  assert.deepEqual([json.done, json.plan.documents, json.plan.kind], [false, 1, 'pattern']);
  assert.deepEqual(hashesBelow(cwd), before);
});

test('corpus forget removes with --yes or a yes, and repeated it says when that was', async (t) => {
  const cwd = await projectWith(t);
  const done = await play({ argv: ['corpus', 'forget', canaryOf(1), '--yes', '--json'], cwd, services });
  const { receipt } = JSON.parse(done.stdout);
  assert.deepEqual(filesWith(cwd, canaryOf(1)), []);
  const again = await play({ argv: ['corpus', 'forget', canaryOf(1), '--yes'], cwd, services });
  assert.deepEqual([again.code, again.stdout.includes(receipt.id)], [0, true]);
  const prompter = scripted([true]);
  await play({ argv: ['corpus', 'forget', '--source', 'zeilen'], cwd, services, terminal: true, prompter });
  assert.deepEqual(filesWith(cwd, canaryOf(100)), []);
});

test('corpus forget does not plan beside a corpus run, and holds the data until its last file', async (t) => {
  const cwd = await projectWith(t);
  const data = path.join(cwd, 'data');
  const held = { ...services, holdCorpus: holdProject };
  const argv = ['corpus', 'forget', canaryOf(1), '--yes'];
  const release = await holdCorpus(data);
  const refused = await play({ argv, cwd, services: held });
  assert.deepEqual([refused.code, refused.stdout], [5, '']);
  await release();
  const confirming = scripted([true]);
  const asked: unknown[] = [];
  const prompter = {
    ...confirming,
    confirm: async (...given: Parameters<typeof confirming.confirm>) => {
      asked.push(await holdCorpus(data).catch((error: { code: string }) => error.code));
      return confirming.confirm(...given);
    },
  };
  const done = await play({ argv: argv.slice(0, 3), cwd, services: held, terminal: true, prompter });
  assert.deepEqual([done.code, asked], [0, ['corpus.locked']]);
  assert.deepEqual(filesWith(cwd, canaryOf(1)), []);
  await (await holdCorpus(data))();
});

test('corpus forget without a name finishes what was cut short, and else says what is missing', async (t) => {
  const cwd = await projectWith(t);
  const nothing = await play({ argv: ['corpus', 'forget'], cwd, services });
  assert.deepEqual([nothing.code, /nicht genannt/.test(nothing.stderr)], [2, true]);
  const plan = await planForget(cwd, { value: canaryOf(3) });
  const stopped = new AbortController();
  const onProgress = () => stopped.abort();
  await assert.rejects(executeForget(cwd, plan, { signal: stopped.signal, onProgress }), { code: 'corpus.stopped' });
  const finished = await play({ argv: ['corpus', 'forget'], cwd, services });
  assert.deepEqual([finished.code, /Vergessen\. Dokumente: 1/.test(finished.stdout)], [0, true]);
  assert.deepEqual(filesWith(cwd, canaryOf(3)), []);
  const two = await play({ argv: ['corpus', 'forget', 'a', '--source', 'b'], cwd, services });
  assert.equal(two.code, 2);
  const unknown = await play({ argv: ['corpus', 'forget', '--document', 'nirgends', '--yes'], cwd, services });
  assert.equal(unknown.code, 4);
});

test('corpus report writes its page where it is told, or into the project', async (t) => {
  const cwd = await projectWith(t);
  const report = await play({ argv: ['corpus', 'report'], cwd, services });
  assert.equal(report.code, 0);
  assert.match(report.stdout, /briefe +own +4 +4/);
  assert.match(readFileSync(path.join(cwd, 'corpus-report.html'), 'utf8'), /<title>ExpChat: Korpusbericht<\/title>/);
  const json = await play({
    argv: ['corpus', 'report', '--json', '--lang', 'en', '--html', 'x/r.html'],
    cwd,
    services,
  });
  const data = JSON.parse(json.stdout);
  assert.deepEqual([data.totals.kept, data.card[0].number, existsSync(path.join(cwd, 'x/r.html'))], [13, '1.1', true]);
});
