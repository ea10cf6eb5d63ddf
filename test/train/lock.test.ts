import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/index.ts';
import { lockRun } from '../../src/train/run-folder.ts';

const base = await mkdtemp(path.join(tmpdir(), 'expchat-lock-'));
after(() => rm(base, { recursive: true }));

const program = fileURLToPath(new URL('./lock-holder.ts', import.meta.url));

/** A process that tries to take the lock, and what it says. */
function contender(directory: string): { child: ChildProcess; said: Promise<string> } {
  const child = spawn(process.execPath, [program, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = new Promise<string>((resolve) =>
    child.stdout!.once('data', (data: Buffer) => resolve(`${data}`.trim())),
  );
  return { child, said };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

test('of several processes exactly one gets a free folder, and one gets it after the holder was killed', async () => {
  const directory = path.join(base, 'run');
  for (let round = 0; round < 3; round++) {
    const contenders = Array.from({ length: 4 }, () => contender(directory));
    const answers = await Promise.all(contenders.map(({ said }) => said));
    const holders = answers.filter((answer) => answer === 'held').length;
    // Where the lock of a dead process is taken over, all may be told to try again; never do two hold it.
    assert.ok(round === 0 ? holders === 1 : holders <= 1, `${round}: ${answers}`);
    assert.ok(
      answers.every((answer) => answer === 'held' || answer === 'train.locked'),
      `${answers}`,
    );
    for (const { child } of contenders) await killed(child);
  }
  const release = await lockRun(directory, systemClock);
  await assert.rejects(lockRun(directory, systemClock), { code: 'train.locked' });
  await release();
  await (await lockRun(directory, systemClock))();
});

test('a lock cut short, or with our own process id from before a restart, does not keep a run out for ever', async () => {
  const directory = path.join(base, 'short');
  await (await lockRun(directory, systemClock))();
  const file = path.join(directory, 'run.lock');
  await writeFile(file, `${process.pid}\n`);
  await (await lockRun(directory, systemClock))();
  await writeFile(file, '12');
  await assert.rejects(lockRun(directory, systemClock), { code: 'train.locked' });
  const later = { ...systemClock, date: () => new Date(systemClock.date().getTime() + 60_000) };
  await (await lockRun(directory, later))();
});
