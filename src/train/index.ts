export {
  type Batch,
  type BatchShape,
  type BatchSource,
  type ChatBatchSource,
  type Cursor,
  chatBatches,
  documentCount,
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
export { type DropoutSettings, NO_DROPOUT } from './dropout.ts';
export { type Evaluation, Evaluator, type TokenByteLengths } from './evaluate.ts';
export { estimateTrainingMemory, type MemoryEstimate } from './memory.ts';
export type { MetricsRecord, StepMetrics, ValidationMetrics } from './metrics.ts';
export { type PhaseReport, trainPhase } from './phase.ts';
export { type PhaseData, type PhaseOptions, type Start, startAfter, type TokenizerFacts } from './phase-start.ts';
export {
  chatDefaults,
  checkRecipe,
  type Phase,
  type PhaseLength,
  type PhaseRecipe,
  PRETRAIN_DEFAULTS,
} from './recipe.ts';
export { RETRAIN_NOTE, type RunFolder, runFolder } from './run-folder.ts';
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
