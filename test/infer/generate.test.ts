import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Clock, isExpChatError } from '../../src/base/index.ts';
import { collect, type GenerationOptions, generate, slideWindow } from '../../src/infer/index.ts';
import { BOS, byteCodec, certain, END, FakeDecoder, hashed, saying } from './fakes.ts';

const prompt = [BOS, 65, 66, 67];
const greedy: GenerationOptions = { temperature: 0 };

async function piecesOf(decoder: FakeDecoder, options: GenerationOptions, ids: readonly number[] = prompt) {
  const pieces: string[] = [];
  const result = await collect(generate(decoder, byteCodec, ids, options), (piece) => pieces.push(piece));
  return { pieces, result };
}

test('the pieces joined are the decoded ids, and no piece holds half a character', async () => {
  const text = 'Grüße 😀 für 5 €: Straße\n';
  const { pieces, result } = await piecesOf(new FakeDecoder(saying(text, prompt.length)), greedy);
  assert.equal(pieces.join(''), text);
  assert.equal(result.text, byteCodec.decode(result.generatedIds));
  assert.ok(pieces.every((piece) => !piece.includes('\ufffd')));
  assert.ok(pieces.includes('😀'));
  assert.equal(result.stopReason, 'end');
  assert.equal(result.generatedTokens, new TextEncoder().encode(text).length);
});

test('whatever ids are sampled, the pieces joined are the decoded ids', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 40 }), async (seed, maxTokens) => {
      const { pieces, result } = await piecesOf(new FakeDecoder(hashed), { seed, maxTokens, temperature: 2, topK: 0 });
      assert.equal(pieces.join(''), byteCodec.decode(result.generatedIds));
      assert.equal(pieces.join(''), result.text);
      assert.ok(result.generatedIds.every((id) => id < 256));
    }),
    { seed: 5, numRuns: 100 },
  );
});

test('a stop string ends the text before it, also across tokens and where it never completes', async () => {
  const rule = saying('Antwort\nUser: weiter', prompt.length);
  const stopped = await piecesOf(new FakeDecoder(rule), { ...greedy, stop: ['\nUser:'] });
  assert.equal(stopped.result.text, 'Antwort');
  assert.equal(stopped.result.stopReason, 'stop');
  assert.equal(stopped.result.stop, '\nUser:');
  const open = await piecesOf(new FakeDecoder(rule), { ...greedy, stop: ['weiter!'] });
  assert.equal(open.result.text, 'Antwort\nUser: weiter');
  assert.equal(open.result.stopReason, 'end');
});

test('maxTokens ends with length, and the text held back is shown then', async () => {
  const rule = saying('abcdef', prompt.length);
  const { result } = await piecesOf(new FakeDecoder(rule), { ...greedy, maxTokens: 3, stop: ['cdx'] });
  assert.equal(result.text, 'abc');
  assert.equal(result.stopReason, 'length');
  assert.equal(result.generatedTokens, 3);
});

test('the begin token ends a text as the end token does, and no other special token is ever sampled', async () => {
  const begin = await piecesOf(new FakeDecoder(() => certain(BOS)), greedy);
  assert.equal(begin.result.stopReason, 'end');
  const user = await piecesOf(new FakeDecoder(() => certain(260).with(66, 0)), { ...greedy, maxTokens: 2 });
  assert.equal(user.result.text, 'BB');
});

test('rows beyond the tokenizer are padding and never sampled', async () => {
  const decoder = new FakeDecoder(() => certain(300, 320).with(66, 0), 1000, 320);
  const { result } = await piecesOf(decoder, { ...greedy, maxTokens: 2 });
  assert.equal(result.text, 'BB');
});

test('one seed gives one text, another seed another', async () => {
  const run = async (seed: number) => (await piecesOf(new FakeDecoder(hashed), { seed, maxTokens: 30 })).result;
  const first = await run(1);
  assert.equal(first.seed, 1);
  assert.deepEqual((await run(1)).generatedIds, first.generatedIds);
  assert.notDeepEqual((await run(2)).generatedIds, first.generatedIds);
});

test('the prompt prefix still cached is not fed again', async () => {
  const decoder = new FakeDecoder(saying('xy', 4));
  await piecesOf(decoder, greedy);
  assert.deepEqual(decoder.feeds, [prompt, [120], [121]]);
  decoder.feeds.length = 0;
  const next = [...prompt, 120, 121, END, 70];
  const { result } = await piecesOf(decoder, greedy, next);
  assert.deepEqual(decoder.feeds[0], [END, 70]);
  assert.equal(result.reusedTokens, 6);
  decoder.feeds.length = 0;
  decoder.truncate(next.length);
  await piecesOf(decoder, greedy, next);
  assert.deepEqual(decoder.feeds[0], [70]);
});

test('a signal ends with aborted and what there is, while the prompt is read too', async () => {
  const controller = new AbortController();
  const generation = generate(new FakeDecoder(hashed), byteCodec, prompt, {
    signal: controller.signal,
    maxTokens: 500,
  });
  let text = '';
  const result = await collect(generation, (piece) => {
    text += piece;
    if (text.length > 5) controller.abort();
  });
  assert.equal(result.stopReason, 'aborted');
  assert.equal(result.text, text);
  const before = new FakeDecoder(hashed);
  const early = await piecesOf(before, { signal: AbortSignal.abort() });
  assert.equal(early.result.stopReason, 'aborted');
  assert.equal(early.result.generatedTokens, 0);
  assert.deepEqual(before.feeds, []);
});

test('a prompt as long as the context is refused with both counts', async () => {
  const decoder = new FakeDecoder(hashed, 4);
  await assert.rejects(
    piecesOf(decoder, {}),
    (error) =>
      isExpChatError(error) &&
      error.code === 'infer.prompt-too-long' &&
      error.fields['promptTokens'] === 4 &&
      error.fields['context'] === 4,
  );
  assert.deepEqual(decoder.feeds, []);
});

test('an empty prompt and a model with fewer ids than the tokenizer are refused', async () => {
  const code = (expected: string) => (error: unknown) => isExpChatError(error) && error.code === expected;
  await assert.rejects(piecesOf(new FakeDecoder(hashed), {}, []), code('infer.prompt-empty'));
  await assert.rejects(piecesOf(new FakeDecoder(hashed, 100, 261), {}), code('infer.vocabulary-mismatch'));
});

test('at the end of the context the window slides: first tokens and newest ones stay, and the result says so', async () => {
  const decoder = new FakeDecoder(hashed, 12);
  const options = { ...greedy, maxTokens: 40, keepTokens: 2, endTokens: [] };
  const { result } = await piecesOf(decoder, options);
  assert.equal(result.generatedTokens, 40);
  let visible = [...prompt];
  const ids = [...result.generatedIds];
  let slides = 0;
  for (const id of ids.slice(0, -1)) {
    visible.push(id);
    if (visible.length > 12) {
      visible = slideWindow(visible, 2, 12)!;
      slides++;
    }
    assert.ok(decoder.seen.some((seen) => seen.join() === visible.join()));
  }
  assert.equal(result.windowSlides, slides);
  assert.equal(prompt.length + ids.length - 1 - result.windowSlidTokens, decoder.position);
  assert.equal(result.text, byteCodec.decode(result.generatedIds));
});

test('with overflow stop the end of the context ends the text with length', async () => {
  const decoder = new FakeDecoder(hashed, 12);
  const { result } = await piecesOf(decoder, { ...greedy, maxTokens: 40, overflow: 'stop', endTokens: [] });
  assert.equal(result.stopReason, 'length');
  assert.equal(result.windowSlides, 0);
  // The token after the last position needs no position of its own
  assert.equal(result.generatedTokens, 12 - prompt.length + 1);
});

test('tokens per second are generated tokens over the time after the prompt', async () => {
  let nowMs = 0;
  const clock: Clock = { nowMs: () => nowMs, date: () => new Date(0), sleep: async () => undefined };
  const decoder = new FakeDecoder((tokens) => {
    nowMs += tokens.length === prompt.length ? 1000 : 50;
    return certain(65);
  });
  const { result } = await piecesOf(decoder, { ...greedy, maxTokens: 11, clock });
  assert.equal(result.durationMs, 1500);
  assert.equal(result.tokensPerSecond, 22);
});
