/**
 * `tokenizer.json` of Hugging Face's tokenizers (version 1.0) for a byte-level BPE: bytes <-> values, every number and
 * name bounded, anything that would be read differently by two programs refused. It knows no algorithm: neither how a
 * pattern splits nor how merges apply.
 */
import { ExpChatError } from '../base/index.ts';
import { checkUtf8, parseStrictJson, StrictJsonFault } from './strict-json.ts';
import { type NamedIds, type PairSource, pairsIn, readNamedIds, type Span, spansOf } from './vocabulary-json.ts';

export interface TokenizerJson {
  /** The pattern of the `Split` pre-tokenizer, as written in the file; GPT-2's where `ByteLevel` splits by itself. */
  readonly pattern: string;
  /**
   * Bytes of each token by id; empty for a special token and for an id without a token, of which there are some above the
   * other ones in published files. A visible added token has the bytes of its content.
   */
  readonly tokens: readonly Uint8Array[];
  /** Merges by rank, as three ids each: left, right, merged. */
  readonly merges: Uint32Array;
  /** Content to id of the added tokens, in the order of the file. */
  readonly specialTokens: ReadonlyMap<string, number>;
  /** Ids of the added tokens that the file does not call special: decoding shows their text. Absent where none. */
  readonly visibleIds?: ReadonlySet<number>;
  /** Text is brought into this normal form before it is split. Absent where it is not. */
  readonly normalizer?: 'NFC';
  /** True where a word that is a token becomes that token, whatever its merges give. Absent where not. */
  readonly ignoreMerges?: true;
  /** What other programs put around the ids of a text, as JSON; kept, not applied. Absent where nothing. */
  readonly postProcessor?: unknown;
}

/** Wide enough for every published byte-level tokenizer (o200k: 200,019 tokens, longest 128 bytes; file 28 MB). */
export const TOKENIZER_LIMITS = {
  fileBytes: 64 * 2 ** 20,
  vocabularySize: 2 ** 20,
  tokenBytes: 4096,
  specialTokens: 4096,
  specialTokenLength: 256,
  depth: 16,
} as const;

const NO_BYTES = new Uint8Array(0);

/** The pattern that a `ByteLevel` pre-tokenizer splits by where it does not say otherwise: GPT-2's. */
const BYTE_LEVEL_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** GPT-2's alphabet: a printable character for each byte, so that any byte string is a JSON key without escapes. */
export const BYTE_ALPHABET: readonly string[] = (() => {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

/** Byte of each character of the alphabet plus one; 0 for a character outside it. All are below U+0144. */
const BYTE_OF_CHARACTER = (() => {
  const table = new Uint16Array(0x144);
  for (let byte = 0; byte < 256; byte++) table[BYTE_ALPHABET[byte]!.charCodeAt(0)] = byte + 1;
  return table;
})();

export function bytesToAlphabet(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += BYTE_ALPHABET[byte]!;
  return text;
}

/** Writes the bytes of a name in UTF-8 into `pool` from `to` on; how many they are, or 0 where the name is none. */
function alphabetToBytes(names: Uint8Array, start: number, end: number, pool: Uint8Array, to: number): number {
  let at = to;
  for (let i = start; i < end; i++) {
    const lead = names[i]!;
    // The alphabet has characters of one and of two bytes.
    const code = lead < 0x80 ? lead : lead >= 0xc0 && lead < 0xe0 ? ((lead & 0x1f) << 6) | (names[++i]! & 0x3f) : 0;
    const entry = BYTE_OF_CHARACTER[code];
    if (entry === undefined || entry === 0) return 0;
    pool[at++] = entry - 1;
  }
  return at - to;
}

/** Pairs of ids that were there. */
class Pairs {
  readonly #mask: number;
  readonly #slots: Int32Array;

  constructor(most: number) {
    let slots = 16;
    while (slots < most * 2) slots *= 2;
    this.#mask = slots - 1;
    this.#slots = new Int32Array(slots * 2).fill(-1);
  }

  /** False where the pair was there. */
  add(left: number, right: number): boolean {
    const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    for (let slot = hash ^ (hash >>> 15); ; slot++) {
      const at = (slot & this.#mask) << 1;
      if (this.#slots[at] === -1) {
        this.#slots[at] = left;
        this.#slots[at + 1] = right;
        return true;
      }
      if (this.#slots[at] === left && this.#slots[at + 1] === right) return false;
    }
  }
}

/** Reads one file; holds its name for the messages. */
class Reader {
  readonly #where: string;

  constructor(where: string) {
    this.#where = where;
  }

  damaged(expected: string, fields: Record<string, unknown> = {}): ExpChatError {
    return new ExpChatError({
      code: 'tokenizer.damaged',
      message: `${this.#where}: expected ${expected}`,
      next: 'Train the tokenizer again or take the file from a copy.',
      fields: { path: this.#where, ...fields },
    });
  }

  unsupported(what: string): ExpChatError {
    return new ExpChatError({
      code: 'tokenizer.unsupported',
      kind: 'refused',
      message: `${this.#where}: expected a byte-level BPE tokenizer, got ${what}`,
      fields: { path: this.#where },
    });
  }

  object(value: unknown, name: string): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.damaged(`an object at "${name}"`);
    }
    return value as Record<string, unknown>;
  }

  array(value: unknown, name: string, limit: number): readonly unknown[] {
    if (!Array.isArray(value)) throw this.damaged(`a list at "${name}"`);
    if (value.length > limit) throw this.damaged(`at most ${limit} entries at "${name}", got ${value.length}`);
    return value;
  }

  id(value: unknown, name: string): number {
    if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) >= TOKENIZER_LIMITS.vocabularySize) {
      throw this.damaged(`an id from 0 to ${TOKENIZER_LIMITS.vocabularySize - 1} at ${name}`);
    }
    return value as number;
  }

  /** Throws where `holder[key]` is present and none of `allowed`. */
  only(holder: Readonly<Record<string, unknown>>, key: string, ...allowed: readonly unknown[]): void {
    const value = Object.hasOwn(holder, key) ? holder[key] : undefined;
    if (value === undefined || value === null || allowed.includes(value)) return;
    throw this.unsupported(`"${key}": ${JSON.stringify(value).slice(0, 80)}`);
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

function readPattern(reader: Reader, root: JsonObject): string {
  const splitter = reader.object(root['pre_tokenizer'], 'pre_tokenizer');
  if (splitter['type'] === 'ByteLevel') {
    reader.only(splitter, 'add_prefix_space', false);
    reader.only(splitter, 'use_regex', true);
    return BYTE_LEVEL_PATTERN;
  }
  reader.only(splitter, 'type', 'Sequence');
  const parts = reader.array(splitter['pretokenizers'], 'pre_tokenizer.pretokenizers', 2);
  const split = reader.object(parts[0], 'pre_tokenizer.pretokenizers[0]');
  const byteLevel = reader.object(parts[1], 'pre_tokenizer.pretokenizers[1]');
  if (split['type'] !== 'Split' || byteLevel['type'] !== 'ByteLevel') {
    throw reader.unsupported('pre-tokenizers other than Split and ByteLevel');
  }
  // To remove what is not a word is the same where the pattern leaves nothing out, as all that are known here do.
  const removesRest = split['behavior'] === 'Removed' && split['invert'] === true;
  if (!removesRest) {
    reader.only(split, 'behavior', 'Isolated');
    reader.only(split, 'invert', false);
  }
  reader.only(byteLevel, 'add_prefix_space', false);
  if (byteLevel['use_regex'] !== false) throw reader.unsupported('a ByteLevel pre-tokenizer with a pattern of its own');
  const pattern = reader.object(split['pattern'], 'Split.pattern')['Regex'];
  if (typeof pattern !== 'string' || pattern.length > 4096) throw reader.damaged('a pattern at "Split.pattern.Regex"');
  return pattern;
}

function readNormalizer(reader: Reader, root: JsonObject): 'NFC' | undefined {
  if (root['normalizer'] === undefined || root['normalizer'] === null) return undefined;
  reader.only(reader.object(root['normalizer'], 'normalizer'), 'type', 'NFC');
  return 'NFC';
}

/** A post-processor that adds tokens around a text, as it is; undefined where it changes nothing. */
function readPostProcessor(reader: Reader, root: JsonObject): unknown {
  const value = root['post_processor'];
  if (value === undefined || value === null) return undefined;
  const processor = reader.object(value, 'post_processor');
  const parts =
    processor['type'] === 'Sequence'
      ? reader.array(processor['processors'], 'post_processor.processors', 16)
      : [processor];
  let changes = false;
  for (const part of parts) {
    const holder = reader.object(part, 'post_processor.processors[]');
    if (holder['type'] === 'TemplateProcessing') changes = true;
    else reader.only(holder, 'type', 'ByteLevel');
  }
  return changes ? value : undefined;
}

interface AddedTokens {
  readonly ids: Map<string, number>;
  readonly visibleIds: Set<number>;
}

function readAddedTokens(reader: Reader, root: JsonObject, normalizer: 'NFC' | undefined): AddedTokens {
  const ids = new Map<string, number>();
  const taken = new Set<number>();
  const visibleIds = new Set<number>();
  for (const entry of reader.array(root['added_tokens'], 'added_tokens', TOKENIZER_LIMITS.specialTokens)) {
    const token = reader.object(entry, 'added_tokens[]');
    const content = token['content'];
    if (typeof content !== 'string' || content === '' || content.length > TOKENIZER_LIMITS.specialTokenLength) {
      throw reader.damaged(`1 to ${TOKENIZER_LIMITS.specialTokenLength} characters as content of each added token`);
    }
    if (!content.isWellFormed()) throw reader.damaged('added tokens without half surrogate pairs');
    if (typeof token['special'] !== 'boolean') throw reader.damaged(`true or false as "special" of "${content}"`);
    for (const flag of ['single_word', 'lstrip', 'rstrip']) reader.only(token, flag, false);
    if (normalizer !== undefined) reader.only(token, 'normalized', false);
    else reader.only(token, 'normalized', false, true);
    const id = reader.id(token['id'], 'added_tokens[].id');
    if (ids.has(content) || taken.has(id)) throw reader.damaged(`each added token once, got "${content}" (${id})`);
    ids.set(content, id);
    taken.add(id);
    if (!token['special']) visibleIds.add(id);
  }
  return { ids, visibleIds };
}

/** The names in `vocabulary` that are no added tokens, by index: 1. */
function ordinaryNames(reader: Reader, vocabulary: NamedIds, added: AddedTokens): Uint8Array {
  const { names, ids } = vocabulary;
  const ordinary = new Uint8Array(names.size).fill(1);
  for (const [content, id] of added.ids) {
    const name = new TextEncoder().encode(content);
    const index = names.find(name, 0, name.length);
    if (index === -1) continue;
    if (ids[index] !== id) throw reader.damaged(`one id for the added token "${content}"`);
    ordinary[index] = 0;
  }
  return ordinary;
}

/** Checked tokens of a vocabulary, each at its id. `added` ids stand in no vocabulary entry. */
function readTokens(reader: Reader, vocabulary: NamedIds, ordinary: Uint8Array, added: AddedTokens): Uint8Array[] {
  const { names, ids } = vocabulary;
  if (names.size > TOKENIZER_LIMITS.vocabularySize) {
    throw reader.damaged(`at most ${TOKENIZER_LIMITS.vocabularySize} tokens, got ${names.size}`);
  }
  const tokens: (Uint8Array | undefined)[] = [];
  const place = (id: number, bytes: Uint8Array) => {
    while (tokens.length <= id) tokens.push(undefined);
    if (tokens[id] !== undefined) throw reader.damaged(`each id once, got ${id} twice`);
    tokens[id] = bytes;
  };
  const single = new Uint8Array(256);
  const written = names.pool;
  const { offsets } = names;
  // One piece of memory for all: a hundred thousand small ones take several times their size.
  const pool = new Uint8Array(written.length);
  let used = 0;
  for (let index = 0; index < names.size; index++) {
    const id = reader.id(ids[index], 'model.vocab');
    if (ordinary[index] === 0) continue;
    const start = offsets[index]!;
    const end = offsets[index + 1]!;
    const length = alphabetToBytes(written, start, end, pool, used);
    if (length === 0 || length > TOKENIZER_LIMITS.tokenBytes) {
      const name = new TextDecoder().decode(written.subarray(start, end)).slice(0, 80);
      const limit = TOKENIZER_LIMITS.tokenBytes;
      throw reader.damaged(`tokens of 1 to ${limit} characters of the byte alphabet, got ${JSON.stringify(name)}`);
    }
    if (length === 1) single[pool[used]!] = 1;
    place(id, pool.subarray(used, used + length));
    used += length;
  }
  const count = tokens.length;
  for (const [content, id] of added.ids) {
    place(id, added.visibleIds.has(id) ? new TextEncoder().encode(content) : NO_BYTES);
  }
  // Above the ordinary tokens an id may stay free; one below them is a token that was lost.
  const lost = tokens.indexOf(undefined);
  if (lost !== -1 && lost < count) throw reader.damaged(`a token for each id below ${count}, got none for ${lost}`);
  if (tokens.length - count > 2 * TOKENIZER_LIMITS.specialTokens) {
    throw reader.damaged(`added tokens near the others, got the id ${tokens.length - 1}`);
  }
  const missing = single.indexOf(0);
  if (missing !== -1) throw reader.damaged(`a token for each of the 256 bytes, got none for byte ${missing}`);
  for (let id = 0; id < tokens.length; id++) tokens[id] ??= NO_BYTES;
  return tokens as Uint8Array[];
}

function readMerges(reader: Reader, pairs: PairSource, vocabulary: NamedIds, ordinary: Uint8Array): Uint32Array {
  const { names, ids } = vocabulary;
  const most = TOKENIZER_LIMITS.vocabularySize;
  let merges = new Uint32Array(names.size * 3);
  let seen = new Pairs(names.size);
  let rank = 0;
  const joined = new Uint8Array(TOKENIZER_LIMITS.tokenBytes * 2);
  const idOf = (bytes: Uint8Array, start: number, end: number): number => {
    const index = names.find(bytes, start, end);
    return index === -1 || ordinary[index] === 0 ? -1 : ids[index]!;
  };
  pairs((bytes, leftEnd, rightStart, end) => {
    if (rank === most) throw reader.damaged(`at most ${most} entries at "model.merges", got more`);
    let blanks = leftEnd < 0 ? 1 : 0;
    if (rightStart !== leftEnd) for (let i = rightStart; i < end; i++) if (bytes[i] === 0x20) blanks++;
    if (blanks > 0) throw reader.damaged(`two tokens in merge ${rank}`);
    const left = idOf(bytes, 0, leftEnd);
    const right = idOf(bytes, rightStart, end);
    const length = leftEnd + end - rightStart;
    let merged = -1;
    if (left !== -1 && right !== -1 && length <= joined.length) {
      for (let i = 0; i < leftEnd; i++) joined[i] = bytes[i]!;
      for (let i = rightStart; i < end; i++) joined[leftEnd + i - rightStart] = bytes[i]!;
      merged = idOf(joined, 0, length);
    }
    if (merged === -1) {
      throw reader.damaged(`merge ${rank} to join two tokens of the vocabulary into a third`, { rank });
    }
    if (rank * 3 === merges.length) {
      const larger = new Uint32Array(merges.length * 2);
      larger.set(merges);
      merges = larger;
      seen = new Pairs(rank * 2);
      for (let at = 0; at < rank; at++) seen.add(merges[at * 3]!, merges[at * 3 + 1]!);
    }
    if (!seen.add(left, right)) throw reader.damaged(`each merge once, got merge ${rank} again`, { rank });
    merges[rank * 3] = left;
    merges[rank * 3 + 1] = right;
    merges[rank * 3 + 2] = merged;
    rank++;
  });
  return merges.slice(0, rank * 3);
}

/**
 * Reads a `tokenizer.json`. `where` names the file in messages.
 * Throws `tokenizer.damaged` where the file is no such file or does not hold together, `tokenizer.unsupported` where it
 * is sound but of another kind.
 */
export function parseTokenizerJson(bytes: Uint8Array, where: string): TokenizerJson {
  const reader = new Reader(where);
  if (bytes.byteLength > TOKENIZER_LIMITS.fileBytes) {
    throw reader.damaged(`at most ${TOKENIZER_LIMITS.fileBytes} bytes, got ${bytes.byteLength}`);
  }
  try {
    checkUtf8(bytes);
    // The two large parts are read from the bytes; what is left is small.
    const spans = spansOf(bytes, 'model', ['vocab', 'merges']);
    const large = [...spans.values()].sort((a, b) => a.start - b.start);
    const value = parseStrictJson(without(bytes, large), { maxDepth: TOKENIZER_LIMITS.depth });
    const vocabulary = spans.get('vocab');
    const merges = spans.get('merges');
    if (vocabulary === undefined || merges === undefined) throw reader.damaged('"vocab" and "merges" at "model"');
    const parts = {
      vocabulary: () => readNamedIds(bytes, vocabulary.start, vocabulary.end),
      merges: pairsIn(bytes, merges.start, merges.end),
    };
    return tokenizerOf(value, parts, where);
  } catch (error) {
    if (!(error instanceof StrictJsonFault)) throw error;
    throw reader.damaged(`a tokenizer.json, got ${error.message} (byte ${error.at})`, { at: error.at });
  }
}

/** The bytes with `null` in the place of each span. */
function without(bytes: Uint8Array, spans: readonly Span[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const { start, end } of spans) {
    parts.push(bytes.subarray(from, start), new TextEncoder().encode('null'));
    from = end;
  }
  parts.push(bytes.subarray(from));
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** The large parts of a tokenizer; each is read when its turn comes, and may throw `StrictJsonFault`. */
export interface LargeParts {
  readonly vocabulary: () => NamedIds;
  readonly merges: PairSource;
}

/**
 * The same checks and the same values for a `tokenizer.json` that is already a value, its two large parts apart. Throws
 * as `parseTokenizerJson` does, and what reading the parts throws.
 */
export function tokenizerOf(value: unknown, parts: LargeParts, where: string): TokenizerJson {
  const reader = new Reader(where);
  const root = reader.object(value, 'the top');
  const model = reader.object(root['model'], 'model');
  if (model['type'] !== 'BPE') throw reader.unsupported(`a model of type ${JSON.stringify(model['type'])}`);
  reader.only(root, 'version', '1.0');
  for (const key of ['truncation', 'padding']) reader.only(root, key);
  for (const key of ['dropout', 'unk_token']) reader.only(model, key);
  for (const key of ['continuing_subword_prefix', 'end_of_word_suffix']) reader.only(model, key, '');
  for (const key of ['fuse_unk', 'byte_fallback']) reader.only(model, key, false);
  reader.only(model, 'ignore_merges', false, true);
  if (reader.object(root['decoder'], 'decoder')['type'] !== 'ByteLevel') throw reader.unsupported('another decoder');
  const pattern = readPattern(reader, root);
  const normalizer = readNormalizer(reader, root);
  const postProcessor = readPostProcessor(reader, root);
  const added = readAddedTokens(reader, root, normalizer);
  const vocabulary = parts.vocabulary();
  const ordinary = ordinaryNames(reader, vocabulary, added);
  const tokens = readTokens(reader, vocabulary, ordinary, added);
  return {
    pattern,
    tokens,
    merges: readMerges(reader, parts.merges, vocabulary, ordinary),
    specialTokens: added.ids,
    ...(added.visibleIds.size > 0 ? { visibleIds: added.visibleIds } : {}),
    ...(normalizer === undefined ? {} : { normalizer }),
    ...(model['ignore_merges'] === true ? { ignoreMerges: true } : {}),
    ...(postProcessor === undefined ? {} : { postProcessor }),
  };
}

/** The canonical text of a tokenizer: the same values give the same bytes. Reading it gives the values back. */
export function renderTokenizerJson(values: TokenizerJson): string {
  const addedIds = new Set(values.specialTokens.values());
  const names = values.tokens.map((bytes, id) => (addedIds.has(id) ? '' : bytesToAlphabet(bytes)));
  const special = [...values.specialTokens].map(([content, id]) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: values.visibleIds?.has(id) !== true,
  }));
  // Written by hand, because an object of JavaScript would put the keys that look like numbers first.
  const vocabulary: string[] = [];
  for (const [id, name] of names.entries()) if (name !== '') vocabulary.push(`      ${JSON.stringify(name)}: ${id}`);
  const merges: string[] = [];
  for (let at = 0; at < values.merges.length; at += 3) {
    merges.push(`      ${JSON.stringify(`${names[values.merges[at]!]} ${names[values.merges[at + 1]!]}`)}`);
  }
  const split = { type: 'Split', pattern: { Regex: values.pattern }, behavior: 'Isolated', invert: false };
  const toBytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  return `{
  "version": "1.0",
  "truncation": null,
  "padding": null,
  "added_tokens": ${JSON.stringify(special)},
  "normalizer": ${JSON.stringify(values.normalizer === undefined ? null : { type: values.normalizer })},
  "pre_tokenizer": ${JSON.stringify({ type: 'Sequence', pretokenizers: [split, toBytes] })},
  "post_processor": ${JSON.stringify(values.postProcessor ?? null)},
  "decoder": ${JSON.stringify({ type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false })},
  "model": {
    "type": "BPE",
    "dropout": null,
    "unk_token": null,
    "continuing_subword_prefix": null,
    "end_of_word_suffix": null,
    "fuse_unk": false,
    "byte_fallback": false,
    "ignore_merges": ${values.ignoreMerges === true},
    "vocab": {
${vocabulary.join(',\n')}
    },
    "merges": [${merges.length === 0 ? '' : `\n${merges.join(',\n')}\n    `}]
  }
}
`;
}
