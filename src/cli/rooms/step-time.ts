/** The time of one real training step on this machine, with first weights and made-up tokens. It trains nothing that is kept. */
import { stopIfAborted, systemClock, type WorkOptions } from '../../base/index.ts';
import { createOrtRuntime } from '../../engine/index.ts';
import { initialParameters, type ModelConfig } from '../../model/index.ts';
import { adamwScalars, NO_LIMIT } from '../../optim/index.ts';
import { emptyBatch, type PhaseRecipe, TrainingStep, zeroMoments } from '../../train/index.ts';

/** The first step pays for memory and caches and is left out. */
const WARMUP_STEPS = 1;
const MEASURED_STEPS = 3;

/** The median of a few steps in milliseconds; after `enoughMs` one of them is enough. */
export async function measureStepMs(
  config: ModelConfig,
  recipe: PhaseRecipe,
  work: WorkOptions,
  enoughMs: number,
): Promise<number> {
  const runtime = createOrtRuntime();
  try {
    await runtime.put(Object.fromEntries(initialParameters(config, 0)));
    await runtime.put(zeroMoments(config, recipe.muon));
    const shape = { batch: recipe.batch, time: recipe.context };
    const step = await TrainingStep.prepare(runtime, config, shape, recipe);
    const batch = emptyBatch(shape);
    batch.weights.fill(1);
    batch.segments.fill(1);
    const total = WARMUP_STEPS + MEASURED_STEPS;
    const times: number[] = [];
    const beganMs = systemClock.nowMs();
    for (let i = 0; i < total; i++) {
      stopIfAborted(work.signal, 'train');
      work.onProgress?.({ stage: 'train.measure', done: i, total, unit: 'steps' });
      const startedMs = systemClock.nowMs();
      const limits = { maxLoss: NO_LIMIT, maxGradientNorm: NO_LIMIT };
      await step.run(batch, { ...adamwScalars(recipe.adamw, 1e-6, i + 1), ...limits, lossScale: 1 });
      const endedMs = systemClock.nowMs();
      if (i >= WARMUP_STEPS) times.push(Math.max(1e-3, endedMs - startedMs));
      if (i >= WARMUP_STEPS && endedMs - beganMs > enoughMs) break;
    }
    work.onProgress?.({ stage: 'train.measure', done: total, total, unit: 'steps' });
    return times.sort((a, b) => a - b)[times.length >> 1]!;
  } finally {
    await runtime.close();
  }
}
