/** The tiny models give PyTorch's logits, loss and gradients, on the reference runtime and on ONNX Runtime. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  compile,
  createOrtRuntime,
  createReferenceRuntime,
  type Graph,
  grad,
  type Runtime,
  Trace,
} from '../../src/engine/index.ts';
import { forward, type ModelConfig, parameterInputs } from '../../src/model/index.ts';
import { weightedCrossEntropy } from '../../src/nn/index.ts';
import { float32 } from '../../src/tensor/index.ts';
import { batchFeeds, fixtureNames, readFixture, readTensors, relativeDifference } from './fixture.ts';

const runtimes: Runtime[] = [createReferenceRuntime(), createOrtRuntime({ threads: 1 })];
after(() => Promise.all(runtimes.map((runtime) => runtime.close())));

/** Outputs: `logits` (B T, V), `loss` [], and the gradient of each parameter under the parameter's name. */
function lossAndGradients(config: ModelConfig, batch: number, time: number): Graph {
  const trace = new Trace();
  const parameters = parameterInputs(trace, config);
  const logits = forward(trace, config, parameters, trace.input('tokens', 'int32', [batch, time]));
  const targets = trace.input('targets', 'int32', [batch * time]);
  const loss = weightedCrossEntropy(logits, targets, trace.input('weights', 'float32', [batch * time]));
  const names = [...parameters.keys()];
  const gradients = grad(loss, [...parameters.values()]);
  return trace.finish({
    logits,
    loss,
    ...Object.fromEntries(names.map((name, i) => [`gradient of ${name}`, gradients[i]!])),
  });
}

for (const name of fixtureNames) {
  const { fixture, config } = readFixture(name);
  const program = compile(lossAndGradients(config, fixture.ids.length, fixture.ids[0]!.length));

  for (const runtime of runtimes) {
    test(`${name} on ${runtime.name}: logits, loss and every gradient equal PyTorch ${fixture.torch}`, async (t) => {
      const parameters = readTensors(name, 'model.safetensors');
      const expected = readTensors(name, 'gradients.safetensors');
      const executable = await runtime.prepare(program);
      const got = await executable.run({ ...Object.fromEntries(parameters), ...batchFeeds(fixture) });
      await executable.release();

      const off = relativeDifference(got['logits']!, readTensors(name, 'logits.safetensors').get('logits')!);
      assert.ok(off <= fixture.tolerances.logits, `logits: off by ${off}`);
      const lossOff = relativeDifference(got['loss']!, float32([], [fixture.loss]));
      assert.ok(lossOff <= fixture.tolerances.loss, `loss: expected ${fixture.loss}, got ${got['loss']!.data[0]}`);

      assert.deepEqual([...parameters.keys()].sort(), [...expected.keys()].sort());
      let worst = 0;
      for (const [parameter, gradient] of expected) {
        const difference = relativeDifference(got[`gradient of ${parameter}`]!, gradient);
        assert.ok(difference <= fixture.tolerances.gradients, `gradient of ${parameter}: off by ${difference}`);
        worst = Math.max(worst, difference);
      }
      t.diagnostic(`off by at most: logits ${off.toExponential(1)}, gradients ${worst.toExponential(1)}`);
    });
  }
}
