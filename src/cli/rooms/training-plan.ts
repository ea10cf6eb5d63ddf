/**
 * What a training will cost, whether it fits into memory and whether the data is enough, before it starts, with a speed measured
 * here. It trains nothing.
 */
import os from 'node:os';
import path from 'node:path';
import { exists, type WorkOptions } from '../../base/index.ts';
import type { ModelConfig } from '../../model/index.ts';
import { type RunView, readRun } from '../../runs/index.ts';
import { loadTokenizer } from '../../tokenizer/index.ts';
import { estimateTraining, type PhaseRecipe, runFolder, suggestFit, type Trained } from '../../train/index.ts';
import { SIZE_KEYS } from '../config-schema.ts';
import type { PlannedPhase, Project, TrainPhase, TrainPlan, TrainRequest } from '../services.ts';
import { tokenizerDirectory } from './corpus.ts';
import { dialled, type Offer } from './model-choice.ts';
import { measureStepMs } from './step-time.ts';
import { modelConfigOf, readPackedManifest, recipeOf } from './training-data.ts';

/** After so much time one measured step is enough. */
const ENOUGH_MS = 4000;

const speedOf = (recipe: PhaseRecipe, stepMs: number): number => (recipe.batch * recipe.context * 1000) / stepMs;

/** What decides the speed of a step. */
const shapeKey = (config: ModelConfig, recipe: PhaseRecipe): string => {
  const { batch, accumulation, recompute = false, context, precision } = recipe;
  return JSON.stringify([config, batch, accumulation, recompute, context, precision]);
};

function speedOfRun({ log }: RunView): number | undefined {
  const { values } = log.tokensPerSecond.points;
  const last = values.slice(-20).sort((a, b) => a - b);
  return last[last.length >> 1];
}

/** The training of a phase at one depth of the dial, as `--depth` would make it with no size of the model set by hand. */
function ofDepth(project: Project, phase: TrainPhase, offer: Offer): (depth: number) => Trained {
  const sizes: readonly string[] = SIZE_KEYS.map((key) => `model.${key}`);
  const given = new Set([...(project.given ?? [])].filter((key) => !sizes.includes(key)));
  return (depth) => {
    const { settings } = dialled(project.settings, given, depth, offer);
    return { config: modelConfigOf(settings.model, offer.vocabularySize), recipe: recipeOf(settings, phase) };
  };
}

export async function planTraining(project: Project, request: TrainRequest, work: WorkOptions): Promise<TrainPlan> {
  const manifest = await readPackedManifest(project);
  const { vocabularySize } = await loadTokenizer(tokenizerDirectory(project));
  const config = modelConfigOf(project.settings.model, vocabularySize);
  const phases: TrainPhase[] = request.phase === 'both' ? ['pretrain', 'chat'] : [request.phase];
  const { watts, memoryCheck } = project.settings.machine;
  const memoryBytes = request.memoryBytes ?? os.totalmem();
  const { dial } = project;
  const chosenMs = dial?.rows.find(({ verdict, measured }) => verdict === 'chosen' && measured)?.stepMs;
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
    const { tokens: uniqueTokens, textBytes } = info;
    const shared = { phase, config, recipe, uniqueTokens, textBytes, watts };
    const doneSteps = run?.log.last?.step ?? 0;
    const unmeasured = estimateTraining({ ...shared, tokensPerSecond: undefined });
    if (unmeasured.trainingBytes > memoryBytes && memoryCheck) {
      const offer = { vocabularySize, uniqueTokens: manifest.sets['pretrain-train']?.tokens ?? uniqueTokens };
      const suggestion = suggestFit({ config, recipe }, memoryBytes, ofDepth(project, phase, offer));
      planned.push({ phase, doneSteps, tooLarge: suggestion === undefined ? {} : { suggestion }, ...unmeasured });
      continue;
    }
    const chosen = phase === 'pretrain' && !begun && chosenMs !== undefined ? speedOf(recipe, chosenMs) : undefined;
    const known = speeds.get(key) ?? (same ? speedOfRun(run) : chosen);
    const tokensPerSecond = known ?? speedOf(recipe, await measureStepMs(config, recipe, work, ENOUGH_MS));
    speeds.set(key, tokensPerSecond);
    planned.push({ phase, doneSteps, ...estimateTraining({ ...shared, tokensPerSecond }) });
  }
  return { run: request.run, phases: planned, machineMemoryBytes: memoryBytes, ...(dial && { dial }) };
}
