/**
 * The long form of `test/tokenizer/fuzz.test.ts`, run before a release: `node test/release/tokenizer.ts [count] [seed]`. A
 * failure names its seed and number; the same arguments show it again.
 */
import { trainTokenizer } from '../../src/tokenizer/index.ts';
import { mutations, publishedForms, roundTrips } from '../tokenizer/fuzz.ts';
import { TRAINING_TEXTS } from '../tokenizer/sample-texts.ts';

const MAX_MEMORY_MB = 512;

const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed) || seed < 0) {
  throw new Error('expected a count from 1 and a seed from 0');
}

async function timed(title: string, body: (onProgress: (done: number) => void) => Promise<string>): Promise<void> {
  const startedMs = performance.now();
  const seconds = () => ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(`${title}: seed ${seed}\n`);
  const result = await body((done) => process.stderr.write(`${title}: ${done}, ${seconds()} s\n`));
  process.stdout.write(`${title}: ${result} in ${seconds()} s\n`);
}

const tokenizer = await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 500 });
await timed('round trips', async (onProgress) => {
  roundTrips(tokenizer, { count, seed, onProgress });
  return `${count} unchanged`;
});

const small = await trainTokenizer(['abab abab Garantie'], { vocabularySize: 266 });
const forms = publishedForms(small);
const each = Math.ceil(count / forms.size);
for (const [form, files] of forms) {
  await timed(`damaged ${form}`, async (onProgress) => {
    const { sound, refused, slowestMs } = await mutations(files, { count: each, seed, onProgress });
    const errors = [...refused].map(([code, times]) => `${times} ${code}`).join(', ');
    return `${each}, of them ${sound} sound, ${errors}, slowest ${slowestMs.toFixed(0)} ms`;
  });
}

const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`memory: at most ${peakMb} MB\n`);
if (peakMb > MAX_MEMORY_MB) throw new Error(`expected at most ${MAX_MEMORY_MB} MB of memory, got ${peakMb} MB`);
