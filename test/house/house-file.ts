/**
 * Reads the rules of the house out of HOUSE.md: its fenced blocks are the machine-readable part, one entry a line. It
 * judges nothing; a malformed line is an error that names it.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

export const repositoryRoot: string = path.resolve(import.meta.dirname, '../..');

export interface House {
  /** Room to the rooms it may import, in the order data flows. */
  readonly arrows: ReadonlyMap<string, readonly string[]>;
  /** `node:` module to the path patterns that may import it. */
  readonly nodeModules: ReadonlyMap<string, readonly string[]>;
  /** npm package to the path patterns that may import it. */
  readonly packages: ReadonlyMap<string, readonly string[]>;
  /** `path` or `path#function` to the reason why it may be long. */
  readonly longFiles: ReadonlyMap<string, string>;
  readonly longFunctions: ReadonlyMap<string, string>;
  /** npm package that brings an install script, to what becomes of the script. */
  readonly installScripts: ReadonlyMap<string, string>;
  readonly licences: ReadonlySet<string>;
  /** Path to purpose. */
  readonly tree: ReadonlyMap<string, string>;
}

/** Lines of the block fenced as ```name, without empty ones. */
function block(text: string, name: string): string[] {
  const body = new RegExp(`^\`\`\`${name}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text)?.[1];
  if (body === undefined) throw new Error(`HOUSE.md: expected a block fenced as \`\`\`${name}, got none`);
  return body.split('\n').filter((line) => line.trim() !== '');
}

function entries(text: string, name: string, separator: RegExp): [string, string][] {
  return block(text, name).map((line) => {
    const match = separator.exec(line);
    if (match === null)
      throw new Error(`HOUSE.md, block ${name}: expected "key${separator.source}value", got "${line}"`);
    return [line.slice(0, match.index).trim(), line.slice(match.index + match[0].length).trim()];
  });
}

function lists(text: string, name: string): Map<string, string[]> {
  return new Map(entries(text, name, /\s+->/).map(([key, value]) => [key, value.split(/\s+/).filter(Boolean)]));
}

/** Rules with a reason: an entry without one is an error. */
function reasons(text: string, name: string): Map<string, string> {
  const found = entries(text, name, /:\s+/);
  for (const [key, reason] of found)
    if (reason === '') throw new Error(`HOUSE.md, block ${name}: ${key} has no reason`);
  return new Map(found);
}

export function parseHouse(text: string): House {
  return {
    arrows: lists(text, 'arrows'),
    nodeModules: lists(text, 'node-modules'),
    packages: lists(text, 'packages'),
    longFiles: reasons(text, 'long-files'),
    longFunctions: reasons(text, 'long-functions'),
    installScripts: reasons(text, 'install-scripts'),
    licences: new Set(block(text, 'licences')),
    tree: new Map(entries(text, 'tree', /\s{2,}/)),
  };
}

export function readHouse(): House {
  return parseHouse(readFileSync(path.join(repositoryRoot, 'HOUSE.md'), 'utf8'));
}
