/** Special tokens added to a tokenizer that is there already: no id that is taken changes. It knows no encoding. */
import { ExpChatError } from '../base/index.ts';
import { bytesToAlphabet, TOKENIZER_LIMITS, type TokenizerJson } from '../formats/index.ts';

/**
 * `values` with more special tokens. `added`: contents, which get the next free ids in their order, or ids by content,
 * which must be free; one that is there already with this id is no fault. Throws `tokenizer.special-tokens`.
 */
export function withAddedTokens(
  values: TokenizerJson,
  added: readonly string[] | ReadonlyMap<string, number>,
  where: string,
): TokenizerJson {
  const tokens = [...values.tokens];
  const specialTokens = new Map(values.specialTokens);
  const taken = new Set(specialTokens.values());
  const names = new Set(values.tokens.map((bytes, id) => (taken.has(id) ? '' : bytesToAlphabet(bytes))));
  const first = tokens.length;
  const list = 'size' in added ? [...added] : added.map((content, index) => [content, first + index] as const);
  for (const [content, id] of list) {
    if (specialTokens.get(content) === id) continue;
    const proper = content.length <= TOKENIZER_LIMITS.specialTokenLength && content.isWellFormed();
    const placed = Number.isSafeInteger(id) && id >= 0 && id < first + TOKENIZER_LIMITS.specialTokens;
    const free = placed && !taken.has(id) && (id >= tokens.length || tokens[id]!.length === 0);
    // A name of an ordinary token would stand for two in the file.
    if (!proper || content === '' || names.has(content) || specialTokens.has(content) || !free) {
      throw new ExpChatError({
        code: 'tokenizer.special-tokens',
        kind: 'usage',
        message: `${where}: expected new special tokens of 1 to ${TOKENIZER_LIMITS.specialTokenLength} characters with free ids near ${first}, got ${JSON.stringify(content.slice(0, 80))} with ${id}`,
        fields: { token: content.slice(0, 80), id },
      });
    }
    specialTokens.set(content, id);
    taken.add(id);
    while (tokens.length <= id) tokens.push(new Uint8Array(0));
  }
  return { ...values, tokens, specialTokens };
}
