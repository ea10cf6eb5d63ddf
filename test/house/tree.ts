/**
 * The tree of HOUSE.md: one line for each file that is not a test, its purpose the first sentence of its own header.
 * `node test/house/tree.ts --write` brings HOUSE.md up to date; without the flag it prints the tree.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type House, readHouse, repositoryRoot } from './house-file.ts';
import type { Sources } from './rules.ts';
import { headerSentence } from './source.ts';

const FOLDERS = ['src', 'test', 'bench', 'scripts'];

/** Every .ts file below the folders of code, tests among them. */
export function readSources(): Map<string, string> {
  const files = FOLDERS.flatMap((folder) => {
    try {
      const names = readdirSync(path.join(repositoryRoot, folder), { recursive: true, encoding: 'utf8' });
      return names.map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
  return new Map(
    files
      .filter((file) => file.endsWith('.ts') && !file.includes('/node_modules/'))
      .sort()
      .map((file) => [file, readFileSync(path.join(repositoryRoot, file), 'utf8')]),
  );
}

/** Path to purpose, rooms in the order of the arrows, a room's door first. An empty purpose: the file has no header. */
export function treeOf(sources: Sources, arrows: House['arrows']): Map<string, string> {
  const rooms = [...arrows.keys()];
  const rank = (file: string) => {
    const folder = FOLDERS.indexOf(file.split('/')[0]!);
    const room = rooms.indexOf(file.split('/')[1]!);
    return `${folder}${String(folder === 0 ? room + 1 : 0).padStart(3, '0')}${file.replace(/\/index\.ts$/, '/')}`;
  };
  const door = (file: string) =>
    /^src\/.*\/index\.ts$/.test(file) ? `The door of ${file.split('/').slice(1, -1).join('/')}` : '';
  return new Map(
    [...sources]
      .filter(([file]) => !file.endsWith('.test.ts'))
      .sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1))
      .map(([file, text]) => [file, headerSentence(text) ?? door(file)]),
  );
}

function render(tree: ReadonlyMap<string, string>): string {
  const width = Math.max(...[...tree.keys()].map((file) => file.length));
  return [...tree]
    .map(([file, purpose]) => `${file.padEnd(width)}  ${purpose || '(the file has no header)'}\n`)
    .join('');
}

if (import.meta.main) {
  const text = render(treeOf(readSources(), readHouse().arrows));
  if (process.argv.includes('--write')) {
    const file = path.join(repositoryRoot, 'HOUSE.md');
    const house = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      house.replace(/^```tree\n[\s\S]*?^```$/m, () => `\`\`\`tree\n${text}\`\`\``),
    );
  } else {
    process.stdout.write(text);
  }
}
