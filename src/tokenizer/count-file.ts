/**
 * Counted words in a file, so that a training that was stopped need not count again. A line of JSON, then the counts
 * (float64), the lengths of the words (uint32), both little endian, and the words end to end. It knows no training.
 */
import { ExpChatError, exists, readBytes, sha256OfBytes, writeDurably } from '../base/index.ts';
import { parseStrictJson, StrictJsonFault } from '../formats/index.ts';
import type { CountedWords } from './count-words.ts';

const FORMAT = 'expchat-word-counts-1';
const MAX_HEADER_BYTES = 2 ** 24;
const SUMS = ['documents', 'bytes', 'words', 'distinctWords', 'poolBytes'] as const;

interface Header {
  readonly key: string;
  readonly sha256: string;
  readonly facts: unknown;
  readonly sums: Readonly<Record<(typeof SUMS)[number], number>>;
}

function bytesOf(array: Float64Array | Uint32Array | Uint8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Of the words and of what the first line says about them. */
function checksumOf(body: Uint8Array, key: string, sums: Header['sums'], facts: unknown): string {
  const said = SUMS.map((name) => sums[name]);
  return sha256OfBytes(JSON.stringify([sha256OfBytes(body), key, said, facts]));
}

export interface KeptCounts {
  readonly counted: CountedWords;
  /** What the writer wrote beside them, as JSON gives it back; the reader checks its shape. */
  readonly facts: unknown;
}

/**
 * Writes `counted` durably. `key` says what was counted and how; `loadCounts` gives the counts back for the same key only.
 * `facts`: a small JSON value kept beside them.
 */
export async function saveCounts(
  counted: CountedWords,
  file: string,
  key: string,
  facts: unknown = null,
): Promise<void> {
  const { pool, offsets, counts, documents, bytes, words } = counted;
  const lengths = Uint32Array.from(counts, (_, i) => offsets[i + 1]! - offsets[i]!);
  const body = new Uint8Array(counts.byteLength + lengths.byteLength + pool.length);
  body.set(bytesOf(counts));
  body.set(bytesOf(lengths), counts.byteLength);
  body.set(pool, counts.byteLength + lengths.byteLength);
  const sums = { documents, bytes, words, distinctWords: counts.length, poolBytes: pool.length };
  const header = { format: FORMAT, key, ...sums, facts, sha256: checksumOf(body, key, sums, facts) };
  await writeDurably(file, [`${JSON.stringify(header)}\n`, body]);
}

function damaged(file: string, expected: string): ExpChatError {
  return new ExpChatError({
    code: 'tokenizer.damaged',
    message: `${file}: expected ${expected}`,
    next: 'Remove the file; the words are then counted anew.',
    fields: { path: file },
  });
}

function headerOf(line: Uint8Array, file: string): Header {
  let value: unknown;
  try {
    value = parseStrictJson(line, { maxDepth: 8 });
  } catch (error) {
    if (error instanceof StrictJsonFault) throw damaged(file, `a line of JSON, got ${error.message}`);
    throw error;
  }
  const record = new Map(Object.entries(typeof value === 'object' && value !== null ? value : {}));
  const key = record.get('key');
  const sha256 = record.get('sha256');
  const numbers = SUMS.map((name) => record.get(name));
  const sound = numbers.every((number) => Number.isSafeInteger(number) && (number as number) >= 0);
  if (record.get('format') !== FORMAT || typeof key !== 'string' || typeof sha256 !== 'string' || !sound) {
    throw damaged(file, `word counts of the format ${FORMAT}`);
  }
  const facts = record.get('facts');
  return { key, sha256, facts, sums: Object.fromEntries(SUMS.map((name, i) => [name, numbers[i]])) as Header['sums'] };
}

/** The counts in `file`, or undefined where there is no file or its key is another. Throws `tokenizer.damaged`. */
export async function loadCounts(file: string, key: string): Promise<KeptCounts | undefined> {
  if (!(await exists(file))) return undefined;
  const content = await readBytes(file);
  const end = content.subarray(0, MAX_HEADER_BYTES).indexOf(10);
  if (end === -1) throw damaged(file, 'a line of JSON first');
  const header = headerOf(content.subarray(0, end), file);
  if (header.key !== key) return undefined;
  const { documents, bytes, words, distinctWords, poolBytes } = header.sums;
  const body = content.slice(end + 1); // A copy: arrays of numbers begin at multiples of their size.
  if (body.length !== distinctWords * 12 + poolBytes) {
    throw damaged(file, `${distinctWords * 12 + poolBytes} bytes after the first line, got ${body.length}`);
  }
  if (checksumOf(body, key, header.sums, header.facts) !== header.sha256)
    throw damaged(file, `the SHA-256 ${header.sha256.slice(0, 64)}`);
  const counts = new Float64Array(body.buffer, 0, distinctWords);
  const lengths = new Uint32Array(body.buffer, distinctWords * 8, distinctWords);
  const offsets = new Uint32Array(distinctWords + 1);
  for (let i = 0; i < distinctWords; i++) offsets[i + 1] = offsets[i]! + lengths[i]!;
  if (offsets[distinctWords] !== poolBytes) throw damaged(file, `words of ${poolBytes} bytes`);
  const counted = { pool: body.subarray(distinctWords * 12), offsets, counts, documents, bytes, words };
  return { counted, facts: header.facts };
}
