/**
 * The inference grid: fixed prompts, each greedily and with 27 settings, so that one sees what sampling does to a model.
 * Every row starts from an empty cache, so it is what the same prompt, settings and seed give anywhere else.
 */
import { type Clock, ExpChatError, systemClock, type WorkOptions } from '../base/index.ts';
import type { Message } from '../chat/index.ts';
import { answer, complete, type Speaker } from './conversation.ts';
import { collect, type StopReason } from './generate.ts';
import { GREEDY, type SamplingSettings } from './sampler.ts';
import type { GenerationSettings } from './settings.ts';

export const GRID_TEMPERATURES = [0.7, 0.9, 1.0] as const;
export const GRID_TOP_K = [0, 20, 50] as const;
export const GRID_TOP_P = [0.85, 0.95, 1.0] as const;

/** What a company asks: a fact of the trade, a text to write, advice. */
export const GRID_PROMPTS: readonly string[] = [
  'Was ist der Unterschied zwischen einem Angebot und einer Auftragsbestätigung?',
  'Bitte bestätigen Sie einem Kunden seinen Termin am Dienstag um 10 Uhr.',
  'Welche Garantie gilt für Ihre Produkte, und an wen wende ich mich?',
];

export interface GridRow {
  readonly prompt: string;
  /** 0 is greedy. */
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly seed: number;
  readonly text: string;
  readonly promptTokens: number;
  /** Generated tokens. */
  readonly tokens: number;
  readonly stopReason: StopReason;
  /** Share of 4-grams of generated tokens that occurred before in the same text, 0 .. 1; 0 below 4 tokens. */
  readonly repetition: number;
  readonly durationMs: number;
}

export interface GridOptions extends WorkOptions {
  readonly speaker: Speaker;
  /** Default `GRID_PROMPTS`. */
  readonly prompts?: readonly string[];
  /** `chat` asks the prompt as a question (default), `text` continues it. */
  readonly format?: 'chat' | 'text';
  /** System prompt, for `chat`. */
  readonly system?: string;
  /** Length, seed and stop strings of every row. */
  readonly settings?: Partial<Pick<GenerationSettings, 'maxTokens' | 'seed' | 'stop'>>;
  readonly clock?: Clock;
}

/** Greedy and then the 27 combinations, temperature slowest. */
export function gridSettings(): SamplingSettings[] {
  const sampled = GRID_TEMPERATURES.flatMap((temperature) =>
    GRID_TOP_K.flatMap((topK) => GRID_TOP_P.map((topP) => ({ ...GREEDY, temperature, topK, topP }))),
  );
  return [GREEDY, ...sampled];
}

/** Rows in the order of prompts, then of `gridSettings`. Throws `infer.stopped` when the signal fires. */
export async function runGrid(options: GridOptions): Promise<GridRow[]> {
  const { speaker, prompts = GRID_PROMPTS, settings = {}, signal, onProgress, clock = systemClock } = options;
  const combinations = gridSettings();
  const total = prompts.length * combinations.length;
  const rows: GridRow[] = [];
  for (const prompt of prompts) {
    for (const sampling of combinations) {
      onProgress?.({ stage: 'infer.grid', done: rows.length, total, unit: 'texts', detail: prompt });
      speaker.decoder.reset();
      const own = { ...settings, ...sampling, clock, ...(signal === undefined ? {} : { signal }) };
      const result = await collect(
        options.format === 'text'
          ? complete(speaker, prompt, own)
          : answer(speaker, dialogOf(prompt, options.system), own),
      );
      if (result.stopReason === 'aborted') throw stopped(rows.length, total);
      rows.push({
        prompt,
        temperature: sampling.temperature,
        topK: sampling.topK,
        topP: sampling.topP,
        seed: result.seed,
        text: result.text,
        promptTokens: result.promptTokens,
        tokens: result.generatedTokens,
        stopReason: result.stopReason,
        repetition: repetitionOf(result.generatedIds),
        durationMs: result.durationMs,
      });
    }
  }
  onProgress?.({ stage: 'infer.grid', done: total, total, unit: 'texts' });
  return rows;
}

function dialogOf(question: string, system: string | undefined): Message[] {
  const asked: Message = { role: 'user', content: question };
  return system === undefined ? [asked] : [{ role: 'system', content: system }, asked];
}

function stopped(done: number, total: number): ExpChatError {
  return new ExpChatError({
    code: 'infer.stopped',
    kind: 'stopped',
    message: `grid: stopped after ${done} of ${total} texts`,
    fields: { done, total },
  });
}

const GRAM = 4;

/** Share of the `GRAM`-grams of ids that occurred before, 0 .. 1. */
export function repetitionOf(ids: ArrayLike<number>): number {
  const grams = ids.length - GRAM + 1;
  if (grams < 1) return 0;
  const all = Array.from(ids);
  const distinct = new Set(Array.from({ length: grams }, (_, at) => all.slice(at, at + GRAM).join()));
  return (grams - distinct.size) / grams;
}
