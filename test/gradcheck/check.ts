/**
 * The gradient check: the derivative of a random scalar projection of an op, along a random direction of each input, by
 * `grad` and by a central difference in float64 on the reference runtime. One direction at a time keeps it cheap; a wrong
 * rule fails in almost every direction.
 */
import assert from 'node:assert/strict';
import type { Rng } from '../../src/base/index.ts';
import type { Graph } from '../../src/engine/graph/index.ts';
import { compile, createReferenceRuntime, grad, Tensor, Trace } from '../../src/engine/index.ts';
import { float32, type HostTensor, sizeOf } from '../../src/tensor/index.ts';
import type { OpCase } from './op-cases.ts';

const STEP = 1e-5;
/** Error of the central difference: about STEP^2 in the third derivative, and 1e-16 / STEP of rounding. */
export const TOLERANCE = 1e-6;

/** value = sum(op(inputs) * projection), and the gradient of it for each differentiable input, as one graph. */
export function gradientGraph(testCase: OpCase): { graph: Graph; checked: readonly number[] } {
  const trace = new Trace();
  const inputs = testCase.inputs.map(({ dtype, shape }, i) => trace.input(`x${i}`, dtype, shape));
  const y = new Tensor(testCase.build(inputs.map((input) => input.node)));
  const loss = y.mul(trace.input('projection', 'float32', y.shape)).total();
  const checked =
    testCase.differentiable ?? testCase.inputs.flatMap((input, i) => (input.dtype === 'float32' ? [i] : []));
  const gradients = grad(
    loss,
    checked.map((i) => inputs[i]!),
  );
  const outputs = Object.fromEntries(checked.map((i, k) => [`d${i}`, gradients[k]!]));
  return { graph: trace.finish({ y: y.mul(1), loss, ...outputs }), checked };
}

export function feedsOf(testCase: OpCase, graph: Graph, rng: Rng): Record<string, HostTensor> {
  const { shape } = graph.inputs.get('projection')!;
  const projection = float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()),
  );
  return { ...Object.fromEntries(testCase.inputs.map((tensor, i) => [`x${i}`, tensor])), projection };
}

/** Fails where a gradient differs from the central difference by more than `TOLERANCE`, relative to their size. */
export async function checkGradient(testCase: OpCase, rng: Rng, where: string): Promise<void> {
  const { graph, checked } = gradientGraph(testCase);
  const runtime = createReferenceRuntime({ precision: 'double' });
  const executable = await runtime.prepare(compile(graph));
  const feeds = feedsOf(testCase, graph, rng);
  const results = await executable.run(feeds);
  for (const i of checked) {
    const base = Float64Array.from(testCase.inputs[i]!.data);
    const direction = base.map(() => rng.normal());
    const along = (results[`d${i}`]!.data as Float64Array).reduce((total, d, at) => total + d * direction[at]!, 0);
    const lossAt = async (step: number) => {
      const moved = { ...testCase.inputs[i]!, data: base.map((x, at) => x + step * direction[at]!) } as HostTensor;
      return (await executable.run({ ...feeds, [`x${i}`]: moved }))['loss']!.data[0]!;
    };
    const difference = ((await lossAt(STEP)) - (await lossAt(-STEP))) / (2 * STEP);
    const scale = Math.max(1, Math.abs(along), Math.abs(difference));
    assert.ok(
      Math.abs(along - difference) <= TOLERANCE * scale,
      `${where}, input ${i}: grad gives ${along}, the central difference ${difference}`,
    );
  }
}
