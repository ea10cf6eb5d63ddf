/** Large products in blocked form against the same in plain form, on ONNX Runtime, and against the reference. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Rng } from '../../src/base/index.ts';
import {
  compile,
  concat,
  createOrtRuntime,
  createReferenceRuntime,
  grad,
  type Tensor,
  Trace,
} from '../../src/engine/index.ts';
import { planBlocked } from '../../src/engine/lower/blocked.ts';
import { channelsOfBlock } from '../../src/engine/runtime/ort.binding.ts';
import { float32, type HostTensor, sizeOf } from '../../src/tensor/index.ts';

const blocked = createOrtRuntime({ threads: 2 });
const plain = createOrtRuntime({ threads: 2, blocked: false });
const reference = createReferenceRuntime();
after(() => Promise.all([blocked.close(), plain.close()]));

type Values = Record<string, HostTensor>;

function randomValues(
  trace: Trace,
  outputs: Readonly<Record<string, Tensor>>,
  seed: number,
): { program: ReturnType<typeof compile>; feeds: Values } {
  const program = compile(trace.finish(outputs));
  const rng = new Rng(seed);
  const feeds = Object.fromEntries(
    [...program.graph.inputs].map(([name, { shape }]) => [
      name,
      float32(
        shape,
        Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()),
      ),
    ]),
  );
  return { program, feeds };
}

/** Sums in another order differ by some last bits of float32, relative to the largest value. */
const TOLERANCE = 1e-5;

function assertClose(got: Values, expected: Values, where: string): void {
  assert.deepEqual(Object.keys(got).sort(), Object.keys(expected).sort());
  for (const [name, { shape, data }] of Object.entries(expected)) {
    assert.deepEqual(got[name]!.shape, shape);
    const largest = (data as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (const [i, value] of data.entries()) {
      const difference = Math.abs(got[name]!.data[i]! - value);
      assert.ok(difference <= TOLERANCE * largest, `${where}, ${name}[${i}]: expected ${value}, off by ${difference}`);
    }
  }
}

/** Both forms give the same, and only one of the two programs has images in it. */
async function assertSame(trace: Trace, outputs: Readonly<Record<string, Tensor>>, where = 'graph'): Promise<void> {
  const { program, feeds } = randomValues(trace, outputs, 1);
  const isBlocked = (channelsOfBlock: number) =>
    Buffer.from(program.onnx({ channelsOfBlock }).bytes).includes('ReorderInput');
  assert.deepEqual([isBlocked(16), isBlocked(0)], [true, false]);
  const [expected, got] = await Promise.all(
    [plain, blocked].map(async (runtime) => (await runtime.prepare(program)).run(feeds)),
  );
  assertClose(got!, expected!, where);
}

const processor = process.arch === 'x64' ? false : `${process.arch}: not every processor has the operators`;
test('ONNX Runtime has the operators of the blocked form', { skip: processor }, async () => {
  assert.ok([8, 16].includes(await channelsOfBlock()));
});

const ROWS = 256;
const [WIDTH, HIDDEN] = [208, 336];

/** Gradients of everything that goes into a gated layer of two linear ones and back to one. */
function gatedLayer(activate: (x: Tensor) => Tensor): { trace: Trace; outputs: Record<string, Tensor> } {
  const trace = new Trace();
  const x = trace.input('x', 'float32', [2, ROWS / 2, WIDTH]);
  const weights = ['gate', 'up', 'down'].map((name) =>
    trace.input(name, 'float32', name === 'down' ? [WIDTH, HIDDEN] : [HIDDEN, WIDTH]),
  ) as [Tensor, Tensor, Tensor];
  const linear = (value: Tensor, weight: Tensor) =>
    value
      .reshape([ROWS, value.size(-1)])
      .matmul(weight, { transposeB: true })
      .reshape([2, ROWS / 2, weight.size(0)]);
  const [gate, up, down] = weights;
  const y = x.add(linear(activate(linear(x, gate)).mul(linear(x, up)), down));
  const [dx, dgate, ddown] = grad(y.mul(y).total(), [x, gate, down]);
  return { trace, outputs: { y, dx: dx!, dgate: dgate!, ddown: ddown! } };
}

test('a gated layer and its gradients are the same in blocked form, and as the reference has them', async () => {
  const { trace, outputs } = gatedLayer((x) => x.silu());
  await assertSame(trace, outputs);
  const { program, feeds } = randomValues(trace, outputs, 1);
  const [exact, got] = await Promise.all(
    [reference, blocked].map(async (runtime) => (await runtime.prepare(program)).run(feeds)),
  );
  assertClose(got!, exact!, 'reference');
});

test('so is one whose activation is made of many steps with numbers in them', async () => {
  const { trace, outputs } = gatedLayer((x) => x.mul(x.mul(0.8).tanh().add(1)).mul(0.5).maximum(-0.1));
  await assertSame(trace, outputs);
});

test('of a layer that is computed again copies are made again, not kept meanwhile', async () => {
  const layer = (again: boolean) => {
    const trace = new Trace();
    const x = trace.input('x', 'float32', [ROWS, 256]);
    const weights = ['first', 'up', 'down'].map((name) => trace.input(name, 'float32', [256, 256]));
    const [first, up, down] = weights as [Tensor, Tensor, Tensor];
    const compute = (value: Tensor) => value.matmul(up).tanh().matmul(down);
    const input = x.matmul(first).exp();
    const y = again ? trace.recomputed(() => compute(input)) : compute(input);
    return { trace, outputs: { d0: grad(y.mul(y).total(), weights)[0]! } };
  };
  const readsOf = (weight: string, { trace, outputs }: ReturnType<typeof layer>) => {
    const { bytes } = compile(trace.finish(outputs)).onnx({ channelsOfBlock: 16 });
    const declared = 1;
    return Buffer.from(bytes).toString('latin1').split(weight).length - 1 - declared;
  };
  assert.equal(readsOf('up', layer(false)), 2); // Onwards, and turned over for the gradient
  assert.equal(readsOf('up', layer(true)), 3);
  const { trace, outputs } = layer(true);
  await assertSame(trace, outputs);
});

test('of two kept factors of a gradient one leaves the form', async () => {
  const trace = new Trace();
  const x = trace.input('x', 'float32', [ROWS, 256]);
  const weights = [0, 1, 2].map((i) => trace.input(`w${i}`, 'float32', [256, 256]));
  let y = x;
  // Scaled as a model's are: in a tanh of some tens another order of a sum would be no matter of last bits
  for (const weight of weights)
    y = y
      .matmul(weight)
      .mul(1 / 16)
      .tanh();
  const gradients = grad(y.total(), weights);
  await assertSame(trace, Object.fromEntries(gradients.map((gradient, i) => [`d${i}`, gradient])));
});

test('a gradient is the same, whichever of its factors is the wider', async () => {
  for (const [rows, columns] of [
    [128, 528],
    [528, 128],
    [272, 272],
  ] as const) {
    const trace = new Trace();
    const [a, b] = [trace.input('a', 'float32', [ROWS, rows]), trace.input('b', 'float32', [ROWS, columns])];
    const y = a.matmul(b, { transposeA: true });
    await assertSame(trace, { y, twice: y.mul(2) }); // As an end of the graph, and read by another node
    await assertSame(trace, { y, again: y });
  }
});

test('a product over long rows is the same, with the gradient that reads the same rows', async () => {
  const trace = new Trace();
  const [dy, weight] = [trace.input('dy', 'float32', [ROWS, 4096]), trace.input('weight', 'float32', [4096, 32])];
  const x = trace.input('x', 'float32', [ROWS, 32]);
  await assertSame(trace, { dx: dy.matmul(weight), dweight: dy.matmul(x, { transposeA: true }) });
});

test('values that only seem to fit the form are taken out of it', async () => {
  /** A layer whose value could be kept, a second factor of each orientation, and a product that is blocked in any case. */
  const layer = (rows: number, inner: number, columns: number) => {
    const trace = new Trace();
    const input = (name: string, shape: readonly number[]) => trace.input(name, 'float32', shape);
    const weight = input('weight', [inner, columns]);
    const wide = input('x', [rows, inner]).matmul(weight).tanh();
    const check = (outputs: Readonly<Record<string, Tensor>>, where: string) =>
      assertSame(trace, { ...outputs, any: input(where, [ROWS, 4096]).matmul(input(`${where}:`, [4096, 16])) }, where);
    return { input, weight, wide, check };
  };
  const square = layer(ROWS, 256, 256);
  const { wide, weight } = square;
  await square.check({ y: wide.matmul(wide) }, 'a a');
  await square.check({ y: wide.matmul(wide, { transposeB: true }) }, 'a a^T');
  await square.check({ y: wide.matmul(wide, { transposeA: true }) }, 'a^T a');
  await square.check({ y: weight.matmul(wide, { transposeB: true }) }, 'b a^T');

  const long = layer(2 * ROWS, 256, 272);
  const down = long.input('down', [272, 256]);
  const half = long.input('half', [ROWS, 256]).matmul(long.weight).sigmoid();
  const product = long.wide
    .reshape([2, ROWS, 272])
    .mul(half)
    .reshape([2 * ROWS, 272]);
  await long.check({ y: product.matmul(down), z: half.matmul(down) }, 'one value beside each half of another');

  const twice = layer(ROWS, 256, 512);
  const cut = twice.wide.reshape([2 * ROWS, 256]).sigmoid();
  await twice.check({ y: cut.matmul(twice.weight) }, 'columns of another length');
});

test('results that are added up have the same sum, also where another node reads one of them', async () => {
  const trace = new Trace();
  const [x, weight] = [trace.input('x', 'float32', [ROWS, 256]), trace.input('weight', 'float32', [256, 320])];
  const wide = [x.matmul(weight).tanh(), x.matmul(weight).sigmoid(), x.matmul(weight).neg()];
  const terms = wide.map((value) => value.matmul(weight, { transposeB: true }));
  const [first, second, third] = terms as [Tensor, Tensor, Tensor];
  await assertSame(trace, { y: first.add(second).add(third) }, 'three');
  await assertSame(trace, { y: first.add(second), z: second.transpose([1, 0]) }, 'read twice');
  await assertSame(trace, { y: first.add(first), z: second.add(third).add(x) }, 'twice the same');
});

test('a result that is an output as well as a term of a sum comes out', async () => {
  const trace = new Trace();
  const [x, weight] = [trace.input('x', 'float32', [ROWS, HIDDEN]), trace.input('weight', 'float32', [HIDDEN, WIDTH])];
  const terms = [x, x.neg(), x.sigmoid(), x.tanh()].map((value) => value.matmul(weight));
  const [a, b, c, d] = terms as [Tensor, Tensor, Tensor, Tensor];
  await assertSame(trace, { y: a.add(b).add(c).add(d), d });
});

test('heads leave the form where they are read, in their order; so does what is read otherwise as well', async () => {
  for (const [batch, time, heads, headWidth] of [
    [2, ROWS / 2, 7, 48],
    [1, ROWS, 21, 16],
    [ROWS, 1, 3, 112],
  ] as const) {
    const trace = new Trace();
    const x = trace.input('x', 'float32', [ROWS, WIDTH]);
    const product = x.matmul(trace.input('weight', 'float32', [WIDTH, HIDDEN]));
    const split = product
      .reshape([batch, time, HIDDEN])
      .reshape([batch, time, heads, headWidth])
      .transpose([0, 2, 1, 3]);
    const at = `${heads} heads of ${headWidth}`;
    await assertSame(trace, { split }, at);
    await assertSame(trace, { read: split.mul(2), again: split.slice(1, 0, 1) }, at);
    const other = {
      [ROWS]: trace.input('other', 'float32', [ROWS, 4096]).matmul(trace.input('w', 'float32', [4096, 16])),
    };
    await assertSame(trace, { split, product, ...other }, 'and the product');
  }
});

test('heads that are cut, put together and brought back are the same in picks', async () => {
  for (const cut of [[2, 0, ROWS / 4] as const, [0, 0, 1] as const, [1, 1, 3] as const]) {
    const trace = new Trace();
    const x = trace.input('x', 'float32', [ROWS, WIDTH]);
    const [into, back] = [
      trace.input('into', 'float32', [WIDTH, HIDDEN]),
      trace.input('back', 'float32', [HIDDEN, WIDTH]),
    ];
    const heads = x
      .matmul(into.mul(1 / 16))
      .reshape([2, ROWS / 2, 7, 48])
      .transpose([0, 2, 1, 3]);
    const [axis, start, end] = cut;
    const parts = [heads.slice(axis, start, end).tanh(), heads.slice(axis, end, heads.size(axis)).neg()];
    if (start > 0) parts.unshift(heads.slice(axis, 0, start));
    const joined = concat(parts, axis).transpose([0, 2, 1, 3]).reshape([ROWS, HIDDEN]);
    const y = joined.matmul(back.mul(1 / 16));
    const [dinto, dback] = grad(y.sigmoid().matmul(back, { transposeB: true }).total(), [into, back]);
    await assertSame(trace, { y, dinto: dinto!, dback: dback! }, `cut along ${axis}`);
    const always = trace.input('long', 'float32', [ROWS, 4096]).matmul(trace.input('w', 'float32', [4096, 16]));
    await assertSame(trace, { joined, y, always }, `read otherwise too, along ${axis}`);
  }
});

test('values that are moved alike are picked apart where one is in the form and the other is not, or is to be', async () => {
  const trace = new Trace();
  const input = (name: string, shape: readonly number[]) => trace.input(name, 'float32', shape);
  const heads = (x: Tensor) =>
    x
      .reshape([2, ROWS / 2, 7, 48])
      .transpose([0, 2, 1, 3])
      .slice(2, 0, ROWS / 4);
  const leaving = heads(input('x', [ROWS, WIDTH]).matmul(input('into', [WIDTH, HIDDEN])));
  const plain = heads(input('wide', [ROWS, HIDDEN]));

  const joined = (name: string) => {
    const parts = [0, 1].map((i) => input(`${name}${i}`, [2, 7, ROWS / 4, 48]));
    return concat(parts, 2).transpose([0, 2, 1, 3]).reshape([ROWS, HIDDEN]);
  };
  const [up, down] = [input('up', [HIDDEN, WIDTH]).mul(1 / 16), input('down', [WIDTH, HIDDEN])];
  const [entering, staying] = [joined('entering'), joined('staying')];
  const y = entering.matmul(up).tanh().matmul(down);
  const outputs = { leaving: leaving.neg(), plain: plain.neg(), y, staying: staying.neg() };
  const { sources, picks } = planBlocked(trace.finish(outputs)).moves;
  assert.equal(sources.size, 1);
  const intoColumns = [leaving, plain, entering, staying].map(({ node }) => picks.get(node)?.intoColumns);
  assert.deepEqual(intoColumns, [false, false, true, false]);
  await assertSame(trace, outputs);
});

test('three results and more of plain factors that are added up have the same sum, in whatever order', async () => {
  for (const order of ['from the left', 'from the right', 'in pairs'] as const) {
    const trace = new Trace();
    const terms = [0, 1, 2, 3].map((i) => {
      const [x, weight] = [
        trace.input(`x${i}`, 'float32', [ROWS, HIDDEN]),
        trace.input(`w${i}`, 'float32', [HIDDEN, WIDTH]),
      ];
      return x.matmul(weight).reshape([2, ROWS / 2, WIDTH]);
    });
    const [a, b, c, d] = terms as [Tensor, Tensor, Tensor, Tensor];
    const y = {
      'from the left': a.add(b).add(c).add(d),
      'from the right': a.add(b.add(c.add(d))),
      'in pairs': a.add(b).add(c.add(d)),
    }[order];
    await assertSame(trace, { y }, order);
    const onnx = Buffer.from(compile(trace.finish({ y })).onnx({ channelsOfBlock: 16 }).bytes).toString('latin1');
    assert.equal(onnx.split('\x22\x04Conv').length - 1, terms.length, 'each product once'); // op_type of a NodeProto
    assert.equal(onnx.includes('\x22\x03Add'), order === 'in pairs');
  }
});

test('products and steps between them in any order give the same', async () => {
  for (let seed = 0; seed < 40; seed++) {
    const rng = Rng.named(seed, 'blocked graphs');
    const trace = new Trace();
    const values = ['a', 'b', 'c'].map((name) => trace.input(name, 'float32', [ROWS, 256]));
    const anyOf = () => values.at(-1 - rng.int(4)) ?? values[0]!; // Late ones, so that products follow each other
    for (let i = 0; i < 14; i++) {
      const [x, y] = [anyOf(), anyOf()];
      const scaled = () => x.matmul(y, { transposeA: rng.float() < 0.4, transposeB: rng.float() < 0.4 }).mul(1 / 16);
      const steps = [scaled, scaled, scaled, () => x.add(y), () => x.mul(y.sigmoid()), () => x.tanh(), () => x.neg()];
      steps.push(
        () =>
          x
            .reshape([4, ROWS / 4, 256])
            .silu()
            .reshape([ROWS, 256]),
        () => x.transpose([1, 0]),
      );
      values.push(steps[rng.int(steps.length)]!());
    }
    const { program, feeds } = randomValues(trace, { last: values.at(-1)!, sum: values.at(-2)!.total() }, seed);
    const [expected, got] = await Promise.all(
      [plain, blocked].map(async (runtime) => (await runtime.prepare(program)).run(feeds)),
    );
    assertClose(got!, expected!, `graph ${seed}`);
  }
});
