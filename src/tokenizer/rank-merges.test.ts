import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRAINING_TEXTS } from '../../test/tokenizer/sample-texts.ts';
import { ExpChatError, Rng } from '../base/index.ts';
import { parseRankFile } from '../formats/index.ts';
import { toTiktoken } from './export-ranks.ts';
import { MergeTable } from './merge-table.ts';
import { PATTERN_TEXTS } from './patterns.ts';
import { mergesFromRanks, reachedMerges } from './rank-merges.ts';
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

test('merges that list every pair of each token give the same ids, in long words too', () => {
  const { tokens, merges } = trained.values;
  const byteIds = Uint32Array.from({ length: 256 }, (_, byte) => byte);
  const idOf = new Map(tokens.map((bytes, id) => [bytes.join(), id]));
  const pairs: [number, number, number][] = [];
  for (const [id, bytes] of tokens.entries()) {
    for (let cut = 1; cut < bytes.length; cut++) {
      const left = idOf.get(bytes.subarray(0, cut).join());
      const right = idOf.get(bytes.subarray(cut).join());
      if (left !== undefined && right !== undefined) pairs.push([left, right, id]);
    }
  }
  const every = Uint32Array.from(pairs.flat());
  assert.ok(every.length > merges.length);
  const table = MergeTable.of(every);
  assert.equal(table.inOrder, false);
  assert.deepEqual(reachedMerges(table, tokens, byteIds)?.triples(), merges);
  const subject = new Tokenizer({ ...trained.values, merges: every });
  const rng = new Rng(22);
  for (let round = 0; round < 200; round++) {
    let word = '';
    for (let part = rng.int(60); part >= 0; part--)
      word += rng.pick(TRAINING_TEXTS).slice(0, rng.int(9)).replace(/\P{L}/gu, '');
    assert.deepEqual(subject.encode(word), trained.encode(word), word);
  }
  // The pairs of one token apart from each other are no such list.
  const [first, ...rest] = pairs.filter(([, , id]) => id === pairs[pairs.length - 1]![2]);
  const apart = [first!, ...pairs.filter((pair) => pair !== first && !rest.includes(pair)), ...rest];
  if (rest.length > 0)
    assert.equal(reachedMerges(MergeTable.of(Uint32Array.from(apart.flat())), tokens, byteIds), undefined);
});

test('tokens of any length merge as by rank: a row of ever longer ones', () => {
  const tokens = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  for (let length = 2; length <= 700; length++) tokens.push(Uint8Array.from({ length }, (_, at) => 97 + (at % 26)));
  const { merges, complete } = mergesFromRanks(tokens, 'probe');
  assert.ok(complete);
  const subject = new Tokenizer({ pattern: PATTERN_TEXTS.gpt2, tokens, merges, specialTokens: new Map() });
  const text = new TextDecoder().decode(tokens.at(-1));
  assert.deepEqual(Array.from(subject.encode(text + text)), [tokens.length - 1, tokens.length - 1]);
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

test('ranks that would need too much work to find their merges are refused, not worked on', () => {
  const large = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  for (let length = 2; length <= 4096; length++)
    large.push(new Uint8Array(length).fill(97), new Uint8Array(length).fill(98));
  assert.throws(
    () => mergesFromRanks(large, 'probe'),
    (error) => error instanceof ExpChatError && error.code === 'tokenizer.unsupported',
  );
  const tokens = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  for (let n = 0; n < 40; n++) tokens.push(new Uint8Array(4000).fill(97).fill(98 + n, 3999));
  assert.throws(
    () => mergesFromRanks(tokens, 'probe'),
    (error) => error instanceof ExpChatError && error.code === 'tokenizer.unsupported',
  );
});
