/**
 * A training run that takes seconds: what the laws of resuming are tested on. Run as a program it trains the folder it is
 * given, with `resume`, and prints one line a step.
 */
import { pathToFileURL } from 'node:url';
import { Rng } from '../../src/base/index.ts';
import { createOrtRuntime, type Runtime } from '../../src/engine/index.ts';
import { initialParameters, modelConfigOfSize } from '../../src/model/index.ts';
import { type PhaseOptions, PRETRAIN_DEFAULTS, type TokenSet, trainPhase } from '../../src/train/index.ts';

export const TINY_CONFIG = modelConfigOfSize('nano', {
  vocabularySize: 40,
  width: 16,
  heads: 2,
  keyValueHeads: 1,
  headWidth: 8,
  mlpWidth: 24,
  context: 12,
});

/** Documents in which each token follows from the one before, so that there is something to learn. */
export function tinySet(documents: number, seed: number): TokenSet {
  const rng = new Rng(seed);
  const tokens: number[] = [];
  const mask: number[] = [];
  const offsets = [0];
  for (let i = 0; i < documents; i++) {
    let token = 6 + rng.int(34);
    const length = 4 + rng.int(8);
    tokens.push(1);
    mask.push(0);
    for (let j = 0; j < length; j++) {
      tokens.push(token);
      mask.push(j >= length / 2 ? 1 : 0);
      token = 6 + ((token * 5 + 3) % 34);
    }
    offsets.push(tokens.length);
  }
  return { tokens: Uint16Array.from(tokens), offsets: Uint32Array.from(offsets), mask: Uint8Array.from(mask) };
}

export const TINY_TOKENIZER = {
  vocabularySize: 40,
  hash: 'tiny',
  byteLengths: Uint8Array.from({ length: 40 }, (_, i) => (i < 6 ? 0 : 1 + (i % 3))),
  specialIds: { padding: 0, begin: 1, end: 2 },
  texts: { 'tokenizer.json': '{}\n' },
};

export const TINY_STEPS = 48;

export function tinyOptions(directory: string, runtime: Runtime): PhaseOptions {
  return {
    directory,
    phase: 'pretrain',
    config: TINY_CONFIG,
    recipe: {
      ...PRETRAIN_DEFAULTS,
      length: { steps: TINY_STEPS },
      batch: 4,
      context: 12,
      schedule: { kind: 'cosine', peak: 1e-2, warmupSteps: 4, floor: 0.1 },
      seed: 9,
      validationEvery: 8,
      validationBatches: 2,
      checkpointEvery: 2,
    },
    data: { train: tinySet(60, 1), validation: tinySet(10, 2), hash: 'tiny data' },
    tokenizer: TINY_TOKENIZER,
    start: () => ({ parameters: initialParameters(TINY_CONFIG, 9) }),
    mode: 'resume',
    runtime,
    codeVersion: 'test',
  };
}

async function main(directory: string): Promise<void> {
  const runtime = createOrtRuntime({ threads: 1 });
  await trainPhase(tinyOptions(directory, runtime), {
    onProgress: (event) => console.log(`step ${event.done}`),
  });
  await runtime.close();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv[2]!);
