import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { float32, type HostTensor, int32 } from '../../tensor/index.ts';
import { blockCount, runBlocks } from './blocks.ts';
import { Residents } from './resident.ts';
import { UPDATE_KERNELS } from './resident-kernels.ts';
import { SEPARATE_BUFFERS, SharedMemory } from './shared-memory.ts';
import { fastLoops } from './staged-loops.ts';

test('residents in shared memory are copies that no other one changes, however they come and go', () => {
  const action = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    size: fc.constantFrom(0, 1, 16, 17, 5000, 16_384),
    dtype: fc.constantFrom('float32', 'int32', 'none'),
  });
  const law = (actions: readonly { name: string; size: number; dtype: string }[]) => {
    const residents = new Residents(new SharedMemory(2)); // Two of the largest do not fit.
    const model = new Map<string, HostTensor>();
    for (const [step, { name, size, dtype }] of actions.entries()) {
      if (dtype === 'none') {
        residents.drop(name);
        model.delete(name);
      } else {
        const tensor = dtype === 'int32' ? int32([size]) : float32([size]);
        tensor.data.fill(step + 1);
        residents.put(name, tensor);
        model.set(name, { ...tensor, data: tensor.data.slice() } as HostTensor);
        tensor.data.fill(-1);
      }
      for (const [kept, tensor] of model) assert.deepEqual(residents.get(kept), tensor);
      for (const gone of ['a', 'b', 'c', 'd'].filter((other) => !model.has(other))) {
        assert.throws(() => residents.get(gone), { code: 'runtime.resident' });
      }
    }
  };
  fc.assert(fc.property(fc.array(action, { maxLength: 12 }), law), { seed: 7, numRuns: 60 });
});

test('a tensor takes the place of the one that it replaces, or of one dropped, if that was as large', () => {
  const residents = new Residents(new SharedMemory());
  const placeOf = (name: string) => residents.get(name).data.byteOffset;
  residents.put('a', float32([20]));
  residents.put('b', float32([20]));
  const [a, b] = [placeOf('a'), placeOf('b')];
  residents.put('a', int32([4, 5]));
  assert.equal(placeOf('a'), a);
  residents.drop('b');
  residents.put('c', float32([20]));
  assert.equal(placeOf('c'), b);
  residents.put('a', float32([1000]));
  residents.put('d', float32([20]));
  assert.equal(placeOf('d'), a);
});

const NAMES = { parameter: 'p', gradient: 'g', m: 'm', v: 'v' };
const SCALARS = { gradientScale: 0.3, beta1: 0.9, beta2: 0.95, stepSize: 1e-3, epsilonHat: 1e-8, decay: 0.001 };

function put(residents: Residents, size: number): Float32Array[] {
  return Object.values(NAMES).map((name, place) => {
    const values = Float32Array.from({ length: size }, (_, i) => (((i * 7919) % 1013) + 1) / 10 ** (place + 2));
    residents.put(name, float32([size], values.slice()));
    return values;
  });
}

test('a slot has addresses where all its tensors lie in the common memory, and the same bits where one does not', () => {
  const size = 70_001;
  for (const [pages, fit] of [
    [undefined, true],
    [13, false], // Three tensors and no fourth
    [0, false],
  ] as const) {
    const memory = new SharedMemory(pages);
    const residents = new Residents(memory);
    const expected = put(residents, size);
    const slots = residents.open('adamw', [{ tensors: NAMES, scalars: SCALARS }]);
    assert.deepEqual(
      slots[0]!.addresses,
      fit ? slots[0]!.tensors.map(({ byteOffset }) => byteOffset) : undefined,
      String(pages),
    );
    runBlocks('adamw', slots, 0, blockCount(slots), fastLoops(memory.common));
    UPDATE_KERNELS.adamw.run(expected, Object.values(SCALARS), 0, size);
    for (const [i, name] of Object.values(NAMES).entries()) {
      // A comparison of bytes: a difference of long arrays would be printed for minutes.
      assert.ok(
        Buffer.from(Float32Array.from(residents.get(name).data).buffer).equals(Buffer.from(expected[i]!.buffer)),
      );
    }
  }
});

test('blocks go to the loop on addresses if the slot has them, else to the one on copies, if there is one of that kernel', () => {
  const residents = new Residents(new SharedMemory());
  put(residents, 70_000);
  const [slot] = residents.open('adamw', [{ tensors: NAMES, scalars: SCALARS }]);
  const seen: unknown[] = [];
  const noted = (...operands: unknown[]): undefined => void seen.push(operands);
  const loops = { onAddresses: { adamw: noted }, onTensors: () => ({ adamw: noted }) };
  const { tensors, addresses, scalars } = slot!;
  runBlocks('adamw', [slot!, { ...slot!, addresses: undefined }, slot!], 1, 5, loops);
  assert.deepEqual(seen, [
    [addresses, scalars, 65_536, 70_000],
    [tensors, scalars, 0, 65_536],
    [tensors, scalars, 65_536, 70_000],
    [addresses, scalars, 0, 65_536],
  ]);
  residents.put('g', int32([70_000]));
  const [whole] = residents.open('adamw', [{ tensors: NAMES, scalars: SCALARS }]);
  assert.equal(whole!.addresses, undefined, 'addresses of float32 alone');
  runBlocks('adamw', [whole!], 0, 2, loops);
  const exchange = residents.open('exchange', [{ tensors: { a: 'p', b: 'g' }, scalars: {} }]);
  runBlocks('exchange', exchange, 0, 2, loops);
  assert.equal(seen.length, 4);
});

test('loops on copies have the bits of the definition, for whole blocks and the last one, and change nothing else', () => {
  const residents = new Residents(SEPARATE_BUFFERS);
  const expected = put(residents, 70_000);
  const loops = fastLoops(undefined);
  assert.ok(loops.onTensors().adamw !== undefined && loops.onTensors().sumSquares !== undefined);
  const [slot] = residents.open('adamw', [{ tensors: NAMES, scalars: SCALARS }]);
  runBlocks('adamw', [slot!], 1, 2, loops);
  UPDATE_KERNELS.adamw.run(expected, Object.values(SCALARS), 65_536, 70_000);
  for (const round of [1, 2]) {
    for (const [i, { buffer }] of expected.entries()) {
      assert.ok(Buffer.from(buffer).equals(Buffer.from(slot!.tensors[i]!.buffer)), `${round}: ${i}`);
    }
    runBlocks('adamw', [slot!], 0, 2, loops);
    UPDATE_KERNELS.adamw.run(expected, Object.values(SCALARS), 0, 70_000);
  }
  const squares = residents.openForSquares(Object.values(NAMES));
  assert.deepEqual(runBlocks('sumSquares', squares, 0, 8, loops), runBlocks('sumSquares', squares, 0, 8));
});

test('blocks of a sum give one number each, in order, from whichever loop', () => {
  const residents = new Residents(new SharedMemory());
  residents.put('a', float32([65_537], new Float32Array(65_537).fill(2)));
  residents.put('none', float32([0]));
  residents.put('b', float32([3], [3, 0, 1]));
  const slots = residents.openForSquares(['a', 'none', 'b']);
  assert.equal(blockCount(slots), 3);
  assert.deepEqual(runBlocks('sumSquares', slots, 0, 3), [4 * 65_536, 4, 10]);
  assert.deepEqual(runBlocks('sumSquares', slots, 1, 2), [4]);
  const sumSquares = (...[, , begin, end]: readonly [unknown, unknown, number, number]) => end - begin;
  const onAddresses = { onAddresses: { sumSquares }, onTensors: () => ({}) };
  const [a, none, b] = slots;
  assert.deepEqual(
    runBlocks('sumSquares', [a!, none!, { ...b!, addresses: undefined }], 0, 3, onAddresses),
    [65_536, 1, 10],
  );
});
