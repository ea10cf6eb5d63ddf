/** `npm run build`: JavaScript and types of `src` in `dist`, without tests. It knows nothing of packing. */
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');

export function build(): void {
  rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-p', path.join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
  chmodSync(path.join(root, 'dist', 'cli', 'main.js'), 0o755);
}

if (import.meta.main) build();
