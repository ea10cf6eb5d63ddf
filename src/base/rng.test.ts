import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from './rng.ts';

test('a generator restored from its state continues with the same numbers', () => {
  const rng = new Rng(42);
  for (let i = 0; i < 100; i++) rng.uint32();
  const restored = new Rng(rng.state);
  for (let i = 0; i < 100; i++) assert.equal(restored.uint32(), rng.uint32());
});

test('different seeds and different names give different streams', () => {
  const first = (rng: Rng) => [rng.uint32(), rng.uint32(), rng.uint32()].join();
  const streams = [new Rng(0), new Rng(1), new Rng(2 ** 40), Rng.named(1, 'data'), Rng.named(1, 'init')].map(first);
  assert.equal(new Set(streams).size, streams.length);
});

test('int is uniform within five standard deviations and never reaches its bound', () => {
  const rng = new Rng(7);
  const counts = new Array<number>(10).fill(0);
  const draws = 100_000;
  for (let i = 0; i < draws; i++) counts[rng.int(10)]!++;
  const sigma = Math.sqrt(draws * 0.1 * 0.9);
  for (const count of counts) assert.ok(Math.abs(count - draws / 10) < 5 * sigma, `${counts}`);
});

test('normal has mean 0 and variance 1 within five standard errors', () => {
  const rng = new Rng(3);
  const draws = 100_000;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < draws; i++) {
    const x = rng.normal();
    sum += x;
    squares += x * x;
  }
  assert.ok(Math.abs(sum / draws) < 5 / Math.sqrt(draws));
  assert.ok(Math.abs(squares / draws - 1) < 5 * Math.sqrt(2 / draws));
});
