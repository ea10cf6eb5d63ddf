/** Disks that fail, for the laws of what must survive. */
import { type FileBackend, type FileHandle, nodeBackend } from '../../src/base/index.ts';

/** Errors of the operating system that a save may meet; `short-write` writes half and then finds the disk full. */
export const FAULTS = ['ENOSPC', 'EIO', 'EMFILE', 'EACCES', 'EROFS', 'short-write'] as const;
export type Fault = (typeof FAULTS)[number];

const injected = (fault: Fault): Error =>
  Object.assign(new Error('injected'), { code: fault === 'short-write' ? 'ENOSPC' : fault });

/** A disk on which every operation, looking at things too, fails from the `k`-th on (from 1), or that one alone. */
export function failingDisk(k: number, fault: Fault, once: boolean): FileBackend {
  let operations = 0;
  const fails = (): boolean => {
    operations++;
    return once ? operations === k : operations >= k;
  };
  const guarded = async <T>(body: () => Promise<T>): Promise<T> => {
    if (fails()) throw injected(fault);
    return body();
  };
  const write = async (handle: FileHandle, data: Uint8Array, position: number | null): Promise<void> => {
    if (!fails()) return handle.write(data, position);
    if (fault === 'short-write') await handle.write(data.subarray(0, data.byteLength >> 1), position);
    throw injected(fault);
  };
  return {
    async open(file, mode) {
      const handle = await guarded(() => nodeBackend.open(file, mode));
      return {
        read: (buffer, offset, length, position) => guarded(() => handle.read(buffer, offset, length, position)),
        write: (data, position) => write(handle, data, position),
        truncate: (length) => guarded(() => handle.truncate(length)),
        sync: () => guarded(async () => undefined), // Whether bytes reach the platter is not what is tested.
        async close() {
          await handle.close(); // As in Linux, a close that reports an error has closed.
          await guarded(async () => undefined);
        },
      };
    },
    rename: (from, to) => guarded(() => nodeBackend.rename(from, to)),
    unlink: (file) => guarded(() => nodeBackend.unlink(file)),
    removeDirectory: (directory) => guarded(() => nodeBackend.removeDirectory(directory)),
    makeDirectory: (directory) => guarded(() => nodeBackend.makeDirectory(directory)),
    list: (directory) => guarded(() => nodeBackend.list(directory)),
    facts: (file) => guarded(() => nodeBackend.facts(file)),
    realPath: (file) => guarded(() => nodeBackend.realPath(file)),
    syncDirectory: () => guarded(async () => undefined),
  };
}
