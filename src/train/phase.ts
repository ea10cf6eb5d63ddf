/**
 * The training loop of one phase: batches through the step, validation, checkpoints, metrics. It can be stopped between
 * two steps and goes on with the same bits. It knows neither corpus nor tokenizer beyond what it is given.
 */
import {
  type Clock,
  ExpChatError,
  exists,
  type JsonlLog,
  systemClock,
  timestamp,
  type WorkOptions,
  writeDurably,
} from '../base/index.ts';
import { checkModelConfig, type ModelContent, parameterSpecs, saveModelDirectory } from '../model/index.ts';
import { adamwScalars, GradScaler, learningRateAt, NO_LIMIT, SCALER_DEFAULTS, SpikeGuard } from '../optim/index.ts';
import { pruneCheckpoints, type Skipped, saveCheckpoint, type TrainerState } from './checkpoint.ts';
import { type Evaluation, Evaluator } from './evaluate.ts';
import { openMetrics } from './metrics.ts';
import {
  checkVocabulary,
  identityOf,
  type PhaseOptions,
  type Restored,
  restore,
  type Sources,
  sourcesOf,
} from './phase-start.ts';
import { checkRecipe, type Phase } from './recipe.ts';
import { clearLeftovers, lockRun, type RunFolder, runFolder } from './run-folder.ts';
import { momentsOf, type StepResult, TrainingStep } from './step.ts';

export interface PhaseReport {
  readonly phase: Phase;
  /** The finished model directory. */
  readonly model: string;
  /** The checkpoint that the next phase can begin from. */
  readonly checkpoints: string;
  readonly steps: number;
  readonly skippedSteps: number;
  readonly lossNats: number;
  readonly validation: TrainerState['validation'];
  readonly tokensSeen: number;
  readonly durationMs: number;
  readonly resumedFrom: string | undefined;
  /** Damaged checkpoints that were passed over. */
  readonly skippedCheckpoints: readonly Skipped[];
  /** Conversations longer than the context, left out whole. */
  readonly tooLongConversations: number;
}

/** So many steps in a row without an update mean that no later one will help. */
const MOST_SKIPPED_IN_ROW = 100;

/**
 * Trains one phase to its end. Throws `train.stopped` (kind `stopped`) after a checkpoint when the signal fires,
 * `train.locked`, `train.run-exists`, `train.resume-mismatch`, `train.vocabulary-mismatch`, `train.no-data`,
 * `train.no-valid-checkpoint`, `train.diverged`.
 */
export async function trainPhase(options: PhaseOptions, work: WorkOptions = {}): Promise<PhaseReport> {
  checkModelConfig(options.config);
  checkRecipe(options.recipe, options.config);
  checkVocabulary(options);
  const clock = options.clock ?? systemClock;
  const folder = runFolder(options.directory);
  const unlock = await lockRun(options.directory, clock);
  try {
    await clearLeftovers(folder);
    const trainer = await PhaseTrainer.open(options, folder, clock);
    try {
      return await trainer.run(work);
    } finally {
      await trainer.close();
    }
  } finally {
    await unlock();
  }
}

class PhaseTrainer {
  readonly #options: PhaseOptions;
  readonly #folder: RunFolder;
  readonly #clock: Clock;
  readonly #restored: Restored;
  readonly #sources: Sources;
  readonly #step: TrainingStep;
  readonly #evaluator: Evaluator | undefined;
  readonly #metrics: JsonlLog;
  readonly #scaler: GradScaler;
  readonly #guard: SpikeGuard;
  readonly #startedMs: number;
  #state: TrainerState;
  #savedStep = -1;
  #stepSeconds = 0;

  private constructor(parts: {
    options: PhaseOptions;
    folder: RunFolder;
    clock: Clock;
    restored: Restored;
    sources: Sources;
    step: TrainingStep;
    evaluator: Evaluator | undefined;
    metrics: JsonlLog;
    startedMs: number;
  }) {
    this.#options = parts.options;
    this.#folder = parts.folder;
    this.#clock = parts.clock;
    this.#restored = parts.restored;
    this.#sources = parts.sources;
    this.#step = parts.step;
    this.#evaluator = parts.evaluator;
    this.#metrics = parts.metrics;
    this.#startedMs = parts.startedMs;
    this.#state = parts.restored.state;
    this.#scaler = new GradScaler(SCALER_DEFAULTS, this.#state.scaler);
    this.#guard = new SpikeGuard(undefined, this.#state.spikeGuard);
    if (parts.restored.resumedFrom !== undefined) this.#savedStep = this.#state.step;
  }

  static async open(options: PhaseOptions, folder: RunFolder, clock: Clock): Promise<PhaseTrainer> {
    const startedMs = clock.nowMs();
    const sources = sourcesOf(options);
    const restored = await restore(options, folder);
    const { runtime, config, recipe } = options;
    const shape = { batch: recipe.batch, time: recipe.context };
    const step = await TrainingStep.prepare(runtime, config, shape, recipe);
    const evaluator = sources.validation && (await Evaluator.prepare(runtime, config, shape));
    const { dataSources } = options.data;
    const run = { version: 1, started: timestamp(clock), codeVersion: options.codeVersion, dataSources };
    if (!(await exists(folder.runFile))) {
      await writeDurably(folder.runFile, `${JSON.stringify({ ...run, identity: identityOf(options) }, null, 2)}\n`);
    }
    // A run without a checkpoint begins again, with the validation before its first step.
    const lastStep = restored.resumedFrom === undefined ? -1 : restored.state.step;
    const metrics = await openMetrics(folder.metricsFile, lastStep);
    return new PhaseTrainer({ options, folder, clock, restored, sources, step, evaluator, metrics, startedMs });
  }

  async close(): Promise<void> {
    await this.#metrics.close();
    await this.#step.release();
    await this.#evaluator?.release();
  }

  async run(work: WorkOptions): Promise<PhaseReport> {
    const { recipe } = this.#options;
    this.#tellWhatIsLeftOut(work);
    // What the untrained or the earlier model knows: the figure that all later ones are compared with.
    if (recipe.validationEvery > 0 && this.#state.step === 0) await this.#validate(work);
    while (!this.#state.finished && !this.#isOver()) {
      if (work.signal?.aborted === true) await this.#stop();
      await this.#oneStep(work);
      const { step } = this.#state;
      if (recipe.validationEvery > 0 && step % recipe.validationEvery === 0) await this.#validate(work);
      if (step % recipe.checkpointEvery === 0) await this.#save();
    }
    return this.#finish(work);
  }

  /** Nothing is left out in silence: a conversation longer than a row is in no batch, and a damaged checkpoint is passed over. */
  #tellWhatIsLeftOut(work: WorkOptions): void {
    const stage = `train.${this.#options.phase}`;
    const { step } = this.#state;
    const tell = (note: string) => work.onProgress?.({ stage, done: step, unit: 'steps', note });
    const { tooLong } = this.#sources;
    const { context } = this.#options.recipe;
    if (tooLong > 0) tell(`${tooLong} conversations of more than ${context + 1} tokens are left out`);
    for (const { directory, reason } of this.#restored.skipped) tell(`${directory} is passed over: ${reason}`);
  }

  #elapsedSeconds(): number {
    return this.#restored.state.elapsedSeconds + (this.#clock.nowMs() - this.#startedMs) / 1000;
  }

  #isOver(): boolean {
    const { length } = this.#options.recipe;
    if ('steps' in length) return this.#state.step >= length.steps;
    return this.#elapsedSeconds() + this.#stepSeconds > length.seconds;
  }

  /** 0 at the start, 1 at the end. */
  #progress(): number {
    const { length } = this.#options.recipe;
    return 'steps' in length ? this.#state.step / length.steps : this.#elapsedSeconds() / length.seconds;
  }

  async #oneStep(work: WorkOptions): Promise<void> {
    const { recipe } = this.#options;
    const begunMs = this.#clock.nowMs();
    const { batch, cursor } = this.#sources.train.next(this.#state.cursor);
    const learningRate = learningRateAt(recipe.schedule, this.#state.step, this.#progress());
    const lossScale = recipe.precision === 'float16' ? this.#scaler.scale : 1;
    const limits = recipe.spikeGuard ? this.#guard.limits() : { maxLoss: NO_LIMIT, maxGradientNorm: NO_LIMIT };
    const scalars = { ...adamwScalars(recipe.adamw, learningRate, this.#state.updates + 1), ...limits, lossScale };
    const result = await this.#step.run(batch, scalars, this.#state.step);
    this.#stepSeconds = Math.max(1e-6, (this.#clock.nowMs() - begunMs) / 1000);
    this.#take(result, cursor);
    await this.#log(result, learningRate, lossScale, work);
  }

  /** The state after a step. */
  #take(result: StepResult, cursor: TrainerState['cursor']): void {
    const { recipe } = this.#options;
    if (recipe.precision === 'float16') this.#scaler.update(Number.isFinite(result.gradientNorm));
    this.#guard.record(result.lossNats, result.gradientNorm);
    this.#state = {
      ...this.#state,
      step: this.#state.step + 1,
      updates: this.#state.updates + (result.applied ? 1 : 0),
      skippedSteps: this.#state.skippedSteps + (result.applied ? 0 : 1),
      skippedInRow: result.applied ? 0 : this.#state.skippedInRow + 1,
      cursor,
      tokensSeen: this.#state.tokensSeen + recipe.batch * recipe.context,
      lossNats: Number.isFinite(result.lossNats) ? result.lossNats : this.#state.lossNats,
    };
    if (this.#state.skippedInRow < MOST_SKIPPED_IN_ROW) return;
    throw new ExpChatError({
      code: 'train.diverged',
      message: `training: expected an update within ${MOST_SKIPPED_IN_ROW} steps, got none up to step ${this.#state.step}`,
      next: 'Start over with a lower learning rate.',
      fields: { step: this.#state.step, lossNats: result.lossNats, gradientNorm: result.gradientNorm },
    });
  }

  async #log(result: StepResult, learningRate: number, lossScale: number, work: WorkOptions): Promise<void> {
    const { phase, recipe } = this.#options;
    const tokens = recipe.batch * recipe.context;
    const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
    const tokensPerSecond = Math.round(tokens / this.#stepSeconds);
    await this.#metrics.append({
      kind: 'step',
      phase,
      step: this.#state.step,
      lossNats: finite(result.lossNats),
      gradientNorm: finite(result.gradientNorm),
      applied: result.applied,
      lossScale,
      tokens,
      learningRate,
      tokensPerSecond,
      elapsedSeconds: Math.round(this.#elapsedSeconds() * 1000) / 1000,
    });
    this.#tell(work, { lossNats: result.lossNats, learningRate, tokensPerSecond });
  }

  #tell(work: WorkOptions, figures: Readonly<Record<string, number>>): void {
    const { phase, recipe } = this.#options;
    const { step, validation } = this.#state;
    const bySteps = 'steps' in recipe.length;
    const seconds = Math.round(Math.min(this.#elapsedSeconds(), bySteps ? Infinity : this.#seconds()));
    work.onProgress?.({
      stage: `train.${phase}`,
      done: bySteps ? step : seconds,
      total: 'steps' in recipe.length ? recipe.length.steps : recipe.length.seconds,
      unit: bySteps ? 'steps' : 'seconds',
      figures: {
        ...(bySteps ? {} : { step }),
        ...figures,
        ...(validation && { validationLossNats: validation.lossNats, bitsPerByte: validation.bitsPerByte }),
      },
    });
  }

  #seconds(): number {
    const { length } = this.#options.recipe;
    return 'seconds' in length ? length.seconds : Infinity;
  }

  async #validate(work: WorkOptions): Promise<void> {
    if (this.#evaluator === undefined || this.#sources.validation === undefined) return;
    const { tokenizer, recipe, phase } = this.#options;
    const evaluation: Evaluation = await this.#evaluator.run(this.#sources.validation, tokenizer.byteLengths, {
      maxBatches: recipe.validationBatches,
    });
    const { lossNats, bitsPerByte, accuracy, tokens } = evaluation;
    const { step, best } = this.#state;
    const improved = best === null || lossNats < best.lossNats;
    this.#state = {
      ...this.#state,
      validation: { lossNats, bitsPerByte, accuracy },
      best: improved ? { step, lossNats } : best,
    };
    const elapsedSeconds = Math.round(this.#elapsedSeconds() * 1000) / 1000;
    await this.#metrics.append({
      kind: 'validation',
      phase,
      step,
      lossNats,
      bitsPerByte,
      accuracy,
      tokens,
      elapsedSeconds,
    });
    this.#tell(work, { validationAccuracy: accuracy });
    if (improved) await saveModelDirectory(this.#folder.best, await this.#content());
  }

  async #content(): Promise<ModelContent> {
    const { runtime, config, tokenizer, provenance, data, codeVersion, phase, recipe } = this.#options;
    const names = parameterSpecs(config).map((spec) => spec.name);
    const tensors = await runtime.get(names);
    const { step, tokensSeen, lossNats, validation } = this.#state;
    return {
      config,
      parameters: new Map(names.map((name) => [name, tensors[name]!])),
      provenance: {
        ...provenance,
        program: 'expchat',
        codeVersion,
        phase,
        recipe,
        data: data.hash,
        tokenizer: tokenizer.hash,
        metrics: { step, tokensSeen, lossNats, validation },
      },
      specialIds: tokenizer.specialIds,
      texts: tokenizer.texts,
    };
  }

  async #save(): Promise<void> {
    const { runtime, config, recipe } = this.#options;
    this.#state = {
      ...this.#state,
      scaler: this.#scaler.state,
      spikeGuard: this.#guard.state,
      elapsedSeconds: this.#elapsedSeconds(),
    };
    const names = parameterSpecs(config).flatMap((spec) => momentsOf(spec, recipe.muon));
    const moments = new Map(Object.entries(await runtime.get(names)));
    await saveCheckpoint(this.#folder.checkpoints, await this.#content(), moments, this.#state);
    this.#savedStep = this.#state.step;
    await pruneCheckpoints(this.#folder.checkpoints, recipe.keepCheckpoints);
  }

  async #stop(): Promise<never> {
    if (this.#savedStep !== this.#state.step) await this.#save();
    throw new ExpChatError({
      code: 'train.stopped',
      kind: 'stopped',
      message: `training was stopped after step ${this.#state.step}; everything up to there is saved`,
      next: 'Run the same command again; `expchat train` with --resume.',
      fields: { step: this.#state.step, path: this.#folder.directory },
    });
  }

  async #finish(work: WorkOptions): Promise<PhaseReport> {
    if (!this.#state.finished) {
      const { validationEvery } = this.#options.recipe;
      if (validationEvery === 0 || this.#state.step % validationEvery !== 0) await this.#validate(work);
      this.#state = { ...this.#state, finished: true };
      await this.#save();
    }
    // Also after a kill between the last checkpoint and here; the same weights give the same files.
    await saveModelDirectory(this.#folder.final, await this.#content());
    const { step, skippedSteps, lossNats, validation, tokensSeen } = this.#state;
    return {
      phase: this.#options.phase,
      model: this.#folder.final,
      checkpoints: this.#folder.checkpoints,
      steps: step,
      skippedSteps,
      lossNats: lossNats ?? Number.NaN,
      validation,
      tokensSeen,
      durationMs: Math.round(this.#elapsedSeconds() * 1000),
      resumedFrom: this.#restored.resumedFrom,
      skippedCheckpoints: this.#restored.skipped,
      tooLongConversations: this.#sources.tooLong,
    };
  }
}
