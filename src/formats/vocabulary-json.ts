/**
 * The two large parts of a tokenizer's JSON, read from its bytes: an object of names to ids and a list of pairs of names.
 * `JSON.parse` would make an object of every name, which takes many times the memory of the file. It knows no tokens.
 */
import { ByteStringTable } from './byte-string-table.ts';
import { StrictJsonFault } from './strict-json.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BLANK = 0x20;
/** Longer than any number of an id. */
const MOST_DIGITS = 15;
/** What stands for itself after a backslash, and what a letter stands for. */
const ESCAPES: ReadonlyMap<number, number> = new Map([
  [QUOTE, QUOTE],
  [BACKSLASH, BACKSLASH],
  [0x2f, 0x2f],
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
]);

/** What may follow a value. */
const ENDS: readonly number[] = [0x2c, 0x7d, 0x5d, 0x20, 0x0a, 0x0d, 0x09];

/** Names in UTF-8 and their ids, by the order of the file. */
export interface NamedIds {
  readonly names: ByteStringTable;
  /** -1 where the value is no whole number from 0 on. */
  readonly ids: Int32Array;
}

/** Gives each pair of names to `take`: the bytes that hold them, where the left one ends and where the right one does. */
export type PairSource = (take: (bytes: Uint8Array, leftEnd: number, rightStart: number, end: number) => void) => void;

/** Reads along the bytes of JSON. */
class Scanner {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  at: number;
  /** The last string, in UTF-8. */
  text = new Uint8Array(256);
  length = 0;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  fault(message: string): StrictJsonFault {
    return new StrictJsonFault(message, this.at);
  }

  /** The next byte that is no white space, -1 at the end; it is not taken. */
  next(): number {
    for (; this.at < this.#end; this.at++) {
      const byte = this.#bytes[this.at]!;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
    }
    return -1;
  }

  take(character: string): void {
    if (this.next() !== character.charCodeAt(0)) throw this.fault(`something else than ${character}`);
    this.at++;
  }

  /** Takes the character where it is next. */
  takes(character: string): boolean {
    if (this.next() !== character.charCodeAt(0)) return false;
    this.at++;
    return true;
  }

  /** Takes a string into `text` from `from` on. */
  string(from = 0): void {
    this.take('"');
    this.length = from;
    for (; this.at < this.#end; this.at++) {
      const byte = this.#bytes[this.at]!;
      if (byte === QUOTE) {
        this.at++;
        return;
      }
      if (byte < 0x20) throw this.fault('a control character in a string');
      if (byte === BACKSLASH) this.#escape();
      else this.#push(byte);
    }
    throw this.fault('a string without an end');
  }

  /** Takes a number; -1 where it is no whole one from 0 on, of few digits. */
  integer(): number {
    let value = 0;
    let digits = 0;
    this.next();
    for (; this.at < this.#end; this.at++, digits++) {
      const digit = this.#bytes[this.at]! - 0x30;
      if (digit < 0 || digit > 9 || digits === MOST_DIGITS) break;
      if (digits > 0 && value === 0) throw this.fault('a number with a leading zero');
      value = value * 10 + digit;
    }
    return digits === 0 || value > 0x7fffffff ? -1 : value;
  }

  isObject(): boolean {
    return this.next() === 0x7b;
  }

  /** Passes over a value without a look at its inside; whoever parses it finds its faults. */
  skip(): void {
    let depth = 0;
    do {
      const byte = this.next();
      if (byte === -1) throw this.fault('an end within a value');
      if (byte === QUOTE) {
        this.#skipString();
        continue;
      }
      this.at++;
      if (byte === 0x7b || byte === 0x5b) depth++;
      else if (byte === 0x7d || byte === 0x5d) depth--;
    } while (depth > 0);
    if (depth < 0) throw this.fault('a bracket that closes nothing');
    while (this.at < this.#end && !ENDS.includes(this.#bytes[this.at]!)) this.at++;
  }

  #skipString(): void {
    for (this.at++; this.at < this.#end; this.at++) {
      const byte = this.#bytes[this.at]!;
      if (byte === BACKSLASH) this.at++;
      else if (byte === QUOTE) {
        this.at++;
        return;
      }
    }
    throw this.fault('a string without an end');
  }

  #push(byte: number): void {
    if (this.length === this.text.length) {
      const text = new Uint8Array(this.text.length * 2);
      text.set(this.text);
      this.text = text;
    }
    this.text[this.length++] = byte;
  }

  #escape(): void {
    const letter = this.#bytes[++this.at] ?? -1;
    const plain = ESCAPES.get(letter);
    if (plain !== undefined) {
      this.#push(plain);
      return;
    }
    if (letter !== 0x75) throw this.fault('an escape that JSON has not');
    let code = this.#unit();
    if (code >= 0xdc00 && code < 0xe000) throw this.fault('half a surrogate pair');
    if (code >= 0xd800 && code < 0xdc00) {
      if (this.#bytes[++this.at] !== BACKSLASH || this.#bytes[++this.at] !== 0x75)
        throw this.fault('half a surrogate pair');
      const low = this.#unit();
      if (low < 0xdc00 || low > 0xdfff) throw this.fault('half a surrogate pair');
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    this.#pushCode(code);
  }

  /** The four digits after `\u`; `at` is then at the last one. */
  #unit(): number {
    let code = 0;
    for (let i = 0; i < 4; i++) {
      const byte = this.#bytes[++this.at] ?? 0;
      const letter = byte | 0x20;
      const digit = byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : -1;
      const value = letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : digit;
      if (value < 0) throw this.fault('an escape that JSON has not');
      code = code * 16 + value;
    }
    return code;
  }

  #pushCode(code: number): void {
    if (code < 0x80) {
      this.#push(code);
      return;
    }
    if (code < 0x800) this.#push(0xc0 | (code >> 6));
    else {
      if (code < 0x10000) this.#push(0xe0 | (code >> 12));
      else {
        this.#push(0xf0 | (code >> 18));
        this.#push(0x80 | ((code >> 12) & 63));
      }
      this.#push(0x80 | ((code >> 6) & 63));
    }
    this.#push(0x80 | (code & 63));
  }
}

/** The object of names to ids in `bytes[start .. end)`. Throws `StrictJsonFault`, also for a name that stands there twice. */
export function readNamedIds(bytes: Uint8Array, start = 0, end = bytes.length): NamedIds {
  const scanner = new Scanner(bytes, start, end);
  const names = new ByteStringTable(Math.min(2 ** 17, (end - start) >> 4));
  let ids = new Int32Array(1024);
  scanner.take('{');
  for (let more = !scanner.takes('}'); more; more = !closes(scanner, '}')) {
    scanner.string();
    const index = names.size;
    if (names.intern(scanner.text, 0, scanner.length) !== index) throw scanner.fault('a key twice in one object');
    scanner.take(':');
    if (index === ids.length) {
      const larger = new Int32Array(index * 2);
      larger.set(ids);
      ids = larger;
    }
    ids[index] = scanner.integer();
    if (ids[index] === -1) break;
  }
  if (names.size > 0 && ids[names.size - 1] === -1) return { names, ids };
  if (scanner.next() !== -1) throw scanner.fault('something after the end');
  return { names, ids };
}

/** The list of pairs in `bytes[start .. end)`: two names in one string with one blank between, or in a list. */
export function pairsIn(bytes: Uint8Array, start = 0, end = bytes.length): PairSource {
  return (take) => {
    const scanner = new Scanner(bytes, start, end);
    scanner.take('[');
    for (let more = !scanner.takes(']'); more; more = !closes(scanner, ']')) {
      const apart = scanner.takes('[');
      scanner.string();
      let leftEnd = scanner.length;
      let rightStart = leftEnd;
      if (apart) {
        scanner.take(',');
        scanner.string(leftEnd);
        scanner.take(']');
      } else {
        leftEnd = 0;
        while (leftEnd < scanner.length && scanner.text[leftEnd] !== BLANK) leftEnd++;
        if (leftEnd === scanner.length) leftEnd = -1;
        rightStart = leftEnd + 1;
      }
      take(scanner.text, leftEnd, rightStart, scanner.length);
    }
    if (scanner.next() !== -1) throw scanner.fault('something after the end');
  };
}

/** Takes a comma, or the end of a list or object, and tells which. */
function closes(scanner: Scanner, bracket: string): boolean {
  if (scanner.takes(bracket)) return true;
  scanner.take(',');
  return false;
}

/** Where a value stands. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the values of `keys` of the object at `holder` of the root object stand, by key. Of a key that stands there twice
 * it is the last; whoever reads the rest finds that.
 */
export function spansOf(bytes: Uint8Array, holder: string, keys: readonly string[]): Map<string, Span> {
  const scanner = new Scanner(bytes, 0, bytes.length);
  const spans = new Map<string, Span>();
  const members = (visit: (key: string) => void): void => {
    scanner.take('{');
    for (let more = !scanner.takes('}'); more; more = !closes(scanner, '}')) {
      scanner.string();
      const known = scanner.length <= 64;
      const key = known ? String.fromCharCode(...scanner.text.subarray(0, scanner.length)) : '';
      scanner.take(':');
      scanner.next();
      visit(key);
    }
  };
  members((outer) => {
    if (outer !== holder || !scanner.isObject()) {
      scanner.skip();
      return;
    }
    members((key) => {
      const start = scanner.at;
      scanner.skip();
      if (keys.includes(key)) spans.set(key, { start, end: scanner.at });
    });
  });
  return spans;
}
