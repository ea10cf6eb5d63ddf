import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { isExpChatError } from '../../src/base/index.ts';
import { createReferenceRuntime } from '../../src/engine/index.ts';
import { answer, collect, createDecoder, openModel } from '../../src/infer/index.ts';
import { initialParameters, modelConfigOfSize, saveModelDirectory } from '../../src/model/index.ts';
import { SPECIAL_TOKENS, saveTokenizer, type Tokenizer, trainTokenizer } from '../../src/tokenizer/index.ts';

let tokenizer: Tokenizer;
let folder: string;
before(async () => {
  tokenizer = await trainTokenizer(['Guten Tag'], { vocabularySize: 263, specialTokens: SPECIAL_TOKENS });
  folder = await mkdtemp(path.join(tmpdir(), 'model-'));
});
after(() => rm(folder, { recursive: true }));

async function save(name: string, vocabularySize: number) {
  const directory = path.join(folder, name);
  const config = modelConfigOfSize('nano', { vocabularySize, context: 64 });
  const parameters = initialParameters(config, 1);
  await saveModelDirectory(directory, { config, parameters, provenance: { seed: 1 } });
  await saveTokenizer(tokenizer, directory);
  return { directory, config, parameters };
}

test('an opened model answers as the weights that were saved do', async () => {
  const { directory, config, parameters } = await save('good', 320);
  const settings = { temperature: 0, maxTokens: 10 };
  const messages = [{ role: 'user', content: 'Guten Tag' }] as const;
  const model = await openModel(directory, { threads: 1 });
  const opened = await collect(answer(model, messages, settings));
  await model.close();
  const decoder = await createDecoder({ config, parameters, runtime: createReferenceRuntime() });
  const direct = await collect(answer({ decoder, tokenizer }, messages, settings));
  assert.deepEqual(opened.generatedIds, direct.generatedIds);
  assert.equal(model.config.context, 64);
  assert.deepEqual(model.provenance, { seed: 1 });
});

test('a model with fewer ids than its tokenizer and a folder without a model are refused', async () => {
  const { directory } = await save('small', tokenizer.vocabularySize - 1);
  await assert.rejects(
    openModel(directory),
    (error) => isExpChatError(error) && error.code === 'infer.vocabulary-mismatch',
  );
  await assert.rejects(
    openModel(path.join(folder, 'none')),
    (error) => isExpChatError(error) && error.code === 'model.not-found',
  );
});
