/**
 * The dialogue format, in the one place that knows it: a dialogue begins with `<|bos|>`, then each message is
 * `<|role|>`, its content, `<|end|>`. The markers are special tokens, and contents are encoded with none allowed, so no
 * content can pass for a marker. It knows no model and no file.
 */
import { ExpChatError } from '../base/index.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import { type Message, noSupervisedToken, ROLES, type Role } from './messages.ts';

export interface RenderedConversation {
  readonly ids: Uint32Array;
  /** One byte a token: 1 where the token is content or `<|end|>` of an assistant turn, so where a model learns it. */
  readonly mask: Uint8Array;
}

const BEGIN = '<|bos|>';
const END = '<|end|>';

function markerOf(role: Role): string {
  if (ROLES.includes(role)) return `<|${role}|>`;
  throw new ExpChatError({
    code: 'chat.bad-messages',
    kind: 'usage',
    message: `dialogue: expected one of the roles ${ROLES.join(', ')}, got ${JSON.stringify(role)}`,
  });
}

/** A message's marker and content, without the end. */
function opened(message: Message, tokenizer: Tokenizer): { marker: number; content: Uint32Array } {
  return { marker: tokenizer.specialId(markerOf(message.role)), content: tokenizer.encode(message.content) };
}

/**
 * Ids and mask of a whole dialogue. Throws `chat.no-supervised-token` with the id of a sample in which the assistant says
 * nothing, `tokenizer.no-such-special` where the tokenizer lacks a marker.
 */
export function renderConversation(
  messages: readonly Message[],
  tokenizer: Tokenizer,
  sampleId = 'without id',
): RenderedConversation {
  if (!messages.some((message) => message.role === 'assistant')) throw noSupervisedToken(sampleId);
  const parts = messages.map((message) => ({
    ...opened(message, tokenizer),
    supervised: message.role === 'assistant',
  }));
  const end = tokenizer.specialId(END);
  const length = parts.reduce((sum, part) => sum + part.content.length + 2, 1);
  const ids = new Uint32Array(length);
  const mask = new Uint8Array(length);
  ids[0] = tokenizer.specialId(BEGIN);
  let at = 1;
  for (const { marker, content, supervised } of parts) {
    ids[at] = marker;
    ids.set(content, at + 1);
    const after = at + 2 + content.length;
    ids[after - 1] = end;
    if (supervised) mask.fill(1, at + 1, after);
    at = after;
  }
  return { ids, mask };
}

/** Ids of a dialogue so far, ending with `<|assistant|>`: what a model answers to. */
export function renderPrompt(messages: readonly Message[], tokenizer: Tokenizer): Uint32Array {
  const end = tokenizer.specialId(END);
  const ids = [tokenizer.specialId(BEGIN)];
  for (const message of messages) {
    const { marker, content } = opened(message, tokenizer);
    ids.push(marker);
    for (const id of content) ids.push(id);
    ids.push(end);
  }
  ids.push(tokenizer.specialId(markerOf('assistant')));
  return Uint32Array.from(ids);
}

/**
 * The same format as a Jinja template, for `chat_template` in `tokenizer_config.json`. Programs that render it to text
 * and then look for special tokens in the text do not keep contents apart from markers; `renderPrompt` does.
 */
export const CHAT_TEMPLATE = [
  "{{- '<|bos|>' -}}",
  '{%- for message in messages -%}',
  "{%- if message['role'] not in ['system', 'user', 'assistant'] -%}",
  "{{- raise_exception('expected one of the roles system, user, assistant') -}}",
  '{%- endif -%}',
  "{{- '<|' + message['role'] + '|>' + message['content'] + '<|end|>' -}}",
  '{%- endfor -%}',
  "{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}",
].join('\n');
