/** How a command is declared: its texts, its shared options and the way from commander to a session. It knows no command's work. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { SamplingSettings } from './services.ts';
import { type GlobalFlags, Session, type Surroundings } from './session.ts';
import type { CommandName, Texts } from './texts/index.ts';

/** Where a command leaves its exit code. */
export interface Outcome {
  code: number;
}

export interface Registration extends Surroundings {
  readonly outcome: Outcome;
}

/** Adds `name` below `parent` with the summary and examples of `key` in the person's language. */
export function declare(parent: Command, registration: Registration, name: string, key: CommandName): Command {
  const words = registration.texts.commands[key];
  const examples = words.examples.map((example) => `  $ ${example}`).join('\n');
  return parent
    .command(name)
    .summary(words.summary)
    .description(words.description)
    .addHelpText('after', `\n${registration.texts.help.examples}\n${examples}`);
}

type Handler<O> = (session: Session, options: O, operands: string[]) => Promise<number | undefined>;

/** Connects a command to its work; `operands` are its positional arguments in order. */
export function act<O>(command: Command, registration: Registration, handler: Handler<O>): Command {
  return command.action(async (...given: unknown[]) => {
    const self = given.at(-1) as Command;
    const flags = self.optsWithGlobals() as GlobalFlags;
    const code = await handler(new Session(registration, flags), self.opts() as O, self.args);
    registration.outcome.code = code ?? 0;
  });
}

export function integerOption(texts: Texts, low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < low || value > high) {
      throw new InvalidArgumentError(texts.expectations.integer(low, high));
    }
    return value;
  };
}

export function numberOption(texts: Texts, low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < low || value > high) {
      throw new InvalidArgumentError(texts.expectations.number(low, high));
    }
    return value;
  };
}

export function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

export function choiceOption(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices([...choices]);
}

export const MAXIMUM_SEED = 2 ** 32 - 1;

export interface SamplingOptions {
  readonly temp?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly greedy?: boolean;
}

/** `-n --temp --top-k --top-p --seed --stop --greedy`. */
export function addSamplingOptions(command: Command, texts: Texts): Command {
  const { options } = texts;
  return command
    .option('-n, --max-tokens <count>', options.maxTokens, integerOption(texts, 1, 1_000_000))
    .option('--temp <value>', options.temp, numberOption(texts, 0, 10))
    .option('--top-k <count>', options.topK, integerOption(texts, 0, 1_000_000))
    .option('--top-p <share>', options.topP, numberOption(texts, 0, 1))
    .option('--seed <number>', options.seed, integerOption(texts, 0, MAXIMUM_SEED))
    .option('--stop <text>', options.stop, collect)
    .option('--greedy', options.greedy);
}

/** Temperature 0.8, top-k 50, top-p 0.95 and 256 tokens where nothing else is said. */
export const defaultSampling: SamplingSettings = {
  temperature: 0.8,
  topK: 50,
  topP: 0.95,
  maxTokens: 256,
  seed: 42,
  stop: [],
};

export function samplingOf(options: SamplingOptions): SamplingSettings {
  return {
    temperature: options.greedy ? 0 : (options.temp ?? defaultSampling.temperature),
    topK: options.topK ?? defaultSampling.topK,
    topP: options.topP ?? defaultSampling.topP,
    maxTokens: options.maxTokens ?? defaultSampling.maxTokens,
    seed: options.seed ?? defaultSampling.seed,
    stop: options.stop ?? [],
  };
}
