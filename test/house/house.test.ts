/** This house keeps its rules: HOUSE.md, the sources and the lock file agree. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readHouse, repositoryRoot } from './house-file.ts';
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
import { readSources, treeOf } from './tree.ts';

const house = readHouse();
const sources = readSources();
const none = (violations: readonly string[]) => assert.equal(violations.join('\n'), '');

test('imports follow the arrows and enter a room by its door', () => none(arrowViolations(sources, house)));

test('the arrows of HOUSE.md lead down only', () => none(arrowListViolations(house)));

test('what describes a model never sees how it is lowered or run', () => {
  for (const room of ['nn', 'optim', 'model', 'engine/graph', 'engine/trace', 'engine/grad']) {
    const targets = house.arrows.get(room);
    assert.ok(targets, `${room} is a room`);
    for (const hidden of ['engine/lower', 'engine/runtime'])
      assert.ok(!targets.includes(hidden), `${room} -> ${hidden}`);
  }
});

test('no import leads back to its own file', () => none(cycleViolations(sources)));

test('packages and platform modules are imported behind their doors', () =>
  none(foreignImportViolations(sources, house)));

test('chance, time, environment, the network and code from text stay where they belong', () =>
  none(banViolations(sources)));

test('long files and functions are listed with a reason', () => none(lengthViolations(sources, house)));

test('no file is a drawer', () => none(nameViolations(sources)));

test('the tree of HOUSE.md equals the disk (after a change: node test/house/tree.ts --write)', () => {
  const disk = treeOf(sources, house.arrows);
  for (const [file, purpose] of disk) assert.notEqual(purpose, '', `${file}: expected a header that says what it is`);
  assert.deepEqual([...house.tree], [...disk]);
});

test('every package is hashed, from the registry, of a known licence and without an unlisted install script', () => {
  none(lockViolations(JSON.parse(readFileSync(path.join(repositoryRoot, 'package-lock.json'), 'utf8')), house));
});

test('every relative link of the documents leads to a file', () => {
  const documents = [
    'README.md',
    'README.de.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'CHANGELOG.md',
    'HOUSE.md',
    'LOG.md',
  ];
  for (const document of documents) {
    const text = readFileSync(path.join(repositoryRoot, document), 'utf8');
    for (const [, target] of text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)) {
      assert.ok(existsSync(path.join(repositoryRoot, target!)), `${document} links to ${target}`);
    }
  }
});

test('the English and the German README name the same commands, files and figures', () => {
  const spans = (file: string) => {
    const text = readFileSync(path.join(repositoryRoot, file), 'utf8');
    const code = [...text.matchAll(/`([^`\n]+)`|^(npm [^#\n]+)/gm)];
    return [...new Set(code.map((match) => (match[1] ?? match[2])!.trim()))].sort();
  };
  assert.ok(spans('README.md').length > 10);
  assert.deepEqual(spans('README.de.md'), spans('README.md'));
  // 1,388 and 1.388 are one figure in two languages: the digits count.
  const figures = (file: string) => {
    const tables = readFileSync(path.join(repositoryRoot, file), 'utf8').match(/^\|.*\|$/gm) ?? [];
    const numbers = tables.flatMap((row) => row.match(/\d[\d.,:]*/g) ?? []);
    return numbers.map((number) => number.replace(/\D/g, '')).sort();
  };
  assert.ok(figures('README.md').length > 10);
  assert.deepEqual(figures('README.de.md'), figures('README.md'));
});
