import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { loadConfig } from '../../src/cli/config.ts';
import { CHOICE_FILE, chooseModel, keepChoice } from '../../src/cli/rooms/model-choice.ts';
import type { ModelChoice, Project, TrainPlan, TrainRequest } from '../../src/cli/services.ts';
import { errorOf, expchat, remove, tinyProject } from './tiny-project.ts';

/** Only the context and the batch are said by hand. */
const CONFIG = `
corpus:
  sources:
    - { id: texte, path: ./starter/texts, sourcePer: folder }
    - { id: dialoge, path: ./starter/dialogues, content: chat }
  validationShare: 0.1
tokenizer: { vocabularySize: 400 }
model: { context: 64 }
pretrain: { batch: 2, validationEvery: 0, checkpointEvery: 1000 }
chat: { steps: 2, batch: 2, validationEvery: 0 }
`;

let folder = '';
let rich = '';
before(async () => {
  folder = await tinyProject(CONFIG);
  const built = await expchat(folder, 'corpus run');
  assert.equal(built.code, 0, built.stderr);
  // The same project, which says that it has many times as many tokens: for choices, not for training.
  rich = `${folder} reich`;
  cpSync(folder, rich, { recursive: true });
  const file = path.join(rich, 'data', 'packed', 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const set = manifest.sets['pretrain-train'];
  for (const part of [set, ...set.shards, ...set.sources]) part.tokens *= 10_000;
  for (const { files } of set.shards) files.tokens.bytes *= 10_000;
  writeFileSync(file, JSON.stringify(manifest));
});
after(() => {
  remove(folder);
  remove(rich);
});

async function projectIn(directory: string, ...overrides: [string, unknown][]): Promise<Project> {
  const { settings, origins } = await loadConfig({
    projectFile: path.join(directory, 'expchat.yaml'),
    env: {},
    overrides: overrides.map(([key, value]) => ({ key, value, where: 'test' })),
  });
  const given = new Set([...origins].filter(([, { from }]) => from !== 'default').map(([key]) => key));
  return { directory, settings, given };
}

const requestIn = (directory: string, mode: TrainRequest['mode'] = 'new'): TrainRequest => ({
  phase: 'pretrain',
  run: path.join(directory, 'runs', 'wahl'),
  mode,
});

test('the stopwatch decides the size, and what is said by hand is measured and stays', async () => {
  const seen: number[] = [];
  const chosenAt = (minutes: number, ...more: [string, unknown][]) =>
    projectIn(rich, ['pretrain.minutes', minutes], ...more).then((project) =>
      chooseModel(project, requestIn(rich), {}, async ({ model, pretrain }) => {
        assert.deepEqual([model.context, pretrain.batch, pretrain.context], [64, 2, 64]);
        seen.push(model.layers);
        return model.layers ** 3;
      }),
    );
  const short = await chosenAt(10);
  const long = await chosenAt(10_000);
  assert.ok(long.settings.model.layers > short.settings.model.layers && short.settings.model.layers >= 1);
  assert.equal(long.settings.model.width, 64 * long.settings.model.layers);
  assert.equal(long.dial!.depth, long.settings.model.layers);
  assert.equal(long.dial!.rows.filter(({ verdict }) => verdict === 'chosen').length, 1);
  assert.deepEqual(long.dial!.byHand, ['model.context', 'pretrain.batch', 'pretrain.minutes', 'chat.batch']);
  assert.deepEqual([long.settings.pretrain.optimizer, long.settings.pretrain.schedule], ['muon', 'trapezoid']);
  const plain = await chosenAt(
    10_000,
    ['pretrain.optimizer', 'adamw'],
    ['model.keyValueHeads', 1],
    ['model.depth', 'auto'],
  );
  assert.deepEqual([plain.settings.pretrain.optimizer, plain.settings.model.keyValueHeads], ['adamw', 1]);
  assert.equal(existsSync(path.join(rich, 'runs', 'wahl')), false, 'a choice alone writes nothing');
});

test('a run that has begun keeps its model without measuring, also where nothing is said any more', async () => {
  const project = await projectIn(rich, ['pretrain.minutes', 1000]);
  const request = requestIn(rich);
  const chosen = await chooseModel(project, request, {}, async ({ model }) => model.layers);
  await keepChoice(request, chosen.dial!);
  const timer = () => assert.fail('nothing is measured any more');
  const again = () => chooseModel(project, requestIn(rich, 'resume'), {}, timer);
  await assert.rejects(again, 'before its first step it is no run yet');
  const folderOfRun = path.join(request.run, 'pretrain');
  cpSync(path.join(rich, 'expchat.yaml'), path.join(folderOfRun, 'run.json'));
  for (const each of [project, await projectIn(rich), await projectIn(rich, ['model.depth', chosen.dial!.depth])]) {
    const kept = await chooseModel(each, requestIn(rich, 'resume'), {}, timer);
    assert.deepEqual(
      [kept.settings.model.layers, kept.settings.pretrain],
      [chosen.settings.model.layers, chosen.settings.pretrain],
    );
  }
  const other = await chooseModel(await projectIn(rich, ['model.depth', 1]), requestIn(rich, 'resume'), {}, timer);
  assert.equal(other.settings.model.layers, 1);
  await assert.rejects(chooseModel(project, requestIn(rich, 'fresh'), {}, timer), 'what starts over is measured anew');
  const file = path.join(request.run, CHOICE_FILE);
  writeFileSync(file, '{"version": 1, "depth": 0}');
  await assert.rejects(again, { code: 'train.choice-damaged' });
  rmSync(file);
  const { settings } = await again();
  assert.equal(settings.model.layers, project.settings.model.layers, 'a run from before the dial keeps its model too');
  assert.deepEqual([settings.pretrain.context, settings.chat.context], [64, 64]);
});

test('a training by depth runs, is recorded, and is resumed with its model only', async () => {
  const first = await expchat(folder, 'train --run tief --phase pretrain --depth 1 --steps 3');
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /Modell: Tiefe 1\n.*Von Hand gesetzt und so gelassen: .*pretrain\.batch/);
  const choice = JSON.parse(readFileSync(path.join(folder, 'runs', 'tief', CHOICE_FILE), 'utf8')) as ModelChoice;
  const config = JSON.parse(
    readFileSync(path.join(folder, 'runs', 'tief', 'pretrain', 'final', 'config.json'), 'utf8'),
  );
  assert.deepEqual([choice.values['model.width'], choice.values['model.mlpWidth']], [64, config.intermediate_size]);
  assert.equal(config.hidden_size, 64);
  const again = await expchat(folder, 'train --run tief --phase pretrain --resume');
  assert.equal(again.code, 0, again.stderr);
  const chat = await expchat(folder, 'train --run tief --phase chat');
  assert.equal(chat.code, 0, chat.stderr);
  const other = await expchat(folder, 'train --run tief --phase pretrain --resume --depth 2 --dry-run');
  assert.equal(other.code, 0, other.stderr);
  const refused = await expchat(folder, 'train --run tief --phase pretrain --resume --depth 2 --json');
  assert.equal(errorOf(refused).code, 'train.resume-mismatch');
});

test('a time chooses, shows the table and trains; with too little data it is the smallest model', async () => {
  const heard = await expchat(folder, 'train --run zeit --phase pretrain --minutes 0.02');
  assert.equal(heard.code, 0, heard.stderr);
  assert.match(
    heard.stderr,
    /Modell für 0,02 min Vortraining: Tiefe 1\n +Tiefe +Breite[^\n]*\n[^\n]*zu wenig Daten dafür\n/,
  );
  const resumed = await expchat(folder, 'train --run zeit --phase pretrain --resume');
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.match(resumed.stderr, /Modell für 0,02 min Vortraining: Tiefe 1\n/);
  const planned = await expchat(folder, 'train --run neu --minutes 0.02 --dry-run --json');
  const plan = JSON.parse(planned.stdout) as TrainPlan;
  assert.deepEqual(
    plan.dial!.rows.map(({ depth, verdict }) => [depth, verdict]),
    [[1, 'too-little-data']],
  );
  assert.equal(plan.phases[0]!.parameters, plan.dial!.rows[0]!.parameters);
});

test('auto without a time is refused and names the flag', async () => {
  const heard = await expchat(folder, 'train --depth auto --json');
  assert.equal(heard.code, 2);
  assert.equal(errorOf(heard).code, 'train.dial-time');
});

test('a training that does not fit is refused with figures and a suggestion, and with the suggestion it fits', async () => {
  const command = 'train --run gross --phase pretrain --depth 1 --steps 1 --batch 8 --context 64';
  const free = JSON.parse((await expchat(folder, `${command} --dry-run --json`)).stdout) as TrainPlan;
  const { trainingBytes } = free.phases[0]!;
  const usableMemoryBytes = trainingBytes - 1e6;
  const refused = await expchat(folder, `${command} --json`, { usableMemoryBytes });
  assert.equal(refused.code, 7);
  const error = errorOf(refused) as unknown as { code: string; fields: Record<string, unknown> };
  assert.equal(error.code, 'train.memory');
  assert.deepEqual([error.fields['neededBytes'], error.fields['availableBytes']], [trainingBytes, usableMemoryBytes]);
  assert.equal(existsSync(path.join(folder, 'runs', 'gross')), false);
  const keys = String(error.fields['keys']);
  assert.match(keys, /^pretrain\.accumulation: \d$/);
  const german = await expchat(folder, command, { usableMemoryBytes });
  assert.match(german.stderr, /Vortraining: Es braucht etwa [\d,]+ MB Arbeitsspeicher, frei sind [\d,]+ MB\./);
  assert.match(german.stderr, new RegExp(`${keys} würde [\\d,]+ MB brauchen\\. Trotzdem beginnen: --memory-check off`));
  const shown = await expchat(folder, `${command} --dry-run`, { usableMemoryBytes });
  assert.equal(shown.code, 0);
  assert.ok(shown.stdout.includes(`Das würde passen: ${keys}`), shown.stdout);
  const changed = `${command} --set ${keys.replace(': ', '=')} --dry-run --json`;
  const fitting = JSON.parse((await expchat(folder, changed, { usableMemoryBytes })).stdout) as TrainPlan;
  assert.ok(fitting.phases[0]!.tooLarge === undefined && fitting.phases[0]!.trainingBytes <= usableMemoryBytes);
  const anyway = await expchat(folder, `${command} --memory-check off`, { usableMemoryBytes });
  assert.equal(anyway.code, 0, anyway.stderr);
});

test('where rows can not be fewer, layers computed again are suggested, for the phase that does not fit, and the flag does it', async () => {
  const command = 'train --depth 4 --steps 1 --batch 1 --set model.context=256 --context 256 --dry-run --json';
  const planned = await expchat(folder, `${command} --recompute`);
  assert.equal(planned.code, 0, planned.stderr);
  const again = JSON.parse(planned.stdout) as TrainPlan;
  const [usableMemoryBytes] = again.phases.map(({ trainingBytes }) => trainingBytes) as [number];
  const plan = JSON.parse((await expchat(folder, command, { usableMemoryBytes })).stdout) as TrainPlan;
  assert.equal(plan.phases.length, again.phases.length);
  for (const phase of plan.phases) {
    assert.ok(phase.trainingBytes > usableMemoryBytes);
    assert.deepEqual(phase.tooLarge, { suggestion: { recompute: true, trainingBytes: usableMemoryBytes } });
  }
  const refused = await expchat(folder, command.replace(' --dry-run', ''), { usableMemoryBytes });
  assert.equal(refused.code, 7);
  assert.match(errorOf(refused).next!, /^pretrain\.recompute: true would take /);
});

test('where only a smaller model fits, its depth is suggested, and with it the training fits', async () => {
  const command = 'train --phase pretrain --depth 8 --steps 1 --batch 1 --context 32 --dry-run --json';
  const small = JSON.parse((await expchat(folder, command.replace('8', '2'))).stdout) as TrainPlan;
  const usableMemoryBytes = small.phases[0]!.trainingBytes;
  const plan = JSON.parse((await expchat(folder, command, { usableMemoryBytes })).stdout) as TrainPlan;
  assert.deepEqual(plan.phases[0]!.tooLarge, { suggestion: { depth: 2, trainingBytes: usableMemoryBytes } });
  const nothing = await expchat(folder, command.replace(' --dry-run', ''), { usableMemoryBytes: 1e6 });
  assert.equal(nothing.code, 7);
  assert.match(errorOf(nothing).next!, /^No model fits into that\./);
});
