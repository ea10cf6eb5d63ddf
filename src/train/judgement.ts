/** What follows from the validations of a run: a warning of overfit with advice, or the end of the run. */
import type { WorkOptions } from '../base/index.ts';
import { type ModelConfig, modelCost } from '../model/index.ts';
import { supportedMatrixParameters } from './estimate.ts';
import type { Phase } from './recipe.ts';
import type { RunRecorder } from './recorder.ts';
import { overfitAdvice, type ValidationWatch } from './validation-watch.ts';

export interface JudgedRun {
  readonly step: number;
  readonly tokensSeen: number;
  /** Tokens of the training data. */
  readonly uniqueTokens: number;
  readonly config: ModelConfig;
  readonly phase: Phase;
  /** Validations without a better one that end the run; 0 is never. */
  readonly patience: number;
}

/** Warns of overfit, once a run; true where patience is at its end. */
export async function judgeValidations(
  watch: ValidationWatch,
  run: JudgedRun,
  recorder: RunRecorder,
  work: WorkOptions,
): Promise<boolean> {
  const { best, sinceBest, overfits } = watch;
  const { step, uniqueTokens, patience } = run;
  if (best === null) return false;
  if (overfits) {
    const epochs = run.tokensSeen / uniqueTokens;
    const supportedParameters = supportedMatrixParameters(uniqueTokens);
    // A rule for learning a language; chat training begins with a model that knows it.
    const matrixParameters = run.phase === 'chat' ? 0 : modelCost(run.config).matrixParameters;
    const advice = overfitAdvice({ epochs, matrixParameters, supportedParameters });
    const message = `validation has risen since step ${best.step} while training fell, the model learns its data by heart: ${advice.join(', ')}`;
    const fields = { bestStep: best.step, epochs, supportedParameters, advice };
    await recorder.alarm(work, step, 'overfitting', message, fields);
  }
  if (patience === 0 || sinceBest < patience) return false;
  const message = `no better validation since step ${best.step}: the run ends early`;
  await recorder.alarm(work, step, 'stopped-early', message, { bestStep: best.step, patience });
  return true;
}
