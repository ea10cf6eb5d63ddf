export {
  type Batch,
  type BatchShape,
  type BatchSource,
  type ChatBatchSource,
  type Cursor,
  chatBatches,
  documentCount,
  emptyBatch,
  FIRST_CURSOR,
  packBestFit,
  pretrainBatches,
  type TokenSet,
} from './batches.ts';
export {
  type Checkpoint,
  checkpointName,
  loadCheckpoint,
  loadNewestCheckpoint,
  pruneCheckpoints,
  type RunIdentity,
  type Skipped,
  saveCheckpoint,
  type TrainerState,
} from './checkpoint.ts';
export type { Diagnosis, TensorFacts } from './diagnosis.ts';
export {
  chooseDepth,
  DIAL_TOKENS_PER_MATRIX_PARAMETER,
  type DialChoice,
  type DialGiven,
  type DialQuestion,
  type DialRecipe,
  type DialRow,
  type DialVerdict,
  dialConfig,
  dialRecipe,
  dialSteps,
  MAXIMUM_DEPTH,
} from './dial.ts';
export { type DropoutSettings, NO_DROPOUT } from './dropout.ts';
export {
  estimateTraining,
  supportedMatrixParameters,
  supportedParameters,
  type TrainingEstimate,
  USEFUL_EPOCHS,
} from './estimate.ts';
export { type Evaluation, Evaluator, type TokenByteLengths } from './evaluate.ts';
export { type FitSuggestion, suggestFit, type Trained } from './fit.ts';
export { longestVerbatim, type Verbatim } from './memorisation.ts';
export { estimateTrainingMemory, type MemoryEstimate } from './memory.ts';
export type { MetricsRecord, NoticeRecord, SampleRecord, StepMetrics, ValidationMetrics } from './metrics.ts';
export { type PhaseReport, trainPhase } from './phase.ts';
export {
  type GeneratedSample,
  type PhaseData,
  type PhaseOptions,
  type SourceShare,
  type Start,
  startAfter,
  type TokenizerFacts,
} from './phase-start.ts';
export {
  chatDefaults,
  checkRecipe,
  type Phase,
  type PhaseLength,
  type PhaseRecipe,
  PRETRAIN_DEFAULTS,
} from './recipe.ts';
export { isTraining, RETRAIN_NOTE, type RunFolder, runFolder } from './run-folder.ts';
export type { SkipReason } from './skipped.ts';
export {
  batchFeeds,
  firstMomentOf,
  type StepResult,
  type StepScalars,
  type StepSettings,
  secondMomentOf,
  TrainingStep,
  traceTrainingStep,
  zeroMoments,
} from './step.ts';
export type { Advice, ValidationPoint } from './validation-watch.ts';
