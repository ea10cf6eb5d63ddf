/**
 * The older form of a byte-level BPE: `vocab.json` (or `encoder.json`) and `merges.txt` (or `vocab.bpe`), with the added
 * tokens in `tokenizer_config.json`. They are put together as a `tokenizer.json` is, so that one set of checks holds. It
 * knows no pattern.
 */
import { ExpChatError } from '../base/index.ts';
import { checkUtf8, parseStrictJson, StrictJsonFault } from './strict-json.ts';
import { BYTE_ALPHABET, TOKENIZER_LIMITS, type TokenizerJson, tokenizerOf } from './tokenizer-json.ts';
import { type NamedIds, type PairSource, readNamedIds } from './vocabulary-json.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BLANK = 0x20;

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
  expectSize(bytes, where, name);
  let value: unknown;
  try {
    value = parseStrictJson(bytes, { maxDepth: TOKENIZER_LIMITS.depth });
  } catch (error) {
    if (!(error instanceof StrictJsonFault)) throw error;
    throw damaged(where, `JSON in ${name}, got ${error.message} (character ${error.at})`);
  }
  return asObject(value, where, name);
}

function vocabularyIn(bytes: Uint8Array, where: string): NamedIds {
  expectSize(bytes, where, 'the vocabulary');
  try {
    checkUtf8(bytes);
    return readNamedIds(bytes);
  } catch (error) {
    if (!(error instanceof StrictJsonFault)) throw error;
    throw damaged(where, `an object of JSON in the vocabulary, got ${error.message} (byte ${error.at})`);
  }
}

function asObject(value: unknown, where: string, name: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw damaged(where, `an object in ${name}`);
}

/** The pairs of a file with one a line; a first line that begins with `#version` is none. */
function pairsInLines(bytes: Uint8Array, where: string): PairSource {
  expectSize(bytes, where, 'merges');
  expectText(bytes, where, 'merges');
  const title = new TextEncoder().encode('#version');
  const hasTitle = title.every((byte, at) => bytes[at] === byte);
  const newline = bytes.indexOf(NEWLINE);
  const first = !hasTitle ? 0 : newline === -1 ? bytes.length : newline + 1;
  return (take) => {
    let line = new Uint8Array(256);
    for (let start = first; start < bytes.length; ) {
      let end = start;
      while (end < bytes.length && bytes[end] !== NEWLINE) end++;
      const next = end + 1;
      if (end > start && bytes[end - 1] === RETURN) end--;
      if (end - start > line.length) line = new Uint8Array((end - start) * 2);
      let leftEnd = -1;
      for (let at = start; at < end; at++) {
        line[at - start] = bytes[at]!;
        if (leftEnd === -1 && bytes[at] === BLANK) leftEnd = at - start;
      }
      take(line, leftEnd, leftEnd + 1, end - start);
      start = next;
    }
  };
}

function expectSize(bytes: Uint8Array, where: string, name: string): void {
  if (bytes.byteLength <= TOKENIZER_LIMITS.fileBytes) return;
  throw damaged(where, `at most ${TOKENIZER_LIMITS.fileBytes} bytes of ${name}, got ${bytes.byteLength}`);
}

function expectText(bytes: Uint8Array, where: string, name: string): void {
  try {
    checkUtf8(bytes);
  } catch (error) {
    if (!(error instanceof StrictJsonFault)) throw error;
    throw damaged(where, `${name} in UTF-8`);
  }
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
function unreachableTokens(vocabulary: NamedIds, pairs: PairSource): JsonObject[] {
  const { names, ids } = vocabulary;
  const reachable = new Uint8Array(names.size);
  const reach = (bytes: Uint8Array, length: number) => {
    const index = names.find(bytes, 0, length);
    if (index !== -1) reachable[index] = 1;
  };
  for (const character of BYTE_ALPHABET) {
    const bytes = new TextEncoder().encode(character);
    reach(bytes, bytes.length);
  }
  const joined = new Uint8Array(TOKENIZER_LIMITS.tokenBytes * 2);
  pairs((bytes, leftEnd, rightStart, end) => {
    if (leftEnd < 0 || end > joined.length) return;
    for (let at = 0; at < leftEnd; at++) joined[at] = bytes[at]!;
    for (let at = rightStart; at < end; at++) joined[at - 1] = bytes[at]!;
    reach(joined, end - 1);
  });
  const found: JsonObject[] = [];
  // One more than there may be is enough to have all refused.
  for (let index = 0; index < names.size && found.length <= TOKENIZER_LIMITS.specialTokens; index++) {
    if (reachable[index] === 1) continue;
    const bytes = names.pool.subarray(names.offsets[index]!, names.offsets[index + 1]!);
    found.push({ content: new TextDecoder().decode(bytes), id: ids[index]!, special: true });
  }
  return found;
}

/** Reads the files of one tokenizer; `where` names them in messages. Throws `tokenizer.damaged`, `tokenizer.unsupported`. */
export function parseVocabularyFiles(files: VocabularyFiles, where: string): VocabularyContent {
  const vocabulary = vocabularyIn(files.vocabulary, where);
  const merges = pairsInLines(files.merges, where);
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
          model: { type: 'BPE' },
        },
        { vocabulary: () => vocabulary, merges },
        where,
      ),
    className: typeof className === 'string' ? className : undefined,
  };
}
