/** `expchat start`: the whole chain on the starter corpus, then the menu where there is a terminal. */
import path from 'node:path';
import type { Command } from 'commander';
import { act, declare, type Registration } from '../command.ts';
import { runMenu } from '../menu.ts';
import { STARTER_DIRECTORY } from '../session.ts';
import { runStart, startLines } from '../start.ts';

interface StartOptions {
  readonly directory?: string;
  /** False for `--no-menu`. */
  readonly menu: boolean;
}

export function registerStart(parent: Command, registration: Registration): void {
  const { options } = registration.texts;
  const command = declare(parent, registration, 'start', 'start')
    .option('--directory <path>', options.starterDirectory)
    .option('--no-menu', options.noMenu);
  act<StartOptions>(command, registration, async (session, given) => {
    const directory = path.resolve(session.context.cwd, given.directory ?? STARTER_DIRECTORY);
    const report = await runStart(session, directory);
    session.result(report, startLines(session, report));
    if (given.menu && session.interactive && !session.flags.json) {
      return runMenu(session, session.prompter(), { directory, model: report.model });
    }
    return 0;
  });
}
