import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Rng } from '../../src/base/index.ts';
import { compile, createOrtRuntime, createReferenceRuntime, type Runtime, Trace } from '../../src/engine/index.ts';
import { float32, int32, scalar } from '../../src/tensor/index.ts';

const ort = createOrtRuntime({ threads: 1 });
const replicated = createOrtRuntime({ threads: 4 });
/** As under a Node whose native modules take no shared memory. */
const separate = createOrtRuntime({ threads: 2, sharedMemory: false });
after(() => Promise.all([ort.close(), replicated.close(), separate.close()]));

const runtimes: Readonly<Record<string, Runtime>> = {
  reference: createReferenceRuntime(),
  'ONNX Runtime': ort,
  'ONNX Runtime with replicas': replicated,
  'ONNX Runtime without shared memory': separate,
};

for (const [name, runtime] of Object.entries(runtimes)) {
  test(`${name}: an output becomes resident, or is added to what is, as the feed says`, async () => {
    const trace = new Trace();
    const next = trace.input('x', 'float32', [2]).mul(2);
    const program = compile(trace.finish({ next }), [{ output: 'next', resident: 'sum', addWhere: 'later' }]);
    const executable = await runtime.prepare(program);
    for (const [later, expected] of [
      [0, [2, 4]],
      [1, [4, 8]],
      [1, [6, 12]],
      [0, [2, 4]],
    ] as const) {
      assert.deepEqual(await executable.run({ x: float32([2], [1, 2]), later: scalar(later) }), {});
      assert.deepEqual([...(await runtime.get(['sum']))['sum']!.data], expected);
    }
    await assert.rejects(executable.run({ x: float32([2], [1, 2]) }), { code: 'runtime.input', message: /later/ });
  });

  test(`${name}: one tensor may become resident under two names, each a copy of its own`, async () => {
    const tensor = float32([2], [1, 2]);
    await runtime.put({ one: tensor, two: tensor });
    await runtime.update('average', [{ tensors: { average: 'one', parameter: 'two' }, scalars: { take: 1 } }]);
    await runtime.update('descend', [
      { tensors: { parameter: 'one', direction: 'two' }, scalars: { stepSize: 1, decay: 0 } },
    ]);
    const { one, two } = await runtime.get(['one', 'two']);
    assert.deepEqual([...one!.data, ...two!.data, ...tensor.data], [0, 0, 1, 2, 1, 2]);
  });

  test(`${name}: tensors of any size are put as they are, none, empty and larger than a message`, async () => {
    const large = () => float32([2 ** 22 + 1], new Float32Array(2 ** 22 + 1).fill(0.5)); // More than a portion each
    const given = { a: large(), none: float32([0]), b: large(), c: float32([2], [1, 2]) };
    await runtime.put({});
    await runtime.put(given);
    const kept = await runtime.get(Object.keys(given));
    for (const [key, { data }] of Object.entries(given)) {
      assert.ok(Buffer.from(data.buffer).equals(Buffer.from(Float32Array.from(kept[key]!.data).buffer)), key);
    }
    await runtime.drop(Object.keys(given));
  });

  test(`${name}: what an output replaces may be of another shape, or an input of the same run`, async () => {
    await runtime.put({ kept: float32([1], [9]) });
    const trace = new Trace();
    const x = trace.input('x', 'float32', [2, 2]);
    const updates = [
      { output: 'turned', resident: 'x' },
      { output: 'doubled', resident: 'kept' },
    ];
    const program = compile(trace.finish({ turned: x.transpose([1, 0]), doubled: x.mul(2) }), updates);
    const executable = await runtime.prepare(program);
    await runtime.put({ x: float32([2, 2], [1, 2, 3, 4]) });
    for (const [turned, doubled] of [
      [
        [1, 3, 2, 4],
        [2, 4, 6, 8],
      ],
      [
        [1, 2, 3, 4],
        [2, 6, 4, 8],
      ],
    ] as const) {
      await executable.run({});
      const { x, kept } = await runtime.get(['x', 'kept']);
      assert.deepEqual([...x!.data], turned);
      assert.deepEqual(kept, float32([2, 2], [...doubled]));
    }
  });

  test(`${name}: an update in place refuses missing and unequal tensors and changes nothing then`, async () => {
    const tensors = { parameter: 'p', gradient: 'g', m: 'm', v: 'v' };
    const scalars = { gradientScale: 1, beta1: 0.9, beta2: 0.9, stepSize: 1, epsilonHat: 1, decay: 0.5 };
    await runtime.put({ p: float32([2], [1, 2]), g: float32([2], [1, 1]), m: float32([2]), v: float32([2]) });
    const missing = { ...tensors, v: 'nowhere' };
    await assert.rejects(
      runtime.update('adamw', [
        { tensors, scalars },
        { tensors: missing, scalars },
      ]),
      { code: 'runtime.resident' },
    );
    await runtime.put({ long: float32([3]) });
    await assert.rejects(runtime.update('adamw', [{ tensors: { ...tensors, m: 'long' }, scalars }]), {
      code: 'runtime.input',
      message: /long: expected 2 elements as in p, got 3/,
    });
    assert.deepEqual([...(await runtime.get(['p']))['p']!.data], [1, 2]);
  });

  test(`${name}: rows are written into a resident tensor at the position that is fed`, async () => {
    const trace = new Trace();
    const row = trace.input('row', 'float32', [2, 1, 2]);
    trace.input('at', 'int32', []);
    const program = compile(trace.finish({ fresh: row.mul(2) }), [
      { output: 'fresh', resident: 'cache', write: { axis: 1, at: 'at' } },
    ]);
    const executable = await runtime.prepare(program);
    await runtime.put({ cache: float32([2, 3, 2]) });
    await executable.run({ row: float32([2, 1, 2], [1, 2, 3, 4]), at: int32([], [1]) });
    const { cache } = await runtime.get(['cache']);
    assert.deepEqual([...cache!.data], [0, 0, 2, 4, 0, 0, 0, 0, 6, 8, 0, 0]);
    await assert.rejects(executable.run({ row: float32([2, 1, 2]), at: int32([], [3]) }), { code: 'runtime.input' });
  });

  test(`${name}: rows are added to those of a table that are fed, onto zeros or onto what is there`, async () => {
    const at = int32([3], [2, 0, 2]);
    const rows = float32([3, 2], [1, 2, 3, 4, 5, 6]);
    const table = { at: 'at', shape: [3, 2] };
    const prepared = async (onto: boolean) => {
      const trace = new Trace();
      trace.input('at', 'int32', [3]);
      const graph = trace.finish({ doubled: trace.input('rows', 'float32', [3, 2]).mul(2) });
      const update = { output: 'doubled', resident: 'table', addWhere: 'later', rows: { ...table, onto } };
      return runtime.prepare(compile(graph, [update]));
    };
    const values = async () => [...(await runtime.get(['table']))['table']!.data];
    const fresh = await prepared(false);
    for (const [later, expected] of [
      [0, [6, 8, 0, 0, 12, 16]],
      [1, [12, 16, 0, 0, 24, 32]],
      [0, [6, 8, 0, 0, 12, 16]],
    ] as const) {
      await fresh.run({ rows, at, later: scalar(later) });
      assert.deepEqual(await values(), expected);
    }
    await runtime.put({ table: float32([3, 2], [100, 0, 0, 0, 0, 0.5]) });
    await (await prepared(true)).run({ rows, at, later: scalar(0) });
    assert.deepEqual(await values(), [106, 8, 0, 0, 12, 16.5]);
    for (const ids of [
      [0, 1, 3],
      [0, -1, 1],
    ]) {
      const run = fresh.run({ rows, at: int32([3], ids), later: scalar(0) });
      await assert.rejects(run, { code: 'runtime.input', message: /indices of its 3 rows/ });
    }
    await runtime.drop(['table']);
  });

  test(`${name}: replicas are two where threads can be halved and share memory, else one`, async () => {
    assert.equal(await runtime.replicas(), runtime === replicated ? 2 : 1);
  });

  test(`${name}: runs side by side leave and return what they do one after the other, and nothing if one of them can not run`, async () => {
    const size = 600_000; // A sum of it is shared by two threads
    const rng = new Rng(9);
    const values = (count: number) => Float32Array.from({ length: count }, () => rng.normal());
    const feedsOf = (part: number) => ({
      x: float32([size], values(size)),
      rows: float32([4, 2], values(8)),
      at: int32([4], [part, 2, part, 1]),
      later: scalar(part),
    });
    const trace = new Trace();
    trace.input('at', 'int32', [4]);
    const [x, rows] = [trace.input('x', 'float32', [size]), trace.input('rows', 'float32', [4, 2])];
    const scaled = x.mul(trace.input('factor', 'float32', []));
    const outputs = { scaled, whole: x.neg(), doubled: rows.mul(2), total: scaled.total(), count: trace.fill(1, [2]) };
    const program = compile(trace.finish(outputs), [
      { output: 'whole', resident: 'whole', addWhere: 'later' },
      { output: 'doubled', resident: 'table', addWhere: 'later', rows: { at: 'at', shape: [3, 2] } },
      { output: 'count', resident: 'last' },
    ]);
    const executable = await runtime.prepare(program, 2);
    await runtime.put({ factor: scalar(0.3) });
    const feeds = [feedsOf(0), feedsOf(1)];
    const kept = () => runtime.get(['whole', 'table', 'last']);
    const inTurn = [await executable.run(feeds[0]!), await executable.run(feeds[1]!)];
    const expected = await kept();
    const [one, other] = feeds.map(({ x }) => x.data);
    const sums = Float32Array.from(one!, (value, i) => -value - other![i]!);
    assert.ok(Buffer.from(sums.buffer).equals(Buffer.from(Float32Array.from(expected['whole']!.data).buffer)));
    for (const round of [1, 2]) {
      assert.deepEqual(await executable.runBeside(feeds), inTurn, `round ${round}`);
      assert.deepEqual(await kept(), expected, `round ${round}`);
    }
    const misshapen = { ...feeds[1]!, rows: float32([3, 2]) };
    await assert.rejects(executable.runBeside([feedsOf(0), misshapen]), { code: 'runtime.input', message: /rows/ });
    assert.deepEqual(await kept(), expected);
    assert.deepEqual(await executable.runBeside([feeds[0]!]), [inTurn[0]]);
    await executable.release();
  });

  test(`${name}: a run that fails beside another fails both, and the next ones are as if it had not been`, async () => {
    const trace = new Trace();
    const [table, ids] = [trace.input('table', 'float32', [3, 2]), trace.input('ids', 'int32', [2])];
    const executable = await runtime.prepare(compile(trace.finish({ y: table.gatherRows(ids) })), 2);
    const feedsOf = (...rows: number[]) => ({
      table: float32([3, 2], [1, 2, 3, 4, 5, 6]),
      ids: int32([2], rows),
    });
    for (const feeds of [
      [feedsOf(0, 1), feedsOf(2, 7)],
      [feedsOf(7, 1), feedsOf(2, 0)],
    ]) {
      if (runtime.name !== 'reference') await assert.rejects(executable.runBeside(feeds), { code: 'runtime.onnx' });
      const [first, second] = await executable.runBeside([feedsOf(0, 1), feedsOf(2, 0)]);
      assert.deepEqual([...first!['y']!.data, ...second!['y']!.data], [1, 2, 3, 4, 5, 6, 1, 2]);
    }
    await executable.release();
  });

  test(`${name}: a missing or misshapen input is refused by name`, async () => {
    const trace = new Trace();
    const executable = await runtime.prepare(compile(trace.finish({ y: trace.input('q', 'float32', [2]).neg() })));
    await assert.rejects(executable.run({}), {
      code: 'runtime.input',
      message: /input q: expected float32 \[2\], got nothing/,
    });
    await assert.rejects(executable.run({ q: float32([3]) }), { code: 'runtime.input', message: /got float32 \[3\]/ });
  });
}

for (const [name, runtime] of Object.entries(runtimes)) {
  test(`${name}: an average moves by its share of the way to the parameter, which stays`, async () => {
    const [average, parameter] = [
      [1, -2, 0.3],
      [3, -2, 0.7],
    ];
    await runtime.put({ a: float32([3], average), p: float32([3], parameter) });
    for (const take of [0.25, 0.9]) {
      await runtime.update('average', [{ tensors: { average: 'a', parameter: 'p' }, scalars: { take } }]);
    }
    // a + take (p - a), rounded once an update
    const rounded = average.map((value, i) =>
      [0.25, 0.9].reduce((a, take) => Math.fround(a + take * (Math.fround(parameter[i]!) - a)), Math.fround(value)),
    );
    const { a, p } = await runtime.get(['a', 'p']);
    assert.deepEqual([...a!.data], rounded);
    assert.deepEqual(p, float32([3], parameter));
  });

  test(`${name}: an exchange gives each tensor the other's bits, and twice changes nothing`, async () => {
    const first = { a: float32([4], [1, -0, 1e-40, 7]), b: float32([4], [-3, Infinity, 0.1, 7]) };
    await runtime.put(first);
    const exchange = () => runtime.update('exchange', [{ tensors: { a: 'a', b: 'b' }, scalars: {} }]);
    await exchange();
    assert.deepEqual(await runtime.get(['a', 'b']), { a: first.b, b: first.a });
    await exchange();
    assert.deepEqual(await runtime.get(['a', 'b']), first);
  });
}

test('an update in place gives the same bits for every number of threads and under the reference', async () => {
  const sizes = [1, 65_535, 65_537, 700_001, 7]; // Enough for three threads
  const rng = new Rng(3);
  const values = (size: number, positive = false) =>
    float32(
      [size],
      Float32Array.from({ length: size }, () => (positive ? Math.abs(rng.normal()) : rng.normal())),
    );
  const start = Object.fromEntries(
    sizes.flatMap((size, i) => [
      [`p${i}`, values(size)],
      [`g${i}`, values(size)],
      [`m${i}`, values(size)],
      [`v${i}`, values(size, true)],
    ]),
  );
  const scalars = { gradientScale: 0.3, beta1: 0.9, beta2: 0.95, stepSize: 1e-3, epsilonHat: 1e-8, decay: 0.001 };
  const results: unknown[] = [];
  const options = [{ threads: 1 }, { threads: 2 }, { threads: 3 }, { threads: 2, sharedMemory: false }];
  for (const runtime of [createReferenceRuntime(), ...options.map((each) => createOrtRuntime(each))]) {
    try {
      await runtime.put(start);
      await runtime.update(
        'adamw',
        sizes.map((_, i) => ({ tensors: { parameter: `p${i}`, gradient: `g${i}`, m: `m${i}`, v: `v${i}` }, scalars })),
      );
      const averages = sizes.map((_, i) => ({
        tensors: { average: `m${i}`, parameter: `p${i}` },
        scalars: { take: 0.1 },
      }));
      await runtime.update('average', averages);
      await runtime.update(
        'exchange',
        sizes.map((_, i) => ({ tensors: { a: `m${i}`, b: `p${i}` }, scalars: {} })),
      );
      results.push(await runtime.get(Object.keys(start)));
    } finally {
      await runtime.close();
    }
  }
  for (const result of results.slice(1)) assert.deepEqual(result, results[0]);
});

// A run with large outputs ends with a refusal by the binding that is no error; every other refusal is one.
test('a feed in shared memory reaches a binding that takes none', async () => {
  const trace = new Trace();
  const program = compile(trace.finish({ y: trace.input('x', 'float32', [3]).mul(2) }));
  const shared = new Float32Array(new SharedArrayBuffer(12));
  shared.set([1, 2, 3]);
  const { y } = await (await separate.prepare(program)).run({ x: float32([3], shared) });
  assert.deepEqual([...y!.data], [2, 4, 6]);
});

test('what goes wrong while ONNX Runtime computes is not taken for the end of a run', async () => {
  for (const width of [2, 2 ** 16]) {
    const trace = new Trace();
    const ids = trace.input('ids', 'int32', [1]);
    const y = trace.input('table', 'float32', [2, width]).gatherRows(ids);
    const executable = await ort.prepare(compile(trace.finish({ y })));
    const rows = [0, 1].map((row) => Float32Array.from({ length: width }, (_, i) => row + i));
    const table = float32([2, width], Float32Array.from([...rows[0]!, ...rows[1]!]));
    for (const row of [1, 0]) {
      assert.deepEqual(await executable.run({ table, ids: int32([1], [row]) }), { y: float32([1, width], rows[row]!) });
      const bad = executable.run({ table, ids: int32([1], [7]) });
      await assert.rejects(bad, { code: 'runtime.onnx', message: /bounds/ });
    }
  }
});
