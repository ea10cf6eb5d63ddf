import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { writeRunReport } from '../../src/cli/rooms/training.ts';
import { writeRun } from '../runs/written-run.ts';
import { play } from './fake-context.ts';

const cwd = mkdtempSync(path.join(tmpdir(), 'expchat-cli-runs-'));
writeRun(path.join(cwd, 'runs', 'alt', 'pretrain'), { finished: true });
writeRun(path.join(cwd, 'runs', 'neu', 'pretrain'), { steps: 20, started: '2026-03-02T03:04:05Z' });
after(() => rmSync(cwd, { recursive: true }));

test('the list names each run with its state and figures, for people and as JSON', async () => {
  const heard = await play({ cwd, argv: ['runs', 'list'] });
  assert.equal(heard.code, 0, heard.stderr);
  assert.match(heard.stdout, /^alt\/pretrain +fertig +30 +1,133 +1,233 +1,233 +3 s$/m);
  assert.match(heard.stdout, /^neu\/pretrain +angehalten +20 +/m);
  const { runs } = JSON.parse((await play({ cwd, argv: ['runs', 'list', '--json'] })).stdout);
  assert.deepEqual(
    runs.map((run: { name: string; status: string; step: number; bestStep: number; skippedSteps: number }) => [
      run.name,
      run.status,
      run.step,
      run.bestStep,
      run.skippedSteps,
    ]),
    [
      ['alt/pretrain', 'finished', 30, 30, 1],
      ['neu/pretrain', 'stopped', 20, 20, 1],
    ],
  );
});

test('watching without a name shows the run begun last, with its curve on a terminal, and ends where it no longer runs', async () => {
  const heard = await play({ cwd, argv: ['runs', 'watch'], terminal: true });
  assert.equal(heard.code, 0, heard.stderr);
  assert.match(heard.stderr, /neu\/pretrain \(Vortraining\): \[========== {10}\] angehalten, 20\/40 Schritte/);
  assert.match(heard.stderr, /[\u2801-\u28ff]{3}/u);
  assert.match(heard.stderr, /Neueste Textprobe: Frage ▸ Schritt 20/);
  assert.ok(heard.stderr.includes('\\u{1b}[2J') && !heard.stderr.includes('\u001b[2J'), 'samples steer no terminal');
  const piped = await play({ cwd, argv: ['runs', 'watch', 'alt'] });
  assert.match(piped.stderr, /^alt\/pretrain \(Vortraining\): fertig, 30\/40 Schritte, Verlust 1,133, /);
  assert.ok(!piped.stderr.includes('\u001b'));
});

test('without colour the picture has no colours, with it it has', async () => {
  const seen = async (more: object) => (await play({ cwd, argv: ['runs', 'watch'], terminal: true, ...more })).stderr;
  assert.match(await seen({}), /\u001b\[36m/);
  assert.doesNotMatch(await seen({ env: { NO_COLOR: '1' } }), /\u001b\[\d+m/);
});

test('the report of a run is written where it is asked for', async () => {
  const argv = ['runs', 'report', 'alt', '-o', 'bericht.html', '--lang', 'en'];
  const heard = await play({ cwd, argv, services: { writeRunReport } });
  assert.equal(heard.code, 0, heard.stderr);
  assert.match(readFileSync(path.join(cwd, 'bericht.html'), 'utf8'), /Training report: alt\/pretrain/);
});

test('a run that is not there ends with 4 and the names of those that are', async () => {
  const heard = await play({ cwd, argv: ['runs', 'watch', 'fehlt'] });
  assert.equal(heard.code, 4);
  assert.match(heard.stderr, /Vorhanden sind: alt\/pretrain, neu\/pretrain\./);
});

test('a dry run shows what the training will cost and trains nothing', async () => {
  const figures = { parameters: 75_600, matrixParameters: 51_000, forwardFlopsPerToken: 1, trainingFlopsPerToken: 3 };
  const bytes = { weightBytes: 1, cacheBytes: 1, trainingBytes: 22e6, uniqueTokens: 54_000, textBytes: 2e6 };
  const run = { steps: 400, tokens: 307_200, epochs: 5.7, flops: 1.7e11, tokensPerSecond: 4195, seconds: 73 };
  const rest = { wattHours: 1.3, watts: 65, supportedParameters: 10_800, supportedMatrixParameters: 18_000 };
  const phase = {
    phase: 'pretrain',
    doneSteps: 100,
    ...figures,
    ...bytes,
    ...run,
    ...rest,
    data: 'too-little',
  } as const;
  const planTraining = async () => ({ run: 'r', phases: [phase], machineMemoryBytes: 8e9 });
  const heard = await play({ cwd, argv: ['train', '--dry-run'], services: { planTraining } });
  assert.equal(heard.code, 2, 'a project is needed');
  const config = path.join(cwd, 'expchat.yaml');
  writeFileSync(config, '{}');
  const planned = await play({ cwd, argv: ['train', '--dry-run'], services: { planTraining } });
  assert.equal(planned.code, 0, planned.stderr);
  for (const words of [
    '75.600 Parameter',
    '2,0 MB Text',
    'etwa 18,0 k Parameter',
    '4.195 Token/s, etwa 55 s',
    '65 W',
    'auswendig',
  ]) {
    assert.ok(planned.stdout.includes(words), `${words}: ${planned.stdout}`);
  }
  assert.deepEqual(
    planned.calls.map(({ name }) => name),
    ['chooseModel', 'planTraining'],
  );
});
