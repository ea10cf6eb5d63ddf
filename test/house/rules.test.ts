/** Each rule of the house catches a house that breaks it, and lets one pass that keeps it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHouse } from './house-file.ts';
import {
  arrowListViolations,
  arrowViolations,
  banViolations,
  cycleViolations,
  foreignImportViolations,
  lengthViolations,
  lockViolations,
  nameViolations,
} from './rules.ts';
import { treeOf } from './tree.ts';

const fence = (name: string, text: string) => `\`\`\`${name}\n${text}\n\`\`\`\n`;
const house = parseHouse(
  [
    fence(
      'arrows',
      'base ->\nengine -> base engine/lower\nengine/lower -> base\nnn -> base engine\ncli -> base nn\npackage -> base',
    ),
    fence('node-modules', 'node:fs -> src/base/files.ts\nnode:path -> src/**'),
    fence('packages', 'onnxruntime-node -> src/engine/runtime/ort*.ts\n@clack/prompts -> src/cli/*.ts'),
    fence('long-files', 'src/base/table.ts: a table'),
    fence('long-functions', 'src/base/long.ts#parse: one switch'),
    fence('install-scripts', 'node: picks the platform'),
    fence('licences', 'MIT\nISC'),
    fence('tree', 'src/base/index.ts  The door'),
  ].join('\n'),
);
const sources = (files: Record<string, string>) => new Map(Object.entries(files));
const single = (file: string, text: string) => sources({ [file]: text });

test('an import against the arrows, past a door, out of src or from no room is caught', () => {
  const bad: [string, string, RegExp][] = [
    ['src/base/a.ts', "import { n } from '../nn/index.ts';", /no arrow base -> nn/],
    ['src/nn/a.ts', "import type { L } from '../engine/lower/index.ts';", /no arrow nn -> engine\/lower/],
    ['src/nn/a.ts', "export * from '../engine/compile.ts';", /expected the door/],
    ['src/cli/a.ts', "await import('../nn/linear.ts');", /expected the door/],
    ['src/cli/a.ts', "import { t } from '../../test/run.ts';", /outside src/],
    ['src/attic/a.ts', '', /not among the arrows/],
    ['src/cli/a.ts', "import { t } from '../attic/index.ts';", /in no room/],
    ['src/nn/a.test.ts', "import { t } from '../cli/index.ts';", /no arrow nn -> cli/],
  ];
  for (const [file, text, expected] of bad)
    assert.match(arrowViolations(single(file, text), house).join('\n'), expected);
  const good = sources({
    'src/engine/compile.ts': "import { lower } from './lower/index.ts';\nimport { e } from '../base/index.ts';",
    'src/nn/linear.ts': "import { t } from '../engine/index.ts';\nimport { i } from './init.ts';",
    'src/nn/a.test.ts': "import { t } from '../../test/gradcheck/check.ts';",
    'src/index.ts': "export { e } from './base/index.ts';",
  });
  assert.deepEqual(arrowViolations(good, house), []);
});

test('a cycle is caught, of files and in the arrows themselves', () => {
  const ring = sources({ 'src/nn/a.ts': "import './b.ts';", 'src/nn/b.ts': "import type { A } from './a.ts';" });
  assert.deepEqual(cycleViolations(ring), ['cycle: src/nn/a.ts -> src/nn/b.ts -> src/nn/a.ts']);
  const diamond = sources({
    'src/a.ts': "import './b.ts'; import './c.ts';",
    'src/b.ts': "import './c.ts';",
    'src/c.ts': '',
  });
  assert.deepEqual(cycleViolations(diamond), []);
  assert.deepEqual(arrowListViolations(house), []);
  const bad = {
    ...house,
    arrows: new Map([
      ['a', ['b']],
      ['b', ['a', 'c']],
    ]),
  };
  assert.deepEqual(arrowListViolations(bad), ['b -> c: no such room', 'cycle: a -> b -> a']);
});

test('a foreign module outside its door is caught', () => {
  const bad: [string, string][] = [
    ['src/nn/a.ts', "import ort from 'onnxruntime-node';"],
    ['src/engine/runtime/worker.ts', "import type { T } from 'onnxruntime-node';"],
    ['src/engine/runtime/deep/ort.ts', "import ort from 'onnxruntime-node';"],
    ['src/nn/a.ts', "import { x } from '@clack/prompts/deep';"],
    ['src/nn/a.ts', "import fs from 'node:fs';"],
    ['src/base/jsonl.ts', "import { promises } from 'node:fs';"],
    ['src/cli/a.ts', "import vm from 'node:vm';"],
    ['src/cli/a.ts', "import x from 'left-pad';"],
  ];
  for (const [file, text] of bad) assert.equal(foreignImportViolations(single(file, text), house).length, 1, text);
  const good = sources({
    'src/engine/runtime/ort.node.ts': "import ort from 'onnxruntime-node'; import path from 'node:path';",
    'src/nn/a.test.ts': "import test from 'node:test'; import fc from 'fast-check';",
  });
  assert.deepEqual(foreignImportViolations(good, house), []);
});

test('each banned word is caught in code and let pass in text and in its own room', () => {
  const bad = [
    'process.env.HOME',
    'process . argv[2]',
    'const { env } = process;',
    "process['env']",
    'Math.random()',
    'crypto.randomUUID()',
    'Date.now()',
    'new Date()',
    'performance.now()',
    'await fetch(url)',
    'globalThis.fetch',
    'eval(text)',
    'new Function(text)',
    `const t = \`a \${Math.random()} b\`;`,
  ];
  for (const text of bad) assert.equal(banViolations(single('src/nn/a.ts', text)).length, 1, text);
  const good = [
    "throw new Error('process.env, fetch( and eval( are not for here');",
    '// Math.random() and Date.now() would not replay',
    'prefetch(x); source.fetch(x); new Date(record.time); evaluate(x); isFunction(x); this.#eval(x);',
  ];
  for (const text of good) assert.deepEqual(banViolations(single('src/nn/a.ts', text)), []);
  assert.deepEqual(banViolations(single('src/corpus/fetch/safe-fetch.ts', 'await fetch(url)')), []);
  assert.deepEqual(banViolations(single('src/cli/main.ts', 'process.argv')), []);
  assert.deepEqual(banViolations(single('src/base/rng.ts', 'Math.random() + Date.now()')), []);
  assert.equal(banViolations(single('src/cli/main.ts', 'eval(x)')).length, 1);
});

test('a long file or function is caught unless listed, and so is a listing that is no longer true', () => {
  const long = `function parse() {\n${'  step();\n'.repeat(85)}}\n`;
  const allowed = sources({ 'src/base/table.ts': '// row\n'.repeat(501), 'src/base/long.ts': long });
  assert.deepEqual(lengthViolations(allowed, house), []);
  const bad = new Map([...allowed, ['src/nn/table.ts', '// row\n'.repeat(501)], ['src/nn/long.ts', long]]);
  assert.deepEqual(
    lengthViolations(bad, house).map((line) => line.split(':')[0]),
    ['src/nn/table.ts', 'src/nn/long.ts#parse (line 1)'],
  );
  const short = sources({ 'src/base/table.ts': '// row\n'.repeat(500), 'src/base/long.ts': '' });
  assert.equal(lengthViolations(short, house).length, 2);
});

test('a drawer is caught by its name', () => {
  const bad = ['src/base/utils.ts', 'src/nn/helpers/a.ts', 'src/cli/text-util.ts', 'test/common.ts'];
  for (const file of bad) assert.equal(nameViolations(single(file, '')).length, 1, file);
  assert.deepEqual(nameViolations(sources({ 'src/eval/utilisation.ts': '', 'src/nn/linear.ts': '' })), []);
});

test('a package from elsewhere, without a hash, with a script or with another licence is caught', () => {
  const good = { integrity: 'sha512-x', license: 'MIT' };
  const node = { ...good, hasInstallScript: true };
  const lock = (entry: object) => ({ packages: { '': {}, 'node_modules/node': node, 'node_modules/a': entry } });
  assert.deepEqual(lockViolations(lock(good), house), []);
  assert.deepEqual(lockViolations(lock({ ...good, license: '(GPL-3.0 OR ISC)' }), house), []);
  assert.deepEqual(lockViolations(lock({ ...good, license: '(MIT AND ISC)' }), house), []);
  const bad: [object, RegExp][] = [
    [{ ...good, resolved: 'git+ssh://git@example.org/a.git#1' }, /comes from/],
    [{ ...good, resolved: 'https://mirror.example.org/a.tgz' }, /comes from/],
    [{ ...good, integrity: undefined }, /sha512/],
    [{ ...good, integrity: 'sha1-x' }, /sha512/],
    [{ ...good, hasInstallScript: true }, /install script/],
    [{ ...good, license: 'GPL-3.0' }, /licence GPL-3.0/],
    [{ ...good, license: '(MIT AND GPL-3.0)' }, /licence .MIT AND GPL-3.0/],
    [{ ...good, license: undefined }, /licence/],
  ];
  for (const [entry, expected] of bad) assert.match(lockViolations(lock(entry), house).join('\n'), expected);
  assert.match(lockViolations({ packages: {} }, house).join('\n'), /which has none/);
});

test('the tree has a line for each file but tests, with the purpose of its header or of its door', () => {
  const files = sources({
    'test/run.ts': '/** Runs. */',
    'src/nn/linear.ts': '/** A linear layer. More. */',
    'src/base/b.ts': 'export {};',
    'src/base/index.ts': 'export {};',
    'src/base/b.test.ts': '/** Tests. */',
  });
  assert.deepEqual(
    [...treeOf(files, house.arrows)],
    [
      ['src/base/index.ts', 'The door of base'],
      ['src/base/b.ts', ''],
      ['src/nn/linear.ts', 'A linear layer'],
      ['test/run.ts', 'Runs'],
    ],
  );
});

test('a rule without a reason and a missing block are errors of HOUSE.md', () => {
  assert.throws(() => parseHouse(fence('arrows', 'base ->')), /node-modules/);
  assert.throws(() => parseHouse(fence('arrows', 'base')), /expected "key/);
});
