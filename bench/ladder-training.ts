/**
 * One size of the ladder trained from scratch as `expchat train` does it: the same settings, data, loop, run folder and
 * report. Only validations and samples do not count as training time: the clock stands still meanwhile. It prints nothing.
 */
import path from 'node:path';
import { type Clock, ExpChatError, readJson, systemClock, type WorkOptions } from '../src/base/index.ts';
import { loadConfig, type Override } from '../src/cli/config.ts';
import { tokenizerDirectory } from '../src/cli/rooms/corpus.ts';
import { writeRunReport } from '../src/cli/rooms/training.ts';
import { dataOf, machineFacts, modelConfigOf, recipeOf, tokenizerFacts } from '../src/cli/rooms/training-data.ts';
import { planTraining } from '../src/cli/rooms/training-plan.ts';
import { createTrainingSampler } from '../src/cli/rooms/training-samples.ts';
import type { Project } from '../src/cli/services.ts';
import { createOrtRuntime, type Runtime } from '../src/engine/index.ts';
import { initialParameters, parameterCount } from '../src/model/index.ts';
import { readRun } from '../src/runs/index.ts';
import { loadTokenizer } from '../src/tokenizer/index.ts';
import { FIRST_CURSOR, type PhaseOptions, pretrainBatches, trainPhase } from '../src/train/index.ts';
import { type CurvePoint, type LadderResult, modelSettings, type Size } from './ladder-sizes.ts';

export interface Trial {
  readonly run: string;
  readonly projectFile: string;
  readonly size: Size;
  readonly minutes: number;
  /** `key=value`, over everything else. */
  readonly set: readonly string[];
  /** Rows of the validation set that every validation is over; a multiple of the batch. */
  readonly validationRows: number;
  readonly validations: number;
}

/** A clock that stands still while `without` waits. */
export class TrainingClock implements Clock {
  readonly #base: Clock;
  #leftOutMs = 0;
  #since: number | undefined;

  constructor(base: Clock = systemClock) {
    this.#base = base;
  }

  nowMs(): number {
    return (this.#since ?? this.#base.nowMs()) - this.#leftOutMs;
  }

  date(): Date {
    return this.#base.date();
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return this.#base.sleep(durationMs, signal);
  }

  async without<T>(work: () => Promise<T>): Promise<T> {
    if (this.#since !== undefined) return work();
    this.#since = this.#base.nowMs();
    try {
      return await work();
    } finally {
      this.#leftOutMs += this.#base.nowMs() - this.#since;
      this.#since = undefined;
    }
  }
}

/** The runtime with runs of the validation's graph off the clock; it alone yields `byteLoss`. */
export function withoutValidation(runtime: Runtime, clock: TrainingClock): Runtime {
  return {
    ...runtime,
    prepare: async (program, replicas) => {
      const executable = await runtime.prepare(program, replicas);
      if (!program.graph.outputs.has('byteLoss')) return executable;
      return { ...executable, run: (feeds) => clock.without(() => executable.run(feeds)) };
    },
  };
}

/** What a ladder changes in a project's settings. */
function overridesOf({ size, minutes, set }: Trial): Override[] {
  const values = [
    ...Object.entries(modelSettings(size)).map(([key, value]) => [`model.${key}`, value] as const),
    ['pretrain.minutes', minutes] as const,
    ['pretrain.batch', size.batch] as const,
    ['pretrain.learningRate', size.rate] as const,
    ['pretrain.optimizer', 'muon'] as const,
    ['pretrain.schedule', 'trapezoid'] as const,
    ['pretrain.warmupSteps', 40] as const,
    ['pretrain.finalShare', 0.05] as const,
  ];
  const said = set.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)] as const);
  return [...values, ...said].map(([key, value]) => ({ key, value, where: 'bench/ladder.ts' }));
}

async function projectOf(trial: Trial): Promise<Project> {
  const { projectFile } = trial;
  const { settings } = await loadConfig({ projectFile, env: {}, overrides: overridesOf(trial) });
  return { directory: path.dirname(path.resolve(projectFile)), settings };
}

/** Trains or goes on; of a finished training only the result is read. Throws what training throws. */
export async function trainTrial(trial: Trial, work: WorkOptions): Promise<LadderResult> {
  const project = await projectOf(trial);
  const run = path.join(project.directory, 'runs', trial.run);
  const directory = path.join(run, 'pretrain');
  const plan = await planTraining(project, { phase: 'pretrain', run, mode: 'resume' }, work);
  const speed = plan.phases[0]?.tokensPerSecond ?? 1;
  const tokenizerPlace = tokenizerDirectory(project);
  const tokenizer = await loadTokenizer(tokenizerPlace);
  const config = modelConfigOf(project.settings.model, tokenizer.vocabularySize);
  const data = await dataOf(project, 'pretrain');
  const planned = recipeOf(project.settings, 'pretrain');
  const steps = (trial.minutes * 60 * speed) / (planned.batch * planned.context);
  const recipe = {
    ...planned,
    validationEvery: Math.max(1, Math.round(steps / trial.validations)),
    validationBatches: Math.ceil(trial.validationRows / planned.batch),
  };
  const clock = new TrainingClock();
  const runtime = createOrtRuntime();
  const set = data.validation ?? data.train;
  const sampler = createTrainingSampler({ runtime, config, tokenizer, phase: 'pretrain', set, seed: recipe.seed });
  const options: PhaseOptions = {
    directory,
    phase: 'pretrain',
    config,
    recipe,
    data,
    tokenizer: await tokenizerFacts(tokenizerPlace, tokenizer),
    start: () => ({ parameters: initialParameters(config, recipe.seed) }),
    mode: 'resume',
    runtime: withoutValidation(runtime, clock),
    codeVersion: await packageVersion(),
    provenance: { machine: machineFacts(), watts: project.settings.machine.watts },
    clock,
    sample: () => clock.without(sampler.sample),
  };
  const bytes = validationBytes(options);
  try {
    const report = await trainPhase(options, work);
    await writeRunReport(directory, trial.run, 'en');
    const { batch, schedule } = planned;
    return {
      ...{ run: trial.run, size: trial.size.name, minutes: trial.minutes, batch, rate: schedule.peak, set: trial.set },
      data: data.hash,
      parameters: parameterCount(config),
      steps: report.steps,
      skippedSteps: report.skippedSteps,
      tokensPerSecond: Math.round((report.tokensSeen * 1000) / report.durationMs),
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
      validationBytes: bytes,
      curve: await curveOf(trial.run, directory),
    };
  } finally {
    await sampler.close();
    await runtime.close();
  }
}

async function packageVersion(): Promise<string> {
  const manifest = (await readJson(path.join(import.meta.dirname, '..', 'package.json'))) as { version: string };
  return manifest.version;
}

async function curveOf(run: string, directory: string): Promise<CurvePoint[]> {
  const { log } = await readRun({ name: run, directory });
  const rounded = (value: number) => Math.round(value * 10_000) / 10_000;
  return log.validations.map((one) => ({ seconds: one.elapsedSeconds, bitsPerByte: rounded(one.bitsPerByte) }));
}

/** Bytes of text that a validation is over: those of the targets in its rows. */
function validationBytes({ data, recipe, tokenizer }: PhaseOptions): number {
  if (data.validation === undefined) {
    throw new ExpChatError({
      code: 'bench.no-validation',
      message: 'ladder: expected a packed corpus with held-out documents, got none',
      next: 'Set corpus.validationShare above 0 and run expchat corpus run.',
    });
  }
  const source = pretrainBatches(data.validation, { batch: 1, time: recipe.context }, 0);
  const rows = Math.min(source.rowsPerEpoch, recipe.validationBatches * recipe.batch);
  let bytes = 0;
  let cursor = FIRST_CURSOR;
  for (let row = 0; row < rows; row++) {
    const next = source.next(cursor);
    for (const [i, weight] of next.batch.weights.entries()) {
      bytes += weight * tokenizer.byteLengths[next.batch.targets[i]!]!;
    }
    cursor = next.cursor;
  }
  return bytes;
}
