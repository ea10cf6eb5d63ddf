/** Training on text files as the command line does it: what is written, kept and refused. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { ExpChatError, type FileBackend, nodeBackend, type ProgressEvent, withBackend } from '../../src/base/index.ts';
import { trainTokenizerOnFiles } from '../../src/cli/rooms/tokenizers.ts';
import type { TrainTokenizerRequest } from '../../src/cli/services.ts';
import { loadTokenizer, trainTokenizer } from '../../src/tokenizer/index.ts';
import { TRAINING_TEXTS } from './sample-texts.ts';

const codeOf = (code: string) => (error: unknown) => error instanceof ExpChatError && error.code === code;

async function inFolder(body: (folder: string, request: TrainTokenizerRequest) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'expchat-training-'));
  try {
    const texts = path.join(folder, 'texts');
    await mkdir(texts);
    for (const [i, text] of TRAINING_TEXTS.entries()) await writeFile(path.join(texts, `${i}.md`), text);
    await body(folder, { places: [texts], directory: path.join(folder, 'out'), replace: false, vocabularySize: 400 });
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('training on a folder writes the tokenizer of its texts and nothing else', () =>
  inFolder(async (_, request) => {
    const report = await trainTokenizerOnFiles(request, 2, {});
    const expected = await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 400 });
    assert.equal(report.hash, expected.hash);
    assert.equal((await loadTokenizer(request.directory)).hash, expected.hash);
    assert.deepEqual((await readdir(request.directory)).sort(), ['tokenizer.json', 'tokenizer_config.json']);
    const { documents, files, leftOut, countsReused } = report.training!;
    assert.deepEqual(
      [documents, files, leftOut, countsReused],
      [TRAINING_TEXTS.length, TRAINING_TEXTS.length, [], false],
    );
  }));

test('a tokenizer that is there stays unless it may be replaced', () =>
  inFolder(async (_, request) => {
    const file = path.join(request.directory, 'tokenizer.json');
    await trainTokenizerOnFiles(request, 1, {});
    const before = await readFile(file, 'utf8');
    const other = { ...request, vocabularySize: 300 };
    await assert.rejects(trainTokenizerOnFiles(other, 1, {}), codeOf('tokenizer.exists'));
    assert.equal(await readFile(file, 'utf8'), before);
    assert.equal((await trainTokenizerOnFiles({ ...other, replace: true }, 1, {})).vocabularySize, 300);
  }));

test('a training stopped while it merges goes on without counting and ends with the same tokenizer', () =>
  inFolder(async (folder, request) => {
    const controller = new AbortController();
    const stopAtMerging = (event: ProgressEvent) => {
      if (event.stage === 'tokenizer.merge') controller.abort();
    };
    const stopped = trainTokenizerOnFiles(request, 1, { signal: controller.signal, onProgress: stopAtMerging });
    await assert.rejects(stopped, codeOf('tokenizer.stopped'));
    assert.deepEqual(await readdir(request.directory), ['word-counts.bin']);
    const stages: string[] = [];
    const report = await trainTokenizerOnFiles(request, 1, { onProgress: ({ stage }) => stages.push(stage) });
    assert.equal(report.training!.countsReused, true);
    assert.ok(!stages.includes('tokenizer.count'));
    const afresh = await trainTokenizerOnFiles({ ...request, directory: path.join(folder, 'other') }, 1, {});
    assert.equal(report.hash, afresh.hash);
  }));

test('a training stopped while it counts goes on behind the files it had counted, and names what both parts left out', () =>
  inFolder(async (folder, request) => {
    const texts = path.join(folder, 'texts');
    await writeFile(path.join(texts, '0a.txt'), Uint8Array.of(0xff));
    await writeFile(path.join(texts, '9.txt'), Uint8Array.of(0xff));
    const readFiles: string[] = [];
    const controller = new AbortController();
    const watching: FileBackend = {
      ...nodeBackend,
      open: (file, mode) => {
        if (file.startsWith(texts)) readFiles.push(path.basename(file));
        if (file.endsWith('3.md')) controller.abort();
        return nodeBackend.open(file, mode);
      },
    };
    await withBackend(watching, async () => {
      await assert.rejects(
        trainTokenizerOnFiles(request, 1, { signal: controller.signal }),
        (error) => error instanceof ExpChatError && error.kind === 'stopped',
      );
      const report = await trainTokenizerOnFiles(request, 1, {});
      const expected = await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 400 });
      assert.equal(report.hash, expected.hash);
      assert.equal(report.training!.documents, TRAINING_TEXTS.length);
      assert.deepEqual(
        report.training!.leftOut!.map(({ name }) => path.posix.basename(name)),
        ['0a.txt', '9.txt'],
      );
    });
    assert.deepEqual(readFiles, [...new Set(readFiles)], 'a file was read twice');
  }));

test('counts kept by a stopped training are not taken for other texts or other caps', () =>
  inFolder(async (folder, request) => {
    const stopped = async (given: TrainTokenizerRequest) => {
      const controller = new AbortController();
      const onProgress = ({ stage }: ProgressEvent) => void (stage === 'tokenizer.merge' && controller.abort());
      await assert.rejects(
        trainTokenizerOnFiles(given, 1, { signal: controller.signal, onProgress }),
        codeOf('tokenizer.stopped'),
      );
    };
    const goesOn = async (given: TrainTokenizerRequest) =>
      (await trainTokenizerOnFiles({ ...given, replace: true }, 1, {})).training!.countsReused;
    await stopped(request);
    assert.equal(await goesOn({ ...request, maxDocumentCharacters: 50 }), false);
    await stopped({ ...request, replace: true });
    assert.equal(await goesOn({ ...request, holdOut: 4 }), false);
    await stopped({ ...request, replace: true });
    assert.equal(await goesOn({ ...request, vocabularySize: 300, minFrequency: 3, maxTokenBytes: 8 }), true);
    await stopped({ ...request, replace: true });
    await writeFile(path.join(folder, 'texts', 'new.txt'), 'Ein neuer Text.');
    assert.equal(await goesOn(request), false);
  }));
