/** `expchat model …`: look at models, print their graph, copy one out. */
import path from 'node:path';
import type { Command } from 'commander';
import { ExpChatError, exists } from '../../base/index.ts';
import { act, choiceOption, declare, type Registration } from '../command.ts';
import { modelsOfProject } from '../models.ts';
import type { ModelFacts } from '../services.ts';
import type { Session } from '../session.ts';
import { table } from '../terminal-text.ts';

interface ModelOptions {
  readonly model?: string;
  readonly which?: 'train' | 'decode';
  readonly force?: boolean;
}

export function registerModel(parent: Command, registration: Registration): void {
  const { texts } = registration;
  const group = declare(parent, registration, 'model', 'model');

  act(declare(group, registration, 'list', 'model list').alias('ls'), registration, async (session) => {
    const { project } = await session.openProject('optional');
    const models = await modelsOfProject(project.directory);
    const dates = models.map(({ directory, name, modifiedMs }) => ({
      name,
      directory,
      modified: new Date(modifiedMs).toISOString(),
    }));
    const rows = dates.map(({ name, modified }) => [name, `${modified.slice(0, 16).replace('T', ' ')} UTC`]);
    session.result({ models: dates }, models.length === 0 ? [session.texts.model.none] : table(rows));
    return 0;
  });

  const show = declare(group, registration, 'show', 'model show').option('-m, --model <model>', texts.options.model);
  act<ModelOptions>(show, registration, async (session, options) => {
    const facts = await session.services.modelFacts((await session.findModel(options.model)).directory);
    session.result(facts, modelLines(session, facts));
    return 0;
  });

  const graph = declare(group, registration, 'graph', 'model graph')
    .option('-m, --model <model>', texts.options.model)
    .addOption(choiceOption('--which <graph>', texts.options.which, ['train', 'decode']).default('decode'));
  act<ModelOptions>(graph, registration, async (session, options) => {
    const { directory } = await session.findModel(options.model);
    const text = await session.services.modelGraph(directory, options.which ?? 'decode');
    session.result({ model: directory, which: options.which, graph: text }, text.trimEnd().split('\n'));
    return 0;
  });

  const exported = declare(group, registration, 'export <target>', 'model export')
    .option('-m, --model <model>', texts.options.model)
    .option('--force', texts.options.force);
  act<ModelOptions>(exported, registration, async (session, options, [target]) => {
    const { directory } = await session.findModel(options.model);
    const facts = await exportModel(session, directory, target!, options.force === true);
    session.result(facts, [session.texts.model.exported(facts.directory), ...modelLines(session, facts)]);
    return 0;
  });
}

/** Copies a model after checking it. Throws `cli.exists` where the target is there; `force` replaces a model, nothing else. */
export async function exportModel(session: Session, directory: string, target: string, force: boolean) {
  const place = path.resolve(session.context.cwd, target);
  const replaceable = (force || session.flags.yes === true) && (await exists(path.join(place, 'config.json')));
  if (!replaceable && (await exists(place))) {
    throw new ExpChatError({
      code: 'cli.exists',
      kind: 'refused',
      message: `${place}: expected no folder there, found one`,
      next: 'Choose another folder, or replace a model with --force.',
      fields: { path: place },
    });
  }
  return session.work((work) => session.services.exportModel(directory, place, work));
}

export function modelLines(session: Session, facts: ModelFacts): string[] {
  const { format } = session;
  const words = session.texts.model;
  return [
    facts.directory,
    ...table([
      [`  ${words.architecture}`, facts.architecture],
      [`  ${words.parameters}`, format.integer(facts.parameters)],
      [`  ${words.size}`, format.bytes(facts.bytes)],
      ...Object.entries(facts.config).map(([key, value]) => [`  ${key}`, JSON.stringify(value)]),
      ...Object.entries(facts.provenance).map(([key, value]) => [`  ${key}`, JSON.stringify(value)]),
    ]),
  ];
}
