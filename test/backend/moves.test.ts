/** Moves in a row against the same moves one by one, on the reference runtime. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../src/base/index.ts';
import { compile } from '../../src/engine/compile.ts';
import type { Node } from '../../src/engine/graph/index.ts';
import { isMove, orderKey, orderOf, piecesOf } from '../../src/engine/lower/moves.ts';
import { createReferenceRuntime } from '../../src/engine/runtime/reference.ts';
import { concat, type Tensor, Trace } from '../../src/engine/trace/index.ts';
import { float32, sizeOf } from '../../src/tensor/index.ts';

/** A move of `x` of some kind, at random extents. */
function moved(x: Tensor, other: Tensor, rng: Rng): Tensor {
  const axis = rng.int(x.shape.length);
  const extent = x.size(axis);
  switch (rng.int(4)) {
    case 0: {
      const order = x.shape.map((_, i) => i);
      const [a, b] = [rng.int(order.length), rng.int(order.length)];
      return x.transpose(order.with(a, order[b]!).with(b, order[a]!));
    }
    case 1: {
      const start = rng.int(extent);
      return x.slice(axis, start, start + 1 + rng.int(extent - start));
    }
    case 2:
      return x.reshape(extent % 2 === 0 ? x.shape.toSpliced(axis, 1, 2, extent / 2) : [...x.shape, 1]);
    default:
      return concat(rng.int(2) === 0 ? [x, x] : [x, other.slice(0, 0, sizeOf(x.shape)).reshape(x.shape)], axis);
  }
}

test('a row of moves picks the pieces that the moves put there one by one', async () => {
  const runtime = createReferenceRuntime();
  const rng = new Rng(7);
  let pieces = 0;
  for (let round = 0; round < 300; round++) {
    const trace = new Trace();
    const shape = [1 + rng.int(4), 2 * (1 + rng.int(3)), 1 + rng.int(5)];
    const [first, second] = [trace.input('first', 'float32', shape), trace.input('second', 'float32', [10_000])];
    let x = first;
    for (let moves = 2 + rng.int(5); moves > 0 && sizeOf(x.shape) < 2000; moves--) x = moved(x, second, rng);
    if (!isMove(x.node)) continue;
    const { roots, unit } = piecesOf(x.node, isMove);
    const order = orderOf(x.node, { roots, unit });
    const starts = new Map<Node, number>();
    let total = 0;
    for (const root of roots) {
      starts.set(root, total);
      total += sizeOf(root.shape);
    }
    /** Each element says where it lies in the roots. */
    const places = (root: Tensor) => {
      const start = starts.get(root.node) ?? 0;
      return float32(
        root.shape,
        Float32Array.from({ length: sizeOf(root.shape) }, (_, i) => start + i),
      );
    };
    const program = await runtime.prepare(compile(trace.finish({ x })));
    const { x: got } = await program.run({ first: places(first), second: places(second) });
    const expected = [...order].flatMap((place) => Array.from({ length: unit }, (_, i) => place * unit + i));
    assert.deepEqual([...got!.data], expected, `round ${round}: ${x.shape}`);
    pieces += order.length;
  }
  assert.ok(pieces > 3000);
});

test('pieces are as long as all moves that are looked through leave them, and parts of them have the same order', () => {
  const trace = new Trace();
  const x = trace.input('x', 'float32', [2, 6, 4, 48]);
  const heads = x.transpose([0, 2, 1, 3]).slice(2, 2, 6); // (2, 4, 4, 48)
  const { roots, unit } = piecesOf(heads.node, isMove);
  assert.equal(unit, 48);
  assert.equal(piecesOf(heads.node, () => false).unit, 2 * 48);
  assert.equal(piecesOf(x.slice(0, 1, 2).node, isMove).unit, 6 * 4 * 48);
  const inThirds = orderOf(heads.node, { roots, unit: 16 });
  assert.deepEqual(
    [...inThirds],
    [...orderOf(heads.node, { roots, unit })].flatMap((place) => [0, 1, 2].map((third) => 3 * place + third)),
  );
});

test('equal moves of other values have the same key, other moves and other extents another one', () => {
  const trace = new Trace();
  const [x, y] = [trace.input('x', 'float32', [2, 6, 4, 48]), trace.input('y', 'float32', [2, 6, 4, 48])];
  const long = trace.input('long', 'float32', [2, 8, 4, 48]);
  const cut = (value: Tensor, start = 2) => value.transpose([0, 2, 1, 3]).slice(2, start, start + 4);
  const keyOf = ({ node }: Tensor) => orderKey(node, isMove, piecesOf(node, isMove).roots);
  assert.equal(keyOf(cut(x)), keyOf(cut(y)));
  const others = [cut(x, 1), cut(long), x.slice(2, 0, 2), concat([x, y], 0), concat([x, x], 0), concat([x, y, x], 0)];
  assert.equal(new Set([cut(x), ...others].map(keyOf)).size, others.length + 1);
});
