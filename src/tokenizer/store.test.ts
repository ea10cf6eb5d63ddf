import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Tokenizer as Peer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { EDGE_TEXTS, TRAINING_TEXTS } from '../../test/tokenizer/sample-texts.ts';
import { ExpChatError, type FileBackend, nodeBackend, withBackend } from '../base/index.ts';
import { loadTokenizer, saveTokenizer } from './store.ts';
import { trainTokenizer } from './train.ts';

const tokenizer = await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 500 });
const small = await trainTokenizer(['abab abab'], { vocabularySize: 270 });

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'expchat-tokenizer-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const codeIs = (code: string) => (error: unknown) => error instanceof ExpChatError && error.code === code;

test('a saved tokenizer loads with the same ids, special tokens and hash', () =>
  inFolder(async (folder) => {
    await saveTokenizer(tokenizer, folder);
    const loaded = await loadTokenizer(folder);
    assert.equal(loaded.hash, tokenizer.hash);
    assert.equal(loaded.vocabularySize, tokenizer.vocabularySize);
    assert.deepEqual([...loaded.specialTokens], [...tokenizer.specialTokens]);
    for (const text of [...EDGE_TEXTS, ...TRAINING_TEXTS])
      assert.deepEqual(loaded.encode(text), tokenizer.encode(text));
    assert.equal(loaded.toJson(), await readFile(path.join(folder, 'tokenizer.json'), 'utf8'));
  }));

test('the saved files load in @huggingface/tokenizers with equal ids and text', () =>
  inFolder(async (folder) => {
    await saveTokenizer(tokenizer, folder, { chatTemplate: '{{ bos_token }}', maxLength: 512 });
    const read = async (name: string) => JSON.parse(await readFile(path.join(folder, name), 'utf8'));
    const config = await read('tokenizer_config.json');
    assert.equal(config.chat_template, '{{ bos_token }}');
    assert.equal(config.model_max_length, 512);
    const peer = new Peer(await read('tokenizer.json'), config);
    const compare = (text: string, allowedSpecial: 'none' | 'all' = 'none') => {
      const ids = Array.from(tokenizer.encode(text, { allowedSpecial }));
      assert.deepEqual(peer.encode(text).ids, ids, JSON.stringify(text.slice(0, 80)));
      if (ids.length > 0 && allowedSpecial === 'none') assert.equal(peer.decode(ids), tokenizer.decode(ids));
    };
    for (const text of [...EDGE_TEXTS, ...TRAINING_TEXTS]) compare(text);
    compare('<|bos|><|user|>Grüß Gott<|end|><|assistant|>Guten Tag<|end|><|end', 'all');
    const pieces = fc.constantFrom(...EDGE_TEXTS.filter((text) => text.length < 60), ' ', '\n', '1', 'ü', '  ', "'s");
    const mixed = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(mixed, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), (text) =>
        compare(text),
      ),
      { seed: 61, numRuns: 2000 },
    );
  }));

test('a changed tokenizer.json that still reads well is found by its checksum, and every cut one by its text', () =>
  inFolder(async (folder) => {
    await saveTokenizer(small, folder);
    const file = path.join(folder, 'tokenizer.json');
    const text = await readFile(file, 'utf8');
    const swapped = text.replace('"a": 97', '"a": 98').replace('"b": 98', '"b": 97');
    assert.notEqual(swapped, text);
    await writeFile(file, swapped);
    await assert.rejects(loadTokenizer(folder), codeIs('tokenizer.damaged'));
    for (let length = 0; length < text.length; length += 97) {
      await writeFile(file, text.slice(0, length));
      await assert.rejects(loadTokenizer(folder), codeIs('tokenizer.damaged'));
    }
    await writeFile(file, text);
    assert.equal((await loadTokenizer(folder)).hash, small.hash);
  }));

test('a damaged or foreign config, a foreign pattern and a missing file each give one error with a code', () =>
  inFolder(async (folder) => {
    await assert.rejects(loadTokenizer(folder), codeIs('files.not-found'));
    await saveTokenizer(small, folder);
    const config = path.join(folder, 'tokenizer_config.json');
    for (const text of ['', '{', '[]', 'null', '{"expchat_tokenizer_sha256": 7}', '{"a":1,"a":2}']) {
      await writeFile(config, text);
      await assert.rejects(loadTokenizer(folder), codeIs('tokenizer.damaged'), text);
    }
    await writeFile(config, '{}');
    assert.equal((await loadTokenizer(folder)).hash, small.hash);
    await rm(config);
    assert.equal((await loadTokenizer(folder)).hash, small.hash);
    const file = path.join(folder, 'tokenizer.json');
    const json = JSON.parse(await readFile(file, 'utf8'));
    json.pre_tokenizer.pretokenizers[0].pattern.Regex = '(a+)+$';
    await writeFile(file, JSON.stringify(json));
    await assert.rejects(loadTokenizer(folder), codeIs('tokenizer.unsupported'));
  }));

test('a save that breaks off at any file operation leaves a folder that loads the old tokenizer or the new one', () =>
  inFolder(async (folder) => {
    const hashes = new Set([small.hash, tokenizer.hash]);
    let operations = 0;
    for (let failAt = 1; ; failAt++) {
      await saveTokenizer(small, folder);
      operations = 0;
      const fail = async <T>(body: () => Promise<T>): Promise<T> => {
        if (++operations >= failAt) throw Object.assign(new Error('broken off'), { code: 'EIO' });
        return body();
      };
      // From the chosen operation on nothing reaches the disk any more, as after a kill.
      const breaking: FileBackend = {
        ...nodeBackend,
        open: (file, mode) => fail(() => nodeBackend.open(file, mode)),
        rename: (from, to) => fail(() => nodeBackend.rename(from, to)),
        unlink: (file) => fail(() => nodeBackend.unlink(file)),
        syncDirectory: (directory) => fail(() => nodeBackend.syncDirectory(directory)),
      };
      let finished = true;
      await withBackend(breaking, () => saveTokenizer(tokenizer, folder)).catch((error) => {
        assert.ok(error instanceof ExpChatError);
        finished = false;
      });
      assert.ok(hashes.has((await loadTokenizer(folder)).hash), `broken off at operation ${failAt}`);
      if (finished) break;
    }
    assert.ok(operations >= 9, `${operations} operations`);
    assert.equal((await loadTokenizer(folder)).hash, tokenizer.hash);
  }));
