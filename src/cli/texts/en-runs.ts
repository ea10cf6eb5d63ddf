/** English texts about training runs: the plan before, the view while it runs, the list after. */
import type { plan as germanPlan, runs as germanRuns, trainPhase as germanTrainPhase } from './de-runs.ts';

export const runs: typeof germanRuns = {
  dashboard: { curve: 'loss by steps, • validation', sample: 'Newest sample' },
  none: 'There is no run in this project yet.',
  columns: {
    run: 'run',
    state: 'state',
    steps: 'steps',
    loss: 'loss',
    validation: 'validation',
    best: 'best',
    duration: 'duration',
  },
  states: { running: 'running', finished: 'finished', failed: 'failed', stopped: 'stopped' },
  state: (state) => `State: ${state}`,
  written: (file) => `Written: ${file}`,
  serving: (address) => `The runs are on this page, on this machine only: ${address}`,
  endHint: 'Ctrl+C ends it.',
};

export const plan: typeof germanPlan = {
  model: (parameters, matrices, memory, machine) =>
    `Model: ${parameters} parameters, ${matrices} of them in matrices; memory about ${memory} of ${machine}`,
  data: (size, tokens) => `Data: ${size} of text, ${tokens} tokens`,
  suffices: (matrices, parameters) =>
    `; that suffices for about ${matrices} parameters in matrices or ${parameters} in all`,
  run: (steps, tokens, epochs, flops) =>
    `Run: ${steps} steps, ${tokens} tokens (the data ${epochs} times), ${flops} operations`,
  speed: (rate, time) => `On this machine: ${rate} tokens/s, about ${time}`,
  energy: (amount, watts) => `Energy: about ${amount}, assuming ${watts} W (machine.watts)`,
  done: (steps) => `Made already: ${steps} steps`,
  memoryShort: 'Note: the free memory does not suffice for that.',
  memoryFits: (keys, size) => `This would fit: ${keys} (about ${size})`,
  dial: {
    byTime: (minutes, depth) => `Model for ${minutes} min of pretraining: depth ${depth}`,
    byDepth: (depth) => `Model: depth ${depth}`,
    columns: ['depth', 'width', 'parameters', 'ms a step', 'tokens', 'a parameter', 'verdict'],
    verdicts: {
      chosen: 'chosen',
      fits: 'fits',
      'too-slow': 'too slow for this time',
      'too-little-data': 'too little data for it',
      'too-much-memory': 'too little memory',
    },
    rule: (ratio) =>
      `The largest depth is chosen that sees ${ratio} tokens a matrix parameter in the time and for which data and memory suffice. ~: reckoned, not measured.`,
    byHand: (keys) => `Set by hand and left so: ${keys}`,
  },
  verdicts: {
    enough: 'The data suffices for this model.',
    repeated: 'The data is seen more than four times: more texts help more than more steps then.',
    'too-little':
      'That is too little data for a model of this size: it will learn it by heart. Take more texts or a smaller model.',
    'too-short': 'The run sees little text for a model of this size: more steps still help.',
  },
};

export const trainPhase: typeof germanTrainPhase = {
  stoppedEarly: (step) => `ended early, best at step ${step}`,
  skipped: (count) => `${count} steps skipped`,
  page: (file) => `Report: ${file}`,
};
