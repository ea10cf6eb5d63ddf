/**
 * What a model is: its shape in ten numbers, checked, and the same as Hugging Face's config.json for `Qwen3ForCausalLM` and
 * `LlamaForCausalLM` (https://huggingface.co/docs/transformers, model types qwen3 and llama). It knows no tensors.
 */
import { boundedInteger, boundedNumber, ExpChatError } from '../base/index.ts';
import type { Activation } from '../nn/index.ts';

/** `qwen3` normalises every query and key head (QK-norm); `llama` does not. All else is equal. */
export type Architecture = 'qwen3' | 'llama';

export interface ModelConfig {
  readonly architecture: Architecture;
  readonly vocabularySize: number;
  /** C, the width of the residual stream. */
  readonly width: number;
  readonly layers: number;
  /** H, query heads. */
  readonly heads: number;
  /** K, key/value heads; divides `heads`. */
  readonly keyValueHeads: number;
  /** D; even. */
  readonly headWidth: number;
  /** F. */
  readonly mlpWidth: number;
  /** The longest sequence the model is made for, in tokens. */
  readonly context: number;
  readonly ropeTheta: number;
  readonly normEpsilon: number;
  /** Whether the output projection is the embedding table. */
  readonly tiedEmbeddings: boolean;
  readonly activation: Activation;
}

/** Ids that config.json and generation_config.json carry for other people's tools. */
export interface SpecialIds {
  readonly begin?: number;
  readonly end?: number;
  readonly padding?: number;
}

interface Size {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headWidth: number;
  readonly mlpWidth: number;
  readonly context: number;
  readonly tiedEmbeddings: boolean;
}

/** Sizes by name, from a test's to half a billion parameters; the vocabulary is the tokenizer's. */
export const MODEL_SIZES = {
  nano: size(2, 64, 2, 2, 32, 192, 128),
  tiny: size(4, 128, 4, 2, 32, 384, 256),
  small: size(6, 256, 4, 2, 64, 704, 512),
  medium: size(6, 384, 6, 3, 64, 1024, 512),
  base: size(12, 768, 12, 4, 64, 2048, 1024),
  large: size(20, 1024, 16, 4, 64, 2816, 2048),
  giant: size(28, 1280, 20, 5, 64, 3584, 2048),
} as const satisfies Readonly<Record<string, Size>>;

export type ModelSize = keyof typeof MODEL_SIZES;

function size(
  layers: number,
  width: number,
  heads: number,
  keyValueHeads: number,
  headWidth: number,
  mlpWidth: number,
  context: number,
): Size {
  return { layers, width, heads, keyValueHeads, headWidth, mlpWidth, context, tiedEmbeddings: true };
}

/** A checked config of a named size with what is given changed. Throws `model.config`. */
export function modelConfigOfSize(
  name: ModelSize,
  given: Partial<ModelConfig> & { readonly vocabularySize: number },
): ModelConfig {
  return checkModelConfig({
    architecture: 'qwen3',
    ropeTheta: 10_000,
    normEpsilon: 1e-6,
    activation: 'silu',
    ...MODEL_SIZES[name],
    ...given,
  });
}

export const MODEL_LIMITS = {
  vocabularySize: 2 ** 20,
  width: 16_384,
  layers: 256,
  heads: 256,
  headWidth: 1024,
  mlpWidth: 65_536,
  context: 2 ** 20,
  parameters: 2 ** 31,
} as const;

function refuse(where: string, expected: string, got: unknown): never {
  throw new ExpChatError({
    code: 'model.config',
    kind: 'usage',
    message: `model config: ${where}: expected ${expected}, got ${JSON.stringify(got) ?? String(got)}`,
    next: 'Correct this value in the model section of the configuration or in config.json.',
    fields: { where },
  });
}

/** Returns `config` if every number is in range and the numbers fit each other. Throws `model.config`. */
export function checkModelConfig(config: ModelConfig): ModelConfig {
  if (config.architecture !== 'qwen3' && config.architecture !== 'llama') {
    refuse('architecture', 'qwen3 or llama', config.architecture);
  }
  if (config.activation !== 'silu' && config.activation !== 'gelu_pytorch_tanh') {
    refuse('activation', 'silu or gelu_pytorch_tanh', config.activation);
  }
  if (typeof config.tiedEmbeddings !== 'boolean') refuse('tiedEmbeddings', 'true or false', config.tiedEmbeddings);
  asConfigError(() => {
    boundedInteger(config.vocabularySize, 'vocabularySize', 2, MODEL_LIMITS.vocabularySize);
    boundedInteger(config.width, 'width', 2, MODEL_LIMITS.width);
    boundedInteger(config.layers, 'layers', 1, MODEL_LIMITS.layers);
    boundedInteger(config.heads, 'heads', 1, MODEL_LIMITS.heads);
    boundedInteger(config.keyValueHeads, 'keyValueHeads', 1, config.heads);
    boundedInteger(config.headWidth, 'headWidth', 2, MODEL_LIMITS.headWidth);
    boundedInteger(config.mlpWidth, 'mlpWidth', 1, MODEL_LIMITS.mlpWidth);
    boundedInteger(config.context, 'context', 1, MODEL_LIMITS.context);
    boundedNumber(config.ropeTheta, 'ropeTheta', 1, 1e9);
    boundedNumber(config.normEpsilon, 'normEpsilon', 1e-12, 1e-1);
  });
  if (config.heads % config.keyValueHeads !== 0) {
    refuse('keyValueHeads', `a divisor of heads (${config.heads})`, config.keyValueHeads);
  }
  if (config.headWidth % 2 !== 0) refuse('headWidth', 'an even number', config.headWidth);
  return config;
}

function asConfigError(body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof ExpChatError)) throw error;
    throw new ExpChatError({
      code: 'model.config',
      kind: 'usage',
      message: `model config: ${error.message}`,
      next: 'Correct this value in the model section of the configuration or in config.json.',
      cause: error,
    });
  }
}

/** The content of config.json. */
export function toHuggingFaceConfig(config: ModelConfig, ids: SpecialIds = {}): Record<string, unknown> {
  const qwen3 = config.architecture === 'qwen3';
  return {
    architectures: [qwen3 ? 'Qwen3ForCausalLM' : 'LlamaForCausalLM'],
    model_type: config.architecture,
    vocab_size: config.vocabularySize,
    hidden_size: config.width,
    intermediate_size: config.mlpWidth,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.keyValueHeads,
    head_dim: config.headWidth,
    hidden_act: config.activation,
    max_position_embeddings: config.context,
    rms_norm_eps: config.normEpsilon,
    rope_theta: config.ropeTheta,
    rope_scaling: null,
    attention_bias: false,
    attention_dropout: 0,
    ...(qwen3 ? { use_sliding_window: false, sliding_window: null } : { mlp_bias: false, pretraining_tp: 1 }),
    initializer_range: 0.02,
    tie_word_embeddings: config.tiedEmbeddings,
    torch_dtype: 'float32',
    use_cache: true,
    ...(ids.begin === undefined ? {} : { bos_token_id: ids.begin }),
    ...(ids.end === undefined ? {} : { eos_token_id: ids.end }),
    ...(ids.padding === undefined ? {} : { pad_token_id: ids.padding }),
  };
}

/** A model is refused, rather than computed differently, where config.json asks for what is not built here. */
function refuseForeign(json: Readonly<Record<string, unknown>>): void {
  const off = ['attention_bias', 'mlp_bias', 'use_sliding_window', 'quantization_config'];
  for (const key of off) {
    if (json[key] !== undefined && json[key] !== false && json[key] !== null)
      refuse(key, 'false or nothing', json[key]);
  }
  for (const key of ['rope_scaling', 'rope_parameters']) {
    const rope = json[key] as Record<string, unknown> | null | undefined;
    if (rope === undefined || rope === null) continue;
    const kind = typeof rope === 'object' ? (rope['rope_type'] ?? rope['type']) : rope;
    if (kind !== undefined && kind !== 'default') refuse(`${key}.rope_type`, 'default', kind);
  }
}

function ropeThetaOf(json: Readonly<Record<string, unknown>>): unknown {
  const parameters = json['rope_parameters'] as Record<string, unknown> | null | undefined;
  return json['rope_theta'] ?? parameters?.['rope_theta'] ?? 10_000;
}

/** The config that config.json describes. Throws `model.config` on what is missing, out of range or not built here. */
export function fromHuggingFaceConfig(value: unknown): ModelConfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse('config.json', 'an object', value);
  const json = value as Readonly<Record<string, unknown>>;
  refuseForeign(json);
  const architecture = json['model_type'];
  if (architecture !== 'qwen3' && architecture !== 'llama') refuse('model_type', 'qwen3 or llama', architecture);
  const heads = json['num_attention_heads'] as number;
  const width = json['hidden_size'] as number;
  return checkModelConfig({
    architecture,
    vocabularySize: json['vocab_size'] as number,
    width,
    layers: json['num_hidden_layers'] as number,
    heads,
    keyValueHeads: (json['num_key_value_heads'] ?? heads) as number,
    headWidth: (json['head_dim'] ?? (architecture === 'qwen3' ? 128 : width / heads)) as number,
    mlpWidth: json['intermediate_size'] as number,
    context: json['max_position_embeddings'] as number,
    ropeTheta: ropeThetaOf(json) as number,
    normEpsilon: json['rms_norm_eps'] as number,
    tiedEmbeddings: (json['tie_word_embeddings'] ?? false) as boolean,
    activation: json['hidden_act'] as Activation,
  });
}

export function specialIdsOf(value: unknown): SpecialIds {
  const json = value as Readonly<Record<string, unknown>>;
  const id = (key: string): number | undefined => (typeof json[key] === 'number' ? json[key] : undefined);
  const [begin, end, padding] = [id('bos_token_id'), id('eos_token_id'), id('pad_token_id')];
  return {
    ...(begin === undefined ? {} : { begin }),
    ...(end === undefined ? {} : { end }),
    ...(padding === undefined ? {} : { padding }),
  };
}
