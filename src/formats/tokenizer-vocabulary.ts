/**
 * The older form of a byte-level BPE: `vocab.json` (or `encoder.json`) and `merges.txt` (or `vocab.bpe`), with the added
 * tokens in `tokenizer_config.json`. They are put together as a `tokenizer.json` is, so that one set of checks holds. It
 * knows no pattern.
 */
import { ExpChatError } from '../base/index.ts';
import { parseStrictJson, StrictJsonFault } from './strict-json.ts';
import { BYTE_ALPHABET, TOKENIZER_LIMITS, type TokenizerJson, tokenizerOf } from './tokenizer-json.ts';

export interface VocabularyFiles {
  readonly vocabulary: Uint8Array;
  readonly merges: Uint8Array;
  readonly config?: Uint8Array;
}

/** What stands in the files beside the tokens, for the caller to choose a pattern by. */
export interface VocabularyContent {
  /** The tokenizer with `pattern` and `normalizer` as they were given. */
  readonly values: (pattern: string, normalizer: 'NFC' | undefined) => TokenizerJson;
  /** `tokenizer_class` of the config, where it has one. */
  readonly className: string | undefined;
}

type JsonObject = Readonly<Record<string, unknown>>;

function damaged(where: string, expected: string): ExpChatError {
  return new ExpChatError({
    code: 'tokenizer.damaged',
    message: `${where}: expected ${expected}`,
    next: 'Take the files from their source again.',
    fields: { path: where },
  });
}

function objectIn(bytes: Uint8Array, where: string, name: string): JsonObject {
  if (bytes.byteLength > TOKENIZER_LIMITS.fileBytes) {
    throw damaged(where, `at most ${TOKENIZER_LIMITS.fileBytes} bytes of ${name}, got ${bytes.byteLength}`);
  }
  let value: unknown;
  try {
    value = parseStrictJson(bytes, { maxDepth: TOKENIZER_LIMITS.depth });
  } catch (error) {
    if (!(error instanceof StrictJsonFault)) throw error;
    throw damaged(where, `JSON in ${name}, got ${error.message} (character ${error.at})`);
  }
  return asObject(value, where, name);
}

function asObject(value: unknown, where: string, name: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw damaged(where, `an object in ${name}`);
}

/** One merge a line; a first line that begins with `#version` is none. */
function mergeLines(bytes: Uint8Array, where: string): string[] {
  if (bytes.byteLength > TOKENIZER_LIMITS.fileBytes) {
    throw damaged(where, `at most ${TOKENIZER_LIMITS.fileBytes} bytes of merges, got ${bytes.byteLength}`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw damaged(where, 'merges in UTF-8');
  }
  const lines = text.split('\n', TOKENIZER_LIMITS.vocabularySize + 3);
  if (lines.at(-1) === '') lines.pop();
  if (lines[0]?.startsWith('#version')) lines.shift();
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

/** `added_tokens_decoder` as `added_tokens` of a `tokenizer.json`. */
function addedTokensIn(config: JsonObject, where: string): JsonObject[] {
  const decoder = config['added_tokens_decoder'] ?? {};
  return Object.entries(asObject(decoder, where, 'added_tokens_decoder')).map(([key, entry]) => {
    const id = /^(?:0|[1-9]\d{0,6})$/.test(key) ? Number(key) : -1;
    return { ...asObject(entry, where, 'added_tokens_decoder'), id };
  });
}

/** Tokens that are no byte and that no merge makes: no text becomes them, so they are special. */
function unreachableTokens(vocabulary: JsonObject, merges: readonly string[]): JsonObject[] {
  const reachable = new Set<string>(BYTE_ALPHABET);
  for (const merge of merges) reachable.add(merge.replace(' ', ''));
  return Object.keys(vocabulary)
    .filter((name) => !reachable.has(name))
    .map((content) => ({ content, id: vocabulary[content], special: true }));
}

/** Reads the files of one tokenizer; `where` names them in messages. Throws `tokenizer.damaged`, `tokenizer.unsupported`. */
export function parseVocabularyFiles(files: VocabularyFiles, where: string): VocabularyContent {
  const vocabulary = objectIn(files.vocabulary, where, 'the vocabulary');
  const merges = mergeLines(files.merges, where);
  const config = files.config === undefined ? {} : objectIn(files.config, where, 'tokenizer_config.json');
  if (config['add_prefix_space'] === true) {
    throw new ExpChatError({
      code: 'tokenizer.unsupported',
      kind: 'refused',
      message: `${where}: expected a tokenizer that adds no blank before a text, got add_prefix_space: true`,
      fields: { path: where },
    });
  }
  const added = addedTokensIn(config, where);
  const known = new Set(added.map((token) => token['content']));
  for (const token of unreachableTokens(vocabulary, merges)) if (!known.has(token['content'])) added.push(token);
  const split = (pattern: string) => ({ type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated' });
  const className = config['tokenizer_class'];
  return {
    values: (pattern, normalizer) =>
      tokenizerOf(
        {
          added_tokens: added,
          normalizer: normalizer === undefined ? null : { type: normalizer },
          pre_tokenizer: { type: 'Sequence', pretokenizers: [split(pattern), { type: 'ByteLevel', use_regex: false }] },
          decoder: { type: 'ByteLevel' },
          model: { type: 'BPE', vocab: vocabulary, merges },
        },
        where,
      ),
    className: typeof className === 'string' ? className : undefined,
  };
}
