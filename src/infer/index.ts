export {
  type AnswerOptions,
  answer,
  ChatSession,
  type ChatSessionOptions,
  complete,
  type Speaker,
} from './conversation.ts';
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
  GRID_PROMPTS,
  GRID_TEMPERATURES,
  GRID_TOP_K,
  GRID_TOP_P,
  type GridOptions,
  type GridRow,
  gridSettings,
  repetitionOf,
  runGrid,
} from './grid.ts';
export { type CsvOptions, type HtmlOptions, renderGridCsv, renderGridHtml, renderGridText } from './grid-render.ts';
export { type OpenModel, type OpenModelOptions, openModel } from './open-model.ts';
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
