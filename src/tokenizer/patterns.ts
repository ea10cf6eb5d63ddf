/**
 * The pre-split patterns this project knows: their texts, as they stand in other people's files, and where each was
 * published. What a pattern cuts is defined by its text; `pre-split.ts` does the same by hand. It knows no vocabulary.
 */

/** `llama3` is the same pattern as `cl100k`; `qwen2` is that of Qwen 2, 2.5 and 3. */
export type PatternName = 'expchat' | 'gpt2' | 'cl100k' | 'o200k' | 'llama3' | 'qwen2';

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const SYMBOLS_AND_SPACE = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const CL100K = `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|${SYMBOLS_AND_SPACE}`;
const UPPER_FIRST = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const LOWER_LAST = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';

/**
 * The texts as Oniguruma, Rust and Python's `regex` read them; `\s` is the Unicode property White_Space.
 *
 * Ours follows cl100k with three changes. Numbers are cut into at most two digits, which costs small vocabularies less.
 * Marks count as letters, so that a decomposed umlaut does not end its word. There is no alternative for English
 * contractions: `'s` is a word of its own without it, and with it `'Stück'` would be cut after its first letter.
 */
export const PATTERN_TEXTS = {
  expchat:
    '[^\\r\\n\\p{L}\\p{M}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}{1,2}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
  // https://github.com/openai/gpt-2/blob/master/src/encoder.py
  gpt2: "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  // https://github.com/openai/tiktoken/blob/main/tiktoken_ext/openai_public.py, cl100k and o200k
  cl100k: CL100K,
  o200k: [
    `[^\\r\\n\\p{L}\\p{N}]?${UPPER_FIRST}*${LOWER_LAST}+${CONTRACTIONS}?`,
    `[^\\r\\n\\p{L}\\p{N}]?${UPPER_FIRST}+${LOWER_LAST}*${CONTRACTIONS}?`,
    `\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
  ].join('|'),
  // https://github.com/meta-llama/llama3/blob/main/llama/tokenizer.py
  llama3: CL100K,
  // https://huggingface.co/Qwen/Qwen2-0.5B/blob/main/tokenizer.json
  qwen2: `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|${SYMBOLS_AND_SPACE}`,
} as const satisfies Record<PatternName, string>;

/** Other spellings of a known pattern that cut every text the same. */
const OTHER_SPELLINGS: ReadonlyMap<string, PatternName> = new Map([
  ["'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", 'gpt2'],
]);

/** The name of the pattern of this text, or undefined where it is none we know. */
export function patternNamed(text: string): PatternName | undefined {
  const names = Object.keys(PATTERN_TEXTS) as PatternName[];
  return names.find((name) => PATTERN_TEXTS[name] === text) ?? OTHER_SPELLINGS.get(text);
}

/**
 * A pattern as a JavaScript expression, the definition that tests hold the scanners to. `\s` in JavaScript would take
 * U+FEFF in and leave U+0085 out; an `i` for a part is spelt out, with the long s that folds to `s`.
 */
export function patternExpression(name: PatternName): RegExp {
  const source = PATTERN_TEXTS[name]
    .replaceAll('\\s', '\\p{White_Space}')
    .replaceAll('\\S', '\\P{White_Space}')
    .replaceAll(CONTRACTIONS, "(?:'[sSſ]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])");
  return new RegExp(source, 'gu');
}
