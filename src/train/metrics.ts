/** metrics.jsonl and samples.jsonl: one record a step, validation, notice or sample, with stable names. A resumed run has no step twice. */
import { exists, JsonlLog, readJsonl, writeDurably } from '../base/index.ts';
import type { SkipReason } from './skipped.ts';

export interface StepMetrics {
  readonly kind: 'step';
  readonly phase: string;
  readonly step: number;
  readonly lossNats: number | null;
  readonly learningRate: number;
  readonly gradientNorm: number | null;
  readonly applied: boolean;
  /** Why the step was not applied. */
  readonly skipped?: SkipReason;
  readonly lossScale: number;
  readonly tokens: number;
  readonly tokensPerSecond: number;
  readonly elapsedSeconds: number;
}

export interface ValidationMetrics {
  readonly kind: 'validation';
  readonly phase: string;
  readonly step: number;
  readonly lossNats: number;
  readonly bitsPerByte: number;
  readonly accuracy: number;
  readonly tokens: number;
  /** Mean loss of the steps since the validation before. */
  readonly trainingLossNats: number | null;
  readonly elapsedSeconds: number;
}

/** Something a person must not miss, as told when it happened. */
export interface NoticeRecord {
  readonly kind: 'notice';
  readonly phase: string;
  readonly step: number;
  /** Stable, for example `overfitting`. */
  readonly code: string;
  /** English. */
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type MetricsRecord = StepMetrics | ValidationMetrics | NoticeRecord;

/** samples.jsonl: what the model wrote at a validation, to the same prompts with the same seed each time. */
export interface SampleRecord {
  readonly kind: 'sample';
  readonly phase: string;
  readonly step: number;
  readonly index: number;
  readonly prompt: string;
  readonly text: string;
  readonly tokens: number;
  /** Longest run of its tokens that stands in the training data word for word, from the length of an alarm on; else 0. */
  readonly verbatimTokens: number;
  /** The source that run is from. */
  readonly source: string | null;
}

/** Opens a log with its records up to `step`; later ones belong to steps that are made again. */
export async function openMetrics(file: string, step: number): Promise<JsonlLog> {
  if (await exists(file)) {
    await (await JsonlLog.open(file)).close(); // drops a record that a kill cut short
    const kept: string[] = [];
    let dropped = 0;
    for await (const record of readJsonl(file)) {
      if ((record as MetricsRecord).step <= step) kept.push(`${JSON.stringify(record)}\n`);
      else dropped++;
    }
    if (dropped > 0) await writeDurably(file, kept);
  }
  return JsonlLog.open(file);
}
