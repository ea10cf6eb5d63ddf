/**
 * JSON from a file nobody vouches for: UTF-8 or an error, nesting bounded before anything is built, no object with one
 * key twice (`JSON.parse` keeps the last in silence, so two readers of one file may see two things). It knows no format.
 */

export interface StrictJsonLimits {
  readonly maxDepth: number;
}

/** A fault of the text; the caller gives it a place and a code. `at` counts UTF-16 units from the start. */
export class StrictJsonFault extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const PIECE_BYTES = 2 ** 14;

/** The end of the string literal that begins at `start`, just after its closing quote; the text's end without one. */
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === BACKSLASH) i++;
    else if (unit === QUOTE) return i + 1;
  }
  return text.length;
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}

/** Walks over the brackets and keys of a text that may or may not be JSON. */
function checkStructure(text: string, limits: StrictJsonLimits): void {
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x7b || unit === 0x5b) {
      if (open.length === limits.maxDepth) throw new StrictJsonFault(`nesting deeper than ${limits.maxDepth}`, i);
      open.push(unit === 0x7b ? new Set() : undefined);
    } else if (unit === 0x7d || unit === 0x5d) {
      open.pop();
    } else if (unit === QUOTE) {
      const end = stringEnd(text, i);
      let after = end;
      while (after < text.length && isBlank(text.charCodeAt(after))) after++;
      const keys = open.at(-1);
      if (keys !== undefined && text.charCodeAt(after) === 0x3a) {
        const literal = text.slice(i, end);
        const key = literal.includes('\\') ? unescaped(literal, i) : literal.slice(1, -1);
        if (keys.has(key)) throw new StrictJsonFault(`the key ${literal.slice(0, 80)} twice in one object`, i);
        keys.add(key);
      }
      i = end - 1;
    }
  }
}

function unescaped(literal: string, at: number): string {
  try {
    return JSON.parse(literal) as string;
  } catch {
    throw new StrictJsonFault('a key that is no JSON string', at);
  }
}

/** Throws `StrictJsonFault` where `bytes` are no UTF-8; piece by piece, so that no text of all of them is made. */
export function checkUtf8(bytes: Uint8Array): void {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true });
    }
    decoder.decode();
  } catch {
    throw new StrictJsonFault('bytes that are no UTF-8', 0);
  }
}

/** The value of JSON `bytes`. Throws `StrictJsonFault`, and nothing else. */
export function parseStrictJson(bytes: Uint8Array, limits: StrictJsonLimits): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new StrictJsonFault('bytes that are no UTF-8', 0);
  }
  checkStructure(text, limits);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StrictJsonFault((error as Error).message, 0);
  }
}
