/** Disks that fail, for the laws of what must survive. */
import { type FileBackend, nodeBackend } from '../../src/base/index.ts';

/** A disk on which every changing operation fails from the `k`-th on, or that one alone. */
export function failingDisk(k: number, errno: string, once: boolean): FileBackend {
  let operations = 0;
  const guarded = async <T>(body: () => Promise<T>): Promise<T> => {
    operations++;
    if (once ? operations === k : operations >= k) throw Object.assign(new Error('injected'), { code: errno });
    return body();
  };
  return {
    ...nodeBackend,
    async open(file, mode) {
      if (mode === 'read') return nodeBackend.open(file, mode);
      const handle = await guarded(() => nodeBackend.open(file, mode));
      return {
        ...handle,
        write: (data, position) => guarded(() => handle.write(data, position)),
        sync: () => guarded(async () => undefined), // Whether bytes reach the platter is not what is tested.
      };
    },
    rename: (from, to) => guarded(() => nodeBackend.rename(from, to)),
    makeDirectory: (directory) => guarded(() => nodeBackend.makeDirectory(directory)),
    syncDirectory: () => guarded(async () => undefined),
  };
}
