/** Damaged and hostile copies of documents: bytes, tokens and parts of archives changed at random from a seed. */
import { inflateRawSync } from 'node:zlib';
import type { Rng } from '../../src/base/index.ts';
import { type ZipPart, zipOf } from './document-files.ts';

const NUMBERS = ['0', '-1', '65536', '2147483648', '4294967295', '99999999999999999999', '1e999', 'NaN'];
const MARKUP = [
  '<div>',
  '</p>',
  '<table><tr><td>',
  '&#x10ffff;',
  '&amp;',
  '<!--',
  ']]>',
  '"',
  "'",
  '\0',
  '\u202e',
  '€',
];

const pick = <T>(rng: Rng, list: readonly T[]): T => rng.pick(list);

/** One to four changes; archives are also changed inside and packed again. */
export function mutated(bytes: Uint8Array, rng: Rng): Uint8Array {
  let result: Uint8Array = Buffer.from(bytes);
  const inside = bytes[0] === 0x50 && bytes[1] === 0x4b && rng.int(2) === 0;
  const rounds = 1 + rng.int(4);
  for (let i = 0; i < rounds; i++) result = inside ? insideZip(result, rng) : changed(result, rng);
  return result;
}

function changed(bytes: Uint8Array, rng: Rng): Uint8Array {
  const data = Buffer.from(bytes);
  if (data.length === 0) return Buffer.from(pick(rng, MARKUP));
  const at = rng.int(data.length);
  const length = 1 + rng.int(Math.min(64, data.length - at));
  switch (rng.int(9)) {
    case 0:
      data[at]! ^= 1 << rng.int(8);
      return data;
    case 1:
      return data.subarray(0, at);
    case 2:
      return Buffer.concat([data.subarray(0, at), data.subarray(at + length)]);
    case 3:
      return Buffer.concat([data.subarray(0, at), data.subarray(at, at + length), data.subarray(at)]);
    case 4:
      return data.fill(pick(rng, [0, 0xff, 0x20, 0x7f]), at, at + length);
    case 5:
      return Buffer.concat([
        data.subarray(0, at),
        Buffer.from(pick(rng, MARKUP).repeat(1 + rng.int(2000))),
        data.subarray(at),
      ]);
    case 6:
      return numberChanged(data, at, rng);
    case 7:
      if (at + 4 <= data.length) data.writeUInt32LE(pick(rng, [0, 0xffffffff, 0x7fffffff, 0x10000]), at);
      return data;
    default:
      return swapped(data, at, length, rng);
  }
}

/** The next decimal number behind a place becomes one no reader expects. */
function numberChanged(data: Buffer, at: number, rng: Rng): Buffer {
  const text = data.toString('latin1');
  const found = /\d+/.exec(text.slice(at, at + 4096));
  if (found === null) return data;
  const start = at + found.index;
  return Buffer.from(text.slice(0, start) + pick(rng, NUMBERS) + text.slice(start + found[0].length), 'latin1');
}

function swapped(data: Buffer, at: number, length: number, rng: Rng): Buffer {
  const other = rng.int(data.length);
  const piece = Buffer.from(data.subarray(other, other + length));
  piece.copy(data, at);
  return data;
}

/** An archive with one of its parts changed, lost, twice there or under another name. */
function insideZip(bytes: Uint8Array, rng: Rng): Uint8Array {
  const parts = partsOf(bytes);
  if (parts.length === 0) return changed(bytes, rng);
  const at = rng.int(parts.length);
  const part = parts[at]!;
  switch (rng.int(5)) {
    case 0:
      return zipOf(parts.filter((_, i) => i !== at));
    case 1:
      return zipOf([...parts, part]);
    case 2:
      return zipOf(
        parts.map((old, i) =>
          i === at ? { ...old, name: pick(rng, ['', '../a.xml', 'a'.repeat(300), parts[0]!.name]) } : old,
        ),
      );
    default:
      return zipOf(parts.map((old, i) => (i === at ? { ...old, data: changed(Buffer.from(old.data), rng) } : old)));
  }
}

/** The parts of a sound archive; none of a damaged one. */
function partsOf(bytes: Uint8Array): ZipPart[] {
  const data = Buffer.from(bytes);
  const end = data.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0 || end + 22 > data.length) return [];
  const parts: ZipPart[] = [];
  let at = data.readUInt32LE(end + 16);
  try {
    for (let i = 0; i < data.readUInt16LE(end + 10); i++) {
      const nameLength = data.readUInt16LE(at + 28);
      const local = data.readUInt32LE(at + 42);
      const start = local + 30 + data.readUInt16LE(local + 26) + data.readUInt16LE(local + 28);
      const packed = data.subarray(start, start + data.readUInt32LE(at + 20));
      const content = data.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed, { maxOutputLength: 2 ** 24 }) : packed;
      parts.push({ name: data.toString('utf8', at + 46, at + 46 + nameLength), data: content });
      at += 46 + nameLength + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32);
    }
    return parts;
  } catch {
    return []; // Damaged by an earlier change.
  }
}
