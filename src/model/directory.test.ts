import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ExpChatError } from '../base/index.ts';
import { writeSafetensors } from '../formats/index.ts';
import { float32 } from '../tensor/index.ts';
import {
  checkModelConfig,
  fromHuggingFaceConfig,
  initialParameters,
  loadModelDirectory,
  MODEL_SIZES,
  type ModelConfig,
  type ModelSize,
  modelConfigOfSize,
  modelCost,
  parameterCount,
  saveModelDirectory,
  toHuggingFaceConfig,
} from './index.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'expchat-model-'));
after(() => rm(folder, { recursive: true }));

const CONFIG = modelConfigOfSize('nano', {
  vocabularySize: 20,
  width: 8,
  heads: 2,
  keyValueHeads: 1,
  headWidth: 4,
  mlpWidth: 8,
  layers: 1,
});
const CONTENT = {
  config: CONFIG,
  parameters: initialParameters(CONFIG, 3),
  provenance: { data: 'abc', licence: 'Apache-2.0' },
  specialIds: { begin: 1, end: 2, padding: 0 },
  texts: { 'tokenizer.json': '{}' },
};

const codeIs =
  (...codes: string[]) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof ExpChatError && codes.includes(error.code), String(error));
    return true;
  };

test('a saved model is the loaded one, with the same bits', async () => {
  const directory = path.join(folder, 'one');
  await saveModelDirectory(directory, CONTENT);
  const loaded = await loadModelDirectory(directory);
  assert.deepEqual(loaded.config, CONFIG);
  assert.deepEqual(loaded.parameters, CONTENT.parameters);
  assert.deepEqual(loaded.provenance, CONTENT.provenance);
  assert.deepEqual(loaded.specialIds, CONTENT.specialIds);
  const names = await readdir(directory);
  assert.deepEqual(names.sort(), [
    'README.md',
    'SHA256SUMS',
    'config.json',
    'expchat.json',
    'generation_config.json',
    'model.safetensors',
    'tokenizer.json',
  ]);
});

test('a flipped bit in any file, a missing or a truncated file is a clear error', async () => {
  const directory = path.join(folder, 'damaged');
  await saveModelDirectory(directory, CONTENT);
  for (const name of await readdir(directory)) {
    if (name === 'README.md') continue;
    const file = path.join(directory, name);
    const bytes = await readFile(file);
    for (let i = 0; i < 12; i++) {
      const flipped = Buffer.from(bytes);
      const place = Math.floor(((i + 0.5) / 12) * bytes.byteLength);
      flipped[place]! ^= 1 << (i % 8);
      await writeFile(file, flipped);
      await assert.rejects(
        loadModelDirectory(directory),
        codeIs('model.damaged', 'files.not-utf8'),
        `${name} ${place}`,
      );
    }
    await writeFile(file, bytes.subarray(0, bytes.byteLength - 1));
    if (name !== 'SHA256SUMS') await assert.rejects(loadModelDirectory(directory), codeIs('model.damaged'), name);
    await rm(file);
    const codes = ['model.damaged', 'model.not-found', 'model.no-checksums'];
    await assert.rejects(loadModelDirectory(directory), codeIs(...codes), name);
    await writeFile(file, bytes);
  }
  await loadModelDirectory(directory);
});

test('weights that are not finite are neither saved nor loaded', async () => {
  const table = CONTENT.parameters.get('model.embed_tokens.weight')!;
  const broken = float32(
    table.shape,
    Float32Array.from(table.data, (value, i) => (i === 7 ? NaN : value)),
  );
  const parameters = new Map([...CONTENT.parameters, ['model.embed_tokens.weight', broken]]);
  const directory = path.join(folder, 'nan');
  await assert.rejects(saveModelDirectory(directory, { ...CONTENT, parameters }), codeIs('model.parameters'));
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('nan')),
    [],
  );
});

test('a model of others without checksums loads; weights of another vocabulary are named as such', async () => {
  const directory = path.join(folder, 'foreign');
  await saveModelDirectory(directory, CONTENT);
  for (const name of ['SHA256SUMS', 'expchat.json']) await rm(path.join(directory, name));
  assert.equal((await loadModelDirectory(directory)).provenance, undefined);
  const config = { ...toHuggingFaceConfig(CONFIG), vocab_size: 21 };
  await writeFile(path.join(directory, 'config.json'), JSON.stringify(config));
  await assert.rejects(loadModelDirectory(directory), codeIs('model.vocabulary-size'));
});

test('an output equal to the tied table is dropped, a different one is an error', async () => {
  const directory = path.join(folder, 'tied');
  await saveModelDirectory(directory, CONTENT);
  for (const name of ['SHA256SUMS', 'expchat.json']) await rm(path.join(directory, name));
  const table = CONTENT.parameters.get('model.embed_tokens.weight')!;
  const weights = path.join(directory, 'model.safetensors');
  await writeSafetensors(weights, [...CONTENT.parameters, ['lm_head.weight', table]]);
  assert.equal((await loadModelDirectory(directory)).parameters.has('lm_head.weight'), false);
  const other = float32(table.shape);
  await writeSafetensors(weights, [...CONTENT.parameters, ['lm_head.weight', other]]);
  await assert.rejects(loadModelDirectory(directory), codeIs('model.parameters'));
});

test('a config survives the way through config.json, in every size', () => {
  for (const name of Object.keys(MODEL_SIZES) as ModelSize[]) {
    const qwen3 = modelConfigOfSize(name, { vocabularySize: 32_768 });
    assert.deepEqual(fromHuggingFaceConfig(JSON.parse(JSON.stringify(toHuggingFaceConfig(qwen3)))), qwen3);
    const llama: ModelConfig = { ...qwen3, architecture: 'llama', tiedEmbeddings: false, ropeTheta: 500_000 };
    assert.deepEqual(fromHuggingFaceConfig(toHuggingFaceConfig(llama)), llama);
  }
});

test('what config.json asks for and is not built here, or is out of range, is refused', () => {
  const good = toHuggingFaceConfig(CONFIG);
  const bad: Record<string, unknown>[] = [
    { model_type: 'mamba' },
    { rope_scaling: { rope_type: 'yarn', factor: 4 } },
    { attention_bias: true },
    { use_sliding_window: true },
    { hidden_act: 'relu' },
    { num_hidden_layers: 1e9 },
    { num_hidden_layers: 0 },
    { hidden_size: 1.5 },
    { vocab_size: -1 },
    { vocab_size: '20' },
    { num_key_value_heads: 3 },
    { head_dim: 3 },
    { rms_norm_eps: 0 },
    { rope_theta: Infinity },
    { max_position_embeddings: 2 ** 40 },
    { tie_word_embeddings: 'yes' },
  ];
  for (const change of bad) {
    assert.throws(() => fromHuggingFaceConfig({ ...good, ...change }), codeIs('model.config'), JSON.stringify(change));
  }
  assert.throws(() => fromHuggingFaceConfig([]), codeIs('model.config'));
  assert.throws(() => checkModelConfig({ ...CONFIG, heads: 300 }), codeIs('model.config'));
});

test('the cost counts the parameters that are made, from 10 thousand to a billion', () => {
  let made = 0;
  for (const tensor of CONTENT.parameters.values()) made += tensor.data.length;
  assert.equal(modelCost(CONFIG).parameters, made);
  assert.equal(parameterCount(CONFIG), made);
  const least = modelConfigOfSize('nano', { vocabularySize: 128, width: 32, headWidth: 16, mlpWidth: 64, layers: 1 });
  assert.ok(parameterCount(least) < 20_000);
  assert.ok(parameterCount(modelConfigOfSize('giant', { vocabularySize: 65_536, layers: 48 })) > 9e8);
  const absurd = modelConfigOfSize('giant', { vocabularySize: 65_536, layers: 256 });
  assert.throws(() => initialParameters(absurd, 1), codeIs('model.too-large'));
});
