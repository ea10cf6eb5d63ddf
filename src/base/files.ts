/**
 * The only door to the disk. Everything above one file goes through the small `FileBackend`, which a test replaces to
 * inject faults, record the order of operations or count bytes. It knows no format and no folder layout.
 *
 * A durable write is: temporary name in the same folder, write, fsync, rename, fsync the folder. So a reader sees the
 * old bytes or the new ones, and a kill at any moment leaves at most a `*.tmp-*` file, which the next write removes.
 */
import { createHash } from 'node:crypto';
import { constants, promises as fs } from 'node:fs';
import path from 'node:path';
import { ExpChatError } from './errors.ts';

export interface FileHandle {
  /** Reads up to `length` bytes at `position` into `buffer` from `offset`; returns the count, 0 at the end. */
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  /** Writes all bytes of `data` at `position`, or at the end where `position` is null. */
  write(data: Uint8Array, position: number | null): Promise<void>;
  truncate(length: number): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly size: number;
  readonly modifiedMs: number;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: FileFacts['kind'];
}

export type OpenMode = 'read' | 'create' | 'createNew' | 'append' | 'update';

/** The primitive operations. Errors are Node's, with `code` such as `ENOENT` or `ENOSPC`. */
export interface FileBackend {
  open(file: string, mode: OpenMode): Promise<FileHandle>;
  rename(from: string, to: string): Promise<void>;
  unlink(file: string): Promise<void>;
  removeDirectory(directory: string): Promise<void>;
  /** Makes one folder, whose parent is there; one that is there already is no error. */
  makeDirectory(directory: string): Promise<void>;
  list(directory: string): Promise<DirectoryEntry[]>;
  /** Facts of the entry itself; a link is reported as `link`. */
  facts(file: string): Promise<FileFacts>;
  /** The path with every link resolved. */
  realPath(file: string): Promise<string>;
  syncDirectory(directory: string): Promise<void>;
}

const FLAGS: Readonly<Record<OpenMode, string | number>> = {
  read: 'r',
  create: 'w',
  createNew: 'wx',
  append: 'a',
  update: constants.O_RDWR | constants.O_CREAT,
};

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): FileFacts['kind'] {
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'directory' : 'other';
}

export const nodeBackend: FileBackend = {
  async open(file, mode) {
    const handle = await fs.open(file, FLAGS[mode], 0o600);
    return {
      read: async (buffer, offset, length, position) => (await handle.read(buffer, offset, length, position)).bytesRead,
      async write(data, position) {
        let done = 0;
        while (done < data.byteLength) {
          const at = position === null ? null : position + done;
          done += (await handle.write(data, done, data.byteLength - done, at)).bytesWritten;
        }
      },
      truncate: (length) => handle.truncate(length),
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  rename: (from, to) => fs.rename(from, to),
  unlink: (file) => fs.unlink(file),
  removeDirectory: (directory) => fs.rmdir(directory),
  async makeDirectory(directory) {
    try {
      await fs.mkdir(directory, { mode: 0o700 });
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EEXIST';
      if (!taken || !(await fs.stat(directory)).isDirectory()) throw error;
    }
  },
  list: async (directory) =>
    (await fs.readdir(directory, { withFileTypes: true })).map((entry) => ({ name: entry.name, kind: kindOf(entry) })),
  async facts(file) {
    const stat = await fs.lstat(file);
    return { kind: kindOf(stat), size: stat.size, modifiedMs: stat.mtimeMs };
  },
  realPath: (file) => fs.realpath(file),
  async syncDirectory(directory) {
    if (process.platform === 'win32') return; // Windows has no handle on a folder to sync; NTFS journals the rename.
    const handle = await fs.open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

let backend: FileBackend = nodeBackend;

/** Runs `body` with every file operation of the process going to `replacement`. For tests. */
export async function withBackend<T>(replacement: FileBackend, body: () => Promise<T>): Promise<T> {
  const previous = backend;
  backend = replacement;
  try {
    return await body();
  } finally {
    backend = previous;
  }
}

/** Turns Node's error of a file operation into one of ours, with the path and the next step. */
export function fileError(error: unknown, file: string, doing: string): ExpChatError {
  if (error instanceof ExpChatError) return error;
  const code = (error as NodeJS.ErrnoException)?.code ?? 'EUNKNOWN';
  const known: Record<string, { code: string; kind: 'notFound' | 'resources' | 'refused' | 'failure'; next: string }> =
    {
      ENOENT: { code: 'files.not-found', kind: 'notFound', next: 'Check the path.' },
      ENOTDIR: { code: 'files.not-found', kind: 'notFound', next: 'Check the path: a part of it is not a folder.' },
      ENOSPC: {
        code: 'files.disk-full',
        kind: 'resources',
        next: 'Free some space and run the same command again; nothing was half-written.',
      },
      EDQUOT: {
        code: 'files.disk-full',
        kind: 'resources',
        next: 'Your disk quota is used up; free some space and run the same command again.',
      },
      EFBIG: {
        code: 'files.too-large',
        kind: 'resources',
        next: 'The file system or a limit of the process allows no file of this size.',
      },
      EACCES: {
        code: 'files.no-permission',
        kind: 'refused',
        next: 'Check the permissions of the file and its folder.',
      },
      EPERM: {
        code: 'files.no-permission',
        kind: 'refused',
        next: 'Check the permissions of the file and its folder.',
      },
      EROFS: {
        code: 'files.no-permission',
        kind: 'refused',
        next: 'The file system is read-only; choose another folder.',
      },
      EMFILE: { code: 'files.too-many-open', kind: 'resources', next: 'Raise the limit of open files (ulimit -n).' },
      EISDIR: { code: 'files.is-a-folder', kind: 'usage' as 'failure', next: 'Give the path of a file.' },
      EIO: { code: 'files.io', kind: 'failure', next: 'The device reported an error; check the disk.' },
    };
  const entry = known[code] ?? { code: 'files.failed', kind: 'failure' as const, next: 'See the cause.' };
  return new ExpChatError({
    ...entry,
    message: `${file}: ${doing} failed (${code})`,
    fields: { path: file, errno: code, doing },
    cause: error,
  });
}

async function attempt<T>(file: string, doing: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw fileError(error, file, doing);
  }
}

function errnoOf(error: unknown): string | undefined {
  return error instanceof ExpChatError ? (error.fields['errno'] as string) : (error as NodeJS.ErrnoException)?.code;
}

/** Facts of the file or folder, links followed, or undefined where there is none. */
export async function factsOf(file: string): Promise<FileFacts | undefined> {
  try {
    const facts = await backend.facts(file);
    return facts.kind === 'link' ? await backend.facts(await backend.realPath(file)) : facts;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw fileError(error, file, 'looking at it');
  }
}

export async function exists(file: string): Promise<boolean> {
  return (await factsOf(file)) !== undefined;
}

export function realPath(file: string): Promise<string> {
  return attempt(file, 'resolving it', () => backend.realPath(file));
}

/** Makes the folder and those above it; the new names are durable when this returns. */
export async function makeDirectory(directory: string): Promise<void> {
  const missing: string[] = [];
  for (let place = path.resolve(directory); !(await exists(place)); place = path.dirname(place)) {
    missing.push(place);
    if (path.dirname(place) === place) break; // a drive that is not there
  }
  if (missing.length === 0) return;
  await attempt(directory, 'making the folder', async () => {
    // One by one: Node's recursive mkdir tries for ever where a file system takes no new folder, as /proc does.
    for (const place of missing.reverse()) {
      await backend.makeDirectory(place);
      await backend.syncDirectory(path.dirname(place));
    }
  });
}

/** Entries of a folder, sorted by name (code unit order, the same on every platform). */
export async function listDirectory(directory: string): Promise<DirectoryEntry[]> {
  const entries = await attempt(directory, 'listing it', () => backend.list(directory));
  return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Every regular file below `directory`, as sorted paths relative to it with `/`. Links are not followed. */
export async function listFilesBelow(directory: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (relative: string): Promise<void> => {
    for (const entry of await listDirectory(path.join(directory, relative))) {
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.kind === 'directory') await walk(name);
      else if (entry.kind === 'file') found.push(name);
    }
  };
  await walk('');
  return found.sort();
}

/** Opens a file for ranged access; the caller closes it. What fails on the handle is reported with the path. */
export async function openFile(file: string, mode: OpenMode): Promise<FileHandle> {
  const handle = await attempt(file, 'opening it', () => backend.open(file, mode));
  return {
    read: (buffer, offset, length, position) =>
      attempt(file, 'reading it', () => handle.read(buffer, offset, length, position)),
    write: (data, position) => attempt(file, 'writing it', () => handle.write(data, position)),
    truncate: (length) => attempt(file, 'cutting it', () => handle.truncate(length)),
    sync: () => attempt(file, 'writing it to the disk', () => handle.sync()),
    close: () => attempt(file, 'closing it', () => handle.close()),
  };
}

/** The whole file. Throws `files.too-large-to-read` before allocating where it is longer than `maxBytes`. */
export async function readBytes(file: string, maxBytes = 2 ** 31): Promise<Uint8Array<ArrayBuffer>> {
  const facts = await factsOf(file);
  if (facts === undefined) throw fileError({ code: 'ENOENT' }, file, 'reading it');
  if (facts.kind === 'directory') throw fileError({ code: 'EISDIR' }, file, 'reading it');
  if (facts.size > maxBytes) {
    throw new ExpChatError({
      code: 'files.too-large-to-read',
      kind: 'refused',
      message: `${file}: expected at most ${maxBytes} bytes, got ${facts.size}`,
      fields: { path: file, bytes: facts.size, maxBytes },
    });
  }
  const bytes = new Uint8Array(facts.size);
  const handle = await openFile(file, 'read');
  try {
    const count = await attempt(file, 'reading it', () => readFully(handle, bytes, 0));
    return count === bytes.byteLength ? bytes : bytes.slice(0, count);
  } finally {
    await handle.close();
  }
}

/** Fills `target` from `position`; returns the bytes read, fewer only at the end of the file. */
export async function readFully(handle: FileHandle, target: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < target.byteLength) {
    const count = await handle.read(target, done, Math.min(target.byteLength - done, 2 ** 30), position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** The whole file as text. Throws `files.not-utf8` where it is not valid UTF-8. A byte order mark is removed. */
export async function readText(file: string, maxBytes = 2 ** 29): Promise<string> {
  const bytes = await readBytes(file, maxBytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ExpChatError({
      code: 'files.not-utf8',
      message: `${file}: expected UTF-8 text`,
      fields: { path: file },
      cause,
    });
  }
}

/** The file's JSON. Throws `files.not-json` with the path. The caller checks the shape. */
export async function readJson(file: string, maxBytes = 2 ** 28): Promise<unknown> {
  const text = await readText(file, maxBytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ExpChatError({
      code: 'files.not-json',
      message: `${file}: expected JSON, got ${(cause as Error).message}`,
      fields: { path: file },
      cause,
    });
  }
}

/** Lines of a UTF-8 file without their `\n`, one at a time, in bounded memory. */
export async function* readLines(file: string, maxLineBytes = 64 * 2 ** 20): AsyncGenerator<string> {
  const handle = await openFile(file, 'read');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const chunk = new Uint8Array(256 * 1024);
  let rest = new Uint8Array(0);
  let position = 0;
  try {
    for (;;) {
      const count = await attempt(file, 'reading it', () => handle.read(chunk, 0, chunk.byteLength, position));
      if (count === 0) break;
      position += count;
      let start = 0;
      for (let end = chunk.indexOf(10, start); end !== -1 && end < count; end = chunk.indexOf(10, start)) {
        yield decodeLine(decoder, rest, chunk.subarray(start, end), file);
        rest = new Uint8Array(0);
        start = end + 1;
      }
      if (start < count) rest = joined(rest, chunk.subarray(start, count));
      if (rest.byteLength > maxLineBytes) {
        throw new ExpChatError({
          code: 'files.line-too-long',
          kind: 'refused',
          message: `${file}: expected lines of at most ${maxLineBytes} bytes`,
          fields: { path: file },
        });
      }
    }
    if (rest.byteLength > 0) yield decodeLine(decoder, rest, new Uint8Array(0), file);
  } finally {
    await handle.close();
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
}

function decodeLine(
  decoder: InstanceType<typeof TextDecoder>,
  head: Uint8Array,
  tail: Uint8Array,
  file: string,
): string {
  try {
    return decoder.decode(head.byteLength === 0 ? tail : joined(head, tail));
  } catch (cause) {
    throw new ExpChatError({
      code: 'files.not-utf8',
      message: `${file}: expected UTF-8 text`,
      fields: { path: file },
      cause,
    });
  }
}

export type Content = string | Uint8Array | AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

const encoder = new TextEncoder();

/** Replaces `file` by `content` so that a reader, or a restart after a kill, sees the old bytes or the new ones. */
export async function writeDurably(file: string, content: Content): Promise<{ bytes: number; sha256: string }> {
  const directory = path.dirname(file);
  await makeDirectory(directory);
  const temporary = path.join(directory, `${path.basename(file)}.tmp-${process.pid}`);
  try {
    const written = await writeAndSync(temporary, content);
    await attempt(file, 'replacing it', async () => {
      await backend.rename(temporary, file);
      await backend.syncDirectory(directory);
    });
    return written;
  } catch (error) {
    await backend.unlink(temporary).catch(() => undefined); // The write's own error is the one to report.
    throw error;
  }
}

async function writeAndSync(file: string, content: Content): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const parts = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  const handle = await openFile(file, 'create');
  try {
    for await (const part of parts) {
      const data = typeof part === 'string' ? encoder.encode(part) : part;
      hash.update(data);
      await attempt(file, 'writing it', () => handle.write(data, bytes));
      bytes += data.byteLength;
    }
    await attempt(file, 'writing it to the disk', () => handle.sync());
  } finally {
    await handle.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * Makes the folder `directory` appear whole or not at all: `fill` writes into a temporary sibling, which is synced and
 * renamed. An existing folder of that name is moved aside first and removed last.
 */
export async function writeDirectoryDurably(
  directory: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const parent = path.dirname(directory);
  const temporary = path.join(parent, `${path.basename(directory)}.tmp-${process.pid}`);
  await makeDirectory(parent);
  await removeTree(temporary);
  try {
    await makeDirectory(temporary);
    await fill(temporary);
    await attempt(directory, 'putting it in place', async () => {
      await backend.syncDirectory(temporary);
      const old = path.join(parent, `${path.basename(directory)}.old-${process.pid}`);
      const replaces = await exists(directory);
      if (replaces) await backend.rename(directory, old);
      await backend.rename(temporary, directory);
      await backend.syncDirectory(parent);
      if (replaces) await removeTree(old);
    });
  } catch (error) {
    await removeTree(temporary).catch(() => undefined); // The first error is the one to report.
    throw error;
  }
}

/** Removes a file or a folder with all below it; nothing happens where there is none. Links are removed, not followed. */
export async function removeTree(target: string): Promise<void> {
  let facts: FileFacts;
  try {
    facts = await backend.facts(target);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw fileError(error, target, 'removing it');
  }
  await attempt(target, 'removing it', async () => {
    if (facts.kind !== 'directory') return backend.unlink(target);
    for (const entry of await backend.list(target)) await removeTree(path.join(target, entry.name));
    await backend.removeDirectory(target);
  });
}

export function renameFile(from: string, to: string): Promise<void> {
  return attempt(from, 'renaming it', async () => {
    await backend.rename(from, to);
    await backend.syncDirectory(path.dirname(to));
  });
}

/** SHA-256 of a file in hexadecimal, in bounded memory. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  const handle = await openFile(file, 'read');
  const chunk = new Uint8Array(2 ** 17);
  try {
    for (let position = 0; ; ) {
      const count = await attempt(file, 'reading it', () => handle.read(chunk, 0, chunk.byteLength, position));
      if (count === 0) return hash.digest('hex');
      hash.update(chunk.subarray(0, count));
      position += count;
    }
  } finally {
    await handle.close();
  }
}

export function sha256OfBytes(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
