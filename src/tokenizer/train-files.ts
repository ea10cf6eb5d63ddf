/**
 * Text files as documents for training and measuring: which files of a folder count, and their text in bounded memory. A
 * file that is no text is left out and named, never guessed at. It knows no tokenizer.
 */
import { isUtf8 } from 'node:buffer';
import path from 'node:path';
import { ExpChatError, factsOf, listFilesBelow, openFile, readBytes, readLines, sha256OfBytes } from '../base/index.ts';
import type { DocumentPiece } from './count.ts';

/** Files of a folder that count; a file named itself counts whatever its name. Of `.jsonl`, each line is a document. */
export const TEXT_FILE_EXTENSIONS = ['.txt', '.md', '.markdown', '.jsonl'] as const;

/** A file up to this size is read as a whole; a larger one in pieces of about this size. */
const PIECE_BYTES = 2 ** 24;

export interface TextFile {
  readonly path: string;
  /** The path as it is named in reports: the given place and what is below it, with `/`. */
  readonly name: string;
  /** The place it was found at, as the caller gave it. */
  readonly place: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Every `every`th file, beginning with the first, is held out; 0 holds none out. */
export interface HoldOut {
  readonly every: number;
  /** Which of the two sides is meant. */
  readonly side: 'rest' | 'held-out';
}

export interface LeftOut {
  readonly name: string;
  readonly reason: 'not-utf8' | 'not-jsonl';
}

/** Text files at `places` (files or folders) in the order given, those of a folder sorted by name. Throws `files.not-found`. */
export async function listTextFiles(places: readonly string[], holdOut?: HoldOut): Promise<TextFile[]> {
  const found: TextFile[] = [];
  for (const place of places) {
    const facts = await factsOf(place);
    if (facts === undefined) {
      throw new ExpChatError({
        code: 'files.not-found',
        kind: 'notFound',
        message: `${place}: expected a file or a folder, found none`,
        next: 'Check the path.',
        fields: { path: place },
      });
    }
    const names = facts.kind === 'directory' ? (await listFilesBelow(place)).filter(isTextName) : [''];
    for (const name of names) {
      const file = path.join(place, name);
      const { size, modifiedMs } = name === '' ? facts : (await factsOf(file))!;
      found.push({ path: file, name: name === '' ? place : `${place}/${name}`, place, bytes: size, modifiedMs });
    }
  }
  if (holdOut === undefined || holdOut.every === 0) return found;
  return found.filter((_, index) => (index % holdOut.every === 0) === (holdOut.side === 'held-out'));
}

function isTextName(name: string): boolean {
  return TEXT_FILE_EXTENSIONS.some((extension) => name.toLowerCase().endsWith(extension));
}

/** Says which files these are, by name, size and time of change: the key of counts made from them. */
export function fingerprintOf(files: readonly TextFile[], options: unknown): string {
  const facts = files.map(({ path: file, bytes, modifiedMs }) => [file, bytes, modifiedMs]);
  return sha256OfBytes(JSON.stringify([facts, options]));
}

/**
 * The documents in `file`. `leaveOut` hears of a file that is no UTF-8, which then gives none, and of lines that are no
 * record of a corpus (an object with `text` or with `messages`).
 */
export async function* documentsIn(file: TextFile, leaveOut: (left: LeftOut) => void): AsyncGenerator<DocumentPiece> {
  if (file.path.toLowerCase().endsWith('.jsonl')) yield* recordsIn(file, leaveOut);
  else if (file.bytes <= PIECE_BYTES) {
    const bytes = withoutMark(await readBytes(file.path));
    if (isUtf8(bytes)) yield { bytes, last: true };
    else leaveOut({ name: file.name, reason: 'not-utf8' });
  } else if (await isLargeUtf8(file.path)) yield* piecesOf(file.path);
  else leaveOut({ name: file.name, reason: 'not-utf8' });
}

async function* recordsIn(file: TextFile, leaveOut: (left: LeftOut) => void): AsyncGenerator<DocumentPiece> {
  const encoder = new TextEncoder();
  let bad = false;
  for await (const line of readLines(file.path)) {
    if (line.trim() === '') continue;
    const texts = textsOfRecord(line);
    bad ||= texts === undefined;
    for (const text of texts ?? []) yield { bytes: encoder.encode(text), last: true };
  }
  if (bad) leaveOut({ name: file.name, reason: 'not-jsonl' });
}

function textsOfRecord(line: string): string[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined; // The caller names the file.
  }
  const record = (value ?? {}) as { readonly text?: unknown; readonly messages?: unknown };
  if (typeof record.text === 'string') return [record.text];
  if (!Array.isArray(record.messages)) return undefined;
  const contents = record.messages.map((message: { readonly content?: unknown } | null) => message?.content);
  return contents.every((content) => typeof content === 'string') ? contents : undefined;
}

function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

async function isLargeUtf8(file: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const handle = await openFile(file, 'read');
  const chunk = new Uint8Array(2 ** 20);
  try {
    for (let position = 0; ; ) {
      const count = await handle.read(chunk, 0, chunk.length, position);
      decoder.decode(chunk.subarray(0, count), { stream: count > 0 });
      if (count === 0) return true;
      position += count;
    }
  } catch (error) {
    if (error instanceof ExpChatError) throw error;
    return false;
  } finally {
    await handle.close();
  }
}

/**
 * A large file in pieces that are cut after a line break with a visible ASCII character behind it: there the pre-split ends
 * a word in any case. Where 16 MiB hold no such place the cut is between two characters, and one word may be counted as two.
 */
async function* piecesOf(file: string): AsyncGenerator<DocumentPiece> {
  const handle = await openFile(file, 'read');
  const buffer = new Uint8Array(PIECE_BYTES);
  let filled = 0;
  let position = 0;
  let first = true;
  try {
    for (;;) {
      const count = await handle.read(buffer, filled, buffer.length - filled, position);
      position += count;
      filled += count;
      if (count > 0 && filled < buffer.length) continue;
      const end = count === 0 ? filled : cutPlace(buffer);
      const piece = buffer.slice(0, end);
      yield { bytes: first ? withoutMark(piece) : piece, last: count === 0 };
      first = false;
      if (count === 0) return;
      buffer.copyWithin(0, end, filled);
      filled -= end;
    }
  } finally {
    await handle.close();
  }
}

function cutPlace(buffer: Uint8Array): number {
  for (let at = buffer.length - 1; at > 0; at--) {
    if (buffer[at - 1] === 10 && buffer[at]! > 0x20 && buffer[at]! < 0x7f) return at;
  }
  let at = buffer.length - 1;
  while ((buffer[at]! & 0xc0) === 0x80) at--;
  return at;
}
