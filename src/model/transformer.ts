/**
 * The model on one page: a decoder-only, pre-norm transformer with RMSNorm, rotary grouped-query attention, QK-norm
 * (qwen3) or none (llama), a gated mlp and a tied or untied output. Traced once for training, once more for decoding.
 * B batch, T query positions, S key positions, C width, H heads, K key/value heads, D head width, F mlp width,
 * V vocabulary.
 */
import type { Tensor, Trace } from '../engine/index.ts';
import {
  attention,
  type CachedKeysAndValues,
  cachedAttention,
  causalBias,
  embedding,
  gate,
  linear,
  rotaryTables,
  rowPositions,
  splitHeads,
} from '../nn/index.ts';
import type { ModelConfig } from './config.ts';
import { EMBEDDING_NAME, FINAL_NORM_NAME, OUTPUT_NAME, type Parameters } from './parameters.ts';

/** `float16` rounds weights, activations and their gradients as a float16 device would; sums stay in float32. */
export type Precision = 'float32' | 'float16';

export interface ForwardOptions {
  /** (B, T) int32: positions attend only within their own segment. Without it each row is one segment. */
  readonly segments?: Tensor;
  readonly precision?: Precision;
  /** Dropout in training. */
  readonly masks?: DropoutMasks;
  /** A backward pass computes each layer again from what goes into it, instead of keeping what it computed. */
  readonly recompute?: boolean;
}

/** Factors of dropout (Srivastava et al. 2014): 0 where a value is left out, more than 1 where it stays. */
export interface DropoutMasks {
  /** (B, T, C): on what attention or mlp of a layer adds to the residual stream. */
  readonly residual?: (layer: number, branch: 'attention' | 'mlp') => Tensor;
  /** (B, H, T, T): on the probabilities of a layer. */
  readonly attention?: (layer: number) => Tensor;
}

/** Rotated queries and keys and the values of one layer: (B, H, T, D), (B, K, T, D), (B, K, T, D). */
interface Projections {
  readonly queries: Tensor;
  readonly keys: Tensor;
  readonly values: Tensor;
}

type Attend = (layer: number, projections: Projections) => Tensor;

/** tokens (B, T) int32 -> logits (B * T, V). */
export function forward(
  trace: Trace,
  config: ModelConfig,
  parameters: Parameters,
  tokens: Tensor,
  options: ForwardOptions = {},
): Tensor {
  const [batch, time] = tokens.shape as [number, number];
  const tables = rotaryTables(rowPositions(batch, time), { batch, time }, config.headWidth, config.ropeTheta);
  const rotary = { cos: trace.constant(tables.cos), sin: trace.constant(tables.sin) };
  const bias = causalBias(trace, time, options.segments);
  const model = new Layers(config, parameters, rotary, options);
  const eachLayer = options.recompute ? <T>(make: () => T): T => trace.recomputed(make) : undefined;
  const hidden = model.run(
    tokens,
    (layer, { queries, keys, values }) => {
      const mask = options.masks?.attention?.(layer);
      return attention(queries, keys, values, bias, mask === undefined ? {} : { mask });
    },
    eachLayer,
  );
  return model.logits(hidden.reshape([batch * time, config.width]));
}

export interface CachedInputs {
  /** (B, T) int32, the tokens after what is cached. */
  readonly tokens: Tensor;
  /** (B, T, D/2): rotary tables of the tokens' positions. */
  readonly cos: Tensor;
  readonly sin: Tensor;
  /** Per layer (B, K, S, D), keys already rotated. */
  readonly caches: readonly CachedKeysAndValues[];
  /** (B or 1, 1, T, S): 0 where a cached position may be seen, `MASKED` where not. */
  readonly cacheBias: Tensor;
  /** (N) int32: the rows of the flattened (B * T) positions whose logits are wanted; all without it. */
  readonly rows?: Tensor;
}

export interface CachedOutputs {
  /** (N, V) */
  readonly logits: Tensor;
  /** Per layer (B, K, T, D): what the caller writes into the cache. */
  readonly fresh: readonly CachedKeysAndValues[];
}

/** The same model for new tokens after cached ones; equal to `forward` over all of them. */
export function forwardCached(
  trace: Trace,
  config: ModelConfig,
  parameters: Parameters,
  inputs: CachedInputs,
): CachedOutputs {
  const [batch, time] = inputs.tokens.shape as [number, number];
  const model = new Layers(config, parameters, { cos: inputs.cos, sin: inputs.sin });
  const bias = { cache: inputs.cacheBias, fresh: causalBias(trace, time) };
  const fresh: CachedKeysAndValues[] = [];
  const hidden = model.run(inputs.tokens, (layer, { queries, keys, values }) => {
    fresh.push({ keys, values });
    return cachedAttention(queries, { keys, values }, inputs.caches[layer]!, bias);
  });
  const flat = hidden.reshape([batch * time, config.width]);
  return { logits: model.logits(inputs.rows === undefined ? flat : flat.gatherRows(inputs.rows)), fresh };
}

class Layers {
  readonly #config: ModelConfig;
  readonly #parameters: Parameters;
  readonly #rotary: { readonly cos: Tensor; readonly sin: Tensor };
  readonly #rounded: (x: Tensor) => Tensor;
  readonly #masks: DropoutMasks;

  constructor(
    config: ModelConfig,
    parameters: Parameters,
    rotary: { cos: Tensor; sin: Tensor },
    { precision = 'float32', masks = {} }: Pick<ForwardOptions, 'precision' | 'masks'> = {},
  ) {
    this.#config = config;
    this.#masks = masks;
    this.#parameters = parameters;
    this.#rotary = rotary;
    this.#rounded = precision === 'float16' ? (x) => x.roundHalf() : (x) => x;
  }

  /** tokens (B, T) -> hidden states (B, T, C) before the final norm. `within` builds each layer. */
  run(tokens: Tensor, attend: Attend, within = (make: () => Tensor): Tensor => make()): Tensor {
    let x = embedding(this.#weight(EMBEDDING_NAME), tokens); // (B, T, C)
    for (let layer = 0; layer < this.#config.layers; layer++) x = within(() => this.#layer(layer, x, attend));
    return x;
  }

  /** (B, T, C) -> (B, T, C) */
  #layer(layer: number, x: Tensor, attend: Attend): Tensor {
    const at = `model.layers.${layer}`;
    const attended = this.#attention(layer, this.#norm(x, `${at}.input_layernorm`), attend);
    const between = x.add(this.#kept(attended, layer, 'attention'));
    const gated = this.#mlp(`${at}.mlp`, this.#norm(between, `${at}.post_attention_layernorm`));
    return between.add(this.#kept(gated, layer, 'mlp'));
  }

  /** (N, C) -> (N, V) */
  logits(hidden: Tensor): Tensor {
    const output = this.#config.tiedEmbeddings ? EMBEDDING_NAME : OUTPUT_NAME;
    return this.#linear(this.#normed(hidden, FINAL_NORM_NAME), output);
  }

  #attention(layer: number, x: Tensor, attend: Attend): Tensor {
    const at = `model.layers.${layer}.self_attn`;
    const { heads, keyValueHeads } = this.#config;
    const queries = this.#rotated(this.#heads(x, `${at}.q_proj.weight`, heads), `${at}.q_norm.weight`);
    const keys = this.#rotated(this.#heads(x, `${at}.k_proj.weight`, keyValueHeads), `${at}.k_norm.weight`);
    const values = this.#heads(x, `${at}.v_proj.weight`, keyValueHeads);
    return this.#linear(this.#rounded(attend(layer, { queries, keys, values })), `${at}.o_proj.weight`);
  }

  /** (B, T, C) -> (B, heads, T, D) */
  #heads(x: Tensor, name: string, heads: number): Tensor {
    return splitHeads(this.#linear(x, name), heads);
  }

  #rotated(heads: Tensor, normName: string): Tensor {
    const normed = this.#config.architecture === 'qwen3' ? this.#normed(heads, normName) : heads;
    return this.#rounded(normed.rope(this.#rotary.cos, this.#rotary.sin));
  }

  #mlp(at: string, x: Tensor): Tensor {
    const gated = gate(
      this.#linear(x, `${at}.gate_proj.weight`),
      this.#linear(x, `${at}.up_proj.weight`),
      this.#config.activation,
    );
    return this.#linear(this.#rounded(gated), `${at}.down_proj.weight`);
  }

  #kept(x: Tensor, layer: number, branch: 'attention' | 'mlp'): Tensor {
    const mask = this.#masks.residual?.(layer, branch);
    return mask === undefined ? x : x.mul(mask);
  }

  #norm(x: Tensor, at: string): Tensor {
    return this.#rounded(this.#normed(x, `${at}.weight`));
  }

  #normed(x: Tensor, name: string): Tensor {
    return x.rmsNorm(this.#parameters.get(name)!, this.#config.normEpsilon);
  }

  #linear(x: Tensor, name: string): Tensor {
    return this.#rounded(linear(x, this.#weight(name)));
  }

  #weight(name: string): Tensor {
    return this.#rounded(this.#parameters.get(name)!);
  }
}
