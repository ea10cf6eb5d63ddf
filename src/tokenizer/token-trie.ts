/**
 * Tokens by their bytes: the longest token a text begins with, and for each token the next shorter one it begins with.
 * It knows nothing of merges.
 *
 * Nearly all of the time goes into waiting for memory, so one step is one place: a node that ends a token has the number
 * of the token plus one, the other nodes have the numbers above, and 0 is no node.
 */

/** No token. */
export const NO_TOKEN = -1;

const FEW_SLOTS = 2 ** 10;

export class TokenTrie {
  /** The longest token that is a proper beginning of token `id`, or `NO_TOKEN`. */
  readonly shorter: Int32Array;
  /** Nodes up to this number end a token. */
  readonly #lastToken: number;
  /** A hash table of steps: `node * 256 + byte`, then the node it leads to; 0 where there is none. */
  #steps = new Int32Array(FEW_SLOTS * 2);
  #shift = 32 - Math.log2(FEW_SLOTS);
  #stepCount = 0;
  #nodes: number;
  /** The node of each first byte, and of each pair of first bytes, so that two steps cost one look-up. */
  readonly #firsts = new Int32Array(256);
  readonly #pairs = new Int32Array(65536);

  /** `tokens`: bytes by id; `wanted(id)` tells which are put in. All 256 bytes must be. */
  constructor(tokens: readonly Uint8Array[], wanted: (id: number) => boolean) {
    this.#lastToken = tokens.length;
    this.#nodes = tokens.length + 1;
    this.shorter = new Int32Array(tokens.length).fill(NO_TOKEN);
    // Shorter tokens first: a node that ends a token is then made by it, but where no token leads on to it.
    const order = Array.from(tokens.keys()).filter(wanted);
    order.sort((a, b) => tokens[a]!.length - tokens[b]!.length);
    for (const id of order) this.#insert(tokens[id]!, id);
    for (const id of order) {
      const bytes = tokens[id]!;
      if (bytes.length > 1) this.shorter[id] = this.longest(bytes, 0, bytes.length - 1);
    }
  }

  /** The longest token that `bytes[start .. end)` begins with; `start < end`. */
  longest(bytes: Uint8Array, start: number, end: number): number {
    let found = this.#firsts[bytes[start]!]!;
    if (start + 1 === end) return found - 1;
    const steps = this.#steps;
    const shift = this.#shift;
    const mask = steps.length - 2;
    const lastToken = this.#lastToken;
    let node = this.#pairs[(bytes[start]! << 8) | bytes[start + 1]!]!;
    for (let i = start + 2; node !== 0; i++) {
      if (node <= lastToken) found = node;
      if (i === end) break;
      const key = (node << 8) | bytes[i]!;
      let at = (Math.imul(key, 0x9e3779b1) >>> shift) << 1;
      let seen = steps[at]!;
      while (seen !== key && seen !== 0) {
        at = (at + 2) & mask;
        seen = steps[at]!;
      }
      node = steps[at + 1]!;
    }
    return found - 1;
  }

  /** The tokens come in the order of their lengths, so a longer one never takes a number from a node already made. */
  #insert(bytes: Uint8Array, id: number): void {
    const last = bytes.length - 1;
    if (last === 0) {
      this.#firsts[bytes[0]!] = id + 1;
      return;
    }
    const pair = (bytes[0]! << 8) | bytes[1]!;
    if (last === 1) {
      this.#pairs[pair] = id + 1;
      return;
    }
    if (this.#pairs[pair] === 0) this.#pairs[pair] = this.#nodes++;
    let node = this.#pairs[pair]!;
    for (let i = 2; i <= last; i++) {
      const key = (node << 8) | bytes[i]!;
      let at = this.#slotOf(key);
      if (this.#steps[at] === 0) {
        if (++this.#stepCount * 3 > this.#steps.length) {
          this.#grow();
          at = this.#slotOf(key);
        }
        this.#steps[at] = key;
        this.#steps[at + 1] = i === last ? id + 1 : this.#nodes++;
      }
      node = this.#steps[at + 1]!;
    }
  }

  #slotOf(key: number): number {
    const mask = this.#steps.length - 2;
    let at = (Math.imul(key, 0x9e3779b1) >>> this.#shift) << 1;
    while (this.#steps[at] !== key && this.#steps[at] !== 0) at = (at + 2) & mask;
    return at;
  }

  #grow(): void {
    const old = this.#steps;
    this.#steps = new Int32Array(old.length * 2);
    this.#shift--;
    for (let at = 0; at < old.length; at += 2) {
      if (old[at] === 0) continue;
      const slot = this.#slotOf(old[at]!);
      this.#steps[slot] = old[at]!;
      this.#steps[slot + 1] = old[at + 1]!;
    }
  }
}
