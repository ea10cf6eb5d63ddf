import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Rng } from '../base/index.ts';
import { compile, createOrtRuntime, createReferenceRuntime, type Runtime, Trace } from '../engine/index.ts';
import { float32, type HostTensor, sizeOf } from '../tensor/index.ts';
import { MUON_DEFAULTS, Muon, muonScale, orthogonalized } from './index.ts';

const ort = createOrtRuntime({ threads: 1 });
after(() => ort.close());

function random(shape: number[], seed: number): HostTensor {
  const rng = new Rng(seed);
  return float32(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()),
  );
}

/** Largest and smallest |x^T v| / |v| over many v would be slow; the eigenvalues of the small Gram matrix say the same. */
function gram({ data, shape: [rows, columns] }: HostTensor): number[][] {
  const wide = rows! <= columns!;
  const [small, long] = wide ? [rows!, columns!] : [columns!, rows!];
  const at = (i: number, k: number) => (wide ? data[i * columns! + k]! : data[k * columns! + i]!);
  return Array.from({ length: small }, (_, i) =>
    Array.from({ length: small }, (_, j) => {
      let sum = 0;
      for (let k = 0; k < long; k++) sum += at(i, k) * at(j, k);
      return sum;
    }),
  );
}

/** Eigenvalues of a symmetric matrix by cyclic Jacobi rotations. */
function eigenvalues(matrix: number[][]): number[] {
  const n = matrix.length;
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const angle = 0.5 * Math.atan2(2 * matrix[p]![q]!, matrix[q]![q]! - matrix[p]![p]!);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let k = 0; k < n; k++) {
          const [x, y] = [matrix[k]![p]!, matrix[k]![q]!];
          matrix[k]![p] = c * x - s * y;
          matrix[k]![q] = s * x + c * y;
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [matrix[p]![k]!, matrix[q]![k]!];
          matrix[p]![k] = c * x - s * y;
          matrix[q]![k] = s * x + c * y;
        }
      }
    }
  }
  return matrix.map((row, i) => row[i]!);
}

test('the direction has singular values between 0.6 and 1.25, for wide, tall and square matrices', async () => {
  for (const shape of [
    [6, 20],
    [20, 6],
    [10, 10],
  ]) {
    const trace = new Trace();
    const y = orthogonalized(
      trace,
      trace.input('x', 'float32', shape).reshape([1, ...shape]),
      MUON_DEFAULTS.iterations,
    );
    const program = await createReferenceRuntime().prepare(compile(trace.finish({ y })));
    const direction = { ...(await program.run({ x: random(shape, 4) }))['y']!, shape };
    const values = eigenvalues(gram(direction)).map(Math.sqrt);
    assert.ok(Math.min(...values) > 0.6 && Math.max(...values) < 1.25, `${shape}: ${values}`);
  }
});

/** Rows of (r, m) times columns of (m, c). */
function times(a: readonly number[][], b: readonly number[][]): number[][] {
  return a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
}

/** The iteration as its author writes it: y = A y + (B y y^T + C (y y^T)^2) y, from y = x / |x| on. */
function iterated({ data, shape: [rows, columns] }: HostTensor, iterations: number): number[] {
  const norm = Math.hypot(...data) + 1e-7;
  let y = Array.from({ length: rows! }, (_, i) =>
    Array.from(data.subarray(i * columns!, (i + 1) * columns!), (v) => v / norm),
  );
  for (let i = 0; i < iterations; i++) {
    const gram = times(
      y,
      y[0]!.map((_, j) => y.map((row) => row[j]!)),
    );
    const square = times(gram, gram);
    const moved = times(
      gram.map((row, r) => row.map((value, c) => -4.775 * value + 2.0315 * square[r]![c]!)),
      y,
    );
    y = y.map((row, r) => row.map((value, c) => 3.4445 * value + moved[r]![c]!));
  }
  return y.flat();
}

test('a direction is that of the iteration on the matrix, also where it is found on the Gram matrix, in float32 as well', async () => {
  for (const shape of [
    [5, 13],
    [13, 5],
    [6, 7],
    [8, 8],
  ]) {
    for (const iterations of [1, 2, 3, 5]) {
      const trace = new Trace();
      const x = trace.input('x', 'float32', shape).reshape([1, ...shape]);
      const program = compile(trace.finish({ y: orthogonalized(trace, x, iterations) }));
      const given = random(shape, 8);
      const expected = iterated(given, iterations);
      for (const [runtime, most] of [
        [createReferenceRuntime(), 1e-6],
        [ort, 1e-4],
      ] as const) {
        const { y } = await (await runtime.prepare(program)).run({ x: given });
        const farthest = Math.max(...expected.map((value, i) => Math.abs(value - y!.data[i]!)));
        assert.ok(farthest < most, `${shape}, ${iterations} on ${runtime.name}: ${farthest}`);
      }
    }
  }
});

test('a step is the orthogonalized look-ahead momentum, scaled, with decay, and equal on both runtimes', async () => {
  const shape = [4, 6];
  const tensors = [{ parameter: 'p', gradient: 'g', m: 'm', shape }];
  const start = { p: random(shape, 1), g: random(shape, 2), m: random(shape, 3) };
  const numbers = { gradientScale: 0.5, learningRate: 0.01, decay: 0.001 };
  const stepped = async (runtime: Runtime): Promise<Record<string, HostTensor>> => {
    await runtime.put(start);
    const muon = await Muon.prepare(runtime, tensors, MUON_DEFAULTS);
    await muon.step(numbers);
    await runtime.get(['direction:g']);
    await muon.release();
    await assert.rejects(runtime.get(['direction:g']), { code: 'runtime.resident' });
    return runtime.get(['p', 'm']);
  };
  const { p, m } = await stepped(createReferenceRuntime());
  const { momentum: beta } = MUON_DEFAULTS;
  const nextM = Array.from(start.m.data, (old, i) => beta * old + (1 - beta) * 0.5 * start.g.data[i]!);
  const ahead = nextM.map((next, i) => (1 - beta) * 0.5 * start.g.data[i]! + beta * next);
  const trace = new Trace();
  const y = orthogonalized(trace, trace.input('x', 'float32', shape).reshape([1, ...shape]), MUON_DEFAULTS.iterations);
  const program = await createReferenceRuntime().prepare(compile(trace.finish({ y })));
  const direction = (await program.run({ x: float32(shape, Float32Array.from(ahead)) }))['y']!.data;
  for (let i = 0; i < 24; i++) {
    assert.ok(Math.abs(m!.data[i]! - nextM[i]!) < 1e-6);
    const expected = 0.999 * start.p.data[i]! - 0.01 * muonScale(shape) * direction[i]!;
    assert.ok(Math.abs(p!.data[i]! - expected) < 1e-6, `${i}`);
  }
  const fast = await stepped(ort);
  for (const name of ['p', 'm']) {
    const slow = { p: p!, m: m! }[name]!;
    for (let i = 0; i < 24; i++) assert.ok(Math.abs(fast[name]!.data[i]! - slow.data[i]!) < 1e-5, `${name} ${i}`);
  }
});

test('matrices that go together in stacks get the steps they get alone, each its own', async () => {
  const shapes = [...Array(130).fill([4, 2048]), [2048, 4], [4, 6], [6, 4]]; // 130 of one shape are two stacks.
  const tensors = shapes.map((shape, i) => ({ parameter: `p${i}`, gradient: `g${i}`, m: `m${i}`, shape }));
  const start = Object.fromEntries(
    tensors.flatMap(({ parameter, gradient, m, shape }, i) => [
      [parameter, float32(shape)],
      [gradient, random(shape, i)],
      [m, random(shape, 1000 + i)],
    ]),
  );
  const stepped = async (together: typeof tensors) => {
    await ort.put(start);
    const muon = await Muon.prepare(ort, together, MUON_DEFAULTS);
    await muon.step({ gradientScale: 1, learningRate: 0.01, decay: 0 });
    await muon.release();
    return ort.get(together.map(({ parameter }) => parameter));
  };
  const all = await stepped(tensors);
  const seen = new Set<number>();
  for (const i of [0, 1, 64, 65, 129, 130, 131, 132]) {
    const alone = (await stepped([tensors[i]!]))[`p${i}`]!.data;
    const got = all[`p${i}`]!.data;
    for (let k = 0; k < alone.length; k++) assert.ok(Math.abs(got[k]! - alone[k]!) < 1e-5, `${i}: ${k}`);
    seen.add(got[0]!);
  }
  assert.equal(seen.size, 8, 'no two matrices took the same step');
});
