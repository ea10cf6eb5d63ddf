import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overfitAdvice, ValidationWatch } from './validation-watch.ts';

/** A watch that has seen validations `[training, validation]`, with its state saved and restored before each. */
function watched(points: readonly (readonly [number, number])[]): ValidationWatch {
  return points.reduce((earlier, [training, validation], i) => {
    const watch = new ValidationWatch(JSON.parse(JSON.stringify(earlier.state)));
    watch.recordStep(training - 0.1);
    watch.recordStep(Number.NaN);
    watch.recordStep(training + 0.1);
    watch.recordValidation(i * 10, validation);
    return watch;
  }, new ValidationWatch());
}

test('the best validation and the ones since are counted, also over a resumed run', () => {
  const watch = watched([
    [5, 5],
    [4, 4],
    [3, 4.2],
    [3, 4.1],
  ]);
  assert.equal(watch.best!.step, 10);
  assert.ok(Math.abs(watch.best!.trainingLossNats! - 4) < 1e-12);
  assert.equal(watch.sinceBest, 2);
});

test('overfit is a validation loss that rises while the training loss falls, not one alone', () => {
  const rising = watched([
    [5, 5],
    [4, 4],
    [3, 4.1],
    [2, 4.3],
  ]);
  assert.equal(rising.overfits, true);
  const once = watched([
    [5, 5],
    [4, 4],
    [3, 4.3],
  ]);
  assert.equal(once.overfits, false);
  const bothRise = watched([
    [5, 5],
    [4, 4],
    [4.2, 4.3],
    [4.4, 4.6],
  ]);
  assert.equal(bothRise.overfits, false);
  const flat = watched([
    [5, 5],
    [4, 4],
    [3, 4.01],
    [2, 4.02],
  ]);
  assert.equal(flat.overfits, false);
});

test('the advice names a smaller model where the data is too little for this one, and more data where it was seen often', () => {
  const fits = { epochs: 2, matrixParameters: 1e6, supportedParameters: 2e6 };
  assert.deepEqual(overfitAdvice(fits), ['take-the-best', 'fewer-steps', 'dropout']);
  assert.ok(overfitAdvice({ ...fits, epochs: 9 }).includes('more-data'));
  assert.ok(overfitAdvice({ ...fits, matrixParameters: 3e6 }).includes('smaller-model'));
});
