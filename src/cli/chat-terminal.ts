/**
 * A conversation in the terminal or through a pipe: one question a line, the answer streamed, the history kept. Commands begin
 * with a slash and never reach the model. It knows no model beyond `ModelHandle`.
 */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { isExpChatError } from '../base/index.ts';
import { MAXIMUM_SEED } from './command.ts';
import { streamed } from './commands/generate.ts';
import { EXIT } from './exit-codes.ts';
import { forgottenFact, sayWhatWasForgotten } from './forgotten-notice.ts';
import { reportError } from './report-error.ts';
import type { AnswerFacts, ChatMessage, ModelHandle, SamplingSettings } from './services.ts';
import type { Session } from './session.ts';
import { suggest } from './suggest.ts';
import { safeForTerminal } from './terminal-text.ts';

export interface ChatInput {
  /** The next line, or undefined where the person leaves. */
  next(prompt: string): Promise<string | undefined>;
  /** Whether a person sits at a terminal. */
  readonly live: boolean;
  /** While an answer runs, Ctrl+C goes here. */
  onInterrupt: (() => void) | undefined;
  close(): void;
}

const BLOCK = '"""';
/** The stop reason of an answer that the person stopped; what was said stays part of the dialogue. */
export const ABORTED = 'aborted';
const COMMANDS = ['/help', '/?', '/clear', '/system', '/set', '/show', '/stats', '/bye', '/exit', '/quit'];

const SETTINGS: Readonly<Record<string, readonly [keyof SamplingSettings, low: number, high: number, whole: boolean]>> =
  {
    temperature: ['temperature', 0, 10, false],
    'top-k': ['topK', 0, 1_000_000, true],
    'top-p': ['topP', 0, 1, false],
    'max-tokens': ['maxTokens', 1, 1_000_000, true],
    seed: ['seed', 0, MAXIMUM_SEED, true],
  };

/** Line editing with history on a terminal, plain lines otherwise. */
export function openChatInput(session: Session): ChatInput {
  if (!session.interactive) {
    return {
      next: () => session.surroundings.lines.next(),
      live: false,
      onInterrupt: undefined,
      close: () => undefined,
    };
  }
  const { stdin, stderr } = session.context;
  let muted = false;
  // Keys typed while an answer streams must not be drawn into it.
  const output = new Writable({
    write: (chunk, _, done) => {
      if (!muted) stderr.write(String(chunk));
      done();
    },
  });
  const readline = createInterface({ input: stdin, output, terminal: true, historySize: 500 });
  let closed = false;
  readline.on('close', () => {
    closed = true;
  });
  const input: ChatInput = {
    live: true,
    onInterrupt: undefined,
    next: (prompt) =>
      new Promise((resolve) => {
        if (closed) return resolve(undefined);
        const end = () => resolve(undefined);
        muted = false;
        readline.once('close', end);
        readline.question(prompt, (line) => {
          readline.off('close', end);
          muted = true;
          resolve(line);
        });
      }),
    close: () => readline.close(),
  };
  readline.on('SIGINT', () => {
    if (input.onInterrupt) return input.onInterrupt();
    session.say(`\n${session.texts.chat.leaveHint}`);
    readline.prompt();
  });
  return input;
}

interface Conversation {
  messages: ChatMessage[];
  system: string | undefined;
  sampling: SamplingSettings;
  answers: number;
  last: AnswerFacts | undefined;
}

/** Talks until the person leaves; returns the exit code. Through a pipe a failed answer decides it. */
export async function runChat(
  session: Session,
  model: ModelHandle,
  name: string,
  input: ChatInput,
  sampling: SamplingSettings,
  system: string | undefined,
): Promise<number> {
  const words = session.texts.chat;
  const talk: Conversation = { messages: [], system, sampling, answers: 0, last: undefined };
  let code = 0;
  sayWhatWasForgotten(session, model);
  if (input.live) session.say(words.welcome(name));
  for (;;) {
    const question = await readQuestion(input, input.live ? words.prompt : '');
    if (question === undefined) break;
    if (question.trim() === '') continue;
    if (question.startsWith('/')) {
      if (runSlash(session, talk, question.trim()) === 'leave') break;
      continue;
    }
    try {
      const { stopReason } = await answer(session, model, input, talk, question);
      if (stopReason === ABORTED && !input.live) return EXIT.stopped;
    } catch (error) {
      const failed = reportError(session, error);
      if (!input.live) code = failed;
      if (isExpChatError(error) && error.kind === 'internal') return failed;
    }
  }
  if (input.live) session.say(words.goodbye);
  return code;
}

/** One line, or the lines between two `"""`. */
async function readQuestion(input: ChatInput, prompt: string): Promise<string | undefined> {
  const first = await input.next(prompt);
  if (first === undefined || !first.startsWith(BLOCK)) return first;
  const lines: string[] = [first.slice(BLOCK.length)];
  while (!lines.at(-1)!.endsWith(BLOCK)) {
    const line = await input.next(prompt === '' ? '' : '... ');
    if (line === undefined) return lines.join('\n');
    lines.push(line);
  }
  return lines
    .join('\n')
    .slice(0, -BLOCK.length)
    .replace(/^\n|\n$/g, '');
}

async function answer(
  session: Session,
  model: ModelHandle,
  input: ChatInput,
  talk: Conversation,
  question: string,
): Promise<AnswerFacts> {
  const { stdout } = session.context;
  const asked: ChatMessage = { role: 'user', content: question };
  const messages: ChatMessage[] = [
    ...(talk.system === undefined ? [] : [{ role: 'system', content: talk.system } as const]),
    ...talk.messages,
    asked,
  ];
  const running = session.surroundings.interrupts.begin();
  const stop = new AbortController();
  input.onInterrupt = () => stop.abort();
  try {
    // Another seed for each answer, so that the same question asked again may be answered otherwise.
    const seed = (talk.sampling.seed + talk.answers++) % (MAXIMUM_SEED + 1);
    const signal = AbortSignal.any([running.signal, stop.signal]);
    const pieces = model.answer(messages, { ...talk.sampling, seed }, signal);
    const { text, facts } = await streamed(pieces, (piece) => {
      if (!session.flags.json) stdout.write(stdout.isTTY ? safeForTerminal(piece) : piece);
    });
    if (text !== '') talk.messages.push(asked, { role: 'assistant', content: text });
    talk.last = facts;
    session.result({ question, answer: text, ...facts, ...forgottenFact(model) }, ['']);
    if (facts.stopReason === ABORTED) session.say(session.texts.chat.stopped);
    if (facts.droppedMessages > 0)
      session.say(session.texts.chat.dropped(session.format.integer(facts.droppedMessages)));
    return facts;
  } finally {
    input.onInterrupt = undefined;
    running.end();
  }
}

function runSlash(session: Session, talk: Conversation, line: string): 'leave' | 'stay' {
  const words = session.texts.chat;
  const [command = '', ...rest] = line.split(/\s+/);
  const argument = line.slice(command.length).trim();
  switch (command) {
    case '/help':
    case '/?':
      for (const help of words.help) session.say(help);
      return 'stay';
    case '/clear':
      talk.messages = [];
      session.say(words.cleared);
      return 'stay';
    case '/system':
      talk.system = argument === '' ? undefined : argument;
      session.say(argument === '' ? words.systemRemoved : words.systemSet);
      return 'stay';
    case '/set':
      setSampling(session, talk, rest);
      return 'stay';
    case '/show':
      showSampling(session, talk);
      return 'stay';
    case '/stats':
      session.say(talk.last === undefined ? words.noStats : statistics(session, talk.last));
      return 'stay';
    case '/bye':
    case '/exit':
    case '/quit':
      return 'leave';
    default:
      session.say(words.unknownCommand(command, suggest(command, COMMANDS)));
      return 'stay';
  }
}

function setSampling(session: Session, talk: Conversation, [name = '', text = '']: string[]): void {
  const setting = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
  if (setting === undefined) {
    session.say(session.texts.chat.unknownSetting(name, Object.keys(SETTINGS).join(', ')));
    return;
  }
  const [key, low, high, whole] = setting;
  const value = Number(text.replace(',', '.'));
  if (text === '' || !(value >= low && value <= high) || (whole && !Number.isInteger(value))) {
    const { integer, number } = session.texts.expectations;
    session.say(`${name}: ${(whole ? integer : number)(low, high)}`);
    return;
  }
  talk.sampling = { ...talk.sampling, [key]: value };
  showSampling(session, talk);
}

function showSampling(session: Session, talk: Conversation): void {
  const pairs = Object.entries(SETTINGS).map(([name, [key]]) => `${name} ${talk.sampling[key]}`);
  session.say(pairs.join(', '));
}

function statistics(session: Session, facts: AnswerFacts): string {
  const { format, texts } = session;
  const perSecond = facts.tokens / Math.max(1e-3, facts.durationMs / 1000);
  return texts.chat.stats(
    format.integer(facts.promptTokens),
    format.integer(facts.tokens),
    format.duration(facts.durationMs),
    format.decimal(perSecond, 1),
    facts.stopReason,
  );
}
