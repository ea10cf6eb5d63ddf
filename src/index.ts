/**
 * The library: what other programs may build on. Explicit, so that nothing becomes public by accident; whatever is not here may
 * change in any version.
 */
export { type ErrorKind, ExpChatError, isExpChatError, type ProgressEvent, type WorkOptions } from './base/index.ts';
export {
  CHAT_TEMPLATE,
  type Message,
  parseMessages,
  type RenderedConversation,
  type Role,
  renderConversation,
  renderPrompt,
} from './chat/index.ts';
export {
  type DocumentRecord,
  type FetchReport,
  type FilterReport,
  fetchCorpus,
  filterCorpus,
  openPacked,
  type PackedData,
  type PackedManifest,
  type PackedSet,
  packCorpus,
  prepareCorpus,
  type RunCorpusOptions,
  type RunCorpusReport,
  readFiltered,
  readManifest,
  runCorpus,
  type SourceSpec,
  type StageReport,
} from './corpus/index.ts';
export {
  compile,
  concat,
  createOrtRuntime,
  createReferenceRuntime,
  type Executable,
  type Graph,
  grad,
  type OrtOptions,
  type Program,
  printGraph,
  type Runtime,
  Tensor,
  Trace,
} from './engine/index.ts';
export {
  bitsPerByte,
  type ClosedBookReport,
  loadQuestions,
  type Question,
  renderReportJson,
  renderReportText,
  runClosedBook,
} from './eval/index.ts';
export { readSafetensors, writeSafetensors } from './formats/index.ts';
export {
  answer,
  ChatSession,
  type ChatSessionOptions,
  collect,
  complete,
  createDecoder,
  type Decoder,
  type GenerationResult,
  type GenerationSettings,
  type GridRow,
  generate,
  type OpenModel,
  openModel,
  renderGridCsv,
  renderGridHtml,
  runGrid,
  type SamplingSettings,
  type StopReason,
  sample,
} from './infer/index.ts';
export {
  checkModelConfig,
  forward,
  initialParameters,
  type LoadedModel,
  loadModelDirectory,
  MODEL_SIZES,
  type ModelConfig,
  type ModelContent,
  type ModelCost,
  type ModelSize,
  modelConfigOfSize,
  modelCost,
  type Provenance,
  parameterCount,
  parameterSpecs,
  saveModelDirectory,
} from './model/index.ts';
export { generateStarterCorpus, type StarterCorpus, writeStarterCorpus } from './starter/index.ts';
export type { HostTensor } from './tensor/index.ts';
export {
  BatchEncoder,
  encodeBatch,
  importTokenizer,
  loadTokenizer,
  SPECIAL_TOKENS,
  saveTokenizer,
  Tokenizer,
  toTiktoken,
  trainTokenizer,
} from './tokenizer/index.ts';
export {
  chatDefaults,
  loadNewestCheckpoint,
  type PhaseOptions,
  type PhaseRecipe,
  type PhaseReport,
  PRETRAIN_DEFAULTS,
  trainPhase,
} from './train/index.ts';
