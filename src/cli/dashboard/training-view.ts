/**
 * Progress with a view for training: where the terminal is live and large enough, the curve and the newest sample are drawn
 * in place; all other stages, and training elsewhere, are the progress line's.
 */
import type { ProgressEvent } from '../../base/index.ts';
import { Series } from '../../runs/index.ts';
import { ProgressLine, type ProgressOptions } from '../progress.ts';
import { safeForTerminal } from '../terminal-text.ts';
import { type DashboardTexts, dashboardFits, dashboardLines } from './dashboard.ts';
import { LiveRegion } from './live-region.ts';

export interface TrainingViewOptions extends ProgressOptions {
  readonly rows: () => number;
  readonly colour: boolean;
  readonly dashboard: DashboardTexts;
}

const DRAW_INTERVAL_MS = 250;
const STAGES = ['train.pretrain', 'train.chat'];

interface Training {
  readonly stage: string;
  readonly loss: Series;
  readonly validation: Series;
  readonly notices: string[];
  /** Validation loss told last: each step repeats it. */
  validationLossNats: number | undefined;
  sample: string | undefined;
  drawnMs: number;
}

export class TrainingView {
  readonly #options: TrainingViewOptions;
  readonly #line: ProgressLine;
  readonly #region: LiveRegion;
  #training: Training | undefined;

  constructor(options: TrainingViewOptions) {
    this.#options = options;
    const { write } = options;
    // The line keeps count of the stage all the time, but speaks only where the view does not.
    this.#line = new ProgressLine({ ...options, write: (text) => void (this.#training === undefined && write(text)) });
    this.#region = new LiveRegion(options);
  }

  readonly report = (event: ProgressEvent): void => {
    if (this.#training !== undefined && this.#training.stage !== event.stage) this.#leave('finished');
    const training = this.#training ?? this.#begun(event);
    if (training === undefined) {
      this.#line.report(event);
      return;
    }
    this.#training = training;
    if (event.note === undefined) this.#line.report(event);
    this.#take(training, event);
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - training.drawnMs < DRAW_INTERVAL_MS && event.note === undefined) return;
    training.drawnMs = nowMs;
    this.#draw(training);
  };

  /** A training whose first step is told; undefined where the line is to show it. */
  #begun({ stage, note }: ProgressEvent): Training | undefined {
    const { live, columns, rows } = this.#options;
    if (!live || note !== undefined || !STAGES.includes(stage)) return undefined;
    if (!dashboardFits({ columns: columns(), rows: rows() })) return undefined;
    this.#line.finish();
    return {
      stage,
      loss: new Series(600),
      validation: new Series(600),
      notices: [],
      validationLossNats: undefined,
      sample: undefined,
      drawnMs: Number.NEGATIVE_INFINITY,
    };
  }

  #take(training: Training, event: ProgressEvent): void {
    if (event.note !== undefined) {
      training.notices.push(this.#line.noteText(event));
      return;
    }
    const { figures = {}, detail } = event;
    const step = figures['step'] ?? event.done;
    const { lossNats, validationLossNats } = figures;
    if (lossNats !== undefined) training.loss.add(step, lossNats);
    if (validationLossNats !== undefined && validationLossNats !== training.validationLossNats) {
      training.validation.add(step, validationLossNats);
      training.validationLossNats = validationLossNats;
    }
    if (detail !== undefined) training.sample = detail;
  }

  #draw(training: Training): void {
    const { columns, rows, colour, format, dashboard } = this.#options;
    const { title, share, progress, figures } = this.#line.parts();
    const facts = {
      title,
      share,
      progress,
      figures,
      loss: training.loss.points,
      validation: training.validation.points,
      sample: training.sample,
      notices: training.notices,
    };
    const number = (value: number) => format.decimal(value, 3);
    this.#region.draw(dashboardLines(facts, { columns: columns(), rows: rows(), colour, number, texts: dashboard }));
  }

  /** Leaves the last picture standing, with the line's closing words below it. */
  #leave(outcome: 'finished' | 'stopped'): void {
    if (this.#training === undefined) return;
    const { notices } = this.#training;
    this.#draw(this.#training);
    this.#region.release();
    this.#training = undefined;
    for (const notice of notices) this.#options.write(`  ${safeForTerminal(notice)}\n`);
    this.#line.finish(outcome);
  }

  finish(outcome: 'finished' | 'stopped' = 'finished'): void {
    this.#leave(outcome);
    this.#line.finish(outcome);
  }
}
