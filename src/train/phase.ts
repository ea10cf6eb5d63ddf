/**
 * The training loop of one phase: batches through the step, validation, checkpoints, metrics. It can be stopped between
 * two steps and goes on with the same bits. It knows neither corpus nor tokenizer beyond what it is given.
 */
import {
  type Clock,
  ExpChatError,
  exists,
  removeTree,
  systemClock,
  timestamp,
  type WorkOptions,
  writeDurably,
} from '../base/index.ts';
import { checkModelConfig, type ModelContent, saveModelDirectory } from '../model/index.ts';
import {
  adamwScalars,
  averageDecay,
  GradScaler,
  learningRateAt,
  NO_LIMIT,
  SCALER_DEFAULTS,
  SpikeGuard,
  type SpikeLimits,
} from '../optim/index.ts';
import type { HostTensor } from '../tensor/index.ts';
import type { Cursor } from './batches.ts';
import { checkpointName, pruneCheckpoints, type Skipped, saveCheckpoint, type TrainerState } from './checkpoint.ts';
import { allFinite, describeWindow, type RecentStep, writeDiagnosis } from './diagnosis.ts';
import { type Evaluation, Evaluator } from './evaluate.ts';
import { judgeValidations } from './judgement.ts';
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
import { RunRecorder } from './recorder.ts';
import { clearLeftovers, lockRun, type RunFolder, runFolder } from './run-folder.ts';
import { finiteFields, type SkipReason, skipReason } from './skipped.ts';
import { type StepResult, TrainingStep } from './step.ts';
import { ValidationWatch } from './validation-watch.ts';
import { Weights, type WeightUse } from './weights.ts';

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
  readonly best: TrainerState['best'];
  /** True where patience ended the run before its length did. */
  readonly stoppedEarly: boolean;
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
/** Steps that a diagnosis shows. */
const RECENT_STEPS = 32;

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
  readonly #weights: Weights;
  readonly #evaluator: Evaluator | undefined;
  readonly #recorder: RunRecorder;
  readonly #watch: ValidationWatch;
  readonly #scaler: GradScaler;
  readonly #guard: SpikeGuard;
  readonly #startedMs: number;
  #state: TrainerState;
  #savedStep = -1;
  #recent: RecentStep[] = [];
  /** Told last; a validation leaves those of the step before it standing. */
  #figures: Readonly<Record<string, number>> = {};
  #stepSeconds = 0;

  private constructor(parts: {
    options: PhaseOptions;
    folder: RunFolder;
    clock: Clock;
    restored: Restored;
    sources: Sources;
    step: TrainingStep;
    evaluator: Evaluator | undefined;
    recorder: RunRecorder;
    startedMs: number;
  }) {
    this.#options = parts.options;
    this.#folder = parts.folder;
    this.#clock = parts.clock;
    this.#restored = parts.restored;
    this.#sources = parts.sources;
    this.#step = parts.step;
    this.#weights = new Weights(parts.options.runtime, parts.options.config, parts.options.recipe);
    this.#evaluator = parts.evaluator;
    this.#recorder = parts.recorder;
    this.#startedMs = parts.startedMs;
    this.#state = parts.restored.state;
    this.#scaler = new GradScaler(SCALER_DEFAULTS, this.#state.scaler);
    this.#guard = new SpikeGuard(undefined, this.#state.spikeGuard);
    this.#watch = new ValidationWatch(this.#state.watch);
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
    const { codeVersion, provenance = {}, data } = options;
    const { dataSources } = data;
    const weights = recipe.averageSteps && { checkpoints: 'raw', best: 'averaged', final: 'averaged' };
    const run = { version: 1, started: timestamp(clock), codeVersion, dataSources, provenance, weights };
    if (!(await exists(folder.runFile))) {
      await writeDurably(folder.runFile, `${JSON.stringify({ ...run, identity: identityOf(options) }, null, 2)}\n`);
    }
    // A run without a checkpoint begins again, with the validation before its first step.
    const lastStep = restored.resumedFrom === undefined ? -1 : restored.state.step;
    const recorder = await RunRecorder.open(options, folder, lastStep, restored.state.alarms ?? []);
    return new PhaseTrainer({ options, folder, clock, restored, sources, step, evaluator, recorder, startedMs });
  }

  async close(): Promise<void> {
    await this.#recorder.close();
    await this.#step.release();
    await this.#evaluator?.release();
    await this.#weights.release();
  }

  async run(work: WorkOptions): Promise<PhaseReport> {
    const { recipe } = this.#options;
    this.#tellWhatIsLeftOut(work);
    // What the untrained or the earlier model knows: the figure that all later ones are compared with.
    if (recipe.validationEvery > 0 && this.#state.step === 0) await this.#validate(work);
    let due = false;
    while (!this.#state.finished && !this.#isOver()) {
      if (work.signal?.aborted === true) await this.#stop();
      await this.#oneStep(work);
      const { step } = this.#state;
      if (recipe.validationEvery > 0 && step % recipe.validationEvery === 0) await this.#validate(work);
      // While steps are skipped the checkpoints stay those from before, so that there is one to go back to.
      due ||= step % recipe.checkpointEvery === 0;
      if (!due || this.#state.skippedInRow > 0) continue;
      await this.#save();
      due = false;
    }
    return this.#finish(work);
  }

  /** Nothing is left out in silence: a conversation longer than a row is in no batch, and a damaged checkpoint is passed over. */
  #tellWhatIsLeftOut(work: WorkOptions): void {
    const { tooLong } = this.#sources;
    const { context } = this.#options.recipe;
    const fields = { count: tooLong, tokens: context + 1 };
    if (tooLong > 0) {
      this.#note(work, 'left-out', `${tooLong} conversations of more than ${context + 1} tokens are left out`, fields);
    }
    for (const { directory, reason } of this.#restored.skipped) {
      this.#note(work, 'passed-over', `${directory} is passed over: ${reason}`, { directory, reason });
    }
  }

  #note(work: WorkOptions, code: string, note: string, fields: Readonly<Record<string, unknown>>): void {
    this.#recorder.note(work, this.#state.step, code, note, fields);
  }

  #elapsedSeconds(): number {
    return this.#restored.state.elapsedSeconds + (this.#clock.nowMs() - this.#startedMs) / 1000;
  }

  #isOver(): boolean {
    const { length } = this.#options.recipe;
    if (this.#state.stoppedEarly === true) return true;
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
    const { averageSteps } = recipe;
    const updates = this.#state.step - this.#state.skippedSteps;
    const scalars = {
      ...adamwScalars(recipe.adamw, learningRate, this.#state.updates + 1),
      ...limits,
      lossScale,
      ...(averageSteps !== undefined && { averageDecay: averageDecay(averageSteps, updates) }),
    };
    const result = await this.#step.run(batch, scalars, this.#state.step);
    this.#stepSeconds = Math.max(1e-6, (this.#clock.nowMs() - begunMs) / 1000);
    const before = this.#state.cursor;
    this.#take(result, cursor);
    const reason = result.applied ? undefined : skipReason(result, recipe.precision === 'float16');
    await this.#log(result, { learningRate, lossScale, reason }, work);
    if (reason !== undefined) await this.#tellSkipped(result, reason, limits, before, work);
  }

  /** The state after a step. */
  #take(result: StepResult, cursor: Cursor): void {
    const { recipe } = this.#options;
    if (recipe.precision === 'float16') this.#scaler.update(Number.isFinite(result.gradientNorm));
    this.#guard.record(result.lossNats, result.gradientNorm);
    this.#watch.recordStep(result.lossNats);
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
  }

  /** Every first, second, fourth, … skipped step of a row is told; too many of them end the run. */
  async #tellSkipped(
    result: StepResult,
    reason: SkipReason,
    limits: SpikeLimits,
    cursor: Cursor,
    work: WorkOptions,
  ): Promise<void> {
    const { skippedInRow, skippedSteps, step } = this.#state;
    const { sources } = describeWindow(cursor, this.#sources.train.window(cursor), this.#options.data.sources);
    const fields = { reason, skippedSteps, sources, ...finiteFields(result), ...limits };
    const message = `step ${step} is skipped (${reason}): loss ${result.lossNats}, gradient norm ${result.gradientNorm}`;
    const power = Number.isInteger(Math.log2(skippedInRow));
    if (power && reason !== 'overflow') await this.#recorder.notice(work, step, 'step-skipped', message, fields);
    if (skippedInRow < MOST_SKIPPED_IN_ROW) return;
    await this.#giveUp(`expected an update within ${MOST_SKIPPED_IN_ROW} steps, got none up to step ${step}`, cursor);
  }

  /** Writes what is known of the cause and ends the run. The checkpoints stay as they are. */
  async #giveUp(reason: string, cursor: Cursor): Promise<never> {
    const { runtime, data } = this.#options;
    const names = [...this.#weights.parameterNames, ...this.#weights.keptNames];
    throw await writeDiagnosis(this.#folder.diagnosisFile, {
      reason,
      step: this.#state.step,
      lastCheckpoint: this.#savedStep < 0 ? null : checkpointName(this.#savedStep),
      data: describeWindow(cursor, this.#sources.train.window(cursor), data.sources),
      recentSteps: this.#recent,
      tensors: await runtime.get(names),
    });
  }

  async #log(
    result: StepResult,
    facts: { readonly learningRate: number; readonly lossScale: number; readonly reason: SkipReason | undefined },
    work: WorkOptions,
  ): Promise<void> {
    const { phase, recipe } = this.#options;
    const { learningRate, lossScale, reason } = facts;
    const { step, skippedSteps } = this.#state;
    const tokens = recipe.batch * recipe.context;
    const finite = finiteFields(result);
    const tokensPerSecond = Math.round(tokens / this.#stepSeconds);
    this.#recent = [...this.#recent, { step, ...finite, learningRate, applied: result.applied }].slice(-RECENT_STEPS);
    await this.#recorder.metric({
      kind: 'step',
      phase,
      step,
      ...finite,
      applied: result.applied,
      ...(reason === undefined ? {} : { skipped: reason }),
      lossScale,
      tokens,
      learningRate,
      tokensPerSecond,
      elapsedSeconds: Math.round(this.#elapsedSeconds() * 1000) / 1000,
    });
    this.#tell(work, {
      lossNats: result.lossNats,
      learningRate,
      gradientNorm: result.gradientNorm,
      tokensPerSecond,
      ...(skippedSteps > 0 ? { skippedSteps } : {}),
    });
  }

  #tell(work: WorkOptions, figures: Readonly<Record<string, number>>, detail?: string): void {
    const { phase, recipe } = this.#options;
    const { step, validation } = this.#state;
    this.#figures = { ...this.#figures, ...figures };
    const bySteps = 'steps' in recipe.length;
    const seconds = Math.round(Math.min(this.#elapsedSeconds(), bySteps ? Infinity : this.#seconds()));
    work.onProgress?.({
      stage: `train.${phase}`,
      done: bySteps ? step : seconds,
      total: 'steps' in recipe.length ? recipe.length.steps : recipe.length.seconds,
      unit: bySteps ? 'steps' : 'seconds',
      figures: {
        ...(bySteps ? {} : { step }),
        ...this.#figures,
        ...(validation && { validationLossNats: validation.lossNats, bitsPerByte: validation.bitsPerByte }),
      },
      ...(detail === undefined ? {} : { detail }),
    });
  }

  #seconds(): number {
    const { length } = this.#options.recipe;
    return 'seconds' in length ? length.seconds : Infinity;
  }

  async #validate(work: WorkOptions): Promise<void> {
    const evaluator = this.#evaluator;
    const source = this.#sources.validation;
    if (evaluator === undefined || source === undefined) return;
    const { tokenizer, recipe, phase } = this.#options;
    const most = { maxBatches: recipe.validationBatches };
    const evaluation: Evaluation = await this.#weights.asModel(() =>
      evaluator.run(source, tokenizer.byteLengths, most),
    );
    const { lossNats, bitsPerByte, accuracy, tokens } = evaluation;
    const { step } = this.#state;
    if (!Number.isFinite(lossNats)) {
      await this.#giveUp(`expected a finite validation loss at step ${step}, got ${lossNats}`, this.#state.cursor);
    }
    const { point, improved } = this.#watch.recordValidation(step, lossNats);
    this.#state = {
      ...this.#state,
      validation: { lossNats, bitsPerByte, accuracy },
      best: improved ? { step, lossNats } : this.#state.best,
    };
    const elapsedSeconds = Math.round(this.#elapsedSeconds() * 1000) / 1000;
    const { trainingLossNats } = point;
    const figures = { lossNats, bitsPerByte, accuracy, tokens, trainingLossNats, elapsedSeconds };
    await this.#recorder.metric({ kind: 'validation', phase, step, ...figures });
    const samples = await this.#weights.asModel(() => this.#recorder.sample(work, step));
    this.#tell(work, { validationAccuracy: accuracy }, samples[0] && `${samples[0].prompt} ▸ ${samples[0].text}`);
    if (improved) await saveModelDirectory(this.#folder.best, await this.#content('model'));
    const seen = { step, tokensSeen: this.#state.tokensSeen, uniqueTokens: this.#options.data.train.tokens.length };
    const facts = { ...seen, phase, config: this.#options.config, patience: recipe.patience ?? 0 };
    if (await judgeValidations(this.#watch, facts, this.#recorder, work)) {
      this.#state = { ...this.#state, stoppedEarly: true };
    }
  }

  async #content(use: WeightUse): Promise<ModelContent> {
    const { config, tokenizer, provenance, data, codeVersion, phase, recipe } = this.#options;
    const { step, tokensSeen, lossNats, validation, best, skippedSteps, finished, elapsedSeconds } = this.#state;
    // What is finished takes no more time, also where its folder is written again.
    const trainingSeconds = Math.round(finished ? elapsedSeconds : this.#elapsedSeconds());
    return {
      config,
      parameters: await this.#weights.read(use),
      provenance: {
        ...provenance,
        program: 'expchat',
        codeVersion,
        phase,
        recipe,
        weights: this.#weights.kindOf(use),
        data: data.hash,
        tokenizer: tokenizer.hash,
        metrics: { step, tokensSeen, skippedSteps, lossNats, validation, best, trainingSeconds },
      },
      specialIds: tokenizer.specialIds,
      texts: tokenizer.texts,
    };
  }

  async #save(): Promise<void> {
    const { runtime, recipe } = this.#options;
    this.#state = {
      ...this.#state,
      scaler: this.#scaler.state,
      spikeGuard: this.#guard.state,
      watch: this.#watch.state,
      alarms: this.#recorder.alarms,
      elapsedSeconds: this.#elapsedSeconds(),
    };
    const moments = new Map(Object.entries(await runtime.get(this.#weights.keptNames)));
    const content = await this.#content('training');
    await this.#refuseBroken([...content.parameters.values(), ...moments.values()]);
    await saveCheckpoint(this.#folder.checkpoints, content, moments, this.#state);
    this.#savedStep = this.#state.step;
    await pruneCheckpoints(this.#folder.checkpoints, recipe.keepCheckpoints);
  }

  /** A state that can not go on never replaces one that can. */
  async #refuseBroken(tensors: readonly HostTensor[]): Promise<void> {
    if (allFinite(tensors)) return;
    const { step, cursor } = this.#state;
    await this.#giveUp(`expected finite weights and moments at step ${step}, got others`, cursor);
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
    await saveModelDirectory(this.#folder.final, await this.#content('model'));
    await removeTree(this.#folder.diagnosisFile); // of an attempt before this one, which went through
    const { step, skippedSteps, lossNats, validation, best, stoppedEarly = false, tokensSeen } = this.#state;
    return {
      phase: this.#options.phase,
      model: this.#folder.final,
      checkpoints: this.#folder.checkpoints,
      steps: step,
      skippedSteps,
      lossNats: lossNats ?? Number.NaN,
      validation,
      best,
      stoppedEarly,
      tokensSeen,
      durationMs: Math.round(this.#elapsedSeconds() * 1000),
      resumedFrom: this.#restored.resumedFrom,
      skippedCheckpoints: this.#restored.skipped,
      tooLongConversations: this.#sources.tooLong,
    };
  }
}
