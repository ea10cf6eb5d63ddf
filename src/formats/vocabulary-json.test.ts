import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../base/index.ts';
import { StrictJsonFault } from './strict-json.ts';
import { pairsIn, readNamedIds } from './vocabulary-json.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

function entriesIn(text: string): [string, number][] | string {
  try {
    const { names, ids } = readNamedIds(bytesOf(text));
    const name = (i: number) => textOf(names.pool.subarray(names.offsets[i]!, names.offsets[i + 1]!));
    return Array.from({ length: names.size }, (_, i) => [name(i), ids[i]!]);
  } catch (error) {
    assert.ok(error instanceof StrictJsonFault, String(error));
    return 'refused';
  }
}

const UNITS = ['a', 'Ġ', '"', '\\', '\n', '\u0000', '€', '😀', 'ÿ', '/', ' ', '0'];
/** As other writers do: every character as an escape of its UTF-16 units. */
const escaped = (text: string) =>
  `"${Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`;

test('names and ids are those that JSON.parse gives, however the names are written', () => {
  const rng = new Rng(41);
  for (let round = 0; round < 300; round++) {
    const entries = new Map<string, number>();
    for (let i = rng.int(40); i > 0; i--) {
      entries.set(`x${Array.from({ length: rng.int(300) }, () => rng.pick(UNITS)).join('')}`, rng.int(2 ** 20));
    }
    const blank = rng.pick(['', ' ', '\n\t', '\r\n']);
    const write = round % 2 === 0 ? JSON.stringify : escaped;
    const inside = [...entries].map(([name, id]) => `${blank}${write(name)}${blank}:${blank}${id}${blank}`);
    const text = `${blank}{${inside.join(',')}}${blank}`;
    assert.deepEqual(Object.entries(JSON.parse(text)), [...entries]);
    assert.deepEqual(entriesIn(text), [...entries]);
  }
});

test('an object that JSON.parse refuses, with a name twice or half a surrogate pair is refused', () => {
  const faults = ['', '{', '{"a":1', '{"a":1,}', '{"a" 1}', '{"a":1}x', '{"a":01}', '{"a\n":1}', '{"\\x":1}', '{a:1}'];
  const more = ['{"\\u12g4":1}', '{"\\ud800":1}', '{"\\udc00":1}', '{"\\ud800\\u0041":1}', '{"a":1,"\\u0061":2}', '[]'];
  for (const text of [...faults, ...more]) assert.equal(entriesIn(text), 'refused', text);
  assert.deepEqual(entriesIn('{}'), []);
});

test('pairs are read from strings with a blank and from lists alike', () => {
  const read = (text: string) => {
    const pairs: [string, string][] = [];
    pairsIn(bytesOf(text))((bytes, leftEnd, rightStart, end) => {
      pairs.push([textOf(bytes.subarray(0, leftEnd)), textOf(bytes.subarray(rightStart, end))]);
    });
    return pairs;
  };
  assert.deepEqual(read('["a b", "Ġ \\u20ac"]'), [
    ['a', 'b'],
    ['Ġ', '€'],
  ]);
  assert.deepEqual(read('[ ["a","b"] , [ "Ġ" , "\\u20ac" ] ]'), [
    ['a', 'b'],
    ['Ġ', '€'],
  ]);
  for (const text of ['["a b",]', '[["a"]]', '[["a","b","c"]]', '[1]', '["a b"', '["a b"] 1']) {
    assert.throws(() => read(text), StrictJsonFault, text);
  }
});
