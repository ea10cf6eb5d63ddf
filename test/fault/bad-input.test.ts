import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { nodeBackend, withBackend } from '../../src/base/index.ts';
import { emptyFolder, errorOf, expchat, remove, TINY_CONFIG, tinyProject } from '../journey/tiny-project.ts';

let folder = '';
const MODEL = ['runs', 'ganz', 'chat', 'final'];

before(async () => {
  folder = await tinyProject();
  for (const command of ['corpus run', 'train --run ganz']) {
    const { code, stderr } = await expchat(folder, command);
    assert.equal(code, 0, stderr);
  }
});
after(() => remove(folder));

/** Every file below a folder with its bytes, to show that a failed command left nothing behind. */
function contentOf(directory: string): Map<string, string> {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return new Map(files.map((file) => [path.relative(directory, file), readFileSync(file).toString('latin1')]));
}

/** The command fails with this code, one error of one line, and a next step; what is on the disk stays as it was. */
async function refused(directory: string, command: string, code: RegExp, exitCode: number): Promise<void> {
  const before = contentOf(directory);
  const heard = await expchat(directory, `${command} --json`);
  assert.equal(heard.code, exitCode, `${command}: ${heard.stderr}`);
  const error = errorOf(heard);
  assert.match(error.code, code, `${command}: ${error.message}`);
  assert.ok(error.message.length > 10 && error.message.length < 1000, error.message);
  assert.equal(heard.stdout, '', 'no half result');
  assert.deepEqual(contentOf(directory), before, `${command} left something behind`);
}

/** A copy of the trained project in which one file is damaged. */
async function damaged(file: string[], harm: (name: string) => void, check: (copy: string) => Promise<void>) {
  const copy = emptyFolder();
  try {
    cpSync(folder, copy, { recursive: true });
    harm(path.join(copy, ...file));
    await check(copy);
  } finally {
    remove(copy);
  }
}

const truncated = (name: string) => truncateSync(name, readFileSync(name).length - 5);

function flipped(name: string): void {
  const bytes = readFileSync(name);
  bytes[bytes.length - 9]! ^= 4;
  writeFileSync(name, bytes);
}

for (const [how, harm] of [
  ['truncated', truncated],
  ['bit-flipped', flipped],
] as const) {
  test(`a ${how} model, tokenizer or shard gives one error that names it`, async () => {
    await damaged([...MODEL, 'model.safetensors'], harm, (copy) =>
      refused(copy, 'generate -m ganz Hallo', /^(model|safetensors)\./, 1),
    );
    await damaged([...MODEL, 'tokenizer.json'], harm, (copy) =>
      refused(copy, 'generate -m ganz Hallo', /^(model|tokenizer)\./, 1),
    );
    await damaged(['tokenizer', 'tokenizer.json'], harm, (copy) => refused(copy, 'train --run neu', /^tokenizer\./, 1));
    await damaged(['data', 'packed', 'chat-train.mask.bin'], harm, (copy) =>
      refused(copy, 'train --run neu', /^corpus\.bad-shard/, 1),
    );
  });
}

test('a checkpoint whose every copy is damaged is not replaced by a fresh start', async () => {
  const checkpoints = ['runs', 'ganz', 'pretrain', 'checkpoints'];
  const harm = (directory: string) => {
    for (const name of readdirSync(directory)) flipped(path.join(directory, name, 'model.safetensors'));
  };
  await damaged(checkpoints, harm, (copy) => refused(copy, 'train --run ganz --resume', /^train\./, 1));
});

test('data packed with another tokenizer are refused', async () => {
  const copy = emptyFolder();
  try {
    cpSync(folder, copy, { recursive: true });
    const smaller = ['tokenizer', 'train', '--set', 'tokenizer.vocabularySize=300'].join(' ');
    assert.equal((await expchat(copy, smaller)).code, 0);
    await refused(copy, 'train --run neu', /^train\.vocabulary-mismatch/, 1);
  } finally {
    remove(copy);
  }
});

test('wrong settings name the key, what was expected and the line', async () => {
  const wrong: [string, RegExp][] = [
    [`${TINY_CONFIG}\nspeed: 3\n`, /expchat\.yaml:\d+:\d+: speed/],
    [TINY_CONFIG.replace('layers: 2', 'layer: 2'), /expchat\.yaml:\d+:\d+: model\.layer.*layers/],
    [TINY_CONFIG.replace('steps: 12', 'steps: viele'), /expchat\.yaml:\d+:\d+: pretrain\.steps: expected/],
    [
      TINY_CONFIG.replace('batch: 2, warm', 'context: 97, batch: 2, warm'),
      /pretrain\.context: expected at most model\.context \(96\)/,
    ],
  ];
  for (const [config, message] of wrong) {
    const place = emptyFolder();
    writeFileSync(path.join(place, 'expchat.yaml'), config);
    await refused(place, 'corpus run', /^config\./, 2);
    assert.match(errorOf(await expchat(place, 'corpus run --json')).message, message);
    remove(place);
  }
});

test('missing, empty and single sources are named before anything is trained', async () => {
  const place = emptyFolder();
  const configured = (source: string) =>
    writeFileSync(path.join(place, 'expchat.yaml'), `corpus:\n  sources:\n    - ${source}\n`);
  configured('{ id: a, path: ./fehlt }');
  assert.equal(errorOf(await expchat(place, 'corpus run --json')).code, 'corpus.missing');
  mkdirSync(path.join(place, 'leer'));
  configured('{ id: a, path: ./leer }');
  assert.equal(errorOf(await expchat(place, 'corpus run --json')).code, 'corpus.empty-source');
  writeFileSync(path.join(place, 'leer', 'nichts.txt'), ' \n');
  assert.equal(errorOf(await expchat(place, 'corpus run --json')).code, 'tokenizer.empty-corpus');
  writeFileSync(path.join(place, 'leer', 'nichts.txt'), 'Ein einziges Dokument, mehr ist nicht da.\n'.repeat(3));
  assert.equal(errorOf(await expchat(place, 'corpus run --update --json')).code, 'corpus.one-source');
  assert.equal(existsSync(path.join(place, 'data', 'packed')), false);
  assert.equal(existsSync(path.join(place, 'tokenizer')), false);
  remove(place);
});

test('a host that can not be reached is an error of the network, with exit code 6', async () => {
  const place = emptyFolder();
  writeFileSync(
    path.join(place, 'expchat.yaml'),
    'corpus:\n  sources:\n    - { id: web, url: "https://nirgendwo.invalid/a.html" }\n',
  );
  const heard = await expchat(place, 'corpus fetch --json');
  assert.equal(heard.code, 6, heard.stderr);
  assert.match(errorOf(heard).code, /^fetch\.|^corpus\./);
  remove(place);
});

test('a model, a project or a file that is not there ends with exit code 4 and the path', async () => {
  await refused(folder, 'generate -m fehlt Hallo', /not-found|no-model|missing/, 4);
  await refused(folder, 'eval -m ganz --questions fehlt.jsonl', /^files\.not-found/, 4);
});

test('a prompt longer than the window is refused with both counts', async () => {
  const long = 'Wort'.repeat(400);
  const heard = await expchat(folder, `generate -m ganz --json ${long}`);
  assert.equal(errorOf(heard).code, 'infer.prompt-too-long');
  assert.match(errorOf(heard).message, /96/);
});

test('a full disk during packing or training is one error, and what was there before is still whole', async () => {
  const full = { ...nodeBackend, open: nodeBackend.open };
  for (const [command, file] of [
    ['corpus run --set corpus.splitSeed=7', 'tokens.bin'],
    ['train --run voll', 'safetensors'],
  ] as const) {
    const copy = emptyFolder();
    cpSync(folder, copy, { recursive: true });
    const backend: typeof nodeBackend = {
      ...full,
      async open(name, mode) {
        if (mode !== 'read' && name.includes(file)) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
        return nodeBackend.open(name, mode);
      },
    };
    const heard = await withBackend(backend, () => expchat(copy, `${command} --json`));
    assert.equal(heard.code, 7, heard.stderr);
    assert.equal(errorOf(heard).code, 'files.disk-full');
    const model = await expchat(copy, 'generate -m ganz Hallo -n 2');
    assert.equal(model.code, 0, model.stderr);
    const left = readdirSync(copy, { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      left.filter((name) => /\.tmp-/.test(name)),
      [],
    );
    remove(copy);
  }
});
