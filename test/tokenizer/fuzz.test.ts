/** The tokenizer under random bytes and damaged files; a million of each in `test/release/tokenizer.ts`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trainTokenizer } from '../../src/tokenizer/index.ts';
import { mutations, publishedForms, roundTrips } from './fuzz.ts';
import { TRAINING_TEXTS } from './sample-texts.ts';

test('10,000 byte strings, random, cut and mixed, come back unchanged, from the stream as well', async () => {
  roundTrips(await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 500 }), { count: 10_000, seed: 1 });
});

test('6,000 damaged copies of published forms give a tokenizer that brings bytes back or one error with a code', async () => {
  const small = await trainTokenizer(['abab abab Garantie'], { vocabularySize: 266 });
  for (const [form, files] of publishedForms(small)) {
    const { sound, refused } = await mutations(files, { count: 2000, seed: 2 });
    assert.ok(sound > 0 && refused.size > 0, `${form}: ${sound} sound, refused ${JSON.stringify([...refused])}`);
  }
});
