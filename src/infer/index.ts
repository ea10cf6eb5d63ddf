export { createDecoder, type Decoder, type DecoderOptions, decoderProgram } from './decoder.ts';
export {
  collect,
  type GenerationOptions,
  type GenerationResult,
  generate,
  type StopReason,
  type TextCodec,
} from './generate.ts';
export {
  DEFAULT_SAMPLING,
  type Distribution,
  distributionOf,
  GREEDY,
  type SamplingContext,
  type SamplingSettings,
  sample,
  samplingSettings,
} from './sampler.ts';
export { DEFAULT_GENERATION, type GenerationSettings, generationSettings, type Overflow } from './settings.ts';
export { checkStopStrings, StopMatcher, type StopStep } from './stop.ts';
export { checkPromptFits, type FittedWindow, fitWindow, slideWindow, type WindowLimits } from './window.ts';
