export {
  type AttentionOptions,
  attention,
  type CachedKeysAndValues,
  cachedAttention,
  causalBias,
  computedPairs,
  MASKED,
  splitHeads,
} from './attention.ts';
export { normal, ones } from './init.ts';
export { type Activation, embedding, gate, geluTanh, linear, weightedCrossEntropy } from './layers.ts';
export { type RotaryTables, rotaryTables, rowPositions } from './rotary.ts';
