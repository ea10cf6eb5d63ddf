import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../src/base/index.ts';
import { vjpRules } from '../../src/engine/grad/rules.ts';
import { Builder, COMPOSITES, type CompositeName, define, mul, type Node, silu } from '../../src/engine/graph/index.ts';
import { compile, createReferenceRuntime, grad, Trace } from '../../src/engine/index.ts';
import { evaluate } from '../../src/engine/runtime/reference.ts';
import { toHalf } from '../../src/engine/runtime/reference-kernels.ts';
import { float32, type HostTensor, int32 } from '../../src/tensor/index.ts';
import { checkGradient, gradientGraph } from './check.ts';
import { caseOf, opNames } from './op-cases.ts';

const SEEDS = 12;

for (const op of opNames) {
  test(`the gradient of ${op} equals the central difference`, async () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      await checkGradient(caseOf(op, seed), Rng.named(seed, `check ${op}`), `${op}, seed ${seed}`);
    }
  });
}

test('the gradient check fails on a wrong rule', async () => {
  const rules = vjpRules as Record<string, unknown>;
  const right = rules['tanh'];
  rules['tanh'] = (y: Node, dy: Node) => [mul(dy, y)];
  try {
    await assert.rejects(checkGradient(caseOf('tanh', 1), new Rng(1), 'tanh'), /central difference/);
  } finally {
    rules['tanh'] = right;
  }
});

test('a value used twice gets the sum of both gradients', async () => {
  const trace = new Trace();
  const x = trace.input('x', 'float32', []);
  const [dx] = grad(x.mul(x).add(x.mul(3)), [x]);
  const executable = await createReferenceRuntime().prepare(compile(trace.finish({ dx: dx! })));
  const result = await executable.run({ x: float32([], [5]) });
  assert.equal(result['dx']!.data[0], 13);
});

test('slices that do not meet give their gradients side by side, those that do add up', async () => {
  const slices = async (bounds: [number, number][]) => {
    const trace = new Trace();
    const x = trace.input('x', 'float32', [2, 6]);
    const parts = bounds.map(([start, end]) => x.slice(1, start, end));
    const loss = parts
      .map((part, i) =>
        part
          .mul(part)
          .mul(i + 1)
          .total(),
      )
      .reduce((sum, part) => sum.add(part));
    const graph = trace.finish({ dx: grad(loss, [x])[0]! });
    const feeds = {
      x: float32(
        [2, 6],
        Float32Array.from({ length: 12 }, () => 0.5),
      ),
    };
    const { dx } = await (await createReferenceRuntime().prepare(compile(graph))).run(feeds);
    const count = (op: string) => graph.nodes.filter((node) => node.op === op).length;
    return { row: [...dx!.data.subarray(6)], adds: count('add'), concats: count('concat') };
  };
  const tiles: [number, number][] = [
    [4, 6],
    [0, 1],
    [1, 4],
  ];
  assert.deepEqual(await slices(tiles), { row: [2, 3, 3, 3, 1, 1], adds: 3, concats: 1 });
  assert.deepEqual(await slices(tiles.slice(0, 2)), { row: [2, 0, 0, 0, 1, 1], adds: 2, concats: 1 });
  const meeting = await slices([
    [0, 4],
    [3, 6],
  ]);
  assert.deepEqual(meeting.row, [1, 1, 1, 3, 2, 2]);
  assert.equal(meeting.concats, 2);
});

test('the gradient of a gate is the central difference and takes the product that is there', async () => {
  const values = (seed: number) => {
    const rng = new Rng(seed);
    return float32(
      [3, 5],
      Float32Array.from({ length: 15 }, () => rng.normal()),
    );
  };
  const gate = { inputs: [values(1), values(2)], build: ([g, u]: readonly Node[]) => mul(silu(g!), u!) };
  await checkGradient(gate, new Rng(3), 'gate');
  const { graph } = gradientGraph(gate);
  const products = graph.nodes.filter(({ op, inputs }) => op === 'mul' && inputs[0]!.op === 'silu');
  assert.equal(products.length, 1);
});

for (const name of COMPOSITES) {
  test(`the kernel of ${name} equals its definition in primitives`, () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const { inputs, build } = caseOf(name, seed);
      const builder = new Builder();
      const nodes = inputs.map(({ dtype, shape }, i) => builder.input(`x${i}`, dtype, shape));
      const fused = build(nodes) as Node<CompositeName>;
      const graph = builder.finish({ fused, defined: define(fused) });
      const values = evaluate(graph, new Map(inputs.map((tensor, i) => [`x${i}`, tensor])));
      for (const [at, value] of values.get('defined')!.data.entries()) {
        const difference = Math.abs(value - values.get('fused')!.data[at]!);
        assert.ok(difference <= 1e-12 * Math.max(1, Math.abs(value)), `${name}, seed ${seed}, element ${at}`);
      }
    }
  });
}

test('roundHalf rounds value and gradient to float16, ties to even, and overflows to infinity', () => {
  assert.equal(toHalf(1 + 2 ** -11), 1);
  assert.equal(toHalf(1 + 3 * 2 ** -11), 1 + 2 ** -9);
  assert.equal(toHalf(65519), 65504);
  assert.equal(toHalf(65520), Infinity);
  assert.equal(toHalf(2 ** -25), 0);
  assert.equal(toHalf(-(2 ** -24)), -(2 ** -24));
  const trace = new Trace();
  const x = trace.input('x', 'float32', []);
  const [dx] = grad(x.roundHalf().mul(0.1), [x]);
  const graph = trace.finish({ dx: dx! });
  const values = evaluate(graph, new Map<string, HostTensor>([['x', float32([], [2])]]));
  assert.equal(values.get('dx')!.data[0], toHalf(0.1));
});

test('the gradient of a loss that is no scalar is refused', () => {
  const x = new Trace().input('x', 'float32', [2]);
  assert.throws(() => grad(x.mul(x), [x]), { code: 'grad.not-scalar' });
});

test('softmax and cross entropy stay finite for logits of a thousand', () => {
  const trace = new Trace();
  const x = trace.input('x', 'float32', [1, 3]);
  const loss = x.crossEntropy(trace.input('target', 'int32', [1])).total();
  const graph = trace.finish({ loss, softmax: x.softmax(), dx: grad(loss, [x])[0]! });
  const feeds = new Map<string, HostTensor>([
    ['x', float32([1, 3], [1000, 0, -1000])],
    ['target', int32([1], [2])],
  ]);
  const values = evaluate(graph, feeds);
  assert.deepEqual([...values.get('softmax')!.data], [1, 0, 0]);
  assert.equal(values.get('loss')!.data[0], 2000);
  assert.deepEqual([...values.get('dx')!.data], [1, 0, -1]);
});
