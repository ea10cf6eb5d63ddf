/** Archives written byte by byte for tests, honest ones and such as no program would write. It knows no reader. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly data?: string | Uint8Array;
  readonly packed?: boolean;
  /** Unix mode; 0o120777 is a link. */
  readonly mode?: number;
  readonly encrypted?: boolean;
  /** Size that the headers claim. */
  readonly claimedBytes?: number;
  /** Points at the local header of the first entry instead of writing one. */
  readonly overlaps?: boolean;
}

export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  let first: Buffer = Buffer.alloc(0);
  for (const entry of entries) {
    const plain = Buffer.from(entry.data ?? '');
    const packed = entry.packed === false ? plain : deflateRawSync(plain, { level: 9 });
    const name = Buffer.from(entry.name);
    const size = entry.claimedBytes ?? plain.byteLength;
    const flags = 0x800 | (entry.encrypted === true ? 1 : 0);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(entry.packed === false ? 0 : 8, 4);
    common.writeUInt32LE(crc32(plain), 10);
    common.writeUInt32LE(entry.overlaps === true ? first.byteLength : packed.byteLength, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(name.byteLength, 22);
    const at = entry.overlaps === true ? 0 : offset;
    if (entry.overlaps !== true) {
      const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, packed]);
      if (parts.length === 0) first = packed;
      parts.push(local);
      offset += local.byteLength;
    }
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 6);
    tail.writeUInt32LE(at, 10);
    const made = Buffer.from([20, 3]); // Made on Unix, so that the mode counts.
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), made, common, tail, name]));
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length % 65536, 8);
  end.writeUInt16LE(entries.length % 65536, 10);
  end.writeUInt32LE(central.byteLength, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

export interface TarEntry {
  readonly name: string;
  readonly data?: string | Uint8Array;
  /** `0` file, `5` folder, `2` link, `x` pax header, `L` long name. */
  readonly type?: string;
  readonly claimedBytes?: number;
  readonly linkTo?: string;
}

export function tarOf(entries: readonly TarEntry[]): Buffer {
  const blocks: Buffer[] = [];
  for (const { name, data = '', type = '0', claimedBytes, linkTo = '' } of entries) {
    const body = Buffer.from(data);
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${(claimedBytes ?? body.byteLength).toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(linkTo, 157, 100);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(header, body, Buffer.alloc((512 - (body.byteLength % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** Names that point out of a folder or that no honest archive holds. */
export const HOSTILE_NAMES: readonly string[] = [
  '../a.txt',
  'a/../../b.txt',
  'a/b/../../../c.txt',
  '..',
  '../',
  '/etc/passwd.txt',
  '//server/share/a.txt',
  'C:/windows/a.txt',
  'c:a.txt',
  'a:b.txt',
  '..\\a.txt',
  'a\\..\\..\\b.txt',
  '\\\\server\\share\\a.txt',
  'C:\\windows\\a.txt',
  'a/..\\..\\b.txt',
  'a\0.txt',
  'a.txt\0/../../b.txt',
  'a\n.txt',
  'a\r.txt',
  'a\u001b[2J.txt',
  '\u007f.txt',
  '.../a.txt',
  '....//a.txt',
  '．．/a.txt',
  '。。/a.txt',
  '.. /a.txt',
  ' ../a.txt',
  `${'a'.repeat(1100)}.txt`,
  `${'a/'.repeat(600)}a.txt`,
];

/** Names that are odd and still stay inside: they are taken, under another name on the disk where they must be. */
export const ODD_NAMES: readonly string[] = [
  './punkt.txt',
  'a//b.txt',
  'Größe & Maß.txt',
  'con.txt',
  'NUL.txt',
  'a/aux.txt',
  'lpt1.txt',
  'a..b.txt',
  '-rf.txt',
  '.versteckt.txt',
  'a b.txt ',
  'Ende./c.txt',
  '%2e%2e/a.txt',
  'A.TXT',
  'a.txt',
  'eins:b.txt',
  'a*?"<>|.txt',
  '日本.txt',
  `${'lang-'.repeat(40)}.txt`,
  '~/a.txt',
  '$HOME/a.txt',
  'fetch.json.txt',
];
