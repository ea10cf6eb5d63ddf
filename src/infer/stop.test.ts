import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isExpChatError } from '../base/index.ts';
import { StopMatcher } from './stop.ts';

function run(stops: readonly string[], pieces: readonly string[]): { text: string; stop: string | undefined } {
  const matcher = new StopMatcher(stops);
  let text = '';
  for (const piece of pieces) {
    const step = matcher.push(piece);
    text += step.text;
    if (step.stop !== undefined) return { text, stop: step.stop };
  }
  const last = matcher.end();
  return { text: text + last.text, stop: last.stop };
}

function firstOccurrence(stops: readonly string[], text: string): { text: string; stop: string | undefined } {
  const found = stops
    .map((stop) => ({ stop, at: text.indexOf(stop) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at || a.stop.length - b.stop.length)[0];
  return found === undefined ? { text, stop: undefined } : { text: text.slice(0, found.at), stop: found.stop };
}

const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'ä', '😀', '\n'), maxLength: 12 });
const stopStrings = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'ä', '😀'), minLength: 1, maxLength: 5 }), {
  maxLength: 4,
});

test('emitted text and stop equal the first occurrence in the whole text, for any chunking', () => {
  fc.assert(
    fc.property(stopStrings, fc.array(letters, { maxLength: 10 }), (stops, pieces) => {
      assert.deepEqual(run(stops, pieces), firstOccurrence(stops, pieces.join('')));
    }),
    { seed: 11, numRuns: 3000 },
  );
});

test('a piece of a possible stop string is not shown before it is decided', () => {
  const matcher = new StopMatcher(['\nUser:']);
  assert.deepEqual(matcher.push('Guten Tag\nUs'), { text: 'Guten Tag' });
  assert.deepEqual(matcher.push('ach'), { text: '\nUsach' });
  assert.deepEqual(matcher.push('\nUser'), { text: '' });
  assert.deepEqual(matcher.push(': mehr'), { text: '', stop: '\nUser:' });
  assert.deepEqual(matcher.push('nichts mehr'), { text: '' });
});

test('a stop string that begins inside another one is found when the longer one fails', () => {
  assert.deepEqual(run(['abc', 'b'], ['a', 'b', 'x']), { text: 'a', stop: 'b' });
  assert.deepEqual(run(['abc', 'b'], ['a', 'b', 'c']), { text: '', stop: 'abc' });
  assert.deepEqual(run(['abc', 'b'], ['a', 'b']), { text: 'a', stop: 'b' });
});

test('empty, endless, too many and malformed stop strings are refused', () => {
  const refused = [[''], ['x'.repeat(1001)], new Array<string>(17).fill('x'), ['\ud83d'], [3 as unknown as string]];
  for (const stops of refused) {
    assert.throws(
      () => new StopMatcher(stops),
      (error) => isExpChatError(error) && error.code === 'infer.stop',
    );
  }
});
