import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutIdleReshapes } from './reshapes.ts';

const node = (type: string, inputs: string[], outputs: string[]) => ({ type, inputs, outputs });
const written = (nodes: readonly ReturnType<typeof node>[]): string[] =>
  nodes.map(({ type, inputs, outputs }) => `${outputs} = ${type}(${inputs})`);
const known = {
  shapes: new Map([['x', [2, 6]]]),
  vectors: new Map([
    ['four by three', [4, 3]],
    ['two by six', [2, 6]],
    ['scalar', []],
  ]),
};

test('of reshapes in a row one is left, and none where the shape was there before', () => {
  const nodes = [
    node('Reshape', ['x', 'four by three'], ['a']),
    node('Reshape', ['a', 'two by six'], ['b']),
    node('Exp', ['b'], ['c']),
    node('Reshape', ['b', 'four by three'], ['d']),
    node('Exp', ['d'], ['e']),
  ];
  assert.deepEqual(written(withoutIdleReshapes(nodes, { ...known, kept: new Set(['c', 'e']) })), [
    'c = Exp(x)',
    'd = Reshape(x,four by three)',
    'e = Exp(d)',
  ]);
});

test('a reshape that is an output stays, as does one of a value whose shape is not known, and every other node', () => {
  const nodes = [
    node('Reshape', ['x', 'two by six'], ['a']),
    node('Exp', ['a'], ['unread']),
    node('Sum', ['x'], ['y']),
    node('Reshape', ['y', 'scalar'], ['b']),
  ];
  assert.deepEqual(written(withoutIdleReshapes(nodes, { ...known, kept: new Set(['a', 'b']) })), [
    'a = Reshape(x,two by six)',
    'unread = Exp(x)',
    'y = Sum(x)',
    'b = Reshape(y,scalar)',
  ]);
});
