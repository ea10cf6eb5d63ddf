/**
 * Tokens by their bytes: the longest token a text begins with, and for each token the next shorter one it begins with.
 * It knows nothing of merges.
 *
 * Nearly all of the time goes into waiting for memory. So the first two bytes are one look-up, the children of a node lie
 * beside each other, and those with the lowest ids, which are the most frequent, come first.
 */

/** No token. */
export const NO_TOKEN = -1;

/** In the first number of a node: the byte, whether it is the last child of its parent, and where its children begin. */
const LAST = 256;
const CHILDREN = 9;

export class TokenTrie {
  /** The longest token that is a proper beginning of token `id`, or `NO_TOKEN`. */
  readonly shorter: Int32Array;
  /** Two numbers each: the first as above, then the token that ends here plus one. Node 0 is none. */
  readonly #nodes: Int32Array;
  /** Token plus one of each first byte, and the node of each pair of first bytes. */
  readonly #firsts = new Int32Array(256);
  readonly #pairs = new Int32Array(65536);

  /** `tokens`: bytes by id; `wanted(id)` tells which are put in. All 256 bytes must be. */
  constructor(tokens: readonly Uint8Array[], wanted: (id: number) => boolean) {
    const ids = Array.from(tokens.keys()).filter((id) => tokens[id]!.length > 0 && wanted(id));
    // The first six bytes as a number decide nearly always, and are near.
    const heads = Float64Array.from(tokens, headOf);
    ids.sort((a, b) => heads[a]! - heads[b]! || compare(tokens[a]!, tokens[b]!));
    const builder = new Builder(tokens, ids);
    for (let from = 0; from < ids.length; ) {
      const bytes = tokens[ids[from]!]!;
      if (bytes.length === 1) {
        this.#firsts[bytes[0]!] = ids[from++]! + 1;
        continue;
      }
      let to = from + 1;
      while (to < ids.length && samePair(tokens[ids[to]!]!, bytes)) to++;
      const node = builder.add(from, to, 2, bytes[1]! | LAST);
      this.#pairs[(bytes[0]! << 8) | bytes[1]!] = node;
      from = to;
    }
    this.#nodes = builder.finish();
    this.shorter = new Int32Array(tokens.length).fill(NO_TOKEN);
    for (const id of ids) {
      const bytes = tokens[id]!;
      if (bytes.length > 1) this.shorter[id] = this.longest(bytes, 0, bytes.length - 1);
    }
  }

  /** The longest token that `bytes[start .. end)` begins with; `start < end`. */
  longest(bytes: Uint8Array, start: number, end: number): number {
    const nodes = this.#nodes;
    let found = this.#firsts[bytes[start]!]!;
    if (start + 1 === end) return found - 1;
    let node = this.#pairs[(bytes[start]! << 8) | bytes[start + 1]!]!;
    if (node === 0) return found - 1;
    for (let i = start + 2; ; i++) {
      const token = nodes[node * 2 + 1]!;
      if (token !== 0) found = token;
      node = nodes[node * 2]! >>> CHILDREN;
      if (node === 0 || i === end) return found - 1;
      const byte = bytes[i]!;
      for (let child = nodes[node * 2]!; (child & 0xff) !== byte; child = nodes[node * 2]!) {
        if ((child & LAST) !== 0) return found - 1;
        node++;
      }
    }
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
  readonly #numbers: number[] = [0, 0];
  /** Children of the node in hand: where the range of each begins, its byte and its lowest id. */
  readonly #starts: number[] = [];
  readonly #bytes: number[] = [];
  readonly #lowest: number[] = [];

  constructor(tokens: readonly Uint8Array[], ids: readonly number[]) {
    this.#tokens = tokens;
    this.#ids = ids;
  }

  add(from: number, to: number, depth: number, number: number): number {
    this.#numbers.push(number, 0);
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
      this.#numbers[node * 2 + 1] = shortest + 1;
      from++;
    }
    if (from === to) return;
    this.#numbers[node * 2]! |= this.#from.length << CHILDREN;
    const count = this.#divide(from, to, depth);
    for (let done = 0; done < count; done++) {
      let next = 0;
      for (let child = 1; child < count; child++) if (this.#lowest[child]! < this.#lowest[next]!) next = child;
      this.#lowest[next] = Number.MAX_SAFE_INTEGER;
      const end = next + 1 === count ? to : this.#starts[next + 1]!;
      this.add(this.#starts[next]!, end, depth + 1, this.#bytes[next]! | (done + 1 === count ? LAST : 0));
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
