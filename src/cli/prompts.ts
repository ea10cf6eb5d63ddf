/**
 * Questions to the person: on a terminal through @clack/prompts, otherwise as numbered lines. Both end the same two ways beside an
 * answer: the person cancels the question, or the input ends. It knows no menu.
 */
import * as clack from '@clack/prompts';
import type { PipedLines } from './lines.ts';
import type { InputStream, OutputStream } from './streams.ts';
import { safeForTerminal } from './terminal-text.ts';

/** The person left this question, with Ctrl+C on a terminal. */
export const CANCELLED = Symbol('cancelled');
/** There is nobody left to answer: the end of stdin, or Ctrl+D. */
export const ENDED = Symbol('ended');

export type Answer<T> = T | typeof CANCELLED | typeof ENDED;

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
  /** A letter that stands for the choice where answers are typed. */
  readonly letter?: string;
}

export interface Prompter {
  select<T extends string>(message: string, choices: readonly Choice<T>[], initial?: T): Promise<Answer<T>>;
  /** `check` returns what is wrong with an answer, or undefined. Enter takes `initial`. */
  text(message: string, initial?: string, check?: (text: string) => string | undefined): Promise<Answer<string>>;
  confirm(message: string, initial: boolean): Promise<Answer<boolean>>;
}

export function isAnswer<T>(answer: Answer<T>): answer is T {
  return answer !== CANCELLED && answer !== ENDED;
}

export interface TerminalTexts {
  readonly yes: string;
  readonly no: string;
  /** How a choice is made. */
  readonly keys: string;
}

/** Questions with cursor keys on a terminal. */
export function createTerminalPrompter(
  stdin: InputStream,
  stdout: NodeJS.WritableStream,
  texts: TerminalTexts,
): Prompter {
  const ask = async <T>(
    prompt: (options: { signal: AbortSignal; input: InputStream; output: never }) => Promise<T>,
  ) => {
    const ended = new AbortController();
    const end = () => ended.abort();
    const onKey = (_: string, key?: { ctrl?: boolean; name?: string }) => {
      if (key?.ctrl && key.name === 'd') end();
    };
    if (stdin.readableEnded || stdin.destroyed) return ENDED;
    stdin.once('end', end).once('close', end).on('keypress', onKey);
    try {
      const answer = await prompt({ signal: ended.signal, input: stdin, output: stdout as never });
      if (!clack.isCancel(answer)) return answer as Exclude<T, symbol>;
      return ended.signal.aborted ? ENDED : CANCELLED;
    } finally {
      stdin.off('end', end).off('close', end).off('keypress', onKey);
    }
  };
  return {
    select: (message, choices, initial) =>
      ask((options) =>
        clack.select<string>({
          message: `${message} (${texts.keys})`,
          showInstructions: false, // They are English only.
          options: choices.map(({ value, label, hint }) => ({ value, label, ...(hint === undefined ? {} : { hint }) })),
          ...(initial === undefined ? {} : { initialValue: initial }),
          ...options,
        }),
      ) as never,
    text: (message, initial, check) =>
      ask((options) =>
        clack.text({
          message,
          ...(initial === undefined ? {} : { initialValue: initial }),
          validate: (value) => check?.(value ?? ''),
          ...options,
        }),
      ) as Promise<Answer<string>>,
    confirm: (message, initial) =>
      ask((options) =>
        clack.confirm({ message, initialValue: initial, active: texts.yes, inactive: texts.no, ...options }),
      ) as Promise<Answer<boolean>>,
  };
}

export interface LineTexts {
  readonly yes: string;
  readonly no: string;
  readonly unknownChoice: string;
}

/** Questions as plain lines: for pipes, dumb terminals and screen readers. */
export class LinePrompter implements Prompter {
  readonly #lines: PipedLines;
  readonly #output: OutputStream;
  readonly #texts: LineTexts;

  constructor(lines: PipedLines, output: OutputStream, texts: LineTexts) {
    this.#lines = lines;
    this.#output = output;
    this.#texts = texts;
  }

  async select<T extends string>(message: string, choices: readonly Choice<T>[], initial?: T): Promise<Answer<T>> {
    const rows = choices.map(
      ({ value, label, hint, letter }, index) =>
        `  ${value === initial ? '*' : ' '} ${letter ?? index + 1}  ${label}${hint === undefined ? '' : ` (${hint})`}\n`,
    );
    for (;;) {
      this.#output.write(`${safeForTerminal(message)}\n${rows.join('')}> `);
      const line = await this.#lines.next();
      if (line === undefined) return this.#end();
      const typed = line.trim().toLowerCase();
      if (typed === '' && initial !== undefined) return initial;
      const chosen = choices.find(
        ({ value, letter }, index) => typed === letter || typed === String(index + 1) || typed === value.toLowerCase(),
      );
      if (chosen) return chosen.value;
      this.#output.write(`${this.#texts.unknownChoice}\n`);
    }
  }

  async text(message: string, initial?: string, check?: (text: string) => string | undefined): Promise<Answer<string>> {
    for (;;) {
      this.#output.write(`${safeForTerminal(message)}${initial === undefined ? '' : ` [${initial}]`}: `);
      const line = await this.#lines.next();
      if (line === undefined) return this.#end();
      const answer = line === '' && initial !== undefined ? initial : line;
      const wrong = check?.(answer);
      if (wrong === undefined) return answer;
      this.#output.write(`${wrong}\n`);
    }
  }

  async confirm(message: string, initial: boolean): Promise<Answer<boolean>> {
    const { yes, no, unknownChoice } = this.#texts;
    for (;;) {
      this.#output.write(`${safeForTerminal(message)} (${yes}/${no}) [${initial ? yes : no}]: `);
      const line = await this.#lines.next();
      if (line === undefined) return this.#end();
      const typed = line.trim().toLowerCase();
      if (typed === '') return initial;
      if (yes.toLowerCase().startsWith(typed) || typed === 'y') return true;
      if (no.toLowerCase().startsWith(typed)) return false;
      this.#output.write(`${unknownChoice}\n`);
    }
  }

  #end(): typeof ENDED {
    this.#output.write('\n');
    return ENDED;
  }
}
