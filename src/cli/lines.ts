/** Lines of a stdin that is not a terminal, one at a time and shared by all who ask. It knows no question. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export class PipedLines {
  readonly #input: Readable;
  #lines: AsyncIterator<string> | undefined;

  constructor(input: Readable) {
    this.#input = input;
  }

  /** The next line without its end, or undefined at the end of the input. */
  async next(): Promise<string | undefined> {
    this.#lines ??= createInterface({ input: this.#input, crlfDelay: Number.POSITIVE_INFINITY })[
      Symbol.asyncIterator
    ]();
    const result = await this.#lines.next();
    return result.done ? undefined : result.value;
  }

  /** All that is left, lines joined by `\n`. */
  async rest(): Promise<string> {
    const lines: string[] = [];
    for (let line = await this.next(); line !== undefined; line = await this.next()) lines.push(line);
    return lines.join('\n');
  }
}
