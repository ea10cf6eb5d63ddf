/**
 * A rendered dialogue taken apart again, for a person who wants to see what is learned before training: turn by turn, in
 * stretches of text that are learned or not, with what is wrong with the mask. It knows no file and no terminal.
 */
import type { Tokenizer } from '../tokenizer/index.ts';
import { ROLES, type Role } from './messages.ts';

/** Neighbouring tokens of one kind. Special tokens stand as their text. */
export interface MaskPiece {
  readonly text: string;
  readonly learned: boolean;
}

export interface InspectedTurn {
  /** `begin` for what stands before the first message. */
  readonly role: Role | 'begin';
  /** With the marker and the end. */
  readonly tokens: number;
  readonly learned: number;
  readonly pieces: readonly MaskPiece[];
}

/**
 * Nothing is learned; an answer of which the end is not learned, so that a model would not learn to stop; something
 * outside the answers is learned.
 */
export type MaskFault = 'no-supervised-token' | 'no-supervised-end' | 'learned-outside-answers';

export interface InspectedConversation {
  readonly tokens: number;
  readonly learned: number;
  readonly turns: readonly InspectedTurn[];
  readonly faults: readonly MaskFault[];
}

/** Takes ids and mask apart as `renderConversation` puts them together. Both have one entry for each token. */
export function inspectConversation(
  ids: ArrayLike<number>,
  mask: ArrayLike<number>,
  tokenizer: Tokenizer,
): InspectedConversation {
  const roles = new Map<number, Role>(ROLES.map((role) => [tokenizer.specialId(`<|${role}|>`), role]));
  const end = tokenizer.specialId('<|end|>');
  const faults = new Set<MaskFault>();
  const turns: InspectedTurn[] = [];
  let learned = 0;
  for (let start = 0; start < ids.length; ) {
    const role = roles.get(ids[start]!) ?? 'begin';
    let after = start + 1;
    while (after < ids.length && !roles.has(ids[after]!)) after++;
    const count = sumOf(mask, start, after);
    if (role !== 'assistant') {
      if (count > 0) faults.add('learned-outside-answers');
    } else if (ids[after - 1] !== end || mask[after - 1] !== 1) faults.add('no-supervised-end');
    turns.push({ role, tokens: after - start, learned: count, pieces: piecesOf(ids, mask, start, after, tokenizer) });
    learned += count;
    start = after;
  }
  if (learned === 0) faults.add('no-supervised-token');
  return { tokens: ids.length, learned, turns, faults: [...faults].sort() };
}

function sumOf(mask: ArrayLike<number>, start: number, after: number): number {
  let sum = 0;
  for (let i = start; i < after; i++) sum += mask[i]!;
  return sum;
}

function piecesOf(
  ids: ArrayLike<number>,
  mask: ArrayLike<number>,
  start: number,
  after: number,
  tokenizer: Tokenizer,
): MaskPiece[] {
  const pieces: MaskPiece[] = [];
  for (let i = start; i < after; ) {
    let next = i + 1;
    while (next < after && mask[next] === mask[i]) next++;
    pieces.push({ text: shownText(ids, i, next, tokenizer), learned: mask[i] === 1 });
    i = next;
  }
  return pieces;
}

/** Ordinary tokens decoded in one go, so that a character of several tokens is whole. */
function shownText(ids: ArrayLike<number>, start: number, after: number, tokenizer: Tokenizer): string {
  let text = '';
  let ordinary: number[] = [];
  const close = () => {
    text += tokenizer.decode(ordinary);
    ordinary = [];
  };
  for (let i = start; i < after; i++) {
    const id = ids[i]!;
    if (!tokenizer.isSpecial(id)) {
      ordinary.push(id);
      continue;
    }
    close();
    for (const [name, special] of tokenizer.specialTokens) if (special === id) text += name;
  }
  close();
  return text;
}
