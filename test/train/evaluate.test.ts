import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile, createReferenceRuntime, Trace } from '../../src/engine/index.ts';
import { forward, initialParameters, parameterInputs } from '../../src/model/index.ts';
import { float32, int32 } from '../../src/tensor/index.ts';
import { chatBatches, Evaluator, pretrainBatches } from '../../src/train/index.ts';
import { TINY_CONFIG, TINY_TOKENIZER, tinySet } from './tiny-run.ts';

const runtime = createReferenceRuntime();
const lively = new Map(
  [...initialParameters(TINY_CONFIG, 6)].map(([name, tensor]) => [
    name,
    tensor.shape.length === 1
      ? tensor
      : float32(
          tensor.shape,
          Float32Array.from(tensor.data, (value) => value * 15),
        ),
  ]),
);
await runtime.put(Object.fromEntries(lively));
const set = tinySet(9, 3);
const { byteLengths } = TINY_TOKENIZER;

test('loss, bits per byte and accuracy do not depend on the batch size', async () => {
  for (const make of [
    pretrainBatches,
    (...args: Parameters<typeof pretrainBatches>) => chatBatches(...args, { assistantOnly: true }),
  ]) {
    const results = [];
    for (const batch of [1, 2, 5]) {
      const shape = { batch, time: 12 };
      const evaluator = await Evaluator.prepare(runtime, TINY_CONFIG, shape);
      results.push(await evaluator.run(make(set, shape, 0), byteLengths, { maxBatches: 100 }));
    }
    for (const result of results) {
      assert.equal(result.tokens, results[0]!.tokens);
      assert.equal(result.bytes, results[0]!.bytes);
      assert.equal(result.accuracy, results[0]!.accuracy);
      assert.ok(Math.abs(result.lossNats - results[0]!.lossNats) < 1e-6);
      assert.ok(Math.abs(result.bitsPerByte - results[0]!.bitsPerByte) < 1e-6);
    }
  }
});

test('bits per byte are those of the ordinary targets alone, over their raw bytes', async () => {
  const shape = { batch: 1, time: 12 };
  const source = pretrainBatches(set, shape, 0);
  const evaluator = await Evaluator.prepare(runtime, TINY_CONFIG, shape);
  const result = await evaluator.run(source, byteLengths, { maxBatches: 1 });
  const { batch } = source.next({ epoch: 0, row: 0 });
  const trace = new Trace();
  const options = { segments: trace.input('segments', 'int32', [1, 12]) };
  const tokens = trace.input('tokens', 'int32', [1, 12]);
  const logits = forward(trace, TINY_CONFIG, parameterInputs(trace, TINY_CONFIG), tokens, options);
  const program = await runtime.prepare(compile(trace.finish({ logits })));
  const { logits: values } = await program.run({
    tokens: int32([1, 12], batch.tokens),
    segments: int32([1, 12], batch.segments),
  });
  const sums = { nats: 0, bytes: 0, all: 0, count: 0, correct: 0 };
  for (let i = 0; i < 12; i++) {
    if (batch.weights[i] === 0) continue;
    const row = [...values!.data.subarray(i * 40, (i + 1) * 40)];
    const target = batch.targets[i]!;
    const nats = Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0)) - row[target]!;
    sums.all += nats;
    sums.count++;
    sums.correct += Math.max(...row) === row[target] ? 1 : 0;
    if (byteLengths[target] === 0) continue;
    sums.nats += nats;
    sums.bytes += byteLengths[target]!;
  }
  assert.ok(Math.abs(result.lossNats - sums.all / sums.count) < 1e-5);
  assert.ok(Math.abs(result.bitsPerByte - sums.nats / sums.bytes / Math.LN2) < 1e-5);
  assert.equal(result.accuracy, sums.correct / sums.count);
  assert.ok(sums.nats < sums.all, 'there was a special token among the targets');
});
