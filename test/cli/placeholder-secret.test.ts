import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { createServices } from '../../src/cli/room-services.ts';
import { temporaryFolder, writeFiles } from '../corpus/fixture.ts';
import { filesWith } from '../corpus/lineage-scene.ts';
import { play } from './fake-context.ts';

const services = createServices('1.0.0');
const IBAN = 'DE89 3704 0044 0532 0130 00';
const SECRET = 'ein langes Geheimnis der Firma';
const letter = (number: number) =>
  `# Brief ${number}\n\nSehr geehrte Damen und Herren,\n\nbitte überweisen Sie den Betrag der Rechnung ${number} auf das Konto ${IBAN} in den nächsten Tagen.\n`;

function projectIn(t: TestContext): string {
  const cwd = temporaryFolder(t);
  const entry = (id: string) => `    - { id: ${id}, path: ./${id}, licence: own, profile: own, personalData: redact }`;
  writeFiles(cwd, {
    'expchat.yaml': `corpus:\n  sources:\n${entry('alte')}\n${entry('neue')}\n`,
    'alte/brief.md': letter(1),
    'neue/brief.md': letter(2).replace('in den nächsten Tagen', 'bis zum Ende des kommenden Monats'),
  });
  return cwd;
}

/** Filters the project and returns what stands in the place of the account in each document. */
async function placeholders(cwd: string, scene: { env?: Record<string, string>; set?: string[] } = {}) {
  const settings = (scene.set ?? []).flatMap((text) => ['--set', text]);
  for (const stage of ['fetch', 'prepare', 'filter']) {
    const argv = ['corpus', stage, ...settings];
    const heard = await play({ cwd, argv, services, ...(scene.env && { env: scene.env }) });
    assert.equal(heard.code, 0, heard.stderr);
  }
  const folder = path.join(cwd, 'data', 'filtered');
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(?:alte|neue).*\.jsonl$/.test(path.basename(name)))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'));
  return texts.flatMap((text) => [...text.matchAll(/\[IBAN-[0-9a-f]+\]/g)].map(([found]) => found));
}

test('with a secret, from its variable or its file, a value has one placeholder in all documents, and the secret is in no artifact', async (t) => {
  const cwd = projectIn(t);
  assert.deepEqual(await placeholders(cwd), ['[IBAN-1]', '[IBAN-1]']);
  const [first, second, ...more] = await placeholders(cwd, { env: { EXPCHAT_PLACEHOLDER_SECRET: SECRET } });
  assert.match(first!, /^\[IBAN-[0-9a-f]{12}\]$/);
  assert.deepEqual([second, more], [first, []]);
  assert.deepEqual(filesWith(cwd, SECRET), []);
  assert.deepEqual(filesWith(path.join(cwd, 'data', 'filtered'), IBAN), []);
  writeFileSync(path.join(cwd, 'secret.txt'), `${SECRET}\n`);
  const set = ['corpus.placeholderSecretFile=./secret.txt'];
  assert.deepEqual(await placeholders(cwd, { set }), [first, first]);
  assert.deepEqual(filesWith(cwd, SECRET), ['secret.txt']);
  const over = { EXPCHAT_PLACEHOLDER_SECRET: 'ein anderes, auch langes Geheimnis' };
  const [other] = await placeholders(cwd, { env: over, set });
  assert.notEqual(
    other,
    first,
    'the variable stands over the file, and what was filtered with the other is filtered again',
  );
});

test('the secret is in no output, and one that is too short is refused before anything is filtered', async (t) => {
  const cwd = projectIn(t);
  const env = { EXPCHAT_PLACEHOLDER_SECRET: SECRET };
  for (const flags of [[], ['--origin'], ['--json']]) {
    const { stdout, stderr } = await play({ cwd, argv: ['config', 'show', ...flags], env, services });
    assert.ok(stdout.includes('placeholderSecretFile') && !`${stdout}${stderr}`.includes(SECRET));
  }
  for (const stage of ['fetch', 'prepare']) await play({ cwd, argv: ['corpus', stage], services });
  const short = { EXPCHAT_PLACEHOLDER_SECRET: 'kurz und geheim' };
  const heard = await play({ cwd, argv: ['corpus', 'filter'], env: short, services });
  assert.deepEqual([heard.code, existsSync(path.join(cwd, 'data', 'filtered'))], [2, false]);
  assert.match(heard.stderr, /hat 15 Zeichen; erwartet werden mindestens 16/);
  assert.doesNotMatch(heard.stderr, /kurz und geheim/);
  const argv = ['corpus', 'filter', '--set', 'corpus.placeholderSecretFile=./fehlt.txt'];
  assert.notEqual((await play({ cwd, argv, services })).code, 0);
});
