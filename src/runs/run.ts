/** A run as its folder tells it: settings, curves, validations, notices, samples, how it stands. It changes nothing. */
import path from 'node:path';
import { ExpChatError, exists, listDirectory, readJson } from '../base/index.ts';
import type { ModelConfig } from '../model/index.ts';
import {
  type Diagnosis,
  isTraining,
  type MetricsRecord,
  type NoticeRecord,
  type PhaseRecipe,
  type RunIdentity,
  runFolder,
  type SampleRecord,
  type StepMetrics,
  type ValidationMetrics,
} from '../train/index.ts';
import { JsonlFollower } from './follow.ts';
import { Series } from './series.ts';

/** `running`: a process trains in the folder; `failed`: it could not go on; `stopped`: it can be resumed. */
export type RunStatus = 'running' | 'finished' | 'failed' | 'stopped';

export interface FoundRun {
  /** Below `runs/`, with `/`, for example `modell/pretrain`. */
  readonly name: string;
  readonly directory: string;
}

const DEEPEST = 3;

/** The runs in a folder and below it, sorted by name. */
export async function runsBelow(directory: string, base = directory, depth = 0): Promise<FoundRun[]> {
  if (!(await exists(directory))) return [];
  const name = path.relative(base, directory).split(path.sep).join('/') || path.basename(directory);
  if (await exists(runFolder(directory).runFile)) return [{ name, directory }];
  if (depth >= DEEPEST) return [];
  const found: FoundRun[] = [];
  for (const entry of await listDirectory(directory)) {
    if (entry.kind !== 'directory' || /\.(tmp|old)-/.test(entry.name)) continue;
    found.push(...(await runsBelow(path.join(directory, entry.name), base, depth + 1)));
  }
  return found;
}

/** What a run began with. */
export interface RunHead {
  readonly phase: string;
  /** ISO 8601. */
  readonly started: string;
  readonly codeVersion: string;
  readonly config: ModelConfig;
  readonly recipe: PhaseRecipe;
  /** What the caller of the training said of data and machine. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

async function readHead(directory: string): Promise<RunHead> {
  const { runFile } = runFolder(directory);
  const value = (await readJson(runFile, 2 ** 24)) as {
    started?: unknown;
    codeVersion?: unknown;
    identity?: RunIdentity;
    provenance?: Readonly<Record<string, unknown>>;
  } | null;
  const { started, codeVersion, identity, provenance = {} } = value ?? {};
  const whole = typeof started === 'string' && typeof codeVersion === 'string';
  if (!whole || typeof identity?.config !== 'object' || typeof identity.recipe !== 'object') {
    throw new ExpChatError({
      code: 'runs.damaged',
      message: `${runFile}: expected the beginning of a run, got something else`,
      fields: { path: runFile },
    });
  }
  const { phase, config, recipe } = identity;
  return { phase, started, codeVersion, config, recipe, provenance };
}

/** Curves and events of a run, in bounded memory. */
export class RunLog {
  readonly loss = new Series();
  readonly gradientNorm = new Series();
  readonly learningRate = new Series();
  readonly tokensPerSecond = new Series();
  readonly validations: ValidationMetrics[] = [];
  readonly notices: NoticeRecord[] = [];
  readonly samples: SampleRecord[] = [];
  last: StepMetrics | undefined;
  skippedSteps = 0;
  tokens = 0;

  take(record: MetricsRecord): void {
    if (record.kind === 'validation') this.validations.push(record);
    else if (record.kind === 'notice') this.notices.push(record);
    else if (record.kind === 'step') {
      this.last = record;
      this.tokens += record.tokens;
      if (!record.applied) this.skippedSteps++;
      this.loss.add(record.step, record.lossNats);
      this.gradientNorm.add(record.step, record.gradientNorm);
      this.learningRate.add(record.step, record.learningRate);
      this.tokensPerSecond.add(record.step, record.tokensPerSecond);
    }
  }

  get best(): ValidationMetrics | undefined {
    return this.validations.reduce<ValidationMetrics | undefined>(
      (best, each) => (best === undefined || each.lossNats < best.lossNats ? each : best),
      undefined,
    );
  }
}

export interface RunView extends FoundRun {
  readonly head: RunHead;
  readonly log: RunLog;
  readonly status: RunStatus;
  readonly diagnosis: Diagnosis | undefined;
}

/** Looks at one run again and again, reading only what is new. */
export class RunFollower {
  readonly #run: FoundRun;
  #metrics: JsonlFollower;
  #samples: JsonlFollower;
  #log = new RunLog();

  constructor(run: FoundRun) {
    this.#run = run;
    const folder = runFolder(run.directory);
    this.#metrics = new JsonlFollower(folder.metricsFile);
    this.#samples = new JsonlFollower(folder.samplesFile);
  }

  async look(): Promise<RunView> {
    const { directory } = this.#run;
    const head = await readHead(directory);
    let [metrics, samples] = [await this.#metrics.look(), await this.#samples.look()];
    if (metrics.restarted || samples.restarted) {
      // One of the two was written anew by a resumed run: both are read again from their start.
      const folder = runFolder(directory);
      this.#metrics = new JsonlFollower(folder.metricsFile);
      this.#samples = new JsonlFollower(folder.samplesFile);
      this.#log = new RunLog();
      [metrics, samples] = [await this.#metrics.look(), await this.#samples.look()];
    }
    for (const record of metrics.records) this.#log.take(record as MetricsRecord);
    this.#log.samples.push(...(samples.records as SampleRecord[]));
    const { diagnosisFile, final } = runFolder(directory);
    const diagnosis = (await exists(diagnosisFile))
      ? ((await readJson(diagnosisFile, 2 ** 26)) as Diagnosis)
      : undefined;
    const status = (await isTraining(directory))
      ? 'running'
      : (await exists(path.join(final, 'config.json')))
        ? 'finished'
        : diagnosis === undefined
          ? 'stopped'
          : 'failed';
    return { ...this.#run, head, log: this.#log, status, diagnosis };
  }
}

export function readRun(run: FoundRun): Promise<RunView> {
  return new RunFollower(run).look();
}

/** Steps that the run will make, or, of a run by time, undefined. */
export function plannedSteps(recipe: PhaseRecipe): number | undefined {
  return 'steps' in recipe.length ? recipe.length.steps : undefined;
}

/** 0 .. 1, by steps or by seconds as the run is counted. */
export function progressOf({ head, log, status }: RunView): number {
  if (status === 'finished') return 1;
  const { length } = head.recipe;
  const done =
    'steps' in length ? (log.last?.step ?? 0) / length.steps : (log.last?.elapsedSeconds ?? 0) / length.seconds;
  return Math.min(1, done);
}

/** Seconds left at the speed so far; undefined where nothing is known or nothing left. */
export function secondsLeft(run: RunView): number | undefined {
  const { head, log, status } = run;
  const { last } = log;
  if (last === undefined || status === 'finished') return undefined;
  const { length } = head.recipe;
  if ('seconds' in length) return Math.max(0, length.seconds - last.elapsedSeconds);
  return ((length.steps - last.step) * last.elapsedSeconds) / last.step;
}
