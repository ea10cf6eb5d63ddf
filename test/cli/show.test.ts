import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { MaskReport, PackingFacts } from '../../src/cli/services.ts';
import { expchat, remove, tinyProject } from '../journey/tiny-project.ts';
import { maskReport, play } from './fake-context.ts';

let project: string;
before(async () => {
  project = await tinyProject();
});
after(() => remove(project));

const show = (argv: string, more: Partial<Parameters<typeof play>[0]> = {}) =>
  play({ cwd: project, argv: argv.split(' '), ...more });

test('on a pipe what is learned stands between markers, and in colour on a terminal unless NO_COLOR forbids it', async () => {
  const piped = await show('corpus show --masks');
  assert.equal(piped.code, 0);
  assert.ok(piped.stdout.includes('    <|assistant|>▸Öl.\n    Ja\u001b[2J.<|end|>◂\n'), piped.stdout);
  assert.ok(piped.stdout.includes('    <|user|>Was?<|end|>\n'));
  assert.match(piped.stdout, /Antwort: 5 Token, 4 gelernt/);
  assert.match(piped.stdout, /Zusammen: 1 Dialoge, 9 Token, 4 gelernt \(44,4 %\)/);
  const coloured = await show('corpus show --masks', { terminal: true });
  assert.ok(coloured.stdout.includes('\u001b[2m<|assistant|>\u001b[0m\u001b[32mÖl.\u001b[0m\n'), coloured.stdout);
  assert.ok(coloured.stdout.includes('Ja\\u{1b}[2J.'), 'a dialogue can not move the cursor');
  assert.ok(!coloured.stdout.includes('▸Öl'));
  const plain = await show('corpus show --masks', { terminal: true, env: { NO_COLOR: '1' } });
  assert.ok(plain.stdout.includes('▸Öl.') && !plain.stdout.includes('\u001b['));
  const english = await show('corpus show --masks --lang en');
  assert.match(english.stdout, /answer: 5 tokens, 4 learned/);
});

test('what is asked for reaches the service, and --json writes its report as it is', async () => {
  const heard = await show('corpus show --masks --json --source dialoge --document d:1 --limit 2 --side validation');
  assert.deepEqual(JSON.parse(heard.stdout), maskReport);
  const call = heard.calls.find(({ name }) => name === 'showMasks')!;
  assert.deepEqual(call.given[1], { limit: 2, set: 'chat-val', source: 'dialoge', document: 'd:1' });
  assert.equal((await show('corpus show --masks --side other')).code, 2);
});

test('a dialogue without a learned end is named and the command ends with 1', async () => {
  const faults = ['no-supervised-end'] as const;
  const samples = [{ ...maskReport.samples[0]!, faults }];
  const faulty = { ...maskReport, faultyDocuments: 1, faulty: [{ id: 'dialoge#a.jsonl:1', faults }], samples };
  const heard = await show('corpus show --masks', { services: { showMasks: async () => faulty } });
  assert.equal(heard.code, 1);
  assert.match(heard.stdout, /dialoge#a\.jsonl:1: das Ende einer Antwort wird nicht gelernt/);
});

test('a real project shows its sets, and its masks from the filtered documents as from the packed ones', async () => {
  assert.equal((await expchat(project, 'corpus run --set corpus.testShare=0.1')).code, 0);
  const facts: PackingFacts = JSON.parse(
    (await expchat(project, 'corpus show --json --set corpus.testShare=0.1')).stdout,
  );
  assert.deepEqual(facts.sets.map(({ set }) => set).sort(), [
    'chat-test',
    'chat-train',
    'chat-val',
    'pretrain-test',
    'pretrain-train',
    'pretrain-val',
  ]);
  assert.equal(facts.overlaps.length, 3);
  const masks = async (): Promise<MaskReport> => {
    const heard = await expchat(project, 'corpus show --masks --json --limit 3 --set corpus.testShare=0.1');
    assert.equal(heard.code, 0, heard.stderr);
    return JSON.parse(heard.stdout);
  };
  const packed = await masks();
  assert.equal(packed.from, 'packed');
  assert.equal(packed.samples.length, 3);
  const train = facts.sets.find(({ set }) => set === 'chat-train')!;
  assert.deepEqual([packed.documents, packed.tokens, packed.learned], [train.documents, train.tokens, train.learned]);
  for (const { turns, faults } of packed.samples) {
    assert.deepEqual(faults, []);
    for (const { role, pieces } of turns) {
      const learned = pieces.filter((piece) => piece.learned).map(({ text }) => text);
      assert.equal(learned.length, role === 'assistant' ? 1 : 0);
      for (const text of learned) assert.ok(text.endsWith('<|end|>'));
    }
  }
  rmSync(path.join(project, 'data/packed'), { recursive: true });
  assert.deepEqual(await masks(), { ...packed, from: 'filtered' });
  const one = packed.samples[1]!;
  const found = await expchat(project, `corpus show --json --document ${one.id} --set corpus.testShare=0.1`);
  assert.deepEqual(JSON.parse(found.stdout).samples, [one]);
  const missing = await expchat(project, 'corpus show --json --document fehlt');
  assert.equal(missing.code, 4);
});

test('a share that the sources do not allow is said with the source in the way and with what to do', async () => {
  const facts = { kind: 'text', side: 'validation', wanted: 0.1, share: 0.02, sourceShare: 0.96 } as const;
  const notices = [
    { ...facts, source: 'handbuch', linkedSources: 1 },
    { ...facts, source: 'kopie', linkedSources: 3 },
  ];
  const packing = { sets: [], overlaps: [], notices };
  const report = { directory: 'd', documentsIn: 1, documentsOut: 1, dropped: {}, upToDate: false, packing };
  const services = { corpusStage: async (_: unknown, stage: 'pack') => ({ ...report, stage }) } as never;
  const { stdout } = await show('corpus pack', { services });
  assert.match(stdout, /Texte, Prüfung: gewünscht sind 10,0 % der Bytes, möglich waren 2,0 %/);
  assert.match(stdout, /Die Quelle handbuch hat 96,0 % der Bytes\. Mit sourcePer: file/);
  assert.match(stdout, /3 Quellen, darunter kopie, teilen fast gleiche Dokumente/);
});
