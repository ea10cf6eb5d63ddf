/** What a training will cost, in words. It measures nothing. */
import type { PlannedPhase, TrainPlan } from './services.ts';
import type { Session } from './session.ts';

/** 1.2 k, 3.4 M, 5.6 G and so on, for counts where three digits say enough. */
const UNITS = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z'];

function short(session: Session, value: number): string {
  const power = value < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  const digits = power === 0 || scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2;
  return `${session.format.decimal(scaled, digits)}${power === 0 ? '' : ` ${UNITS[power]}`}`;
}

export function planLines(session: Session, plan: TrainPlan): string[] {
  return plan.phases.flatMap((phase) => [
    `${session.texts.phases[phase.phase]}:`,
    ...phaseLines(session, phase, plan.machineMemoryBytes).map((line) => `  ${line}`),
  ]);
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
    ...(phase.trainingBytes > machineMemoryBytes ? [words.memoryShort] : []),
  ];
}
