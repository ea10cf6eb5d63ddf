/** Numbers below 2^-126 are zero wherever ONNX Runtime computes, and nowhere else. */
import assert from 'node:assert/strict';
import { arch, platform } from 'node:os';
import { test } from 'node:test';
import { compile, createOrtRuntime, type Runtime, Trace } from '../../src/engine/index.ts';
import { float32 } from '../../src/tensor/index.ts';

const COUNT = 2 ** 18; // Enough for two threads to share
const TINY = 2 ** -130;

/** What becomes of tiny numbers, each made large again: in a graph and in an update of what is resident. */
async function fatesOf(runtime: Runtime): Promise<number[][]> {
  const trace = new Trace();
  const x = trace.input('x', 'float32', [COUNT]);
  const executable = await runtime.prepare(compile(trace.finish({ y: x.mul(2 ** 40) })));
  const tiny = float32([COUNT], new Float32Array(COUNT).fill(TINY));
  const { y } = await executable.run({ x: tiny });
  await runtime.put({ a: float32([COUNT]), b: tiny });
  await runtime.update('average', [{ tensors: { average: 'a', parameter: 'b' }, scalars: { take: 2 ** 40 } }]);
  const { a } = await runtime.get(['a']);
  return [y!, a!].map(({ data }) => [...new Set(data as Float32Array)]);
}

test('tiny numbers are zero for every thread of every runtime alike, and not for other JavaScript', async () => {
  const becomes = platform() === 'linux' && arch() === 'x64' ? 0 : undefined;
  const fates: number[][] = [];
  const first = createOrtRuntime({ threads: 2 });
  const beside = createOrtRuntime({ threads: 2, sharedMemory: false });
  for (const runtime of [first, beside]) fates.push(...(await fatesOf(runtime)));
  await first.close();
  const later = createOrtRuntime({ threads: 1 });
  fates.push(...(await fatesOf(later)));
  await Promise.all([beside.close(), later.close()]);
  const expected = becomes ?? fates[0]![0]!;
  assert.deepEqual(fates, Array(6).fill([expected]));
  const [tiny] = Float32Array.of(TINY);
  assert.equal(tiny! * 2 ** 40, 2 ** -90);
});

test('moving tiny numbers between runtime and process keeps them', async () => {
  const runtime = createOrtRuntime({ threads: 2 });
  const tiny = float32([2], [TINY, -TINY]);
  await runtime.put({ a: tiny, b: float32([2], [1, 2]) });
  await runtime.update('exchange', [{ tensors: { a: 'a', b: 'b' }, scalars: {} }]);
  const { b } = await runtime.get(['b']);
  assert.deepEqual([...b!.data], [TINY, -TINY]);
  await runtime.close();
});
