import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { ExpChatError } from '../base/index.ts';
import { countWords, type DocumentPiece } from './count.ts';
import { documentsIn, fingerprintOf, type LeftOut, listTextFiles, type TextFile } from './train-files.ts';

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'expchat-texts-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function allOf(files: readonly TextFile[]): Promise<{ texts: string[]; left: LeftOut[] }> {
  const left: LeftOut[] = [];
  const texts: string[] = [];
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for (const file of files) {
    for await (const piece of documentsIn(file, (one) => left.push(one))) texts.push(decoder.decode(piece.bytes));
  }
  return { texts, left };
}

test('text files of a folder are found in sorted order, a named file whatever its name, and a missing one is an error', () =>
  inFolder(async (folder) => {
    await mkdir(path.join(folder, 'b'));
    for (const name of ['z.txt', 'b/a.md', 'c.MD', 'd.png', 'e.jsonl']) await writeFile(path.join(folder, name), 'x');
    const names = async (...places: string[]) =>
      (await listTextFiles(places)).map((file) => path.relative(folder, file.path).replaceAll('\\', '/'));
    assert.deepEqual(await names(folder), ['b/a.md', 'c.MD', 'e.jsonl', 'z.txt']);
    assert.deepEqual(await names(path.join(folder, 'd.png'), path.join(folder, 'b')), ['d.png', 'b/a.md']);
    await assert.rejects(
      listTextFiles([path.join(folder, 'none')]),
      (error) => error instanceof ExpChatError && error.code === 'files.not-found',
    );
  }));

test('the held-out files and the rest are all files, each on one side', () =>
  inFolder(async (folder) => {
    for (let i = 10; i < 35; i++) await writeFile(path.join(folder, `${i}.txt`), String(i));
    const all = await listTextFiles([folder]);
    const rest = await listTextFiles([folder], { every: 10, side: 'rest' });
    const heldOut = await listTextFiles([folder], { every: 10, side: 'held-out' });
    assert.deepEqual(
      heldOut.map(({ name }) => path.posix.basename(name)),
      ['10.txt', '20.txt', '30.txt'],
    );
    assert.deepEqual(new Set([...heldOut, ...rest].map(({ name }) => name)), new Set(all.map(({ name }) => name)));
    assert.equal(rest.length + heldOut.length, all.length);
    assert.notEqual(fingerprintOf(rest, {}), fingerprintOf(all, {}));
    assert.notEqual(fingerprintOf(all, {}), fingerprintOf(all, { cap: 1 }));
  }));

test('lines of JSONL are documents; files that are no text are left out and named', () =>
  inFolder(async (folder) => {
    const lines = [
      '{"text":"eins"}',
      '',
      '{"messages":[{"role":"user","content":"zwei"},{"role":"x","content":"drei"}]}',
    ];
    await writeFile(path.join(folder, 'a.jsonl'), `${lines.join('\n')}\n`);
    await writeFile(
      path.join(folder, 'b.jsonl'),
      '{"text":"vier"}\nkein JSON\n{"text":5}\nnull\n{"messages":[null]}\n',
    );
    await writeFile(path.join(folder, 'c.txt'), Uint8Array.of(0x47, 0x72, 0xfc, 0xdf, 0x65));
    await writeFile(path.join(folder, 'd.txt'), '\ufeffmit Marke');
    const { texts, left } = await allOf(await listTextFiles([folder]));
    assert.deepEqual(texts, ['eins', 'zwei', 'drei', 'vier', 'mit Marke']);
    assert.deepEqual(
      left.map(({ name, reason }) => [path.posix.basename(name), reason]),
      [
        ['b.jsonl', 'not-jsonl'],
        ['c.txt', 'not-utf8'],
      ],
    );
  }));

test('a file too large for memory is counted in pieces as it is counted whole', () =>
  inFolder(async (folder) => {
    const text = `\ufeff${'Größe 12\n\n  Absatz\r\n\u00a0\n– Punkt\n'.repeat(600_000)}`;
    const file = path.join(folder, 'groß.txt');
    await writeFile(file, text);
    const pieces: DocumentPiece[] = [];
    for await (const piece of documentsIn((await listTextFiles([file]))[0]!, () => assert.fail())) pieces.push(piece);
    assert.ok(pieces.length > 1);
    assert.deepEqual(await countWords(pieces), await countWords([text.slice(1)]));
    await writeFile(file, Buffer.concat([Buffer.from(text), Uint8Array.of(0xff)]));
    const { texts, left } = await allOf(await listTextFiles([file]));
    assert.deepEqual([texts.length, left[0]?.reason], [0, 'not-utf8']);
  }));
