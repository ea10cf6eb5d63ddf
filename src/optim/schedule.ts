/** Learning rates over a run: warmup, then a cosine or a trapezoid down to a floor. Pure functions of the host. */
import { boundedNumber, ExpChatError } from '../base/index.ts';

export interface Schedule {
  readonly kind: 'cosine' | 'trapezoid' | 'constant';
  /** The highest learning rate. */
  readonly peak: number;
  /** Steps of linear warmup from peak / warmupSteps; 0 begins at the peak. */
  readonly warmupSteps: number;
  /** The last rate as a part of the peak, 0 .. 1. */
  readonly floor: number;
  /** trapezoid: the last part of the run, 0 .. 1, in which the rate falls linearly. */
  readonly cooldown?: number;
}

/**
 * The rate of step `step` (from 0) at `progress` (0 .. 1) of the run: warmup by steps times decay by progress, so that it
 * is defined for runs of a number of steps and for runs of a number of seconds alike.
 */
export function learningRateAt(schedule: Schedule, step: number, progress: number): number {
  const warm = schedule.warmupSteps > 0 ? Math.min(1, (step + 1) / schedule.warmupSteps) : 1;
  return schedule.peak * warm * decayAt(schedule, Math.min(1, Math.max(0, progress)));
}

function decayAt(schedule: Schedule, progress: number): number {
  const { floor } = schedule;
  if (schedule.kind === 'constant') return 1;
  if (schedule.kind === 'cosine') return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
  const cooldown = schedule.cooldown ?? 0.65;
  const left = cooldown === 0 ? 1 : Math.min(1, (1 - progress) / cooldown);
  return floor + (1 - floor) * left;
}

/** Throws `optim.schedule` on a value out of range. */
export function checkSchedule(schedule: Schedule): Schedule {
  if (!['cosine', 'trapezoid', 'constant'].includes(schedule.kind)) {
    throw new ExpChatError({
      code: 'optim.schedule',
      kind: 'usage',
      message: `schedule: expected cosine, trapezoid or constant, got ${JSON.stringify(schedule.kind)}`,
    });
  }
  boundedNumber(schedule.peak, 'learning rate', 1e-9, 10);
  boundedNumber(schedule.warmupSteps, 'warmup steps', 0, 1e9);
  boundedNumber(schedule.floor, 'floor of the learning rate', 0, 1);
  boundedNumber(schedule.cooldown ?? 0, 'cooldown', 0, 1);
  return schedule;
}
