/** Messages of a dialogue and the check of ones that come from a file or a request. It knows no token and no format. */
import { ExpChatError } from '../base/index.ts';

export const ROLES = ['system', 'user', 'assistant'] as const;
export type Role = (typeof ROLES)[number];

export interface Message {
  readonly role: Role;
  readonly content: string;
}

export interface ParseOptions {
  /**
   * `'training'` (the default) asks for at least one assistant turn; `'prompt'` asks that the user has the last word, so
   * that an answer can follow.
   */
  readonly purpose?: 'training' | 'prompt';
}

/** Far above any real dialogue; beyond it a file is taken to be damaged. */
export const MESSAGE_LIMITS = { messages: 10_000, contentLength: 16 * 2 ** 20 } as const;

function refused(sampleId: string, what: string, fields: Record<string, unknown> = {}): ExpChatError {
  return new ExpChatError({
    code: 'chat.bad-messages',
    kind: 'usage',
    message: `sample ${sampleId}: expected ${what}`,
    next: 'Correct this sample or take it out.',
    fields: { sampleId, ...fields },
  });
}

/** A short name for a value of unknown shape. */
function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 60);
}

function parseMessage(value: unknown, index: number, sampleId: string): Message {
  const where = `message ${index + 1}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refused(sampleId, `an object with role and content as ${where}, got ${shown(value)}`, { index });
  }
  const { role, content } = value as { role?: unknown; content?: unknown };
  const known = ROLES.find((name) => name === role);
  if (known === undefined) {
    throw refused(sampleId, `one of the roles ${ROLES.join(', ')} in ${where}, got ${shown(role)}`, { index });
  }
  if (typeof content !== 'string')
    throw refused(sampleId, `text as content of ${where}, got ${shown(content)}`, { index });
  if (content.trim() === '') throw refused(sampleId, `text as content of ${where}, got none`, { index });
  if (content.length > MESSAGE_LIMITS.contentLength) {
    throw refused(sampleId, `at most ${MESSAGE_LIMITS.contentLength} characters in ${where}, got ${content.length}`, {
      index,
    });
  }
  return { role: known, content };
}

/** Refuses an order of roles other than: perhaps a system message, then user and assistant in turn. */
function checkOrder(messages: readonly Message[], sampleId: string): void {
  const first = messages[0]?.role === 'system' ? 1 : 0;
  for (let index = first; index < messages.length; index++) {
    const expected = (index - first) % 2 === 0 ? 'user' : 'assistant';
    if (messages[index]!.role !== expected) {
      throw refused(sampleId, `the role ${expected} in message ${index + 1}, got ${messages[index]!.role}`, { index });
    }
  }
}

/**
 * Messages of a parsed JSON value `{ "messages": [{ "role", "content" }, …] }`; other keys are left alone.
 * Throws `chat.bad-messages` with the sample's id, and for training `chat.no-supervised-token`.
 */
export function parseMessages(value: unknown, sampleId: string, options: ParseOptions = {}): Message[] {
  const list = typeof value === 'object' && value !== null ? (value as { messages?: unknown }).messages : undefined;
  if (!Array.isArray(list)) throw refused(sampleId, `a list "messages", got ${shown(list)}`);
  if (list.length === 0 || list.length > MESSAGE_LIMITS.messages) {
    throw refused(sampleId, `1 to ${MESSAGE_LIMITS.messages} messages, got ${list.length}`);
  }
  const messages = list.map((message, index) => parseMessage(message, index, sampleId));
  checkOrder(messages, sampleId);
  if (options.purpose === 'prompt') {
    if (messages.at(-1)!.role !== 'user') throw refused(sampleId, 'a message of the user at the end');
  } else if (!messages.some((message) => message.role === 'assistant')) {
    throw noSupervisedToken(sampleId);
  }
  return messages;
}

export function noSupervisedToken(sampleId: string): ExpChatError {
  return new ExpChatError({
    code: 'chat.no-supervised-token',
    kind: 'usage',
    message: `sample ${sampleId}: expected at least one message of the assistant to learn from, got none`,
    next: 'Add an answer to this sample or take it out.',
    fields: { sampleId },
  });
}
