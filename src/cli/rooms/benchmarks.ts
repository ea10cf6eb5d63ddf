/**
 * Speed of the real training step and of real decoding, on random tokens. Figures carry the names of the PyTorch baseline,
 * so that both can be set side by side. It knows no terminal.
 */
import { ExpChatError, Rng, stopIfAborted, systemClock, type WorkOptions } from '../../base/index.ts';
import { createOrtRuntime } from '../../engine/index.ts';
import { openModel } from '../../infer/index.ts';
import { checkModelConfig, initialParameters, type ModelConfig, parameterCount } from '../../model/index.ts';
import { adamwScalars, NO_LIMIT } from '../../optim/index.ts';
import { type Batch, PRETRAIN_DEFAULTS, TrainingStep, zeroMoments } from '../../train/index.ts';
import type { BenchInferRequest, BenchTrainRequest } from '../services.ts';

/** The first steps pay for memory and caches and are left out, as in the baseline. */
const WARMUP_STEPS = 2;

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)]!;
}

const peakRssMb = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

function randomBatch(rng: Rng, size: number, vocabulary: number): Batch {
  const ids = () => Int32Array.from({ length: size }, () => rng.int(vocabulary));
  return {
    tokens: ids(),
    targets: ids(),
    weights: new Float32Array(size).fill(1),
    segments: new Int32Array(size).fill(1),
  };
}

/** The baseline's model: an untied Llama with heads of `width / heads`. Throws `model.config` where that is no whole number. */
export function benchConfig(shape: Omit<BenchTrainRequest, 'steps' | 'batch'>): ModelConfig {
  const { layers, width, heads, keyValueHeads, mlp, context, vocab } = shape;
  return checkModelConfig({
    architecture: 'llama',
    vocabularySize: vocab,
    width,
    layers,
    heads,
    keyValueHeads,
    headWidth: width / heads,
    mlpWidth: mlp,
    context,
    ropeTheta: 10_000,
    normEpsilon: 1e-6,
    tiedEmbeddings: false,
    activation: 'silu',
  });
}

/** The same work as the baseline: untied Llama shape, float32, AdamW, clipping at 1. */
export async function benchTrain(
  request: BenchTrainRequest,
  threads: number,
  work: WorkOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const { width, heads, context, batch, vocab, steps } = request;
  if (width % heads !== 0) {
    throw new ExpChatError({
      code: 'bench.heads',
      kind: 'usage',
      message: `bench train: expected a width that --heads (${heads}) divides, got ${width}`,
      next: 'Give another --width or another number of --heads.',
    });
  }
  const config = benchConfig(request);
  const runtime = createOrtRuntime({ threads });
  try {
    await runtime.put(Object.fromEntries(initialParameters(config, 0)));
    await runtime.put(zeroMoments(config));
    const shape = { batch, time: context };
    const { adamw } = PRETRAIN_DEFAULTS;
    const { recompute = false } = request;
    const settings = { adamw, clipNorm: 1, precision: 'float32', recompute } as const;
    const step = await TrainingStep.prepare(runtime, config, shape, settings);
    const limits = { maxLoss: NO_LIMIT, maxGradientNorm: NO_LIMIT };
    const data = randomBatch(new Rng(0), batch * context, vocab);
    const times: number[] = [];
    for (let i = 0; i < steps; i++) {
      stopIfAborted(work.signal, 'bench');
      work.onProgress?.({ stage: 'bench.train', done: i, total: steps, unit: 'steps' });
      const startedMs = systemClock.nowMs();
      await step.run(data, { ...adamwScalars(adamw, 1e-3, i + 1), ...limits, lossScale: 1 });
      times.push(systemClock.nowMs() - startedMs);
    }
    const params = parameterCount(config);
    const tokensPerStep = batch * context;
    const steady = (times.length > WARMUP_STEPS ? times.slice(WARMUP_STEPS) : times).sort((a, b) => a - b);
    const stepMs = median(steady);
    const flops = 6 * params * tokensPerStep + 12 * request.layers * width * context * tokensPerStep;
    return {
      peer: `expchat ${runtime.name}`,
      threads,
      params,
      tokensPerStep,
      stepMsMedian: rounded(stepMs),
      stepMsMin: rounded(steady[0]!),
      tokensPerSecond: rounded((tokensPerStep / stepMs) * 1000),
      gflopPerSecond: rounded(flops / stepMs / 1e6),
      peakRssMb: peakRssMb(),
    };
  } finally {
    await runtime.close();
  }
}

/** One stream: a prompt of random tokens, then one token after the other. */
export async function benchInfer(
  request: BenchInferRequest,
  threads: number,
  work: WorkOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const model = await openModel(request.model, { threads });
  try {
    const { decoder } = model;
    const rng = new Rng(0);
    const next = () => rng.int(decoder.vocabularySize);
    const promptTokens = Math.min(request.promptTokens, decoder.context - 1);
    const tokens = Math.min(request.tokens, decoder.context - promptTokens);
    const prompt = Array.from({ length: promptTokens }, next);
    await decoder.feed(prompt); // Warms the caches up.
    decoder.reset();
    const startedMs = systemClock.nowMs();
    await decoder.feed(prompt);
    const promptMs = systemClock.nowMs() - startedMs;
    const times: number[] = [];
    for (let i = 0; i < tokens; i++) {
      stopIfAborted(work.signal, 'bench');
      if (i % 16 === 0) work.onProgress?.({ stage: 'bench.infer', done: i, total: tokens, unit: 'tokens' });
      const tokenStartedMs = systemClock.nowMs();
      await decoder.feed([next()]);
      times.push(systemClock.nowMs() - tokenStartedMs);
    }
    const total = times.reduce((sum, time) => sum + time, 0);
    return {
      params: model.parameters,
      threads,
      context: decoder.context,
      promptTokens,
      promptTokensPerSecond: rounded((promptTokens / promptMs) * 1000),
      tokens,
      tokenMsMedian: Math.round(median(times.sort((a, b) => a - b)) * 100) / 100,
      tokensPerSecond: rounded((tokens / total) * 1000),
      peakRssMb: peakRssMb(),
    };
  } finally {
    await model.close();
  }
}
