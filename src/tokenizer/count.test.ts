import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRAINING_TEXTS } from '../../test/tokenizer/sample-texts.ts';
import { ExpChatError, Rng } from '../base/index.ts';
import { countWords, type TrainingText } from './count.ts';
import { createCountingCrew } from './count-crew.ts';
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

async function countedBy(threads: number, texts: readonly string[], maxDistinctBytes = 2 ** 20): Promise<CountedWords> {
  const crew = createCountingCrew(threads, maxDistinctBytes, 0);
  try {
    for (let i = 0; i < texts.length; i += 3) {
      const parts = texts.slice(i, i + 3).map((text) => encoder.encode(text));
      const ends = Uint32Array.from(parts, (_, k) => parts.slice(0, k + 1).reduce((sum, part) => sum + part.length, 0));
      await crew.add({ bytes: new Uint8Array(Buffer.concat(parts)), ends });
    }
    return await crew.finish();
  } finally {
    await crew.close();
  }
}

test('the counts are the same bytes for every order of documents and every number of threads', async () => {
  const documents = TRAINING_TEXTS.flatMap((text) => text.split(' '));
  const { documents: _, ...first } = await countWords(documents);
  const rng = new Rng(5);
  for (const threads of [1, 2, 3]) {
    const { documents: _, ...counted } = await countedBy(threads, rng.shuffle([...documents]));
    assert.deepEqual(counted, first, `${threads} threads`);
  }
});

test('a text long enough for threads is counted as by one, across batches', async () => {
  const text = 'Ein langes Dokument mit vielen Wörtern, Nummer 17.\n';
  const documents = Array.from({ length: 230 }, (_, i) => text.repeat(1000 + i));
  assert.deepEqual(await countWords(documents, { threads: 2 }), await countWords(documents));
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
  await assert.rejects(countWords(texts, { maxDistinctBytes: 5000 }), codeOf('tokenizer.too-many-words'));
  for (const threads of [1, 2]) {
    await assert.rejects(countedBy(threads, texts, 5000), codeOf('tokenizer.too-many-words'));
  }
});
