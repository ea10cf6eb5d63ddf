import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ExpChatError } from '../../src/base/index.ts';
import { type Answer, CANCELLED } from '../../src/cli/prompts.ts';
import { play, scripted } from './fake-context.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'expchat-menu-'));
after(() => rmSync(root, { recursive: true }));

let count = 0;
function project(options: { model?: boolean; settings?: string } = {}): string {
  const directory = path.join(root, String(count++));
  mkdirSync(directory);
  if (options.settings !== undefined) writeFileSync(path.join(directory, 'expchat.yaml'), options.settings);
  if (options.model) {
    const model = path.join(directory, 'runs', 'modell', 'final');
    mkdirSync(model, { recursive: true });
    for (const file of ['config.json', 'model.safetensors']) writeFileSync(path.join(model, file), '{}');
  }
  return directory;
}

test('the menu ends with 0 at its exit, at the end of stdin, and when it is cancelled', async () => {
  for (const answers of [['exit'], [], [CANCELLED]] as Answer<string>[][]) {
    const prompter = scripted(answers);
    const heard = await play({ cwd: project(), terminal: true, prompter });
    assert.equal(heard.code, 0);
    assert.equal(prompter.asked.length, 1);
  }
});

test('through a pipe the menu takes letters, and its end leaves with 0', async () => {
  const cwd = project({ settings: '{}' });
  const heard = await play({ cwd, stdin: 'x\nc\n\n' });
  assert.equal(heard.code, 0);
  assert.match(heard.stderr, /Diese Auswahl gibt es nicht\./);
  assert.deepEqual(heard.calls.filter(({ name }) => name === 'corpusStage').length, 4);
  assert.equal((await play({ cwd: project(), stdin: 'e\n' })).code, 0);
});

test('an entry that fails is shown and the menu goes on', async () => {
  const trainModel = () => {
    throw new ExpChatError({ code: 'train.broken', message: 'train: expected data, got none' });
  };
  const prompter = scripted([
    'train',
    'pretrain',
    'eins',
    ...Array.from({ length: 8 }, () => undefined),
    'grid',
    'exit',
  ]);
  const heard = await play({ cwd: project({ settings: '{}' }), terminal: true, prompter, services: { trainModel } });
  assert.equal(heard.code, 0);
  assert.match(heard.stderr, /train: expected data, got none/);
  assert.match(heard.stderr, /noch kein trainiertes Modell/);
});

test('cancelling a question leads back to the menu', async () => {
  const prompter = scripted(['train', CANCELLED, 'train', 'both', CANCELLED, 'load', CANCELLED, 'exit']);
  const heard = await play({ cwd: project({ settings: '{}' }), terminal: true, prompter });
  assert.equal(heard.code, 0);
  assert.deepEqual(heard.calls, []);
});

test('the end of stdin inside a questionnaire leaves the menu with 0', async () => {
  const prompter = scripted(['train', 'both', 'eins']);
  const heard = await play({ cwd: project({ settings: '{}' }), terminal: true, prompter });
  assert.equal(heard.code, 0);
  assert.deepEqual(heard.calls, []);
});

test('both phases are asked with the settings of the project as defaults, and the answers reach the training', async () => {
  const cwd = project({ settings: 'pretrain: {steps: 123, warmupSteps: 5}\nchat: {steps: 77}\n' });
  const keep = Array.from({ length: 6 }, () => undefined);
  const prompter = scripted([
    'train',
    'both',
    'mein-lauf',
    undefined,
    '500',
    ...keep,
    undefined,
    ...keep,
    false,
    'exit',
  ]);
  const heard = await play({ cwd, terminal: true, prompter });
  const offered = prompter.asked.filter(({ message }) => message.endsWith(': Schritte')).map((asked) => asked.offered);
  assert.deepEqual(offered, ['123', '77']);
  const [{ settings }, request] = heard.calls[0]!.given as [
    { settings: { pretrain: { steps: number }; chat: { steps: number; assistantOnly: boolean } } },
    { run: string; mode: string; phase: string },
  ];
  assert.deepEqual([settings.pretrain.steps, settings.chat.steps, settings.chat.assistantOnly], [500, 77, false]);
  const run = path.join(cwd, 'runs', 'mein-lauf');
  assert.deepEqual(request, { phase: 'both', run, mode: 'new', language: 'de', memoryBytes: 4e9 });
});

test('a figure with a decimal comma is taken, one out of range is asked again', async () => {
  const cwd = project({ settings: '{}' });
  const answers = ['t', '2', 'lauf', '', '0', '50', '', '', 'viel', '0,002', '', '', '', 'e'];
  const heard = await play({ cwd, stdin: `${answers.join('\n')}\n` });
  assert.match(heard.stderr, /erwartet wird eine ganze Zahl von 1 bis 100000000, gefunden wurde 0\n/);
  assert.match(heard.stderr, /gefunden wurde "viel"\n/);
  const [{ settings }] = heard.calls[0]!.given as [{ settings: { pretrain: { steps: number; learningRate: number } } }];
  assert.deepEqual([settings.pretrain.steps, settings.pretrain.learningRate], [50, 0.002]);
});

test('a time in the questionnaire leaves the model, its steps and its rates to the machine', async () => {
  const cwd = project({ settings: '{}' });
  const prompter = scripted(['train', 'pretrain', 'lauf', '7,5', undefined, undefined, undefined, 'exit']);
  const heard = await play({ cwd, terminal: true, prompter });
  assert.ok(prompter.asked.every(({ message }) => !/: Schritte$|Lernrate|Token je Sequenz/.test(message)));
  const [{ settings, given }] = heard.calls[0]!.given as [
    { settings: { model: { depth: string }; pretrain: { minutes: number } }; given: Set<string> },
  ];
  assert.deepEqual([settings.model.depth, settings.pretrain.minutes], ['auto', 7.5]);
  assert.deepEqual([...given], ['pretrain.minutes']);
});

test('an existing run is continued without asking for figures again', async () => {
  const cwd = project({ settings: '{}' });
  mkdirSync(path.join(cwd, 'runs', 'alt', 'pretrain'), { recursive: true });
  writeFileSync(path.join(cwd, 'runs', 'alt', 'pretrain', 'run.json'), '{}');
  const prompter = scripted(['train', 'both', 'alt', 'resume', 'exit']);
  const heard = await play({ cwd, terminal: true, prompter });
  assert.equal((heard.calls[0]!.given[1] as { mode: string }).mode, 'resume');
});

test('a checkpoint that was loaded is the one that is asked, saved and put in the grid', async () => {
  const cwd = project({ model: true, settings: '{}' });
  const model = path.join(cwd, 'runs', 'modell', 'final');
  const target = path.join(cwd, 'kopie');
  const prompter = scripted(['load', model, 'save', target, 'grid', path.join(cwd, 'raster'), 'exit']);
  const heard = await play({ cwd, terminal: true, prompter });
  assert.equal(heard.code, 0, heard.stderr);
  const given = Object.fromEntries(heard.calls.map(({ name, given: values }) => [name, values[0]]));
  assert.equal(given['modelFacts'], model);
  assert.equal(given['exportModel'], model);
  assert.deepEqual([(given['runGrid'] as { model: string; htmlFile: string }).model], [model]);
});

test('asking through a pipe keeps the history and comes back to the menu', async () => {
  const cwd = project({ model: true, settings: '{}' });
  const heard = await play({ cwd, stdin: 'b\nEins?\nZwei?\n/bye\ne\n' });
  assert.equal(heard.code, 0);
  assert.deepEqual(
    heard.conversations.map(({ messages }) => messages.map(({ content }) => content)),
    [['Eins?'], ['Eins?', 'Antwort auf: Eins?', 'Zwei?']],
  );
});

test('the corpus entry offers to make the settings file where there is none', async () => {
  const cwd = project();
  const prompter = scripted(['corpus', true, './meine-texte', 'fetch', 'exit']);
  const heard = await play({ cwd, terminal: true, prompter });
  assert.equal(heard.code, 0, heard.stderr);
  assert.ok(existsSync(path.join(cwd, 'expchat.yaml')));
  assert.deepEqual(
    heard.calls.map(({ given }) => given[1]),
    ['fetch'],
  );
});
