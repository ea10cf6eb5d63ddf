/** Small documents made in the test: ZIP archives, Word and Excel files, PDF pages and Parquet tables. */
import { brotliCompressSync, crc32, deflateRawSync, gzipSync } from 'node:zlib';

export interface ZipPart {
  readonly name: string;
  readonly data: Uint8Array | string;
  /** What the directory says, where it shall lie. */
  readonly saysBytes?: number;
  /** Place in the file that the directory names instead of its own. */
  readonly at?: number;
}

/** A ZIP archive with deflate (APPNOTE 6.3.10). */
export function zipOf(parts: readonly ZipPart[]): Uint8Array {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const part of parts) {
    const data = Buffer.from(part.data);
    const packed = deflateRawSync(data);
    const name = Buffer.from(part.name);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(0x800, 2);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(crc32(data), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(part.saysBytes ?? data.length, 18);
    facts.writeUInt16LE(name.length, 22);
    pieces.push(Buffer.from('PK\x03\x04'), facts, name, packed);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(part.at ?? at, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), facts, place, name);
    at += 30 + name.length + packed.length;
  }
  const size = directory.reduce((sum, piece) => sum + piece.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...pieces, ...directory, end]);
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

const officeParts = (main: string, type: string): ZipPart[] => [
  {
    name: '[Content_Types].xml',
    data: `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/${main}" ContentType="${type}"/></Types>`,
  },
  {
    name: '_rels/.rels',
    data: `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${RELATIONS}/officeDocument" Target="${main}"/></Relationships>`,
  },
];

/** A Word file; `body` is WordprocessingML. */
export const docxParts = (body: string): ZipPart[] => [
  ...officeParts(
    'word/document.xml',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml',
  ),
  {
    name: 'word/document.xml',
    data: `${XML}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
  },
];

export const wordParagraph = (text: string) => `<w:p><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
export const docxOf = (...paragraphs: string[]) => zipOf(docxParts(paragraphs.map(wordParagraph).join('')));

/** An Excel file of one sheet; numbers as numbers, all else as inline strings. */
export function xlsxOf(sheet: string, rows: readonly (readonly (string | number)[])[]): Uint8Array {
  const cells = rows.map((row, r) => {
    const columns = row.map((cell, c) => {
      const place = `${String.fromCharCode(65 + c)}${r + 1}`;
      return typeof cell === 'number'
        ? `<c r="${place}"><v>${cell}</v></c>`
        : `<c r="${place}" t="inlineStr"><is><t>${cell}</t></is></c>`;
    });
    return `<row r="${r + 1}">${columns.join('')}</row>`;
  });
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  return zipOf([
    ...officeParts('xl/workbook.xml', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml'),
    {
      name: 'xl/workbook.xml',
      data: `${XML}<workbook xmlns="${main}" xmlns:r="${RELATIONS}"><sheets><sheet name="${sheet}" sheetId="1" r:id="r1"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      data: `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    },
    {
      name: 'xl/worksheets/sheet1.xml',
      data: `${XML}<worksheet xmlns="${main}"><sheetData>${cells.join('')}</sheetData></worksheet>`,
    },
  ]);
}

export interface PdfText {
  readonly x: number;
  /** From the lower edge of a page of 595 by 842 points. */
  readonly y: number;
  readonly text: string;
  readonly size?: number;
}

/** A PDF in Helvetica and WinAnsi; each page is a list of texts with places, or the word `picture`. */
export function pdfOf(pages: readonly (readonly PdfText[] | 'picture')[]): Uint8Array {
  const objects: Buffer[] = [];
  const add = (body: string | Buffer) => objects.push(Buffer.isBuffer(body) ? body : Buffer.from(body, 'latin1'));
  const stream = (head: string, data: Buffer) =>
    Buffer.concat([Buffer.from(`<< ${head} /Length ${data.length} >>\nstream\n`), data, Buffer.from('\nendstream')]);
  const kids = pages.map((_, i) => `${5 + 2 * i} 0 R`).join(' ');
  add('<< /Type /Catalog /Pages 2 0 R >>');
  add(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  add(
    stream(
      '/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8',
      Buffer.of(9),
    ),
  );
  for (const [i, page] of pages.entries()) {
    const drawn =
      page === 'picture'
        ? 'q 500 0 0 700 50 50 cm /P Do Q'
        : page.map(({ x, y, text, size = 10 }) => `BT /F ${size} Tf ${x} ${y} Td <${winAnsi(text)}> Tj ET`).join('\n');
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${6 + 2 * i} 0 R /Resources << /Font << /F 3 0 R >> /XObject << /P 4 0 R >> >> >>`,
    );
    add(stream('', Buffer.from(drawn)));
  }
  const parts: Buffer[] = [Buffer.from('%PDF-1.4\n')];
  const places: number[] = [];
  let at = parts[0]!.length;
  for (const [i, object] of objects.entries()) {
    const whole = Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')]);
    places.push(at);
    parts.push(whole);
    at += whole.length;
  }
  const table = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

const winAnsi = (text: string) =>
  Buffer.from(
    text.replace(/–/g, '\x96').replace(/€/g, '\x80').replace(/„/g, '\x84').replace(/“/g, '\x93'),
    'latin1',
  ).toString('hex');

/** Thrift's compact protocol, as far as a Parquet footer needs it. */
class Thrift {
  readonly #bytes: number[] = [];
  #last: number[] = [0];

  #varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.#bytes.push((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.#bytes.push(rest);
  }

  #field(id: number, type: number): void {
    this.#bytes.push(((id - this.#last.at(-1)!) << 4) | type);
    this.#last[this.#last.length - 1] = id;
  }

  integer(id: number, value: number, type: 5 | 6 = 5): this {
    this.#field(id, type);
    this.#varint(value * 2);
    return this;
  }

  text(id: number, value: string): this {
    this.#field(id, 8);
    this.#string(value);
    return this;
  }

  #string(value: string): void {
    const bytes = Buffer.from(value);
    this.#varint(bytes.length);
    this.#bytes.push(...bytes);
  }

  struct(id: number, body: (inner: this) => void): this {
    this.#field(id, 12);
    this.#open(body);
    return this;
  }

  #open(body: (inner: this) => void): void {
    this.#last.push(0);
    body(this);
    this.#bytes.push(0);
    this.#last.pop();
  }

  list<T>(id: number, type: number, values: readonly T[], write: (value: T, inner: this) => void): this {
    this.#field(id, 9);
    this.#bytes.push((values.length << 4) | type);
    for (const value of values) {
      if (type === 12) this.#open(() => write(value, this));
      else if (type === 8) this.#string(String(value));
      else this.#varint(Number(value) * 2);
    }
    return this;
  }

  done(): Buffer {
    return Buffer.from([...this.#bytes, 0]);
  }
}

const CODECS = { none: 0, gzip: 2, brotli: 4 } as const;

/** A Parquet table of required strings (format 2.9: PLAIN, one row group, one page a column); fewer than 15 columns. */
export function parquetOf(
  columns: Readonly<Record<string, readonly string[]>>,
  codec: keyof typeof CODECS = 'none',
): Uint8Array {
  const parts: Buffer[] = [Buffer.from('PAR1')];
  let at = 4;
  const rows = Object.values(columns)[0]!.length;
  const chunks = Object.entries(columns).map(([name, values]) => {
    const plain = Buffer.concat(
      values.flatMap((value) => {
        const bytes = Buffer.from(value);
        const length = Buffer.alloc(4);
        length.writeUInt32LE(bytes.length);
        return [length, bytes];
      }),
    );
    const packed = codec === 'gzip' ? gzipSync(plain) : codec === 'brotli' ? brotliCompressSync(plain) : plain;
    const header = new Thrift()
      .integer(1, 0)
      .integer(2, plain.length)
      .integer(3, packed.length)
      .struct(5, (page) => page.integer(1, rows).integer(2, 0).integer(3, 3).integer(4, 3))
      .done();
    const chunk = { name, at, bytes: header.length + packed.length, plain: header.length + plain.length };
    parts.push(header, packed);
    at += chunk.bytes;
    return chunk;
  });
  const total = chunks.reduce((sum, chunk) => sum + chunk.plain, 0);
  const footer = new Thrift()
    .integer(1, 1)
    .list(2, 12, [undefined, ...Object.keys(columns)], (name, element) => {
      if (name === undefined) element.text(4, 'root').integer(5, Object.keys(columns).length);
      else element.integer(1, 6).integer(3, 0).text(4, name).integer(6, 0);
    })
    .integer(3, rows, 6)
    .list(4, 12, [chunks], (group, element) => {
      element.list(1, 12, group, (chunk, column) => {
        column.integer(2, chunk.at, 6).struct(3, (meta) => {
          meta
            .integer(1, 6)
            .list(2, 5, [0], () => undefined)
            .list(3, 8, [chunk.name], () => undefined)
            .integer(4, CODECS[codec])
            .integer(5, rows, 6)
            .integer(6, chunk.plain, 6)
            .integer(7, chunk.bytes, 6)
            .integer(9, chunk.at, 6);
        });
      });
      element.integer(2, total, 6).integer(3, rows, 6);
    })
    .done();
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([...parts, footer, length, Buffer.from('PAR1')]);
}
