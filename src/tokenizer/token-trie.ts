/**
 * Tokens by their bytes: the longest token a text begins with, and for each token the next shorter one it begins with.
 * It knows nothing of merges.
 *
 * Nearly all of the time goes into waiting for memory. So the first three bytes are one look-up where they are frequent in
 * tokens, a node tells without a look at its children which bytes none of them has, these lie beside each other, and
 * those with the lowest ids, which are the most frequent, come first.
 */

/** No token. */
export const NO_TOKEN = -1;

/** A token is given with its length in one number: the id in the lower 20 bits, the length above. */
export const LENGTH_SHIFT = 20;
export const ID_MASK = 2 ** LENGTH_SHIFT - 1;

/** Beside the byte of a node: it is the last child of its parent. */
const LAST = 256;
/** Bytes of a class of their own, and one class for all others. */
const CLASSES = 64;
/** In the table of three bytes: what they begin is not in it. Other odd numbers are a token, even ones a node, doubled. */
const NOT_HERE = -1;

export class TokenTrie {
  /** The longest token that is a proper beginning of token `id`, with its length, or `NO_TOKEN`. */
  readonly shorter: Int32Array;
  /**
   * Four numbers each: the byte and whether it is the last child, a bit for the lower five bits of each child's byte, the
   * first child or 0, and the longest token that ends here or above. Node 0 is none.
   */
  readonly #nodes: Int32Array;
  /** Token of each first byte, and the node of each pair of first bytes. */
  readonly #firsts = new Int32Array(256);
  readonly #pairs = new Int32Array(65536);
  /** By the classes of three bytes, six bits each. */
  readonly #triples = new Int32Array(CLASSES ** 3).fill(NOT_HERE);
  readonly #classOf = new Uint8Array(256);
  /** Bytes of the longest token. */
  readonly depth: number;

  /** `tokens`: bytes by id; `wanted(id)` tells which are put in. All 256 bytes must be. */
  constructor(tokens: readonly Uint8Array[], wanted: (id: number) => boolean) {
    const ids = Array.from(tokens.keys()).filter((id) => tokens[id]!.length > 0 && wanted(id));
    this.depth = ids.reduce((depth, id) => Math.max(depth, tokens[id]!.length), 0);
    // The first six bytes as a number decide nearly always, and are near.
    const heads = Float64Array.from(tokens, headOf);
    ids.sort((a, b) => heads[a]! - heads[b]! || compare(tokens[a]!, tokens[b]!));
    const builder = new Builder(tokens, ids);
    for (let from = 0; from < ids.length; ) {
      const bytes = tokens[ids[from]!]!;
      if (bytes.length === 1) {
        this.#firsts[bytes[0]!] = ids[from++]! | (1 << LENGTH_SHIFT);
        continue;
      }
      let to = from + 1;
      while (to < ids.length && samePair(tokens[ids[to]!]!, bytes)) to++;
      const node = builder.add(from, to, 2, bytes[1]! | LAST, this.#firsts[bytes[0]!]!);
      this.#pairs[(bytes[0]! << 8) | bytes[1]!] = node;
      from = to;
    }
    this.#nodes = builder.finish();
    this.#fillTriples(tokens, ids);
    this.shorter = new Int32Array(tokens.length).fill(NO_TOKEN);
    for (const id of ids) {
      const bytes = tokens[id]!;
      if (bytes.length > 1) this.shorter[id] = this.longest(bytes, 0, bytes.length - 1);
    }
  }

  #fillTriples(tokens: readonly Uint8Array[], ids: readonly number[]): void {
    const counts = new Float64Array(256);
    for (const id of ids) for (const byte of tokens[id]!) counts[byte]!++;
    const frequent = Array.from(counts.keys())
      .sort((a, b) => counts[b]! - counts[a]!)
      .slice(0, CLASSES - 1);
    for (const [at, byte] of frequent.entries()) this.#classOf[byte] = at + 1;
    for (const first of frequent) {
      for (const second of frequent) {
        const row = (this.#classOf[first]! << 12) | (this.#classOf[second]! << 6);
        const node = this.#pairs[(first << 8) | second]!;
        const shorter = node === 0 ? this.#firsts[first]! : this.#nodes[node * 4 + 3]!;
        this.#triples.fill((shorter << 1) | 1, row + 1, row + CLASSES);
        if (node !== 0) this.#fillRow(row, this.#nodes[node * 4 + 2]!);
      }
    }
  }

  /** Writes the children of a pair, of which `first` is the first or 0, into its row. */
  #fillRow(row: number, first: number): void {
    const nodes = this.#nodes;
    for (let child = first; child !== 0; child = (nodes[child * 4]! & LAST) === 0 ? child + 1 : 0) {
      const third = this.#classOf[nodes[child * 4]! & 0xff]!;
      const hasChildren = nodes[child * 4 + 2] !== 0;
      if (third !== 0) this.#triples[row | third] = hasChildren ? child << 1 : (nodes[child * 4 + 3]! << 1) | 1;
    }
  }

  /** The longest token that `bytes[start .. end)` begins with; `start < end`. */
  longest(bytes: Uint8Array, start: number, end: number): number {
    if (start + 3 > end) return this.#fromPair(bytes, start, end);
    const classOf = this.#classOf;
    const heads = (classOf[bytes[start]!]! << 12) | (classOf[bytes[start + 1]!]! << 6);
    const entry = this.#triples[heads | classOf[bytes[start + 2]!]!]!;
    if (entry === NOT_HERE) return this.#fromPair(bytes, start, end);
    return (entry & 1) === 1 ? entry >> 1 : this.#below(entry >> 1, bytes, start + 3, end);
  }

  #fromPair(bytes: Uint8Array, start: number, end: number): number {
    const first = bytes[start]!;
    const node = start + 1 === end ? 0 : this.#pairs[(first << 8) | bytes[start + 1]!]!;
    return node === 0 ? this.#firsts[first]! : this.#below(node, bytes, start + 2, end);
  }

  /** The longest token below or at a node, `start` being the place of the byte after it. */
  #below(node: number, bytes: Uint8Array, start: number, end: number): number {
    const nodes = this.#nodes;
    let at = node << 2;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if ((nodes[at + 1]! & (1 << (byte & 31))) === 0) break;
      let child = nodes[at + 2]! << 2;
      for (let head = nodes[child]!; (head & 0xff) !== byte; head = nodes[child]!) {
        if ((head & LAST) !== 0) return nodes[at + 3]!;
        child += 4;
      }
      at = child;
    }
    return nodes[at + 3]!;
  }
}

/** Lays out the nodes below the pairs of first bytes, level by level. Plain lists of numbers: an object a node is slow. */
class Builder {
  readonly #tokens: readonly Uint8Array[];
  readonly #ids: readonly number[];
  /** Of each node: its range of ids, and how many bytes it stands for. */
  readonly #from: number[] = [0];
  readonly #to: number[] = [0];
  readonly #depths: number[] = [0];
  readonly #numbers: number[] = [0, 0, 0, 0];
  /** Children of the node in hand: where the range of each begins, its byte and its lowest id. */
  readonly #starts: number[] = [];
  readonly #bytes: number[] = [];
  readonly #lowest: number[] = [];

  constructor(tokens: readonly Uint8Array[], ids: readonly number[]) {
    this.#tokens = tokens;
    this.#ids = ids;
  }

  add(from: number, to: number, depth: number, number: number, best: number): number {
    this.#numbers.push(number, 0, 0, best);
    this.#from.push(from);
    this.#to.push(to);
    return this.#depths.push(depth) - 1;
  }

  finish(): Int32Array {
    for (let node = 1; node < this.#from.length; node++) this.#expand(node);
    return Int32Array.from(this.#numbers);
  }

  #expand(node: number): void {
    const depth = this.#depths[node]!;
    const to = this.#to[node]!;
    let from = this.#from[node]!;
    const shortest = this.#ids[from]!;
    if (this.#tokens[shortest]!.length === depth) {
      this.#numbers[node * 4 + 3] = shortest | (depth << LENGTH_SHIFT);
      from++;
    }
    if (from === to) return;
    this.#numbers[node * 4 + 2] = this.#from.length;
    const best = this.#numbers[node * 4 + 3]!;
    const count = this.#divide(from, to, depth);
    for (let done = 0; done < count; done++) {
      let next = 0;
      for (let child = 1; child < count; child++) if (this.#lowest[child]! < this.#lowest[next]!) next = child;
      this.#lowest[next] = Number.MAX_SAFE_INTEGER;
      this.#numbers[node * 4 + 1]! |= 1 << (this.#bytes[next]! & 31);
      const end = next + 1 === count ? to : this.#starts[next + 1]!;
      this.add(this.#starts[next]!, end, depth + 1, this.#bytes[next]! | (done + 1 === count ? LAST : 0), best);
    }
  }

  /** Divides a range of ids by the byte at `depth` and returns how many children that are. */
  #divide(from: number, to: number, depth: number): number {
    let count = 0;
    for (let at = from; at < to; at++) {
      const id = this.#ids[at]!;
      const byte = this.#tokens[id]![depth]!;
      if (count > 0 && this.#bytes[count - 1] === byte) {
        if (id < this.#lowest[count - 1]!) this.#lowest[count - 1] = id;
        continue;
      }
      this.#starts[count] = at;
      this.#bytes[count] = byte;
      this.#lowest[count++] = id;
    }
    return count;
  }
}

function samePair(a: Uint8Array, b: Uint8Array): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

function headOf(bytes: Uint8Array): number {
  let head = 0;
  for (let i = 0; i < 6; i++) head = head * 256 + (i < bytes.length ? bytes[i]! : 0);
  return head;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
