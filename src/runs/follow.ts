/** A JSONL file that grows while it is read: each look gives the new records. It knows no record's shape. */
import { ExpChatError, exists, factsOf, openFile, readFully } from '../base/index.ts';

const CHUNK_BYTES = 2 ** 20;
const LONGEST_LINE_BYTES = 2 ** 24;

export interface Look {
  readonly records: readonly unknown[];
  /** True where the file is not the one that was read so far: what came from it is void. */
  readonly restarted: boolean;
}

export class JsonlFollower {
  readonly #file: string;
  #position = 0;
  /** The last whole line read, to notice a file that was written anew. */
  #lastLine = new Uint8Array(0);

  constructor(file: string) {
    this.#file = file;
  }

  /** Records after those given before; a line that is still being written waits for the next look. */
  async look(): Promise<Look> {
    const restarted = this.#position > 0 && !(await this.#isTheSame());
    if (restarted) {
      this.#position = 0;
      this.#lastLine = new Uint8Array(0);
    }
    if (!(await exists(this.#file))) return { records: [], restarted };
    return { records: await this.#read(), restarted };
  }

  async #isTheSame(): Promise<boolean> {
    const facts = await factsOf(this.#file);
    if (facts === undefined || facts.size < this.#position) return false;
    const line = new Uint8Array(this.#lastLine.byteLength);
    const handle = await openFile(this.#file, 'read');
    try {
      const count = await readFully(handle, line, this.#position - line.byteLength);
      return count === line.byteLength && line.every((byte, i) => byte === this.#lastLine[i]);
    } finally {
      await handle.close();
    }
  }

  async #read(): Promise<unknown[]> {
    const records: unknown[] = [];
    const handle = await openFile(this.#file, 'read');
    try {
      let size = CHUNK_BYTES;
      for (;;) {
        const chunk = new Uint8Array(size);
        const count = await readFully(handle, chunk, this.#position);
        const end = chunk.subarray(0, count).lastIndexOf(10) + 1;
        if (end > 0) {
          const lines = new TextDecoder().decode(chunk.subarray(0, end - 1)).split('\n');
          for (const line of lines) if (line !== '') records.push(this.#parsed(line));
          this.#lastLine = chunk.slice(chunk.subarray(0, end - 1).lastIndexOf(10) + 1, end);
          this.#position += end;
        }
        if (count < size) return records;
        if (end === 0) size = this.#larger(size);
      }
    } finally {
      await handle.close();
    }
  }

  #larger(size: number): number {
    if (size < LONGEST_LINE_BYTES) return size * 2;
    throw new ExpChatError({
      code: 'runs.line-too-long',
      kind: 'refused',
      message: `${this.#file}: expected lines of at most ${LONGEST_LINE_BYTES} bytes`,
      fields: { path: this.#file },
    });
  }

  #parsed(line: string): unknown {
    try {
      return JSON.parse(line);
    } catch (cause) {
      throw new ExpChatError({
        code: 'runs.damaged',
        message: `${this.#file}: expected one JSON value a line, got ${(cause as Error).message}`,
        next: 'The record of this run is damaged; the model and its checkpoints are not touched by that.',
        fields: { path: this.#file },
        cause,
      });
    }
  }
}
