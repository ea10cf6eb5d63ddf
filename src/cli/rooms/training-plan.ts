/** What a training will cost and whether the data is enough, before it starts, with a speed measured here. It trains nothing. */
import os from 'node:os';
import path from 'node:path';
import { exists, stopIfAborted, systemClock, type WorkOptions } from '../../base/index.ts';
import { createOrtRuntime } from '../../engine/index.ts';
import { initialParameters, type ModelConfig } from '../../model/index.ts';
import { adamwScalars, NO_LIMIT } from '../../optim/index.ts';
import { type RunView, readRun } from '../../runs/index.ts';
import { loadTokenizer } from '../../tokenizer/index.ts';
import {
  emptyBatch,
  estimateTraining,
  type PhaseRecipe,
  runFolder,
  TrainingStep,
  zeroMoments,
} from '../../train/index.ts';
import type { PlannedPhase, Project, TrainPhase, TrainPlan, TrainRequest } from '../services.ts';
import { tokenizerDirectory } from './corpus.ts';
import { modelConfigOf, readPackedManifest, recipeOf } from './training-data.ts';

/** The first step pays for memory and caches and is left out. */
const WARMUP_STEPS = 1;
const MEASURED_STEPS = 3;
/** After so much time one measured step is enough. */
const ENOUGH_MS = 4000;

/** Tokens a second of real steps with first weights. */
async function measureSpeed(config: ModelConfig, recipe: PhaseRecipe, work: WorkOptions): Promise<number> {
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
      if (i >= WARMUP_STEPS && endedMs - beganMs > ENOUGH_MS) break;
    }
    work.onProgress?.({ stage: 'train.measure', done: total, total, unit: 'steps' });
    const median = times.sort((a, b) => a - b)[times.length >> 1]!;
    return (recipe.batch * recipe.context * 1000) / median;
  } finally {
    await runtime.close();
  }
}

/** What decides the speed of a step. */
const shapeKey = (config: ModelConfig, { batch, accumulation, context, precision }: PhaseRecipe): string =>
  JSON.stringify([config, batch, accumulation, context, precision]);

function speedOfRun({ log }: RunView): number | undefined {
  const { values } = log.tokensPerSecond.points;
  const last = values.slice(-20).sort((a, b) => a - b);
  return last[last.length >> 1];
}

export async function planTraining(project: Project, request: TrainRequest, work: WorkOptions): Promise<TrainPlan> {
  const manifest = await readPackedManifest(project);
  const { vocabularySize } = await loadTokenizer(tokenizerDirectory(project));
  const config = modelConfigOf(project.settings.model, vocabularySize);
  const phases: TrainPhase[] = request.phase === 'both' ? ['pretrain', 'chat'] : [request.phase];
  const { watts } = project.settings.machine;
  const speeds = new Map<string, number>();
  const planned: PlannedPhase[] = [];
  for (const phase of phases) {
    const info = manifest.sets[`${phase}-train`];
    if (info === undefined) continue; // Training itself says what is missing.
    const recipe = recipeOf(project.settings, phase);
    const key = shapeKey(config, recipe);
    const directory = path.join(request.run, phase);
    const begun = request.mode !== 'fresh' && (await exists(runFolder(directory).runFile));
    const run = begun ? await readRun({ name: phase, directory }) : undefined;
    const same = run !== undefined && shapeKey(run.head.config, run.head.recipe) === key;
    const known = speeds.get(key) ?? (same ? speedOfRun(run) : undefined);
    const tokensPerSecond = known ?? (await measureSpeed(config, recipe, work));
    speeds.set(key, tokensPerSecond);
    const { tokens: uniqueTokens, textBytes } = info;
    const estimate = estimateTraining({ phase, config, recipe, uniqueTokens, textBytes, tokensPerSecond, watts });
    planned.push({ phase, doneSteps: run?.log.last?.step ?? 0, ...estimate });
  }
  return { run: request.run, phases: planned, machineMemoryBytes: os.totalmem() };
}
