/**
 * Lets a model that is being trained write to a few fixed prompts: beginnings of held-out texts, questions of held-out
 * dialogues. It uses the weights that training keeps in the runtime. It judges nothing.
 */
import type { Runtime } from '../../engine/index.ts';
import { collect, createDecoder, type Decoder, generate } from '../../infer/index.ts';
import type { ModelConfig } from '../../model/index.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import type { GeneratedSample, Phase, TokenSet } from '../../train/index.ts';

const SAMPLES = 3;
const SAMPLE_TOKENS = 64;
/** Of a text, so much is given. */
const PROMPT_TOKENS = 12;
/** Documents looked at for a prompt that fits. */
const MOST_TRIES = 1000;

interface Prompt {
  readonly text: string;
  readonly ids: readonly number[];
}

/** Fixed prompts of a phase, from documents spread over the set. `room`: tokens a prompt may have. */
export function samplePrompts(phase: Phase, set: TokenSet, tokenizer: Tokenizer, room: number): Prompt[] {
  const begin = tokenizer.specialId('<|bos|>');
  const first: Prompt[] = phase === 'pretrain' ? [{ text: '', ids: [begin] }] : [];
  const documents = set.offsets.length - 1;
  const wanted = SAMPLES - first.length;
  const tries = Math.min(documents, MOST_TRIES);
  const found: Prompt[] = [];
  for (let i = 0; i < tries && found.length < wanted; i++) {
    // Spread over the set: the first tries of each third come first.
    const document = Math.floor((((i % wanted) + Math.floor(i / wanted) / tries) * documents) / wanted);
    const ids = Array.from(set.tokens.subarray(set.offsets[document]!, set.offsets[document + 1]!));
    const prompt = phase === 'pretrain' ? textPrompt(ids, tokenizer) : dialoguePrompt(ids, tokenizer);
    if (prompt === undefined || prompt.ids.length > room) continue;
    if (!found.some(({ text }) => text === prompt.text)) found.push(prompt);
  }
  return [...first, ...found];
}

function textPrompt(ids: readonly number[], tokenizer: Tokenizer): Prompt | undefined {
  const some = ids.slice(0, PROMPT_TOKENS);
  return some.length < 2 ? undefined : { text: tokenizer.decode(some.slice(1)), ids: some };
}

/** Up to the place where the assistant first speaks. */
function dialoguePrompt(ids: readonly number[], tokenizer: Tokenizer): Prompt | undefined {
  const answer = ids.indexOf(tokenizer.specialId('<|assistant|>'));
  const some = ids.slice(0, answer + 1);
  const question = some.lastIndexOf(tokenizer.specialId('<|user|>'));
  if (answer === -1 || question === -1) return undefined;
  const end = some.indexOf(tokenizer.specialId('<|end|>'), question);
  return { text: tokenizer.decode(some.slice(question + 1, end === -1 ? answer : end)), ids: some };
}

export interface TrainingSampler {
  readonly sample: () => Promise<readonly GeneratedSample[]>;
  close(): Promise<void>;
}

/** `set`: where prompts come from, held out where there is such a set. */
export function createTrainingSampler(options: {
  readonly runtime: Runtime;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly phase: Phase;
  readonly set: TokenSet;
  readonly seed: number;
}): TrainingSampler {
  const { runtime, config, tokenizer, phase, set, seed } = options;
  // Made at the first use: by then training has checked that data and tokenizer belong together.
  let prompts: readonly Prompt[] | undefined;
  let decoder: Decoder | undefined;
  return {
    async sample() {
      decoder ??= await createDecoder({ config, runtime, cacheName: `samples-${phase}` });
      prompts ??= samplePrompts(phase, set, tokenizer, Math.floor(config.context / 2));
      const samples: GeneratedSample[] = [];
      for (const [i, { text, ids }] of prompts.entries()) {
        decoder.reset(); // What is cached comes from earlier weights.
        const settings = { maxTokens: SAMPLE_TOKENS, seed: seed + i, overflow: 'stop' } as const;
        const result = await collect(generate(decoder, tokenizer, ids, settings));
        samples.push({ prompt: text, text: result.text, ids: result.generatedIds });
      }
      return samples;
    },
    async close() {
      await decoder?.close();
    },
  };
}
