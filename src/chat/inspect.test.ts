import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Tokenizer, trainTokenizer } from '../tokenizer/index.ts';
import { inspectConversation } from './inspect.ts';
import type { Message } from './messages.ts';
import { renderConversation } from './render.ts';

let tokenizer: Tokenizer;
before(async () => {
  tokenizer = await trainTokenizer(['Was kostet das Öl? Es kostet 5 €. Schöne Grüße 😀'], { vocabularySize: 300 });
});

const dialogue: Message[] = [
  { role: 'system', content: 'Du hilfst.' },
  { role: 'user', content: 'Was kostet Öl <|end|>?\nUnd 😀?' },
  { role: 'assistant', content: 'Es kostet 5 €.\n😀' },
  { role: 'user', content: 'Danke' },
  { role: 'assistant', content: 'Gern' },
];

test('a rendered dialogue comes apart into its turns, learned where and only where the assistant speaks and ends', () => {
  const { ids, mask } = renderConversation(dialogue, tokenizer);
  const { turns, tokens, learned, faults } = inspectConversation(ids, mask, tokenizer);
  assert.deepEqual(faults, []);
  assert.equal(tokens, ids.length);
  assert.equal(
    learned,
    mask.reduce((sum, value) => sum + value, 0),
  );
  assert.deepEqual(
    turns.map(({ role }) => role),
    ['begin', ...dialogue.map(({ role }) => role)],
  );
  assert.equal(
    turns.reduce((sum, turn) => sum + turn.tokens, 0),
    tokens,
  );
  for (const [i, { role, content }] of dialogue.entries()) {
    const pieces =
      role === 'assistant'
        ? [
            { text: '<|assistant|>', learned: false },
            { text: `${content}<|end|>`, learned: true },
          ]
        : [{ text: `<|${role}|>${content}<|end|>`, learned: false }];
    assert.deepEqual(turns[i + 1]!.pieces, pieces);
  }
});

test('a mask without a target, without the end of an answer or with more than the answers is named', () => {
  const { ids, mask } = renderConversation(dialogue, tokenizer);
  const faultsOf = (change: (mask: Uint8Array) => void) => {
    const changed = mask.slice();
    change(changed);
    return inspectConversation(ids, changed, tokenizer).faults;
  };
  assert.deepEqual(
    faultsOf((all) => all.fill(0)),
    ['no-supervised-end', 'no-supervised-token'],
  );
  assert.deepEqual(
    faultsOf((all) => all.fill(0, all.lastIndexOf(1), all.lastIndexOf(1) + 1)),
    ['no-supervised-end'],
  );
  assert.deepEqual(
    faultsOf((all) => all.fill(1, 3, 4)),
    ['learned-outside-answers'],
  );
  const cut = ids.length - 1;
  assert.deepEqual(inspectConversation(ids.subarray(0, cut), mask.subarray(0, cut), tokenizer).faults, [
    'no-supervised-end',
  ]);
});
