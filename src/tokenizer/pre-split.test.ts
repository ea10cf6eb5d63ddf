import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PATTERN_TEXTS, type PatternName, patternExpression, patternNamed } from './patterns.ts';
import { WORD_ENDS } from './pre-split.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const NAMES = Object.keys(PATTERN_TEXTS) as PatternName[];

function wordsByScanner(text: string, wordEnd = WORD_ENDS.expchat): string[] {
  const bytes = encoder.encode(text);
  const words: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = wordEnd(bytes, start, bytes.length);
    words.push(decoder.decode(bytes.subarray(start, end)));
    start = end;
  }
  return words;
}

const wordsByPattern = (text: string, expression: RegExp): string[] => text.match(expression) ?? [];

/** Holds every scanner to its pattern on one text; half surrogate pairs become U+FFFD, as `TextEncoder` makes them. */
const compare = (text: string, patterns: ReadonlyMap<PatternName, RegExp>) => {
  const wellFormed = text.toWellFormed();
  for (const [name, expression] of patterns) {
    const words = wordsByScanner(text, WORD_ENDS[name]);
    assert.deepEqual(words, wordsByPattern(wellFormed, expression), `${name}: ${JSON.stringify(text)}`);
  }
};
/** One expression of each distinct pattern. */
const PATTERNS: ReadonlyMap<PatternName, RegExp> = new Map(
  NAMES.filter((name) => name !== 'llama3').map((name) => [name, patternExpression(name)]),
);

test('each scanner cuts exactly where its pattern does, for mixtures of every class of character', () => {
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
  const cased = ['A', 'S', 'ǅ', 'ʰ', 'ſ', 'K', 'e', 'l', 'T', 're', 'VE', "'s", "'S", "'ſ", "'ll", "'Re", "'d", "'"];
  const symbols = [
    '/',
    '//',
    '\ud800',
    '\udc00',
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
  const text = fc
    .array(fc.constantFrom(...pieces, ...cased, ...symbols), { maxLength: 30 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (value) => compare(value, PATTERNS)),
    { seed: 1, numRuns: 8000 },
  );
});

test('each scanner cuts exactly where its pattern does, for texts of any characters', () => {
  const units = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string({ unit: units }));
  fc.assert(
    fc.property(texts, (value) => compare(value, PATTERNS)),
    { seed: 3, numRuns: 1500 },
  );
});

test('each scanner cuts exactly where its pattern does, for every code point between two others', () => {
  for (let block = 0; block < 0x110000; block += 64) {
    if (block >= 0xd800 && block < 0xe000) continue;
    // Of the planes that are nearly empty every sixteenth block; the marks from U+E0100 on are looked at one by one.
    if (block >= 0x32000 && block >> 9 !== 0xe0000 >> 9 && block % 1024 !== 0) continue;
    let text = '';
    for (let codePoint = block; codePoint < block + 64; codePoint++) text += ` ${String.fromCodePoint(codePoint)}A1`;
    compare(text, PATTERNS);
  }
});

test('a pattern is known by its exact text alone', () => {
  assert.equal(patternNamed(PATTERN_TEXTS.qwen2), 'qwen2');
  assert.equal(PATTERN_TEXTS.llama3, PATTERN_TEXTS.cl100k);
  assert.equal(patternNamed(`${PATTERN_TEXTS.gpt2} `), undefined);
  assert.equal(patternNamed('(a+)+$'), undefined);
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
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(...NAMES), (bytes, name) => {
      let start = 0;
      while (start < bytes.length) {
        const end = WORD_ENDS[name](bytes, start, bytes.length);
        assert.ok(end > start && end <= bytes.length);
        start = end;
      }
    }),
    { seed: 2, numRuns: 5000 },
  );
});
