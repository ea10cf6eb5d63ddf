import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Tokenizer as Peer } from '@huggingface/tokenizers';
import { EDGE_TEXTS, TRAINING_TEXTS } from '../../test/tokenizer/sample-texts.ts';
import { ExpChatError, Rng } from '../base/index.ts';
import { bytesToAlphabet } from '../formats/index.ts';
import { toTiktoken } from './export-ranks.ts';
import { importTokenizer } from './import-tokenizer.ts';
import { PATTERN_TEXTS } from './patterns.ts';
import { saveTokenizer } from './store.ts';
import { Tokenizer } from './tokenizer.ts';
import { trainTokenizer } from './train.ts';

const trained = await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 500, specialTokens: ['<|end|>', '<|user|>'] });
const gpt2 = new Tokenizer({ ...trained.values, pattern: PATTERN_TEXTS.gpt2 });
const cl100k = new Tokenizer({ ...trained.values, pattern: PATTERN_TEXTS.cl100k });
const texts = [...EDGE_TEXTS, ...TRAINING_TEXTS];
const codeIs = (code: string) => (error: unknown) => error instanceof ExpChatError && error.code === code;

async function inFolder(files: Readonly<Record<string, string>>, body: (folder: string) => Promise<void>) {
  const folder = await mkdtemp(path.join(tmpdir(), 'expchat-import-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function assertSameIds(actual: Tokenizer, expected: Tokenizer): void {
  for (const text of texts) assert.deepEqual(actual.encode(text), expected.encode(text), JSON.stringify(text));
}

const names = trained.values.tokens.map(bytesToAlphabet);
const vocabulary = JSON.stringify(Object.fromEntries(names.flatMap((name, id) => (name === '' ? [] : [[name, id]]))));
const mergeLines: string[] = [];
for (let at = 0; at < trained.values.merges.length; at += 3) {
  mergeLines.push(`${names[trained.values.merges[at]!]} ${names[trained.values.merges[at + 1]!]}`);
}
const merges = `#version: 0.2\n${mergeLines.join('\n')}\n`;
const flags = { lstrip: false, normalized: false, rstrip: false, single_word: false };
const config = (extra: object) => {
  const added = Object.fromEntries(
    [...trained.specialTokens].map(([content, id]) => [id, { content, ...flags, special: true }]),
  );
  return JSON.stringify({ add_prefix_space: false, added_tokens_decoder: added, ...extra });
};

test('a vocabulary with its merges gives the ids of the tokenizer it is of, by the class its config names', async () => {
  const qwen = {
    'vocab.json': vocabulary,
    'merges.txt': merges,
    'tokenizer_config.json': config({ tokenizer_class: 'Qwen2Tokenizer' }),
  };
  await inFolder(qwen, async (folder) => {
    for (const location of [folder, path.join(folder, 'vocab.json')]) {
      const tokenizer = await importTokenizer(location);
      assert.equal(tokenizer.pattern, 'qwen2');
      assert.deepEqual([...tokenizer.specialTokens], [...trained.specialTokens]);
      assert.deepEqual(tokenizer.encode('u\u0308ber Größe'), tokenizer.encode('über Größe'), 'its normal form is NFC');
    }
    await assert.rejects(importTokenizer(folder, { pattern: 'gpt2' }), codeIs('tokenizer.unsupported'));
  });
  await inFolder({ 'encoder.json': vocabulary, 'vocab.bpe': merges.replaceAll('\n', '\r\n') }, async (folder) => {
    const tokenizer = await importTokenizer(folder, { specialTokens: trained.specialTokens });
    assert.equal(tokenizer.hash, gpt2.hash);
    assertSameIds(tokenizer, gpt2);
  });
});

test('a name in a vocabulary that no merge makes is a special token, so no text becomes it', async () => {
  const withEnd = vocabulary.replace('{', '{"<|endoftext|>":498,');
  await inFolder({ 'encoder.json': withEnd, 'vocab.bpe': merges }, async (folder) => {
    const tokenizer = await importTokenizer(folder);
    assert.equal(tokenizer.specialId('<|endoftext|>'), 498);
    assert.ok(!tokenizer.encode('<|endoftext|>').includes(498));
  });
});

test('a rank file gives the ids of the tokenizer it was written from', async () => {
  await inFolder({ 'cl100k_base.tiktoken': toTiktoken(cl100k) }, async (folder) => {
    const tokenizer = await importTokenizer(folder, { specialTokens: trained.specialTokens });
    assert.equal(tokenizer.hash, cl100k.hash);
    assertSameIds(tokenizer, cl100k);
  });
  await inFolder({ 'tokenizer.model': toTiktoken(trained) }, async (folder) => {
    const file = path.join(folder, 'tokenizer.model');
    assertSameIds(await importTokenizer(file, { pattern: 'expchat' }), trained);
    await assert.rejects(importTokenizer(file), codeIs('tokenizer.pattern-needed'));
  });
});

test('an imported tokenizer that is saved loads here and in @huggingface/tokenizers with equal ids', async () => {
  for (const tokenizer of [gpt2, cl100k, new Tokenizer({ ...trained.values, pattern: PATTERN_TEXTS.o200k })]) {
    await inFolder({}, async (folder) => {
      await saveTokenizer(tokenizer, folder);
      const again = await importTokenizer(folder);
      assert.equal(again.hash, tokenizer.hash);
      const peer = new Peer(JSON.parse(tokenizer.toJson()), {});
      for (const text of texts)
        assert.deepEqual(peer.encode(text).ids, Array.from(again.encode(text)), tokenizer.pattern);
    });
  }
});

test('where merges are ignored for them, words that are tokens become these tokens, in the cache and out of it', () => {
  const tokens = [...trained.values.tokens];
  const word = new TextEncoder().encode(' Zwölfzylinder');
  const long = new TextEncoder().encode('x'.repeat(70));
  const values = { ...trained.values, pattern: PATTERN_TEXTS.cl100k, tokens: [...tokens, word, long] };
  const subject = new Tokenizer({ ...values, ignoreMerges: true });
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(Array.from(subject.encode(' Zwölfzylinder')), [tokens.length]);
    assert.deepEqual(Array.from(subject.encode('x'.repeat(70))), [tokens.length + 1]);
  }
  assert.ok(!new Tokenizer(values).encode(' Zwölfzylinder').includes(tokens.length));
});

test('an added token that is not special is shown by decoding, saved as one, and no text becomes it unless allowed', async () => {
  const id = trained.vocabularySize;
  const bytes = new TextEncoder().encode('<think>');
  const subject = new Tokenizer({
    ...trained.values,
    tokens: [...trained.values.tokens, bytes],
    specialTokens: new Map([...trained.specialTokens, ['<think>', id]]),
    visibleIds: new Set([id]),
  });
  assert.equal(subject.decode([id]), '<think>');
  assert.ok(!subject.encode('<think>').includes(id));
  assert.deepEqual(Array.from(subject.encode('<think>', { allowedSpecial: 'all' })), [id]);
  await inFolder({}, async (folder) => {
    await saveTokenizer(subject, folder);
    assert.equal((await importTokenizer(folder)).decode([id]), '<think>');
    const saved = JSON.parse(await readFile(path.join(folder, 'tokenizer_config.json'), 'utf8'));
    assert.equal(saved.added_tokens_decoder[id].special, false);
    assert.equal(saved.added_tokens_decoder[trained.specialId('<|end|>')].special, true);
  });
});

test('special tokens added later change no id that was there, and must be new and free', () => {
  const more = trained.withSpecialTokens(['<|tool|>', '<|image|>']);
  assert.equal(more.specialId('<|tool|>'), trained.vocabularySize);
  assert.equal(more.vocabularySize, trained.vocabularySize + 2);
  assertSameIds(more, trained);
  for (const [content, id] of trained.specialTokens) assert.equal(more.specialId(content), id);
  const apart = trained.withSpecialTokens(new Map([['<|far|>', trained.vocabularySize + 19]]));
  assert.equal(apart.vocabularySize, trained.vocabularySize + 20);
  assert.throws(() => apart.decode([trained.vocabularySize + 3]), codeIs('tokenizer.unknown-id'));
  const wrong: (readonly string[] | ReadonlyMap<string, number>)[] = [
    ['<|end|>'],
    [''],
    ['a'],
    ['\ud800'],
    ['x'.repeat(257)],
    ['<|x|>', '<|x|>'],
    new Map([['<|x|>', 65]]),
    new Map([['<|x|>', trained.specialId('<|end|>')]]),
    new Map([['<|x|>', 2 ** 30]]),
    new Map([['<|x|>', -1]]),
  ];
  for (const added of wrong) assert.throws(() => trained.withSpecialTokens(added), codeIs('tokenizer.special-tokens'));
});

test('a folder without a tokenizer, a missing file and damaged files each give one error with a code', async () => {
  await inFolder({ 'readme.txt': 'nothing here' }, async (folder) => {
    await assert.rejects(importTokenizer(folder), codeIs('tokenizer.not-recognised'));
    await assert.rejects(importTokenizer(path.join(folder, 'none.tiktoken')), codeIs('files.not-found'));
    await assert.rejects(importTokenizer(path.join(folder, 'readme.txt')), codeIs('tokenizer.damaged'));
  });
  const rng = new Rng(31);
  const sound: Record<string, string> = {
    'vocab.json': vocabulary,
    'merges.txt': merges,
    'tokenizer_config.json': config({ tokenizer_class: 'GPT2Tokenizer' }),
  };
  await inFolder(sound, async (folder) => {
    for (let round = 0; round < 300; round++) {
      const name = rng.pick(Object.keys(sound));
      const bytes = Buffer.from(sound[name]!);
      for (let change = rng.int(3); change >= 0; change--) bytes[rng.int(bytes.length)] = bytes[rng.int(bytes.length)]!;
      const cut = rng.int(5) === 0 ? bytes.subarray(0, rng.int(bytes.length)) : bytes;
      await writeFile(path.join(folder, name), cut);
      try {
        const tokenizer = await importTokenizer(folder, { pattern: 'gpt2' });
        for (const text of TRAINING_TEXTS) assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
      } catch (error) {
        assert.ok(error instanceof ExpChatError, String(error));
        assert.match(error.code, /^tokenizer\.(?:damaged|unsupported)$/);
      }
      await writeFile(path.join(folder, name), sound[name]!);
    }
  });
});
