import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Place, SharedMemory } from './shared-memory.ts';

const bytesOf = ({ buffer, byteOffset, bytes }: Place) => new Uint8Array(buffer, byteOffset, bytes);

test('places begin at multiples of 64, lie apart, and keep what is in them while the memory grows', () => {
  const memory = new SharedMemory();
  const sizes = [1, 64, 65, 0, 70_000, 3, 200_000];
  const views = sizes.map((size, i) => {
    const place = memory.take(size);
    assert.deepEqual([place.common, place.byteOffset % 64, place.bytes], [true, 0, size]);
    return bytesOf(place).fill(i + 1);
  });
  const now = new Uint8Array(memory.common!.buffer);
  for (const [i, view] of views.entries()) {
    assert.ok(view.every((byte) => byte === i + 1));
    assert.ok(now.subarray(view.byteOffset, view.byteOffset + sizes[i]!).every((byte) => byte === i + 1));
  }
});

test('a place given back is had again by the next of its size alone', () => {
  const memory = new SharedMemory();
  const [first, second] = [memory.take(4000), memory.take(4000)];
  memory.release(first);
  assert.notEqual(memory.take(3000).byteOffset, first.byteOffset);
  assert.equal(memory.take(4000).byteOffset, first.byteOffset);
  const third = memory.take(4000);
  assert.ok(![first.byteOffset, second.byteOffset].includes(third.byteOffset));
});

test('what the maximum leaves no room for has a buffer of its own, and smaller things still fit', () => {
  const memory = new SharedMemory(2);
  const whole = 2 * 65_536;
  const [first, large, rest, none] = [64, whole, whole - 64, 1].map((bytes) => memory.take(bytes));
  assert.deepEqual([first!.common, large!.common, rest!.common, none!.common], [true, false, true, false]);
  assert.deepEqual([large!.byteOffset, large!.buffer.byteLength, bytesOf(rest!).length], [0, whole, whole - 64]);
  memory.release(large!);
  assert.equal(memory.take(whole).common, false);
  memory.release(rest!);
  assert.ok(memory.take(whole - 64).common);
  assert.equal(new SharedMemory(0).take(1).common, false);
});
