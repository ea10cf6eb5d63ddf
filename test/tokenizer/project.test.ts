/** A project's tokenizer through the command line: limits, a stop while it merges, and the report on what is held back. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { ProgressEvent } from '../../src/base/index.ts';
import { createServices } from '../../src/cli/room-services.ts';
import { trainProjectTokenizer } from '../../src/cli/rooms/corpus.ts';
import type { Project, Services } from '../../src/cli/services.ts';
import { expchat, remove, tinyProject } from '../journey/tiny-project.ts';

let folder = '';
const inFolder = (...parts: string[]) => path.join(folder, ...parts);

before(async () => {
  folder = await tinyProject();
  for (const stage of ['fetch', 'prepare', 'filter']) {
    const heard = await expchat(folder, `corpus ${stage}`);
    assert.equal(heard.code, 0, heard.stderr);
  }
});
after(() => remove(folder));

test('a stopped training of the project goes on without counting, and other limits train anew', async () => {
  const reports: { countsReused?: boolean; upToDate: boolean; hash: string }[] = [];
  const train = async (flags: string, stop = false) => {
    const services: Services = createServices('9.9.9');
    const trainTokenizer: Services['trainTokenizer'] = async (project: Project, _work, limits) => {
      const controller = new AbortController();
      const onProgress = ({ stage }: ProgressEvent) => void (stop && stage === 'tokenizer.merge' && controller.abort());
      const report = await trainProjectTokenizer(project, { signal: controller.signal, onProgress }, limits);
      const { training, upToDate, hash } = report;
      reports.push({ ...(training === undefined ? {} : { countsReused: training.countsReused }), upToDate, hash });
      return report;
    };
    return (await expchat(folder, `tokenizer train${flags}`, { services: { ...services, trainTokenizer } })).code;
  };
  assert.equal(await train('', true), 75);
  assert.ok(existsSync(inFolder('tokenizer', 'word-counts.bin')));
  for (const flags of ['', '', ' --max-token-bytes 4', ' --max-token-bytes 4']) assert.equal(await train(flags), 0);
  assert.deepEqual(
    reports.map(({ countsReused, upToDate }) => [countsReused, upToDate]),
    [
      [true, false],
      [undefined, true],
      [false, false],
      [undefined, true],
    ],
  );
  assert.equal(reports[0]!.hash, reports[1]!.hash);
  assert.notEqual(reports[1]!.hash, reports[2]!.hash);
  assert.ok(!existsSync(inFolder('tokenizer', 'word-counts.bin')));
});

test('the report of a project measures what it holds back, by kind, language and source', async () => {
  const heard = await expchat(folder, 'tokenizer report --json --html bericht.html');
  assert.equal(heard.code, 0, heard.stderr);
  const report = JSON.parse(heard.stdout);
  const names = report.breakdowns.map(({ name }: { name: string }) => name);
  assert.deepEqual(names, ['kind', 'language', 'source']);
  const kinds = report.breakdowns[0].rows.map(({ label }: { label: string }) => label);
  assert.deepEqual(kinds.sort(), ['chat', 'text']);
  assert.ok(report.tokenizers[0].bytesPerToken > 1.5);
  assert.match(readFileSync(inFolder('bericht.html'), 'utf8'), /<html lang="de">/);
});
