/** Run folders written by hand, so that looking at runs is tested without training. It is no test. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type MetricsRecord, PRETRAIN_DEFAULTS, type SampleRecord } from '../../src/train/index.ts';
import { TINY_CONFIG } from '../train/tiny-run.ts';

export const HOSTILE = '</script><img src=x onerror="document.title=1"> \u001b[2J & „Umlaut ä“';

export interface WrittenRun {
  readonly steps?: number;
  readonly planned?: number;
  readonly finished?: boolean;
  readonly started?: string;
}

/** Loss 5 at the first step, falling by its step; a validation, and a sample of hostile text, every ten steps. */
export function recordsUpTo(from: number, to: number): { metrics: MetricsRecord[]; samples: SampleRecord[] } {
  const metrics: MetricsRecord[] = [];
  const samples: SampleRecord[] = [];
  const phase = 'pretrain';
  for (let step = from; step <= to; step++) {
    const lossNats = 1 + 4 / step;
    const figures = { learningRate: 1e-3, gradientNorm: 0.5, lossScale: 1, tokens: 48, tokensPerSecond: 1000 };
    metrics.push({ kind: 'step', phase, step, lossNats, applied: step !== 7, ...figures, elapsedSeconds: step / 10 });
    if (step % 10 !== 0) continue;
    const validation = {
      lossNats: lossNats + 0.1,
      bitsPerByte: 2,
      accuracy: 0.25,
      tokens: 90,
      trainingLossNats: lossNats,
    };
    metrics.push({ kind: 'validation', phase, step, ...validation, elapsedSeconds: step / 10 });
    const text = {
      prompt: 'Frage',
      text: `Schritt ${step}: ${HOSTILE}`,
      tokens: 9,
      verbatimTokens: 33,
      source: HOSTILE,
    };
    samples.push({ kind: 'sample', phase, step, index: 0, ...text });
  }
  return { metrics, samples };
}

const lines = (records: readonly unknown[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');

export function appendRecords(directory: string, from: number, to: number): void {
  const { metrics, samples } = recordsUpTo(from, to);
  appendFileSync(path.join(directory, 'metrics.jsonl'), lines(metrics));
  appendFileSync(path.join(directory, 'samples.jsonl'), lines(samples));
}

export function writeRun(directory: string, run: WrittenRun = {}): void {
  const { steps = 30, planned = 40, finished = false, started = '2026-01-02T03:04:05Z' } = run;
  mkdirSync(directory, { recursive: true });
  const recipe = { ...PRETRAIN_DEFAULTS, length: { steps: planned } };
  const source = { id: HOSTILE, licence: 'CC0', documents: 3, tokens: 100 };
  const provenance = {
    dataFacts: { documents: 5, tokens: 120, textBytes: 400, sourceCount: 2, sources: [source] },
    machine: { platform: 'linux x64', processor: 'Prozessor', cores: 2, memoryBytes: 8e9, node: '24.0.0' },
    watts: 60,
  };
  const identity = { phase: 'pretrain', recipe, config: TINY_CONFIG, data: 'data', tokenizer: 'tokenizer' };
  const head = { version: 1, started, codeVersion: '9.9.9', provenance, identity };
  writeFileSync(path.join(directory, 'run.json'), JSON.stringify(head));
  for (const name of ['metrics.jsonl', 'samples.jsonl']) writeFileSync(path.join(directory, name), '');
  const notice = {
    kind: 'notice',
    phase: 'pretrain',
    step: 7,
    code: 'step-skipped',
    message: 'skipped',
    fields: { reason: 'spike', skippedSteps: 1, sources: [HOSTILE] },
  };
  appendRecords(directory, 1, steps);
  appendFileSync(path.join(directory, 'metrics.jsonl'), lines([notice]));
  if (!finished) return;
  mkdirSync(path.join(directory, 'final'), { recursive: true });
  writeFileSync(path.join(directory, 'final', 'config.json'), '{}');
}
