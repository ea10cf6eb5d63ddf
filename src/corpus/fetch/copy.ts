/** The bytes of a file as a stream of chunks. It knows nothing about what they mean. */
import { openFile } from '../../base/index.ts';

/** Chunks of at most 1 MiB; each is only valid until the next is asked for. */
export async function* copyChunks(file: string): AsyncGenerator<Uint8Array> {
  const handle = await openFile(file, 'read');
  const chunk = new Uint8Array(2 ** 20);
  try {
    for (let position = 0; ; ) {
      const count = await handle.read(chunk, 0, chunk.byteLength, position);
      if (count === 0) return;
      position += count;
      yield chunk.subarray(0, count);
    }
  } finally {
    await handle.close();
  }
}
