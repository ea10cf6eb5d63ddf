import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Rng } from '../../src/base/index.ts';
import { compile, createOrtRuntime, createReferenceRuntime, grad, Trace } from '../../src/engine/index.ts';
import { float32, int32, sizeOf } from '../../src/tensor/index.ts';
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

test('a^T b is the same whichever of its factors is the wider, and whichever is turned over', async () => {
  const rng = new Rng(11);
  const values = (shape: number[]) =>
    float32(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()),
    );
  for (const [rows, columns] of [
    [7, 3],
    [3, 7],
    [5, 5],
  ] as const) {
    const trace = new Trace();
    const [a, b] = [trace.input('a', 'float32', [4, rows]), trace.input('b', 'float32', [4, columns])];
    const program = compile(trace.finish({ y: a.matmul(b, { transposeA: true, alpha: 0.5 }) }));
    const feeds = { a: values([4, rows]), b: values([4, columns]) };
    const [expected, got] = await Promise.all(
      [reference, ort].map(async (runtime) => (await (await runtime.prepare(program)).run(feeds))['y']!),
    );
    assert.deepEqual(got!.shape, [rows, columns]);
    for (const [i, value] of expected!.data.entries()) assert.ok(Math.abs(got!.data[i]! - value) < 1e-6);
  }
});

test('a large product has the same bits in pieces of rows as in one, whichever way its second factor lies', async () => {
  const rng = new Rng(12);
  const [width, columns] = [256, 520];
  const x = float32(
    [1030, width],
    Float32Array.from({ length: 1030 * width }, () => rng.normal()),
  );
  for (const transposeB of [false, true]) {
    const weight = float32(
      transposeB ? [columns, width] : [width, columns],
      Float32Array.from({ length: columns * width }, () => rng.normal()),
    );
    const product = async (rows: number) => {
      const trace = new Trace();
      const [a, b] = [trace.input('x', 'float32', [rows, width]), trace.input('weight', 'float32', weight.shape)];
      const program = compile(trace.finish({ y: a.matmul(b, { transposeB, alpha: 0.5 }) }));
      const inPieces = Buffer.from(program.onnx({ channelsOfBlock: 0 }).bytes).includes('Reshape');
      const fed = { ...x, shape: [rows, width], data: x.data.subarray(0, rows * width) };
      return { inPieces, y: (await (await ort.prepare(program)).run({ x: fed, weight }))['y']! };
    };
    const [whole, half] = [await product(1030), await product(515)];
    assert.deepEqual([whole.inPieces, half.inPieces], [true, false]);
    assert.deepEqual(whole.y.shape, [1030, columns]);
    assert.deepEqual(whole.y.data.subarray(0, 515 * columns), half.y.data);
    const sum = (row: number, column: number) => {
      const factor = (k: number) => weight.data[transposeB ? column * width + k : k * columns + column]!;
      return (
        0.5 * Array.from({ length: width }, (_, k) => x.data[row * width + k]! * factor(k)).reduce((a, b) => a + b)
      );
    };
    for (const row of [0, 514, 515, 1029]) {
      assert.ok(Math.abs(whole.y.data[row * columns + 7]! - sum(row, 7)) < 1e-4, `row ${row}`);
    }
  }
});

test('a slice in large pieces takes the elements that it names, along every axis', async () => {
  const shape = [3, 6, 8, 512];
  const values = int32(
    shape,
    Int32Array.from({ length: sizeOf(shape) }, (_, i) => i),
  );
  for (const [axis, start, end, inPieces] of [
    [0, 1, 3, true],
    [1, 0, 4, true],
    [1, 3, 6, true],
    [1, 2, 3, true],
    [2, 2, 8, false],
    [3, 0, 256, false],
  ] as const) {
    const trace = new Trace();
    const program = compile(trace.finish({ y: trace.input('x', 'int32', shape).slice(axis, start, end) }));
    const onnx = Buffer.from(program.onnx({ channelsOfBlock: 0 }).bytes);
    assert.deepEqual([onnx.includes('Gather'), onnx.includes('Slice')], [inPieces, !inPieces]);
    const [got, expected] = await Promise.all(
      [ort, reference].map(async (runtime) => (await (await runtime.prepare(program)).run({ x: values }))['y']!),
    );
    assert.deepEqual(got!.shape, expected!.shape);
    assert.ok(Buffer.from(got!.data.buffer).equals(Buffer.from(expected!.data.buffer)), `${axis}: ${start} .. ${end}`);
  }
});

test('beside its gradient silu is a product with the sigmoid, which is computed once, and has the bits that it has alone', async () => {
  const siluOf = (withGradient: boolean) => {
    const trace = new Trace();
    const x = trace.input('x', 'float32', [4, 64]);
    const y = x.silu();
    return compile(trace.finish(withGradient ? { y, d: grad(y.total(), [x])[0]! } : { y }));
  };
  const count = (withGradient: boolean, op: string) =>
    Buffer.from(siluOf(withGradient).onnx({ channelsOfBlock: 0 }).bytes)
      .toString('latin1')
      .split(op).length - 1;
  assert.deepEqual([count(false, 'QuickGelu'), count(true, 'QuickGelu'), count(true, 'Sigmoid')], [1, 0, 1]);
  const x = float32(
    [4, 64],
    Array.from({ length: 256 }, (_, i) => (i - 128) / 10),
  );
  const [alone, beside] = await Promise.all(
    [false, true].map(async (withGradient) => (await (await ort.prepare(siluOf(withGradient))).run({ x }))['y']!),
  );
  assert.deepEqual(beside!.data, alone!.data);
});

test('beside its gradient a loss is taken from the probability, and one beyond its smallest normal value is 87.3 nats', async () => {
  const lossOf = (withGradient: boolean) => {
    const trace = new Trace();
    const logits = trace.input('logits', 'float32', [3, 4]);
    const losses = logits.crossEntropy(trace.input('targets', 'int32', [3]));
    return compile(trace.finish(withGradient ? { losses, d: grad(losses.total(), [logits])[0]! } : { losses }));
  };
  const targets = int32([3], [1, 1, 0]);
  const logits = float32([3, 4], [0, 1, 2, 3, 80, 0, -3, 5, -100, 50, 100, 0]);
  const alone = await (await ort.prepare(lossOf(false))).run({ logits, targets });
  const { losses, d } = await (await ort.prepare(lossOf(true))).run({ logits, targets });
  const exact = await (await reference.prepare(lossOf(true))).run({ logits, targets });
  for (const [i, value] of exact['losses']!.data.entries()) {
    assert.ok(Math.abs(alone['losses']!.data[i]! - value) < 1e-5 * Math.max(1, value));
    const expected = Math.min(value, 126 * Math.LN2);
    assert.ok(Math.abs(losses!.data[i]! - expected) < 1e-5 * Math.max(1, expected), `${losses!.data[i]}`);
  }
  assert.equal(exact['losses']!.data[2], 200);
  for (const [i, value] of exact['d']!.data.entries()) assert.ok(Math.abs(d!.data[i]! - value) < 1e-6);
});
