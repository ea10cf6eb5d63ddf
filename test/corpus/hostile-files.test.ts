/** Broken, damaged and hostile files through the reader threads: each costs one problem with a code and nothing else. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { Rng } from '../../src/base/index.ts';
import { ReaderPool, type ReadResult } from '../../src/corpus/read/index.ts';
import { docxOf, docxParts, parquetOf, pdfOf, wordParagraph, xlsxOf, zipOf } from './document-files.ts';
import { mutated } from './mutate.ts';

const shared = path.join(import.meta.dirname, '../../../shared/data/documents');
const absent = existsSync(shared) ? false : 'the folder ../shared/data/documents is absent';
const MUTATIONS = process.env['EXPCHAT_RELEASE'] === '1' ? 10_000 : 300;
const MEMORY_RISE_BYTES = 128 * 2 ** 20;
/** A file has 10 s; one that took memory beside a file that hangs waits for that one and is then tried by itself. */
const LONGEST_MS = 2 * 10_000 + 5000;

const sentence = 'Die Größe der Lieferung wird im Vertrag über 5 € genannt.';
const mail = `From: a@b.example\nSubject: Angebot\nMessage-ID: <1@b.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html; charset=utf-8\n\n<p>${sentence}</p>\n--x\nContent-Type: text/csv; name=a.csv\n\nA;B\n1;2\n--x--\n`;
const MADE: readonly (readonly [string, Uint8Array])[] = [
  ['a.txt', Buffer.from(sentence)],
  ['a.md', Buffer.from(`---\ntitle: T\n---\n# T\n\n${sentence} [x](y) \`z\`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n`)],
  [
    'a.html',
    Buffer.from(`<html><head><title>T</title></head><body><main><p>${sentence.repeat(20)}</p></main></body></html>`),
  ],
  ['a.csv', Buffer.from(`Artikel;Preis\n"a ""b""";${sentence}\n`)],
  ['a.jsonl', Buffer.from(`${JSON.stringify({ text: sentence })}\n`)],
  ['a.eml', Buffer.from(mail)],
  ['a.mbox', Buffer.from(`From a\n${mail}\nFrom b\n${mail}`)],
  ['a.parquet', parquetOf({ text: [sentence, 'b'], title: ['x', 'y'] }, 'gzip')],
  ['a.docx', docxOf(sentence, 'Zweiter Absatz.')],
  [
    'a.xlsx',
    xlsxOf('Preise', [
      ['Artikel', 'Preis'],
      [sentence, 3.5],
    ]),
  ],
  ['a.pdf', pdfOf([[{ x: 50, y: 700, text: sentence }], 'picture'])],
];

/** Small real documents, where the shared data are there. */
function realFiles(): (readonly [string, Uint8Array])[] {
  if (absent !== false) return [];
  const names = ['docx', 'xlsx', 'eml', 'pdf', 'broken'].flatMap((folder) => {
    return readdirSync(path.join(shared, folder)).map((name) => `${folder}/${name}`);
  });
  return names
    .map((name) => [name, readFileSync(path.join(shared, name))] as const)
    .filter(([, bytes]) => bytes.length < 60_000);
}

let pool: ReaderPool;
let peakBytes = 0;
let watch: NodeJS.Timeout;
const residentBytes = () => process.memoryUsage().rss;

before(async () => {
  pool = new ReaderPool();
  // Every library loaded in both threads: what they take once is not what a file takes.
  const sound = [...MADE, ...realFiles().filter(([name]) => !name.startsWith('broken'))];
  await Promise.all([...sound, ...sound, ...sound].map(([name, bytes]) => pool.read({ name }, bytes)));
  watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, residentBytes());
  }, 10);
});
after(async () => {
  clearInterval(watch);
  await pool.close();
});

interface Measured {
  readonly result: ReadResult;
  readonly milliseconds: number;
}

async function measured(name: string, bytes: Uint8Array): Promise<Measured> {
  const started = performance.now();
  const result = await pool.read({ name }, bytes).catch((error: { code?: string }) => {
    assert.equal(error.code, 'corpus.bad-record', `${name}: ${String(error)}`);
    return {
      documents: [],
      ledger: { before: 0, after: 0, byRule: {} },
      problems: [{ code: 'read.broken', message: '' }],
    };
  });
  return { result, milliseconds: performance.now() - started };
}

/** The files one after the other in two lanes; the memory's rise over what it was before. */
async function readAll(
  files: Iterable<readonly [string, Uint8Array]>,
  each: (name: string, measured: Measured) => void,
): Promise<number> {
  const start = residentBytes();
  peakBytes = start;
  const iterator = files[Symbol.iterator]();
  const lane = async () => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next())
      each(next.value[0], await measured(...next.value));
  };
  await Promise.all([lane(), lane()]);
  return Math.max(peakBytes, residentBytes()) - start;
}

function answered(name: string, { result, milliseconds }: Measured): void {
  assert.ok(milliseconds < LONGEST_MS, `${name}: ${milliseconds} ms`);
  assert.ok(result.documents.length > 0 || result.problems.length > 0, name);
  for (const { code } of result.problems) assert.match(code, /^read\.[a-z-]+$/, name);
}

test('each broken real file gives its text or its code', { skip: absent }, async () => {
  const codes = new Map<string, string>();
  const files = readdirSync(path.join(shared, 'broken')).map(
    (name) => [name, readFileSync(path.join(shared, 'broken', name))] as const,
  );
  const rise = await readAll(files, (name, read) => {
    answered(name, read);
    codes.set(name, read.result.documents.length > 0 ? 'text' : read.result.problems[0]!.code);
  });
  const encrypted = [...codes].filter(([name]) => name.startsWith('encrypted'));
  assert.deepEqual(new Set(encrypted.map(([, code]) => code)), new Set(['read.encrypted']));
  assert.equal(codes.get('GHOSTSCRIPT-698804-1-fuzzed.pdf'), 'read.empty');
  assert.equal(codes.get('bomb_giant.pdf'), 'text');
  assert.ok(rise <= MEMORY_RISE_BYTES, `memory rose by ${rise / 2 ** 20} MiB`);
});

test(`${MUTATIONS} mutated files end in documents or a code, in time, and take no memory`, async (t) => {
  const seeds = [...MADE, ...MADE, ...MADE, ...realFiles()];
  const codes = new Map<string, number>();
  let slowest = 0;
  function* files(): Generator<readonly [string, Uint8Array]> {
    const rng = new Rng(20261122);
    for (let i = 0; i < MUTATIONS; i++) {
      const [name, bytes] = seeds[rng.int(seeds.length)]!;
      yield [name, mutated(bytes, rng)];
    }
  }
  const rise = await readAll(files(), (name, read) => {
    answered(name, read);
    slowest = Math.max(slowest, read.milliseconds);
    const code = read.result.documents.length > 0 ? 'text' : read.result.problems[0]!.code;
    codes.set(code, (codes.get(code) ?? 0) + 1);
  });
  t.diagnostic(
    `slowest ${slowest.toFixed(0)} ms, memory +${(rise / 2 ** 20).toFixed(0)} MiB, ${JSON.stringify(Object.fromEntries(codes))}`,
  );
  assert.equal(codes.get('read.crashed'), undefined);
  assert.ok((codes.get('text') ?? 0) > 0.2 * MUTATIONS && codes.size >= 5, JSON.stringify([...codes]));
  assert.ok(rise <= MEMORY_RISE_BYTES, `memory rose by ${rise / 2 ** 20} MiB`);
});

/** One packed piece under many names (D. Fifield 2019): 42 kB that say they are gigabytes. */
function overlappingBomb(): Uint8Array {
  const bytes = 20 * 2 ** 20;
  const others = Array.from({ length: 250 }, (_, i) => ({ name: `${i}`, data: '', saysBytes: bytes, at: 0 }));
  return zipOf([{ name: 'word/document.xml', data: Buffer.alloc(bytes) }, ...others]);
}

/** A PDF whose page is so many zeros, packed. */
function inflatingPdf(megabytes: number): Uint8Array {
  const packed = deflateSync(Buffer.alloc(megabytes * 2 ** 20, ' '));
  const plain = Buffer.from(pdfOf([[{ x: 1, y: 1, text: 'x' }]])).toString('latin1');
  const start = plain.indexOf('<< ', plain.indexOf('6 0 obj'));
  const end = plain.indexOf('endobj', start);
  const stream = `<< /Filter /FlateDecode /Length ${packed.length} >>\nstream\n${packed.toString('latin1')}\nendstream\n`;
  return Buffer.from(plain.slice(0, start) + stream + plain.slice(end), 'latin1');
}

test('bombs end in their code, within the time and without the memory they ask for', async () => {
  const bomb = overlappingBomb();
  assert.ok(bomb.length < 60_000, String(bomb.length));
  const noise = new Rng(3); // Keeps the ratio of packed to unpacked bytes low.
  const deep = Array.from({ length: 20_000 }, () => `<w:tbl a="${noise.uint32()}"><w:tr><w:tc>`).join('');
  const laughs = `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><w:document>&b;</w:document>`;
  const files: [string, Uint8Array, RegExp][] = [
    ['overlap.docx', bomb, /^read\.zip-(?:bytes|ratio|overlap)$/],
    ['ratio.xlsx', zipOf([{ name: 'xl/workbook.xml', data: Buffer.alloc(40 * 2 ** 20) }]), /^read\.zip-ratio$/],
    [
      'many.docx',
      zipOf([...docxParts(''), ...Array.from({ length: 5000 }, (_, i) => ({ name: `${i}`, data: '' }))]),
      /^read\.zip-entries$/,
    ],
    [
      'laughs.docx',
      zipOf([...docxParts('').slice(0, 2), { name: 'word/document.xml', data: laughs }]),
      /^read\.xml-entities$/,
    ],
    ['deep.docx', zipOf(docxParts(deep)), /^read\.(?:broken|timeout|memory|empty|html-too-deep)$/],
    ['deep.html', Buffer.from('<div>'.repeat(200_000)), /^read\.html-too-deep$/],
    ['inflating.pdf', inflatingPdf(200), /^read\.(?:memory|empty|timeout|broken)$/],
    ['quotes.csv', Buffer.from(`"${'a;'.repeat(2 ** 20)}`), /^read\./],
    [
      'deep.eml',
      Buffer.from(
        `${Array.from({ length: 500 }, (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`).join('')}`,
      ),
      /^read\./,
    ],
  ];
  for (const [name, bytes, code] of files) {
    const rise = await readAll([[name, bytes]], (_, read) => {
      answered(name, read);
      assert.match(read.result.documents.length > 0 ? 'text' : read.result.problems[0]!.code, code, name);
    });
    assert.ok(rise <= MEMORY_RISE_BYTES, `${name}: memory rose by ${rise / 2 ** 20} MiB`);
  }
});

test('a file that hangs its reader costs its own time, and the files beside it are read', async () => {
  const hasty = new ReaderPool({ threads: 2, limits: { timeoutMs: 3000 } });
  try {
    const paragraphs = wordParagraph(sentence).repeat(400_000);
    const slow = zipOf(docxParts(paragraphs)); // 45 MB of XML: half a minute of work.
    const hanging = hasty.read({ name: 'langsam.docx' }, slow, { limits: { zipRatio: 10_000, timeoutMs: 100 } });
    const others = Array.from({ length: 20 }, () => hasty.read({ name: 'a.txt' }, Buffer.from(sentence)));
    assert.equal((await hanging).problems[0]!.code, 'read.timeout');
    for (const other of others) assert.equal((await other).documents[0]!.text, sentence);
  } finally {
    await hasty.close();
  }
});
