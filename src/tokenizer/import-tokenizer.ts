/**
 * Tokenizers of other people's models: finds out in which form one lies on the disk and reads it. It knows no algorithm.
 *
 * Forms: `tokenizer.json`; `vocab.json` + `merges.txt` or `encoder.json` + `vocab.bpe`, with `tokenizer_config.json` where
 * it is there; a rank file of tiktoken.
 */
import path from 'node:path';
import { ExpChatError, exists, factsOf, listDirectory, readBytes } from '../base/index.ts';
import { parseRankFile, parseTokenizerJson, parseVocabularyFiles, TOKENIZER_LIMITS } from '../formats/index.ts';
import { PATTERN_TEXTS, type PatternName } from './patterns.ts';
import { mergesFromRanks } from './rank-merges.ts';
import { loadTokenizer, TOKENIZER_CONFIG_FILE, TOKENIZER_FILE } from './store.ts';
import { Tokenizer } from './tokenizer.ts';

export interface ImportOptions {
  /** How text is cut into words, where the files do not say. Refused where they say something else. */
  readonly pattern?: PatternName;
  /** Special tokens by content that the files do not list, as rank files never do. */
  readonly specialTokens?: ReadonlyMap<string, number>;
}

/** What the classes of Hugging Face's library mean. */
const CLASSES: ReadonlyMap<string, { pattern: PatternName; normalizer?: 'NFC' }> = new Map([
  ['GPT2Tokenizer', { pattern: 'gpt2' }],
  ['GPT2TokenizerFast', { pattern: 'gpt2' }],
  ['Qwen2Tokenizer', { pattern: 'qwen2', normalizer: 'NFC' }],
  ['Qwen2TokenizerFast', { pattern: 'qwen2', normalizer: 'NFC' }],
] as const);

/** What the names of published rank files mean. */
const RANK_FILES: ReadonlyMap<string, PatternName> = new Map([
  ['r50k_base.tiktoken', 'gpt2'],
  ['p50k_base.tiktoken', 'gpt2'],
  ['cl100k_base.tiktoken', 'cl100k'],
  ['o200k_base.tiktoken', 'o200k'],
  ['qwen.tiktoken', 'qwen2'],
]);

const VOCABULARIES: ReadonlyMap<string, string> = new Map([
  ['vocab.json', 'merges.txt'],
  ['encoder.json', 'vocab.bpe'],
]);

/**
 * Reads the tokenizer in the folder or file `location`.
 *
 * Throws `tokenizer.not-recognised` where there is none of the forms, `tokenizer.pattern-needed` where neither the files
 * nor `options` say how text is cut, `tokenizer.damaged` where a file is damaged, `tokenizer.unsupported` where it is
 * sound but of another kind.
 */
export async function importTokenizer(location: string, options: ImportOptions = {}): Promise<Tokenizer> {
  const facts = await factsOf(location);
  const file = facts?.kind === 'directory' ? await fileIn(location) : location;
  const name = path.basename(file);
  const merges = VOCABULARIES.get(name);
  if (merges !== undefined) return importVocabulary(file, path.join(path.dirname(file), merges), options);
  if (!name.endsWith('.json')) return importRanks(file, options);
  const tokenizer =
    name === TOKENIZER_FILE
      ? await loadTokenizer(path.dirname(file))
      : new Tokenizer(parseTokenizerJson(await readTokenizerFile(file), file));
  expectPattern(file, tokenizer.pattern, options.pattern);
  return withSpecial(tokenizer, options, file);
}

/** Reads a file of a tokenizer; one too large for any is damaged or of another kind. */
function readTokenizerFile(file: string): Promise<Uint8Array> {
  return readBytes(file, TOKENIZER_LIMITS.fileBytes);
}

async function fileIn(directory: string): Promise<string> {
  const entries = (await listDirectory(directory)).filter((entry) => entry.kind !== 'directory');
  const names = new Set(entries.map((entry) => entry.name));
  if (names.has(TOKENIZER_FILE)) return path.join(directory, TOKENIZER_FILE);
  for (const [vocabulary, merges] of VOCABULARIES) {
    if (names.has(vocabulary) && names.has(merges)) return path.join(directory, vocabulary);
  }
  const ranks = [...names].filter((name) => name.endsWith('.tiktoken'));
  if (ranks.length === 1) return path.join(directory, ranks[0]!);
  throw new ExpChatError({
    code: 'tokenizer.not-recognised',
    kind: 'usage',
    message: `${directory}: expected tokenizer.json, vocab.json with merges.txt, encoder.json with vocab.bpe or one .tiktoken file, got ${ranks.length === 0 ? 'none' : `${ranks.length} .tiktoken files`}`,
    next: 'Name the file itself.',
    fields: { path: directory },
  });
}

async function importVocabulary(file: string, mergesFile: string, options: ImportOptions): Promise<Tokenizer> {
  const configFile = path.join(path.dirname(file), TOKENIZER_CONFIG_FILE);
  const config = (await exists(configFile)) ? await readTokenizerFile(configFile) : undefined;
  const content = parseVocabularyFiles(
    {
      vocabulary: await readTokenizerFile(file),
      merges: await readTokenizerFile(mergesFile),
      ...(config === undefined ? {} : { config }),
    },
    file,
  );
  const known = content.className === undefined ? undefined : CLASSES.get(content.className);
  // `encoder.json` is the name of GPT-2's own files alone.
  const named = known?.pattern ?? (path.basename(file) === 'encoder.json' ? 'gpt2' : undefined);
  const pattern = chosenPattern(file, named, options.pattern);
  const tokenizer = new Tokenizer(content.values(PATTERN_TEXTS[pattern], known?.normalizer));
  return withSpecial(tokenizer, options, file);
}

async function importRanks(file: string, options: ImportOptions): Promise<Tokenizer> {
  const tokens = parseRankFile(await readTokenizerFile(file), file);
  const pattern = chosenPattern(file, RANK_FILES.get(path.basename(file)), options.pattern);
  const { merges, complete } = mergesFromRanks(tokens, file);
  const values = { pattern: PATTERN_TEXTS[pattern], tokens, merges, specialTokens: new Map<string, number>() };
  // tiktoken takes a word that is a token as that token; where merging makes every token this changes nothing.
  return withSpecial(new Tokenizer(complete ? values : { ...values, ignoreMerges: true }), options, file);
}

function chosenPattern(file: string, found: PatternName | undefined, wanted: PatternName | undefined): PatternName {
  if (found !== undefined) {
    expectPattern(file, found, wanted);
    return found;
  }
  if (wanted !== undefined) return wanted;
  throw new ExpChatError({
    code: 'tokenizer.pattern-needed',
    kind: 'usage',
    message: `${file}: expected the name of the pattern that cuts text into words, which the file does not say`,
    next: `Name one of ${Object.keys(PATTERN_TEXTS).join(', ')}.`,
    fields: { path: file },
  });
}

function expectPattern(file: string, found: PatternName, wanted: PatternName | undefined): void {
  if (wanted === undefined || PATTERN_TEXTS[wanted] === PATTERN_TEXTS[found]) return;
  throw new ExpChatError({
    code: 'tokenizer.unsupported',
    kind: 'usage',
    message: `${file}: expected a tokenizer of the pattern ${wanted}, got one of ${found}`,
    next: 'Leave the pattern out: the files say it.',
    fields: { path: file, found, wanted },
  });
}

function withSpecial(tokenizer: Tokenizer, options: ImportOptions, file: string): Tokenizer {
  const tokens = options.specialTokens;
  return tokens === undefined || tokens.size === 0 ? tokenizer : tokenizer.withSpecialTokens(tokens, file);
}
