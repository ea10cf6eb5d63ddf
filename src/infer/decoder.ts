/**
 * One stream of decoding on the engine: weights and the key/value cache stay with the runtime, only tokens go in and one
 * row of logits comes out. Two programs are traced from the same model code: one reads a chunk of tokens (prefill), one a
 * single token (decode). It knows neither text nor sampling.
 * Shapes: B batch (1 here), T tokens of one call, S cached positions (the context), K key/value heads, D head width, V vocabulary.
 */
import { boundedInteger, ExpChatError } from '../base/index.ts';
import { compile, type Executable, type Program, type ResidentUpdate, type Runtime, Trace } from '../engine/index.ts';
import {
  checkParameters,
  forwardCached,
  type HostParameters,
  type ModelConfig,
  parameterInputs,
} from '../model/index.ts';
import { MASKED, rotaryTables } from '../nn/index.ts';
import { float32, type HostTensor, int32 } from '../tensor/index.ts';

export interface Decoder {
  readonly vocabularySize: number;
  /** Positions there are; `position` never passes it. */
  readonly context: number;
  /** Tokens cached, `tokens.length`. */
  readonly position: number;
  readonly tokens: readonly number[];
  /** Forgets everything cached. */
  reset(): void;
  /** Forgets what is cached from `position` on. Throws `infer.position` unless 0 <= position <= this.position. */
  truncate(position: number): void;
  /**
   * Feeds tokens after what is cached and returns the logits (V) after the last one. At least one token. Throws
   * `infer.context-full` where they do not fit, `infer.token` on an id that is none and `infer.busy` while another call
   * runs; nothing changes then.
   */
  feed(ids: ArrayLike<number>): Promise<Float32Array>;
  /** Frees the programs, the cache and the weights this decoder brought. The runtime stays open. */
  close(): Promise<void>;
}

export interface DecoderOptions {
  readonly config: ModelConfig;
  /** Without them the weights must already be resident in `runtime` under their names. */
  readonly parameters?: HostParameters;
  readonly runtime: Runtime;
  /** Positions to cache, 2 .. config.context; default config.context. */
  readonly context?: number;
  /** Tokens of one prefill call, 1 .. 4096; default 64. */
  readonly prefillChunk?: number;
  /** Begin of the names of the resident caches, default `cache`: two decoders on one runtime need two names. */
  readonly cacheName?: string;
}

/** Up to this many tokens are fed one by one: a padded chunk would cost more. */
const SINGLE_STEPS = 4;

/** Throws `model.parameters` where the weights do not belong to `config`, `limits.*` and `infer.cache-too-large` on the options. */
export async function createDecoder(options: DecoderOptions): Promise<Decoder> {
  const { config, parameters, runtime } = options;
  const context = boundedInteger(options.context ?? config.context, 'context', 2, config.context);
  checkCacheSize(config, context);
  const chunk = Math.min(boundedInteger(options.prefillChunk ?? 64, 'prefillChunk', 1, 4096), context);
  if (parameters !== undefined) {
    checkParameters(config, parameters, 'decoder');
    await runtime.put(Object.fromEntries(parameters));
  }
  const cacheShape = [1, config.keyValueHeads, context, config.headWidth];
  const names = cacheNames(config, options.cacheName ?? 'cache');
  await runtime.put(Object.fromEntries(names.map((name) => [name, float32(cacheShape)])));
  const step = await runtime.prepare(decoderProgram(config, context, 1, options.cacheName));
  const prefill = chunk === 1 ? step : await runtime.prepare(decoderProgram(config, context, chunk, options.cacheName));
  // Names alone: the caller may let go of the weights, the runtime has them
  const owned = [...names, ...(parameters?.keys() ?? [])];
  const release = async () => {
    await step.release();
    if (prefill !== step) await prefill.release();
    await runtime.drop(owned);
  };
  return new CachedDecoder(config, { step, prefill, context, chunk, release });
}

/** Keys and values of one stream in float32; beyond this a context is taken to be a mistake. */
const MOST_CACHE_BYTES = 2 ** 33;

function checkCacheSize(config: ModelConfig, context: number): void {
  const bytes = 8 * config.layers * config.keyValueHeads * config.headWidth * context;
  if (bytes <= MOST_CACHE_BYTES) return;
  throw new ExpChatError({
    code: 'infer.cache-too-large',
    kind: 'resources',
    message: `decoder: expected a cache of at most ${MOST_CACHE_BYTES} bytes, got ${bytes} for a context of ${context}`,
    next: 'Set a smaller context.',
    fields: { bytes, context },
  });
}

function cacheNames(config: ModelConfig, name: string): string[] {
  return Array.from({ length: config.layers }, (_, i) => [`${name}.${i}.keys`, `${name}.${i}.values`]).flat();
}

/**
 * The program that feeds `time` tokens. Inputs: tokens (1, T), cos and sin (1, T, D/2), bias (1, 1, 1, S), row (1): whose
 * logits are wanted, at []: the position of the first token, which only the cache updates read.
 */
export function decoderProgram(config: ModelConfig, context: number, time: number, cacheName = 'cache'): Program {
  const trace = new Trace();
  const parameters = parameterInputs(trace, config);
  const rotary = [1, time, config.headWidth / 2];
  const cacheShape = [1, config.keyValueHeads, context, config.headWidth];
  const { logits, fresh } = forwardCached(trace, config, parameters, {
    tokens: trace.input('tokens', 'int32', [1, time]),
    cos: trace.input('cos', 'float32', rotary),
    sin: trace.input('sin', 'float32', rotary),
    caches: Array.from({ length: config.layers }, (_, layer) => ({
      keys: trace.input(`${cacheName}.${layer}.keys`, 'float32', cacheShape),
      values: trace.input(`${cacheName}.${layer}.values`, 'float32', cacheShape),
    })),
    cacheBias: trace.input('bias', 'float32', [1, 1, 1, context]).broadcast([1, 1, time, context]),
    ...(time === 1 ? {} : { rows: trace.input('row', 'int32', [1]) }),
  });
  const outputs = Object.fromEntries(
    fresh.flatMap(({ keys, values }, layer) => [
      [`fresh.${layer}.keys`, keys],
      [`fresh.${layer}.values`, values],
    ]),
  );
  const updates = cacheNames(config, cacheName).map(
    (resident): ResidentUpdate => ({
      output: `fresh${resident.slice(cacheName.length)}`,
      resident,
      write: { axis: 2, at: 'at' },
    }),
  );
  return compile(trace.finish({ logits, ...outputs }), updates);
}

interface Programs {
  readonly step: Executable;
  readonly prefill: Executable;
  readonly context: number;
  /** Tokens of one prefill call. */
  readonly chunk: number;
  readonly release: () => Promise<void>;
}

class CachedDecoder implements Decoder {
  readonly vocabularySize: number;
  readonly context: number;
  readonly #config: ModelConfig;
  readonly #programs: Programs;
  readonly #bias: Float32Array;
  #tokens: number[] = [];
  #busy = false;

  constructor(config: ModelConfig, programs: Programs) {
    this.vocabularySize = config.vocabularySize;
    this.context = programs.context;
    this.#config = config;
    this.#programs = programs;
    this.#bias = new Float32Array(programs.context);
  }

  get position(): number {
    return this.#tokens.length;
  }

  get tokens(): readonly number[] {
    return this.#tokens;
  }

  reset(): void {
    this.truncate(0);
  }

  truncate(position: number): void {
    this.#refuseBusy();
    if (!Number.isInteger(position) || position < 0 || position > this.position) {
      throw new ExpChatError({
        code: 'infer.position',
        kind: 'internal',
        message: `decoder: expected a position from 0 to ${this.position}, got ${position}`,
      });
    }
    // Rows beyond stay in the cache; the bias hides them until they are overwritten
    this.#tokens.length = position;
  }

  async feed(ids: ArrayLike<number>): Promise<Float32Array> {
    this.#refuseBusy();
    this.#checkFeed(ids);
    this.#busy = true;
    try {
      const all = [...this.#tokens, ...Array.from(ids)];
      let logits: Float32Array = new Float32Array(0);
      while (this.position < all.length) {
        const left = all.length - this.position;
        const single = left <= SINGLE_STEPS || this.#programs.chunk === 1;
        logits = single ? await this.#step(all[this.position]!) : await this.#prefill(all);
      }
      return logits;
    } finally {
      this.#busy = false;
    }
  }

  async close(): Promise<void> {
    this.#refuseBusy();
    this.#busy = true;
    await this.#programs.release();
  }

  async #step(id: number): Promise<Float32Array> {
    const at = this.position;
    const output = await this.#programs.step.run(this.#feeds([id], at));
    this.#tokens.push(id);
    return logitsOf(output);
  }

  /** Feeds up to one chunk of `all` after what is cached. */
  async #prefill(all: readonly number[]): Promise<Float32Array> {
    const { chunk, context, prefill } = this.#programs;
    // Near the end of the context the chunk begins earlier, over rows that are cached already: it always fits
    const begin = Math.min(this.position, context - chunk);
    const ids = all.slice(begin, begin + chunk);
    const padded = [...ids, ...new Array<number>(chunk - ids.length).fill(0)];
    const row = int32([1], [ids.length - 1]);
    const output = await prefill.run({ ...this.#feeds(padded, begin), row });
    this.#tokens.push(...ids.slice(this.position - begin));
    return logitsOf(output);
  }

  #feeds(ids: readonly number[], at: number): Record<string, HostTensor> {
    const time = ids.length;
    const positions = ids.map((_, i) => at + i);
    const { headWidth, ropeTheta } = this.#config;
    const { cos, sin } = rotaryTables(positions, { batch: 1, time }, headWidth, ropeTheta);
    this.#bias.fill(0, 0, at).fill(MASKED, at);
    return {
      tokens: int32([1, time], ids),
      cos,
      sin,
      bias: float32([1, 1, 1, this.context], this.#bias),
      at: int32([], [at]),
    };
  }

  #checkFeed(ids: ArrayLike<number>): void {
    if (ids.length < 1 || this.position + ids.length > this.context) {
      throw new ExpChatError({
        code: 'infer.context-full',
        message: `decoder at ${this.position}: expected 1 to ${this.context - this.position} tokens, got ${ids.length}`,
        fields: { position: this.position, context: this.context, tokens: ids.length },
      });
    }
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (Number.isInteger(id) && id >= 0 && id < this.vocabularySize) continue;
      throw new ExpChatError({
        code: 'infer.token',
        message: `token ${i}: expected an id below the model's vocabulary of ${this.vocabularySize}, got ${id}`,
        next: 'Use the tokenizer the model was trained with.',
        fields: { token: id, vocabularySize: this.vocabularySize },
      });
    }
  }

  #refuseBusy(): void {
    if (!this.#busy) return;
    throw new ExpChatError({
      code: 'infer.busy',
      kind: 'internal',
      message: 'decoder: expected one call at a time, got another one or one after close',
    });
  }
}

function logitsOf(output: Record<string, HostTensor>): Float32Array {
  const { data } = output['logits']!;
  return data instanceof Float32Array ? data : Float32Array.from(data);
}
