/**
 * The long form of `test/tokenizer/fuzz.test.ts`, run before a release: `node test/release/tokenizer.ts [count] [seed]`. A
 * failure names its seed and number; the same arguments show it again.
 */
import { trainTokenizer } from '../../src/tokenizer/index.ts';
import { loadTokenizerJson, mutations, roundTrips } from '../tokenizer/fuzz.ts';
import { TRAINING_TEXTS } from '../tokenizer/sample-texts.ts';

const MAX_MEMORY_MB = 512;

const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed) || seed < 0) {
  throw new Error('expected a count from 1 and a seed from 0');
}

async function timed(title: string, body: (onProgress: (done: number) => void) => string): Promise<void> {
  const startedMs = performance.now();
  const seconds = () => ((performance.now() - startedMs) / 1000).toFixed(1);
  const result = body((done) => process.stderr.write(`${title}: ${done} of ${count}, ${seconds()} s\n`));
  process.stdout.write(`${title}: ${count} in ${seconds()} s, seed ${seed}${result}\n`);
}

const tokenizer = await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 500 });
await timed('round trips', (onProgress) => {
  roundTrips(tokenizer, { count, seed, onProgress });
  return '';
});

const small = await trainTokenizer(['abab abab Garantie'], { vocabularySize: 266 });
await timed('damaged files', (onProgress) => {
  const { sound, refused, slowestMs } = mutations(new TextEncoder().encode(small.toJson()), loadTokenizerJson, {
    count,
    seed,
    onProgress,
  });
  return `, sound ${sound}, ${[...refused].map(([code, times]) => `${code} ${times}`).join(', ')}, slowest ${slowestMs.toFixed(0)} ms`;
});

const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`memory: at most ${peakMb} MB\n`);
if (peakMb > MAX_MEMORY_MB) throw new Error(`expected at most ${MAX_MEMORY_MB} MB of memory, got ${peakMb} MB`);
