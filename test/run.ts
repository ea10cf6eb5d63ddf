/**
 * `npm test`: every test that needs no GPU and no network, in one `node --test`. Arguments are passed on as the files to
 * run instead, for example `npm test -- src/tokenizer/train.test.ts`.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

function testFilesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => path.join(directory, name))
    .sort();
}

const chosen = process.argv.slice(2);
const files = chosen.length > 0 ? chosen : [...testFilesBelow('src'), ...testFilesBelow('test')];
const child = spawn(process.execPath, ['--test', '--test-concurrency=2', ...files], { stdio: 'inherit' });
child.on('exit', (code) => process.exit(code ?? 1));
