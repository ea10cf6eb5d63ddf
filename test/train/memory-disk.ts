/**
 * A disk in memory that can lose its power. What was written counts for sure only after a sync: names of a folder come back
 * up to some moment since its last sync (a journal keeps their order), unsynced bytes come back old, new or torn.
 */
import path from 'node:path';
import type { FileBackend, FileFacts, Rng } from '../../src/base/index.ts';

interface FileNode {
  readonly kind: 'file';
  data: Uint8Array;
  durable: Uint8Array;
}

interface FolderNode {
  readonly kind: 'directory';
  entries: Map<string, Node>;
  /** Entries at the last sync and after each change since then. */
  history: Map<string, Node>[];
}

type Node = FileNode | FolderNode;

const emptyFolder = (): FolderNode => ({ kind: 'directory', entries: new Map(), history: [new Map()] });
const errno = (code: string): Error => Object.assign(new Error(code), { code });

export class MemoryDisk {
  readonly #root: FolderNode;
  /** Changing operations so far. */
  operations = 0;
  /** From this operation on nothing reaches the disk. */
  powerOffAt = Number.POSITIVE_INFINITY;

  constructor(root: FolderNode = emptyFolder()) {
    this.#root = root;
  }

  /** What a machine finds after losing power now. */
  afterPowerLoss(rng: Rng): MemoryDisk {
    const survive = (node: Node): Node => {
      if (node.kind === 'file') {
        const data = node.data === node.durable ? node.data : survivingBytes(node, rng);
        return { kind: 'file', data, durable: data };
      }
      const entries = new Map([...rng.pick(node.history)].map(([name, child]) => [name, survive(child)]));
      return { kind: 'directory', entries, history: [new Map(entries)] };
    };
    return new MemoryDisk(survive(this.#root) as FolderNode);
  }

  get backend(): FileBackend {
    return {
      open: async (file, mode) => {
        if (mode === 'read') return this.#handle(this.#file(file));
        this.#change();
        const { folder, name } = this.#parent(file);
        const old = folder.entries.get(name);
        if (old !== undefined && mode === 'createNew') throw errno('EEXIST');
        const node: Node = old ?? { kind: 'file', data: new Uint8Array(0), durable: new Uint8Array(0) };
        if (node.kind !== 'file') throw errno('EISDIR');
        if (mode === 'create') node.data = new Uint8Array(0);
        if (old === undefined) this.#set(folder, name, node);
        return this.#handle(node);
      },
      rename: async (from, to) => {
        this.#change();
        const source = this.#parent(from);
        const target = this.#parent(to);
        const node = source.folder.entries.get(source.name);
        if (node === undefined) throw errno('ENOENT');
        const entries = new Map(source.folder.entries);
        entries.delete(source.name);
        if (source.folder === target.folder) entries.set(target.name, node);
        else this.#set(target.folder, target.name, node);
        this.#replace(source.folder, entries);
      },
      unlink: async (file) => this.#remove(file),
      removeDirectory: async (directory) => this.#remove(directory),
      makeDirectory: async (directory) => {
        this.#change();
        let folder = this.#root;
        for (const name of partsOf(directory)) {
          const next = folder.entries.get(name) ?? emptyFolder();
          if (next.kind !== 'directory') throw errno('ENOTDIR');
          if (!folder.entries.has(name)) this.#set(folder, name, next);
          folder = next;
        }
      },
      list: async (directory) => [...this.#folder(directory).entries].map(([name, { kind }]) => ({ name, kind })),
      facts: async (file): Promise<FileFacts> => {
        const node = this.#find(file);
        return { kind: node.kind, size: node.kind === 'file' ? node.data.byteLength : 0, modifiedMs: 0 };
      },
      realPath: async (file) => file,
      syncDirectory: async (directory) => {
        this.#change();
        const folder = this.#folder(directory);
        folder.history = [folder.entries];
      },
    };
  }

  #handle(node: FileNode): Awaited<ReturnType<FileBackend['open']>> {
    return {
      read: async (buffer, offset, length, position) => {
        const part = node.data.subarray(position, position + length);
        buffer.set(part, offset);
        return part.byteLength;
      },
      write: async (data, position) => {
        this.#change();
        const at = position ?? node.data.byteLength;
        const grown = new Uint8Array(Math.max(node.data.byteLength, at + data.byteLength));
        grown.set(node.data);
        grown.set(data, at);
        node.data = grown;
      },
      truncate: async (length) => {
        this.#change();
        node.data = node.data.slice(0, length);
      },
      sync: async () => {
        this.#change();
        node.durable = node.data;
      },
      close: async () => undefined,
    };
  }

  #change(): void {
    if (++this.operations >= this.powerOffAt) throw errno('EIO');
  }

  #replace(folder: FolderNode, entries: Map<string, Node>): void {
    folder.entries = entries;
    folder.history.push(entries);
  }

  #set(folder: FolderNode, name: string, node: Node): void {
    this.#replace(folder, new Map(folder.entries).set(name, node));
  }

  #remove(place: string): void {
    this.#change();
    const { folder, name } = this.#parent(place);
    const entries = new Map(folder.entries);
    if (!entries.delete(name)) throw errno('ENOENT');
    this.#replace(folder, entries);
  }

  #find(place: string): Node {
    let node: Node = this.#root;
    for (const name of partsOf(place)) {
      if (node.kind !== 'directory') throw errno('ENOTDIR');
      const next: Node | undefined = node.entries.get(name);
      if (next === undefined) throw errno('ENOENT');
      node = next;
    }
    return node;
  }

  #folder(place: string): FolderNode {
    const node = this.#find(place);
    if (node.kind !== 'directory') throw errno('ENOTDIR');
    return node;
  }

  #file(place: string): FileNode {
    const node = this.#find(place);
    if (node.kind !== 'file') throw errno('EISDIR');
    return node;
  }

  #parent(place: string): { folder: FolderNode; name: string } {
    return { folder: this.#folder(path.dirname(place)), name: path.basename(place) };
  }
}

function partsOf(place: string): string[] {
  return path
    .resolve(place)
    .split(path.sep)
    .filter((part) => part !== '' && !part.endsWith(':'));
}

function survivingBytes(node: FileNode, rng: Rng): Uint8Array {
  const choice = rng.int(3);
  if (choice === 0) return node.durable;
  const torn = node.data.slice();
  if (choice === 1) torn.fill(0, rng.int(torn.byteLength + 1));
  return torn;
}
