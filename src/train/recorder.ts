/**
 * What a run tells: metrics.jsonl and samples.jsonl for later, notes for whoever looks on now. It holds what the model
 * writes against its training data. It knows no weights.
 */
import type { JsonlLog, WorkOptions } from '../base/index.ts';
import { longestVerbatim } from './memorisation.ts';
import { type MetricsRecord, openMetrics } from './metrics.ts';
import { type GeneratedSample, type PhaseOptions, sourceOfDocument } from './phase-start.ts';
import type { RunFolder } from './run-folder.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Text that a model of some use does not write by accident. */
const ALARM_TOKENS = 32;

export class RunRecorder {
  readonly #options: PhaseOptions;
  readonly #metrics: JsonlLog;
  readonly #samples: JsonlLog;
  #alarms: readonly string[];

  private constructor(options: PhaseOptions, metrics: JsonlLog, samples: JsonlLog, alarms: readonly string[]) {
    this.#options = options;
    this.#metrics = metrics;
    this.#samples = samples;
    this.#alarms = alarms;
  }

  /** Keeps the records up to `step`: the later ones are made again. `alarms`: those that the run has told. */
  static async open(
    options: PhaseOptions,
    folder: RunFolder,
    step: number,
    alarms: readonly string[],
  ): Promise<RunRecorder> {
    const metrics = await openMetrics(folder.metricsFile, step);
    try {
      return new RunRecorder(options, metrics, await openMetrics(folder.samplesFile, step), alarms);
    } catch (error) {
      await metrics.close();
      throw error;
    }
  }

  /** Codes of what is told once a run and has been told. */
  get alarms(): readonly string[] {
    return this.#alarms;
  }

  metric(record: MetricsRecord): Promise<void> {
    return this.#metrics.append(record);
  }

  note(work: WorkOptions, step: number, code: string, note: string, fields: Fields): void {
    const stage = `train.${this.#options.phase}`;
    work.onProgress?.({ stage, done: step, unit: 'steps', note, notice: { code, fields } });
  }

  /** A note that is also kept with the metrics. */
  async notice(work: WorkOptions, step: number, code: string, message: string, fields: Fields): Promise<void> {
    const { phase } = this.#options;
    await this.#metrics.append({ kind: 'notice', phase, step, code, message, fields });
    this.note(work, step, code, message, fields);
  }

  /** The same, told at most once a run. */
  async alarm(work: WorkOptions, step: number, code: string, message: string, fields: Fields): Promise<void> {
    if (this.#alarms.includes(code)) return;
    this.#alarms = [...this.#alarms, code];
    await this.notice(work, step, code, message, fields);
  }

  /** What the model writes now, kept, with an alarm where that is text of the training data. */
  async sample(work: WorkOptions, step: number): Promise<readonly GeneratedSample[]> {
    const { sample, data, phase, alarmTokens = ALARM_TOKENS } = this.#options;
    if (sample === undefined) return [];
    const samples = await sample();
    const found = longestVerbatim(
      samples.map(({ ids }) => ids),
      data.train,
      alarmTokens,
    );
    for (const [index, { prompt, text, ids }] of samples.entries()) {
      const verbatim = found[index];
      const source = (verbatim && sourceOfDocument(data.sources, verbatim.document)) ?? null;
      const verbatimTokens = verbatim?.tokens ?? 0;
      const facts = { prompt, text, tokens: ids.length, verbatimTokens, source };
      await this.#samples.append({ kind: 'sample', phase, step, index, ...facts });
      if (verbatim === undefined) continue;
      const message = `a sample has ${verbatimTokens} tokens in a row from the training data (source ${source ?? 'unknown'}, document ${verbatim.document})`;
      const fields = { verbatimTokens, source, document: verbatim.document, index };
      await this.alarm(work, step, 'memorised', message, fields);
    }
    return samples;
  }

  async close(): Promise<void> {
    try {
      await this.#metrics.close();
    } finally {
      await this.#samples.close();
    }
  }
}
