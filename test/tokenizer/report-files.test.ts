/** The report on files as the command line makes it: which text is measured, and beside what. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { ExpChatError } from '../../src/base/index.ts';
import { reportTokenizer } from '../../src/cli/rooms/tokenizer-report.ts';
import { trainTokenizerOnFiles } from '../../src/cli/rooms/tokenizers.ts';
import type { TokenizerReportRequest } from '../../src/cli/services.ts';
import { loadTokenizer } from '../../src/tokenizer/index.ts';
import { TRAINING_TEXTS } from './sample-texts.ts';

async function inFolder(body: (folder: string, request: TokenizerReportRequest) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'expchat-report-'));
  try {
    const texts = path.join(folder, 'texts');
    const directory = path.join(folder, 'tokenizer');
    await mkdir(texts);
    for (const [i, text] of TRAINING_TEXTS.entries()) await writeFile(path.join(texts, `${i}.md`), text);
    await trainTokenizerOnFiles({ places: [texts], directory, replace: false, vocabularySize: 400, holdOut: 4 }, 1, {});
    await body(folder, { name: 'ours', directory, places: [texts], peers: [], language: 'en' });
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('what a training held out is what the report with the same number measures', () =>
  inFolder(async (_, request) => {
    const report = await reportTokenizer({ ...request, holdOut: 4 }, {});
    const heldOut = TRAINING_TEXTS.filter((_, i) => i % 4 === 0);
    assert.deepEqual([report.texts, report.bytes], [heldOut.length, Buffer.byteLength(heldOut.join(''))]);
    assert.equal((await reportTokenizer(request, {})).texts, TRAINING_TEXTS.length);
  }));

test('peers are measured on the same text in the order given, and the page names them', () =>
  inFolder(async (folder, request) => {
    const asked: unknown[] = [];
    const importOf = async (file: string, options?: { readonly pattern?: string }) => {
      asked.push([file, options?.pattern]);
      return loadTokenizer(request.directory);
    };
    const peers = [
      { name: 'cl100k', path: '/cl100k_base.tiktoken' },
      { name: 'gpt2', path: '/gpt2' },
    ];
    const htmlFile = path.join(folder, 'report.html');
    const report = await reportTokenizer({ ...request, peers, htmlFile }, {}, importOf);
    assert.deepEqual(asked, [
      ['/cl100k_base.tiktoken', 'cl100k'],
      ['/gpt2', undefined],
    ]);
    assert.deepEqual(
      report.tokenizers.map(({ name, tokens }) => [name, tokens]),
      ['ours', 'cl100k', 'gpt2'].map((name) => [name, report.tokenizers[0]!.tokens]),
    );
    assert.match(await readFile(htmlFile, 'utf8'), /gpt2/);
    assert.deepEqual(report.files, [htmlFile]);
  }));

test('a report on no text is an error with a code', () =>
  inFolder(async (folder, request) => {
    await mkdir(path.join(folder, 'empty'));
    await assert.rejects(
      reportTokenizer({ ...request, places: [path.join(folder, 'empty')] }, {}),
      (error) => error instanceof ExpChatError && error.code === 'tokenizer.empty-corpus',
    );
  }));

test('texts are measured by their language as well, also in a free folder', () =>
  inFolder(async (folder, request) => {
    const place = path.join(folder, 'both');
    await mkdir(place);
    const german =
      'Die Rechnung wird innerhalb von vierzehn Tagen nach dem Eingang der Ware bezahlt, und zwar ohne Abzug. ';
    const english =
      'The invoice is to be paid within fourteen days after the goods have arrived, and without a deduction. ';
    await writeFile(path.join(place, 'a.txt'), german.repeat(8));
    await writeFile(path.join(place, 'b.txt'), english.repeat(4));
    const { breakdowns } = await reportTokenizer({ ...request, places: [place] }, {});
    const languages = breakdowns.find(({ name }) => name === 'language')!;
    assert.deepEqual(
      languages.rows.map(({ label, bytes }) => [label, bytes]),
      [
        ['de', Buffer.byteLength(german) * 8],
        ['en', Buffer.byteLength(english) * 4],
      ],
    );
  }));
