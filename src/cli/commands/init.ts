/** `expchat init`: writes a commented `expchat.yaml` for a project of one's own. */
import path from 'node:path';
import type { Command } from 'commander';
import { ExpChatError, exists, writeDurably } from '../../base/index.ts';
import { act, declare, type Registration } from '../command.ts';
import { renderConfigTemplate } from '../config-template.ts';
import { CONFIG_FILE, type Session } from '../session.ts';

interface InitOptions {
  readonly documents?: string;
  readonly force?: boolean;
}

export function registerInit(parent: Command, registration: Registration): void {
  const { options } = registration.texts;
  const command = declare(parent, registration, 'init [directory]', 'init')
    .option('--documents <path>', options.documents)
    .option('--force', options.force);
  act<InitOptions>(command, registration, async (session, given, [directory = '.']) => {
    const file = await initialise(session, directory, given);
    session.result({ file }, [session.texts.init.written(file), session.texts.init.next]);
    return 0;
  });
}

/** Writes the file and returns its path. Throws `cli.exists` where there is one and `force` is not set. */
export async function initialise(session: Session, directory: string, options: InitOptions): Promise<string> {
  const file = path.resolve(session.context.cwd, directory, CONFIG_FILE);
  if (!options.force && !session.flags.yes && (await exists(file))) {
    throw new ExpChatError({
      code: 'cli.exists',
      kind: 'refused',
      message: `${file}: expected no file there, found one`,
      next: 'Keep it, or write it anew with --force.',
      fields: { path: file },
    });
  }
  await writeDurably(file, renderConfigTemplate(session.texts, options.documents ?? './dokumente'));
  return file;
}
