import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { longestVerbatim } from './memorisation.ts';

/** The definition: every place of the sample against every place of the data. */
function longestByComparing(sample: readonly number[], tokens: readonly number[], minimum: number): number {
  let longest = 0;
  for (let at = 0; at < sample.length; at++) {
    for (let place = 0; place < tokens.length; place++) {
      let length = 0;
      while (at + length < sample.length && sample[at + length] === tokens[place + length]) length++;
      if (length >= minimum) longest = Math.max(longest, length);
    }
  }
  return longest;
}

const few = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 60 });

test('the longest verbatim run is the one that comparing every pair of places finds, and stands where it says', () => {
  fc.assert(
    fc.property(fc.array(few, { maxLength: 3 }), few, fc.integer({ min: 1, max: 9 }), (samples, data, minimum) => {
      const cut = Math.floor(data.length / 2);
      const set = { tokens: Uint16Array.from(data), offsets: Uint32Array.from([0, cut, data.length]) };
      const found = longestVerbatim(samples, set, minimum);
      for (const [i, sample] of samples.entries()) {
        assert.equal(found[i]?.tokens ?? 0, longestByComparing(sample, data, minimum));
        if (found[i] === undefined) continue;
        const { at, place, tokens, document } = found[i];
        assert.deepEqual(sample.slice(at, at + tokens), data.slice(place, place + tokens));
        assert.ok(set.offsets[document]! <= place && place < set.offsets[document + 1]!);
      }
    }),
    { seed: 11, numRuns: 300 },
  );
});

test('one token that differs ends a run, so that a text told in other words raises no alarm', () => {
  const tokens = Uint16Array.from({ length: 400 }, (_, i) => (i * 7 + (i >> 3)) % 97);
  const set = { tokens, offsets: Uint32Array.from([0, 200, 400]) };
  const same = [...tokens.subarray(220, 260)];
  const told = same.map((token, i) => (i % 20 === 10 ? token + 1 : token));
  const [verbatim, other] = longestVerbatim([same, told], set, 32);
  assert.deepEqual(verbatim, { tokens: 40, at: 0, place: 220, document: 1 });
  assert.equal(other, undefined);
});
