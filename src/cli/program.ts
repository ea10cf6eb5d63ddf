/** The tree of commands with its global flags, help and usage errors in the person's language. It knows no command's work. */
import { Command, CommanderError, Help } from 'commander';
import { choiceOption, collect, type Registration } from './command.ts';
import { registerBench } from './commands/bench.ts';
import { registerChat } from './commands/chat.ts';
import { registerConfig } from './commands/config.ts';
import { registerCorpus } from './commands/corpus.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerEval } from './commands/eval.ts';
import { registerGenerate } from './commands/generate.ts';
import { registerGrid } from './commands/grid.ts';
import { registerInit } from './commands/init.ts';
import { registerModel } from './commands/model.ts';
import { registerRuns } from './commands/runs.ts';
import { registerStart } from './commands/start.ts';
import { registerTokenizer } from './commands/tokenizer.ts';
import { registerTrain } from './commands/train.ts';
import { runMenu } from './menu.ts';
import { type GlobalFlags, Session } from './session.ts';
import type { Texts } from './texts/index.ts';

const REGISTRATIONS = [
  registerStart,
  registerInit,
  registerCorpus,
  registerTokenizer,
  registerTrain,
  registerRuns,
  registerChat,
  registerGenerate,
  registerGrid,
  registerEval,
  registerModel,
  registerBench,
  registerDoctor,
  registerConfig,
];

export function buildProgram(registration: Registration): Command {
  const { texts, context } = registration;
  const { help, options } = texts;
  const program = new Command('expchat');
  program
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
      outputError: () => undefined, // `run.ts` reports errors, in the person's language.
      getOutHelpWidth: () => context.stdout.columns || 100,
      getErrHelpWidth: () => context.stderr.columns || 100,
    })
    .configureHelp(helpIn(texts))
    .description(help.description)
    .version(context.version, '-V, --version', options.version)
    .helpOption('-h, --help', options.help)
    .helpCommand('help [command]', options.helpCommand)
    .addOption(choiceOption('--lang <language>', options.lang, ['de', 'en']))
    .option('--json', options.json)
    .option('-q, --quiet', options.quiet)
    .option('-v, --verbose', options.verbose)
    .option('--no-input', options.noInput)
    .option('-y, --yes', options.yes)
    .addOption(choiceOption('--color <when>', options.color, ['auto', 'on', 'off']).default('auto'))
    .option('-c, --config <file>', options.config)
    .option('--set <key=value>', options.set, collect)
    .option('--home <directory>', options.home)
    .addHelpText('after', `\n${help.exitCodes}\n\n${help.environment}`)
    .showSuggestionAfterError();
  for (const register of REGISTRATIONS) register(program, registration);
  // Only here: an operand of the program itself is a mistyped command, which gets an answer of its own.
  program.allowExcessArguments().action(async () => {
    if (program.args.length > 0) {
      throw new CommanderError(2, 'commander.unknownCommand', `error: unknown command '${program.args[0]}'`);
    }
    const session = new Session(registration, program.opts() as GlobalFlags);
    if (session.flags.input === false || session.flags.json) {
      context.stderr.write(program.helpInformation());
      registration.outcome.code = 2;
      return;
    }
    registration.outcome.code = await runMenu(session, session.prompter());
  });
  return program;
}

/** Commander's own words in the person's language. */
function helpIn(texts: Texts): Partial<Help> {
  const { help } = texts;
  const plain = new Help();
  const words = (text: string) =>
    text
      .replace(/\(default: /g, help.defaultIs)
      .replace(/\(choices: /g, help.choicesAre)
      .replace(/, default: /g, help.defaultAfterChoices);
  return {
    showGlobalOptions: true,
    sortSubcommands: false,
    styleTitle: (title) => help.titles[title] ?? title,
    optionDescription: (option) => words(plain.optionDescription(option)),
    argumentDescription: (argument) => words(plain.argumentDescription(argument)),
    subcommandDescription: (command) => command.summary() || command.description(),
  };
}

/** Every command of the tree with its full name, for tests and suggestions. */
export function allCommands(program: Command): { name: string; command: Command }[] {
  return program.commands.flatMap((command) => [
    { name: command.name(), command },
    ...command.commands.map((child) => ({ name: `${command.name()} ${child.name()}`, command: child })),
  ]);
}
