import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EDGE_TEXTS, TRAINING_TEXTS } from '../../test/tokenizer/sample-texts.ts';
import { ExpChatError } from '../base/index.ts';
import { BatchEncoder, encodeBatch } from './batch.ts';
import { Tokenizer } from './tokenizer.ts';
import { trainTokenizer } from './train.ts';

const tokenizer = await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 500 });
const texts = [...EDGE_TEXTS, ...TRAINING_TEXTS, 'a\ud800b', '<|end|>', TRAINING_TEXTS.join('').repeat(400)];
const many = Array.from({ length: 40 }, () => texts).flat();
const codeIs = (code: string) => (error: unknown) => error instanceof ExpChatError && error.code === code;

test('threads give the ids that one call after another gives, in the order of the texts', async () => {
  const batch = new BatchEncoder(tokenizer, 2);
  try {
    for (const allowedSpecial of ['none', 'all', new Set(['<|end|>'])] as const) {
      const results = await batch.encode(many, { allowedSpecial });
      assert.equal(results.length, many.length);
      const expected = texts.map((text) => Array.from(tokenizer.encode(text, { allowedSpecial })));
      for (const [index, ids] of results.entries()) assert.deepEqual(Array.from(ids), expected[index % texts.length]);
    }
    assert.deepEqual(await batch.encode([]), []);
  } finally {
    await batch.close();
  }
});

test('threads bring text into the normal form of a tokenizer that has one', async () => {
  const normalizing = new Tokenizer({ ...tokenizer.values, normalizer: 'NFC' });
  const [ids] = await encodeBatch(normalizing, ['u\u0308ber'], { threads: 1 });
  assert.deepEqual(ids, tokenizer.encode('über'));
});

test('a batch stops between jobs when the signal fires, and refuses an unknown special token and a bad number of threads', async () => {
  const controller = new AbortController();
  const stopped = encodeBatch(tokenizer, many, {
    threads: 1,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await assert.rejects(stopped, codeIs('tokenizer.stopped'));
  const unknown = encodeBatch(tokenizer, ['a'], { threads: 1, allowedSpecial: new Set(['<|tool|>']) });
  await assert.rejects(unknown, codeIs('tokenizer.no-such-special'));
  for (const threads of [0, 1.5, 65]) {
    await assert.rejects(encodeBatch(tokenizer, ['a'], { threads }), codeIs('limits.integer'));
  }
});

test('a batch after its threads have ended fails with one error', async () => {
  const batch = new BatchEncoder(tokenizer, 1);
  await batch.close();
  await assert.rejects(batch.encode(['a']), codeIs('tokenizer.thread-failed'));
});
