/**
 * The memory estimate beside the peak that a training really had: `node bench/memory.ts [--steps 4]`. Each shape trains in a
 * process of its own, once with its layers kept and once with them computed again; one JSON line a training, the ratio
 * estimate / peak in it, and all of them as the last line.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { benchConfig } from '../src/cli/rooms/benchmarks.ts';
import { estimateTrainingMemory } from '../src/train/index.ts';
import { SHAPES } from './shapes.ts';

const { values } = parseArgs({ options: { steps: { type: 'string', default: '4' } } });

const KEPT = [
  ...Object.entries(SHAPES).map(([name, shape]) => ({ name, ...shape })),
  { name: 'deep', layers: 12, width: 256, heads: 4, mlp: 704, context: 256, batch: 16, vocab: 4096 },
  { name: 'wide', layers: 2, width: 1024, heads: 16, mlp: 2816, context: 128, batch: 4, vocab: 2048 },
];

const TRAINED = [false, true].flatMap((recompute) => KEPT.map((shape) => ({ ...shape, recompute })));

const rows = TRAINED.map(({ name, recompute, ...shape }) => {
  const config = benchConfig({ ...shape, keyValueHeads: shape.heads });
  const { totalBytes } = estimateTrainingMemory(
    config,
    { batch: shape.batch, time: shape.context },
    { precision: 'float32', recompute },
  );
  const estimateMb = Math.round(totalBytes / 2 ** 20);
  const flags = Object.entries(shape).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  const again = recompute ? ['--recompute'] : [];
  const command = ['src/cli/main.ts', 'bench', 'train', ...flags, ...again, '--steps', values.steps, '--json'];
  const text = execFileSync(process.execPath, command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const { peakRssMb } = JSON.parse(text.trim().split('\n').at(-1)!) as { peakRssMb: number };
  const row = { name, recompute, estimateMb, peakRssMb, ratio: Math.round((100 * estimateMb) / peakRssMb) / 100 };
  process.stdout.write(`${JSON.stringify(row)}\n`);
  return row;
});
process.stdout.write(`${JSON.stringify({ shapes: rows })}\n`);
