import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../base/index.ts';
import { compile, createReferenceRuntime, grad, Trace } from '../engine/index.ts';
import { MASKED, rotaryTables, weightedCrossEntropy } from '../nn/index.ts';
import { float32, type HostTensor, int32, sizeOf } from '../tensor/index.ts';
import {
  type CachedInputs,
  checkModelConfig,
  forward,
  forwardCached,
  initialParameters,
  type ModelConfig,
  parameterInputs,
  parameterSpecs,
} from './index.ts';

const TINY: ModelConfig = checkModelConfig({
  architecture: 'qwen3',
  vocabularySize: 13,
  width: 8,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headWidth: 4,
  mlpWidth: 12,
  context: 8,
  ropeTheta: 10_000,
  normEpsilon: 1e-6,
  tiedEmbeddings: true,
  activation: 'silu',
});

/** Parameters large enough for every part to matter; norms differ from 1. */
function livelyParameters(config: ModelConfig, seed: number): Record<string, HostTensor> {
  const rng = new Rng(seed);
  const entries = [...initialParameters(config, seed)].map(([name, tensor]) => {
    const norm = tensor.shape.length === 1;
    const data = Float64Array.from(tensor.data, (value) => (norm ? 1 + 0.2 * rng.normal() : value * 20));
    return [name, float32(tensor.shape, data)] as const;
  });
  return Object.fromEntries(entries);
}

const tokens = (rows: number[][]): HostTensor => int32([rows.length, rows[0]!.length], rows.flat());

async function logitsOf(
  config: ModelConfig,
  parameters: Record<string, HostTensor>,
  ids: number[][],
  segments?: number[][],
): Promise<Float32Array> {
  const runtime = createReferenceRuntime();
  const trace = new Trace();
  const shape = [ids.length, ids[0]!.length];
  const input = trace.input('tokens', 'int32', shape);
  const options = segments === undefined ? {} : { segments: trace.input('segments', 'int32', shape) };
  const graph = trace.finish({ logits: forward(trace, config, parameterInputs(trace, config), input, options) });
  const program = await runtime.prepare(compile(graph));
  const feeds = { ...parameters, tokens: tokens(ids), ...(segments && { segments: tokens(segments) }) };
  return (await program.run(feeds))['logits']!.data as Float32Array;
}

for (const variant of [
  TINY,
  { ...TINY, architecture: 'llama', tiedEmbeddings: false, activation: 'gelu_pytorch_tanh' } as const,
]) {
  test(`every parameter's gradient of a whole ${variant.architecture} model is the central difference`, async () => {
    const runtime = createReferenceRuntime({ precision: 'double' });
    const trace = new Trace();
    const shape = [2, 5];
    const inputs = parameterInputs(trace, variant);
    const logits = forward(trace, variant, inputs, trace.input('tokens', 'int32', shape), {
      segments: trace.input('segments', 'int32', shape),
    });
    const loss = weightedCrossEntropy(
      logits,
      trace.input('targets', 'int32', [10]),
      trace.input('weights', 'float32', [10]),
    );
    const names = parameterSpecs(variant).map((spec) => spec.name);
    const gradients = grad(
      loss,
      names.map((name) => inputs.get(name)!),
    );
    const outputs = Object.fromEntries(names.map((name, i) => [`d:${name}`, gradients[i]!]));
    const program = await runtime.prepare(compile(trace.finish({ loss, ...outputs })));
    const parameters = livelyParameters(variant, 7);
    const feeds = {
      ...parameters,
      tokens: tokens([
        [1, 5, 2, 9, 12],
        [3, 3, 0, 7, 4],
      ]),
      segments: tokens([
        [1, 1, 1, 2, 2],
        [1, 1, 1, 1, 0],
      ]),
      targets: int32([10], [5, 2, 9, 12, 0, 3, 0, 7, 4, 1]),
      weights: float32([10], [1, 1, 0, 2, 1, 1, 0.5, 1, 1, 0]),
    };
    const analytic = await program.run(feeds);
    const rng = new Rng(3);
    for (const name of names) {
      const value = parameters[name]!;
      const direction = Float64Array.from({ length: sizeOf(value.shape) }, () => rng.normal());
      const at = async (step: number): Promise<number> => {
        const moved = Float64Array.from(value.data, (x, i) => x + step * direction[i]!);
        return (await program.run({ ...feeds, [name]: float32(value.shape, moved) }))['loss']!.data[0]!;
      };
      const difference = ((await at(1e-5)) - (await at(-1e-5))) / 2e-5;
      const gradient = analytic[`d:${name}`]!.data as Float64Array;
      const product = gradient.reduce((sum, g, i) => sum + g * direction[i]!, 0);
      assert.ok(
        Math.abs(difference - product) < 1e-6 * Math.max(1, Math.abs(difference)),
        `${name}: difference ${difference}, gradient ${product}`,
      );
    }
  });
}

test('no position sees a later one or another segment', async () => {
  const parameters = livelyParameters(TINY, 1);
  const segments = [[1, 1, 1, 2, 2, 2]];
  const before = await logitsOf(TINY, parameters, [[1, 2, 3, 4, 5, 6]], segments);
  const firstChanged = await logitsOf(TINY, parameters, [[9, 8, 7, 4, 5, 6]], segments);
  const lastChanged = await logitsOf(TINY, parameters, [[1, 2, 3, 4, 5, 11]], segments);
  const V = TINY.vocabularySize;
  assert.deepEqual(firstChanged.slice(3 * V), before.slice(3 * V), 'the second segment is what it was');
  assert.deepEqual(lastChanged.slice(0, 5 * V), before.slice(0, 5 * V), 'what came before is what it was');
  assert.notDeepEqual(firstChanged.slice(0, V), before.slice(0, V));
  assert.notDeepEqual(lastChanged.slice(5 * V), before.slice(5 * V));
});

test('a segment in the middle of a row gives the logits it gives alone', async () => {
  const parameters = livelyParameters(TINY, 2);
  const packed = await logitsOf(TINY, parameters, [[9, 9, 4, 5, 6]], [[1, 1, 2, 2, 2]]);
  const alone = await logitsOf(TINY, parameters, [[4, 5, 6]]);
  for (const [i, value] of alone.entries()) {
    assert.ok(Math.abs(value - packed[2 * TINY.vocabularySize + i]!) < 1e-5);
  }
});

test('new tokens after cached ones give the logits of the full forward pass', async () => {
  const parameters = livelyParameters(TINY, 4);
  const ids = [3, 1, 4, 1, 5, 9, 2];
  const full = await logitsOf(TINY, parameters, [ids]);
  const runtime = createReferenceRuntime();
  const capacity = 8;
  const parts = [3, 1, 3];
  const caches = TINY.layers * 2;
  const cache = Array.from({ length: caches }, () => new Float64Array(TINY.keyValueHeads * capacity * TINY.headWidth));
  let position = 0;
  for (const time of parts) {
    const trace = new Trace();
    const cacheShape = [1, TINY.keyValueHeads, capacity, TINY.headWidth];
    const tables = rotaryTables(
      Array.from({ length: time }, (_, i) => position + i),
      { batch: 1, time },
      TINY.headWidth,
      TINY.ropeTheta,
    );
    const bias = new Float64Array(time * capacity).map((_, i) => (i % capacity < position ? 0 : MASKED));
    const inputs: CachedInputs = {
      tokens: trace.constant(int32([1, time], ids.slice(position, position + time))),
      cos: trace.constant(tables.cos),
      sin: trace.constant(tables.sin),
      cacheBias: trace.constant(float32([1, 1, time, capacity], bias)),
      rows: trace.constant(int32([1], [time - 1])),
      caches: Array.from({ length: TINY.layers }, (_, layer) => ({
        keys: trace.constant(float32(cacheShape, cache[2 * layer])),
        values: trace.constant(float32(cacheShape, cache[2 * layer + 1])),
      })),
    };
    const { logits, fresh } = forwardCached(trace, TINY, parameterInputs(trace, TINY), inputs);
    const rows = fresh.flatMap((layer) => [layer.keys, layer.values]);
    const outputs = Object.fromEntries(rows.map((row, i) => [`row${i}`, row]));
    const program = await runtime.prepare(compile(trace.finish({ logits, ...outputs })));
    const result = await program.run(parameters);
    for (let i = 0; i < caches; i++) {
      const data = result[`row${i}`]!.data;
      for (let head = 0; head < TINY.keyValueHeads; head++) {
        const from = data.subarray(head * time * TINY.headWidth, (head + 1) * time * TINY.headWidth);
        cache[i]!.set(from, (head * capacity + position) * TINY.headWidth);
      }
    }
    position += time;
    const expected = full.slice((position - 1) * TINY.vocabularySize, position * TINY.vocabularySize);
    for (const [i, value] of expected.entries()) {
      assert.ok(Math.abs(value - result['logits']!.data[i]!) < 1e-4, `position ${position}`);
    }
  }
});
