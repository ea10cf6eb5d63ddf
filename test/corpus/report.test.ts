import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { dataCard, renderCorpusReport, reportCorpus } from '../../src/corpus/index.ts';
import { addRun, build, canaryOf, filesWith, scene } from './lineage-scene.ts';
import { fullReport } from './report-data.ts';

const clock = { nowMs: () => 0, date: () => new Date('2026-05-04T10:11:12Z'), sleep: async () => undefined };
const format = { integer: String, bytes: String };
const render = (language: 'de' | 'en') =>
  renderCorpusReport(fullReport, { language, reasonWords: (one, reason) => `${one}:${reason}` });

test('the page runs no script, asks for nothing, and writes what is foreign as text', () => {
  const page = render('de');
  assert.match(page, /Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/);
  assert.doesNotMatch(page, /<script|<link|<img|<iframe|\bsrc=|\bhref=|\burl\(|@import| on\w+=/i);
  assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
});

test('both languages are in the page, each with its own words and figures, and the one asked for is shown first', () => {
  for (const language of ['de', 'en'] as const) {
    const page = render(language);
    assert.match(page, new RegExp(`<html lang="${language}">`));
    assert.deepEqual(page.match(/id="show-\w\w" checked/g), [`id="show-${language}" checked`]);
    const [de, en] = page.split('<main lang="en">') as [string, string];
    assert.ok(de.includes('Personenbezogene Daten') && de.includes('12.345') && de.includes('de:few-letters'));
    assert.ok(en.includes('Personal data') && en.includes('12,345') && en.includes('en:few-letters'));
  }
});

test('every part of the report is on the page: drops with value and threshold, clusters, personal data, split, letters', () => {
  const english = render('en').split('<main lang="en">')[1]!;
  for (const said of [
    '(0.412, threshold 0.600)',
    'post#b.eml</code> (91.0 %)',
    'IBAN</td><td>4</td>',
    'handbuch#alt.pdf (page 7)',
    'Texts: validation',
    '31 words',
    'en:soft-hyphen</td><td>1,000</td>',
    'expchat corpus forget --source handbuch --yes',
    '2 receipts for 7 documents',
  ]) {
    assert.ok(english.includes(said), said);
  }
});

test('the data card keeps the order of the template and marks what only a person can know', () => {
  for (const language of ['de', 'en'] as const) {
    const card = dataCard(fullReport, language, format);
    const numbers = ['1.1', '1.2', '1.3', '2.1', '2.2', '2.3', '2.4', '2.5', '2.6', '3.1', '3.2', '3.3'];
    assert.deepEqual(
      card.map(({ number }) => number),
      numbers,
    );
    for (const field of card.flatMap(({ fields }) => fields)) {
      assert.equal(field.known.length === 0 && field.person === undefined, false, field.name);
      assert.equal(field.person === 'fill' && field.known.length > 0, false, field.name);
    }
    const sources = (number: string) => card.find((section) => section.number === number)!.fields[0]!.known.join();
    assert.match(sources('2.1'), /^gesetze/);
    assert.match(sources('2.2'), /^gekauft/);
    assert.match(sources('2.3'), /^hilfe/);
    assert.match(sources('2.4'), /^post/);
    assert.match(sources('2.6'), /^handbuch/);
  }
});

test('the size in the data card is the range that the count of tokens lies in', () => {
  const sizeOf = (tokens: number) => {
    const card = dataCard({ ...fullReport, totals: { ...fullReport.totals, tokens } }, 'en', format);
    return card[2]!.fields[1]!.known[0]!.split(' (')[0];
  };
  assert.equal(sizeOf(1e9 - 1), 'less than 1 billion tokens');
  assert.equal(sizeOf(1e9), '1 billion to 10 trillion tokens');
  assert.equal(sizeOf(1e13), '1 billion to 10 trillion tokens');
  assert.equal(sizeOf(1e13 + 1), 'more than 10 trillion tokens');
});

test('the report counts what the stages wrote, each document and token once, and quotes no document', async (t) => {
  const made = await scene(t);
  addRun(made.project, 'a');
  const declared = [{ id: 'briefe', kind: 'folder', licence: 'own', retainUntil: '2026-05-03' }];
  const data = await reportCorpus(made.project, { declared, codeVersion: '1', clock });
  assert.deepEqual(
    data.sources.map(({ id, declared: named, files, documents, kept }) => [id, named, files, documents, kept]),
    [
      ['briefe', true, 8, 8, 8],
      ['dialoge', false, 4, 4, 4],
      ['notizen', false, 3, 3, 2],
      ['zeilen', false, 1, 3, 3],
    ],
  );
  const manifest = JSON.parse(readFileSync(path.join(made.project, 'data/packed/manifest.json'), 'utf8'));
  const sets = Object.values(manifest.sets) as { tokens: number; textBytes: number; documents: number }[];
  assert.equal(
    data.totals.tokens,
    sets.reduce((sum, { tokens }) => sum + tokens, 0),
  );
  assert.equal(
    data.totals.textBytes,
    sets.reduce((sum, { textBytes }) => sum + textBytes, 0),
  );
  assert.equal(
    data.totals.kept,
    sets.reduce((sum, { documents }) => sum + documents, 0),
  );
  assert.deepEqual(
    data.drops.map(({ reason, documents }) => [reason, documents]),
    [['duplicate', 1]],
  );
  assert.equal(
    data.lengths!.bins.reduce((sum, { documents }) => sum + documents, 0),
    data.totals.kept,
  );
  assert.deepEqual(data.expired, [
    { id: 'briefe', retainUntil: '2026-05-03', command: 'expchat corpus forget --source briefe --yes' },
  ]);
  const page = renderCorpusReport(data, { language: 'de', reasonWords: (_, reason) => reason });
  assert.equal(page.includes('Kanarienvogel'), false);
});

test('what later stages write is read where it is there', async (t) => {
  const { project, sources } = await scene(t, 3);
  const filtered = path.join(project, 'data/filtered');
  const rows = [
    {
      kind: 'near',
      kept: ['a'],
      members: [
        { id: 'a', source: 's', similarity: 1 },
        { id: 'b', source: 's', similarity: 0.9 },
      ],
    },
    {
      kind: 'exact',
      kept: ['c'],
      members: [
        { id: 'c', source: 's', similarity: 1 },
        { id: 'd', source: 's', similarity: 1 },
      ],
    },
  ];
  writeFileSync(path.join(filtered, 'clusters.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const decisions = [
    { id: 'notizen#brief-0-kopie.md', action: 'dropped', reason: 'duplicate', value: 1, threshold: 1, kept: 'x' },
    { id: 'e', action: 'cut', reason: 'repeated-line', value: 4, threshold: 3 },
  ];
  writeFileSync(path.join(filtered, 'decisions.jsonl'), decisions.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const counts = [{ source: 's', kind: 'iban', policy: 'report', findings: 3, examples: ['DE… (22)'] }];
  const letters = { before: 10, after: 7, gone: { duplicate: 3 } };
  writeFileSync(path.join(filtered, 'report.json'), JSON.stringify({ personal: { counts }, letters }));
  const data = await reportCorpus(project, { codeVersion: '1', clock });
  assert.deepEqual(
    [data.duplicates!.exactClusters, data.duplicates!.nearClusters, data.duplicates!.documents],
    [1, 1, 4],
  );
  assert.deepEqual(data.duplicates!.examples[0]!.members, [{ id: 'b', similarity: 0.9 }]);
  assert.deepEqual(data.drops[0]!.examples, [{ id: 'notizen#brief-0-kopie.md', value: 1, threshold: 1 }]);
  assert.deepEqual(data.cuts, [{ reason: 'repeated-line', count: 1 }]);
  assert.deepEqual(data.personal, [{ source: 's', kind: 'iban', count: 3 }]);
  const counted = data.letters.filter(({ stage }) => stage === 'filter');
  assert.deepEqual(counted, [{ stage: 'filter', before: 10, after: 7, rules: [{ rule: 'duplicate', letters: 3 }] }]);
  await build({ project, sources });
  assert.equal(filesWith(project, canaryOf(0)).length > 0, true);
});

test('a project of which nothing was fetched has an empty report and not an error', async (t) => {
  const { project } = await scene(t, 1);
  const data = await reportCorpus(path.join(project, 'nirgends'), { codeVersion: '1', clock });
  assert.deepEqual([data.totals.documents, data.sources.length, data.drops.length], [0, 0, 0]);
  const page = renderCorpusReport(data, { language: 'en', reasonWords: (_, reason) => reason });
  assert.ok(page.includes('This step has not run yet.'));
});
