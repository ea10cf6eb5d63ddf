import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { compile, createOrtRuntime, createReferenceRuntime, type Runtime, Trace } from '../../src/engine/index.ts';
import { float32, int32 } from '../../src/tensor/index.ts';

const ort = createOrtRuntime({ threads: 1 });
after(() => ort.close());

for (const runtime of [createReferenceRuntime(), ort] as Runtime[]) {
  test(`${runtime.name}: an update is kept where its condition holds, and leaves every bit alone where not`, async () => {
    const trace = new Trace();
    const x = trace.input('x', 'float32', [2]);
    const outputs = { next: x.add(1), fits: x.total().lessEqual(10).cast('float32') };
    const program = compile(trace.finish(outputs), [{ output: 'next', resident: 'x', when: 'fits' }]);
    const executable = await runtime.prepare(program);
    await runtime.put({ x: float32([2], [3, 6]) });
    assert.equal((await executable.run({}))['fits']!.data[0], 1);
    assert.deepEqual([...(await runtime.get(['x']))['x']!.data], [4, 7]);
    assert.equal((await executable.run({}))['fits']!.data[0], 0);
    assert.deepEqual([...(await runtime.get(['x']))['x']!.data], [4, 7]);
  });

  test(`${runtime.name}: rows are written into a resident tensor at the position that is fed`, async () => {
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

  test(`${runtime.name}: a missing or misshapen input is refused by name`, async () => {
    const trace = new Trace();
    const executable = await runtime.prepare(compile(trace.finish({ y: trace.input('q', 'float32', [2]).neg() })));
    await assert.rejects(executable.run({}), {
      code: 'runtime.input',
      message: /input q: expected float32 \[2\], got nothing/,
    });
    await assert.rejects(executable.run({ q: float32([3]) }), { code: 'runtime.input', message: /got float32 \[3\]/ });
  });
}
