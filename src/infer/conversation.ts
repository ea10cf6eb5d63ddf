/**
 * Dialogs and texts for a decoder: renders, fits the window, generates. `ChatSession` keeps a dialog between answers; what of
 * it the decoder still has cached is never read again. It knows no terminal and no server.
 */
import { ExpChatError } from '../base/index.ts';
import { type Message, renderPrompt } from '../chat/index.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import type { Decoder } from './decoder.ts';
import { type GenerationOptions, type GenerationResult, generate } from './generate.ts';
import { type GenerationSettings, generationSettings } from './settings.ts';
import { fitWindow } from './window.ts';

/** A decoder and the tokenizer its model was trained with. */
export interface Speaker {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
}

export type AnswerOptions = Omit<GenerationOptions, 'keepTokens'>;

/**
 * Streams the answer to a dialog that ends with a user message. Old turns that leave no room for the answer (for
 * `maxTokens`, at most a quarter of the context) are left out, oldest first, the system prompt never; `windowDropped` of
 * the result says how many. Throws `infer.dialog` and what `fitWindow` and `generate` throw.
 */
export async function* answer(
  { decoder, tokenizer }: Speaker,
  messages: readonly Message[],
  options: AnswerOptions = {},
): AsyncGenerator<string, GenerationResult, void> {
  if (messages.at(-1)?.role !== 'user') {
    throw new ExpChatError({
      code: 'infer.dialog',
      kind: 'usage',
      message: `dialog: expected a user message at the end, got ${messages.at(-1)?.role ?? 'no message'}`,
    });
  }
  const { maxTokens } = generationSettings(options);
  const reserve = Math.min(maxTokens, Math.floor(decoder.context / 4));
  const render = (some: readonly Message[]) => renderPrompt(some, tokenizer);
  const fitted = fitWindow(messages, render, { context: decoder.context, reserve });
  // All but the marker that asks for the answer
  const keepTokens = render(fitted.messages.filter(({ role }) => role === 'system')).length - 1;
  const result = yield* generate(decoder, tokenizer, fitted.ids, { ...options, keepTokens });
  return { ...result, windowDropped: fitted.droppedTurns, windowDroppedMessages: fitted.droppedMessages };
}

/** Streams the continuation of a text: `<|bos|>` and its tokens, as a document begins in pretraining. */
export function complete(
  { decoder, tokenizer }: Speaker,
  text: string,
  options: AnswerOptions = {},
): AsyncGenerator<string, GenerationResult, void> {
  const ids = [tokenizer.specialId('<|bos|>'), ...tokenizer.encode(text)];
  return generate(decoder, tokenizer, ids, options);
}

export interface ChatSessionOptions extends Partial<GenerationSettings> {
  readonly system?: string;
}

/** One dialog with one speaker. One answer at a time. */
export class ChatSession {
  readonly #speaker: Speaker;
  readonly #settings: GenerationSettings;
  readonly #system: readonly Message[];
  #turns: Message[] = [];
  #answers = 0;

  constructor(speaker: Speaker, options: ChatSessionOptions = {}) {
    this.#speaker = speaker;
    this.#settings = generationSettings(options);
    const { system } = options;
    this.#system = system === undefined || system === '' ? [] : [{ role: 'system', content: system }];
  }

  /** The whole dialog, also what the window has dropped. */
  get history(): readonly Message[] {
    return [...this.#system, ...this.#turns];
  }

  /**
   * Streams the answer to `text`. When it ends, also by a signal or by leaving the loop, the question and what was shown of
   * the answer join the history; after an error neither does. The n-th answer is drawn with seed + n, so that equal
   * sessions are equal and a second try differs from the first.
   */
  async *reply(text: string, options: AnswerOptions = {}): AsyncGenerator<string, GenerationResult, void> {
    const question: Message = { role: 'user', content: text };
    const seed = (this.#settings.seed + this.#answers) % Number.MAX_SAFE_INTEGER;
    const stream = answer(this.#speaker, [...this.history, question], { ...this.#settings, seed, ...options });
    this.#answers++;
    let shown = '';
    let failed = true;
    try {
      for (;;) {
        const step = await stream.next();
        if (step.done) {
          failed = false;
          return step.value;
        }
        shown += step.value;
        failed = false;
        yield step.value;
        failed = true;
      }
    } finally {
      if (!failed && shown !== '') this.#turns.push(question, { role: 'assistant', content: shown });
    }
  }

  /** Takes back the last question and its answer; returns the question, undefined where there is none. */
  undo(): string | undefined {
    const at = this.#turns.findLastIndex(({ role }) => role === 'user');
    if (at < 0) return undefined;
    return this.#turns.splice(at)[0]!.content;
  }

  /** Forgets the dialog, not the system prompt. */
  clear(): void {
    this.#turns = [];
  }
}
