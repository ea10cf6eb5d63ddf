import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { createServices } from '../../src/cli/room-services.ts';
import { expchat, remove, tinyProject } from './tiny-project.ts';

let folder = '';
const inFolder = (...parts: string[]) => path.join(folder, ...parts);

before(async () => {
  folder = await tinyProject();
});
after(() => remove(folder));

test('documents become shards and a tokenizer, and doing it again changes nothing', async () => {
  const first = await expchat(folder, 'corpus run');
  assert.equal(first.code, 0, first.stderr);
  const shard = readFileSync(inFolder('data', 'packed', 'pretrain-train.tokens.bin'));
  assert.ok(shard.length > 1000);
  const again = await expchat(folder, 'corpus run --json');
  assert.equal(again.code, 0, again.stderr);
  const report = JSON.parse(again.stdout.trim().split('\n').at(-1)!);
  assert.deepEqual(
    report.stages.map(({ upToDate }: { upToDate: boolean }) => upToDate),
    [true, true, true, true],
  );
  assert.equal(report.tokenizer.upToDate, true);
  assert.deepEqual(readFileSync(inFolder('data', 'packed', 'pretrain-train.tokens.bin')), shard);
});

test('training that is stopped in both phases ends with 75 and, resumed, with the bits of an undisturbed run', async () => {
  const whole = await expchat(folder, 'train --run ganz');
  assert.equal(whole.code, 0, whole.stderr);
  const stopAt = async (stage: string, step: number, mode: string) => {
    let press: (signal: 'SIGINT') => void = () => undefined;
    const services = createServices('9.9.9');
    return expchat(folder, `train --run stück ${mode}`.trim(), {
      onStart: (interrupt) => {
        press = interrupt;
      },
      services: {
        trainModel: (project, request, work) =>
          services.trainModel(project, request, {
            ...work,
            onProgress: (event) => {
              work.onProgress?.(event);
              if (event.stage === stage && event.done === step) press('SIGINT');
            },
          }),
      },
    });
  };
  assert.equal((await stopAt('train.pretrain', 5, '')).code, 75);
  assert.equal((await stopAt('train.chat', 3, '--resume')).code, 75);
  const resumed = await expchat(folder, 'train --run stück --resume');
  assert.equal(resumed.code, 0, resumed.stderr);
  const weights = (run: string) => readFileSync(inFolder('runs', run, 'chat', 'final', 'model.safetensors'));
  assert.ok(weights('ganz').equals(weights('stück')));
});

test('a dry run says what a training will cost and leaves nothing; a training leaves samples, a report and a filled card', async () => {
  const planned = await expchat(folder, 'train --dry-run --run geplant --json');
  assert.equal(planned.code, 0, planned.stderr);
  const { phases } = JSON.parse(planned.stdout);
  for (const phase of phases) {
    for (const key of [
      'parameters',
      'flops',
      'trainingBytes',
      'uniqueTokens',
      'textBytes',
      'tokensPerSecond',
      'seconds',
      'wattHours',
      'supportedParameters',
    ]) {
      assert.ok(phase[key] > 0, `${phase.phase}.${key}`);
    }
  }
  assert.equal(existsSync(inFolder('runs', 'geplant')), false);
  for (const phase of ['pretrain', 'chat']) {
    const run = (...parts: string[]) => readFileSync(inFolder('runs', 'ganz', phase, ...parts), 'utf8');
    const samples = run('samples.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.ok(
      samples.length >= 3 &&
        samples.every(({ prompt, text }) => typeof prompt === 'string' && typeof text === 'string'),
    );
    assert.match(run('report.html'), /<polyline class="training"/);
    assert.match(
      run('final', 'README.md'),
      /## Training[\s\S]*\| Steps \| (12|8) \|[\s\S]*## Data[\s\S]*\| texte|\| dialoge/,
    );
  }
});

test('the model answers, is measured, shown and exported, each by its command', async () => {
  const generated = await expchat(folder, 'generate -m ganz --chat Wer -n 8 --temp 0');
  assert.equal(generated.code, 0, generated.stderr);
  const again = await expchat(folder, 'generate -m ganz --chat Wer -n 8 --temp 0');
  assert.equal(again.stdout, generated.stdout);
  const spoken = await expchat(folder, 'chat -m ganz -n 8', { stdin: 'Guten Tag\n/bye\n' });
  assert.equal(spoken.code, 0, spoken.stderr);
  const measured = await expchat(folder, 'eval -m ganz --json --questions starter/questions.jsonl');
  assert.equal(measured.code, 0, measured.stderr);
  assert.ok(JSON.parse(measured.stdout).questions > 0);
  const graph = await expchat(folder, 'model graph -m ganz');
  assert.match(graph.stdout, /matmul\(/);
  const exported = await expchat(folder, 'model export -m ganz ausgabe');
  assert.equal(exported.code, 0, exported.stderr);
  assert.equal(existsSync(inFolder('ausgabe', 'optimizer.safetensors')), false);
  const fromExport = await expchat(folder, 'generate -m ausgabe --chat Wer -n 8 --temp 0');
  assert.equal(fromExport.stdout, generated.stdout);
  const note = inFolder('runs', 'ganz', 'chat', 'retrain-needed.json');
  writeFileSync(note, JSON.stringify({ receipts: [{ side: 'train' }] }));
  const marked = await expchat(folder, 'generate -m ganz --chat Wer -n 1 --json');
  rmSync(note);
  assert.equal(JSON.parse(marked.stdout).learnedFromForgotten, 'certainly');
});

test('the grid writes a row for each prompt and setting, as CSV and HTML', async () => {
  const grid = await expchat(folder, 'grid -m ganz -n 2 -p Hallo --csv raster.csv --html raster.html');
  assert.equal(grid.code, 0, grid.stderr);
  assert.equal(readFileSync(inFolder('raster.csv'), 'utf8').trim().split('\n').length, 1 + 28);
  assert.match(readFileSync(inFolder('raster.html'), 'utf8'), /<table/);
});

test('chat training without a finished pretraining is refused and begins from nothing else', async () => {
  const heard = await expchat(folder, 'train --run nurchat --phase chat --json');
  assert.equal(heard.code, 2);
  assert.match(heard.stderr, /train\.phase-unfinished/);
});

test('a damaged newest checkpoint is passed over, named, and the run goes on from the one before', async () => {
  const checkpoints = inFolder('runs', 'stück', 'chat', 'checkpoints');
  const newest = readdirSync(checkpoints).sort().at(-1)!;
  rmSync(path.join(checkpoints, newest, 'model.safetensors'));
  const heard = await expchat(folder, 'train --run stück --phase chat --resume');
  assert.equal(heard.code, 0, heard.stderr);
  assert.match(heard.stderr, new RegExp(newest));
});
