/**
 * The tokenizer: text and bytes to ids and back. It knows nothing of files, training or dialogues.
 *
 * Rules: every byte string has ids and comes back from them unchanged. Half a surrogate pair in a JavaScript string is
 * encoded as U+FFFD, as `TextEncoder` does. Where an imported tokenizer has a normal form, text is brought into it and
 * bytes are not. The text of a special token is ordinary text unless the caller allows that
 * token by name, so what a user types can not become one.
 */
import { ExpChatError, sha256OfBytes } from '../base/index.ts';
import { renderTokenizerJson, type TokenizerJson } from '../formats/index.ts';
import { withAddedTokens } from './added-tokens.ts';
import { Encoder } from './encoder.ts';
import { latin1Of } from './latin1.ts';
import { MergeTable } from './merge-table.ts';
import { PATTERN_TEXTS, type PatternName, patternNamed } from './patterns.ts';
import { WORD_ENDS } from './pre-split.ts';

/** Padding, begin of a document, end of a turn or document, and the roles, in the order of their ids. */
export const SPECIAL_TOKENS = ['<|pad|>', '<|bos|>', '<|end|>', '<|system|>', '<|user|>', '<|assistant|>'] as const;

/** Which special tokens `encode` finds in a text; `'none'` is the default. */
export type AllowedSpecial = 'none' | 'all' | ReadonlySet<string>;

export interface EncodeOptions {
  readonly allowedSpecial?: AllowedSpecial;
}

/** Decodes ids one at a time; what `push` and `end` return, joined, is what `decode` gives. */
export interface StreamDecoder {
  /** The characters completed by this token; never half of one. Special tokens give none. */
  push(id: number): string;
  /** What is left: U+FFFD where the last character is not complete. The decoder then begins anew. */
  end(): string;
}

/** What a training saw, for the record. */
export interface TrainingSummary {
  readonly requestedVocabularySize: number;
  /** True where no pair was frequent enough any more, so that the vocabulary is smaller than requested. */
  readonly stoppedEarly: boolean;
  readonly documents: number;
  readonly bytes: number;
  readonly words: number;
  readonly distinctWords: number;
  readonly merges: number;
}

const textEncoder = new TextEncoder();
/** Texts up to this length are encoded into one buffer that is kept. */
const KEPT_CHARACTERS = 2 ** 16;
/** Ids of up to this many bytes, were all of them the longest token, are decoded in a buffer that is kept. */
const KEPT_DECODED = 2 ** 19;

export class Tokenizer {
  /** Bytes, merges and special tokens together; ids are 0 .. vocabularySize - 1. */
  readonly vocabularySize: number;
  readonly specialTokens: ReadonlyMap<string, number>;
  /** The rule by which text is cut into words. */
  readonly pattern: PatternName;
  /** Present where this tokenizer was trained just now, not loaded. */
  readonly training: TrainingSummary | undefined;
  readonly #values: TokenizerJson;
  readonly #encoder: Encoder;
  readonly #specialIds: ReadonlySet<number>;
  /** Bytes of token `id` are `#pool[#offsets[id] .. #offsets[id + 1])`. */
  readonly #pool: Uint8Array;
  readonly #offsets: Uint32Array;
  /** Bytes of the longest token. */
  readonly #longest: number;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #decoded: Uint8Array | undefined;
  readonly #buffer = new Uint8Array(KEPT_CHARACTERS * 3);
  #hash: string | undefined;

  /** `values` as `parseTokenizerJson` checks them. Throws `tokenizer.unsupported` for a pattern that is not known here. */
  constructor(values: TokenizerJson, training?: TrainingSummary) {
    this.pattern = knownPattern(values.pattern);
    this.#values = values;
    this.vocabularySize = values.tokens.length;
    this.specialTokens = new Map(values.specialTokens);
    this.training = training;
    this.#specialIds = new Set(values.specialTokens.values());
    this.#offsets = new Uint32Array(values.tokens.length + 1);
    const byteIds = new Uint32Array(256);
    // Plain loops: an object for each of a hundred thousand tokens is more memory than the tokens.
    const { tokens } = values;
    let longest = 0;
    for (let id = 0; id < tokens.length; id++) {
      const bytes = tokens[id]!;
      this.#offsets[id + 1] = this.#offsets[id]! + bytes.length;
      if (bytes.length > longest) longest = bytes.length;
      if (bytes.length === 1 && !this.#specialIds.has(id)) byteIds[bytes[0]!] = id;
    }
    this.#longest = longest;
    this.#pool = new Uint8Array(this.#offsets[tokens.length]!);
    for (let id = 0; id < tokens.length; id++) this.#pool.set(tokens[id]!, this.#offsets[id]!);
    this.#encoder = new Encoder({
      merges: MergeTable.of(values.merges),
      tokens: values.tokens,
      byteIds,
      wordEnd: WORD_ENDS[this.pattern],
      wholeWords: values.ignoreMerges === true ? this.#wholeWords() : undefined,
    });
  }

  /** SHA-256 of the canonical `tokenizer.json`, hexadecimal: equal for equal tokenizers. */
  get hash(): string {
    this.#hash ??= sha256OfBytes(this.toJson());
    return this.#hash;
  }

  /** The canonical `tokenizer.json`. */
  toJson(): string {
    return renderTokenizerJson(this.#values);
  }

  /**
   * This tokenizer with more special tokens; every id there was stays as it is. `added`: contents, which get the next
   * free ids in their order, or ids by content, which must be free. Throws `tokenizer.special-tokens`.
   */
  withSpecialTokens(added: readonly string[] | ReadonlyMap<string, number>, where = 'tokenizer'): Tokenizer {
    return new Tokenizer(withAddedTokens(this.#values, added, where));
  }

  /** The special tokens by name that `allowed` means. Throws `tokenizer.no-such-special`. */
  allowedTokens(allowed: AllowedSpecial): string[] {
    if (allowed === 'none') return [];
    if (allowed === 'all') return [...this.specialTokens.keys()];
    for (const token of allowed) this.specialId(token);
    return [...allowed];
  }

  /** What the tokenizer is made of, as `tokenizer.json` holds it. */
  get values(): TokenizerJson {
    return this.#values;
  }

  /** Ids of `text`. Throws `tokenizer.no-such-special` where `allowedSpecial` names a token there is none of. */
  encode(text: string, options: EncodeOptions = {}): Uint32Array {
    const allowed = this.allowedTokens(options.allowedSpecial ?? 'none');
    this.#encoder.take(); // Empties what an error may have left.
    let done = 0;
    if (allowed.length > 0) {
      for (const match of text.matchAll(expressionOf(allowed))) {
        this.#append(text.slice(done, match.index));
        this.#encoder.push(this.specialTokens.get(match[0])!);
        done = match.index + match[0].length;
      }
    }
    this.#append(done === 0 ? text : text.slice(done));
    return this.#encoder.take();
  }

  /** Ids of any bytes, valid UTF-8 or not; of valid UTF-8 the same as of its text. */
  encodeBytes(bytes: Uint8Array): Uint32Array {
    this.#encoder.take();
    // A Buffer of Node is a class of its own: both in one loop would make it slower for each.
    const plain =
      bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#encoder.append(plain);
    return this.#encoder.take();
  }

  /**
   * Text of `ids`, special tokens left out but those an imported file calls visible; bytes that are no UTF-8 become
   * U+FFFD. Throws `tokenizer.unknown-id`.
   */
  decode(ids: ArrayLike<number>): string {
    if (ids.length * this.#longest > KEPT_DECODED) return this.#decoder.decode(this.decodeBytes(ids));
    this.#decoded ??= new Uint8Array(KEPT_DECODED);
    return this.#decoder.decode(this.#decoded.subarray(0, this.#write(ids, this.#decoded)));
  }

  /** Bytes of `ids`, special tokens left out. Throws `tokenizer.unknown-id`. */
  decodeBytes(ids: ArrayLike<number>): Uint8Array<ArrayBuffer> {
    const offsets = this.#offsets;
    let length = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = this.#checked(ids[i]!);
      length += offsets[id + 1]! - offsets[id]!;
    }
    const bytes = new Uint8Array(length);
    this.#write(ids, bytes);
    return bytes;
  }

  /** Writes the bytes of `ids` into `target`, which has room for them, and returns how many they are. */
  #write(ids: ArrayLike<number>, target: Uint8Array): number {
    const offsets = this.#offsets;
    const pool = this.#pool;
    const size = this.vocabularySize;
    let at = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (id >>> 0 !== id || id >= size) this.#checked(id);
      let from = offsets[id]!;
      const last = offsets[id + 1]!;
      if (from === last) this.#checked(id);
      while (from < last) target[at++] = pool[from++]!;
    }
    return at;
  }

  /** A copy of the bytes of one token; none for a special token. Throws `tokenizer.unknown-id`. */
  tokenBytes(id: number): Uint8Array<ArrayBuffer> {
    this.#checked(id);
    return this.#pool.slice(this.#offsets[id]!, this.#offsets[id + 1]!) as Uint8Array<ArrayBuffer>;
  }

  /** True for a token that no text becomes unless it is allowed by name. */
  isSpecial(id: number): boolean {
    return this.#specialIds.has(id);
  }

  /** Id of a special token. Throws `tokenizer.no-such-special`. */
  specialId(text: string): number {
    const id = this.specialTokens.get(text);
    if (id !== undefined) return id;
    throw new ExpChatError({
      code: 'tokenizer.no-such-special',
      message: `tokenizer: expected one of the special tokens ${[...this.specialTokens.keys()].join(' ')}, got ${text.slice(0, 80)}`,
      next: 'Use the tokenizer that belongs to this model, or train one with these special tokens.',
      fields: { token: text.slice(0, 80) },
    });
  }

  streamDecoder(): StreamDecoder {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    return {
      push: (id) => decoder.decode(this.tokenBytes(id), { stream: true }),
      end: () => decoder.decode(),
    };
  }

  #checked(id: number): number {
    if (Number.isInteger(id) && id >= 0 && id < this.vocabularySize) {
      // Above the ordinary tokens some ids may have no token.
      if (this.#offsets[id + 1]! > this.#offsets[id]! || this.#specialIds.has(id)) return id;
    }
    throw new ExpChatError({
      code: 'tokenizer.unknown-id',
      message: `tokenizer: expected an id from 0 to ${this.vocabularySize - 1}, got ${id}`,
      next: 'Use the tokenizer that belongs to this model.',
      fields: { id, vocabularySize: this.vocabularySize },
    });
  }

  #wholeWords(): Map<string, number> {
    const words = new Map<string, number>();
    for (const [id, bytes] of this.#values.tokens.entries()) {
      if (bytes.length > 0 && !this.#specialIds.has(id)) words.set(latin1Of(bytes, 0, bytes.length), id);
    }
    return words;
  }

  #append(part: string): void {
    const text = this.#values.normalizer === undefined ? part : part.normalize(this.#values.normalizer);
    if (text.length > KEPT_CHARACTERS) {
      this.#encoder.append(textEncoder.encode(text));
    } else if (text.length > 0) {
      const { written } = textEncoder.encodeInto(text, this.#buffer);
      this.#encoder.append(this.#buffer.subarray(0, written));
    }
  }
}

function knownPattern(text: string): PatternName {
  const name = patternNamed(text);
  if (name !== undefined) return name;
  throw new ExpChatError({
    code: 'tokenizer.unsupported',
    kind: 'refused',
    message: `tokenizer: expected the split pattern of ${Object.keys(PATTERN_TEXTS).join(', ')}, got ${text.slice(0, 200)}`,
    fields: { pattern: text.slice(0, 4096) },
  });
}

/** Finds any of `tokens`, the longest first where one begins another. */
function expressionOf(tokens: readonly string[]): RegExp {
  const longestFirst = [...tokens].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((token) => token.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'gu');
}
