/** What a model costs by formula is what the graph of its training step computes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { productFlops } from '../../bench/graph-products.ts';
import { Trace } from '../../src/engine/index.ts';
import { checkModelConfig, type ModelConfig, modelConfigOfSize, modelCost } from '../../src/model/index.ts';
import { traceTrainingStep } from '../../src/train/index.ts';

const NANO = modelConfigOfSize('nano', { vocabularySize: 120, layers: 3, context: 1024 });

function graphFlops(config: ModelConfig, batch: number, time: number): number {
  return productFlops(traceTrainingStep(config, { batch, time }, { precision: 'float32' }).graph);
}

test('a product of (a, b) and (b, c) takes 2 a b c operations, however its operands lie', () => {
  const trace = new Trace();
  const [x, y] = [trace.input('x', 'float32', [3, 5]), trace.input('y', 'float32', [7, 5])];
  const xy = x.matmul(y, { transposeB: true }); // (3, 7)
  const graph = trace.finish({ xy, xyx: xy.matmul(x, { transposeA: true }) }); // (7, 5)
  assert.equal(productFlops(graph), 2 * 3 * 5 * 7 + 2 * 7 * 3 * 5);
});

test('the operations of a training step by formula are the products in its graph', () => {
  const shapes: [string, ModelConfig][] = [
    ['tied qwen3', NANO],
    ['untied llama', { ...NANO, architecture: 'llama', tiedEmbeddings: false }],
    ['grouped heads', { ...NANO, heads: 4, keyValueHeads: 2, headWidth: 24 }],
    ['one layer', { ...NANO, layers: 1, mlpWidth: 100 }],
  ];
  for (const [name, config] of shapes) {
    // Up to 256 positions attention is one block, above it is several, the last one shorter than the others.
    for (const [batch, time] of [
      [1, 16],
      [3, 256],
      [2, 512],
      [1, 300],
    ] as const) {
      const formula = modelCost(checkModelConfig(config), { time }).trainingFlopsPerToken * batch * time;
      const counted = graphFlops(config, batch, time);
      assert.ok(Math.abs(formula - counted) < 1e-9 * counted, `${name}, ${batch} x ${time}: ${formula}, ${counted}`);
    }
  }
});
