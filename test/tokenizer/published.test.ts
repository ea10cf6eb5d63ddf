/**
 * Published tokenizers give the ids their publishers give: the cases of the test data, and tiktoken on random texts.
 * `EXPCHAT_RELEASE=1` runs all of them.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Rng } from '../../src/base/index.ts';
import { importTokenizer, toTiktoken } from '../../src/tokenizer/index.ts';
import { randomDocuments, randomText } from './random-texts.ts';

const data = path.resolve(import.meta.dirname, '../../../shared/data');
const folder = path.join(data, 'tokenizers');
const skip = existsSync(folder) ? false : 'the folder ../shared/data/tokenizers with published tokenizers is not there';
const release = process.env['EXPCHAT_RELEASE'] === '1';

/** The part of the package `tiktoken` that is used here. */
interface Peer {
  get_encoding(name: string): { encode_ordinary(text: string): Uint32Array };
}

async function peerOrReason(): Promise<Peer | string> {
  if (skip !== false) return skip;
  const name = 'tiktoken';
  try {
    return (await import(name)) as Peer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return 'the package tiktoken is not installed';
  }
}
const peer = await peerOrReason();
const skipPeer = typeof peer === 'string' ? peer : false;

for (const [name, cases] of [
  ['gpt2', 'ggml-vocab-gpt-2.gguf'],
  ['qwen2', 'ggml-vocab-qwen2.gguf'],
] as const) {
  test(`all 46 published cases of ${name} give their ids`, { skip }, async () => {
    const tokenizer = await importTokenizer(path.join(folder, name));
    const read = (ending: string) => readFileSync(path.join(folder, name, `${cases}.${ending}`), 'utf8');
    const texts = read('inp').split('\n__ggml_vocab_test__\n').slice(0, -1);
    const lines = read('out').split('\n').slice(0, -1);
    assert.equal(texts.length, 46);
    assert.equal(lines.length, 46);
    for (const [index, text] of texts.entries()) {
      assert.equal(Array.from(tokenizer.encode(text)).join(' '), lines[index]!.trim(), JSON.stringify(text));
      assert.equal(tokenizer.decode(tokenizer.encode(text)), name === 'qwen2' ? text.normalize('NFC') : text);
    }
  });
}

test('the rank file written of cl100k is the published one, byte for byte', { skip }, async () => {
  const file = path.join(folder, 'cl100k', 'cl100k_base.tiktoken');
  assert.ok(toTiktoken(await importTokenizer(file)) === readFileSync(file, 'utf8'));
});

test('cl100k gives the ids of tiktoken on random documents and on generated strings', { skip: skipPeer }, async () => {
  const tokenizer = await importTokenizer(path.join(folder, 'cl100k'));
  const encoding = (peer as Peer).get_encoding('cl100k_base');
  const rng = new Rng(100);
  const compare = (text: string) => {
    const ids = tokenizer.encode(text);
    // Compared by hand: assert.deepEqual of a hundred thousand arrays would take most of the time.
    const expected = encoding.encode_ordinary(text);
    const same = ids.length === expected.length && ids.every((id, at) => id === expected[at]);
    if (!same) assert.deepEqual(Array.from(ids), Array.from(expected), JSON.stringify(text));
  };
  for (const text of randomDocuments(rng, data, release ? 20_000 : 300, 4000)) compare(text);
  for (let round = 0; round < (release ? 100_000 : 3000); round++) compare(randomText(rng, 40));
});
