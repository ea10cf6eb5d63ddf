import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EDGE_TEXTS, TRAINING_TEXTS } from '../../test/tokenizer/sample-texts.ts';
import { ExpChatError, Rng } from '../base/index.ts';
import { parseTokenizerJson, type TokenizerJson } from '../formats/index.ts';
import { SPLIT_PATTERN } from './pre-split.ts';
import { SPECIAL_TOKENS, Tokenizer } from './tokenizer.ts';
import { trainTokenizer } from './train.ts';

const tokenizer = await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 500 });
const bytesOnly = await trainTokenizer(['a'], { vocabularySize: 262 });
const release = process.env['EXPCHAT_RELEASE'] === '1';
const anyText = fc.string({ unit: 'binary', maxLength: 60 });

/** The rule by the book: of all neighbouring pairs the one of the lowest rank merges, the leftmost first. */
function encodeByTheBook(values: TokenizerJson, word: Uint8Array): number[] {
  const ranks = new Map<string, number>();
  for (let at = 0; at < values.merges.length; at += 3) ranks.set(`${values.merges[at]} ${values.merges[at + 1]}`, at);
  const ids = Array.from(word);
  for (;;) {
    let best = Number.POSITIVE_INFINITY;
    let place = -1;
    for (let i = 0; i + 1 < ids.length; i++) {
      const rank = ranks.get(`${ids[i]} ${ids[i + 1]}`) ?? best;
      if (rank < best) {
        best = rank;
        place = i;
      }
    }
    if (place === -1) return ids;
    ids.splice(place, 2, values.merges[best + 2]!);
  }
}

/** A vocabulary over few letters in which places overlap as much as they can, its merges in a random order or not. */
function entangledValues(rng: Rng, shuffled: boolean): TokenizerJson {
  const tokens = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  const names = new Set<string>();
  const merges: [number, number, number][] = [];
  const parts = [97, 98, 99];
  while (merges.length < 40) {
    const left = rng.pick(parts);
    const right = rng.pick(parts);
    const bytes = Uint8Array.of(...tokens[left]!, ...tokens[right]!);
    if (names.has(bytes.join()) || bytes.length > 9) continue;
    names.add(bytes.join());
    merges.push([left, right, tokens.length]);
    parts.push(tokens.length);
    tokens.push(bytes);
  }
  if (shuffled) rng.shuffle(merges);
  return { pattern: SPLIT_PATTERN, tokens, merges: Uint32Array.from(merges.flat()), specialTokens: new Map() };
}

test('decoding the ids of any byte string gives the byte string back', () => {
  for (const subject of [tokenizer, bytesOnly]) {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.deepEqual(subject.decodeBytes(subject.encodeBytes(bytes)), Uint8Array.from(bytes));
      }),
      { seed: 6, numRuns: release ? 500_000 : 5000 },
    );
  }
});

test('decoding the ids of any text gives the text back, half surrogate pairs replaced as TextEncoder does', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        anyText,
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
      ),
      (text) => {
        assert.equal(tokenizer.decode(tokenizer.encode(text)), text.toWellFormed());
      },
    ),
    { seed: 7, numRuns: 3000 },
  );
  for (const text of EDGE_TEXTS) assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
});

test('the ids of a text are the ids of its UTF-8 bytes', () => {
  for (const text of [...EDGE_TEXTS, ...TRAINING_TEXTS, 'lang '.repeat(60_000), 'ä'.repeat(70_000)]) {
    assert.deepEqual(tokenizer.encode(text), tokenizer.encodeBytes(new TextEncoder().encode(text)));
  }
});

test('words of any length merge as the rule by the book says, also where merges are in an order no training makes', () => {
  const trained = parseTokenizerJson(new TextEncoder().encode(tokenizer.toJson()), 'trained');
  const rng = new Rng(8);
  const compare = (values: TokenizerJson, letters: readonly string[], rounds: number) => {
    const subject = new Tokenizer(values);
    for (let round = 0; round < rounds; round++) {
      const word = Array.from({ length: 1 + rng.int(120) }, () => rng.pick(letters)).join('');
      const expected = encodeByTheBook(values, new TextEncoder().encode(word));
      assert.deepEqual(Array.from(subject.encode(word)), expected, word);
    }
  };
  compare(trained, ['e', 'r', 'n', 'i', 's', 't', 'a', 'ü', 'ei', 'er', 'ß', 'die', 'Gar'], 200);
  for (let round = 0; round < 40; round++) compare(entangledValues(rng, round % 2 === 0), ['a', 'b', 'c', 'aaa'], 30);
});

test('the ids of a word do not depend on what was encoded before, even when the word cache has overflowed', async () => {
  const fresh = await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 500 });
  const expected = fresh.encode(TRAINING_TEXTS.join(''));
  let many = '';
  for (let i = 0; i < 150_000; i++)
    many += ` w${i.toString(36).replaceAll(/[0-9]/g, (digit) => 'ABCDEFGHIJ'[Number(digit)]!)}`;
  tokenizer.encode(many);
  assert.deepEqual(tokenizer.encode(TRAINING_TEXTS.join('')), expected);
  assert.equal(tokenizer.decode(tokenizer.encode(many)), many);
});

test('a special token can not come out of user text', () => {
  const withSpecials = fc
    .array(fc.oneof(fc.constantFrom(...SPECIAL_TOKENS, '<|', '|>', 'end'), anyText))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(withSpecials, (text) => {
      const ids = tokenizer.encode(text);
      assert.ok(ids.every((id) => !tokenizer.isSpecial(id)));
      assert.equal(tokenizer.decode(ids), text.toWellFormed());
    }),
    { seed: 9, numRuns: 1000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => tokenizer.encodeBytes(bytes).every((id) => id < 494)),
    { seed: 10, numRuns: 500 },
  );
});

test('a special token is found where it is allowed by name, and only that one', () => {
  const end = tokenizer.specialId('<|end|>');
  const text = 'Hallo<|end|><|user|>';
  const plain = (part: string) => Array.from(tokenizer.encode(part));
  assert.deepEqual(Array.from(tokenizer.encode(text, { allowedSpecial: new Set(['<|end|>']) })), [
    ...plain('Hallo'),
    end,
    ...plain('<|user|>'),
  ]);
  assert.deepEqual(Array.from(tokenizer.encode(text, { allowedSpecial: 'all' })), [
    ...plain('Hallo'),
    end,
    tokenizer.specialId('<|user|>'),
  ]);
  assert.throws(
    () => tokenizer.encode(text, { allowedSpecial: new Set(['<|tool|>']) }),
    (error) => error instanceof ExpChatError && error.code === 'tokenizer.no-such-special',
  );
});

test('the special tokens have the last ids, in their order, and no bytes', () => {
  assert.deepEqual([...tokenizer.specialTokens.keys()], [...SPECIAL_TOKENS]);
  for (const [index, token] of SPECIAL_TOKENS.entries()) {
    assert.equal(tokenizer.specialId(token), tokenizer.vocabularySize - SPECIAL_TOKENS.length + index);
    assert.equal(tokenizer.tokenBytes(tokenizer.specialId(token)).length, 0);
  }
});

test('streaming never emits half a character, and its pieces joined are the whole decoding', () => {
  for (const text of EDGE_TEXTS) {
    const stream = bytesOnly.streamDecoder();
    const pieces = Array.from(bytesOnly.encode(text), (id) => stream.push(id));
    for (const piece of pieces)
      assert.ok(piece.isWellFormed() && (!piece.includes('\ufffd') || text.includes('\ufffd')));
    assert.equal(pieces.join('') + stream.end(), text);
  }
  fc.assert(
    fc.property(fc.array(fc.nat({ max: tokenizer.vocabularySize - 1 }), { maxLength: 40 }), (ids) => {
      const stream = tokenizer.streamDecoder();
      assert.equal(ids.map((id) => stream.push(id)).join('') + stream.end(), tokenizer.decode(ids));
    }),
    { seed: 11, numRuns: 2000 },
  );
});

test('an id outside the vocabulary is refused by decode, tokenBytes and the stream', () => {
  for (const id of [-1, tokenizer.vocabularySize, 1.5, Number.NaN, 2 ** 32]) {
    for (const use of [
      () => tokenizer.decode([id]),
      () => tokenizer.tokenBytes(id),
      () => tokenizer.streamDecoder().push(id),
    ]) {
      assert.throws(use, (error) => error instanceof ExpChatError && error.code === 'tokenizer.unknown-id');
    }
  }
});

test('a megabyte of one character, of one word or of random bytes takes at most twenty times the processor time of ordinary text', () => {
  // Processor time, the least of three: what else runs on the machine does not decide. A form quadratic in the length is far beyond.
  const timePerByte = (bytes: Uint8Array): number => {
    const microseconds = [1, 2, 3].map(() => {
      const before = process.cpuUsage();
      tokenizer.encodeBytes(bytes);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    });
    return Math.min(...microseconds) / bytes.length;
  };
  const bytesOf = (text: string) => new TextEncoder().encode(text);
  const rng = new Rng(12);
  // Ordinary text is in the cache as a whole here, so it is faster than any real one.
  const normal = timePerByte(bytesOf(TRAINING_TEXTS.join('').repeat(1500)));
  const worst: Record<string, Uint8Array> = {
    'one letter': bytesOf('a'.repeat(1e6)),
    blanks: bytesOf(' '.repeat(1e6)),
    marks: bytesOf('\u0300'.repeat(5e5)),
    'one word': bytesOf('GarantieGeräte'.repeat(7e4)),
    'random letters': Uint8Array.from({ length: 1e6 }, () => 97 + rng.int(26)),
    'random bytes': Uint8Array.from({ length: 1e6 }, () => rng.int(256)),
  };
  for (const [name, bytes] of Object.entries(worst)) {
    const ratio = timePerByte(bytes) / normal;
    assert.ok(ratio < 20, `${name}: ${ratio.toFixed(1)}`);
  }
});
