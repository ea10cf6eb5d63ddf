/**
 * The rules of the house as functions from source texts to violations, each violation one line that says where and
 * what. They know nothing of the disk, so a test can hand them a house that breaks a rule.
 */
import path from 'node:path';
import type { House } from './house-file.ts';
import { blanked, functionsOf, importsOf, lineOf } from './source.ts';

/** Repository path with `/` to text. */
export type Sources = ReadonlyMap<string, string>;

const MAXIMUM_FILE_LINES = 500;
const MAXIMUM_FUNCTION_LINES = 80;

const isTest = (file: string) => file.endsWith('.test.ts');
const inSource = (sources: Sources) => [...sources].filter(([file]) => file.startsWith('src/'));

/** `*` stands for any text without a slash, `**` for any text. */
function matches(file: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const source = pattern
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/\*\*|\*/g, (star) => (star === '*' ? '[^/]*' : '.*'));
    return new RegExp(`^${source}$`).test(file);
  });
}

/** The longest room of the arrows that holds the file; `package` for a file directly under src. */
export function roomOf(file: string, house: House): string | undefined {
  if (/^src\/[^/]+$/.test(file)) return 'package';
  return [...house.arrows.keys()]
    .filter((room) => file.startsWith(`src/${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

const outerRoom = (room: string) => room.split('/')[0]!;

/** Imports point along the arrows, and into another room only through its door. */
export function arrowViolations(sources: Sources, house: House): string[] {
  const found: string[] = [];
  for (const [file, text] of inSource(sources)) {
    const room = roomOf(file, house);
    if (room === undefined) found.push(`${file}: its room is not among the arrows of HOUSE.md`);
    for (const { specifier, line } of importsOf(text)) {
      if (!specifier.startsWith('.') || room === undefined) continue;
      const target = path.posix.join(path.posix.dirname(file), specifier);
      const other = roomOf(target, house);
      const where = `${file}:${line}: imports ${target}`;
      if (!target.startsWith('src/')) {
        if (!isTest(file) && target !== 'package.json') found.push(`${where}, which lies outside src`);
      } else if (other === undefined) found.push(`${where}, which lies in no room`);
      else if (other !== room && !house.arrows.get(room)?.includes(other)) {
        found.push(`${where}: there is no arrow ${room} -> ${other}`);
      } else if (outerRoom(other) !== outerRoom(room) && target !== `src/${outerRoom(other)}/index.ts`) {
        found.push(`${where}: expected the door src/${outerRoom(other)}/index.ts`);
      }
    }
  }
  return found;
}

/** The arrows themselves: every target is a room, and following them never leads back. */
export function arrowListViolations(house: House): string[] {
  const unknown = [...house.arrows].flatMap(([room, targets]) =>
    targets.filter((target) => !house.arrows.has(target)).map((target) => `${room} -> ${target}: no such room`),
  );
  return [...unknown, ...cycles(house.arrows)];
}

/** Import cycles between files, types included. */
export function cycleViolations(sources: Sources): string[] {
  const edges = new Map<string, string[]>();
  for (const [file, text] of inSource(sources)) {
    const targets = importsOf(text)
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier }) => path.posix.join(path.posix.dirname(file), specifier));
    edges.set(file, targets);
  }
  return cycles(edges);
}

function cycles(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (node: string, trail: readonly string[]) => {
    if (trail.includes(node)) {
      found.push(`cycle: ${[...trail.slice(trail.indexOf(node)), node].join(' -> ')}`);
      return;
    }
    if (done.has(node)) return;
    for (const target of edges.get(node) ?? []) visit(target, [...trail, node]);
    done.add(node);
  };
  for (const node of edges.keys()) visit(node, []);
  return found;
}

/** `node:` modules and npm packages are imported where HOUSE.md says, tests aside. */
export function foreignImportViolations(sources: Sources, house: House): string[] {
  const found: string[] = [];
  for (const [file, text] of inSource(sources)) {
    if (isTest(file)) continue;
    for (const { specifier, line } of importsOf(text)) {
      if (specifier.startsWith('.')) continue;
      const name = specifier.startsWith('node:')
        ? specifier
        : specifier
            .split('/')
            .slice(0, specifier.startsWith('@') ? 2 : 1)
            .join('/');
      const allowed = (specifier.startsWith('node:') ? house.nodeModules : house.packages).get(name) ?? [];
      if (!matches(file, allowed))
        found.push(`${file}:${line}: ${name} may be imported in ${allowed.join(' ') || 'no file'} only`);
    }
  }
  return found;
}

/** What no file may say, or only the files of `except`. Looked for outside strings and comments. */
const BANS: readonly { pattern: RegExp; what: string; except: readonly string[] }[] = [
  { pattern: /\bprocess\s*(?:\?\.|\.)\s*(?:env|argv)\b/g, what: 'environment and arguments', except: ['src/cli/**'] },
  { pattern: /=\s*process\s*[;,)]|\bprocess\s*\[/g, what: 'process under another name', except: ['src/cli/**'] },
  { pattern: /\bMath\s*\.\s*random\b/g, what: 'unseeded randomness', except: ['src/base/**'] },
  {
    pattern: /\brandom(?:UUID|Bytes|Int)\b|\bgetRandomValues\b/g,
    what: 'unseeded randomness',
    except: ['src/base/**'],
  },
  {
    pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|;)|\bperformance\s*\.\s*now\b|\bhrtime\b/g,
    what: 'time',
    except: ['src/base/**'],
  },
  {
    pattern: /(?<![.\w$#])fetch\s*\(|\b(?:globalThis|window|self)\s*\.\s*fetch\b/g,
    what: 'bare fetch',
    except: ['src/corpus/fetch/safe-fetch*.ts'],
  },
  {
    pattern: /(?<![.\w$#])eval\s*\(|\bnew\s+Function\b|(?<![.\w$#])Function\s*\(/g,
    what: 'code from text',
    except: [],
  },
];

export function banViolations(sources: Sources): string[] {
  const found: string[] = [];
  for (const [file, text] of inSource(sources)) {
    if (isTest(file)) continue;
    const code = blanked(text);
    for (const { pattern, what, except } of BANS) {
      if (matches(file, except)) continue;
      for (const match of code.matchAll(pattern)) {
        found.push(
          `${file}:${lineOf(code, match.index)}: ${what} (${match[0].trim()}) belongs in ${except.join(' ') || 'no file'}`,
        );
      }
    }
  }
  return found;
}

/** Files and functions over the budget are listed with a reason, and what is listed is over the budget. */
export function lengthViolations(sources: Sources, house: House): string[] {
  const found: string[] = [];
  const longFiles = new Set<string>();
  const longFunctions = new Set<string>();
  for (const [file, text] of sources) {
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    if (lines > MAXIMUM_FILE_LINES) {
      longFiles.add(file);
      if (!house.longFiles.has(file)) found.push(`${file}: ${lines} lines, expected at most ${MAXIMUM_FILE_LINES}`);
    }
    for (const long of functionsOf(text)) {
      if (long.lines <= MAXIMUM_FUNCTION_LINES) continue;
      const name = `${file}#${long.name}`;
      longFunctions.add(name);
      if (house.longFunctions.has(name)) continue;
      found.push(`${name} (line ${long.line}): ${long.lines} lines, expected at most ${MAXIMUM_FUNCTION_LINES}`);
    }
  }
  const stale = (listed: ReadonlyMap<string, string>, real: Set<string>) =>
    [...listed.keys()].filter((name) => !real.has(name)).map((name) => `HOUSE.md excuses ${name}, which is not long`);
  return [...found, ...stale(house.longFiles, longFiles), ...stale(house.longFunctions, longFunctions)];
}

const DRAWERS = /(?:^|[/-])(?:utils?|helpers?|common|misc)(?:[/.-]|$)/;

/** No drawer that anything could go into. */
export function nameViolations(sources: Sources): string[] {
  return [...sources.keys()].filter((file) => DRAWERS.test(file)).map((file) => `${file}: name what it holds`);
}

interface LockedPackage {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly license?: string;
  readonly link?: boolean;
}

/** Everything from the registry that npm is set to and hashed, install scripts and licences as listed. */
export function lockViolations(lock: { packages: Record<string, LockedPackage> }, house: House): string[] {
  const found: string[] = [];
  const scripts = new Set<string>();
  for (const [place, entry] of Object.entries(lock.packages)) {
    if (place === '') continue;
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (entry.resolved !== undefined) {
      found.push(`${name}: comes from ${entry.resolved}, expected no address, so that npm takes its registry`);
    }
    if (entry.link || !entry.integrity?.startsWith('sha512-')) found.push(`${name}: expected a sha512 hash`);
    if (entry.hasInstallScript) scripts.add(name);
    if (entry.hasInstallScript && !house.installScripts.has(name)) found.push(`${name}: has an install script`);
    const alternatives = (entry.license ?? 'none').replace(/^\((.*)\)$/, '$1').split(' OR ');
    const known = (licences: string) => licences.split(' AND ').every((licence) => house.licences.has(licence));
    if (!alternatives.some(known)) found.push(`${name}: licence ${entry.license}`);
  }
  const stale = [...house.installScripts.keys()].filter((name) => !scripts.has(name));
  return [...found, ...stale.map((name) => `HOUSE.md lists an install script of ${name}, which has none`)];
}
