import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExpChatError, Rng } from '../base/index.ts';
import {
  BYTE_ALPHABET,
  parseTokenizerJson,
  renderTokenizerJson,
  TOKENIZER_LIMITS,
  type TokenizerJson,
} from './tokenizer-json.ts';

const encoder = new TextEncoder();
const bytesOf = (text: string) => encoder.encode(text);

const VALUES: TokenizerJson = {
  pattern: '\\p{L}+|\\s+|[^\\s\\p{L}]+',
  tokens: [
    ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
    bytesOf('12'),
    bytesOf('ei'),
    bytesOf('"\\'),
    bytesOf('ein'),
    new Uint8Array(0),
    new Uint8Array(0),
  ],
  merges: Uint32Array.of(49, 50, 256, 101, 105, 257, 34, 92, 258, 257, 110, 259),
  specialTokens: new Map([
    ['<|end|>', 260],
    ['<|"ü|>', 261],
  ]),
};
const TEXT = renderTokenizerJson(VALUES);

/** The parsed values, or the error's code; anything else fails the test. */
function outcome(bytes: Uint8Array): TokenizerJson | string {
  try {
    return parseTokenizerJson(bytes, 'probe.json');
  } catch (error) {
    assert.ok(error instanceof ExpChatError, `a typed error, not ${error}`);
    assert.ok(error.code === 'tokenizer.damaged' || error.code === 'tokenizer.unsupported', error.code);
    assert.match(error.message, /^probe\.json: expected /);
    return error.code;
  }
}

/** What must hold for every accepted file. */
function assertSound(values: TokenizerJson): void {
  const size = values.tokens.length;
  const added = new Set(values.specialTokens.values());
  const names = new Set<string>();
  for (const [id, bytes] of values.tokens.entries()) {
    if (added.has(id) || bytes.length === 0) assert.ok(added.has(id) || id > 255);
    else names.add(bytes.join());
  }
  const unused = values.tokens.filter((bytes, id) => bytes.length === 0 && !added.has(id)).length;
  assert.equal(names.size, size - values.specialTokens.size - unused);
  for (let byte = 0; byte < 256; byte++) assert.ok(names.has(String(byte)));
  for (let at = 0; at < values.merges.length; at += 3) {
    const [left, right, merged] = values.merges.subarray(at, at + 3);
    assert.deepEqual([...values.tokens[left!]!, ...values.tokens[right!]!], [...values.tokens[merged!]!]);
  }
}

/** The text with a change made to its parsed value. */
// biome-ignore lint/suspicious/noExplicitAny: the change may reach any part of the JSON.
function changed(change: (root: any) => void): Uint8Array {
  const root = JSON.parse(TEXT);
  change(root);
  return bytesOf(JSON.stringify(root));
}

test('reading what was written gives the values back, and writing them again gives the same bytes', () => {
  const values = parseTokenizerJson(bytesOf(TEXT), 'probe.json');
  assert.deepEqual(values, VALUES);
  assert.equal(renderTokenizerJson(values), TEXT);
});

test('the byte alphabet is that of GPT-2: printable bytes stand for themselves, the others follow from U+0100', () => {
  assert.equal(new Set(BYTE_ALPHABET).size, 256);
  assert.deepEqual(
    ['A', '~', 'ü', 'Ā', 'Ġ', 'Ċ', 'ł', 'Ń'].map((name) => BYTE_ALPHABET.indexOf(name)),
    [65, 126, 252, 0, 32, 10, 160, 173],
  );
});

test('merges written as pairs and special tokens repeated in the vocabulary are read the same', () => {
  const pairs = changed((root) => {
    root.model.merges = root.model.merges.map((merge: string) => merge.split(' '));
  });
  assert.deepEqual(parseTokenizerJson(pairs, 'probe.json'), VALUES);
  const repeated = changed((root) => {
    root.model.vocab['<|end|>'] = 260;
  });
  assert.deepEqual(parseTokenizerJson(repeated, 'probe.json'), VALUES);
});

test('what published files carry beside the tokens is kept, and written again the same', () => {
  const template = { type: 'TemplateProcessing', single: [{ Sequence: { id: 'A', type_id: 0 } }] };
  const bytes = changed((root) => {
    root.normalizer = { type: 'NFC' };
    root.model.ignore_merges = true;
    root.post_processor = { type: 'Sequence', processors: [{ type: 'ByteLevel' }, template] };
    root.added_tokens[0].special = false;
    root.added_tokens.push({ id: 300, content: 'zz', special: true, normalized: false });
  });
  const values = parseTokenizerJson(bytes, 'probe.json');
  assert.equal(values.normalizer, 'NFC');
  assert.equal(values.ignoreMerges, true);
  assert.deepEqual([...(values.visibleIds ?? [])], [260]);
  assert.deepEqual(values.tokens[260], bytesOf('<|end|>'));
  assert.equal(values.tokens.length, 301);
  assert.equal(values.tokens[280]!.length, 0);
  assert.deepEqual(parseTokenizerJson(bytesOf(renderTokenizerJson(values)), 'probe.json'), values);
});

test('a ByteLevel pre-tokenizer alone splits by the pattern of GPT-2, and a split that keeps the words is read as ours', () => {
  const alone = changed((root) => (root.pre_tokenizer = { type: 'ByteLevel', add_prefix_space: false }));
  assert.match(parseTokenizerJson(alone, 'probe.json').pattern, /^'s\|'t\|'re/);
  const keeps = changed((root) =>
    Object.assign(root.pre_tokenizer.pretokenizers[0], { behavior: 'Removed', invert: true }),
  );
  assert.deepEqual(parseTokenizerJson(keeps, 'probe.json'), VALUES);
});

test('every truncation of a file is refused, but for the newline at its end', () => {
  const bytes = bytesOf(TEXT);
  for (let length = 0; length < bytes.length - 1; length++) {
    assert.equal(outcome(bytes.subarray(0, length)), 'tokenizer.damaged', `${length} bytes`);
  }
  assert.deepEqual(outcome(bytes.subarray(0, bytes.length - 1)), VALUES);
});

test('a mutated file gives sound values or one typed error', () => {
  const rng = new Rng(51);
  const bytes = bytesOf(TEXT);
  let accepted = 0;
  for (let round = 0; round < (process.env['EXPCHAT_RELEASE'] === '1' ? 700_000 : 3000); round++) {
    let mutated = bytes.slice();
    for (let change = rng.int(3); change >= 0; change--) {
      const at = rng.int(mutated.length);
      const other = rng.int(mutated.length);
      const kind = rng.int(4);
      if (kind === 0) mutated[at]! ^= 1 << rng.int(8);
      else if (kind === 1) mutated[at] = mutated[other]!;
      else if (kind === 2)
        mutated = Uint8Array.from([...mutated.subarray(0, at), ...mutated.subarray(at + 1 + rng.int(20))]);
      else mutated.copyWithin(at, other, other + rng.int(40));
    }
    const result = outcome(mutated);
    if (typeof result === 'string') continue;
    accepted++;
    assertSound(result);
  }
  assert.ok(accepted > 0, 'some mutations are harmless');
});

test('a file that does not hold together is refused as damaged', () => {
  const broken: Record<string, Uint8Array> = {
    'a byte is missing': changed((root) => {
      delete root.model.vocab['A'];
      root.model.vocab['zz'] = 65;
    }),
    'an id is missing': changed((root) => delete root.model.vocab['ein']),
    'an id is used twice': changed((root) => (root.model.vocab['ein'] = 257)),
    'an id is a fraction': changed((root) => (root.model.vocab['ein'] = 259.5)),
    'an id is negative': changed((root) => (root.model.vocab['ein'] = -1)),
    'an id is text': changed((root) => (root.model.vocab['ein'] = '259')),
    'an id is huge': changed((root) => (root.model.vocab['ein'] = 2 ** 53)),
    'a token is empty': changed((root) => (root.model.vocab[''] = 262)),
    'a token is outside the alphabet': changed((root) => (root.model.vocab['a b'] = 262)),
    'a token is very long': changed((root) => (root.model.vocab['x'.repeat(TOKENIZER_LIMITS.tokenBytes + 1)] = 262)),
    'a merge names an unknown token': changed((root) => root.model.merges.push('zz z')),
    'a merge makes an unknown token': changed((root) => root.model.merges.push('z z')),
    'a merge makes a special token': changed((root) => {
      root.added_tokens.push({ id: 262, content: 'zz', special: true });
      root.model.merges.push('z z');
    }),
    'a merge is there twice': changed((root) => root.model.merges.push('1 2')),
    'a merge has three parts': changed((root) => root.model.merges.push('e i n')),
    'a merge is a number': changed((root) => root.model.merges.push(7)),
    'a special token is there twice': changed((root) => root.added_tokens.push(root.added_tokens[0])),
    'a special token takes the id of a byte': changed((root) => (root.added_tokens[0].id = 65)),
    'a special token has two ids': changed((root) => (root.model.vocab['<|end|>'] = 262)),
    'a special token is empty': changed((root) => (root.added_tokens[0].content = '')),
    'there are no merges': changed((root) => delete root.model.merges),
    'the model is a list': changed((root) => (root.model = [])),
    'the bytes are no UTF-8': Uint8Array.of(0x7b, 0xff, 0x7d),
    'it is nested without end': bytesOf('['.repeat(100_000)),
    'it is JSON but nested deeply': changed((root) => (root.note = JSON.parse('['.repeat(40) + ']'.repeat(40)))),
    'it is empty': new Uint8Array(0),
    'it is null': bytesOf('null'),
  };
  for (const [why, bytes] of Object.entries(broken)) assert.equal(outcome(bytes), 'tokenizer.damaged', why);
});

test('a key that stands twice in an object is refused, however it is written', () => {
  for (const again of ['"ein": 259', '"\\u0065in": 259', '"ein" \n : 259']) {
    assert.equal(outcome(bytesOf(TEXT.replace('"ein": 259', `"ein": 259, ${again}`))), 'tokenizer.damaged');
  }
  assert.equal(outcome(bytesOf(TEXT.replace('"version"', '"model": {}, "version"'))), 'tokenizer.damaged');
});

test('a sound file of another kind of tokenizer is refused as unsupported', () => {
  const other: Record<string, Uint8Array> = {
    'another model': changed((root) => (root.model.type = 'Unigram')),
    'a dropout': changed((root) => (root.model.dropout = 0.1)),
    'an unknown token': changed((root) => (root.model.unk_token = '<unk>')),
    'byte fall-back': changed((root) => (root.model.byte_fallback = true)),
    'a prefix space': changed((root) => (root.pre_tokenizer.pretokenizers[1].add_prefix_space = true)),
    'two patterns, one after the other': changed((root) => (root.pre_tokenizer.pretokenizers[1].use_regex = true)),
    'a split that removes': changed((root) => (root.pre_tokenizer.pretokenizers[0].behavior = 'Removed')),
    'a normalizer that is not NFC': changed((root) => (root.normalizer = { type: 'NFKC' })),
    'an added token found in normalized text': changed((root) => {
      root.normalizer = { type: 'NFC' };
      root.added_tokens[0].normalized = true;
    }),
    'an added token that takes the blank before it': changed((root) => (root.added_tokens[0].lstrip = true)),
    'an unknown post-processor': changed((root) => (root.post_processor = { type: 'BertProcessing' })),
  };
  for (const [why, bytes] of Object.entries(other)) assert.equal(outcome(bytes), 'tokenizer.unsupported', why);
});
