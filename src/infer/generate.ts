/**
 * One generation as a stream of text: prompt tokens in, sampled tokens to text pieces out, until an end token, a stop
 * string, the length or a signal ends it. It knows no dialog format and no model, only a decoder's logits.
 */
import { type Clock, ExpChatError, Rng, systemClock } from '../base/index.ts';
import type { Decoder } from './decoder.ts';
import { sample } from './sampler.ts';
import { type GenerationSettings, generationSettings } from './settings.ts';
import { StopMatcher } from './stop.ts';
import { checkPromptFits, slideWindow } from './window.ts';

/** What of a tokenizer a generation needs. */
export interface TextCodec {
  readonly vocabularySize: number;
  readonly specialTokens: ReadonlyMap<string, number>;
  /** `push` gives the characters an id completes, never half of one; `end` what is left. */
  streamDecoder(): { push(id: number): string; end(): string };
}

/** `end`: the model ended; `stop`: a stop string; `length`: maxTokens or the context; `aborted`: the signal. */
export type StopReason = 'end' | 'stop' | 'length' | 'aborted';

export interface GenerationResult {
  readonly stopReason: StopReason;
  /** The stop string that was found. */
  readonly stop: string | undefined;
  /** All pieces, joined. */
  readonly text: string;
  readonly promptTokens: number;
  /** Of the prompt, how many were still in the cache from before. */
  readonly reusedTokens: number;
  /** Sampled tokens, the end token not counted. */
  readonly generatedTokens: number;
  readonly generatedIds: Uint32Array;
  readonly durationMs: number;
  /** Generated tokens over the time after the prompt was read; 0 where there was none. */
  readonly tokensPerSecond: number;
  readonly seed: number;
  /** Turns of the dialog the model did not see because the context was full. */
  readonly windowDropped: number;
  readonly windowDroppedMessages: number;
  /** How often the window slid while the answer grew, and how many tokens left it. */
  readonly windowSlides: number;
  readonly windowSlidTokens: number;
}

export interface GenerationOptions extends Partial<GenerationSettings> {
  /** Checked before each token; the generation ends with `aborted` and what it has. */
  readonly signal?: AbortSignal;
  /** Tokens at the start of the prompt that stay when the window slides; default 1 (the begin token). */
  readonly keepTokens?: number;
  /** Ids that end the generation; default `<|end|>` and `<|bos|>`. Every other special token is never sampled. */
  readonly endTokens?: readonly number[];
  readonly clock?: Clock;
}

/** Tokens between two looks at the signal while a prompt is read. */
const PREFILL_SLICE = 512;

/**
 * Streams the continuation of `prompt` (ids, at least 1). Pieces never hold half a character nor any part of a stop
 * string; their concatenation is `text` of the result, which the generator returns. What the decoder has cached of the
 * same prefix is used again. Throws `infer.prompt-too-long`, `infer.prompt-empty`, `infer.vocabulary-mismatch` and the
 * errors of the settings before the first piece.
 */
export async function* generate(
  decoder: Decoder,
  codec: TextCodec,
  prompt: ArrayLike<number>,
  options: GenerationOptions = {},
): AsyncGenerator<string, GenerationResult, void> {
  const settings = generationSettings(options);
  const clock = options.clock ?? systemClock;
  checkPrompt(decoder, codec, prompt);
  const tokens = tokenRules(codec, options.endTokens);
  const run = new Run(decoder, Array.from(prompt), settings, options);
  const rng = new Rng(settings.seed);
  const text = new TextStream(codec, settings.stop);
  const startMs = clock.nowMs();
  const reusedTokens = commonPrefix(decoder.tokens, prompt);
  let logits = await run.read(run.ids);
  const promptReadMs = clock.nowMs();

  let stopReason: StopReason = logits === undefined ? 'aborted' : 'length';
  while (logits !== undefined) {
    if (options.signal?.aborted) {
      stopReason = 'aborted';
      break;
    }
    // Ids beyond the tokenizer's are padding rows of the embedding and have no text
    const row = logits.subarray(0, codec.vocabularySize);
    const id = sample(row, settings, rng, { banned: tokens.banned, seen: run.ids });
    if (tokens.ends.has(id)) {
      stopReason = 'end';
      break;
    }
    run.ids.push(id);
    const piece = text.push(id);
    if (piece !== '') yield piece;
    if (text.stop !== undefined) {
      stopReason = 'stop';
      break;
    }
    if (run.generated === settings.maxTokens) break;
    logits = await run.next();
    if (logits === undefined && options.signal?.aborted) stopReason = 'aborted';
  }
  const last = text.end();
  if (last !== '') yield last;
  // A stop string may be decided only when no more text follows
  if (text.stop !== undefined) stopReason = 'stop';
  const endMs = clock.nowMs();
  return {
    stopReason,
    stop: text.stop,
    text: text.all,
    promptTokens: prompt.length,
    reusedTokens,
    generatedTokens: run.generated,
    generatedIds: Uint32Array.from(run.ids.slice(prompt.length)),
    durationMs: endMs - startMs,
    tokensPerSecond: endMs > promptReadMs ? (run.generated * 1000) / (endMs - promptReadMs) : 0,
    seed: settings.seed,
    windowDropped: 0,
    windowDroppedMessages: 0,
    windowSlides: run.slides,
    windowSlidTokens: run.slidTokens,
  };
}

/** Runs a generation to its end; `onText` hears each piece. */
export async function collect(
  generation: AsyncGenerator<string, GenerationResult, void>,
  onText?: (piece: string) => void,
): Promise<GenerationResult> {
  for (;;) {
    const step = await generation.next();
    if (step.done) return step.value;
    onText?.(step.value);
  }
}

/** The tokens of one generation and the part of them the decoder sees. */
class Run {
  /** Prompt and everything generated, also what has left the window. */
  readonly ids: number[];
  slides = 0;
  slidTokens = 0;
  readonly #decoder: Decoder;
  readonly #promptLength: number;
  readonly #keep: number;
  readonly #overflow: GenerationSettings['overflow'];
  readonly #signal: AbortSignal | undefined;
  #visible: number[];

  constructor(decoder: Decoder, ids: number[], settings: GenerationSettings, options: GenerationOptions) {
    this.#decoder = decoder;
    this.ids = ids;
    this.#visible = [...ids];
    this.#promptLength = ids.length;
    this.#keep = Math.min(options.keepTokens ?? 1, ids.length);
    this.#overflow = settings.overflow;
    this.#signal = options.signal;
  }

  get generated(): number {
    return this.ids.length - this.#promptLength;
  }

  /** Logits after `ids`, reading only what the decoder has not cached; undefined when the signal fired. */
  async read(ids: readonly number[]): Promise<Float32Array | undefined> {
    // The last token is always fed again: its logits are wanted
    this.#decoder.truncate(Math.min(commonPrefix(this.#decoder.tokens, ids), ids.length - 1));
    let logits: Float32Array | undefined;
    while (this.#decoder.position < ids.length) {
      if (this.#signal?.aborted) return undefined;
      const start = this.#decoder.position;
      logits = await this.#decoder.feed(ids.slice(start, start + PREFILL_SLICE));
    }
    return logits;
  }

  /** Feeds the newest token; undefined where the context is full and may not slide, or when the signal fired. */
  async next(): Promise<Float32Array | undefined> {
    const id = this.ids.at(-1)!;
    this.#visible.push(id);
    if (this.#visible.length <= this.#decoder.context) return this.#decoder.feed([id]);
    if (this.#overflow === 'stop') return undefined;
    const kept = slideWindow(this.#visible, this.#keep, this.#decoder.context);
    if (kept === undefined) return undefined;
    this.slides++;
    this.slidTokens += this.#visible.length - kept.length;
    this.#visible = kept;
    return this.read(kept);
  }
}

/** Tokens to text: whole characters, stop strings held back and cut off. */
class TextStream {
  all = '';
  stop: string | undefined;
  readonly #decoder: ReturnType<TextCodec['streamDecoder']>;
  readonly #matcher: StopMatcher;

  constructor(codec: TextCodec, stops: readonly string[]) {
    this.#decoder = codec.streamDecoder();
    this.#matcher = new StopMatcher(stops);
  }

  push(id: number): string {
    return this.#take(this.#matcher.push(this.#decoder.push(id)));
  }

  end(): string {
    return this.#take(this.#matcher.push(this.#decoder.end())) + this.#take(this.#matcher.end());
  }

  #take(step: { readonly text: string; readonly stop?: string }): string {
    this.all += step.text;
    this.stop ??= step.stop;
    return step.text;
  }
}

function checkPrompt(decoder: Decoder, codec: TextCodec, prompt: ArrayLike<number>): void {
  checkVocabulary('decoder', decoder.vocabularySize, codec.vocabularySize);
  if (prompt.length === 0) {
    throw new ExpChatError({
      code: 'infer.prompt-empty',
      kind: 'usage',
      message: 'prompt: expected a token, got none',
    });
  }
  checkPromptFits(prompt.length, decoder.context);
}

/** The model may have more rows than the tokenizer ids (padding), never fewer. Throws `infer.vocabulary-mismatch`. */
export function checkVocabulary(where: string, modelVocabulary: number, tokenizerVocabulary: number): void {
  if (modelVocabulary >= tokenizerVocabulary) return;
  throw new ExpChatError({
    code: 'infer.vocabulary-mismatch',
    message: `${where}: expected a model of at least ${tokenizerVocabulary} ids as the tokenizer has, got ${modelVocabulary}`,
    next: 'Use the tokenizer the model was trained with.',
    fields: { modelVocabulary, tokenizerVocabulary },
  });
}

/** A document begins with `<|bos|>`, so a base model that writes it has ended its text. */
function tokenRules(codec: TextCodec, endTokens: readonly number[] | undefined) {
  const named = ['<|end|>', '<|bos|>'].flatMap((name) => codec.specialTokens.get(name) ?? []);
  const ends = new Set(endTokens ?? named);
  const banned = new Set([...codec.specialTokens.values()].filter((id) => !ends.has(id)));
  return { ends, banned };
}

/** Length of the longest common prefix. */
export function commonPrefix(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a[length] === b[length]) length++;
  return length;
}
