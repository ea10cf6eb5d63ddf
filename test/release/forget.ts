/**
 * The long form of `test/corpus/lineage.test.ts`, run before a release: `node test/release/forget.ts [count] [seed]`. So many
 * documents are forgotten one after another, by id, by source and by a piece of their text, one in five on a disk that dies in
 * between; after each no byte of it may be left, and after each rebuild none of any before. A failure names its seed.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Rng, withBackend } from '../../src/base/index.ts';
import { executeForget, finishForget, planForget, readReceipts, type SourceSpec } from '../../src/corpus/index.ts';
import { writeFiles } from '../corpus/fixture.ts';
import { build, canaryOf, dyingAfter, letterOf } from '../corpus/lineage-scene.ts';

const count = Number(process.argv[2] ?? 1000);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
const REBUILD_EVERY = 50;
/** A split needs two sources of each kind. */
const STAYING = 12;
const startedMs = performance.now();
process.stdout.write(`forgetting: ${count} documents, seed ${seed}\n`);

const folder = mkdtempSync(path.join(os.tmpdir(), 'expchat-forget-'));
const project = path.join(folder, 'project');
const rng = new Rng(seed);
const total = STAYING + Math.ceil(count * 1.1);
const kinds = ['letter', 'note', 'row', 'dialogue'] as const;
const all = Array.from({ length: total }, (_, number) => ({ number, kind: kinds[number % kinds.length]! }));

function writeSources(): SourceSpec[] {
  const own = path.join(folder, 'own');
  const lines: string[] = [];
  for (const { number, kind } of all) {
    if (kind === 'letter') writeFiles(own, { [`briefe/brief-${number}.md`]: letterOf(number) });
    else if (kind === 'note')
      writeFiles(own, { [`notizen/notiz-${number}.txt`]: `Eine Notiz über ${canaryOf(number)}.\n` });
    else if (kind === 'row') lines.push(JSON.stringify({ text: `Eine Zeile über ${canaryOf(number)}.` }));
    else {
      const messages = [
        { role: 'user', content: `Wie heißt der Vogel ${number}?` },
        { role: 'assistant', content: `Er heißt ${canaryOf(number)}.` },
      ];
      writeFiles(own, { [`dialoge/thema-${number}.jsonl`]: `${JSON.stringify({ messages })}\n` });
    }
  }
  writeFiles(own, { 'zeilen.jsonl': `${lines.join('\n')}\n` });
  return [
    { id: 'briefe', kind: 'folder', path: path.join(own, 'briefe'), sourcePer: 'file' },
    { id: 'notizen', kind: 'folder', path: path.join(own, 'notizen') },
    { id: 'zeilen', kind: 'file', path: path.join(own, 'zeilen.jsonl') },
    { id: 'dialoge', kind: 'folder', path: path.join(own, 'dialoge'), sourcePer: 'file', content: 'chat' },
  ];
}

/** Canaries in any file of the project, as bytes or in a name. */
function left(): Set<number> {
  const found = new Set<number>();
  for (const name of readdirSync(project, { recursive: true, encoding: 'utf8' })) {
    const place = path.join(project, name);
    const text = statSync(place).isFile() ? readFileSync(place, 'latin1') : '';
    for (const match of `${name}\n${text}`.matchAll(/Kanarienvogel(\d{5})/g)) found.add(Number(match[1]));
  }
  return found;
}

function nameOf({ number, kind }: (typeof all)[number]): string {
  if (rng.int(2) === 0 || kind === 'row') return canaryOf(number);
  if (kind === 'letter') return `briefe~brief-${number}.md`;
  return kind === 'note' ? `notizen#notiz-${number}.txt` : `dialoge~thema-${number}.jsonl`;
}

try {
  const sources = writeSources();
  await build({ project, sources });
  assert.equal(left().size, total);
  const doomed = all.filter(({ number }) => number >= STAYING);
  const gone = new Set<number>();
  let died = 0;
  for (let i = 0; i < count; i++) {
    const [one] = doomed.splice(rng.int(doomed.length), 1);
    const plan = await planForget(project, { value: nameOf(one!) });
    if (rng.int(5) === 0) {
      died++;
      const dying = withBackend(dyingAfter(rng.int(40)), () => executeForget(project, plan));
      const done = (await dying.catch(() => undefined)) ?? (await finishForget(project));
      if (done === undefined) await executeForget(project, plan); // It died before the plan was written.
    } else await executeForget(project, plan);
    gone.add(one!.number);
    const rebuilt = (i + 1) % REBUILD_EVERY === 0 || i + 1 === count;
    if (rebuilt) await build({ project, sources });
    const there = left();
    for (const number of gone)
      assert.equal(there.has(number), false, `seed ${seed}, deletion ${i}: ${number} is there`);
    assert.equal(there.size, total - gone.size, `seed ${seed}, deletion ${i}: others are gone too`);
    if (rebuilt) process.stderr.write(`${i + 1}, ${((performance.now() - startedMs) / 1000).toFixed(0)} s\n`);
  }
  const receipts = (await readReceipts(path.join(project, 'corpus.forget.log.jsonl'))).length;
  assert.equal(receipts, count);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  process.stdout.write(`forgetting: ${count} gone, ${died} died in between, ${receipts} receipts, ${seconds} s\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
