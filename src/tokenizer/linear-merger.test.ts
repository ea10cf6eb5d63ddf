import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../base/index.ts';
import { LinearMerger } from './linear-merger.ts';
import { LongWordMerger } from './long-word.ts';
import { MergeTable } from './merge-table.ts';

const BYTE_IDS = Uint32Array.from({ length: 256 }, (_, byte) => byte);

/** Merges of random tokens that are there already, so in order; few letters and long tokens, as in repeated text. */
function randomMerges(rng: Rng, letters: string): { tokens: Uint8Array[]; merges: Uint32Array } {
  const tokens = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  const pool = Array.from(letters, (letter) => letter.charCodeAt(0));
  const names = new Set<string>();
  const merges: number[] = [];
  for (let tries = 0; tries < 400 && pool.length < 60; tries++) {
    const left = pool[rng.int(pool.length)]!;
    const right = pool[rng.int(pool.length)]!;
    const bytes = Uint8Array.of(...tokens[left]!, ...tokens[right]!);
    if (bytes.length > 80 || names.has(bytes.join())) continue;
    names.add(bytes.join());
    merges.push(left, right, tokens.length);
    pool.push(tokens.length);
    tokens.push(bytes);
  }
  return { tokens, merges: Uint32Array.from(merges) };
}

/** Stretches that repeat up to eight letters, some broken, one after the other. */
function repeatedText(rng: Rng, letters: string): Uint8Array {
  let text = '';
  for (let stretch = 1 + rng.int(4); stretch > 0; stretch--) {
    const unit = Array.from({ length: 1 + rng.int(8) }, () => letters[rng.int(letters.length)]).join('');
    text += unit.repeat(1 + rng.int(700 / unit.length)) + unit.slice(0, rng.int(unit.length));
  }
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

test('words of repeated letters are merged as by rank, wherever the repetition begins, breaks and ends', () => {
  const rng = new Rng(31);
  let long = 0;
  for (const letters of ['a', 'ab', 'abc', '-=/']) {
    for (let round = 0; round < 12; round++) {
      const { tokens, merges } = randomMerges(rng, letters);
      const table = MergeTable.of(merges);
      const subject = LinearMerger.of(table, tokens, BYTE_IDS);
      assert.ok(subject !== undefined);
      const byRank = new LongWordMerger(table);
      for (let trial = 0; trial < 12; trial++) {
        const word = repeatedText(rng, letters);
        const ids = new Uint32Array(word.length);
        const count: number = subject.merge(word, 0, word.length, ids, 0);
        const expected = Uint32Array.from(word);
        const end = byRank.merge(expected, 0, word.length);
        assert.deepEqual(
          ids.subarray(0, count),
          expected.subarray(0, end),
          `${letters}, round ${round}, trial ${trial}`,
        );
        if (word.length > 500) long++;
      }
    }
  }
  assert.ok(long > 100, String(long));
});
