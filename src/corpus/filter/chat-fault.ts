/** Is a dialogue one that the dialogue format accepts for training. It knows no text measure. */
import { MESSAGE_LIMITS, ROLES, type Role } from '../../chat/index.ts';
import type { ChatTurn } from '../record/index.ts';

/** Why a dialogue is left out, as a stable reason, or undefined. */
export function chatFault(messages: readonly ChatTurn[]): string | undefined {
  if (messages.length === 0) return 'chat-empty';
  if (messages.some((turn) => !ROLES.includes(turn.role as Role))) return 'chat-unknown-role';
  if (messages.some((turn) => turn.content.trim() === '')) return 'chat-empty-turn';
  if (messages.some((turn, i) => turn.role === 'system' && i > 0)) return 'chat-late-system';
  if (!messages.some((turn) => turn.role === 'assistant')) return 'chat-no-answer';
  const first = messages[0]!.role === 'system' ? 1 : 0;
  const inTurn = (turn: ChatTurn, i: number) => turn.role === ((i - first) % 2 === 0 ? 'user' : 'assistant');
  if (!messages.every((turn, i) => i < first || inTurn(turn, i))) return 'chat-wrong-order';
  const long = messages.some((turn) => turn.content.length > MESSAGE_LIMITS.contentLength);
  return long || messages.length > MESSAGE_LIMITS.messages ? 'chat-too-long' : undefined;
}
