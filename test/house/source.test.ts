/** The house's scanner finds what it is trusted to find: long functions of every form, and imports of every form. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blanked, functionsOf, headerSentence, importsOf } from './source.ts';

const filler = (lines: number) => Array.from({ length: lines }, (_, i) => `  step(${i});`).join('\n');

test('blanking keeps length and lines and removes strings, comments, templates and regular expressions', () => {
  const source = [
    "const a = 'import x';  // eval(",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder belongs to the sample
    '/* fetch( */ const b = /[/"\'`{]+/g.test(s) ? 4 / 2 / 1 : `t {${ inner({ x: `n${1}` }) } }`;',
    'const c = "\\"{"; return /x{/.test(c);',
  ].join('\n');
  const code = blanked(source);
  assert.equal(code.length, source.length);
  assert.deepEqual(code.match(/import|eval|fetch|\\/g), null);
  assert.match(code, /4 \/ 2 \/ 1/);
  assert.match(code, /inner\(\{ x:/);
  assert.equal(code.split('{').length, code.split('}').length);
});

test('a long function is found in each form it can be written in', () => {
  const heads: [string, string, string][] = [
    ['plain', 'function plain(a: number) {', '}'],
    ['generic', 'export async function* generic<T extends Map<string, number>>(a: T): AsyncGenerator<T> {', '}'],
    ['typed', 'function typed(a: { x: number }): Promise<{ x: number } | null> {', '}'],
    ['guard', "function guard(a: unknown): a is 'x' | { b: [number, string] } {", '}'],
    ['arrow', 'const arrow = async (a: number, b = { c: 1 }): Promise<void> => {', '};'],
    ['shortArrow', 'const shortArrow = (a) => {', '};'],
    ['expression', 'const expression = () =>\n [', '];'],
    ['method', 'class A { method(a: number): void {', '} }'],
    ['#hidden', 'class A { async #hidden(): Promise<number[]> {', '} }'],
    ['constructor', 'class A { constructor(a: number) {', '} }'],
    ['[Symbol.iterator]', 'class A { *[Symbol.iterator](): Iterator<number> {', '} }'],
    ['size', 'class A { get size(): number {', '} }'],
    ['inObject', 'const o = { inObject(x: string) {', '} };'],
    ['property', 'const o = { property: (x: string): string => {', '} };'],
    ['old', 'const old = function (x: string) {', '};'],
  ];
  for (const [name, head, tail] of heads) {
    const body = head.endsWith('[') ? filler(90).replaceAll(';', ',') : filler(90);
    const long = functionsOf(`const before = 1;\n${head}\n${body}\n${tail}\n`).filter(({ lines }) => lines > 80);
    assert.deepEqual(
      long.map((found) => found.name),
      [name],
      head,
    );
    assert.ok(long[0]!.lines >= 92 && long[0]!.lines <= 93, `${name}: ${long[0]!.lines} lines`);
    assert.equal(long[0]!.line, 2);
  }
});

test('a callback is measured as well', () => {
  const long = functionsOf(`test('a law', async () => {\n${filler(90)}\n});`).filter(({ lines }) => lines > 80);
  assert.equal(long.length, 1);
});

test('statements, calls and ternaries are not taken for functions', () => {
  const source = `if (a) {\n${filler(90)}\n}\nfor (const x of y) {\n${filler(90)}\n}\nwhile (b) {\n${filler(90)}\n}
switch (c) {\n${filler(90)}\n}\ntry {} catch (error) {\n${filler(90)}\n}
const d = e ? f(g) : h;\n{\n${filler(90)}\n}\ncall(i);\nconst table = {\n${filler(90).replaceAll(/step\((\d+)\);/g, 'k$1: 1,')}\n};`;
  assert.deepEqual(
    functionsOf(source).filter(({ lines }) => lines > 80),
    [],
  );
});

test('every form of import is found, and words in strings and comments are not', () => {
  const source = `import a from './a.ts';
import { b,
  type B } from "../b/index.ts";
import type { C } from 'c';
import { type D, type E } from 'd';
import './side-effect.ts';
export * from './f.ts';
export { type G, h } from './g.ts';
const i = await import('./i.ts');
const j = require('j');
new Worker(new URL('./k.ts', import.meta.url));
new URL('https://example.org/');
const text = "import z from './z.ts'"; // import y from './y.ts'
`;
  const found = importsOf(source);
  assert.deepEqual(
    found.map(({ specifier }) => specifier),
    ['./a.ts', '../b/index.ts', 'c', 'd', './side-effect.ts', './f.ts', './g.ts', './i.ts', 'j', './k.ts'],
  );
  assert.deepEqual(
    found.filter(({ typeOnly }) => typeOnly).map(({ specifier }) => specifier),
    ['c', 'd'],
  );
  assert.equal(found[1]!.line, 3);
});

test('the header sentence is the first sentence of the leading comment', () => {
  assert.equal(headerSentence('/** One door. It knows\n * more. */\nexport {};'), 'One door');
  assert.equal(headerSentence('#!/usr/bin/env node\n/**\n * Reads a.ts\n * and b. Then\n */'), 'Reads a.ts and b');
  assert.equal(headerSentence('// no\nexport {};'), undefined);
});
