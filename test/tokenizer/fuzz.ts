/**
 * Random byte strings through a tokenizer and damaged files through its loader: a few thousand in `npm test`, a million in
 * the release suite. Everything follows from the seed.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { ExpChatError, type FileBackend, Rng, systemClock, withBackend } from '../../src/base/index.ts';
import { importTokenizer, type Tokenizer, toTiktoken } from '../../src/tokenizer/index.ts';
import { EDGE_TEXTS, TRAINING_TEXTS } from './sample-texts.ts';

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  /** Hears how far it is, now and then. */
  readonly onProgress?: (done: number) => void;
}

const PROGRESS_EVERY = 50_000;
/** A file of some kilobytes that takes longer to load hangs. */
const LOAD_LIMIT_MS = 5000;
const LOAD_ALLOWANCE_BYTES = 64 * 2 ** 20;

const encoder = new TextEncoder();
const texts = [...EDGE_TEXTS, ...TRAINING_TEXTS].map((text) => encoder.encode(text));

function cut(rng: Rng, bytes: Uint8Array, longest: number): Uint8Array {
  const start = rng.int(bytes.length + 1);
  return bytes.subarray(start, start + rng.int(longest + 1));
}

/** Bytes at random, text cut anywhere (also within characters), and both mixed. */
function randomBytes(rng: Rng): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let left = rng.int(5); left >= 0; left--) {
    const noise = () => Uint8Array.from({ length: rng.int(24) }, () => rng.int(256));
    parts.push(rng.int(3) === 0 ? noise() : cut(rng, texts[rng.int(texts.length)]!, 40));
  }
  return Buffer.concat(parts);
}

/** Encodes and decodes `count` byte strings; throws at the first that comes back changed, also out of the stream. */
export function roundTrips(tokenizer: Tokenizer, { count, seed, onProgress }: FuzzOptions): void {
  const rng = new Rng(seed);
  for (let i = 0; i < count; i++) {
    if (i % PROGRESS_EVERY === 0) onProgress?.(i);
    const bytes = randomBytes(rng);
    const where = () => `seed ${seed}, string ${i}: ${Buffer.from(bytes).toString('hex')}`;
    const ids = tokenizer.encodeBytes(bytes);
    assert.ok(Buffer.from(tokenizer.decodeBytes(ids)).equals(bytes), where());
    if (i % 8 !== 0) continue;
    const stream = tokenizer.streamDecoder();
    const streamed = Array.from(ids, (id) => stream.push(id)).join('') + stream.end();
    assert.equal(streamed, tokenizer.decode(ids), where());
  }
}

const FRAGMENTS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '""',
  'null',
  '-1',
  '1e9',
  '99999999',
  '0',
  '\\u0000',
  '\\',
  '"a b"',
];
const fragments = [...FRAGMENTS, '"merges"', '"vocab"', '"id"', '"Ġ"', '\u{10ffff}', '\ufeff'].map((text) =>
  encoder.encode(text),
);

function mutated(rng: Rng, bytes: Uint8Array): Uint8Array {
  let file = Buffer.from(bytes);
  for (let left = rng.int(4); left >= 0; left--) {
    const at = rng.int(file.length + 1);
    const head = file.subarray(0, at);
    const kind = rng.int(7);
    if (kind === 0 && at < file.length) file[at]! ^= 1 << rng.int(8);
    else if (kind === 1 && at < file.length) file[at] = rng.int(256);
    else if (kind === 2) file = Buffer.concat([head, file.subarray(at + rng.int(200))]);
    else if (kind === 3) file = Buffer.concat([head, cut(rng, file, 200), file.subarray(at)]);
    else if (kind === 4) file = Buffer.concat([head, fragments[rng.int(fragments.length)]!, file.subarray(at)]);
    else if (kind === 5) file = withOtherNumber(rng, file, at);
    else if (rng.int(8) === 0) file = Buffer.from(head);
  }
  return file;
}

/** The next number in the file, changed to another: what stays JSON but does not hold together. */
function withOtherNumber(rng: Rng, file: Buffer, from: number): Buffer<ArrayBuffer> {
  const isDigit = (at: number) => file[at]! >= 0x30 && file[at]! <= 0x39;
  let start = from;
  while (start < file.length && !isDigit(start)) start++;
  let end = start;
  while (end < file.length && isDigit(end)) end++;
  return Buffer.concat([file.subarray(0, start), encoder.encode(String(rng.int(400))), file.subarray(end)]);
}

export interface MutationResult {
  readonly sound: number;
  readonly refused: ReadonlyMap<string, number>;
  readonly slowestMs: number;
}

/** A tokenizer on the disk: the files of one folder. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** The forms in which tokenizers are published, each of one small tokenizer. */
export function publishedForms(tokenizer: Tokenizer): ReadonlyMap<string, Files> {
  const json = tokenizer.toJson();
  const { model } = JSON.parse(json) as { model: { vocab: object; merges: (string | [string, string])[] } };
  const merges = model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')));
  return new Map<string, Files>([
    ['tokenizer.json', { 'tokenizer.json': encoder.encode(json) }],
    [
      'vocabulary and merges',
      {
        'encoder.json': encoder.encode(JSON.stringify(model.vocab)),
        'vocab.bpe': encoder.encode(`#version: 0.2\n${merges.join('\n')}\n`),
      },
    ],
    ['rank file', { 'cl100k_base.tiktoken': encoder.encode(toTiktoken(tokenizer)) }],
  ]);
}

/** A disk that holds these files and nothing else, for reading. */
function diskOf(files: Files): FileBackend {
  const absent = () => Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
  const refused = async () => {
    throw new Error('the loader wrote');
  };
  const bytesOf = (file: string) => {
    const bytes = files[path.basename(file)];
    if (bytes === undefined) throw absent();
    return bytes;
  };
  return {
    open: async (file) => ({
      read: async (buffer, offset, length, position) => {
        const part = bytesOf(file).subarray(position, position + length);
        buffer.set(part, offset);
        return part.length;
      },
      write: refused,
      truncate: refused,
      sync: refused,
      close: async () => undefined,
    }),
    list: async () => Object.keys(files).map((name) => ({ name, kind: 'file' })),
    facts: async (file) =>
      file === FOLDER
        ? { kind: 'directory', size: 0, modifiedMs: 0 }
        : { kind: 'file', size: bytesOf(file).length, modifiedMs: 0 },
    realPath: async (file) => file,
    rename: refused,
    unlink: refused,
    removeDirectory: refused,
    makeDirectory: refused,
    syncDirectory: refused,
  };
}

const FOLDER = path.resolve('/published');

export interface MutationResult {
  readonly sound: number;
  readonly refused: ReadonlyMap<string, number>;
  readonly slowestMs: number;
}

/** The most memory this process has had. */
function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/**
 * Loads `count` copies of `files` with one of them damaged: each gives a tokenizer that brings bytes back, or one error of
 * the tokenizer room, and none makes the most memory of the process rise by over twice its files and 64 MiB.
 */
export async function mutations(files: Files, { count, seed, onProgress }: FuzzOptions): Promise<MutationResult> {
  const rng = new Rng(seed);
  const names = Object.keys(files);
  const refused = new Map<string, number>();
  const probe = Uint8Array.from([...Array(256).keys(), ...encoder.encode('Die Garantie gilt: 12 Monate.\n')]);
  let sound = 0;
  let slowestMs = 0;
  for (let i = 0; i < count; i++) {
    if (i % PROGRESS_EVERY === 0) onProgress?.(i);
    const name = rng.pick(names);
    const damaged = { ...files, [name]: mutated(rng, files[name]!) };
    const where = () => `seed ${seed}, ${name}, copy ${i}`;
    const peakBefore = peakBytes();
    const startedMs = systemClock.nowMs();
    try {
      const tokenizer = await withBackend(diskOf(damaged), () => importTokenizer(FOLDER));
      assert.deepEqual(tokenizer.decodeBytes(tokenizer.encodeBytes(probe)), probe, where());
      sound++;
    } catch (error) {
      const known = error instanceof ExpChatError && /^tokenizer\.(damaged|unsupported)$/.test(error.code);
      if (!known) throw new Error(`${where()}: ${String(error)}`, { cause: error });
      refused.set(error.code, (refused.get(error.code) ?? 0) + 1);
    }
    const tookMs = systemClock.nowMs() - startedMs;
    slowestMs = Math.max(slowestMs, tookMs);
    assert.ok(tookMs < LOAD_LIMIT_MS, `${where()}: ${tookMs} ms`);
    const inputBytes = Object.values(damaged).reduce((sum, bytes) => sum + bytes.length, 0);
    const risen = peakBytes() - peakBefore;
    assert.ok(risen <= inputBytes * 2 + LOAD_ALLOWANCE_BYTES, `${where()}: memory rose by ${risen} bytes`);
  }
  return { sound, refused, slowestMs };
}
