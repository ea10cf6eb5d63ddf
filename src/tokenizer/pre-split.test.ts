import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitExpression, wordEnd } from './pre-split.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function wordsByScanner(text: string): string[] {
  const bytes = encoder.encode(text);
  const words: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = wordEnd(bytes, start, bytes.length);
    words.push(decoder.decode(bytes.subarray(start, end)));
    start = end;
  }
  return words;
}

const wordsByPattern = (text: string): string[] => text.match(splitExpression()) ?? [];

test('the scanner cuts exactly where the pattern does, for mixtures of every class of character', () => {
  const pieces = [
    'a',
    'ß',
    'Ü',
    'u\u0308',
    '中',
    'क्',
    '𝒳',
    '1',
    '٣',
    '½',
    '²',
    '𝟘',
    '\n',
    '\r',
    ' ',
    '\t',
    '\u00a0',
    '\u0085',
  ];
  const symbols = [
    '\u2028',
    '\ufeff',
    '\u200d',
    '.',
    "'",
    '"',
    '„',
    '§',
    '€',
    '👩',
    '🏽',
    '\u0000',
    '\u007f',
    '\ufffd',
    '\u0300',
  ];
  const text = fc.array(fc.constantFrom(...pieces, ...symbols), { maxLength: 30 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (value) => {
      assert.deepEqual(wordsByScanner(value), wordsByPattern(value));
    }),
    { seed: 1, numRuns: 20_000 },
  );
});

test('the scanner cuts exactly where the pattern does, for every code point between two others', () => {
  for (let block = 0; block < 0x110000; block += 64) {
    if (block >= 0xd800 && block < 0xe000) continue;
    let text = '';
    for (let codePoint = block; codePoint < block + 64; codePoint++) text += ` ${String.fromCodePoint(codePoint)}a1`;
    assert.deepEqual(wordsByScanner(text), wordsByPattern(text), `block ${block.toString(16)}`);
  }
});

test('a German sentence is cut into words with their leading blank', () => {
  assert.deepEqual(wordsByScanner("Die Straße (§ 12) geht's über 2022,50 €.\n\n  Ende"), [
    'Die',
    ' Straße',
    ' (§',
    ' ',
    '12',
    ')',
    ' geht',
    "'s",
    ' über',
    ' ',
    '20',
    '22',
    ',',
    '50',
    ' €.\n\n',
    ' ',
    ' Ende',
  ]);
});

test('words of bytes that are no valid UTF-8 cover them without a gap', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      let start = 0;
      while (start < bytes.length) {
        const end = wordEnd(bytes, start, bytes.length);
        assert.ok(end > start && end <= bytes.length);
        start = end;
      }
    }),
    { seed: 2, numRuns: 5000 },
  );
});
