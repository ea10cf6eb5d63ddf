/** metrics.jsonl: one record a step and one a validation, with stable names. A resumed run has no step twice. */
import { exists, JsonlLog, readJsonl, writeDurably } from '../base/index.ts';

export interface StepMetrics {
  readonly kind: 'step';
  readonly phase: string;
  readonly step: number;
  readonly lossNats: number | null;
  readonly learningRate: number;
  readonly gradientNorm: number | null;
  readonly applied: boolean;
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
  readonly elapsedSeconds: number;
}

export type MetricsRecord = StepMetrics | ValidationMetrics;

/** Opens the log with the records up to `step`; later ones belong to steps that are made again. */
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
