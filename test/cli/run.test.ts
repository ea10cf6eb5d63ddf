import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type ErrorKind, ExpChatError } from '../../src/base/index.ts';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { textsOf } from '../../src/cli/texts/index.ts';
import { PRESET_NAMES } from '../../src/corpus/index.ts';
import { play } from './fake-context.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'expchat cli ä-'));
after(() => rmSync(root, { recursive: true }));

function folder(name: string, settings?: string): string {
  const directory = path.join(root, name);
  mkdirSync(directory, { recursive: true });
  if (settings !== undefined) writeFileSync(path.join(directory, 'expchat.yaml'), settings);
  return directory;
}

function withModel(name: string): string {
  const directory = folder(name, '{}');
  const model = path.join(directory, 'runs', 'modell', 'final');
  mkdirSync(model, { recursive: true });
  for (const file of ['config.json', 'model.safetensors']) writeFileSync(path.join(model, file), '{}');
  return directory;
}

const empty = folder('empty');
const project = folder('project', 'model: {layers: 2}\n');
const commands = Object.keys(textsOf('de').commands);

test('every command has help with examples in both languages, and asking for it is no error', async () => {
  for (const language of ['de', 'en'] as const) {
    const { commands: words, help } = textsOf(language);
    for (const name of commands) {
      const heard = await play({ cwd: empty, argv: [...name.split(' '), '--help', '--lang', language] });
      assert.equal(heard.code, 0, name);
      assert.ok(heard.stdout.includes(help.examples), `${name}: no examples`);
      for (const example of words[name as keyof typeof words].examples)
        assert.ok(heard.stdout.includes(example), example);
      assert.equal(heard.stderr, '', name);
    }
  }
});

test('every example of the help is a command line that the program accepts', async () => {
  const cwd = folder('examples');
  for (const language of ['de', 'en'] as const) {
    for (const { examples } of Object.values(textsOf(language).commands)) {
      for (const example of examples) {
        const line = example.slice(example.lastIndexOf('expchat ') + 'expchat '.length);
        const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
        const heard = await play({ cwd, argv: [...argv, '--json'], stdin: 'x' });
        assert.ok(!/commander\./.test(heard.stderr), `${example}: ${heard.stderr}`);
      }
    }
  }
});

test('a mistyped command ends with 2 and names the one that was meant', async () => {
  for (const [typed, meant] of [
    ['trian', 'train'],
    ['corpus ftch', 'corpus fetch'],
    ['doktor', 'doctor'],
  ] as const) {
    const heard = await play({ cwd: empty, argv: typed.split(' ') });
    assert.equal(heard.code, 2);
    assert.ok(heard.stderr.includes(`Meinten Sie ${meant}?`), heard.stderr);
    assert.equal(heard.stdout, '');
  }
});

test('a wrong flag or value ends with 2 and says what is expected, in the chosen language', async () => {
  const german = await play({ cwd: project, argv: ['train', '--steps', 'viele'] });
  assert.equal(german.code, 2);
  assert.match(german.stderr, /erwartet wird eine ganze Zahl von 1 bis/);
  const english = await play({ cwd: project, argv: ['train', '--stepps', '3'], env: { EXPCHAT_LANG: 'en' } });
  assert.equal(english.code, 2);
  assert.match(english.stderr, /unknown option '--stepps'\nWhat you can do: Did you mean --steps\?/);
});

test('each kind of error ends with its exit code, with its message on stderr and nothing on stdout', async () => {
  for (const kind of Object.keys(exitCodeOf) as ErrorKind[]) {
    const corpusStage = () => {
      throw new ExpChatError({ code: 'test.kind', kind, message: 'where: expected a, got b', next: 'Do c.' });
    };
    const heard = await play({ cwd: project, argv: ['corpus', 'fetch'], services: { corpusStage } });
    assert.equal(heard.code, exitCodeOf[kind], kind);
    assert.match(heard.stderr, /where: expected a, got b\nWas Sie tun können: Do c\./);
    assert.equal(heard.stdout, '');
  }
});

test('with --json the result is one JSON object on stdout, and an error one on stderr', async () => {
  const fine = await play({ cwd: project, argv: ['corpus', 'run', '--json'] });
  const result = JSON.parse(fine.stdout) as { stages: { stage: string }[] };
  assert.deepEqual(
    result.stages.map(({ stage }) => stage),
    ['fetch', 'prepare', 'filter', 'pack'],
  );
  const failed = await play({ cwd: empty, argv: ['corpus', 'fetch', '--json'] });
  assert.equal(failed.code, 2);
  assert.equal(failed.stdout, '');
  const { error } = JSON.parse(failed.stderr) as { error: { code: string; exitCode: number } };
  assert.deepEqual([error.code, error.exitCode], ['config.not-found', 2]);
});

test('corpus run holds the corpus and trains the tokenizer after filtering and before packing', async () => {
  const heard = await play({ cwd: project, argv: ['corpus', 'run'] });
  const order = heard.calls.map(({ name, given }) => (name === 'corpusStage' ? given[1] : name));
  assert.deepEqual(order, ['holdCorpus', 'fetch', 'prepare', 'filter', 'trainTokenizer', 'pack']);
});

test('the ready sources are listed without a project, each with its licence and size', async () => {
  const heard = await play({ cwd: project, argv: ['corpus', 'presets', '--json'] });
  assert.equal(heard.code, 0);
  const { presets } = JSON.parse(heard.stdout) as {
    presets: { name: string; megabytes: number; spec: { licence: string } }[];
  };
  assert.deepEqual(
    presets.map(({ name }) => name),
    PRESET_NAMES,
  );
  const { stdout } = await play({ cwd: project, argv: ['corpus', 'presets'] });
  for (const { name, spec } of presets) assert.ok(stdout.includes(name) && stdout.includes(spec.licence), name);
});

test('a proxy comes from its variable as well, and its password is on no screen', async () => {
  const env = {
    EXPCHAT_CORPUS_PROXY: 'http://name:geheim@proxy.example:3128',
    EXPCHAT_CORPUS_ALLOW_PRIVATE: '[wiki.example]',
  };
  const fetching = await play({ cwd: project, argv: ['corpus', 'fetch'], env });
  const { settings } = fetching.calls.find(({ name }) => name === 'corpusStage')!.given[0] as {
    settings: { corpus: { proxy: string; allowPrivate: string[] } };
  };
  assert.deepEqual([settings.corpus.proxy, settings.corpus.allowPrivate], [env.EXPCHAT_CORPUS_PROXY, ['wiki.example']]);
  for (const flags of [[], ['--origin'], ['--json']]) {
    const { stdout } = await play({ cwd: project, argv: ['config', 'show', ...flags], env });
    assert.match(stdout, /proxy\.example:3128/);
    assert.doesNotMatch(stdout, /geheim/);
  }
  const wrong = await play({
    cwd: project,
    argv: ['config', 'show'],
    env: { EXPCHAT_CORPUS_PROXY: 'name:geheim@proxy' },
  });
  assert.equal(wrong.code, 2);
  assert.doesNotMatch(wrong.stderr, /geheim/);
});

test('--update and --offline of fetch reach the stage, and only where they are given', async () => {
  const given = async (...flags: string[]) => {
    const heard = await play({ cwd: project, argv: ['corpus', 'fetch', ...flags] });
    return heard.calls.find(({ name }) => name === 'corpusStage')!.given[3];
  };
  assert.deepEqual(await given(), {});
  assert.deepEqual(await given('--update'), { update: true });
  assert.deepEqual(await given('--offline'), { offline: true });
});

test('--update together with --offline ends with 2 before anything is held or fetched', async () => {
  for (const command of ['fetch', 'run']) {
    const heard = await play({ cwd: project, argv: ['corpus', command, '--offline', '--update'] });
    assert.deepEqual([heard.code, heard.calls, heard.stdout], [2, [], '']);
    assert.match(heard.stderr, /--update und --offline schließen einander aus/);
    const english = await play({ cwd: project, argv: ['corpus', command, '--update', '--offline', '--lang', 'en'] });
    assert.match(english.stderr, /expected --update or --offline, got both/);
  }
});

test('flags of train override the settings of the phases it runs, and only those', async () => {
  const heard = await play({
    cwd: project,
    argv: ['train', '--phase', 'chat', '--steps', '7', '--set', 'pretrain.batch=3', '--resume', '--run', 'eins'],
  });
  assert.equal(heard.code, 0, heard.stderr);
  const [{ settings }, request] = heard.calls[0]!.given as [
    { settings: { chat: { steps: number }; pretrain: { steps: number; batch: number }; model: { layers: number } } },
    unknown,
  ];
  assert.deepEqual([settings.chat.steps, settings.pretrain.steps, settings.pretrain.batch], [7, 2000, 3]);
  assert.equal(settings.model.layers, 2);
  const run = path.join(project, 'runs', 'eins');
  assert.deepEqual(request, { phase: 'chat', run, mode: 'resume', language: 'de', memoryBytes: 4e9 });
});

test('a time leaves the model to the machine only where nothing says its size; a depth is taken as it is', async () => {
  const free = folder('free', 'corpus: {language: de}\n');
  const modelOf = async (cwd: string, ...argv: string[]) => {
    const heard = await play({ cwd, argv: ['train', '--dry-run', ...argv] });
    assert.equal(heard.code, 0, heard.stderr);
    const [{ settings }] = heard.calls[0]!.given as [
      { settings: { model: { depth: unknown }; pretrain: { minutes: number }; chat: { minutes: number } } },
    ];
    return [settings.model.depth, settings.pretrain.minutes, settings.chat.minutes];
  };
  assert.deepEqual(await modelOf(free), ['off', 0, 0]);
  assert.deepEqual(await modelOf(free, '--minutes', '20'), ['auto', 20, 0]);
  assert.deepEqual(await modelOf(free, '--minutes', '20', '--phase', 'chat'), ['off', 0, 20]);
  assert.deepEqual(await modelOf(free, '--depth', '4'), [4, 0, 0]);
  assert.deepEqual(await modelOf(free, '--minutes', '20', '--depth', '4'), [4, 20, 0]);
  assert.deepEqual(await modelOf(project, '--minutes', '20'), ['off', 20, 0], 'this project says its layers');
  const wrong = await play({ cwd: free, argv: ['train', '--depth', '25'] });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /off, auto, 1 … 24/);
});

test('a wrong settings file ends with 2 and the line, before anything is done', async () => {
  const cwd = folder('wrong', 'model:\n  width: breit\n');
  const heard = await play({ cwd, argv: ['train'] });
  assert.equal(heard.code, 2);
  assert.match(
    heard.stderr,
    /expchat\.yaml:2:3: model\.width: erwartet wird eine ganze Zahl von 8 bis 16384, gefunden wurde "breit"/,
  );
  assert.deepEqual(heard.calls, []);
});

test('init writes a settings file once, and refuses to write over it', async () => {
  const cwd = folder('init');
  assert.equal((await play({ cwd, argv: ['init', '--documents', './handbuch'] })).code, 0);
  const text = readFileSync(path.join(cwd, 'expchat.yaml'), 'utf8');
  assert.match(text, /path: \.\/handbuch\n/);
  const again = await play({ cwd, argv: ['init'] });
  assert.equal(again.code, 5);
  assert.match(again.stderr, /ist schon vorhanden/);
  assert.equal(readFileSync(path.join(cwd, 'expchat.yaml'), 'utf8'), text);
  assert.equal((await play({ cwd, argv: ['init', '--force'] })).code, 0);
});

test('a model is never copied over a folder that is no model, not even with --force', async () => {
  const cwd = withModel('export');
  const refused = await play({ cwd, argv: ['model', 'export', '.', '--force'] });
  assert.equal(refused.code, 5);
  const target = path.join('runs', 'modell', 'final');
  assert.equal((await play({ cwd, argv: ['model', 'export', target] })).code, 5);
  assert.equal((await play({ cwd, argv: ['model', 'export', target, '--force'] })).code, 0);
  assert.equal((await play({ cwd, argv: ['model', 'export', './neu'] })).code, 0);
});

test('of a run the chat model is meant first, then the finished one, the best one, the newest checkpoint', async () => {
  const cwd = folder('ranks', '{}');
  const place = (name: string) => path.join(cwd, 'runs', 'r', ...name.split('/'));
  const order = ['pretrain/checkpoints/step-000050', 'pretrain/best', 'pretrain/final', 'chat/checkpoints/step-000009'];
  for (const name of [...order, 'chat/checkpoints/step-000010', 'chat/best', 'chat/final']) {
    mkdirSync(place(name), { recursive: true });
    for (const file of ['config.json', 'model.safetensors']) writeFileSync(path.join(place(name), file), '{}');
    const heard = await play({ cwd, argv: ['model', 'show', '-m', 'r'] });
    assert.deepEqual(heard.calls[0]!.given, [place(name)]);
  }
});

test('a model that is not there ends with 4 and names the ones that are', async () => {
  const cwd = withModel('models');
  const heard = await play({ cwd, argv: ['chat', '-m', 'anderes'] });
  assert.equal(heard.code, 4);
  assert.match(heard.stderr, /Vorhanden sind: runs\/modell\/final/);
  assert.equal((await play({ cwd: empty, argv: ['model', 'show'] })).code, 4);
});

test('a model is found by the name of its run, by its folder, or as the newest', async () => {
  const cwd = withModel('named');
  const expected = path.join(cwd, 'runs', 'modell', 'final');
  for (const argv of [['-m', 'modell'], ['-m', './runs/modell/final'], ['-m', expected], []]) {
    const heard = await play({ cwd, argv: ['model', 'show', ...argv] });
    assert.deepEqual(heard.calls[0]!.given, [expected]);
  }
});

test('an evaluation below its threshold ends with 3, and one that reaches it with 0', async () => {
  const cwd = withModel('eval');
  assert.equal((await play({ cwd, argv: ['eval', '--threshold', '0.9'] })).code, 3);
  assert.equal((await play({ cwd, argv: ['eval', '--threshold', '0.8'] })).code, 0);
});

test('the first Ctrl+C stops the work after its unit with 75, the second one ends at once with 130', async () => {
  let interrupt: (signal: 'SIGINT' | 'SIGTERM') => void = () => undefined;
  const signals: boolean[] = [];
  const heard = await play({
    cwd: project,
    argv: ['train'],
    onStart: (press) => {
      interrupt = press;
    },
    services: {
      trainModel: async (_project, _request, work) => {
        interrupt('SIGINT');
        signals.push(work.signal!.aborted);
        interrupt('SIGINT');
        throw new ExpChatError({
          code: 'train.stopped',
          kind: 'stopped',
          message: 'stopped at 3',
          fields: { step: 3 },
        });
      },
    },
  });
  assert.deepEqual(signals, [true]);
  assert.deepEqual(heard.exits, [130]);
  assert.equal(heard.code, 75);
  assert.match(heard.stderr, /Angehalten: Das Training ist nach Schritt 3 angehalten/);
});

test('bench prints one JSON object as its last line', async () => {
  const heard = await play({ cwd: empty, argv: ['bench', 'train', '--batch', '4', '--context', '32'] });
  assert.deepEqual(JSON.parse(heard.stdout.trimEnd().split('\n').at(-1)!), { peer: 'expchat', tokensPerStep: 128 });
  const request = heard.calls[0]!.given[0] as { keyValueHeads: number; heads: number };
  assert.equal(request.keyValueHeads, request.heads);
});

test('bench corpus prints one JSON object as its last line', async () => {
  const heard = await play({ cwd: empty, argv: ['bench', 'corpus', 'texte', '--copies', '10'] });
  assert.equal(heard.code, 0);
  assert.equal((JSON.parse(heard.stdout.trim().split('\n').at(-1)!) as { seconds: number }).seconds, 10);
  const [request] = heard.calls.find(({ name }) => name === 'benchCorpus')!.given as [{ folders: string[] }];
  assert.deepEqual(request.folders, [path.join(empty, 'texte')]);
});

test('corpus filter --explain shows each measure with value, threshold and verdict, and filters nothing', async () => {
  const argv = ['corpus', 'filter', '--explain', 'texte~a.md'];
  const heard = await play({ cwd: project, argv });
  assert.equal(heard.code, 0);
  assert.deepEqual(
    heard.calls.map(({ name }) => name),
    ['explainDocument'],
  );
  assert.match(heard.stdout, /too few words +400\.000 +>= 0\.000 +passed|zu wenig Wörter +400,000 +>= 0,000 +gut/);
  assert.match(heard.stdout, /30[.,]000 +<= 25[.,]000 +(?:failed|verletzt)/);
  const json = await play({ cwd: project, argv: [...argv, '--json'] });
  assert.equal((JSON.parse(json.stdout) as { outcome: string }).outcome, 'dropped');
});

test('bench tokenizer prints one JSON object as its last line and says on stderr which packages are not there', async () => {
  const heard = await play({ cwd: empty, argv: ['bench', 'tokenizer', '--text', 'texte'] });
  const last = heard.stdout.trimEnd().split('\n').at(-1)!;
  assert.deepEqual(JSON.parse(last), { encodeMbPerSecond: 12, peers: { tiktoken: 5 } });
  assert.match(heard.stderr, /gpt-tokenizer ist nicht installiert/);
  const request = heard.calls[0]!.given[0] as { text: string; vocabularySize: number; training: boolean };
  assert.deepEqual([request.text, request.vocabularySize, request.training], [path.join(empty, 'texte'), 16_384, true]);
});

test('tokenizer train without folders trains the project with its flags, with folders those, and needs -o then', async () => {
  const flags = ['--vocabulary-size', '600', '--min-frequency', '3', '--max-token-bytes', '9', '--threads', '1'];
  const inProject = await play({ cwd: project, argv: ['tokenizer', 'train', ...flags] });
  const [{ settings }, , limits] = inProject.calls[0]!.given as [{ settings: { tokenizer: object } }, unknown, unknown];
  assert.deepEqual(settings.tokenizer, { vocabularySize: 600, minimumFrequency: 3 });
  assert.deepEqual(limits, { maxTokenBytes: 9, threads: 1 });
  const onFiles = await play({
    cwd: empty,
    argv: ['tokenizer', 'train', 'a', 'b', ...flags, '-o', 'c', '--hold-out', '10'],
  });
  assert.equal(onFiles.calls[0]!.name, 'trainTokenizerOnFiles');
  assert.deepEqual(onFiles.calls[0]!.given[0], {
    places: [path.join(empty, 'a'), path.join(empty, 'b')],
    directory: path.join(empty, 'c'),
    replace: false,
    vocabularySize: 600,
    minFrequency: 3,
    maxTokenBytes: 9,
    threads: 1,
    holdOut: 10,
  });
  assert.equal((await play({ cwd: empty, argv: ['tokenizer', 'train', 'a'] })).code, 2);
  assert.equal((await play({ cwd: project, argv: ['tokenizer', 'train', '-o', 'c'] })).code, 2);
});

test('tokenizer report measures named files without a project, and the project where none are named', async () => {
  const argv = ['tokenizer', 'report', 'a', '-t', 't', '--peer', 'gpt2=g', '--hold-out', '10', '--html', 'r.html'];
  const onFiles = await play({ cwd: empty, argv });
  assert.equal(onFiles.code, 0, onFiles.stderr);
  const at = (name: string) => path.join(empty, name);
  assert.deepEqual(onFiles.calls[0]!.given[0], {
    name: 't',
    directory: at('t'),
    places: [at('a')],
    peers: [{ name: 'gpt2', path: at('g') }],
    language: 'de',
    holdOut: 10,
    htmlFile: at('r.html'),
  });
  assert.match(onFiles.stdout, /Nie gebraucht|nie gebraucht/);
  const inProject = await play({ cwd: project, argv: ['tokenizer', 'report', '--json'] });
  const request = inProject.calls[0]!.given[0] as { project?: { directory: string }; directory: string };
  assert.deepEqual([request.project?.directory, request.directory], [project, path.join(project, 'tokenizer')]);
  assert.equal(JSON.parse(inProject.stdout).texts, 2);
  assert.equal((await play({ cwd: empty, argv: ['tokenizer', 'report', 'a', '-t', 't', '--peer', 'gpt2'] })).code, 2);
});

test('start runs every stage in order, shows answers, and ends with 0 where there is no terminal', async () => {
  const cwd = folder('start');
  const heard = await play({ cwd, argv: ['start'] });
  assert.equal(heard.code, 0, heard.stderr);
  const order = heard.calls.map(({ name, given }) =>
    name === 'corpusStage' ? given[1] : name === 'trainModel' ? (given[1] as { phase: string }).phase : name,
  );
  assert.deepEqual(order, [
    'writeStarterCorpus',
    'fetch',
    'prepare',
    'filter',
    'trainTokenizer',
    'pack',
    'chooseModel',
    'planTraining',
    'pretrain',
    'chooseModel',
    'planTraining',
    'chat',
    'openModel',
    'starterQuestions',
    'close',
  ]);
  assert.match(heard.stdout, /Frage: Wann haben Sie geöffnet\?\n {2}Antwort: Antwort auf: Wann haben Sie geöffnet\?/);
  assert.match(readFileSync(path.join(cwd, 'expchat-starter', 'expchat.yaml'), 'utf8'), /path: \.\/starter\/texts/);
});

test('a second start uses the finished model and does no other work', async () => {
  const cwd = folder('again');
  const model = path.join(cwd, 'expchat-starter', 'runs', 'starter', 'final');
  mkdirSync(model, { recursive: true });
  for (const file of ['config.json', 'model.safetensors']) writeFileSync(path.join(model, file), '{}');
  const heard = await play({ cwd, argv: ['start', '--json'] });
  assert.deepEqual(
    heard.calls.map(({ name }) => name),
    ['modelFacts', 'openModel', 'starterQuestions', 'close'],
  );
  assert.equal((JSON.parse(heard.stdout) as { reused: boolean }).reused, true);
});

test('config show --origin says of every setting where it comes from', async () => {
  const heard = await play({ cwd: project, argv: ['config', 'show', '--origin'], env: { EXPCHAT_CHAT_STEPS: '5' } });
  assert.match(heard.stdout, / {2}layers: 2 {2}# Projekt, .*expchat\.yaml:1:9\n/);
  assert.match(heard.stdout, / {2}steps: 5 {2}# Umgebung, EXPCHAT_CHAT_STEPS\n/);
  assert.match(heard.stdout, / {2}heads: 6 {2}# Vorgabe\n/);
});

test('doctor ends with 1 where the engine can not be loaded, and says why', async () => {
  const engineFacts = async () => {
    throw new Error('libonnxruntime.so.1: cannot open shared object file');
  };
  assert.equal((await play({ cwd: project, argv: ['doctor'] })).code, 0);
  const heard = await play({ cwd: project, argv: ['doctor'], services: { engineFacts } });
  assert.equal(heard.code, 1);
  assert.match(heard.stdout, /\[fehlt\] +Rechenwerk: libonnxruntime/);
});

test('text from a pipe goes through encode and decode unchanged', async () => {
  const text = 'Größe: 5 µm\nzweite Zeile';
  const encoded = await play({ cwd: project, argv: ['tokenizer', 'encode'], stdin: text });
  const decoded = await play({ cwd: project, argv: ['tokenizer', 'decode'], stdin: encoded.stdout });
  assert.equal(decoded.stdout, `${text}\n`);
  const wrong = await play({ cwd: project, argv: ['tokenizer', 'decode', '300'] });
  assert.equal(wrong.code, 2);
});
