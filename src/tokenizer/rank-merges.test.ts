import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRAINING_TEXTS } from '../../test/tokenizer/sample-texts.ts';
import { ExpChatError, Rng } from '../base/index.ts';
import { parseRankFile } from '../formats/index.ts';
import { toTiktoken } from './export-ranks.ts';
import { PATTERN_TEXTS } from './patterns.ts';
import { mergesFromRanks } from './rank-merges.ts';
import { Tokenizer } from './tokenizer.ts';
import { trainTokenizer } from './train.ts';

const trained = await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 500 });

/** tiktoken's rule by the book: a word that is a token is that token, else neighbours of the lowest rank together merge. */
function encodeByRanks(tokens: readonly Uint8Array[], word: Uint8Array): number[] {
  const ranks = new Map(tokens.map((bytes, rank) => [bytes.join(), rank]));
  const whole = ranks.get(word.join());
  if (whole !== undefined) return [whole];
  const parts = Array.from(word, (byte) => [byte]);
  for (;;) {
    let lowest = Number.POSITIVE_INFINITY;
    let place = -1;
    for (let i = 0; i + 1 < parts.length; i++) {
      const rank = ranks.get([...parts[i]!, ...parts[i + 1]!].join()) ?? lowest;
      if (rank < lowest) {
        lowest = rank;
        place = i;
      }
    }
    if (place === -1) return parts.map((part) => ranks.get(part.join())!);
    parts.splice(place, 2, [...parts[place]!, ...parts[place + 1]!]);
  }
}

/** Tokens over three letters; where `wild`, many that no merging by rank reaches. */
function randomTokens(rng: Rng, wild: boolean): Uint8Array[] {
  const tokens = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  const names = new Set<string>();
  while (tokens.length < 300) {
    const part = () => (wild ? Array.from({ length: 1 + rng.int(4) }, () => 97 + rng.int(3)) : []);
    const pick = () =>
      rng.int(2) === 0 || tokens.length === 256 ? [97 + rng.int(3)] : [...tokens[256 + rng.int(tokens.length - 256)]!];
    const bytes = Uint8Array.from(wild && rng.int(3) === 0 ? [...part(), 97] : [...pick(), ...pick()]);
    if (bytes.length < 2 || bytes.length > 9 || names.has(bytes.join())) continue;
    names.add(bytes.join());
    tokens.push(bytes);
  }
  return tokens;
}

test('the merges found for a rank file encode every word as merging by rank does', () => {
  const rng = new Rng(21);
  const seen = { complete: 0, wild: 0 };
  for (let round = 0; round < 60; round++) {
    const tokens = randomTokens(rng, round % 2 === 0);
    const { merges, complete } = mergesFromRanks(tokens, 'probe');
    seen[complete ? 'complete' : 'wild']++;
    const values = { pattern: PATTERN_TEXTS.gpt2, tokens, merges, specialTokens: new Map<string, number>() };
    const subject = new Tokenizer(complete ? values : { ...values, ignoreMerges: true });
    for (let trial = 0; trial < 60; trial++) {
      const word = Uint8Array.from({ length: 1 + rng.int(80) }, () => 97 + rng.int(3));
      assert.deepEqual(Array.from(subject.encodeBytes(word)), encodeByRanks(tokens, word), `round ${round}: ${word}`);
    }
  }
  assert.ok(seen.wild > 0, JSON.stringify(seen));
});

test('a trained tokenizer written as a rank file and read again gives the same merges, so the same ids', () => {
  const tokens = parseRankFile(new TextEncoder().encode(toTiktoken(trained)), 'probe');
  assert.deepEqual(mergesFromRanks(tokens, 'probe'), { merges: trained.values.merges, complete: true });
  assert.equal(tokens.length, trained.vocabularySize - trained.specialTokens.size);
});

test('a tokenizer whose ids are not in the order of its merges is not written as a rank file', () => {
  const { tokens, merges, ...rest } = trained.values;
  const swap = (id: number) => (id === 256 ? 257 : id === 257 ? 256 : id);
  const swapped = tokens.map((_, id) => tokens[swap(id)]!);
  const other = new Tokenizer({ ...rest, tokens: swapped, merges: merges.map(swap) });
  assert.throws(
    () => toTiktoken(other),
    (error) => error instanceof ExpChatError && error.code === 'tokenizer.unsupported',
  );
});

test('ranks that would need too much work to find their pairs are refused, not worked on', () => {
  const tokens = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  for (let n = 0; n < 40; n++) tokens.push(new Uint8Array(4000).fill(97).fill(98 + n, 3999));
  assert.throws(
    () => mergesFromRanks(tokens, 'probe'),
    (error) => error instanceof ExpChatError && error.code === 'tokenizer.unsupported',
  );
});
