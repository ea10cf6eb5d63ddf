import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../base/index.ts';
import { compile, createReferenceRuntime, type Tensor, Trace } from '../engine/index.ts';
import { float32, type HostTensor, int32, sizeOf } from '../tensor/index.ts';
import {
  attention,
  causalBias,
  gate,
  geluTanh,
  linear,
  normal,
  rotaryTables,
  rowPositions,
  splitHeads,
  weightedCrossEntropy,
} from './index.ts';

const runtime = createReferenceRuntime({ precision: 'double' });

function random(shape: number[], seed: number): HostTensor {
  const rng = new Rng(seed);
  return float32(
    shape,
    Float64Array.from({ length: sizeOf(shape) }, () => rng.normal()),
  );
}

/** The value of a traced function of named inputs. */
async function computed(
  inputs: Record<string, HostTensor>,
  body: (inputs: Record<string, Tensor>, trace: Trace) => Tensor,
): Promise<ArrayLike<number>> {
  const trace = new Trace();
  const traced = Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, shape }]) => [name, trace.input(name, dtype, shape)]),
  );
  const program = await runtime.prepare(compile(trace.finish({ value: body(traced, trace) })));
  return (await program.run(inputs))['value']!.data;
}

function close(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9): void {
  assert.equal(got.length, expected.length);
  for (let i = 0; i < got.length; i++) {
    assert.ok(Math.abs(got[i]! - expected[i]!) <= tolerance, `${i}: expected ${expected[i]}, got ${got[i]}`);
  }
}

test('attention is the softmax-weighted mean of each head with its own keys, as in the textbook', async () => {
  const [B, T, H, K, D] = [2, 5, 6, 2, 4];
  const q = random([B, T, H * D], 1);
  const k = random([B, T, K * D], 2);
  const v = random([B, T, K * D], 3);
  const segments = [
    [1, 1, 2, 2, 2],
    [1, 1, 1, 0, 0],
  ];
  const inputs = { q, k, v, s: int32([B, T], segments.flat()) };
  const blocksOf = (options: { blockSize?: number }) =>
    computed(inputs, ({ q, k, v, s }, trace) => {
      const [queries, keys, values] = [splitHeads(q!, H), splitHeads(k!, K), splitHeads(v!, K)];
      return attention(queries, keys, values, causalBias(trace, T, s), options);
    });
  const got = await blocksOf({});
  for (const blockSize of [1, 2, 3]) close(await blocksOf({ blockSize }), got, 1e-12);
  const expected = new Float64Array(B * T * H * D);
  for (let b = 0; b < B; b++) {
    for (let t = 0; t < T; t++) {
      for (let h = 0; h < H; h++) {
        const group = Math.floor(h / (H / K));
        const seen = [...Array(t + 1).keys()].filter((s) => segments[b]![s] === segments[b]![t]);
        const weights = seen.map((s) => {
          let score = 0;
          for (let d = 0; d < D; d++) {
            score += q.data[((b * T + t) * H + h) * D + d]! * k.data[((b * T + s) * K + group) * D + d]!;
          }
          return Math.exp(score / Math.sqrt(D));
        });
        const sum = weights.reduce((a, x) => a + x, 0);
        for (const [i, s] of seen.entries()) {
          for (let d = 0; d < D; d++) {
            const value = v.data[((b * T + s) * K + group) * D + d]!;
            expected[((b * T + t) * H + h) * D + d]! += (weights[i]! / sum) * value;
          }
        }
      }
    }
  }
  close(got, expected);
});

test('linear is x times the transposed weight over the last axis', async () => {
  const x = random([2, 3, 4], 4);
  const weight = random([5, 4], 5);
  const got = await computed({ x, weight }, ({ x, weight }) => linear(x!, weight!));
  const expected = Array.from({ length: 30 }, (_, i) => {
    const [row, out] = [Math.floor(i / 5), i % 5];
    let sum = 0;
    for (let c = 0; c < 4; c++) sum += x.data[row * 4 + c]! * weight.data[out * 4 + c]!;
    return sum;
  });
  close(got, expected);
});

test('gelu has the values of its definition and the gated mlp multiplies by the second half', async () => {
  const x = float32([5], [-3, -1, 0, 1, 3]);
  const expected = [-0.0036373920817729943, -0.15880800939172324, 0, 0.8411919906082768, 2.996362607918227];
  close(await computed({ x }, ({ x }) => geluTanh(x!)), expected, 1e-12);
  close(
    await computed({ x, up: float32([5], [2, 2, 2, 2, 2]) }, ({ x, up }) => gate(x!, up!, 'gelu_pytorch_tanh')),
    expected.map((value) => 2 * value),
    1e-12,
  );
});

test('a rotated query and key meet by the distance of their positions alone', async () => {
  const [D, theta] = [8, 10_000];
  const x = random([1, 1, 1, D], 6);
  const y = random([1, 1, 1, D], 7);
  const product = async (left: number, right: number): Promise<number> => {
    const at = (position: number) => rotaryTables([position], { batch: 1, time: 1 }, D, theta);
    const [a, b] = [at(left), at(right)];
    const value = await computed(
      { x, y, aCos: a.cos, aSin: a.sin, bCos: b.cos, bSin: b.sin },
      ({ x, y, aCos, aSin, bCos, bSin }) => x!.rope(aCos!, aSin!).mul(y!.rope(bCos!, bSin!)).total(),
    );
    return value[0]!;
  };
  const near = await product(3, 1);
  assert.ok(Math.abs((await product(103, 101)) - near) < 1e-5);
  assert.ok(Math.abs((await product(3, 2)) - near) > 1e-3);
  assert.deepEqual([...rowPositions(2, 3)], [0, 1, 2, 0, 1, 2]);
});

test('the weighted cross entropy is the weighted mean and ignores what weighs nothing', async () => {
  const logits = random([3, 4], 8);
  const loss = (targets: number[], weights: number[]) =>
    computed({ logits, t: int32([3], targets), w: float32([3], weights) }, ({ logits, t, w }) =>
      weightedCrossEntropy(logits!, t!, w!),
    );
  const nll = (row: number, target: number) => {
    const values = [...logits.data.subarray(row * 4, row * 4 + 4)];
    return Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0)) - values[target]!;
  };
  close(await loss([1, 2, 3], [1, 0, 3]), [(nll(0, 1) + 3 * nll(2, 3)) / 4]);
  close(await loss([1, 0, 3], [1, 0, 3]), await loss([1, 2, 3], [1, 0, 3]), 0);
});

test('first values have the wanted mean and deviation and are the same for one stream', () => {
  const { data } = normal(new Rng(9), [100, 200], 0.02);
  const mean = (data as Float32Array).reduce((sum, value) => sum + value, 0) / data.length;
  const deviation = Math.sqrt((data as Float32Array).reduce((sum, value) => sum + value * value, 0) / data.length);
  assert.ok(Math.abs(mean) < 0.001 && Math.abs(deviation - 0.02) < 0.0005, `${mean} ${deviation}`);
  assert.deepEqual(normal(new Rng(9), [100, 200], 0.02).data, data);
});
