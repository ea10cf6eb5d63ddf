import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isExpChatError, Rng } from '../base/index.ts';
import { compile, createOrtRuntime, createReferenceRuntime, type Runtime, Trace } from '../engine/index.ts';
import {
  type Architecture,
  checkModelConfig,
  forward,
  type HostParameters,
  initialParameters,
  type ModelConfig,
  parameterInputs,
} from '../model/index.ts';
import { int32 } from '../tensor/index.ts';
import { createDecoder } from './decoder.ts';
import { slideWindow } from './window.ts';

const CONTEXT = 20;
const CHUNK = 6;

function tinyConfig(architecture: Architecture): ModelConfig {
  return checkModelConfig({
    architecture,
    vocabularySize: 31,
    width: 16,
    layers: 2,
    heads: 4,
    keyValueHeads: 2,
    headWidth: 6,
    mlpWidth: 24,
    context: CONTEXT,
    ropeTheta: 10_000,
    normEpsilon: 1e-6,
    tiedEmbeddings: architecture === 'qwen3',
    activation: 'silu',
  });
}

/** Weights ten times the usual start, so that logits differ visibly between positions. */
function parametersOf(config: ModelConfig): HostParameters {
  const parameters = initialParameters(config, 3);
  for (const [name, { data }] of parameters) {
    if (!name.includes('norm')) for (let i = 0; i < data.length; i++) data[i]! *= 10;
  }
  return parameters;
}

function someTokens(count: number, config: ModelConfig): number[] {
  const rng = new Rng(9);
  return Array.from({ length: count }, () => rng.int(config.vocabularySize));
}

/** Rows of logits of one pass over all tokens. */
async function fullForward(runtime: Runtime, config: ModelConfig, parameters: HostParameters, ids: readonly number[]) {
  const trace = new Trace();
  const tokens = trace.input('tokens', 'int32', [1, ids.length]);
  const logits = forward(trace, config, parameterInputs(trace, config), tokens);
  const executable = await runtime.prepare(compile(trace.finish({ logits })));
  const output = await executable.run({ tokens: int32([1, ids.length], ids), ...Object.fromEntries(parameters) });
  await executable.release();
  const data = output['logits']!.data as Float32Array;
  return ids.map((_, row) => data.subarray(row * config.vocabularySize, (row + 1) * config.vocabularySize));
}

function assertClose(actual: Float32Array, expected: Float32Array, where: string): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    assert.ok(
      difference < 2e-5 * (1 + Math.abs(expected[i]!)),
      `${where}: logit ${i} is ${actual[i]}, not ${expected[i]}`,
    );
  }
}

const ort = createOrtRuntime({ threads: 1 });
after(() => ort.close());

for (const architecture of ['qwen3', 'llama'] as const) {
  for (const kind of ['reference', 'onnx runtime'] as const) {
    const config = tinyConfig(architecture);
    const parameters = parametersOf(config);
    const runtimeOf = () => (kind === 'reference' ? createReferenceRuntime() : ort);

    test(`prefill and cached decode equal the full forward pass at every position (${architecture}, ${kind})`, async () => {
      const ids = someTokens(CONTEXT, config);
      const runtime = runtimeOf();
      const expected = await fullForward(runtime, config, parameters, ids);
      const decoder = await createDecoder({ config, parameters, runtime, prefillChunk: CHUNK });
      // Every split between prefill and decode, so every chunk border and every padding
      for (let split = 1; split <= CONTEXT; split++) {
        decoder.reset();
        assertClose(await decoder.feed(ids.slice(0, split)), expected[split - 1]!, `prefill of ${split}`);
        if (split % 5 !== 1) continue;
        for (let at = split; at < CONTEXT; at++) {
          assertClose(await decoder.feed([ids[at]!]), expected[at]!, `decode at ${at} after ${split}`);
        }
      }
      await decoder.close();
    });

    test(`after a rollback the logits are those of a fresh pass (${architecture}, ${kind})`, async () => {
      const ids = someTokens(CONTEXT, config);
      const other = [...ids.slice(0, 7), ...ids.slice(7).map((id) => (id + 5) % config.vocabularySize)];
      const runtime = runtimeOf();
      const expected = await fullForward(runtime, config, parameters, other);
      const decoder = await createDecoder({ config, parameters, runtime, prefillChunk: CHUNK });
      await decoder.feed(ids);
      for (const position of [7, 3, 0]) {
        decoder.truncate(position);
        assert.equal(decoder.position, position);
        for (const length of [8, 13, CONTEXT]) {
          const fed = other.slice(decoder.position, length);
          assertClose(await decoder.feed(fed), expected[length - 1]!, `${fed.length} after rollback to ${position}`);
        }
      }
      assert.deepEqual(decoder.tokens, other);
      await decoder.close();
    });

    test(`after a slide the logits are those of a full pass over the kept tokens (${architecture}, ${kind})`, async () => {
      const ids = someTokens(CONTEXT + 1, config);
      const runtime = runtimeOf();
      const kept = slideWindow(ids, 4, CONTEXT)!;
      assert.deepEqual(kept.slice(0, 4), ids.slice(0, 4));
      assert.equal(kept.at(-1), ids.at(-1));
      const expected = await fullForward(runtime, config, parameters, kept);
      const decoder = await createDecoder({ config, parameters, runtime, prefillChunk: CHUNK });
      await decoder.feed(ids.slice(0, CONTEXT));
      decoder.truncate(4);
      assertClose(await decoder.feed(kept.slice(4)), expected.at(-1)!, 'slide');
      await decoder.close();
    });
  }
}

test('a chunk that would pass the end of the context begins earlier and changes no logits', async () => {
  const config = tinyConfig('qwen3');
  const parameters = parametersOf(config);
  const runtime = createReferenceRuntime();
  const ids = someTokens(CONTEXT, config);
  const expected = await fullForward(runtime, config, parameters, ids);
  const decoder = await createDecoder({ config, parameters, runtime, prefillChunk: 16 });
  for (let first = 5; first < CONTEXT; first++) {
    decoder.reset();
    await decoder.feed(ids.slice(0, first));
    assertClose(await decoder.feed(ids.slice(first)), expected.at(-1)!, `${CONTEXT - first} after ${first}`);
    assert.deepEqual(decoder.tokens, ids);
    decoder.truncate(CONTEXT - 1);
    assertClose(await decoder.feed(ids.slice(-1)), expected.at(-1)!, `the last again after ${first}`);
  }
});

test('a smaller cache than the model allows changes nothing but the room', async () => {
  const config = tinyConfig('qwen3');
  const parameters = parametersOf(config);
  const runtime = createReferenceRuntime();
  const ids = someTokens(9, config);
  const expected = await fullForward(runtime, config, parameters, ids);
  const decoder = await createDecoder({ config, parameters, runtime, context: 9 });
  assert.equal(decoder.context, 9);
  assertClose(await decoder.feed(ids), expected.at(-1)!, 'all');
});

test('what does not fit, is no id or comes at the wrong time is refused and changes nothing', async () => {
  const config = tinyConfig('llama');
  const decoder = await createDecoder({ config, parameters: parametersOf(config), runtime: createReferenceRuntime() });
  await decoder.feed([1, 2, 3]);
  const refused = (code: string) => (error: unknown) => isExpChatError(error) && error.code === code;
  await assert.rejects(decoder.feed([]), refused('infer.context-full'));
  await assert.rejects(decoder.feed(new Array<number>(CONTEXT - 2).fill(1)), refused('infer.context-full'));
  await assert.rejects(decoder.feed([31]), refused('infer.token'));
  await assert.rejects(decoder.feed([-1]), refused('infer.token'));
  await assert.rejects(decoder.feed([1.5]), refused('infer.token'));
  assert.throws(() => decoder.truncate(4), refused('infer.position'));
  const running = decoder.feed([4]);
  await assert.rejects(decoder.feed([5]), refused('infer.busy'));
  await running;
  assert.deepEqual(decoder.tokens, [1, 2, 3, 4]);
});

test('weights of another shape than the config are refused by name', async () => {
  const config = tinyConfig('llama');
  const parameters = new Map(parametersOf(config));
  parameters.delete('model.norm.weight');
  await assert.rejects(createDecoder({ config, parameters, runtime: createReferenceRuntime() }), /model\.norm\.weight/);
});
