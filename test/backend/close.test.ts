import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createOrtRuntime } from '../../src/engine/index.ts';
import { scalar } from '../../src/tensor/index.ts';

// A thread that is ended while it loads the native library aborts the whole process, so closing waits for it.
test('a runtime that is closed while it starts still answers what it was asked before', async () => {
  const runtime = createOrtRuntime({ threads: 1 });
  const answers: string[] = [];
  const asked = [
    runtime.put({ x: scalar(2) }).then(() => answers.push('put')),
    runtime.get(['x']).then(({ x }) => answers.push(`get ${x!.data[0]}`)),
  ];
  await runtime.close();
  assert.deepEqual(answers, ['put', 'get 2']);
  await Promise.all(asked);
});

test('a closed runtime refuses further work and can be closed again', async () => {
  const runtime = createOrtRuntime({ threads: 1 });
  const closing = runtime.close();
  await assert.rejects(runtime.get([]), { code: 'runtime.closed' });
  await closing;
  await runtime.close();
});

test('one runtime can be closed while another one works, and a third can be started after both', async () => {
  const [first, second] = [createOrtRuntime({ threads: 1 }), createOrtRuntime({ threads: 1 })];
  await Promise.all([first.put({ x: scalar(1) }), second.put({ x: scalar(2) })]);
  const asked = second.get(['x']);
  await first.close();
  assert.deepEqual((await asked).x!.data[0], 2);
  await second.close();
  const third = createOrtRuntime({ threads: 1 });
  await third.put({ x: scalar(3) });
  assert.equal((await third.get(['x'])).x!.data[0], 3);
  await third.close();
});

test('a process that has nothing but the end of its runtime to wait for waits for it', async () => {
  const engine = new URL('../../src/engine/index.ts', import.meta.url).href;
  const script = `const { createOrtRuntime } = await import(${JSON.stringify(engine)});
    await createOrtRuntime({ threads: 1 }).close();
    console.log('closed');`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  assert.equal(stdout, 'closed\n');
});
