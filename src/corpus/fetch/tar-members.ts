/**
 * The members of a tar archive (POSIX.1-2001 pax and GNU long names), packed by gzip or not, in one pass. Headers are read
 * by the package tar; sizes, order and ratio are judged here. It writes nothing.
 */
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Header, Pax } from 'tar';
import { errorMessage, openFile } from '../../base/index.ts';
import type { ArchiveMember, ArchiveMeter } from './archive-meter.ts';

const BLOCK = 512;
/** Of a pax header or a long name. */
const LONGEST_META_BYTES = 64 * 1024;

/** Members in the order of the archive. Throws `corpus.archive-damaged` and the errors of the meter. */
export async function* tarMembers(file: string, packed: boolean, meter: ArchiveMeter): AsyncGenerator<ArchiveMember> {
  const blocks = new ByteReader(plainBytes(file, packed, meter));
  let pax: Pax | undefined;
  let global: Pax | undefined;
  let longName: string | undefined;
  try {
    for (;;) {
      const block = await blocks.take(BLOCK);
      if (block.byteLength === 0) return;
      if (block.byteLength < BLOCK) throw meter.damaged('a header that is cut');
      const header = parsed(meter, () => new Header(block, 0, pax, global));
      if (header.nullBlock) return;
      if (!header.cksumValid) throw meter.damaged('a header with a wrong checksum');
      const { size = 0, type, path: name = '' } = header;
      if (!Number.isSafeInteger(size) || size < 0) throw meter.damaged(`a member of ${size} bytes`);
      const padding = (BLOCK - (size % BLOCK)) % BLOCK;
      if (
        type === 'ExtendedHeader' ||
        type === 'GlobalExtendedHeader' ||
        type === 'NextFileHasLongPath' ||
        type === 'NextFileHasLongLinkpath'
      ) {
        if (size > LONGEST_META_BYTES) throw meter.bomb(`at most ${LONGEST_META_BYTES} bytes of one name`);
        const text = (await blocks.whole(size, meter)).toString('utf8');
        await blocks.whole(padding, meter);
        if (type === 'ExtendedHeader') pax = parsed(meter, () => Pax.parse(text, pax, false));
        else if (type === 'GlobalExtendedHeader') global = parsed(meter, () => Pax.parse(text, global, true));
        else if (type === 'NextFileHasLongPath') longName = text.replace(/\0.*$/s, '');
        meter.entry(); // An endless row of headers is a bomb as well.
        continue;
      }
      const body = blocks.part(size, meter);
      yield { name: longName ?? name, kind: kindOf(type), bytes: size, read: () => body };
      for await (const rest of body) void rest; // What was not wanted is read past.
      await blocks.whole(padding, meter);
      pax = undefined;
      longName = undefined;
    }
  } finally {
    await blocks.close();
  }
}

/** What tar throws for a header it can not read is damage of the archive. */
function parsed<T>(meter: ArchiveMeter, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw meter.damaged(`a header that can not be read (${errorMessage(error)})`, error);
  }
}

function kindOf(type: string): ArchiveMember['kind'] {
  if (type === 'File' || type === 'OldFile' || type === 'ContiguousFile') return 'file';
  if (type === 'Directory' || type === 'GNUDumpDir') return 'folder';
  return type === 'SymbolicLink' || type === 'Link' ? 'link' : 'other';
}

async function* fileBytes(file: string, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const handle = await openFile(file, 'read');
  try {
    for (let position = 0; ; ) {
      const chunk = Buffer.alloc(2 ** 16);
      const length = await handle.read(chunk, 0, chunk.byteLength, position);
      if (length === 0) return;
      position += length;
      count(length);
      yield chunk.subarray(0, length);
    }
  } finally {
    await handle.close();
  }
}

async function* plainBytes(file: string, packed: boolean, meter: ArchiveMeter): AsyncGenerator<Uint8Array> {
  let wire = 0;
  const source = Readable.from(
    fileBytes(file, (bytes) => {
      wire += bytes;
    }),
    { objectMode: false },
  );
  const gunzip = packed ? createGunzip() : undefined;
  if (gunzip !== undefined) source.on('error', (error) => gunzip.destroy(error));
  const plain = gunzip === undefined ? source : source.pipe(gunzip);
  try {
    for await (const chunk of plain as AsyncIterable<Uint8Array>) {
      meter.add(chunk.byteLength, wire);
      yield chunk;
    }
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    throw /^(?:corpus|files)\./.test(code ?? '') ? error : meter.damaged(message, error);
  } finally {
    source.destroy();
    gunzip?.destroy();
  }
}

/** Takes bytes from a stream in the sizes that are asked for. */
class ByteReader {
  readonly #source: AsyncGenerator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncGenerator<Uint8Array>) {
    this.#source = source;
  }

  /** Up to `length` bytes of what comes next; none at the end. */
  async #next(length: number): Promise<Uint8Array> {
    if (this.#rest.byteLength === 0) {
      const next = await this.#source.next();
      if (next.done === true) return this.#rest;
      this.#rest = next.value;
    }
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(taken.byteLength);
    return taken;
  }

  /** `length` bytes, fewer at the end of the stream. */
  async take(length: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for (let missing = length; missing > 0; ) {
      const part = await this.#next(missing);
      if (part.byteLength === 0) break;
      parts.push(part);
      missing -= part.byteLength;
    }
    return Buffer.concat(parts);
  }

  async whole(length: number, meter: ArchiveMeter): Promise<Buffer> {
    const bytes = await this.take(length);
    if (bytes.byteLength < length) throw meter.damaged('fewer bytes than a member has');
    return bytes;
  }

  /** The next `length` bytes as a stream that is read once, in one go or in two. */
  async *part(length: number, meter: ArchiveMeter): AsyncGenerator<Uint8Array> {
    for (let missing = length; missing > 0; ) {
      const chunk = await this.#next(missing);
      if (chunk.byteLength === 0) throw meter.damaged('fewer bytes than a member has');
      missing -= chunk.byteLength;
      yield chunk;
    }
  }

  async close(): Promise<void> {
    await this.#source.return(undefined);
  }
}
