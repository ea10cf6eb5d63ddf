import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bytesToAlphabet, renderRankFile, renderTokenizerJson } from '../../src/formats/index.ts';
import { PATTERN_TEXTS } from '../../src/tokenizer/index.ts';

const PROBE = fileURLToPath(new URL('./memory-probe.ts', import.meta.url));
const PUBLISHED = fileURLToPath(new URL('../../../shared/data/tokenizers/', import.meta.url));
/** What a loader may take beside twice its input. */
const ALLOWANCE_BYTES = 64 * 2 ** 20;
/** Collections of garbage come at other moments on a busy machine: the least of so many runs counts. */
const RUNS = 3;

const place = await mkdtemp(path.join(os.tmpdir(), 'expchat-memory-'));
after(() => rm(place, { recursive: true }));

async function expectWithin(location: string, files: readonly string[], pattern?: string): Promise<void> {
  let input = 0;
  for (const file of files) input += (await stat(file)).size;
  const limit = input * 2 + ALLOWANCE_BYTES;
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS && least > limit; run++) {
    const given = [PROBE, location, ...(pattern === undefined ? [] : [pattern])];
    const { stdout } = await promisify(execFile)(process.execPath, given);
    const { risenBytes, tokens } = JSON.parse(stdout) as { risenBytes: number; tokens: number };
    assert.ok(tokens > 256 && risenBytes > 0, stdout);
    least = Math.min(least, risenBytes);
  }
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  assert.ok(least <= limit, `${location}: expected at most ${mib(limit)} MiB, got ${mib(least)} MiB`);
}

/** 100,000 tokens, each of two that came before it. */
function generated(): { tokens: Uint8Array[]; merges: Uint32Array } {
  const tokens = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  const merges: number[] = [];
  for (let left = 0; tokens.length < 100_000; left++) {
    for (let byte = 97; byte < 123 && tokens.length < 100_000; byte++) {
      merges.push(left, byte, tokens.length);
      tokens.push(Uint8Array.of(...tokens[left]!, byte));
    }
  }
  return { tokens, merges: Uint32Array.from(merges) };
}

test('loading a generated tokenizer of any form takes at most twice its files and 64 MiB', async () => {
  const { tokens, merges } = generated();
  const json = path.join(place, 'tokenizer.json');
  await writeFile(
    json,
    renderTokenizerJson({
      pattern: PATTERN_TEXTS.gpt2,
      tokens,
      merges,
      specialTokens: new Map([['<|end|>', 100_000]]),
    }),
  );
  const ranks = path.join(place, 'generated.tiktoken');
  await writeFile(ranks, renderRankFile(tokens));
  const older = path.join(place, 'older');
  await mkdir(older);
  const [vocabulary, pairs] = [path.join(older, 'vocab.json'), path.join(older, 'merges.txt')];
  const names = tokens.map(bytesToAlphabet);
  await writeFile(vocabulary, `{${names.map((name, id) => `${JSON.stringify(name)}: ${id}`).join(', ')}}`);
  const lines = names.slice(256).map((_, rank) => `${names[merges[rank * 3]!]} ${names[merges[rank * 3 + 1]!]}\n`);
  await writeFile(pairs, `#version: 0.2\n${lines.join('')}`);
  await expectWithin(json, [json]);
  await expectWithin(ranks, [ranks], 'gpt2');
  await expectWithin(older, [vocabulary, pairs], 'gpt2');
});

const files = {
  gpt2: ['gpt2/encoder.json', 'gpt2/vocab.bpe'],
  'cl100k/cl100k_base.tiktoken': ['cl100k/cl100k_base.tiktoken'],
  qwen2: ['qwen2/vocab.json', 'qwen2/merges.txt', 'qwen2/tokenizer_config.json'],
};
const present = await stat(PUBLISHED).catch(() => undefined);
for (const [name, parts] of Object.entries(files)) {
  const skip = present === undefined ? 'the published tokenizers are not beside this checkout' : false;
  test(`loading ${name} takes at most twice its files and 64 MiB`, { skip }, async () => {
    await expectWithin(
      path.join(PUBLISHED, name),
      parts.map((part) => path.join(PUBLISHED, part)),
    );
  });
}
