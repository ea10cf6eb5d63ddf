export {
  type Architecture,
  checkModelConfig,
  fromHuggingFaceConfig,
  MODEL_LIMITS,
  MODEL_SIZES,
  type ModelConfig,
  type ModelSize,
  modelConfigOfSize,
  type SpecialIds,
  toHuggingFaceConfig,
} from './config.ts';
export { type ModelCost, modelCost } from './cost.ts';
export {
  CHECKSUM_FILE,
  FolderWriter,
  type LoadedModel,
  loadModelDirectory,
  type ModelContent,
  PROVENANCE_FILE,
  type Provenance,
  saveModelDirectory,
  verifyChecksums,
  WEIGHTS_FILE,
} from './directory.ts';
export {
  checkParameters,
  EMBEDDING_NAME,
  type HostParameters,
  initialParameters,
  type ParameterSpec,
  type Parameters,
  parameterCount,
  parameterInputs,
  parameterSpecs,
} from './parameters.ts';
export {
  type CachedInputs,
  type CachedOutputs,
  type DropoutMasks,
  type ForwardOptions,
  forward,
  forwardCached,
  type Precision,
} from './transformer.ts';
