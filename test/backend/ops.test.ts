import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Rng } from '../../src/base/index.ts';
import { compile, createOrtRuntime, createReferenceRuntime } from '../../src/engine/index.ts';
import { feedsOf, gradientGraph } from '../gradcheck/check.ts';
import { caseOf, opNames } from '../gradcheck/op-cases.ts';

/** float32 has 24 bits; sums of up to some hundred terms lose a few of them. */
const TOLERANCE = 2e-5;
const SEEDS = 6;

const ort = createOrtRuntime({ threads: 2 });
const reference = createReferenceRuntime();
after(() => ort.close());

for (const op of opNames) {
  test(`ONNX Runtime equals the reference on ${op}, value and gradient`, async () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const testCase = caseOf(op, seed);
      const { graph } = gradientGraph(testCase);
      const feeds = feedsOf(testCase, graph, Rng.named(seed, `backend ${op}`));
      const program = compile(graph);
      const executable = await ort.prepare(program);
      const [expected, got] = [await (await reference.prepare(program)).run(feeds), await executable.run(feeds)];
      await executable.release();
      assert.deepEqual(Object.keys(got).sort(), Object.keys(expected).sort());
      for (const [name, { data, shape }] of Object.entries(expected)) {
        assert.deepEqual([...got[name]!.shape], [...shape], `${op}, seed ${seed}, ${name}`);
        for (const [at, value] of data.entries()) {
          const difference = Math.abs(got[name]!.data[at]! - value);
          assert.ok(
            difference <= TOLERANCE * Math.max(1, Math.abs(value)),
            `${op}, seed ${seed}, ${name}[${at}]: expected ${value}, got ${got[name]!.data[at]}`,
          );
        }
      }
    }
  });
}
