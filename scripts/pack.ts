/**
 * What `npm pack` needs around it. The package carries its dependencies, so that it installs with no network at all, and
 * onnxruntime-node without its install script, which would fetch GPU libraries from another host and fail without it.
 * `before` builds, trims that package and gathers the licences; `after` puts everything back as it was.
 */
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from './build.ts';

const root = path.join(import.meta.dirname, '..');
const modules = path.join(root, 'node_modules');
const engineManifest = path.join(modules, 'onnxruntime-node', 'package.json');
const engineBackup = path.join(modules, '.onnxruntime-node.package.json');
const notices = path.join(root, 'THIRD-PARTY-NOTICES.md');

interface Manifest {
  name: string;
  version: string;
  license?: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  files?: string[];
}

interface LockEntry {
  dev?: boolean;
  version?: string;
  license?: string;
}

function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}

/** Without scripts, without what only the script needs, and without the second copy of the macOS library. */
function trimEngine(): void {
  if (!existsSync(engineBackup)) copyFileSync(engineManifest, engineBackup);
  const manifest = readManifest(engineBackup);
  delete manifest.scripts;
  delete manifest.dependencies!['adm-zip'];
  delete manifest.dependencies!['global-agent'];
  manifest.files = ['dist', 'lib', 'bin', '!bin/**/libonnxruntime.1.*.dylib'];
  writeFileSync(engineManifest, `${JSON.stringify(manifest, null, 2)}\n`);
}

function restoreEngine(): void {
  if (!existsSync(engineBackup)) return;
  copyFileSync(engineBackup, engineManifest);
  rmSync(engineBackup);
}

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify,
merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished
to do so, subject to the following conditions: The above copyright notice and this permission notice shall be included in all copies
or substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED,
INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT
SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT
OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** Packages that name their licence but carry no text of it. */
const MISSING_TEXTS: Readonly<Record<string, string>> = {
  'onnxruntime-node': `Copyright (c) Microsoft Corporation\n\n${MIT}\n\nNotices of what its native libraries contain: https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt`,
  'onnxruntime-common': `Copyright (c) Microsoft Corporation\n\n${MIT}`,
};

/** Only the engine's script needs these, so they are not in the package. */
const LEFT_OUT = new Set(['adm-zip', 'global-agent']);

/** The names in `node_modules` that the package carries, by walking what each declares. */
function carried(): string[] {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockEntry>;
  };
  const found = new Set<string>();
  const walk = (manifest: Manifest) => {
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      const location = `node_modules/${name}`;
      if (LEFT_OUT.has(name) || found.has(name) || lock.packages[location] === undefined) continue;
      found.add(name);
      walk(readManifest(path.join(root, location, 'package.json')));
    }
  };
  walk(readManifest(path.join(root, 'package.json')));
  return [...found].sort();
}

function writeNotices(): void {
  const parts = ['# Packages inside this package', ''];
  for (const name of carried()) {
    const directory = path.join(modules, name);
    const manifest = readManifest(path.join(directory, 'package.json'));
    const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? MISSING_TEXTS[name] : readFileSync(path.join(directory, file), 'utf8');
    parts.push(`## ${name} ${manifest.version}`, '', `Licence: ${manifest.license ?? 'see the package'}`, '');
    if (text !== undefined) parts.push('```', text.trim(), '```', '');
  }
  writeFileSync(notices, `${parts.join('\n')}\n`);
}

const [step] = process.argv.slice(2);
if (step === 'before') {
  build();
  trimEngine();
  writeNotices();
} else if (step === 'after') {
  restoreEngine();
  rmSync(notices, { force: true });
} else {
  throw new Error(`scripts/pack.ts: expected before or after, got ${String(step)}`);
}
