/**
 * Tokens by their bytes: the longest token a text begins with, and for each token the next shorter one it begins with.
 * It knows nothing of merges.
 */

/** No token. */
export const NO_TOKEN = -1;

const ROOT = 0;

export class TokenTrie {
  /** The longest token that is a proper beginning of token `id`, or `NO_TOKEN`. */
  readonly shorter: Int32Array;
  /** A hash table of steps: `node * 256 + byte + 1`, then the node it leads to; 0 where there is none. */
  readonly #steps: Int32Array;
  readonly #shift: number;
  /** The node of each pair of first bytes, so that two steps cost one look-up; 0 where there is none. */
  readonly #pairs = new Int32Array(65536);
  /** The node of each first byte. */
  readonly #firsts = new Int32Array(256);
  readonly #tokenAt: Int32Array;

  /** `tokens`: bytes by id; `wanted(id)` tells which are put in. All 256 bytes must be. */
  constructor(tokens: readonly Uint8Array[], wanted: (id: number) => boolean) {
    let most = 1;
    for (const [id, bytes] of tokens.entries()) if (wanted(id)) most += bytes.length;
    let bits = 8;
    while (2 ** bits < most * 2) bits++;
    this.#shift = 32 - bits;
    this.#steps = new Int32Array(2 ** (bits + 1));
    this.#tokenAt = new Int32Array(most).fill(NO_TOKEN);
    this.shorter = new Int32Array(tokens.length).fill(NO_TOKEN);
    let nodes = 1;
    for (const [id, bytes] of tokens.entries()) {
      if (!wanted(id)) continue;
      let node = ROOT;
      for (let i = 0; i < bytes.length; i++) {
        const at = this.#slotOf(node, bytes[i]!);
        if (this.#steps[at] === 0) {
          this.#steps[at] = node * 256 + bytes[i]! + 1;
          this.#steps[at + 1] = nodes++;
        }
        node = this.#steps[at + 1]!;
      }
      this.#tokenAt[node] = id;
    }
    this.#tabulate();
    for (const [id, bytes] of tokens.entries()) {
      if (bytes.length > 1 && wanted(id)) this.shorter[id] = this.longest(bytes, 0, bytes.length - 1);
    }
  }

  /** The longest token that `bytes[start .. end)` begins with; `start < end`. */
  longest(bytes: Uint8Array, start: number, end: number): number {
    const tokenAt = this.#tokenAt;
    const steps = this.#steps;
    const shift = this.#shift;
    let found = tokenAt[this.#firsts[bytes[start]!]!]!;
    if (start + 1 === end) return found;
    let node = this.#pairs[(bytes[start]! << 8) | bytes[start + 1]!]!;
    for (let i = start + 2; node !== 0; i++) {
      const token = tokenAt[node]!;
      if (token !== NO_TOKEN) found = token;
      if (i === end) break;
      const key = node * 256 + bytes[i]! + 1;
      const mask = steps.length - 2;
      let at = (Math.imul(key, 0x9e3779b1) >>> shift) << 1;
      while (steps[at] !== key && steps[at] !== 0) at = (at + 2) & mask;
      node = steps[at + 1]!;
    }
    return found;
  }

  /** The place of the step from `node` by `byte`, empty where there is none. */
  #slotOf(node: number, byte: number): number {
    const key = node * 256 + byte + 1;
    const mask = this.#steps.length - 2;
    let at = (Math.imul(key, 0x9e3779b1) >>> this.#shift) << 1;
    while (this.#steps[at] !== key && this.#steps[at] !== 0) at = (at + 2) & mask;
    return at;
  }

  #tabulate(): void {
    for (let first = 0; first < 256; first++) {
      const node = this.#steps[this.#slotOf(ROOT, first) + 1]!;
      this.#firsts[first] = node;
      if (node === 0) continue;
      for (let second = 0; second < 256; second++) {
        this.#pairs[(first << 8) | second] = this.#steps[this.#slotOf(node, second) + 1]!;
      }
    }
  }
}
