import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Clock } from '../../base/index.ts';
import { createFormat } from '../language.ts';
import { textsOf } from '../texts/index.ts';
import { plot } from './braille.ts';
import { LiveRegion } from './live-region.ts';
import { TrainingView } from './training-view.ts';

const ESCAPES = /\u001b\[\d*[A-Za-z]/g;

/** What a terminal shows after `text`: rows of at most `columns` characters; knows the sequences that the region writes. */
function screenAfter(text: string, columns: number): string[] {
  const rows: string[] = [''];
  let [row, column] = [0, 0];
  for (const [piece] of text.matchAll(/\u001b\[\d*[A-Za-z]|[\s\S]/gu)) {
    if (piece === '\r') column = 0;
    else if (piece === '\n') [row, column] = [row + 1, 0];
    else if (piece.endsWith('A') && piece.startsWith('\u001b')) row -= Number(piece.slice(2, -1));
    else if (piece === '\u001b[J') {
      rows.length = row + 1;
      rows[row] = rows[row]!.slice(0, column);
    } else if (piece === '\u001b[2K') rows[row] = '';
    else if (!piece.startsWith('\u001b')) {
      if (column === columns) [row, column] = [row + 1, 0];
      const line = (rows[row] ?? '').padEnd(column);
      rows[row] = line.slice(0, column) + piece + line.slice(column + 1);
      column++;
    }
    while (rows.length <= row) rows.push('');
  }
  return rows;
}

test('a plot has a dot at each end of its curve, and its marks where they belong', () => {
  const drawn = plot({ steps: [0, 10], values: [5, 1] }, { steps: [10], values: [1] }, 10, 3)!;
  assert.deepEqual([drawn.low, drawn.high, drawn.first, drawn.last], [1, 5, 0, 10]);
  assert.ok(drawn.lines.every((line) => [...line].length === 10));
  assert.equal(drawn.lines[0]!.codePointAt(0)! & 1, 1, 'top left');
  assert.equal(drawn.lines[2]!.at(-1), '•', 'bottom right');
  assert.equal(plot({ steps: [], values: [] }, { steps: [], values: [] }, 10, 3), undefined);
  assert.ok(plot({ steps: [4], values: [2] }, { steps: [], values: [] }, 10, 3), 'one point is drawn');
});

test('what is drawn in place leaves only its last picture, below what stood there before', () => {
  const lines = fc.array(fc.string({ minLength: 1, maxLength: 18, unit: 'grapheme-ascii' }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(fc.array(lines, { minLength: 1, maxLength: 6 }), (pictures) => {
      let text = 'before\n';
      const region = new LiveRegion({
        write: (part) => {
          text += part;
        },
        columns: () => 20,
      });
      for (const picture of pictures) region.draw(picture);
      region.release();
      assert.deepEqual(screenAfter(text, 20), ['before', ...pictures.at(-1)!, '']);
    }),
    { seed: 2, numRuns: 100 },
  );
});

interface Size {
  columns: number;
  rows: number;
}

function training(size: Size, colour = false) {
  const state = { nowMs: 0, text: '' };
  const clock: Clock = { nowMs: () => state.nowMs, date: () => new Date(0), sleep: async () => undefined };
  const texts = textsOf('de');
  const view = new TrainingView({
    write: (text) => {
      state.text += text;
    },
    live: true,
    columns: () => size.columns,
    rows: () => size.rows,
    colour,
    clock,
    format: createFormat('de'),
    texts: texts.progress,
    dashboard: texts.runs.dashboard,
    describe: ({ notice }) => notice && `Hinweis ${notice.code}`,
  });
  const steps = (from: number, to: number, more: object = {}) => {
    for (let done = from; done <= to; done++) {
      state.nowMs += 300;
      const figures = { lossNats: 5 / done, learningRate: 0.001, gradientNorm: 1.5, tokensPerSecond: 5000 };
      view.report({ stage: 'train.pretrain', done, total: 100, unit: 'steps', figures, ...more });
    }
  };
  return { view, state, steps };
}

test('a training on a terminal shows curve, figures, newest sample and notices, and leaves them with how it ended', () => {
  const { view, state, steps } = training({ columns: 100, rows: 24 });
  steps(1, 20);
  steps(21, 21, { detail: 'Frage ▸ Antwort \u001b[2J' });
  const notice = { code: 'overfitting', fields: {} };
  view.report({ stage: 'train.pretrain', done: 21, unit: 'steps', note: 'english', notice });
  steps(22, 30);
  view.finish('stopped');
  const screen = screenAfter(state.text, 100);
  assert.equal(screen[0], 'Vortraining: [======              ] 30 %, 30/100 Schritte, 3,33 Schritte/s, noch 21 s');
  assert.match(screen[1]!, /Verlust 0,17 {3}Lernrate 0,0010 {3}Gradient 1,50 {3}Token\/s 5\.000/);
  assert.ok(screen.some((line) => line.includes('Neueste Textprobe: Frage ▸ Antwort \\u{1b}[2J')));
  assert.ok(screen.includes('! Hinweis overfitting') && screen.includes('  Hinweis overfitting'));
  assert.match(state.text, /Vortraining: 30\/100 Schritte, Verlust 0,17, .*angehalten nach 9 s\n$/);
  assert.equal(screen.filter((line) => line.startsWith('Vortraining: [')).length, 1, 'drawn over itself');
});

test('no line of the picture is wider than the terminal, also after its size has changed, and few rows leave one line', () => {
  const size = { columns: 100, rows: 40 };
  const { state, steps } = training(size);
  steps(1, 5, { detail: 'ein langer Text '.repeat(20) });
  for (const [columns, rows] of [
    [60, 30],
    [41, 13],
    [30, 30],
    [120, 5],
  ] as const) {
    Object.assign(size, { columns, rows });
    state.text = '';
    steps(6, 6);
    const lines = state.text.slice(state.text.lastIndexOf('\u001b[J') + 3).split('\n');
    assert.ok(lines.length < rows, `${lines.length} lines in ${rows} rows`);
    for (const line of lines) assert.ok([...line.replaceAll(ESCAPES, '')].length < columns, line);
    if (columns === 30 || rows === 5) assert.equal(lines.length, 1);
  }
});

test('a terminal too small for the picture gets the one line, and colours come only where they are wanted', () => {
  const small = training({ columns: 38, rows: 24 });
  small.steps(1, 3);
  assert.doesNotMatch(small.state.text, /[\u2800-\u28ff]|\n/u);
  const plain = training({ columns: 80, rows: 24 });
  plain.steps(1, 3);
  assert.doesNotMatch(plain.state.text, /\u001b\[\d+m/);
  const coloured = training({ columns: 80, rows: 24 }, true);
  coloured.steps(1, 3);
  assert.match(coloured.state.text, /\u001b\[36m/);
});
