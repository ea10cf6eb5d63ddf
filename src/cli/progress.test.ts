import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../base/index.ts';
import { createFormat } from './language.ts';
import { ProgressLine } from './progress.ts';
import { textsOf } from './texts/index.ts';

function drawn(live: boolean, columns = 200) {
  const state = { nowMs: 0, text: '' };
  const clock: Clock = { nowMs: () => state.nowMs, date: () => new Date(0), sleep: async () => undefined };
  const line = new ProgressLine({
    write: (text) => {
      state.text += text;
    },
    live,
    columns: () => columns,
    clock,
    format: createFormat('de'),
    texts: textsOf('de').progress,
  });
  const report = (nowMs: number, done: number, more: object = {}) => {
    state.nowMs = nowMs;
    line.report({ stage: 'train.pretrain', done, total: 1000, unit: 'steps', ...more });
  };
  return { line, report, state };
}

test('without a terminal there is a line at the start, one every ten seconds and one at the end', () => {
  const { line, report, state } = drawn(false);
  for (let second = 0; second <= 35; second++) report(second * 1000, second * 10);
  line.finish();
  assert.deepEqual(state.text.split('\n'), [
    'Vortraining: beginnt',
    'Vortraining: 10 %, 100/1.000 Schritte, 10,0 Schritte/s, noch 1:30 min',
    'Vortraining: 20 %, 200/1.000 Schritte, 10,0 Schritte/s, noch 1:20 min',
    'Vortraining: 30 %, 300/1.000 Schritte, 10,0 Schritte/s, noch 1:10 min',
    'Vortraining: 350/1.000 Schritte, fertig nach 35 s',
    '',
  ]);
  assert.ok(!state.text.includes('\u001b'), 'no control sequences outside a terminal');
});

test('on a terminal one line is drawn over itself and never wraps', () => {
  const { report, state } = drawn(true, 60);
  for (let i = 0; i < 50; i++) report(i * 150, i * 10, { detail: 'ein sehr langer Name einer Datei\nmit Umbruch' });
  const lines = state.text.split('\r\u001b[2K').slice(1);
  assert.ok(lines.length > 40);
  for (const line of lines) {
    assert.ok([...line].length < 60, line);
    assert.ok(!line.includes('\n'));
  }
});

test('a live line is drawn at most ten times a second', () => {
  const { report, state } = drawn(true);
  for (let ms = 0; ms < 1000; ms++) report(ms, ms);
  assert.ok(state.text.split('\r\u001b[2K').length <= 12, `${state.text.split('\r').length}`);
});

test('work that continues at a step shows the rate of this run, not of all steps', () => {
  const { report, state } = drawn(false);
  report(0, 500);
  report(10_000, 600);
  assert.match(state.text, /60 %, 600\/1\.000 Schritte, 10,0 Schritte\/s, noch 40 s\n$/);
});

test('a new stage ends the last one with how long it took, and figures stay', () => {
  const { line, report, state } = drawn(false);
  report(0, 1, { figures: { lossNats: 2.345 } });
  report(3000, 2, { figures: { lossNats: 2.1, learningRate: 0.00095 } });
  report(4000, 0, { stage: 'train.chat' });
  line.finish('stopped');
  assert.deepEqual(state.text.split('\n').slice(1), [
    'Vortraining: 2/1.000 Schritte, Verlust 2,10, Lernrate 0,00095, fertig nach 4 s',
    'Chat-Training: beginnt',
    'Chat-Training: 0/1.000 Schritte, angehalten nach 0 s',
    '',
  ]);
});

test('a detail can not send control sequences to the terminal', () => {
  const { report, state } = drawn(true);
  report(0, 0);
  report(500, 5, { detail: 'boese\u001b[2Jdatei\u0007' });
  assert.ok(state.text.includes('boese\\u{1b}[2Jdatei\\u{7}'));
});
