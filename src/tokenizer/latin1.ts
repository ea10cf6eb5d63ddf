/** Bytes as keys of maps. It knows no tokens. */

/** At most a few thousand bytes as a text of one character each. */
export function latin1Of(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
