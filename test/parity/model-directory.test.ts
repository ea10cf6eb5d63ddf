/** Model directories mean the same to a short PyTorch program that knows the published formats alone. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { compile, createReferenceRuntime, Trace } from '../../src/engine/index.ts';
import {
  checkModelConfig,
  forward,
  type HostParameters,
  initialParameters,
  loadModelDirectory,
  type ModelConfig,
  parameterInputs,
  saveModelDirectory,
} from '../../src/model/index.ts';
import { float32, type HostTensor, int32 } from '../../src/tensor/index.ts';
import { fixtureNames, fixturePath, readFixture, readTensors, relativeDifference } from './fixture.ts';
import { logitsByPyTorch, reasonToSkip } from './oracle/read-model.ts';

const TOLERANCE = 1e-5;
const skip = reasonToSkip();

for (const name of fixtureNames) {
  test(`the PyTorch reading of ${name} gives the logits of the fixture's maker`, { skip }, () => {
    const { fixture } = readFixture(name);
    const expected = readTensors(name, 'logits.safetensors').get('logits')!;
    const got = float32(expected.shape, logitsByPyTorch(fixturePath(name), fixture.ids));
    assert.ok(relativeDifference(got, expected) <= fixture.tolerances.logits);
  });

  test(`${name} as Hugging Face lays it out loads here with every bit of its weights`, async () => {
    const { config, parameters, provenance } = await loadModelDirectory(fixturePath(name));
    const expected = readTensors(name, 'model.safetensors');
    assert.deepEqual(config, readFixture(name).config);
    assert.equal(provenance, undefined);
    assert.deepEqual([...parameters.keys()].sort(), [...expected.keys()].sort());
    for (const [key, tensor] of expected) assert.deepEqual(parameters.get(key), tensor);
  });
}

/** Logits (B T, V) of this project. */
async function logitsHere(config: ModelConfig, parameters: HostParameters, ids: number[][]): Promise<HostTensor> {
  const trace = new Trace();
  const shape = [ids.length, ids[0]!.length];
  const logits = forward(trace, config, parameterInputs(trace, config), trace.input('tokens', 'int32', shape));
  const executable = await createReferenceRuntime().prepare(compile(trace.finish({ logits })));
  const outputs = await executable.run({ ...Object.fromEntries(parameters), tokens: int32(shape, ids.flat()) });
  return outputs['logits']!;
}

/** Models of other shapes than the fixtures', so that nothing rests on their numbers. */
const models: Record<string, ModelConfig> = {
  'a qwen3 with gelu': model({ architecture: 'qwen3', activation: 'gelu_pytorch_tanh', ropeTheta: 500_000 }),
  'a tied llama': model({ architecture: 'llama', tiedEmbeddings: true, heads: 6, keyValueHeads: 2 }),
};

function model(given: Partial<ModelConfig>): ModelConfig {
  return checkModelConfig({
    architecture: 'qwen3',
    vocabularySize: 97,
    width: 40,
    layers: 3,
    heads: 4,
    keyValueHeads: 4,
    headWidth: 12,
    mlpWidth: 56,
    context: 24,
    ropeTheta: 10_000,
    normEpsilon: 1e-5,
    tiedEmbeddings: false,
    activation: 'silu',
    ...given,
  });
}

/** First values, larger in matrices and apart from 1 in norms, so that no factor can hide. */
function variedParameters(config: ModelConfig): HostParameters {
  return new Map(
    [...initialParameters(config, 7)].map(([name, { shape, data }]) => {
      const vary = (value: number, i: number) => (shape.length === 1 ? value + 0.3 * Math.sin(i) : 4 * value);
      return [name, float32(shape, Float32Array.from(data, vary))];
    }),
  );
}

for (const [title, config] of Object.entries(models)) {
  test(`${title} saved here gives the same logits in PyTorch`, { skip }, async (t) => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'expchat-parity-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const directory = path.join(folder, 'model');
    const parameters = variedParameters(config);
    await saveModelDirectory(directory, { config, parameters, provenance: {} });
    const ids = [0, 1].map((row) => Array.from({ length: config.context }, (_, i) => (i * 31 + row * 17 + 5) % 97));
    const expected = await logitsHere(config, parameters, ids);
    const got = float32(expected.shape, logitsByPyTorch(directory, ids));
    const off = relativeDifference(got, expected);
    t.diagnostic(`logits off by ${off.toExponential(1)}`);
    assert.ok(off <= TOLERANCE, `logits: off by ${off}`);
  });
}
