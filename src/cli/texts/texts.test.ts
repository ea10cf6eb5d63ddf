import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { exitCodeOf } from '../exit-codes.ts';
import { textsOf } from './index.ts';

/** Paths of all leaves; open tables (records by name) count as one leaf. */
function leaves(value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([key, child]) => leaves(child, `${at}.${key}`));
}

/** Tables that only German needs, because what they translate is English already. */
const GERMAN_ONLY = /^\.(errors\.byCode|help\.titles|corpus\.reasons)\./;

test('both languages have every text, and none is empty', () => {
  const [de, en] = [leaves(textsOf('de'), ''), leaves(textsOf('en'), '')];
  const comparable = de.filter((name) => !GERMAN_ONLY.test(name));
  assert.deepEqual(
    comparable.filter((name) => !en.includes(name)),
    [],
  );
  assert.deepEqual(
    en.filter((name) => !de.includes(name)),
    [],
  );
  for (const language of ['de', 'en'] as const) {
    const empty = (value: unknown, at: string): string[] =>
      value === ''
        ? [at]
        : typeof value === 'object' && value !== null
          ? Object.entries(value).flatMap(([key, child]) => empty(child, `${at}.${key}`))
          : [];
    assert.deepEqual(empty(textsOf(language), language), []);
  }
});

test('every text is used somewhere', () => {
  const folder = path.join(import.meta.dirname, '..');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('texts'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
  const open =
    /^\.(commands|errors\.byCode|help\.titles|corpus\.reasons|corpus\.presets|progress|template\.keys|plan\.verdicts|plan\.dial\.verdicts|config\.origins|filtering\.(?:why|policies)|packing\.sets|packing\.masks\.faults|chat\.learnedFromForgotten|lineage\.trace\.fates|lineage\.forget\.certainties)\b/;
  const unused = leaves(textsOf('de'), '')
    .filter((name) => !open.test(name) && !/\.\d+$/.test(name))
    .filter((name) => !new RegExp(`\\b${name.split('.').at(-1)}\\b`).test(sources));
  assert.deepEqual(unused, []);
});

test('German texts say Sie and use no English where there is a usual German word', () => {
  const words: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') words.push(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  const { commands, options, help, chat, menu, start, doctor, training } = textsOf('de');
  collect([commands, options, help, chat, menu, start, doctor, training]);
  for (const text of words) {
    assert.doesNotMatch(text, /\b([Dd]u|[Dd]ein|[Dd]eine|[Dd]ir|[Dd]ich|[Dd]ataset|[Ss]ettings|[Ff]older)\b/, text);
  }
});

test('every kind of error has an exit code of the conventions', () => {
  assert.deepEqual(exitCodeOf, {
    failure: 1,
    usage: 2,
    policy: 3,
    notFound: 4,
    refused: 5,
    network: 6,
    resources: 7,
    stopped: 75,
    internal: 1,
  });
});
