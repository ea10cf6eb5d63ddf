import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Rng } from '../../base/index.ts';
import { BANDS, jaccard, Minhasher, SIGNATURE_LENGTH } from './minhash.ts';
import { createMinhashKernel, FACTORS_AT, MINIMA_AT, OFFSETS_AT, PERMUTATIONS, VALUES_AT } from './minhash-kernel.ts';
import { countLetters, NUMBER, SIGN, WORD, WordScanner } from './words.ts';

test('the kernel finds the least a·x + b (mod 2^64) of each function, as big integers do', () => {
  const rng = new Rng(3);
  const kernel = createMinhashKernel();
  const words = new BigUint64Array(kernel.memory.buffer);
  const random = () => (BigInt(rng.uint32()) << 32n) | BigInt(rng.uint32());
  for (let i = 0; i < PERMUTATIONS; i++) {
    words[FACTORS_AT / 8 + i] = random() | 1n;
    words[OFFSETS_AT / 8 + i] = random();
  }
  for (const count of [1, 2, 100]) {
    const values = Array.from({ length: count }, random);
    words.set(values, VALUES_AT / 8);
    kernel.minima(count);
    for (let i = 0; i < PERMUTATIONS; i++) {
      const all = values.map((x) => BigInt.asUintN(64, x * words[FACTORS_AT / 8 + i]! + words[OFFSETS_AT / 8 + i]!));
      const least = all.reduce((best, next) => (next < best ? next : best));
      assert.equal(words[MINIMA_AT / 8 + i], least);
    }
  }
});

const text = (rng: Rng, words: number) => Array.from({ length: words }, () => `wort${rng.int(5000)}`);
const gramsOf = (words: readonly string[]) => new Set(words.slice(4).map((_, i) => words.slice(i, i + 5).join(' ')));
function trueJaccard(a: readonly string[], b: readonly string[]): number {
  const [first, second] = [gramsOf(a), gramsOf(b)];
  const common = [...first].filter((gram) => second.has(gram)).length;
  return common / (first.size + second.size - common);
}

test('the similarity of two texts up to 4,096 5-grams is exactly that of their sets, and the estimate is near it', () => {
  const rng = new Rng(8);
  const minhasher = new Minhasher();
  const scanner = new WordScanner();
  const sketch = (words: readonly string[]) => minhasher.sketch(scanner.scan(words.join(' ')))!;
  let error = 0;
  let found = 0;
  let pairs = 0;
  for (let i = 0; i < 200; i++) {
    const first = text(rng, 50 + rng.int(1000));
    const second = [...first];
    const edits = 1 + rng.int(Math.ceil(first.length / 12));
    for (let edit = 0; edit < edits; edit++) second[rng.int(second.length)] = `neu${rng.int(1e6)}`;
    const [a, b] = [sketch(first), sketch(second)];
    const exact = trueJaccard(first, second);
    assert.ok(Math.abs(jaccard(a, b) - exact) < 1e-12);
    const equal = a.signature.filter((value, at) => value === b.signature[at]).length / SIGNATURE_LENGTH;
    assert.ok(Math.abs(equal - exact) < 0.17, `${equal} for ${exact}`);
    error += equal - exact;
    if (exact < 0.8) continue;
    pairs++;
    const shared = Array.from({ length: BANDS }, (_, band) => band * 2);
    if (shared.some((at) => a.bandKeys[at] === b.bandKeys[at] && a.bandKeys[at + 1] === b.bandKeys[at + 1])) found++;
  }
  assert.ok(Math.abs(error / 200) < 0.01, `the estimate is off by ${error / 200} on average`);
  assert.ok(pairs > 50 && found / pairs > 0.98, `${found} of ${pairs}`);
});

test('a long text is compared by a sample of its 5-grams that is near the truth', () => {
  const rng = new Rng(9);
  const minhasher = new Minhasher();
  const scanner = new WordScanner();
  const first = text(rng, 60_000);
  const second = first.map((word) => (rng.int(60) === 0 ? 'anders' : word));
  const sketch = (words: readonly string[]) => minhasher.sketch(scanner.scan(words.join(' ')))!;
  const [a, b] = [sketch(first), sketch(second)];
  assert.ok(a.level > 0 && a.sample.length < 5000);
  assert.ok(Math.abs(jaccard(a, b) - trueJaccard(first, second)) < 0.03);
  assert.equal(minhasher.sketch(scanner.scan('nur vier kleine Worte')), undefined);
});

test('words and signs are those of the pattern that defines them, and letters and numbers are counted by code point', () => {
  const pattern = /[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]/gu;
  const kindOf = (token: string) => (/\p{L}/u.test(token) ? WORD : /[\p{N}\p{M}]/u.test(token) ? NUMBER : SIGN);
  const pieces = fc.constantFrom(
    'Öl',
    'e\u0301',
    "'",
    '’',
    '-',
    ' ',
    '\n',
    '5',
    '½',
    '😀',
    '𝔘',
    '日本',
    '.',
    '…',
    'ß',
    '\ud800',
    '€',
  );
  const scanner = new WordScanner();
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const text = parts.join('').toWellFormed();
      const expected = text.match(pattern) ?? [];
      scanner.scan(text);
      const found = Array.from({ length: scanner.count }, (_, i) => text.slice(scanner.starts[i]!, scanner.ends[i]!));
      assert.deepEqual(found, [...expected]);
      assert.deepEqual([...scanner.kinds.subarray(0, scanner.count)], expected.map(kindOf));
      const letters = (text.match(/[\p{L}\p{N}]/gu) ?? []).length;
      assert.deepEqual([scanner.letters, countLetters(text)], [letters, letters]);
    }),
    { seed: 5, numRuns: 2000 },
  );
});
