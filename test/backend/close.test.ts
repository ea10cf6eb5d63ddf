import assert from 'node:assert/strict';
import { test } from 'node:test';
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
