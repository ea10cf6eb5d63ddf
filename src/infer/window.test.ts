import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isExpChatError } from '../base/index.ts';
import { fitWindow, slideWindow } from './window.ts';

interface Line {
  readonly role: string;
  readonly size: number;
}

/** A message takes as many tokens as it says, the begin token one. */
const render = (messages: readonly Line[]) => new Uint32Array(1 + messages.reduce((sum, { size }) => sum + size, 0));

const dialog = fc.record({
  system: fc.option(fc.integer({ min: 1, max: 20 })),
  turns: fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 })), { maxLength: 12 }),
  question: fc.integer({ min: 1, max: 30 }),
});

function messagesOf({ system, turns, question }: typeof dialog extends fc.Arbitrary<infer T> ? T : never): Line[] {
  return [
    ...(system === null ? [] : [{ role: 'system', size: system }]),
    ...turns.flatMap(([user, assistant]) => [
      { role: 'user', size: user },
      { role: 'assistant', size: assistant },
    ]),
    { role: 'user', size: question },
  ];
}

test('the window keeps the system prompt and the newest whole turns, and no other window with more turns fits', () => {
  fc.assert(
    fc.property(
      dialog,
      fc.integer({ min: 60, max: 200 }),
      fc.integer({ min: 1, max: 40 }),
      (given, context, reserve) => {
        const messages = messagesOf(given);
        const begin = given.system === null ? 0 : 1;
        const fitted = fitWindow(messages, render, { context, reserve });
        assert.deepEqual(fitted.messages, [
          ...messages.slice(0, begin),
          ...messages.slice(begin + 2 * fitted.droppedTurns),
        ]);
        assert.equal(fitted.droppedMessages, 2 * fitted.droppedTurns);
        assert.equal(fitted.ids.length, render(fitted.messages).length);
        assert.ok(fitted.ids.length < context);
        if (fitted.droppedTurns > 0) {
          const oneMore = [...messages.slice(0, begin), ...messages.slice(begin + 2 * (fitted.droppedTurns - 1))];
          assert.ok(render(oneMore).length + Math.max(1, reserve) > context);
        }
      },
    ),
    { seed: 21, numRuns: 1000 },
  );
});

test('a dialog that fits is passed on whole', () => {
  const messages = messagesOf({ system: 5, turns: [[3, 4]], question: 6 });
  const fitted = fitWindow(messages, render, { context: 30, reserve: 11 });
  assert.deepEqual(fitted.messages, messages);
  assert.equal(fitted.droppedTurns, 0);
});

test('the newest turn may use the room reserved for the answer but not the last position', () => {
  const messages: Line[] = [{ role: 'user', size: 18 }];
  assert.equal(fitWindow(messages, render, { context: 20, reserve: 10 }).ids.length, 19);
  assert.throws(
    () => fitWindow(messages, render, { context: 19, reserve: 10 }),
    (error) =>
      isExpChatError(error) &&
      error.code === 'infer.prompt-too-long' &&
      error.fields['promptTokens'] === 19 &&
      error.fields['context'] === 19,
  );
});

test('one position stays free for the answer even where none is reserved', () => {
  const messages = messagesOf({ system: null, turns: [[4, 5]], question: 10 });
  assert.equal(fitWindow(messages, render, { context: 21, reserve: 0 }).droppedTurns, 0);
  assert.equal(fitWindow(messages, render, { context: 20, reserve: 0 }).droppedTurns, 1);
});

test('a system prompt that leaves no room is an error, not dropped', () => {
  const messages: Line[] = [
    { role: 'system', size: 40 },
    { role: 'user', size: 3 },
    { role: 'assistant', size: 3 },
    { role: 'user', size: 3 },
  ];
  assert.throws(() => fitWindow(messages, render, { context: 40, reserve: 1 }), /expected at most 39 tokens/);
});

test('a slide keeps the first tokens, the newest ones and half of the room free', () => {
  const ids = Array.from({ length: 21 }, (_, i) => i);
  assert.deepEqual(slideWindow(ids, 4, 20), [0, 1, 2, 3, 13, 14, 15, 16, 17, 18, 19, 20]);
  assert.deepEqual(slideWindow(ids, 18, 20), [...ids.slice(0, 18), 20]);
  assert.equal(slideWindow(ids, 19, 20), undefined);
});
