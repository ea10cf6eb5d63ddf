/** The tokenizer's benchmark on a small folder: every figure is there and holds together. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { benchTokenizer } from '../../src/cli/rooms/tokenizer-benchmark.ts';
import { toTiktoken, trainTokenizer } from '../../src/tokenizer/index.ts';
import { TRAINING_TEXTS } from './sample-texts.ts';

test('the benchmark gives every figure, and says which other packages are not installed', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'expchat-bench-test-'));
  try {
    const text = path.join(folder, 'texts');
    await mkdir(text);
    for (const [i, content] of TRAINING_TEXTS.entries())
      await writeFile(path.join(text, `${i}.md`), content.repeat(50));
    const ranks = path.join(folder, 'cl100k_base.tiktoken');
    const tokenizer = await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 400 });
    await writeFile(ranks, toTiktoken(tokenizer));
    const request = { text, ranks, directory: folder, vocabularySize: 400, rounds: 1, sampleMb: 1, training: true };
    const figures = await benchTokenizer(request, {});
    for (const name of [
      'encodeMbPerSecond',
      'decodeMbPerSecond',
      'worstCaseRatio',
      'trainSeconds',
      'trainPeakRssMb',
      'bytesPerToken',
      'ranksBytesPerToken',
    ]) {
      assert.ok(Number.isFinite(figures[name]) && (figures[name] as number) > 0, `${name}: ${figures[name]}`);
    }
    assert.deepEqual([figures['peers'], figures['missingPeers']], [{}, ['tiktoken', 'gpt-tokenizer']]);
    const worst = Object.values(figures['worstCases'] as Record<string, number>);
    assert.deepEqual([worst.length, Math.max(...worst)], [5, figures['worstCaseRatio']]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
