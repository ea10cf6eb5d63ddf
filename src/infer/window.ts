/**
 * The sliding window: which part of a dialog or a token sequence the model sees when not all of it fits into the context.
 * Whole turns go, oldest first, the system prompt never, and every caller is told what went. Nothing is ever cut silently:
 * one prompt that does not fit by itself is an error. It knows neither the dialog's format nor models.
 */
import { ExpChatError, invariant } from '../base/index.ts';

/** The part of a chat message the window looks at. */
export interface Turned {
  readonly role: string;
}

export interface FittedWindow<M extends Turned> {
  /** What the model sees: the system prompt and the newest turns. */
  readonly messages: readonly M[];
  /** The same, rendered. */
  readonly ids: Uint32Array;
  readonly droppedTurns: number;
  readonly droppedMessages: number;
}

export interface WindowLimits {
  /** Positions of the model. */
  readonly context: number;
  /** Positions to leave for the answer where dropping old turns can; at least 1 is always left. */
  readonly reserve: number;
}

/**
 * Keeps the leading system messages and as many of the newest turns as leave `reserve` positions free. A turn begins with
 * a user message and ends before the next one; the newest turn always stays. `render` gives the ids of a dialog and must
 * not get longer when turns are left out. Throws `infer.prompt-too-long` when the newest turn alone leaves no position.
 */
export function fitWindow<M extends Turned>(
  messages: readonly M[],
  render: (messages: readonly M[]) => Uint32Array,
  limits: WindowLimits,
): FittedWindow<M> {
  const { system, turns } = splitTurns(messages);
  const without = (dropped: number) => [...system, ...turns.slice(dropped).flat()];
  const fits = (ids: Uint32Array) => ids.length + Math.max(1, limits.reserve) <= limits.context;
  let low = 0;
  let ids = render(messages);
  if (!fits(ids)) {
    // The fewest dropped turns that fit, by bisection; none may fit, then only the newest turn stays
    let high = Math.max(0, turns.length - 1);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (fits(render(without(middle)))) high = middle;
      else low = middle + 1;
    }
    ids = render(without(low));
  }
  checkPromptFits(ids.length, limits.context);
  const kept = without(low);
  return { messages: kept, ids, droppedTurns: low, droppedMessages: messages.length - kept.length };
}

function splitTurns<M extends Turned>(messages: readonly M[]): { system: M[]; turns: M[][] } {
  let begin = 0;
  while (begin < messages.length && messages[begin]!.role === 'system') begin++;
  const turns: M[][] = [];
  for (const message of messages.slice(begin)) {
    if (message.role === 'user' || turns.length === 0) turns.push([message]);
    else turns.at(-1)!.push(message);
  }
  return { system: messages.slice(0, begin), turns };
}

/** Throws `infer.prompt-too-long` unless at least one position is left after the prompt. */
export function checkPromptFits(promptTokens: number, context: number): void {
  if (promptTokens < context) return;
  throw new ExpChatError({
    code: 'infer.prompt-too-long',
    kind: 'usage',
    message: `prompt: expected at most ${context - 1} tokens (context of ${context}), got ${promptTokens}`,
    next: 'Shorten the prompt or the system prompt, or use a model with a longer context.',
    fields: { promptTokens, context },
  });
}

/**
 * The tokens that stay when a generation has filled the context: the first `keep` (begin token and system prompt) and the
 * newest ones that fill half of what is left, so that a slide is paid once for many tokens. Undefined where `keep` leaves
 * fewer than 2 positions: the window can not slide then.
 */
export function slideWindow(ids: readonly number[], keep: number, context: number): number[] | undefined {
  invariant(ids.length >= context && keep <= ids.length, () => `slide of ${ids.length} ids, ${keep} kept, ${context}`);
  const room = context - keep;
  if (room < 2) return undefined;
  return [...ids.slice(0, keep), ...ids.slice(ids.length - Math.ceil(room / 2))];
}
