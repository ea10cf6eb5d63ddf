/**
 * From bytes to text: which encoding a file is in, without ever dropping a character. It knows no markup but the
 * charset a page declares.
 */

export interface DecodedText {
  readonly text: string;
  /** `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`, `iso-8859-15`, `utf-8+windows-1252` or a declared label. */
  readonly encoding: string;
}

/**
 * Decodes by byte order mark, else as UTF-8, else by the declared label, else as the 8-bit encoding the bytes fit. A
 * file that is UTF-8 but for a few 8-bit bytes is read as such. Returns undefined for bytes that are no text (NULs).
 */
export function decodeText(bytes: Uint8Array, declared?: string): DecodedText | undefined {
  const marked = byMark(bytes);
  if (marked !== undefined) return { text: new TextDecoder(marked).decode(bytes), encoding: marked };
  const wide = unmarkedUtf16(bytes);
  if (wide !== undefined) return { text: new TextDecoder(wide).decode(bytes), encoding: wide };
  if (bytes.includes(0)) return undefined;
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    // Not UTF-8: the bytes decide below.
  }
  const mixed = mixedUtf8(bytes);
  if (mixed !== undefined) return { text: mixed, encoding: 'utf-8+windows-1252' };
  const label = usableLabel(declared);
  const encoding = label ?? (isLatin9(bytes) ? 'iso-8859-15' : 'windows-1252');
  return { text: new TextDecoder(encoding).decode(bytes), encoding };
}

function byMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
}

/** Mostly Latin text in UTF-16 has a zero in nearly every second byte and hardly one in the others. */
function unmarkedUtf16(bytes: Uint8Array): string | undefined {
  const pairs = Math.min(bytes.byteLength, 4096) >> 1;
  if (pairs < 4) return undefined;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < pairs; i++) {
    if (bytes[2 * i] === 0) even++;
    if (bytes[2 * i + 1] === 0) odd++;
  }
  if (odd > 0.6 * pairs && even < 0.05 * pairs) return 'utf-16le';
  return even > 0.6 * pairs && odd < 0.05 * pairs ? 'utf-16be' : undefined;
}

function usableLabel(declared: string | undefined): string | undefined {
  if (declared === undefined) return undefined;
  try {
    const { encoding } = new TextDecoder(declared.trim());
    return encoding.startsWith('utf-') ? undefined : encoding; // The bytes have shown that it is not UTF-8.
  } catch {
    return undefined; // An unknown label says nothing.
  }
}

/** ISO-8859-15 has € at 0xA4, where Windows-1252 has ¤, and only control characters from 0x80 to 0x9F. */
function isLatin9(bytes: Uint8Array): boolean {
  let euro = false;
  for (const byte of bytes) {
    if (byte >= 0x80 && byte <= 0x9f) return false;
    if (byte === 0xa4) euro = true;
  }
  return euro;
}

/** Length of the valid UTF-8 sequence of two or more bytes at `at`, else 0. Overlong forms and surrogates are invalid. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const length =
    lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  if (length === 0 || at + length > bytes.byteLength) return 0;
  for (let i = 1; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1]!;
  if ((lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f)) return 0;
  if ((lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f)) return 0;
  return length;
}

/** UTF-8 with single Windows-1252 bytes in it, where at least four of five sequences are UTF-8; else undefined. */
function mixedUtf8(bytes: Uint8Array): string | undefined {
  let valid = 0;
  let single = 0;
  for (let i = 0; i < bytes.byteLength; ) {
    const length = bytes[i]! < 0x80 ? 1 : sequenceLength(bytes, i);
    if (length > 1) valid++;
    if (length === 0) single++;
    i += Math.max(1, length);
  }
  if (valid < 4 * single) return undefined;
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  const latin = new TextDecoder('windows-1252');
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < bytes.byteLength; ) {
    const length = bytes[i]! < 0x80 ? 1 : sequenceLength(bytes, i);
    if (length === 0) {
      parts.push(utf8.decode(bytes.subarray(start, i)), latin.decode(bytes.subarray(i, i + 1)));
      start = i + 1;
    }
    i += Math.max(1, length);
  }
  parts.push(utf8.decode(bytes.subarray(start)));
  return parts.join('');
}
