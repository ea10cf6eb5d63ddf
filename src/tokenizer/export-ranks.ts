/** A tokenizer as a rank file of tiktoken. It knows no disk. */
import { ExpChatError } from '../base/index.ts';
import { renderRankFile } from '../formats/index.ts';
import { mergesFromRanks } from './rank-merges.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * The text of a rank file that gives the ids of `tokenizer`. Special tokens, the pattern and a normal form stand in no
 * rank file: whoever reads it names them again.
 * Throws `tokenizer.unsupported` where ids are not in the order of the merges, so that ranks would give other ids.
 */
export function toTiktoken(tokenizer: Tokenizer): string {
  const { values } = tokenizer;
  const tokens = values.tokens.map((bytes, id) => (tokenizer.isSpecial(id) ? new Uint8Array(0) : bytes));
  const { merges, complete } = mergesFromRanks(tokens, 'tokenizer');
  const same = merges.length === values.merges.length && merges.every((id, at) => id === values.merges[at]);
  if (!same || (!complete && values.ignoreMerges !== true)) {
    throw new ExpChatError({
      code: 'tokenizer.unsupported',
      kind: 'refused',
      message: 'tokenizer: expected ids in the order of the merges for a rank file, got another order',
      next: 'Use tokenizer.json for this tokenizer.',
    });
  }
  return renderRankFile(tokens);
}
