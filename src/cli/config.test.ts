import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ExpChatError } from '../base/index.ts';
import { type ConfigProblem, loadConfig, parseConfigText, variableOf } from './config.ts';
import { defaultSettings, expectationAt, keysOf, sectionNames } from './config-schema.ts';
import { renderConfigTemplate } from './config-template.ts';
import { STARTER_CONFIG } from './starter-config.ts';
import { textsOf } from './texts/index.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'expchat-config-'));
after(() => rmSync(folder, { recursive: true }));

function problemsIn(text: string): readonly ConfigProblem[] {
  try {
    parseConfigText(text, 'expchat.yaml');
  } catch (error) {
    assert.ok(error instanceof ExpChatError, String(error));
    assert.equal(error.code, 'config.invalid');
    assert.equal(error.kind, 'usage');
    return error.fields['problems'] as ConfigProblem[];
  }
  return assert.fail('expected the text to be refused');
}

async function refused(body: Promise<unknown>): Promise<ExpChatError> {
  const error = await body.then(
    () => assert.fail('expected it to be refused'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ExpChatError, String(error));
  return error;
}

test('a wrong value is named with its key, what was expected, what was found, and its line', () => {
  const [problem] = problemsIn('# a comment\nmodel:\n  layers: 4\n  width: gross\n');
  assert.equal(problem!.where, 'expchat.yaml:4:3');
  assert.equal(problem!.key, 'model.width');
  assert.deepEqual(problem!.expected, { kind: 'integer', low: 8, high: 16_384 });
  assert.equal(problem!.got, '"gross"');
});

test('a wrong key is named with its line and the key that was meant', () => {
  const problems = problemsIn('modell:\n  width: 32\nmodel:\n  wdith: 32\n');
  assert.deepEqual(
    problems.map(({ where, key, suggestion }) => [where, key, suggestion]),
    [
      ['expchat.yaml:4:3', 'model.wdith', 'model.width'],
      ['expchat.yaml:1:1', 'modell', 'model'],
    ],
  );
});

test('a fault inside a list of sources is named with the line of that source', () => {
  const text =
    'corpus:\n  sources:\n    - id: a\n      path: ./a\n    - id: b\n      path: ./b\n      url: https://b.example\n';
  const [problem] = problemsIn(text);
  assert.deepEqual(
    [problem!.where, problem!.key, problem!.expected.kind],
    ['expchat.yaml:5:7', 'corpus.sources.1', 'source'],
  );
});

test('every key refuses a value of another kind and says what it expects', () => {
  for (const section of sectionNames) {
    for (const key of keysOf(section).filter((name) => name !== 'filter')) {
      const [problem] = problemsIn(`${section}:\n  ${key}: {wrong: kind}\n`);
      assert.equal(problem!.key, `${section}.${key}`);
      assert.deepEqual(problem!.expected, expectationAt([section, key]));
      assert.notEqual(problem!.expected.kind, 'section');
    }
  }
});

test('every number of corpus.filter refuses a text and says its bounds, and a wrong name is given the right one', () => {
  const numbers = (value: unknown, at: readonly string[]): string[][] =>
    typeof value === 'number'
      ? [[...at]]
      : Object.entries(value as object).flatMap(([key, inner]) => numbers(inner, [...at, key]));
  const places = numbers(defaultSettings.corpus.filter, []);
  assert.ok(places.length > 100);
  for (const place of places) {
    const yaml = place.map((key, i) => `${'  '.repeat(i + 2)}${key}:`).join('\n');
    const [problem] = problemsIn(`corpus:\n  filter:\n${yaml} viel\n`);
    assert.equal(problem!.key, `corpus.filter.${place.join('.')}`);
    assert.match(problem!.expected.kind, /^(?:integer|number)$/);
  }
  const [misspelt] = problemsIn('corpus:\n  filter:\n    nearDuplicates:\n      simlarity: 0.9\n');
  assert.equal(misspelt!.suggestion, 'corpus.filter.nearDuplicates.similarity');
});

test('a threshold that a file, a variable or a flag sets leaves all others as they are', async () => {
  const file = path.join(folder, 'filter.yaml');
  writeFileSync(file, 'corpus:\n  filter:\n    quality:\n      de:\n        web:\n          minimumWords: 20\n');
  const env = { EXPCHAT_CORPUS_FILTER: '{repeats: {own: {lineDocuments: 7}}}' };
  const overrides = [{ key: 'corpus.filter.nearDuplicates.similarity', value: '0.9', where: '--set' }];
  const { filter } = (await loadConfig({ projectFile: file, env, overrides })).settings.corpus;
  const expected = structuredClone(defaultSettings.corpus.filter) as never as {
    quality: { de: { web: { minimumWords: number } } };
    repeats: { own: { lineDocuments: number } };
    nearDuplicates: { similarity: number };
  };
  expected.quality.de.web.minimumWords = 20;
  expected.repeats.own.lineDocuments = 7;
  expected.nearDuplicates.similarity = 0.9;
  assert.deepEqual(filter, expected);
});

test('text that is no YAML, bombs of aliases, depth or documents are refused with a line', () => {
  const aliases = `a: &a [1]\nb: [${'*a,'.repeat(100)}]`;
  for (const text of [
    'model: {',
    aliases,
    '['.repeat(5000),
    'a: 1\n---\nb: 2',
    'model:\n  width: 1\n  width: 2',
    '- 1',
  ]) {
    const [problem] = problemsIn(text);
    assert.match(problem!.where, /^expchat\.yaml:\d+:\d+$/, text.slice(0, 40));
  }
});

test('a settings file over one mebibyte is refused before it is read', async () => {
  const file = path.join(folder, 'huge.yaml');
  writeFileSync(file, `# ${'x'.repeat(2 ** 20)}\n`);
  const error = await refused(loadConfig({ projectFile: file, env: {}, overrides: [] }));
  assert.equal(error.code, 'files.too-large-to-read');
});

test('flags win over the environment, that over the project, that over the person, that over the default', async () => {
  const userFile = path.join(folder, 'user.yaml');
  const projectFile = path.join(folder, 'project.yaml');
  writeFileSync(userFile, 'model: {layers: 1, width: 16, heads: 1, keyValueHeads: 1, headWidth: 4}\n');
  writeFileSync(projectFile, 'model: {width: 24, heads: 2, headWidth: 6}\n');
  const { settings, origins } = await loadConfig({
    userFile,
    projectFile,
    env: { EXPCHAT_MODEL_HEADS: '4', EXPCHAT_MODEL_HEAD_WIDTH: '10' },
    overrides: [{ key: 'model.headWidth', value: '12', where: '--set model.headWidth' }],
  });
  const { layers, width, heads, headWidth, mlpWidth } = settings.model;
  assert.deepEqual([layers, width, heads, headWidth, mlpWidth], [1, 24, 4, 12, defaultSettings.model.mlpWidth]);
  const froms = ['layers', 'width', 'heads', 'headWidth', 'mlpWidth'].map((key) => origins.get(`model.${key}`)!.from);
  assert.deepEqual(froms, ['user file', 'project file', 'environment', 'flag', 'default']);
  assert.equal(origins.get('model.width')!.where, `${projectFile}:1:9`);
});

test('a wrong value from the environment or a flag is named with that variable or flag', async () => {
  const variable = variableOf('pretrain', 'learningRate');
  assert.equal(variable, 'EXPCHAT_PRETRAIN_LEARNING_RATE');
  const environment = await refused(loadConfig({ env: { [variable]: 'schnell' }, overrides: [] }));
  assert.match(environment.message, /^EXPCHAT_PRETRAIN_LEARNING_RATE: pretrain\.learningRate: expected a number from/);
  const flag = await refused(
    loadConfig({ env: {}, overrides: [{ key: 'pretrain.stepps', value: '5', where: '--set pretrain.stepps' }] }),
  );
  assert.match(flag.message, /did you mean pretrain\.steps\?/);
});

test('rules between keys are checked after all places are merged', async () => {
  const override = (key: string, value: unknown) =>
    refused(loadConfig({ env: {}, overrides: [{ key, value, where: '--set' }] }));
  assert.match((await override('model.keyValueHeads', 4)).message, /a divisor of model\.heads \(6\), got 4/);
  assert.match((await override('model.headWidth', 63)).message, /an even number, got 63/);
  assert.match((await override('pretrain.context', 512)).message, /at most model\.context \(256\), got 512/);
  assert.match((await override('chat.accumulation', 3)).message, /a divisor of chat\.batch/);
});

test("a phase's context follows the model's and its warmup its steps, where they are not set", async () => {
  const { settings } = await loadConfig({
    env: {},
    overrides: [
      { key: 'model.context', value: 64, where: '--set model.context' },
      { key: 'pretrain.steps', value: 50, where: '--steps' },
    ],
  });
  assert.deepEqual([settings.pretrain.context, settings.chat.context], [64, 64]);
  assert.equal(settings.pretrain.warmupSteps, 5);
});

test('the template that init writes holds the defaults, in both languages, and any path of documents', async () => {
  const awkward = './Ordner: mit #Zeichen "und" Leerraum';
  for (const language of ['de', 'en'] as const) {
    const file = path.join(folder, `${language}.yaml`);
    writeFileSync(file, renderConfigTemplate(textsOf(language), awkward));
    const { settings } = await loadConfig({ projectFile: file, env: {}, overrides: [] });
    assert.equal(settings.corpus.sources[0]!.path, awkward);
    const { settings: untouched } = await loadConfig({ env: {}, overrides: [] });
    settings.corpus.sources = [];
    assert.deepEqual(settings, untouched);
  }
});

test('the settings of the starter project are valid', () => {
  const { values } = parseConfigText(STARTER_CONFIG, 'expchat.yaml');
  assert.equal(values['corpus']!['language'], 'de');
});
