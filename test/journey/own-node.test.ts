import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { LEAST_NODE, supportsNode } from '../../src/cli/node-version.ts';

const root = path.join(import.meta.dirname, '..', '..');
const folder = path.join(root, 'node_modules', '.own-node');

/** The Node that a user of this machine has: the first in the search path that the checkout did not install. */
function ownNode(): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(path.delimiter);
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  return directories
    .filter((directory) => !directory.split(path.sep).includes('node_modules'))
    .map((directory) => path.join(directory, name))
    .find((file) => existsSync(file));
}

const node = ownNode();
const version = node && execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
const fits = version !== undefined && version !== process.version && supportsNode(version);
const skip = fits ? false : `this machine has no other Node of its own from ${LEAST_NODE} on`;

after(() => rmSync(folder, { recursive: true, force: true }));

test('the built package trains under the Node that the machine itself has', { skip }, () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  copyFileSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
  const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const project = path.join(root, 'tsconfig.build.json');
  execFileSync(process.execPath, [compiler, '-p', project, '--outDir', path.join(folder, 'dist')]);
  // Wide enough for products in blocked form, whose results come out in other shapes
  const shape = ['--layers', '1', '--width', '256', '--heads', '4', '--mlp', '256', '--vocab', '64', '--context', '64'];
  const command = [path.join(folder, 'dist', 'cli', 'main.js'), 'bench', 'train', ...shape, '--batch', '4', '--json'];
  const { tokensPerSecond } = JSON.parse(execFileSync(node!, command, { encoding: 'utf8', stdio: 'pipe' }));
  assert.ok(tokensPerSecond > 0);
});
