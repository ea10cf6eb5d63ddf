/** Model directories mean the same to a short PyTorch program that knows the published formats alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32 } from '../../src/tensor/index.ts';
import { fixtureNames, fixturePath, readFixture, readTensors, relativeDifference } from './fixture.ts';
import { logitsByPyTorch, reasonToSkip } from './oracle/read-model.ts';

const skip = reasonToSkip();

for (const name of fixtureNames) {
  test(`the PyTorch reading of ${name} gives the logits of the fixture's maker`, { skip }, () => {
    const { fixture } = readFixture(name);
    const expected = readTensors(name, 'logits.safetensors').get('logits')!;
    const got = float32(expected.shape, logitsByPyTorch(fixturePath(name), fixture.ids));
    assert.ok(relativeDifference(got, expected) <= fixture.tolerances.logits);
  });
}
