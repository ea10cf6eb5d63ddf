/** What one generation may be told, its defaults and bounds: one place, checked before anything runs. */
import { boundedInteger, ExpChatError } from '../base/index.ts';
import { DEFAULT_SAMPLING, type SamplingSettings, samplingSettings } from './sampler.ts';
import { checkStopStrings } from './stop.ts';

/** What happens when a generation reaches the end of the context: slide the window and go on, or stop with `length`. */
export type Overflow = 'slide' | 'stop';

export interface GenerationSettings extends SamplingSettings {
  /** Most tokens to generate, 1 .. 1,000,000. */
  readonly maxTokens: number;
  /** Text that ends the generation; not part of the answer. */
  readonly stop: readonly string[];
  /** 0 .. 2^53 - 1. */
  readonly seed: number;
  readonly overflow: Overflow;
}

export const DEFAULT_GENERATION: GenerationSettings = {
  ...DEFAULT_SAMPLING,
  maxTokens: 256,
  stop: [],
  seed: 42,
  overflow: 'slide',
};

/** Fills in the defaults and bounds every value. Throws `infer.setting`, `infer.stop` or `limits.*`. */
export function generationSettings(given: Partial<GenerationSettings> = {}): GenerationSettings {
  const settings = {
    ...samplingSettings(given),
    maxTokens: given.maxTokens ?? DEFAULT_GENERATION.maxTokens,
    stop: given.stop ?? DEFAULT_GENERATION.stop,
    seed: given.seed ?? DEFAULT_GENERATION.seed,
    overflow: given.overflow ?? DEFAULT_GENERATION.overflow,
  };
  boundedInteger(settings.maxTokens, 'maxTokens', 1, 1_000_000);
  boundedInteger(settings.seed, 'seed', 0, Number.MAX_SAFE_INTEGER);
  checkStopStrings(settings.stop);
  if (settings.overflow !== 'slide' && settings.overflow !== 'stop') {
    throw new ExpChatError({
      code: 'infer.setting',
      kind: 'usage',
      message: `overflow: expected slide or stop, got ${JSON.stringify(settings.overflow)}`,
    });
  }
  return settings;
}
