import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExpChatError } from '../base/index.ts';
import { PRESET_NAMES, SOURCE_PRESETS, sourceFault } from '../corpus/index.ts';
import { type ConfigProblem, describeProblem, parseConfigText } from './config.ts';
import { specOf } from './source-schema.ts';
import { textsOf } from './texts/index.ts';

const parse = (source: string) =>
  parseConfigText(
    `corpus:\n  sources:\n    - id: quelle\n      ${source.replaceAll('\n', '\n      ')}\n`,
    'expchat.yaml',
  );

function problemsIn(source: string): readonly ConfigProblem[] {
  try {
    parse(source);
  } catch (error) {
    assert.ok(error instanceof ExpChatError, String(error));
    return error.fields['problems'] as ConfigProblem[];
  }
  return assert.fail(`expected it to be refused: ${source}`);
}

const GOOD: readonly (readonly [source: string, kind: string])[] = [
  ['path: ./dokumente', 'folder'],
  ['path: ./dokumente.zip', 'archive'],
  ['path: ./dokumente.tar.gz\ncaps: { entries: 10, megabytes: 5, ratio: 3 }', 'archive'],
  ['path: ./post.mbox', 'mail'],
  ['path: ./post\nkind: mail', 'mail'],
  ['path: ./post\ncontent: mail-dialogue', 'mail'],
  ['path: ./fragen.csv\ncontent: chat\ncolumns: { question: Frage, answer: Antwort, id: Nr }', 'table'],
  ['path: ./faq\ncontent: faq\ninclude: ["**/*.html"]\nexclude: [alt/**]', 'folder'],
  ['url: https://a.example/a.txt', 'http'],
  ['url: https://a.example/a.zip?x=1', 'archive'],
  ['urls: [https://a.example/a, https://a.example/b]\nsourcePer: file', 'http'],
  ['urls: [https://a.example/a.parquet]\ncolumns: { text: text, title: title }', 'table'],
  ['sitemap: https://a.example/sitemap.xml\nmaximumPages: 50\nexclude: [shop/**]', 'http'],
  ['preset: gesetze\nlicence: own\nretainUntil: 2030-12-31\nweight: 0.5', 'archive'],
  ['preset: gutenberg', 'http'],
  ['path: .\npurpose: Hilfe\nlegalBasis: Vertrag\npersonalData: redact\nprofile: own', 'folder'],
];

test('a source says what it is by its place where that is plain, and by kind where it is not', () => {
  for (const [source, kind] of GOOD) {
    const [entry] = parse(source).values['corpus']!['sources'] as Parameters<typeof specOf>[0][];
    assert.equal(specOf(entry!).kind, kind, source);
  }
});

/** Sources that do not fit together, with the key and the line and column they are reported at. */
const BAD: readonly (readonly [source: string, key: string, place: string])[] = [
  ['licence: own', '', '3:7'],
  ['path: a\nurl: https://a.example', '', '3:7'],
  ['preset: gesetze\nurl: https://a.example', '', '3:7'],
  ['preset: gesetzte', 'preset', '4:7'],
  ['preset: gesetze\ncontent: faq', 'content', '5:7'],
  ['path: a\nkind: http', 'path', '4:7'],
  ['url: https://a.example\nkind: folder', 'url', '4:7'],
  ['url: https://a.example\ninclude: [a]', 'include', '5:7'],
  ['url: ftp://a.example', 'url', '4:7'],
  ['urls: []', 'urls', '4:7'],
  ['urls: [https://a.example, kein Ort]', 'urls.1', '4:33'],
  ['path: a\nmaximumPages: 5', 'maximumPages', '5:7'],
  ['path: a\nrobots: ignore', 'robots', '5:7'],
  ['path: a\ncaps: { entries: 5 }', 'caps', '5:7'],
  ['path: a.zip\ncaps: { entries: 0 }', 'caps.entries', '5:15'],
  ['path: a.csv\ncolumns: { title: a }', 'columns', '5:7'],
  ['path: a.csv\ncontent: chat\ncolumns: { question: a }', 'columns', '6:7'],
  ['path: a.csv\ncolumns: { text: 5 }', 'columns.text', '5:18'],
  ['path: a\ncontent: mail-dialogue\nkind: folder', 'content', '5:7'],
  ['path: a\nretainUntil: 31.12.2030', 'retainUntil', '5:7'],
  ['path: a\nretainUntil: 2030-02-30', 'retainUntil', '5:7'],
  ['path: a\nweight: 0', 'weight', '5:7'],
  ['path: a\npersonalData: hide', 'personalData', '5:7'],
  ['path: a\nprofile: blog', 'profile', '5:7'],
  ['path: a\ninclude: dokumente', 'include', '5:7'],
];

test('what does not fit together in a source is named with its key, its line and its column, in both languages', () => {
  for (const [source, key, place] of BAD) {
    const [problem] = problemsIn(source);
    assert.deepEqual(
      [problem!.key, problem!.where],
      [`corpus.sources.0${key === '' ? '' : `.${key}`}`, `expchat.yaml:${place}`],
      source,
    );
    const german = textsOf('de').errors.problem(problem!, describeProblem);
    assert.match(german, /erwartet wird .+, gefunden wurde /, source);
    assert.doesNotMatch(german, /\b(?:source of the kind|only|expected|alone|exactly|beside|for a table)\b/, german);
    assert.match(describeProblem(problem!), /: expected .+, got /, source);
  }
});

test('a wrong key inside a source or its columns is named with the key that was meant', () => {
  const meant = (source: string) => problemsIn(source)[0]!.suggestion;
  assert.equal(meant('path: a\nlicense: own'), 'corpus.sources.0.licence');
  assert.equal(meant('path: a.csv\ncolumns: { text: a, titel: b }'), 'corpus.sources.0.columns.title');
  assert.equal(meant('path: a.zip\ncaps: { entrys: 5 }'), 'corpus.sources.0.caps.entries');
});

test('every preset is a valid source with a licence, a size and addresses behind https', () => {
  for (const name of PRESET_NAMES) {
    const preset = SOURCE_PRESETS[name];
    assert.equal(preset.name, name);
    assert.equal(sourceFault(preset.spec), undefined, name);
    assert.ok(preset.megabytes > 0 && preset.spec.licence.length > 3);
    const addresses = [
      ...(preset.spec.urls ?? []),
      ...(preset.spec.url === undefined ? [] : [preset.spec.url]),
      preset.homepage,
    ];
    assert.ok(addresses.length >= 2);
    for (const address of addresses) assert.equal(new URL(address).protocol, 'https:');
    parse(`preset: ${name}`);
  }
});
