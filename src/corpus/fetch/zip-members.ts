/** The members of a zip archive, read from its central directory through the one door to the disk. It writes nothing. */
import { Readable } from 'node:stream';
import yauzl from 'yauzl';
import { type FileHandle, openFile } from '../../base/index.ts';
import type { ArchiveMember, ArchiveMeter } from './archive-meter.ts';

/** Unix mode bits in the upper half of the external attributes: the type of the file, and that of a link. */
const TYPE_BITS = 0o170000;
const LINK = 0o120000;
const REGULAR = 0o100000;

/** Gives yauzl ranges of the file. */
class HandleReader extends yauzl.RandomAccessReader {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    super();
    this.#handle = handle;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(chunksBetween(this.#handle, start, end), { objectMode: false });
  }
}

async function* chunksBetween(handle: FileHandle, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let position = start; position < end; ) {
    const chunk = Buffer.alloc(Math.min(2 ** 16, end - position));
    const count = await handle.read(chunk, 0, chunk.byteLength, position);
    if (count === 0) return; // yauzl counts the bytes itself.
    position += count;
    yield chunk.subarray(0, count);
  }
}

/** Every entry of the central directory in its order. Throws `corpus.archive-damaged` and the errors of the meter. */
export async function* zipMembers(file: string, size: number, meter: ArchiveMeter): AsyncGenerator<ArchiveMember> {
  const handle = await openFile(file, 'read');
  try {
    const zip = await yauzl
      .fromRandomAccessReaderPromise(new HandleReader(handle), size, { autoClose: false, lazyEntries: true })
      .catch((error: unknown) => {
        throw failure(meter, error);
      });
    if (zip.entryCount > meter.limits.entries) throw meter.bomb(`at most ${meter.limits.entries} members`);
    const entries = zip.eachEntry()[Symbol.asyncIterator]();
    for (;;) {
      const next = await entries.next().catch((error: unknown) => {
        throw failure(meter, error);
      });
      if (next.done === true) return;
      yield memberOf(zip, next.value, size, meter);
    }
  } finally {
    await handle.close();
  }
}

function memberOf(zip: yauzl.ZipFile, entry: yauzl.Entry, size: number, meter: ArchiveMeter): ArchiveMember {
  const { fileName: name, uncompressedSize: bytes, compressedSize: packedBytes } = entry;
  const type = (entry.externalFileAttributes >>> 16) & TYPE_BITS;
  const kind = name.endsWith('/')
    ? 'folder'
    : type === LINK
      ? 'link'
      : entry.isEncrypted()
        ? 'encrypted'
        : type !== 0 && type !== REGULAR
          ? 'other'
          : 'file';
  async function* read(): AsyncGenerator<Uint8Array> {
    meter.ratio(bytes, packedBytes); // As announced; what comes beyond that yauzl refuses.
    try {
      let come = 0;
      for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Uint8Array>) {
        come += chunk.byteLength;
        meter.add(chunk.byteLength, size); // Against the whole file: entries may overlap.
        meter.ratio(come, packedBytes);
        yield chunk;
      }
    } catch (error) {
      throw failure(meter, error);
    }
  }
  return { name, kind, bytes, packedBytes, read };
}

/** A name that yauzl refuses is one that points out of the archive. */
function failure(meter: ArchiveMeter, error: unknown): Error {
  const { message, code } = error as Error & { code?: string };
  if (code?.startsWith('corpus.') || code?.startsWith('files.')) return error as Error;
  return /relative path|absolute path|invalid characters in fileName/i.test(message)
    ? meter.nameError(message)
    : meter.damaged(message, error);
}
