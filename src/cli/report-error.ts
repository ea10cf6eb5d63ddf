/** An error as a person reads it, in their language, or as one JSON object with `--json`; and the exit code it ends with. */
import { CommanderError } from 'commander';
import { type ExpChatError, errorMessage, isExpChatError } from '../base/index.ts';
import { type ConfigProblem, describeProblem } from './config.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { Session } from './session.ts';
import { safeForTerminal } from './terminal-text.ts';
import type { Texts } from './texts/index.ts';

interface Words {
  readonly message: string;
  readonly next: string | undefined;
}

/** Writes the error to stderr and returns the exit code. */
export function reportError(session: Session, error: unknown): number {
  const { context, flags, texts } = session;
  const code = codeOf(error);
  if (flags.json) {
    context.stderr.write(`${JSON.stringify({ error: errorRecord(error, code) })}\n`);
    return code;
  }
  const { message, next } = isExpChatError(error)
    ? translate(error, texts)
    : { message: errorMessage(error), next: undefined };
  const heading = isExpChatError(error) && error.kind === 'stopped' ? texts.errors.stopped : texts.errors.heading;
  const lines = [`${paint(session, heading)} ${safeForTerminal(message)}`];
  if (next !== undefined) lines.push(`${texts.errors.next} ${safeForTerminal(next)}`);
  if (flags.verbose) lines.push(...details(error));
  context.stderr.write(`${lines.join('\n')}\n`);
  return code;
}

export function codeOf(error: unknown): number {
  if (isExpChatError(error)) return exitCodeOf[error.kind];
  return error instanceof CommanderError ? EXIT.usage : EXIT.failure;
}

function errorRecord(error: unknown, exitCode: number): Record<string, unknown> {
  if (!isExpChatError(error))
    return { code: 'internal.unexpected', kind: 'internal', message: errorMessage(error), exitCode };
  const { code, kind, message, next, fields } = error;
  return { code, kind, message, ...(next === undefined ? {} : { next }), fields, exitCode };
}

/** The text of the person's language for the error's code; the English one where there is none, or a field it names. */
function translate(error: ExpChatError, texts: Texts): Words {
  const problems = error.fields['problems'];
  if (error.code === 'config.invalid' && Array.isArray(problems)) {
    const message = (problems as ConfigProblem[])
      .map((problem) => texts.errors.problem(problem, describeProblem))
      .join('\n  ');
    return { message, next: texts.errors.byCode['config.invalid']?.({ ...error.fields })?.next ?? error.next };
  }
  let complete = true;
  const fields = new Proxy(error.fields, {
    get(target, name) {
      complete &&= name in target;
      return Reflect.get(target, name);
    },
  });
  const own = texts.errors.byCode[error.code]?.(fields);
  // A text with a gap says less than the English one without.
  if (own === undefined || !complete) return { message: error.message, next: error.next };
  return { message: own.message ?? error.message, next: own.next ?? error.next };
}

function details(error: unknown): string[] {
  const lines: string[] = [];
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if (isExpChatError(current)) lines.push(`code: ${current.code}`, `fields: ${JSON.stringify(current.fields)}`);
    if (current.stack) lines.push(current.stack);
  }
  return lines.map((line) => safeForTerminal(line));
}

function paint(session: Session, text: string): string {
  return session.coloured ? `\u001b[31m${text}\u001b[0m` : text;
}
