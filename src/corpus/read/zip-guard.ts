/**
 * Looks at a ZIP archive before any library does: the central directory within its limits, no two entries in the same
 * bytes, no archive in the archive, and each entry unpacked once here with a bound, so that a directory that lies is
 * found out. APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16. It knows no office format.
 */
import { inflateRawSync } from 'node:zlib';
import { type ReadLimits, readError } from './document.ts';

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Start of its local header. */
  readonly at: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const NESTED = /\.(?:zip|jar|7z|rar|gz|tgz|bz2|xz|zst|tar|docx|xlsx|pptx|odt|ods)$/i;
/** Objects that office programs put into their files; nothing here ever opens them. */
const EMBEDDED = /(?:^|\/)embeddings\//;

/** The entries of the central directory. Throws `read.broken`, `read.zip-entries` or `read.encrypted`. */
export function zipEntries(bytes: Uint8Array, limits: ReadLimits): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOfDirectory(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count > limits.zipEntries) {
    throw readError('zip-entries', `archive: expected at most ${limits.zipEntries} entries, got ${count}`);
  }
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== CENTRAL) {
      throw readError('broken', `archive: expected entry ${i + 1} of ${count} in its directory, got other bytes`);
    }
    const nameLength = view.getUint16(at + 28, true);
    const rest = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    if ((view.getUint16(at + 8, true) & 1) !== 0) throw readError('encrypted', `archive: ${name} has a password`);
    entries.push({
      name,
      method: view.getUint16(at + 10, true),
      packedBytes: view.getUint32(at + 20, true),
      bytes: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
    });
    at += 46 + nameLength + rest;
  }
  return entries;
}

function endOfDirectory(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (view.getUint16(at + 10, true) === 0xffff || view.getUint32(at + 16, true) === 0xffffffff) {
      throw readError(
        'zip-entries',
        'archive: expected a plain ZIP, got ZIP64, which no office document of this size is',
      );
    }
    return at;
  }
  throw readError('broken', 'archive: expected a central directory, found none');
}

/** Checks everything the head of this file names. Throws `read.zip-…`, `read.broken`, `read.xml-entities`. */
export function guardZip(bytes: Uint8Array, limits: ReadLimits): ZipEntry[] {
  const entries = zipEntries(bytes, limits);
  const total = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (total > limits.zipBytes) {
    throw readError(
      'zip-bytes',
      `archive: expected at most ${limits.zipBytes} bytes unpacked, its directory says ${total}`,
    );
  }
  if (total > limits.zipRatio * bytes.byteLength) {
    throw readError(
      'zip-ratio',
      `archive: expected at most ${limits.zipRatio} bytes for each packed one, got ${total} for ${bytes.byteLength}`,
    );
  }
  for (const { name } of entries) {
    if (NESTED.test(name) && !EMBEDDED.test(name)) {
      throw readError('zip-nested', `archive: expected no archive inside, got ${JSON.stringify(name)}`);
    }
  }
  refuseOverlap(bytes, entries);
  for (const entry of entries) checkEntry(bytes, entry);
  return entries;
}

function dataStart(bytes: Uint8Array, entry: ZipEntry): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (entry.at + 30 > view.byteLength || view.getUint32(entry.at, true) !== LOCAL) {
    throw readError('broken', `archive: expected ${JSON.stringify(entry.name)} at byte ${entry.at}, got other bytes`);
  }
  return entry.at + 30 + view.getUint16(entry.at + 26, true) + view.getUint16(entry.at + 28, true);
}

/** Overlapping entries are how a small file claims terabytes (D. Fifield, "A better zip bomb", 2019). */
function refuseOverlap(bytes: Uint8Array, entries: readonly ZipEntry[]): void {
  let free = 0;
  for (const entry of [...entries].sort((a, b) => a.at - b.at)) {
    if (entry.at < free) {
      throw readError(
        'zip-overlap',
        `archive: expected every entry in bytes of its own, ${JSON.stringify(entry.name)} lies in another's`,
      );
    }
    free = dataStart(bytes, entry) + entry.packedBytes;
  }
  if (free > bytes.byteLength)
    throw readError('broken', 'archive: expected all entries inside the file, one ends behind it');
}

/** The bytes of an entry. Throws `read.broken` where they are not as many as the directory says. */
export function unzipEntry(bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  const start = dataStart(bytes, entry);
  const packed = bytes.subarray(start, start + entry.packedBytes);
  if (entry.method === 0) return packed;
  if (entry.method !== 8) throw readError('broken', `archive: expected deflate, got method ${entry.method}`);
  try {
    const unpacked = inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.bytes) });
    if (unpacked.byteLength === entry.bytes) return unpacked;
  } catch {
    // Too long, or damaged: both are what the error below says.
  }
  throw readError('broken', `archive: expected ${entry.bytes} bytes in ${JSON.stringify(entry.name)}, got others`);
}

function checkEntry(bytes: Uint8Array, entry: ZipEntry): void {
  const unpacked = unzipEntry(bytes, entry);
  if (!/\.(?:xml|rels|vml)$/i.test(entry.name)) return;
  const head = new TextDecoder('latin1').decode(unpacked.subarray(0, 4096)).replaceAll('\0', '');
  if (/<!(?:DOCTYPE|ENTITY)/i.test(head)) {
    throw readError(
      'xml-entities',
      `archive: expected XML without declarations in ${JSON.stringify(entry.name)}, got a DOCTYPE`,
    );
  }
}
