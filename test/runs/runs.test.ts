import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { progressOf, RunFollower, readRun, renderRunReport, runsBelow, secondsLeft } from '../../src/runs/index.ts';
import { appendRecords, writeRun } from './written-run.ts';

const base = mkdtempSync(path.join(tmpdir(), 'expchat-runs-'));
after(() => rmSync(base, { recursive: true }));

const place = (name: string): string => path.join(base, name);

test('a run is found by its folder and stands as its files say', async () => {
  const directory = place('found');
  writeRun(path.join(directory, 'a', 'pretrain'), { steps: 20 });
  writeRun(path.join(directory, 'a', 'chat'), { finished: true });
  writeRun(path.join(directory, 'b'), {});
  writeFileSync(path.join(directory, 'b', 'run.lock'), `${process.ppid}\n`);
  const runs = await runsBelow(directory);
  assert.deepEqual(
    runs.map(({ name }) => name),
    ['a/chat', 'a/pretrain', 'b'],
  );
  const [chat, pretrain, b] = await Promise.all(runs.map(readRun));
  assert.deepEqual([chat!.status, pretrain!.status, b!.status], ['finished', 'stopped', 'running']);
  assert.equal(progressOf(pretrain!), 0.5);
  assert.equal(secondsLeft(pretrain!), 2);
  assert.equal(pretrain!.log.skippedSteps, 1);
  assert.equal(pretrain!.log.best!.step, 20);
  writeFileSync(path.join(directory, 'a', 'pretrain', 'diagnosis.json'), '{"step":1}');
  assert.equal((await readRun(runs[1]!)).status, 'failed');
});

test('a run that is followed shows each record once, waits for half a line, and begins anew where its record was rewritten', async () => {
  const directory = place('followed');
  writeRun(directory, { steps: 20 });
  const metricsFile = path.join(directory, 'metrics.jsonl');
  const follower = new RunFollower({ name: 'followed', directory });
  assert.equal((await follower.look()).log.last!.step, 20);
  appendRecords(directory, 21, 30);
  const half = JSON.stringify({ kind: 'step', step: 31, lossNats: 1, tokens: 1, applied: true });
  appendFileSync(metricsFile, half.slice(0, 9));
  let { log } = await follower.look();
  assert.deepEqual(
    [log.last!.step, log.loss.points.steps.length, log.validations.length, log.samples.length],
    [30, 30, 3, 3],
  );
  appendFileSync(metricsFile, `${half.slice(9)}\n`);
  assert.equal((await follower.look()).log.last!.step, 31);
  // A resumed run drops the steps after its checkpoint and makes them again, here beyond where the reader stood.
  writeRun(directory, { steps: 15 });
  appendFileSync(
    metricsFile,
    `${JSON.stringify({ kind: 'notice', step: 15, code: 'x', message: 'again', fields: {} })}\n`,
  );
  appendRecords(directory, 16, 60);
  log = (await follower.look()).log;
  assert.deepEqual(
    log.loss.points.steps,
    Array.from({ length: 60 }, (_, i) => i + 1),
  );
  assert.deepEqual([log.validations.length, log.samples.length, log.notices.length], [6, 6, 2]);
});

test('the report is one file that loads nothing, in the language asked for, and shows foreign text as text', async () => {
  const directory = place('report');
  writeRun(directory, { finished: true });
  const run = await readRun({ name: 'report', directory });
  for (const [language, words] of [
    ['de', ['Bericht zum Training', 'Prüfverlust', 'Textproben', 'Ausreißer', 'Energie, geschätzt', 'fertig']],
    [
      'en',
      ['Training report', 'Validation loss', 'Samples', 'six standard deviations', 'Energy, estimated', 'finished'],
    ],
  ] as const) {
    const html = renderRunReport(run, { language });
    for (const word of words) assert.ok(html.includes(word), `${language}: ${word}`);
    assert.ok(html.includes('<polyline class="training"') && html.includes('<polyline class="validation"'));
    assert.doesNotMatch(html, /<script|<img|<link|https?:\/\/|@import|url\(/);
    assert.ok(html.includes('&lt;/script&gt;&lt;img src=x'));
    assert.ok(html.includes('„Umlaut ä“') && !html.includes('\u001b'));
  }
});

test('the report of a run that could not go on shows why: sources, tensors, the checkpoint to go back to', async () => {
  const directory = place('why');
  writeRun(directory);
  const part = { document: 1, from: 3, to: 9, source: 'preisliste' };
  const diagnosis = {
    version: 1,
    step: 31,
    reason: 'expected an update, got <none>',
    lastCheckpoint: 'step-000020',
    data: { cursor: { epoch: 0, row: 4 }, tokens: [3, 9], sources: ['preisliste'], rows: [[part]] },
    recentSteps: [],
    tensors: [{ name: 'model.norm.weight', rms: 0.5, largest: 2, notFinite: 7 }],
  };
  writeFileSync(path.join(directory, 'diagnosis.json'), JSON.stringify(diagnosis));
  const html = renderRunReport(await readRun({ name: 'why', directory }), { language: 'de' });
  for (const words of [
    'Befund',
    'gescheitert',
    'got &lt;none&gt;',
    'step-000020',
    'preisliste',
    'model.norm.weight',
    '<td class="number">7</td>',
  ]) {
    assert.ok(html.includes(words), words);
  }
});

test('a record that is no JSON is an error that names the file', async () => {
  const directory = place('damaged');
  writeRun(directory);
  const file = path.join(directory, 'metrics.jsonl');
  writeFileSync(file, readFileSync(file, 'utf8').replace('{"kind"', '{kind'));
  await assert.rejects(readRun({ name: 'damaged', directory }), (error: { code: string; message: string }) => {
    assert.equal(error.code, 'runs.damaged');
    assert.ok(error.message.includes(file));
    return true;
  });
});
