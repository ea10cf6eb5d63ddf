/** JSON Lines: one JSON value a line, UTF-8, `\n` (https://jsonlines.org). It knows no record's shape. */
import { ExpChatError } from './errors.ts';
import { exists, type FileHandle, openFile, readBytes, readLines } from './files.ts';

/** Values of a JSONL file, one at a time. Throws `jsonl.line` with the file and the line's number. */
export async function* readJsonl(file: string, maxLineBytes?: number): AsyncGenerator<unknown> {
  let number = 0;
  for await (const line of readLines(file, maxLineBytes)) {
    number++;
    if (line.trim() === '') continue;
    try {
      yield JSON.parse(line);
    } catch (cause) {
      throw new ExpChatError({
        code: 'jsonl.line',
        message: `${file}:${number}: expected one JSON value a line, got ${(cause as Error).message}`,
        fields: { path: file, line: number },
        cause,
      });
    }
  }
}

/** Appends records to a log; a record cut short by a kill is dropped when the log is opened again. */
export class JsonlLog {
  readonly #handle: FileHandle;
  #length: number;
  readonly #encoder = new TextEncoder();

  private constructor(handle: FileHandle, length: number) {
    this.#handle = handle;
    this.#length = length;
  }

  static async open(file: string): Promise<JsonlLog> {
    const old = (await exists(file)) ? await readBytes(file) : new Uint8Array(0);
    const length = old.lastIndexOf(10) + 1;
    const handle = await openFile(file, 'update');
    if (length < old.byteLength) await handle.truncate(length);
    return new JsonlLog(handle, length);
  }

  async append(record: unknown): Promise<void> {
    const data = this.#encoder.encode(`${JSON.stringify(record)}\n`);
    await this.#handle.write(data, this.#length);
    this.#length += data.byteLength;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
