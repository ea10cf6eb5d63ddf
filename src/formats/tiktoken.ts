/**
 * Rank files of tiktoken (https://github.com/openai/tiktoken): a line for each token, its bytes in base64, a blank and its
 * rank, which is its id. Bytes <-> values, every number bounded. It knows neither merges nor patterns.
 */
import { ExpChatError } from '../base/index.ts';
import { ByteStringTable } from './byte-string-table.ts';
import { TOKENIZER_LIMITS } from './tokenizer-json.ts';

const NO_BYTES = new Uint8Array(0);
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BLANK = 0x20;
const PADDING = 0x3d;
/** Longest line: a token in base64, a blank and a rank of seven digits. */
const LINE_BYTES = Math.ceil(TOKENIZER_LIMITS.tokenBytes / 3) * 4 + 8;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Value of each character of base64; 255 for the others. */
const VALUES = (() => {
  const values = new Uint8Array(256).fill(255);
  for (let value = 0; value < 64; value++) values[ALPHABET.charCodeAt(value)] = value;
  return values;
})();

/** Writes the bytes of canonical base64 into `pool` from `to` on; how many they are, or 0 where it is none. */
function fromBase64(bytes: Uint8Array, start: number, end: number, pool: Uint8Array, to: number): number {
  if (end - start < 4 || (end - start) % 4 !== 0) return 0;
  const padding = bytes[end - 1] !== PADDING ? 0 : bytes[end - 2] !== PADDING ? 1 : 2;
  const length = ((end - start) / 4) * 3 - padding;
  let bits = 0;
  let held = 0;
  let at = to;
  for (let i = start; i < end - padding; i++) {
    const value = VALUES[bytes[i]!]!;
    if (value === 255) return 0;
    bits = ((bits << 6) | value) & 0xffffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    pool[at++] = (bits >> held) & 0xff;
  }
  // Bits left over must be 0: else two lines could mean one token.
  return (bits & ((1 << held) - 1)) === 0 ? length : 0;
}

/** The number in decimal digits, or -1. */
function numberIn(bytes: Uint8Array, start: number, end: number): number {
  if (start === end || end - start > 7 || (end - start > 1 && bytes[start] === 0x30)) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function damaged(where: string, expected: string, fields: Record<string, unknown> = {}): ExpChatError {
  return new ExpChatError({
    code: 'tokenizer.damaged',
    message: `${where}: expected ${expected}`,
    next: 'Take the file from its source again.',
    fields: { path: where, ...fields },
  });
}

/** Tokens as they are read: end to end, each once. No object a token, as these would take more memory than the file. */
class RankedTokens {
  readonly #where: string;
  readonly #table: ByteStringTable;
  readonly #ranks: Int32Array;
  readonly #single = new Uint8Array(256);
  #most = -1;

  /** `lines`: the most there can be. */
  constructor(lines: number, where: string) {
    this.#where = where;
    this.#table = new ByteStringTable(Math.min(lines, TOKENIZER_LIMITS.vocabularySize));
    this.#ranks = new Int32Array(Math.min(lines, TOKENIZER_LIMITS.vocabularySize));
  }

  add(bytes: Uint8Array, length: number, rank: number): void {
    const index = this.#table.size;
    if (this.#table.intern(bytes, 0, length) !== index || index === this.#ranks.length) throw this.#twice(rank);
    this.#ranks[index] = rank;
    if (rank > this.#most) this.#most = rank;
    if (length === 1) this.#single[bytes[0]!] = 1;
  }

  byRank(): Uint8Array[] {
    const size = this.#most + 1;
    const { offsets } = this.#table;
    const pool = this.#table.pool.slice();
    if (size - this.#table.size > TOKENIZER_LIMITS.specialTokens) {
      const missing = `at most ${TOKENIZER_LIMITS.specialTokens} missing`;
      throw damaged(this.#where, `ranks 0 to ${size - 1} with ${missing}`);
    }
    const tokens = new Array<Uint8Array>(size).fill(NO_BYTES);
    for (let index = 0; index < this.#table.size; index++) {
      const rank = this.#ranks[index]!;
      if (tokens[rank] !== NO_BYTES) throw this.#twice(rank);
      tokens[rank] = pool.subarray(offsets[index]!, offsets[index + 1]!);
    }
    const missing = this.#single.indexOf(0);
    if (missing !== -1) throw damaged(this.#where, `a token for each of the 256 bytes, got none for byte ${missing}`);
    return tokens;
  }

  #twice(rank: number): ExpChatError {
    return damaged(this.#where, `each token and each rank once, got ${rank}`);
  }
}

/**
 * Bytes of each token by rank, empty where the file has none for a rank, as it may where a special token stands.
 * `where` names the file in messages. Throws `tokenizer.damaged`.
 */
export function parseRankFile(bytes: Uint8Array, where: string): Uint8Array[] {
  if (bytes.byteLength > TOKENIZER_LIMITS.fileBytes) {
    throw damaged(where, `at most ${TOKENIZER_LIMITS.fileBytes} bytes, got ${bytes.byteLength}`);
  }
  let lines = 1;
  for (const byte of bytes) if (byte === NEWLINE) lines++;
  const tokens = new RankedTokens(lines, where);
  const token = new Uint8Array(LINE_BYTES);
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const next = newline === -1 ? bytes.length : newline;
    const end = next > start && bytes[next - 1] === RETURN ? next - 1 : next;
    let blank = start;
    while (blank < end && bytes[blank] !== BLANK) blank++;
    const readable = end - start <= LINE_BYTES && blank < end;
    const length = readable ? fromBase64(bytes, start, blank, token, 0) : 0;
    const rank = readable ? numberIn(bytes, blank + 1, end) : -1;
    if (length === 0 || length > TOKENIZER_LIMITS.tokenBytes) {
      throw damaged(where, `base64 of 1 to ${TOKENIZER_LIMITS.tokenBytes} bytes, a blank and a rank in line ${line}`);
    }
    if (rank < 0 || rank >= TOKENIZER_LIMITS.vocabularySize) {
      throw damaged(where, `a rank from 0 to ${TOKENIZER_LIMITS.vocabularySize - 1} in line ${line}`);
    }
    tokens.add(token, length, rank);
    start = next + 1;
  }
  return tokens.byRank();
}

/** The text of a rank file; tokens without bytes have no line. */
export function renderRankFile(tokens: readonly Uint8Array[]): string {
  const lines: string[] = [];
  for (const [rank, token] of tokens.entries()) if (token.length > 0) lines.push(`${toBase64(token)} ${rank}\n`);
  return lines.join('');
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const bits = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += ALPHABET[bits >> 18]! + ALPHABET[(bits >> 12) & 63]!;
    text += i + 1 < bytes.length ? ALPHABET[(bits >> 6) & 63]! : '=';
    text += i + 2 < bytes.length ? ALPHABET[bits & 63]! : '=';
  }
  return text;
}
