import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRAINING_TEXTS } from '../../test/tokenizer/sample-texts.ts';
import { ExpChatError, Rng } from '../base/index.ts';
import { countWords, type TrainingText } from './count.ts';
import { type CountedWords, WordCounter } from './count-words.ts';
import { splitExpression } from './pre-split.ts';

const encoder = new TextEncoder();
const codeOf = (code: string) => (error: unknown) => error instanceof ExpChatError && error.code === code;

/** Counts by word; the words as text. */
function asMap({ pool, offsets, counts }: CountedWords): Map<string, number> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const entries = Array.from(counts, (count, i): [string, number] => {
    return [decoder.decode(pool.subarray(offsets[i], offsets[i + 1])), count];
  });
  return new Map(entries);
}

function byTheBook(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of text.match(splitExpression()) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

test('counts are those of the split expression, for texts, bytes and pieces alike', async () => {
  const expected = byTheBook(TRAINING_TEXTS);
  const bytes = TRAINING_TEXTS.map((text) => encoder.encode(text));
  const pieces = TRAINING_TEXTS.flatMap((text): TrainingText[] => {
    const words = text.match(splitExpression())!;
    return words.map((word, i) => ({ bytes: encoder.encode(word), last: i === words.length - 1 }));
  });
  for (const texts of [TRAINING_TEXTS, bytes, pieces]) {
    const counted = await countWords(texts);
    assert.deepEqual(
      asMap(counted),
      new Map([...expected].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))),
    );
    assert.equal(counted.documents, TRAINING_TEXTS.length);
    assert.equal(counted.bytes, Buffer.byteLength(TRAINING_TEXTS.join('')));
    assert.equal(
      counted.words,
      [...expected.values()].reduce((sum, count) => sum + count, 0),
    );
  }
});

test('the counts are the same bytes for every order of documents and every number of threads', async () => {
  const long = 'Ein langes Dokument mit vielen Wörtern, Nummer 17.\n'.repeat(30_000); // More than one batch.
  const documents = [...TRAINING_TEXTS.flatMap((text) => text.split(' ')), long];
  const first = await countWords(documents);
  const rng = new Rng(5);
  for (const threads of [1, 2, 3]) {
    assert.deepEqual(await countWords(rng.shuffle([...documents]), { threads }), first, `${threads} threads`);
  }
});

test('counts stay exact beyond 2^32', () => {
  const one = new WordCounter();
  const bytes = encoder.encode('Wort');
  one.add({ bytes, ends: Uint32Array.of(4) });
  const { pool, offsets } = one.sorted();
  const sum = new WordCounter();
  for (const count of [2 ** 32 - 1, 2 ** 32 + 1, 2 ** 52, 1]) {
    sum.addCounted({ pool, offsets, counts: Float64Array.of(count), documents: 1, bytes: 4, words: count });
  }
  assert.equal(sum.sorted().counts[0], 2 ** 52 + 2 ** 33 + 1);
});

test('of a document only its first characters count, and counting ends after the total, in the order given', async () => {
  const texts = ['äöü äöü äöü', 'x', 'abcdefgh'];
  const words = async (options: { maxDocumentCharacters?: number; maxTotalCharacters?: number }) =>
    asMap(await countWords(texts, options));
  assert.deepEqual(await words({ maxDocumentCharacters: 5 }), byTheBook(['äöü ä', 'x', 'abcde']));
  assert.deepEqual([...(await words({ maxTotalCharacters: 4 })).keys()].sort(), [' ', 'äöü']);
  const both = await words({ maxDocumentCharacters: 3, maxTotalCharacters: 6 });
  assert.deepEqual([...both].sort(), [...byTheBook(['äöü', 'x', 'ab'])].sort());
});

test('too many distinct words are refused with one error, however many threads count', async () => {
  const texts = Array.from({ length: 300 }, (_, i) => `wort${'abcdefghij'[i % 10]!.repeat(i)}`);
  for (const threads of [1, 2]) {
    await assert.rejects(countWords(texts, { threads, maxDistinctBytes: 5000 }), codeOf('tokenizer.too-many-words'));
  }
});
