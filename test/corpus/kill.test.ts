/** The chain in a process that is killed: whatever it leaves, the next run ends in the bytes of an undisturbed one. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Rng } from '../../src/base/index.ts';
import type { SourceSpec } from '../../src/corpus/index.ts';
import { editedCopies } from './edited-copies.ts';
import { hashesBelow, smallCorpus, temporaryFolder, writeFiles } from './fixture.ts';

const KILLS = process.env['EXPCHAT_RELEASE'] === '1' ? 50 : 5;
const STAGES = ['prepared', 'filtered', 'packed'];

/** The small corpus, beside it pages with near-duplicates and a footer that all of them have. */
function corpus(folder: string): SourceSpec[] {
  const sources = smallCorpus(folder, 4, 3);
  const footer = Array.from({ length: 60 }, (_, i) => `fuss${i}`).join(' ');
  const { texts } = editedCopies(60, 12, 3);
  const pages = texts.map((words, i) => [`texte/netz/${i % 7}-${i}.md`, `${words.join(' ')}\n\n${footer}\n`]);
  writeFiles(folder, Object.fromEntries(pages));
  return sources;
}

/** SIGKILL after `killAfterMs`. Resolves with the exit code, null where the process was killed. */
function run(sources: SourceSpec[], data: string, killAfterMs?: number): Promise<number | null> {
  const program = path.join(import.meta.dirname, 'chain-process.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(sources), data], { stdio: 'inherit' });
  if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs).unref();
  return new Promise((resolve) => child.on('exit', resolve));
}

test(`a chain killed ${KILLS} times at random moments ends in the bytes of an undisturbed one`, async (t) => {
  const folder = temporaryFolder(t);
  const sources = corpus(folder);
  const whole = path.join(folder, 'whole');
  const before = performance.now();
  assert.equal(await run(sources, whole), 0);
  const wholeMs = performance.now() - before;
  const expected = STAGES.map((stage) => hashesBelow(path.join(whole, stage)));
  assert.ok(readdirSync(path.join(whole, 'filtered')).includes('clusters.jsonl'));
  const killed = path.join(folder, 'killed');
  const rng = new Rng(11);
  const check = () => {
    assert.deepEqual(
      STAGES.map((stage) => hashesBelow(path.join(killed, stage))),
      expected,
    );
    const leftOver = readdirSync(killed, { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      leftOver.filter((name) => /\.(?:tmp|old)-/.test(name)),
      [],
    );
  };
  let kills = 0;
  for (let runs = 0; kills < KILLS && runs < 4 * KILLS; runs++) {
    // A process needs a third of the time to start; a second one has less left to do than a first.
    if ((await run(sources, killed, wholeMs * (0.3 + 0.6 * rng.float()))) === null) kills++;
    else {
      check();
      rmSync(killed, { recursive: true });
    }
  }
  assert.equal(await run(sources, killed), 0);
  check();
  t.diagnostic(`${kills} kills`);
  assert.equal(kills, KILLS);
});
