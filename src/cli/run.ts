/** One run of the command line from arguments to exit code. It knows no command; it never ends the process itself. */
import { CommanderError } from 'commander';
import { ExpChatError } from '../base/index.ts';
import type { Outcome, Registration } from './command.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { Interrupts } from './interrupts.ts';
import { chooseLanguage, createFormat, languageFlag } from './language.ts';
import { allCommands, buildProgram } from './program.ts';
import { reportError } from './report-error.ts';
import { createLines, type GlobalFlags, Session } from './session.ts';
import { suggest } from './suggest.ts';
import { textsOf } from './texts/index.ts';

export async function runCli(context: CliContext): Promise<number> {
  const language = chooseLanguage(languageFlag(context.argv), context.env, context.systemLocale);
  const texts = textsOf(language);
  const interrupts = new Interrupts(context.exitNow, () => context.stderr.write(`\n${texts.errors.stopping}\n`));
  const outcome: Outcome = { code: EXIT.ok };
  const registration: Registration = {
    context,
    language,
    texts,
    format: createFormat(language),
    interrupts,
    lines: createLines(context),
    outcome,
  };
  const program = buildProgram(registration);
  const stopListening = context.onInterrupt(interrupts.interrupt);
  try {
    await program.parseAsync([...context.argv], { from: 'user' });
    return outcome.code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const session = new Session(registration, program.opts() as GlobalFlags);
    return reportError(session, error instanceof CommanderError ? usageError(error, registration, program) : error);
  } finally {
    stopListening();
  }
}

/** Commander's usage error as one of ours, with a suggestion for a mistyped command. */
function usageError(
  error: CommanderError,
  { texts, context }: Registration,
  program: ReturnType<typeof buildProgram>,
): ExpChatError {
  const [message = '', hint] = error.message.replace(/^error: /, '').split('\n');
  const quoted = /'([^']*)'/.exec(message)?.[1] ?? '';
  if (error.code === 'commander.help') {
    return new ExpChatError({ code: 'cli.no-command', kind: 'usage', message: texts.errors.noCommand });
  }
  const known = error.code === 'commander.unknownCommand' ? allCommands(program).map(({ name }) => name) : [];
  const typed = context.argv.filter((argument) => !argument.startsWith('-')).join(' ');
  const meant =
    suggest(typed, known) ?? suggest(quoted, known) ?? /Did you mean (?:one of )?(.+?)\?/.exec(hint ?? '')?.[1];
  return new ExpChatError({
    code: error.code,
    kind: 'usage',
    message: texts.errors.usage(error.code, message, quoted),
    next: meant === undefined ? texts.errors.seeHelp : texts.errors.didYouMean(meant),
    fields: { message, suggestion: meant },
  });
}
