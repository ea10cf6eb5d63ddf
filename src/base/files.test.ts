import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import {
  makeDirectory,
  nodeBackend,
  readBytes,
  readLines,
  readText,
  withBackend,
  writeDirectoryDurably,
  writeDurably,
} from './files.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'expchat files ä '));
after(() => rmSync(folder, { recursive: true, force: true }));
const place = (...parts: string[]) => path.join(folder, ...parts);
const failing = (code: string) => async () => {
  throw Object.assign(new Error(code), { code });
};

test('a folder is made with those above it, and again without an error', async () => {
  await makeDirectory(place('a', 'b', 'c'));
  await makeDirectory(place('a', 'b', 'c'));
  await Promise.all([makeDirectory(place('d', 'e')), makeDirectory(place('d', 'e'))]);
  assert.ok(statSync(place('d', 'e')).isDirectory());
});

// Linux: /proc takes no new folder and says that the path is not there, though the folder above it is.
test('a folder that can not be made is an error and not an endless attempt', { timeout: 5000 }, async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux has such a folder');
  await assert.rejects(makeDirectory('/proc/expchat/data'), { code: 'files.not-found' });
});

test('a file in the way of a folder is an error', async () => {
  writeFileSync(place('file'), 'x');
  await assert.rejects(makeDirectory(place('file', 'below')), { code: 'files.not-found' });
});

test('a durable write that fails anywhere leaves the old bytes and nothing beside them', async () => {
  await writeDurably(place('kept', 'a.txt'), 'alt');
  const open: typeof nodeBackend.open = async (name, mode) => {
    const handle = await nodeBackend.open(name, mode);
    return mode === 'create' ? { ...handle, write: failing('ENOSPC') } : handle;
  };
  for (const fault of [{ rename: failing('EIO') }, { open }, { open: failing('EACCES') }]) {
    const writing = withBackend({ ...nodeBackend, ...fault }, () => writeDurably(place('kept', 'a.txt'), 'neu'));
    await assert.rejects(writing, /a\.txt/);
    assert.equal(readFileSync(place('kept', 'a.txt'), 'utf8'), 'alt');
    assert.deepEqual(readdirSync(place('kept')), ['a.txt']);
  }
});

test('a folder appears whole or not at all', async () => {
  const fill = (text: string) => async (temporary: string) => writeFileSync(path.join(temporary, 'x'), text);
  await writeDirectoryDurably(place('whole', 'm'), fill('1'));
  const broken = writeDirectoryDurably(place('whole', 'm'), async (temporary) => {
    await fill('2')(temporary);
    throw new Error('cut off');
  });
  await assert.rejects(broken, /cut off/);
  assert.equal(readFileSync(place('whole', 'm', 'x'), 'utf8'), '1');
  await writeDirectoryDurably(place('whole', 'm'), fill('3'));
  assert.equal(readFileSync(place('whole', 'm', 'x'), 'utf8'), '3');
  assert.deepEqual(readdirSync(place('whole')), ['m']);
});

test('lines come whole whatever the buffer, and text that is no UTF-8 is refused by name', async () => {
  const lines = ['', 'ä'.repeat(200_000), 'b', '€'.repeat(100_000)];
  writeFileSync(place('lines'), lines.join('\n'));
  const read: string[] = [];
  for await (const line of readLines(place('lines'))) read.push(line);
  assert.deepEqual(read, lines);
  writeFileSync(place('latin'), Uint8Array.of(0x47, 0xf6));
  await assert.rejects(readText(place('latin')), { code: 'files.not-utf8' });
  await assert.rejects(readBytes(place('lines'), 10), { code: 'files.too-large-to-read' });
});
