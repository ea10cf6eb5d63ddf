/**
 * Settings from all their places, in the order flag, environment, project file, user file, default, each value with
 * where it came from. A wrong key or value is named with its place. It knows no command and no language.
 */
import { LineCounter, type ParsedNode, parse, parseDocument } from 'yaml';
import type { z } from 'zod';
import { ExpChatError, exists, readText } from '../base/index.ts';
import {
  defaultSettings,
  type Expectation,
  expectationAt,
  fileSchema,
  keysOf,
  keysWithin,
  type SectionName,
  type Settings,
  SIZE_KEYS,
  schemaOf,
  sectionNames,
  sourceKeys,
} from './config-schema.ts';
import { filterExpectation, filterKeysAt } from './filter-schema.ts';
import { suggest } from './suggest.ts';

const MAXIMUM_FILE_BYTES = 2 ** 20;
const MAXIMUM_ALIASES = 20;
const MAXIMUM_SYNTAX_PROBLEMS = 3;
/** Of a phase's steps, where the warmup was not set by hand. */
const LONGEST_WARMUP_SHARE = 0.1;

export interface Origin {
  readonly from: 'default' | 'user file' | 'project file' | 'environment' | 'flag';
  /** `expchat.yaml:12:3`, the variable's or the flag's name; empty for a default. */
  readonly where: string;
}

/** One thing wrong with the settings. */
export interface ConfigProblem {
  /** `file:line:column`, an environment variable or a flag. */
  readonly where: string;
  /** For example `model.width`; empty for the file as a whole. */
  readonly key: string;
  readonly problem: 'unknown key' | 'wrong value' | 'syntax' | 'rule';
  readonly expected: Expectation;
  /** What was found, as it would stand in JSON, shortened. */
  readonly got: string;
  readonly suggestion?: string;
}

export interface LoadedConfig {
  readonly settings: Settings;
  readonly origins: ReadonlyMap<string, Origin>;
}

/** `model.width=512`, from `--set` or from a flag that stands for a key. */
export interface Override {
  readonly key: string;
  readonly value: unknown;
  readonly where: string;
}

export interface ConfigPlaces {
  readonly userFile?: string;
  readonly projectFile?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly overrides: readonly Override[];
}

/** English words for an expectation. */
export function describeExpectation(expected: Expectation): string {
  switch (expected.kind) {
    case 'integer':
      return `an integer from ${expected.low} to ${expected.high}`;
    case 'number':
      return `a number from ${expected.low} to ${expected.high}`;
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `one of ${expected.values.join(', ')}`;
    case 'text':
      return `a text of 1 to ${expected.maximum} characters${expected.form ? ` (${expected.form})` : ''}`;
    case 'list':
      return 'a list';
    case 'texts':
      return 'a list of texts';
    case 'section':
      return 'a section with keys and values';
    case 'source':
      return 'a source with an id and one of path, url, urls, sitemap and preset';
    case 'rule':
      return expected.rule;
  }
}

export function describeProblem(problem: ConfigProblem): string {
  const at = problem.key === '' ? problem.where : `${problem.where}: ${problem.key}`;
  if (problem.problem === 'unknown key') {
    return `${at}: unknown key${problem.suggestion ? `, did you mean ${problem.suggestion}?` : ''}`;
  }
  if (problem.problem === 'syntax') return `${at}: expected YAML, got ${problem.got}`;
  return `${at}: expected ${describeExpectation(problem.expected)}, got ${problem.got}`;
}

export function configError(problems: readonly ConfigProblem[], next = 'Correct the value and run the command again.') {
  return new ExpChatError({
    code: 'config.invalid',
    kind: 'usage',
    message: problems.map(describeProblem).join('\n'),
    next,
    fields: { problems },
  });
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  const text = json.replace(/[^\s"'/@]+:[^\s"'/@]*@/g, '…@'); // A password, as in a proxy's address, is on no screen.
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
  return value;
}

/** The names that may stand at a path, for suggestions. */
function knownAt(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return sectionNames;
  if (path.length === 1) return keysOf(path[0] as SectionName);
  if (path[1] === 'filter') return filterKeysAt(path.slice(2));
  return path.length > 3 ? keysWithin(String(path[3])) : sourceKeys;
}

/** The rule between keys that was broken, where the schema named one. */
function ruleOf(issue: z.core.$ZodIssue): Expectation | undefined {
  const rule = issue.code === 'custom' ? (issue.params?.['rule'] as string | undefined) : undefined;
  return rule === undefined ? undefined : { kind: 'rule', rule };
}

function problemsOf(error: z.ZodError, root: unknown, placeOf: (path: readonly PropertyKey[]) => string) {
  const problems: ConfigProblem[] = [];
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const path = [...issue.path, key];
        const suggestion = suggest(key, knownAt(issue.path));
        problems.push({
          where: placeOf(path),
          key: path.join('.'),
          problem: 'unknown key',
          expected: { kind: 'choice', values: knownAt(issue.path) },
          got: shown(key),
          ...(suggestion ? { suggestion: [...issue.path, suggestion].join('.') } : {}),
        });
      }
      continue;
    }
    problems.push({
      where: placeOf(issue.path),
      key: issue.path.join('.'),
      problem: 'wrong value',
      expected: ruleOf(issue) ?? expectationAt(issue.path as (string | number)[]),
      got: shown(valueAt(root, issue.path)),
    });
  }
  return problems;
}

export interface ParsedFile {
  readonly values: Record<string, Record<string, unknown>>;
  /** `file:line:column` of a path. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

/** Parses the text of a settings file. Throws `config.invalid` with every problem and its line. */
export function parseConfigText(text: string, file: string): ParsedFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const syntax = (where: string, got: string): ConfigProblem => ({
    where,
    key: '',
    problem: 'syntax',
    expected: { kind: 'section' },
    got,
  });
  if (document.errors.length > 0) {
    const first = document.errors.slice(0, MAXIMUM_SYNTAX_PROBLEMS);
    throw configError(first.map((error) => syntax(place(error.pos[0]), error.message.split('\n')[0]!)));
  }
  const placeOf = (path: readonly PropertyKey[]): string => place(offsetOf(document, path));
  let values: unknown;
  try {
    values = document.toJS({ maxAliasCount: MAXIMUM_ALIASES }) ?? {};
  } catch (error) {
    throw configError([syntax(`${file}:1:1`, (error as Error).message)]);
  }
  const checked = fileSchema.safeParse(values);
  if (!checked.success) throw configError(problemsOf(checked.error, values, placeOf));
  return { values: checked.data as ParsedFile['values'], placeOf };
}

/** Where a path stands in the text; the nearest part that exists, where a key is missing. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    const items = (node as { items?: unknown[] } | null)?.items;
    if (!items) break;
    if (typeof part === 'number') {
      node = items[part];
      offset = (node as ParsedNode | undefined)?.range?.[0] ?? offset;
      continue;
    }
    const pair = (items as { key: ParsedNode; value: ParsedNode | null }[]).find(
      (item) => (item.key as { value?: unknown }).value === part,
    );
    if (!pair) break;
    offset = pair.key.range?.[0] ?? offset;
    node = pair.value;
  }
  return offset;
}

async function readConfigFile(file: string): Promise<ParsedFile> {
  return parseConfigText(await readText(file, MAXIMUM_FILE_BYTES), file);
}

/** The environment variable of a key: `pretrain.learningRate` is `EXPCHAT_PRETRAIN_LEARNING_RATE`. */
export function variableOf(section: string, key: string): string {
  return `EXPCHAT_${section}_${key.replace(/([a-z0-9])([A-Z])/g, '$1_$2')}`.toUpperCase();
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  on: true,
  enabled: true,
  '0': false,
  false: false,
  off: false,
  disabled: false,
};

/** A value from a flag or a variable, which is text, as the key's kind wants it. */
export function valueFromText(text: string, expected: Expectation): unknown {
  if (expected.kind === 'boolean') return BOOLEANS[text.toLowerCase()] ?? text;
  if (expected.kind === 'integer' || expected.kind === 'number') {
    return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  }
  if (['list', 'texts', 'section'].includes(expected.kind)) {
    try {
      return parse(text, { maxAliasCount: 0 });
    } catch {
      return text; // The schema then names what was expected.
    }
  }
  return text;
}

/** Checks one value for one key. Throws `config.invalid` with the place. */
export function checkValue({ key, value, where }: Override): { section: SectionName; name: string; value: unknown } {
  const [section = '', name = '', ...rest] = key.split('.');
  const isKnown = rest.length === 0 || (name === 'filter' && filterExpectation(rest) !== undefined);
  const schema = isKnown ? schemaOf(section, name) : undefined;
  if (schema === undefined) {
    const known = sectionNames.flatMap((each) => keysOf(each).map((keyName) => `${each}.${keyName}`));
    const suggestion = suggest(key, known);
    throw configError([
      {
        where,
        key,
        problem: 'unknown key',
        expected: { kind: 'choice', values: known },
        got: shown(key),
        ...(suggestion ? { suggestion } : {}),
      },
    ]);
  }
  const expected = expectationAt([section, name, ...rest]);
  const given = typeof value === 'string' ? valueFromText(value, expected) : value;
  const checked = schema.safeParse(rest.reduceRight<unknown>((inner, part) => ({ [part]: inner }), given));
  if (!checked.success) {
    throw configError([{ where, key, problem: 'wrong value', expected, got: shown(given) }]);
  }
  return { section: section as SectionName, name, value: checked.data };
}

type Rule = readonly [key: string, holds: (settings: Settings) => boolean, words: (settings: Settings) => string];

const RULES: readonly Rule[] = [
  [
    'model.keyValueHeads',
    ({ model }) => model.heads % model.keyValueHeads === 0,
    ({ model }) => `a divisor of model.heads (${model.heads})`,
  ],
  ['model.headWidth', ({ model }) => model.headWidth % 2 === 0, () => 'an even number'],
  ...(['pretrain', 'chat'] as const).flatMap((name): Rule[] => [
    [
      `${name}.context`,
      (settings) => settings[name].context <= settings.model.context,
      ({ model }) => `at most model.context (${model.context})`,
    ],
    [
      `${name}.accumulation`,
      (settings) => settings[name].batch % settings[name].accumulation === 0,
      (settings) => `a divisor of ${name}.batch (${settings[name].batch})`,
    ],
    [
      `${name}.warmupSteps`,
      (settings) => settings[name].warmupSteps <= settings[name].steps,
      (settings) => `at most ${name}.steps (${settings[name].steps})`,
    ],
  ]),
];

/** Rules between keys; a broken one is reported at the key that was set by hand, where one was. */
function checkRules(settings: Settings, origins: ReadonlyMap<string, Origin>): void {
  const problems = RULES.filter(([, holds]) => !holds(settings)).map(([key, , words]): ConfigProblem => {
    const [section, name] = key.split('.') as [SectionName, string];
    const origin = origins.get(key);
    return {
      where: origin?.where || (origin?.from ?? 'default'),
      key,
      problem: 'rule',
      expected: { kind: 'rule', rule: words(settings) },
      got: shown((settings[section] as Record<string, unknown>)[name]),
    };
  });
  if (problems.length > 0) throw configError(problems);
}

/**
 * What follows from other keys: a model without a size and with a time is the dial's, a phase's context of 0 is the model's, a
 * warmup not set by hand fits the steps.
 */
function followDefaults(settings: Settings, origins: ReadonlyMap<string, Origin>): void {
  const isDefault = (key: string) => origins.get(key)?.from === 'default';
  const keys = ['depth', ...SIZE_KEYS].map((key) => `model.${key}`);
  if (settings.pretrain.minutes > 0 && keys.every(isDefault)) settings.model.depth = 'auto';
  for (const name of ['pretrain', 'chat'] as const) {
    const phase = settings[name];
    // The dial finds the model's context, and the phase's with it.
    if (phase.context === 0 && settings.model.depth === 'off') phase.context = settings.model.context;
    if (isDefault(`${name}.warmupSteps`)) {
      phase.warmupSteps = Math.min(phase.warmupSteps, Math.floor(phase.steps * LONGEST_WARMUP_SHARE));
    }
  }
}

/** A value over an earlier one; of a section within a section only the keys that are said change. */
function over(earlier: unknown, value: unknown): unknown {
  const isSection = (one: unknown) => typeof one === 'object' && one !== null && !Array.isArray(one);
  if (!isSection(earlier) || !isSection(value)) return value;
  const result = { ...(earlier as Record<string, unknown>) };
  for (const [key, inner] of Object.entries(value as object)) {
    if (inner !== undefined) result[key] = over(result[key], inner);
  }
  return result;
}

/** Reads all places and merges them. Throws `config.invalid`, `config.not-found` or an error of the file. */
export async function loadConfig(places: ConfigPlaces): Promise<LoadedConfig> {
  const settings = structuredClone(defaultSettings);
  const origins = new Map<string, Origin>();
  for (const section of sectionNames) {
    for (const key of keysOf(section)) origins.set(`${section}.${key}`, { from: 'default', where: '' });
  }
  const put = (section: SectionName, key: string, value: unknown, origin: Origin) => {
    const values = settings[section] as Record<string, unknown>;
    values[key] = over(values[key], value);
    origins.set(`${section}.${key}`, origin);
  };
  const merge = async (file: string, from: Origin['from']) => {
    const { values, placeOf } = await readConfigFile(file);
    for (const [section, keys] of Object.entries(values)) {
      for (const [key, value] of Object.entries(keys)) {
        put(section as SectionName, key, value, { from, where: placeOf([section, key]) });
      }
    }
  };
  if (places.userFile !== undefined && (await exists(places.userFile))) await merge(places.userFile, 'user file');
  if (places.projectFile !== undefined) await merge(places.projectFile, 'project file');
  for (const section of sectionNames) {
    for (const key of keysOf(section)) {
      const variable = variableOf(section, key);
      const text = places.env[variable];
      if (text === undefined || text === '') continue;
      const checked = checkValue({ key: `${section}.${key}`, value: text, where: variable });
      put(section, key, checked.value, { from: 'environment', where: variable });
    }
  }
  for (const override of places.overrides) {
    const checked = checkValue(override);
    put(checked.section, checked.name, checked.value, { from: 'flag', where: override.where });
  }
  followDefaults(settings, origins);
  checkRules(settings, origins);
  return { settings, origins };
}
