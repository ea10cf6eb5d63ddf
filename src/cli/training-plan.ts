/** What a training will cost and how its model was chosen, in words, and the refusal of one that does not fit. It measures nothing. */
import { ExpChatError } from '../base/index.ts';
import { DIAL_TOKENS_PER_MATRIX_PARAMETER, type FitSuggestion } from '../train/index.ts';
import { createFormat } from './language.ts';
import type { ModelChoice, PlannedPhase, Project, TrainPlan, TrainRequest } from './services.ts';
import type { Session } from './session.ts';

export interface PlannedTraining {
  /** With the model that was chosen. */
  readonly project: Project;
  readonly plan: TrainPlan;
}

/** Chooses the model where it is left to the machine, and plans its training. */
export async function planned(session: Session, project: Project, request: TrainRequest): Promise<PlannedTraining> {
  const { services, context } = session;
  const bounded = { ...request, memoryBytes: context.machine().usableMemoryBytes };
  const chosen = await session.work((work) => services.chooseModel(project, bounded, work));
  return { project: chosen, plan: await session.work((work) => services.planTraining(chosen, bounded, work)) };
}

/** The same before a training: says the plan, and throws `train.memory` where it does not fit. */
export async function announced(session: Session, project: Project, request: TrainRequest): Promise<Project> {
  const { project: chosen, plan } = await planned(session, project, request);
  for (const line of planLines(session, plan)) session.say(line);
  for (const phase of plan.phases) if (phase.tooLarge !== undefined) refuseTooLarge(phase, plan.machineMemoryBytes);
  return chosen;
}

/** The keys of a suggestion as they stand in `expchat.yaml`. */
export function suggestedKeys(phase: string, { accumulation, recompute, context, depth }: FitSuggestion): string {
  return [
    ...(depth === undefined ? [] : [`model.depth: ${depth}`]),
    ...(accumulation === undefined ? [] : [`${phase}.accumulation: ${accumulation}`]),
    ...(recompute === undefined ? [] : [`${phase}.recompute: ${recompute}`]),
    ...(context === undefined ? [] : [`${phase}.context: ${context}`]),
  ].join(', ');
}

function refuseTooLarge({ phase, trainingBytes, tooLarge }: PlannedPhase, memoryBytes: number): never {
  const { bytes } = createFormat('en');
  const suggestion = tooLarge?.suggestion;
  const anyway = 'To go on anyway: --memory-check off.';
  throw new ExpChatError({
    code: 'train.memory',
    kind: 'resources',
    message: `${phase}: expected a training of at most ${bytes(memoryBytes)} of memory, got one of about ${bytes(trainingBytes)}`,
    next:
      suggestion === undefined
        ? `No model fits into that. ${anyway}`
        : `${suggestedKeys(phase, suggestion)} would take ${bytes(suggestion.trainingBytes)}. ${anyway}`,
    fields: {
      phase,
      neededBytes: trainingBytes,
      availableBytes: memoryBytes,
      suggestion: suggestion ?? null,
      keys: suggestion === undefined ? '' : suggestedKeys(phase, suggestion),
    },
  });
}

/** 1.2 k, 3.4 M, 5.6 G and so on, for counts where three digits say enough. */
const UNITS = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z'];

function short(session: Session, value: number): string {
  const power = value < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  const digits = power === 0 || scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2;
  return `${session.format.decimal(scaled, digits)}${power === 0 ? '' : ` ${UNITS[power]}`}`;
}

export function planLines(session: Session, plan: TrainPlan): string[] {
  const choice = plan.dial === undefined ? [] : choiceLines(session, plan.dial);
  return [
    ...choice,
    ...plan.phases.flatMap((phase) => [
      `${session.texts.phases[phase.phase]}:`,
      ...phaseLines(session, phase, plan.machineMemoryBytes).map((line) => `  ${line}`),
    ]),
  ];
}

/** The depths that were looked at as a table, and which one it is. */
export function choiceLines(session: Session, { depth, minutes, rows, byHand }: ModelChoice): string[] {
  const { texts, format } = session;
  const words = texts.plan.dial;
  const count = (value: number | undefined) => (value === undefined ? '–' : short(session, value));
  const table = rows.map((row) => [
    format.integer(row.depth),
    format.integer(row.width),
    count(row.parameters),
    row.stepMs === undefined
      ? '–'
      : `${row.measured ? '' : '~'}${format.decimal(row.stepMs, row.stepMs < 100 ? 1 : 0)}`,
    count(row.tokens),
    row.tokensPerMatrixParameter === undefined ? '–' : format.decimal(row.tokensPerMatrixParameter, 1),
    words.verdicts[row.verdict],
  ]);
  const all = [words.columns, ...table];
  const widths = words.columns.map((_, i) => Math.max(...all.map((line) => line[i]!.length)));
  const last = widths.length - 1;
  const lines = all.map((line) => line.map((cell, i) => (i === last ? cell : cell.padStart(widths[i]!))).join('  '));
  return [
    minutes > 0
      ? words.byTime(format.decimal(minutes, minutes % 1 === 0 ? 0 : 2), String(depth))
      : words.byDepth(String(depth)),
    ...(rows.length === 0 ? [] : lines.map((line) => `  ${line}`)),
    ...(rows.length === 0 ? [] : [`  ${words.rule(format.integer(DIAL_TOKENS_PER_MATRIX_PARAMETER))}`]),
    ...(byHand.length === 0 ? [] : [`  ${words.byHand(byHand.join(', '))}`]),
  ];
}

function phaseLines(session: Session, phase: PlannedPhase, machineMemoryBytes: number): string[] {
  const { texts, format } = session;
  const words = texts.plan;
  const { steps, tokens, epochs = 0, flops = 0, tokensPerSecond, seconds, wattHours, watts } = phase;
  const count = (value: number) => short(session, value);
  const left = seconds === undefined || !steps ? 0 : Math.max(0, 1 - phase.doneSteps / steps);
  return [
    words.model(
      format.integer(phase.parameters),
      count(phase.matrixParameters),
      format.bytes(phase.trainingBytes),
      format.bytes(machineMemoryBytes),
    ),
    words.data(format.bytes(phase.textBytes), count(phase.uniqueTokens)) +
      (phase.phase === 'chat'
        ? ''
        : words.suffices(count(phase.supportedMatrixParameters), count(phase.supportedParameters))),
    ...(steps === undefined || tokens === undefined
      ? []
      : [words.run(format.integer(steps), count(tokens), format.decimal(epochs, 1), count(flops))]),
    ...(phase.doneSteps > 0 ? [words.done(format.integer(phase.doneSteps))] : []),
    ...(tokensPerSecond === undefined || seconds === undefined
      ? []
      : [words.speed(format.integer(tokensPerSecond), format.duration(seconds * left * 1000))]),
    ...(wattHours === undefined
      ? []
      : [words.energy(`${format.decimal(wattHours * left, wattHours < 10 ? 2 : 0)} Wh`, format.integer(watts))]),
    words.verdicts[phase.data],
    ...memoryLines(session, phase, machineMemoryBytes),
  ];
}

function memoryLines(session: Session, phase: PlannedPhase, machineMemoryBytes: number): string[] {
  if (phase.trainingBytes <= machineMemoryBytes) return [];
  const words = session.texts.plan;
  const suggestion = phase.tooLarge?.suggestion;
  if (suggestion === undefined) return [words.memoryShort];
  const bytes = session.format.bytes(suggestion.trainingBytes);
  return [words.memoryShort, words.memoryFits(suggestedKeys(phase.phase, suggestion), bytes)];
}
