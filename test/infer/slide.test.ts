import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { compile, createOrtRuntime, createReferenceRuntime, type Runtime, Trace } from '../../src/engine/index.ts';
import { collect, createDecoder, generate, slideWindow } from '../../src/infer/index.ts';
import {
  type Architecture,
  checkModelConfig,
  forward,
  type HostParameters,
  initialParameters,
  type ModelConfig,
  parameterInputs,
} from '../../src/model/index.ts';
import { int32 } from '../../src/tensor/index.ts';
import { BOS, byteCodec } from './fakes.ts';

const CONTEXT = 24;
const KEEP = 5;

function configOf(architecture: Architecture): ModelConfig {
  return checkModelConfig({
    architecture,
    vocabularySize: byteCodec.vocabularySize,
    width: 16,
    layers: 2,
    heads: 4,
    keyValueHeads: 2,
    headWidth: 4,
    mlpWidth: 24,
    context: CONTEXT,
    ropeTheta: 10_000,
    normEpsilon: 1e-6,
    tiedEmbeddings: false,
    activation: 'silu',
  });
}

/** The most probable byte after `ids`, by one pass over all of them without any cache. */
async function nextByte(runtime: Runtime, config: ModelConfig, parameters: HostParameters, ids: readonly number[]) {
  const trace = new Trace();
  const tokens = trace.input('tokens', 'int32', [1, ids.length]);
  const logits = forward(trace, config, parameterInputs(trace, config), tokens);
  const executable = await runtime.prepare(compile(trace.finish({ logits })));
  const output = await executable.run({ tokens: int32([1, ids.length], ids), ...Object.fromEntries(parameters) });
  await executable.release();
  const start = (ids.length - 1) * config.vocabularySize;
  const bytes = Array.from(output['logits']!.data.subarray(start, start + 256));
  return bytes.indexOf(Math.max(...bytes));
}

const ort = createOrtRuntime({ threads: 1 });
after(() => ort.close());

for (const architecture of ['qwen3', 'llama'] as const) {
  for (const runtime of [createReferenceRuntime(), ort]) {
    test(`a text three windows long is the one that full passes over each window give (${architecture}, ${runtime.name})`, async () => {
      const config = configOf(architecture);
      const parameters = initialParameters(config, 8);
      for (const [name, { data }] of parameters) {
        if (!name.includes('norm')) for (let i = 0; i < data.length; i++) data[i]! *= 15;
      }
      const prompt = [BOS, ...byteCodec.encode('System: Guten Tag')];
      const decoder = await createDecoder({ config, parameters, runtime, prefillChunk: 7 });
      const options = { temperature: 0, maxTokens: 45, keepTokens: KEEP, endTokens: [] };
      const result = await collect(generate(decoder, byteCodec, prompt, options));
      await decoder.close();
      let visible = prompt;
      let slides = 0;
      for (const [at, id] of result.generatedIds.entries()) {
        assert.equal(id, await nextByte(runtime, config, parameters, visible), `byte ${at}`);
        visible = [...visible, id];
        if (visible.length > CONTEXT && at < 44) {
          visible = slideWindow(visible, KEEP, CONTEXT)!;
          slides++;
        }
      }
      assert.ok(slides >= 3, `${slides}`);
      assert.equal(result.windowSlides, slides);
      assert.ok(new Set(result.generatedIds).size > 10, 'the text must not repeat one byte');
    });
  }
}
