/** `expchat train`: pretraining and chat training, each resumable. */
import path from 'node:path';
import type { Command } from 'commander';
import {
  act,
  choiceOption,
  declare,
  integerOption,
  MAXIMUM_SEED,
  numberOption,
  type Registration,
} from '../command.ts';
import type { Override } from '../config.ts';
import type { TrainReport, TrainRequest } from '../services.ts';
import type { Session } from '../session.ts';
import { announced, planLines, planned } from '../training-plan.ts';

interface TrainOptions {
  readonly phase: TrainRequest['phase'];
  readonly run: string;
  readonly resume?: boolean;
  readonly fresh?: boolean;
  readonly depth?: string;
  readonly minutes?: number;
  readonly steps?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly context?: number;
  readonly seed?: number;
  readonly patience?: number;
  readonly averageSteps?: number;
  readonly recompute?: boolean;
  readonly watts?: number;
  readonly memoryCheck?: 'on' | 'off';
  readonly dryRun?: boolean;
}

export const DEFAULT_RUN = 'modell';

export function registerTrain(parent: Command, registration: Registration): void {
  const { texts } = registration;
  const { options } = texts;
  const command = declare(parent, registration, 'train', 'train')
    .addOption(choiceOption('--phase <phase>', options.phase, ['pretrain', 'chat', 'both']).default('both'))
    .option('--run <name>', options.run, DEFAULT_RUN)
    .option('--resume', options.resume)
    .option('--fresh', options.fresh)
    .option('--depth <depth>', options.depth)
    .option('--minutes <minutes>', options.minutes, numberOption(texts, 0.01, 1e6))
    .option('--steps <count>', options.steps, integerOption(texts, 1, 1e8))
    .option('--batch <count>', options.batch, integerOption(texts, 1, 65_536))
    .option('--context <tokens>', options.context, integerOption(texts, 8, 1_048_576))
    .option('--learning-rate <rate>', options.learningRate, numberOption(texts, 1e-8, 1))
    .option('--seed <number>', options.seed, integerOption(texts, 0, MAXIMUM_SEED))
    .option('--patience <count>', options.patience, integerOption(texts, 0, 1e8))
    .option('--average-steps <count>', options.averageSteps, integerOption(texts, 0, 100_000))
    .option('--recompute', options.recompute)
    .option('--watts <watts>', options.watts, numberOption(texts, 1, 1e6))
    .addOption(choiceOption('--memory-check <state>', options.memoryCheck, ['on', 'off']))
    .option('--dry-run', options.dryRun);
  act<TrainOptions>(command, registration, async (session, given) => {
    const { project } = await session.openProject('required', overridesOf(given));
    const request: TrainRequest = {
      phase: given.phase,
      run: runDirectory(given.run, project.directory, session.context.cwd),
      mode: given.fresh ? 'fresh' : given.resume ? 'resume' : 'new',
      language: session.language,
    };
    if (given.dryRun) {
      const { plan } = await planned(session, project, request);
      session.result(plan, planLines(session, plan));
      return 0;
    }
    const chosen = await announced(session, project, request);
    const report = await session.work((work) => session.services.trainModel(chosen, request, work));
    session.result(report, trainLines(session, report));
    return 0;
  });
}

/** A bare name is a run below `runs/`; anything with a separator is a path from where the person stands. */
export function runDirectory(run: string, projectDirectory: string, cwd: string): string {
  return /[\\/]/.test(run) ? path.resolve(cwd, run) : path.join(projectDirectory, 'runs', run);
}

/** Flags that stand for keys of the phase, or of both phases. */
function overridesOf(options: TrainOptions): Override[] {
  const phases = options.phase === 'both' ? (['pretrain', 'chat'] as const) : [options.phase];
  const flags = [
    ['steps', options.steps, '--steps'],
    ['batch', options.batch, '--batch'],
    ['context', options.context, '--context'],
    ['learningRate', options.learningRate, '--learning-rate'],
    ['seed', options.seed, '--seed'],
    ['patience', options.patience, '--patience'],
    ['averageSteps', options.averageSteps, '--average-steps'],
    ['recompute', options.recompute, '--recompute'],
  ] as const;
  // A time is the time of pretraining, for which a model can be chosen; of chat training only where it comes alone.
  const timed = options.phase === 'chat' ? 'chat' : 'pretrain';
  const single = [
    ['machine.watts', options.watts, '--watts'],
    ['machine.memoryCheck', options.memoryCheck, '--memory-check'],
    ['model.depth', options.depth, '--depth'],
    [`${timed}.minutes`, options.minutes, '--minutes'],
  ] as const;
  return [
    ...single.flatMap(([key, value, where]) => (value === undefined ? [] : [{ key, value, where }])),
    ...phases.flatMap((phase) =>
      flags.flatMap(([key, value, where]) => (value === undefined ? [] : [{ key: `${phase}.${key}`, value, where }])),
    ),
  ];
}

export function trainLines(session: Session, report: TrainReport): string[] {
  const { texts, format } = session;
  const words = texts.train;
  const lines = report.phases.flatMap((phase) => {
    const figures = [
      words.steps(format.integer(phase.steps)),
      words.loss(format.decimal(phase.lossNats, 3)),
      ...(phase.validationLossNats === undefined
        ? []
        : [words.validationLoss(format.decimal(phase.validationLossNats, 3))]),
      ...(phase.validationBitsPerByte === undefined
        ? []
        : [words.bitsPerByte(format.decimal(phase.validationBitsPerByte, 3))]),
      ...(phase.skippedSteps ? [texts.trainPhase.skipped(format.integer(phase.skippedSteps))] : []),
      ...(phase.stoppedEarly ? [texts.trainPhase.stoppedEarly(format.integer(phase.bestStep ?? 0))] : []),
      format.duration(phase.durationMs),
    ];
    const page = phase.page === undefined ? [] : [texts.trainPhase.page(phase.page)];
    return [`${texts.phases[phase.phase]}: ${figures.join(', ')}`, ...page];
  });
  const next = report.phases.at(-1)?.phase === 'pretrain' ? words.nextText : words.next;
  return [...lines, words.model(report.model), next(report.model)];
}
