import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { benchConfig } from '../../src/cli/rooms/benchmarks.ts';
import { estimateTrainingMemory } from '../../src/train/index.ts';

const SHAPE = { layers: 8, width: 128, heads: 4, mlp: 352, context: 128, batch: 32, vocab: 512 };

/** Resident memory at its most, in MB, of a process that trains two steps. */
function peakOf(flags: readonly string[]): number {
  const shape = Object.entries(SHAPE).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  const command = ['src/cli/main.ts', 'bench', 'train', ...shape, '--steps', '2', '--json', ...flags];
  const text = execFileSync(process.execPath, command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return (JSON.parse(text.trim().split('\n').at(-1)!) as { peakRssMb: number }).peakRssMb;
}

// The graph alone does not decide that: what a runtime computes early, it keeps.
test('layers computed again take less memory of the machine, about as much less as the estimate says', () => {
  const config = benchConfig({ ...SHAPE, keyValueHeads: SHAPE.heads });
  const estimateOf = (recompute: boolean): number => {
    const rows = { batch: SHAPE.batch, time: SHAPE.context };
    return estimateTrainingMemory(config, rows, { precision: 'float32', recompute }).totalBytes / 2 ** 20;
  };
  const [kept, again] = [peakOf([]), peakOf(['--recompute'])];
  const expected = estimateOf(false) - estimateOf(true);
  assert.ok(expected > 200, `${expected}`);
  assert.ok(kept - again > 0.7 * expected, `${kept} and ${again} MB, ${expected} MB less expected`);
});
