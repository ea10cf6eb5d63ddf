/** The last lines of a terminal, drawn again and again in place, also after its size has changed. It knows no content. */

const STYLE = /\u001b\[\d+m/g;

export class LiveRegion {
  readonly #write: (text: string) => void;
  readonly #columns: () => number;
  #drawn: readonly string[] = [];

  constructor(options: { readonly write: (text: string) => void; readonly columns: () => number }) {
    this.#write = options.write;
    this.#columns = options.columns;
  }

  /** Replaces what was drawn before. */
  draw(lines: readonly string[]): void {
    this.#write(`${this.#backToTop()}${lines.join('\n')}`);
    this.#drawn = lines;
  }

  /** Removes what was drawn; what is written next stands in its place. */
  clear(): void {
    if (this.#drawn.length > 0) this.#write(this.#backToTop());
    this.#drawn = [];
  }

  /** Leaves what was drawn and goes on below it. */
  release(): void {
    if (this.#drawn.length > 0) this.#write('\n');
    this.#drawn = [];
  }

  /** To the first column of the first drawn line, with nothing after it. A narrower terminal has wrapped the lines. */
  #backToTop(): string {
    if (this.#drawn.length === 0) return '';
    const columns = Math.max(1, this.#columns());
    const rows = this.#drawn.reduce((sum, line) => {
      const length = [...line.replaceAll(STYLE, '')].length;
      return sum + Math.max(1, Math.ceil(length / columns));
    }, 0);
    return `\r${rows > 1 ? `\u001b[${rows - 1}A` : ''}\u001b[J`;
  }
}
