/** A decoder that follows a rule and a tokenizer of single bytes, for tests of what stands above them. */
import type { Decoder } from '../../src/infer/index.ts';

export const BYTE_SPECIALS = ['<|pad|>', '<|bos|>', '<|end|>', '<|system|>', '<|user|>', '<|assistant|>'];
export const BOS = 257;
export const END = 258;

/** Ids 0 .. 255 are bytes, 256 .. 261 the special tokens. */
export const byteCodec = {
  vocabularySize: 262,
  specialTokens: new Map(BYTE_SPECIALS.map((name, i) => [name, 256 + i])),
  encode: (text: string): Uint32Array => Uint32Array.from(new TextEncoder().encode(text)),
  decode: (ids: ArrayLike<number>): string =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(Array.from(ids).filter((id) => id < 256))),
  streamDecoder() {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    return {
      push: (id: number) => (id < 256 ? decoder.decode(Uint8Array.of(id), { stream: true }) : ''),
      end: () => decoder.decode(),
    };
  },
};

/** Logits of all tokens the decoder holds. */
export type Rule = (tokens: readonly number[]) => Float32Array;

export class FakeDecoder implements Decoder {
  readonly vocabularySize: number;
  readonly context: number;
  /** Every feed, in order. */
  readonly feeds: number[][] = [];
  /** What was cached at the end of each feed. */
  readonly seen: number[][] = [];
  readonly #rule: Rule;
  #tokens: number[] = [];

  constructor(rule: Rule, context = 1000, vocabularySize = 262) {
    this.#rule = rule;
    this.context = context;
    this.vocabularySize = vocabularySize;
  }

  get position(): number {
    return this.#tokens.length;
  }

  get tokens(): readonly number[] {
    return this.#tokens;
  }

  reset(): void {
    this.#tokens = [];
  }

  truncate(position: number): void {
    this.#tokens.length = position;
  }

  async feed(ids: ArrayLike<number>): Promise<Float32Array> {
    const fed = Array.from(ids);
    if (fed.length === 0 || this.position + fed.length > this.context) throw new Error(`fed ${fed.length} too many`);
    this.feeds.push(fed);
    this.#tokens.push(...fed);
    this.seen.push([...this.#tokens]);
    return this.#rule(this.#tokens);
  }

  async close(): Promise<void> {}
}

/** Certain about one token. */
export function certain(id: number, vocabularySize = 262): Float32Array {
  const logits = new Float32Array(vocabularySize).fill(-100);
  logits[id] = 100;
  return logits;
}

/** Says `text` and ends, after a prompt of `promptLength` tokens. */
export function saying(text: string, promptLength: number): Rule {
  const ids = byteCodec.encode(text);
  return (tokens) => certain(ids[tokens.length - promptLength] ?? END);
}

/** A pseudo-random row that depends on every token and its place. */
export function hashed(tokens: readonly number[]): Float32Array {
  let hash = 1;
  for (const [at, id] of tokens.entries()) hash = Math.imul(hash ^ (id + at * 31), 0x01000193) >>> 0;
  return Float32Array.from({ length: 262 }, (_, id) => (Math.imul(hash ^ id, 0x9e3779b1) >>> 8) / 2 ** 22);
}
