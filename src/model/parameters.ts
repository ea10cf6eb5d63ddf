/**
 * The parameters of a model: their names exactly as in Hugging Face's checkpoints, shapes, groups and first values. One
 * list that forward pass, optimizer and files all read.
 */
import { ExpChatError, Rng } from '../base/index.ts';
import type { Tensor, Trace } from '../engine/index.ts';
import { normal, ones } from '../nn/index.ts';
import { type HostTensor, type Shape, sameShape, sizeOf } from '../tensor/index.ts';
import { MODEL_LIMITS, type ModelConfig } from './config.ts';

export type Parameters = ReadonlyMap<string, Tensor>;
export type HostParameters = ReadonlyMap<string, HostTensor>;

export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  /** How the first values are drawn: `ones` for norms, else normal with `standardDeviation`. */
  readonly start: 'ones' | { readonly standardDeviation: number };
  /** A table of rows (embedding, output), a matrix inside a layer, or a vector. */
  readonly role: 'table' | 'matrix' | 'vector';
  /** Whether the optimizer decays it: tensors of rank 2 and more. */
  readonly decays: boolean;
}

export const EMBEDDING_NAME = 'model.embed_tokens.weight';
export const OUTPUT_NAME = 'lm_head.weight';
export const FINAL_NORM_NAME = 'model.norm.weight';

const STANDARD_DEVIATION = 0.02; // GPT-2's, Radford et al. 2019

function matrix(name: string, shape: Shape, standardDeviation = STANDARD_DEVIATION): ParameterSpec {
  return { name, shape, start: { standardDeviation }, role: 'matrix', decays: true };
}

function table(name: string, shape: Shape): ParameterSpec {
  return { ...matrix(name, shape), role: 'table' };
}

function vector(name: string, width: number): ParameterSpec {
  return { name, shape: [width], start: 'ones', role: 'vector', decays: false };
}

function layerSpecs(config: ModelConfig, layer: number): ParameterSpec[] {
  const { width, heads, keyValueHeads, headWidth, mlpWidth } = config;
  const at = `model.layers.${layer}`;
  // What adds to the residual stream starts smaller, so that its variance does not grow with depth (GPT-2).
  const residual = STANDARD_DEVIATION / Math.sqrt(2 * config.layers);
  const headNorms =
    config.architecture === 'qwen3'
      ? [vector(`${at}.self_attn.q_norm.weight`, headWidth), vector(`${at}.self_attn.k_norm.weight`, headWidth)]
      : [];
  return [
    vector(`${at}.input_layernorm.weight`, width),
    matrix(`${at}.self_attn.q_proj.weight`, [heads * headWidth, width]),
    matrix(`${at}.self_attn.k_proj.weight`, [keyValueHeads * headWidth, width]),
    matrix(`${at}.self_attn.v_proj.weight`, [keyValueHeads * headWidth, width]),
    matrix(`${at}.self_attn.o_proj.weight`, [width, heads * headWidth], residual),
    ...headNorms,
    vector(`${at}.post_attention_layernorm.weight`, width),
    matrix(`${at}.mlp.gate_proj.weight`, [mlpWidth, width]),
    matrix(`${at}.mlp.up_proj.weight`, [mlpWidth, width]),
    matrix(`${at}.mlp.down_proj.weight`, [width, mlpWidth], residual),
  ];
}

/** Every parameter in the order of the forward pass. */
export function parameterSpecs(config: ModelConfig): ParameterSpec[] {
  const shape: Shape = [config.vocabularySize, config.width];
  return [
    table(EMBEDDING_NAME, shape),
    ...Array.from({ length: config.layers }, (_, layer) => layerSpecs(config, layer)).flat(),
    vector(FINAL_NORM_NAME, config.width),
    ...(config.tiedEmbeddings ? [] : [table(OUTPUT_NAME, shape)]),
  ];
}

export function parameterCount(config: ModelConfig): number {
  return parameterSpecs(config).reduce((count, spec) => count + sizeOf(spec.shape), 0);
}

/** First values; each parameter has a random stream of its own, named after it. Throws `model.too-large`. */
export function initialParameters(config: ModelConfig, seed: number): Map<string, HostTensor> {
  const count = parameterCount(config);
  if (count > MODEL_LIMITS.parameters) {
    throw new ExpChatError({
      code: 'model.too-large',
      kind: 'resources',
      message: `model: expected at most ${MODEL_LIMITS.parameters} parameters, got ${count}`,
      next: 'Choose fewer layers or a smaller width.',
      fields: { parameters: count },
    });
  }
  return new Map(
    parameterSpecs(config).map(({ name, shape, start }) => [
      name,
      start === 'ones' ? ones(shape) : normal(Rng.named(seed, name), shape, start.standardDeviation),
    ]),
  );
}

/** Graph inputs for all parameters, named as the parameters. */
export function parameterInputs(trace: Trace, config: ModelConfig): Parameters {
  return new Map(parameterSpecs(config).map(({ name, shape }) => [name, trace.input(name, 'float32', shape)]));
}

/**
 * Throws `model.parameters` unless exactly the parameters of `config` are there, with their shapes and finite, naming
 * the first that is wrong, and `model.vocabulary-size` where the embedding's rows are the difference.
 */
export function checkParameters(config: ModelConfig, parameters: HostParameters, where: string): void {
  const specs = parameterSpecs(config);
  for (const { name, shape } of specs) {
    const tensor = parameters.get(name);
    if (tensor === undefined) fail(where, `the parameter ${name} [${shape}]`, 'no such tensor', name);
    checkVocabulary(config, name, tensor, where);
    if (tensor.dtype !== 'float32' || !sameShape(tensor.shape, shape)) {
      fail(where, `${name} of type float32 and shape [${shape}]`, `${tensor.dtype} [${tensor.shape}]`, name);
    }
    const { data } = tensor;
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(data[i])) fail(where, `finite values in ${name}`, `${data[i]} at element ${i}`, name);
    }
  }
  const known = new Set(specs.map((spec) => spec.name));
  for (const name of parameters.keys()) {
    if (!known.has(name)) fail(where, 'only the parameters that config.json describes', `also ${name}`, name);
  }
}

function checkVocabulary(config: ModelConfig, name: string, tensor: HostTensor, where: string): void {
  if (name !== EMBEDDING_NAME || tensor.shape[0] === config.vocabularySize) return;
  throw new ExpChatError({
    code: 'model.vocabulary-size',
    message: `${where}: expected an embedding table of ${config.vocabularySize} rows, got ${tensor.shape[0]}`,
    next: 'The weights and the tokenizer or config.json do not belong together; use the files of one model.',
    fields: { expected: config.vocabularySize, got: tensor.shape[0] },
  });
}

function fail(where: string, expected: string, got: string, parameter: string): never {
  throw new ExpChatError({
    code: 'model.parameters',
    message: `${where}: expected ${expected}, got ${got}`,
    next: 'The file is damaged or belongs to another model.',
    fields: { parameter },
  });
}
