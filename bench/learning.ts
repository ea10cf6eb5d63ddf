/**
 * How fast a small model learns: English plays (tinyshakespeare). The PyTorch recipe beside it: `learning-beside-pytorch.ts`.
 * `node bench/learning.ts [--seconds 77] [--text ../shared/data/tinyshakespeare/input.txt] [--threads 2] [--every 15]`.
 * Training text is the first nine tenths, the tokenizer's as well, whose training counts as training time; validation is all
 * of the last tenth, in windows of the context, bits over its bytes, and costs no training time. One JSON line each `every`
 * training seconds, of the weights averaged over `--average` steps where that is not 0; a summary as the last line.
 * Tokenizer, model, optimizer, average and step are the product's. The defaults are those found for 77 s on two cores (LOG.md).
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Rng } from '../src/base/index.ts';
import { compile, createOrtRuntime, type Executable, type Runtime, Trace } from '../src/engine/index.ts';
import {
  checkModelConfig,
  forward,
  initialParameters,
  type ModelConfig,
  parameterCount,
  parameterInputs,
} from '../src/model/index.ts';
import {
  ADAMW_DEFAULTS,
  adamwScalars,
  averageDecay,
  firstAverages,
  learningRateAt,
  MUON_DEFAULTS,
  NO_LIMIT,
  type Schedule,
  withAverages,
} from '../src/optim/index.ts';
import { float32, int32 } from '../src/tensor/index.ts';
import { trainTokenizer } from '../src/tokenizer/index.ts';
import { type Batch, TrainingStep, zeroMoments } from '../src/train/index.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '77' },
    text: { type: 'string', default: '../shared/data/tinyshakespeare/input.txt' },
    threads: { type: 'string', default: '2' },
    every: { type: 'string', default: '15' },
    goal: { type: 'string', default: '2.74' },
    vocabulary: { type: 'string', default: '2048' },
    layers: { type: 'string', default: '3' },
    width: { type: 'string', default: '192' },
    'head-width': { type: 'string', default: '64' },
    context: { type: 'string', default: '256' },
    batch: { type: 'string', default: '8' },
    rate: { type: 'string', default: '0.006' },
    dropout: { type: 'string', default: '0' },
    'attention-dropout': { type: 'string', default: '0' },
    average: { type: 'string', default: '50' },
    iterations: { type: 'string', default: String(MUON_DEFAULTS.iterations) },
    decay: { type: 'string', default: '1' },
    cooldown: { type: 'string', default: '0.6' },
    seed: { type: 'string', default: '1' },
  },
});
const number = (name: keyof typeof values): number => Number(values[name]);
const [budget, time, rows] = [number('seconds'), number('context'), number('batch')];
const rng = new Rng(number('seed'));

/** Draws each row from a place of its own in the text. */
function randomBatch(ids: Uint32Array): Batch {
  const batch: Batch = {
    tokens: new Int32Array(rows * time),
    targets: new Int32Array(rows * time),
    weights: new Float32Array(rows * time).fill(1),
    segments: new Int32Array(rows * time).fill(1),
  };
  for (let row = 0; row < rows; row++) {
    const start = rng.int(ids.length - time - 1);
    for (let t = 0; t < time; t++) {
      batch.tokens[row * time + t] = ids[start + t]!;
      batch.targets[row * time + t] = ids[start + t + 1]!;
    }
  }
  return batch;
}

/** Sum of the losses of a batch in nats, on the resident weights. */
function lossProgram(runtime: Runtime, config: ModelConfig): Promise<Executable> {
  const trace = new Trace();
  const parameters = parameterInputs(trace, config);
  const flat = [rows * time];
  const tokens = trace.input('tokens', 'int32', [rows, time]);
  const targets = trace.input('targets', 'int32', [rows, time]).reshape(flat);
  const weights = trace.input('weights', 'float32', [rows, time]).reshape(flat);
  const nats = forward(trace, config, parameters, tokens).crossEntropy(targets).mul(weights).total();
  return runtime.prepare(compile(trace.finish({ nats })));
}

/** Bits per byte over the whole text; its first token is given, all others are predicted. */
async function bitsPerByte(program: Executable, ids: Uint32Array, bytes: number): Promise<number> {
  let nats = 0;
  for (let begin = 0; begin + 1 < ids.length; begin += rows * time) {
    const part = ids.subarray(begin, begin + rows * time + 1);
    const tokens = new Int32Array(rows * time);
    const targets = new Int32Array(rows * time);
    const weights = new Float32Array(rows * time);
    tokens.set(part.subarray(0, -1));
    targets.set(part.subarray(1));
    weights.fill(1, 0, part.length - 1);
    const shape = [rows, time];
    const feeds = { tokens: int32(shape, tokens), targets: int32(shape, targets), weights: float32(shape, weights) };
    nats += (await program.run(feeds))['nats']!.data[0]!;
  }
  return nats / Math.LN2 / bytes;
}

const text = readFileSync(values.text, 'utf8');
const cut = Math.floor(0.9 * text.length);
const [trainingText, validationText] = [text.slice(0, cut), text.slice(cut)];
const startedMs = performance.now();
const tokenizer = await trainTokenizer(trainingText.match(/[\s\S]{1,10000}/g)!, {
  vocabularySize: number('vocabulary'),
  specialTokens: [],
});
const training = tokenizer.encode(trainingText);
const tokenizerSeconds = (performance.now() - startedMs) / 1000;
const validation = tokenizer.encode(validationText);
const validationBytes = Buffer.byteLength(validationText);
const width = number('width');
const config = checkModelConfig({
  architecture: 'qwen3',
  vocabularySize: tokenizer.vocabularySize,
  width,
  layers: number('layers'),
  heads: width / number('head-width'),
  keyValueHeads: width / number('head-width'),
  headWidth: number('head-width'),
  mlpWidth: Math.round((width * 8) / 3 / 16) * 16,
  context: time,
  ropeTheta: 10_000,
  normEpsilon: 1e-6,
  tiedEmbeddings: true,
  activation: 'silu',
});
const runtime = createOrtRuntime({ threads: number('threads') });
const muon = { ...MUON_DEFAULTS, iterations: number('iterations') };
const first = initialParameters(config, 1);
const averageSteps = number('average'); // 0: the weights themselves are looked at.
const averages = averageSteps === 0 ? {} : firstAverages(first);
await runtime.put({ ...Object.fromEntries(first), ...averages, ...zeroMoments(config, muon) });
const adamw = { ...ADAMW_DEFAULTS, beta2: 0.99, weightDecay: number('decay') };
const dropout = { residual: number('dropout'), attention: number('attention-dropout'), depth: 0 };
const settings = { adamw, muon, clipNorm: 1, precision: 'float32', dropout, seed: 1 } as const;
const step = await TrainingStep.prepare(runtime, config, { batch: rows, time }, settings);
const program = await lossProgram(runtime, config);
const schedule: Schedule = {
  kind: 'trapezoid',
  peak: number('rate'),
  warmupSteps: 20,
  floor: 0.02,
  cooldown: number('cooldown'),
};

let seconds = tokenizerSeconds;
let steps = 0;
let nextLook = Math.min(number('every'), budget);
let goalSeconds: number | null = null;
let bits = Number.NaN;
while (seconds < budget) {
  const rate = learningRateAt(schedule, steps, Math.min(1, seconds / budget));
  const limits = { lossScale: 1, maxLoss: NO_LIMIT, maxGradientNorm: NO_LIMIT };
  const kept = averageSteps === 0 ? {} : { averageDecay: averageDecay(averageSteps, steps) };
  const begunMs = performance.now();
  const batch = randomBatch(training);
  const { lossNats } = await step.run(batch, { ...adamwScalars(adamw, rate, steps + 1), ...limits, ...kept }, steps);
  seconds += (performance.now() - begunMs) / 1000;
  steps++;
  if (seconds < nextLook && seconds < budget) continue;
  nextLook += number('every');
  const look = () => bitsPerByte(program, validation, validationBytes);
  bits = averageSteps === 0 ? await look() : await withAverages(runtime, [...first.keys()], look);
  if (bits <= number('goal')) goalSeconds ??= seconds;
  const line = { trainSeconds: seconds, step: steps, trainLossNats: lossNats, bitsPerByte: bits };
  process.stdout.write(`${JSON.stringify(line, rounded)}\n`);
}
await runtime.close();
const facts = {
  parameters: parameterCount(config),
  bytesPerToken: validationBytes / validation.length,
  tokenizerSeconds,
};
const summary = { ...facts, trainSeconds: seconds, steps, goal: number('goal'), goalSeconds, bitsPerByte: bits };
process.stdout.write(`${JSON.stringify(summary, rounded)}\n`);

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value;
}
