/**
 * How well and how fast personal data is found: `node bench/personal.ts [--documents 1000] [--seed 1] [--texts FOLDER]`.
 * Prints precision and recall on each labelled set (by kind for the first), then, for the Markdown files below FOLDER
 * (default `../shared/data/gesetze`, left out where absent), findings by kind, megabytes per second of processor time and
 * steps a character. The last line is one JSON object with all of it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findPersonalData } from '../src/corpus/personal/index.ts';
import { POOLS, writeDocuments } from '../test/corpus/personal/draft.ts';
import { FOURTH_TEMPLATES } from '../test/corpus/personal/fourth-templates.ts';
import { measure, type Score } from '../test/corpus/personal/measure.ts';
import { SECOND_TEMPLATES } from '../test/corpus/personal/second-templates.ts';
import { TEMPLATES } from '../test/corpus/personal/templates.ts';
import { THIRD_TEMPLATES } from '../test/corpus/personal/third-templates.ts';
import { UNSEEN_POOLS, UNSEEN_TEMPLATES } from '../test/corpus/personal/unseen-templates.ts';

const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    texts: { type: 'string', default: '../shared/data/gesetze' },
    most: { type: 'string', default: '100000' },
  },
});

const documents = Number(values.documents);
const seed = Number(values.seed);
const sets = {
  first: [TEMPLATES, POOLS, seed],
  anotherSeed: [TEMPLATES, POOLS, seed + 4710],
  second: [SECOND_TEMPLATES, POOLS, 7],
  third: [THIRD_TEMPLATES, POOLS, 11],
  fourth: [FOURTH_TEMPLATES, POOLS, 13],
  unseen: [UNSEEN_TEMPLATES, UNSEEN_POOLS, 17],
} as const;

const line = (name: string, score: Score) =>
  `${name.padEnd(20)} ${String(score.labelled).padStart(6)} labels  precision ${score.precision.toFixed(4)}  recall ${score.recall.toFixed(4)}`;

const measured = Object.entries(sets).map(([name, [templates, pools, itsSeed]]) => {
  const result = measure(writeDocuments(templates, documents, itsSeed, pools));
  console.log(line(name, result.overall));
  if (name === 'first' || name === 'unseen') {
    for (const [kind, score] of Object.entries(result.kinds))
      if (score.labelled > 0) console.log(line(`  ${kind}`, score));
  }
  return [name, { ...result.overall, kinds: result.kinds }] as const;
});

function readTexts(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  const apart = Math.max(1, Math.floor(names.length / Number(values.most)));
  return names
    .sort()
    .filter((_, i) => i % apart === 0)
    .map((name) => readFileSync(path.join(folder, name), 'utf8'));
}

function measureTexts(folder: string): Record<string, unknown> {
  const texts = readTexts(folder);
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  for (const text of texts.slice(0, 200)) findPersonalData(text); // The compiler warms up.
  const findings: Record<string, number> = {};
  let steps = 0;
  const before = process.cpuUsage();
  for (const text of texts) {
    for (const one of findPersonalData(text, { onSteps: (all) => (steps += all) })) {
      findings[one.kind] = (findings[one.kind] ?? 0) + 1;
    }
  }
  const used = process.cpuUsage(before);
  const seconds = (used.user + used.system) / 1e6;
  return {
    files: texts.length,
    bytes,
    cpuSeconds: seconds,
    megabytesPerCpuSecond: bytes / 1e6 / seconds,
    stepsPerCharacter: steps / characters,
    findings,
  };
}

const texts = existsSync(values.texts) ? measureTexts(values.texts) : undefined;
if (texts !== undefined) console.log(JSON.stringify(texts, null, 2));
console.log(JSON.stringify({ sets: Object.fromEntries(measured), ...(texts === undefined ? {} : { texts }) }));
