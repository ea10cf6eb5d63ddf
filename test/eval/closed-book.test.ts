import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { type Clock, isExpChatError } from '../../src/base/index.ts';
import {
  bitsPerByte,
  loadQuestions,
  type Question,
  renderReportJson,
  renderReportText,
  runClosedBook,
  wilsonInterval,
} from '../../src/eval/index.ts';
import type { Speaker } from '../../src/infer/index.ts';
import { byteCodec, certain, END, FakeDecoder } from '../infer/fakes.ts';

const still: Clock = { nowMs: () => 0, date: () => new Date(0), sleep: async () => undefined };

/** Answers every question with what `answers` has for it, after a space, and nothing to others. */
function knowing(answers: Readonly<Record<string, string>>): { speaker: Speaker; decoder: FakeDecoder } {
  const marker = 261;
  const decoder = new FakeDecoder((tokens) => {
    const asked = tokens.lastIndexOf(marker);
    const question = byteCodec.decode(tokens.slice(0, asked));
    const ids = byteCodec.encode(` ${answers[question] ?? ''}`);
    return certain(ids[tokens.length - asked - 1] ?? END);
  });
  const tokenizer = { ...byteCodec, specialId: (name: string) => byteCodec.specialTokens.get(name)! };
  return { decoder, speaker: { decoder, tokenizer: tokenizer as unknown as Speaker['tokenizer'] } };
}

const questions: Question[] = [
  { id: 'a', question: 'Was kostet A?', answer: '5 Euro' },
  { id: 'b', question: 'Was kostet B?', answer: '7 Euro' },
  { id: 'c', question: 'Wo ist C?', answer: 'Köln ' },
  { id: 'd', question: 'Wer ist D?', answer: 'Dora' },
];
const known = { 'Was kostet A?': '5 Euro', 'Was kostet B?': '7 Euro.', 'Wo ist C?': 'Köln' };

test('an answer counts only if it equals the expected one after trimming, and every answer is in the report', async () => {
  const { speaker } = knowing(known);
  const report = await runClosedBook({ speaker, questions, clock: still });
  assert.deepEqual(
    report.answers.map(({ id, got, correct }) => [id, got, correct]),
    [
      ['a', ' 5 Euro', true],
      ['b', ' 7 Euro.', false],
      ['c', ' Köln', true],
      ['d', ' ', false],
    ],
  );
  assert.equal(report.correct, 2);
  assert.equal(report.share, 0.5);
  assert.deepEqual(report.interval, wilsonInterval(2, 4));
});

test('no question depends on the ones before it', async () => {
  const { speaker, decoder } = knowing(known);
  const all = await runClosedBook({ speaker, questions, clock: still });
  const begins = decoder.feeds.filter((feed) => feed[0] === 257).length;
  assert.equal(begins, questions.length);
  const last = await runClosedBook({ speaker: knowing(known).speaker, questions: questions.slice(2), clock: still });
  assert.deepEqual(last.answers, all.answers.slice(2));
});

test('a right beginning that the length cuts off is wrong', async () => {
  const { speaker } = knowing({ 'Wo ist C?': 'Köln am Rhein' });
  const report = await runClosedBook({ speaker, questions: [questions[2]!], maxTokens: 6 });
  assert.equal(report.answers[0]!.got, ' Köln');
  assert.equal(report.answers[0]!.stopReason, 'length');
  assert.equal(report.correct, 0);
});

test('no questions and a fired signal are errors', async () => {
  const { speaker } = knowing({});
  const code = (expected: string) => (error: unknown) => isExpChatError(error) && error.code === expected;
  await assert.rejects(runClosedBook({ speaker, questions: [] }), code('eval.no-questions'));
  await assert.rejects(runClosedBook({ speaker, questions, signal: AbortSignal.abort() }), code('eval.stopped'));
});

test('the text report names score, interval and each wrong answer with what was expected; JSON holds all', async () => {
  const { speaker } = knowing(known);
  const report = await runClosedBook({ speaker, questions, clock: still });
  const text = renderReportText(report);
  assert.match(text, /^2 of 4 exactly right: 50\.0 % \(95 % interval 15\.0 % to 85\.0 %\)\n/);
  assert.match(text, /WRONG {2}b {2}Was kostet B\?\n {7}got: {6} 7 Euro\.\n {7}expected: 7 Euro\n/);
  assert.ok(text.indexOf('WRONG  d') < text.indexOf('right  a'));
  assert.deepEqual(JSON.parse(renderReportJson(report)), report);
});

test("Wilson's interval agrees with published values and its bounds solve the score equation", () => {
  // Newcombe 1998, table I, method 3
  const published: [number, number, number, number][] = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [successes, trials, low, high] of published) {
    const interval = wilsonInterval(successes, trials);
    assert.ok(Math.abs(interval.low - low) < 5e-5, `${successes}/${trials}: ${interval.low}`);
    assert.ok(Math.abs(interval.high - high) < 5e-5, `${successes}/${trials}: ${interval.high}`);
  }
  assert.deepEqual(wilsonInterval(0, 0), { low: 0, high: 1 });
  assert.equal(wilsonInterval(7, 7).high, 1);
  assert.throws(() => wilsonInterval(3, 2));
});

test('one bit per byte is the loss of a fair coin for each byte', () => {
  assert.equal(bitsPerByte(100 * Math.LN2, 100), 1);
  assert.throws(() => bitsPerByte(1, 0));
  assert.throws(() => bitsPerByte(NaN, 1));
});

test('questions are read from JSONL, and a bad one is refused with its number', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'questions-'));
  try {
    const file = path.join(directory, 'questions.jsonl');
    await writeFile(
      file,
      '{"id":"x","question":"Wo?","answer":"Hier"}\n{"question":"Wann?","answer":"Jetzt","factId":"f"}\n',
    );
    assert.deepEqual(await loadQuestions(file), [
      { id: 'x', question: 'Wo?', answer: 'Hier' },
      { id: '2', question: 'Wann?', answer: 'Jetzt' },
    ]);
    for (const line of [
      '{"question":"Wo?"}',
      '{"question":"","answer":"a"}',
      '3',
      '{"id":1,"question":"q","answer":"a"}',
    ]) {
      await writeFile(file, `{"question":"Wo?","answer":"Hier"}\n${line}\n`);
      await assert.rejects(
        loadQuestions(file),
        (error) => isExpChatError(error) && error.code === 'eval.question' && error.fields['number'] === 2,
      );
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});
