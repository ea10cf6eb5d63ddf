import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peakBytes, Trace } from '../../src/engine/index.ts';

test('values live from the node that makes them to the last that reads them', () => {
  const trace = new Trace();
  const x = trace.input('x', 'float32', [100]);
  const chain = trace.finish({ y: x.exp().sigmoid().tanh().neg() });
  assert.equal(peakBytes(chain), 400, 'a chain of element-wise ops stays in one place');

  const both = new Trace();
  const z = both.input('z', 'float32', [100]);
  const [p, q] = [z.exp(), z.log()];
  assert.equal(peakBytes(both.finish({ y: p.add(q) })), 800, 'two operands, one of which becomes the sum');

  const kept = new Trace();
  const w = kept.input('w', 'float32', [10, 10]);
  const e = w.exp();
  const graph = kept.finish({ e, y: e.reshape([100]).mul(2) });
  assert.equal(peakBytes(graph), 800, 'an output stays, and so does what a reshape of it is');
});

test('a product needs its operands and its result at once, a sum over rows next to nothing', () => {
  const trace = new Trace();
  const x = trace.input('x', 'float32', [50, 20]).exp();
  const y = x.matmul(x, { transposeB: true });
  assert.equal(peakBytes(trace.finish({ y })), 4 * (50 * 20 + 50 * 50));
  const rows = new Trace();
  const r = rows.input('x', 'float32', [50, 20]).exp().sum([0]);
  assert.equal(peakBytes(rows.finish({ r })), 4 * (50 * 20 + 20));
});
