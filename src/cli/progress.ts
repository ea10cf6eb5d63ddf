/**
 * Draws progress on stderr: on a terminal one live line (stage, bar, count, rate, time left, detail), otherwise a line at the
 * start, one every ten seconds and one at the end of each stage. It knows no stage; names come from the texts.
 */
import type { Clock, ProgressEvent } from '../base/index.ts';
import type { Format } from './language.ts';
import { cutToColumns, safeForTerminal } from './terminal-text.ts';

export interface ProgressTexts {
  readonly stages: Readonly<Record<string, string>>;
  readonly units: Readonly<Record<string, string>>;
  readonly figures: Readonly<Record<string, string>>;
  readonly left: (time: string) => string;
  readonly finished: (time: string) => string;
  readonly stoppedAfter: (time: string) => string;
  readonly started: string;
}

export interface ProgressOptions {
  readonly write: (text: string) => void;
  readonly live: boolean;
  readonly columns: () => number;
  readonly clock: Clock;
  readonly format: Format;
  readonly texts: ProgressTexts;
  /** A note in the reader's language; undefined leaves its English. */
  readonly describe?: (event: ProgressEvent) => string | undefined;
}

/** What there is to say of the current stage. */
export interface ProgressParts {
  readonly title: string;
  /** 0 .. 1, undefined where the end is not known. */
  readonly share: number | undefined;
  /** Percent, count, rate, time left. */
  readonly progress: readonly string[];
  readonly figures: readonly string[];
}

const LIVE_INTERVAL_MS = 100;
const LOG_INTERVAL_MS = 10_000;
const RATE_MEMORY_MS = 15_000;
const BAR_WIDTH = 20;
const CLEAR_LINE = '\r\u001b[2K';

interface Stage {
  readonly name: string;
  readonly startedMs: number;
  readonly firstDone: number;
  event: ProgressEvent;
  shownMs: number;
  /** Smoothed units in a millisecond, and where it was measured last. */
  rate: number | undefined;
  measuredMs: number;
  measuredDone: number;
}

export class ProgressLine {
  readonly #options: ProgressOptions;
  #stage: Stage | undefined;
  #open = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  /** Takes one event; draws where it is time to, and a note at once. */
  readonly report = (event: ProgressEvent): void => {
    // A note is no progress: it must not take away what is known of the stage's end.
    if (event.note === undefined || this.#stage?.name !== event.stage) this.#take(event);
    if (event.note !== undefined) this.note(`  ${this.noteText(event)}`);
  };

  noteText(event: ProgressEvent): string {
    return safeForTerminal((this.#options.describe?.(event) ?? event.note ?? '').replaceAll('\n', ' '));
  }

  #take(event: ProgressEvent): void {
    const nowMs = this.#options.clock.nowMs();
    const previous = this.#stage;
    if (previous === undefined || previous.name !== event.stage || event.done < previous.event.done) {
      this.finish();
      this.#stage = {
        name: event.stage,
        startedMs: nowMs,
        firstDone: event.done,
        event,
        shownMs: nowMs,
        rate: undefined,
        measuredMs: nowMs,
        measuredDone: event.done,
      };
      if (this.#options.live) this.#draw();
      else this.#options.write(`${this.#title(event)}: ${this.#options.texts.started}\n`);
      return;
    }
    previous.event = event;
    this.#measure(previous, nowMs);
    if (nowMs - previous.shownMs < (this.#options.live ? LIVE_INTERVAL_MS : LOG_INTERVAL_MS)) return;
    previous.shownMs = nowMs;
    this.#draw();
  }

  /** Ends the current stage with a lasting line that says how long it took. */
  finish(outcome: 'finished' | 'stopped' = 'finished'): void {
    const stage = this.#stage;
    if (stage === undefined) return;
    this.#stage = undefined;
    const { format, texts, clock } = this.#options;
    const time = format.duration(clock.nowMs() - stage.startedMs);
    const closing = outcome === 'finished' ? texts.finished(time) : texts.stoppedAfter(time);
    const figures = this.#figures(stage.event);
    this.#clear();
    this.#options.write(
      `${[`${this.#title(stage.event)}: ${this.#count(stage.event)}`, ...figures, closing].join(', ')}\n`,
    );
  }

  /** Writes a lasting line above the live one. */
  note(line: string): void {
    this.#clear();
    this.#options.write(`${line}\n`);
    if (this.#options.live && this.#stage !== undefined) this.#draw();
  }

  #measure(stage: Stage, nowMs: number): void {
    const passedMs = nowMs - stage.measuredMs;
    if (passedMs < 200) return;
    const rate = (stage.event.done - stage.measuredDone) / passedMs;
    const weight = 1 - Math.exp(-passedMs / RATE_MEMORY_MS);
    // Young stages show their plain mean; the smoothed figure takes over once it has a memory.
    const mean = (stage.event.done - stage.firstDone) / Math.max(1, nowMs - stage.startedMs);
    const young = nowMs - stage.startedMs < RATE_MEMORY_MS;
    stage.rate = young || stage.rate === undefined ? mean : stage.rate + weight * (rate - stage.rate);
    stage.measuredMs = nowMs;
    stage.measuredDone = stage.event.done;
  }

  #title(event: ProgressEvent): string {
    return this.#options.texts.stages[event.stage] ?? event.stage;
  }

  #amount(value: number, unit: string): string {
    const { format, texts } = this.#options;
    return unit === 'bytes' ? format.bytes(value) : `${format.integer(value)} ${texts.units[unit] ?? unit}`;
  }

  #count(event: ProgressEvent): string {
    const { format } = this.#options;
    if (event.total === undefined) return this.#amount(event.done, event.unit);
    const done = event.unit === 'bytes' ? format.bytes(event.done) : format.integer(event.done);
    return `${done}/${this.#amount(event.total, event.unit)}`;
  }

  #figures(event: ProgressEvent): string[] {
    const { format, texts } = this.#options;
    // Only what has a word is for people; the rest is for records.
    return Object.entries(event.figures ?? {}).flatMap(([name, value]) => {
      const word = texts.figures[name];
      const shown = Number.isInteger(value) ? format.integer(value) : format.decimal(value, digitsFor(value));
      return word === undefined ? [] : [`${word} ${shown}`];
    });
  }

  /** Of the current stage; there must be one. */
  parts(): ProgressParts {
    const stage = this.#stage!;
    const { event } = stage;
    const { format, texts } = this.#options;
    const share = event.total !== undefined && event.total > 0 ? Math.min(1, event.done / event.total) : undefined;
    const progress = [...(share === undefined ? [] : [format.percent(share)]), this.#count(event)];
    if (stage.rate !== undefined && stage.rate > 0) {
      const perSecond = stage.rate * 1000;
      const unit = texts.units[event.unit] ?? event.unit;
      progress.push(
        event.unit === 'bytes'
          ? `${format.bytes(perSecond)}/s`
          : `${format.decimal(perSecond, digitsFor(perSecond))} ${unit}/s`,
      );
      if (event.total !== undefined && event.total > event.done) {
        progress.push(texts.left(format.duration((event.total - event.done) / stage.rate)));
      }
    }
    return { title: this.#title(event), share, progress, figures: this.#figures(event) };
  }

  #draw(): void {
    const { live, columns, write } = this.#options;
    const { title, share, progress, figures } = this.parts();
    const { detail } = this.#stage!.event;
    const filled = Math.round((share ?? 0) * BAR_WIDTH);
    const bar = live && share !== undefined ? `[${'='.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}] ` : '';
    const details = detail === undefined ? [] : [safeForTerminal(detail.replaceAll('\n', ' '))];
    const line = `${title}: ${bar}${[...progress, ...figures, ...details].join(', ')}`;
    if (!live) {
      write(`${line}\n`);
      return;
    }
    write(CLEAR_LINE + cutToColumns(line, columns() - 1));
    this.#open = true;
  }

  #clear(): void {
    if (this.#open) this.#options.write(CLEAR_LINE);
    this.#open = false;
  }
}

/** Digits after the decimal mark that leave about three significant ones; small values like a learning rate get more. */
function digitsFor(value: number): number {
  const size = Math.abs(value);
  if (size >= 100) return 0;
  if (size >= 10) return 1;
  if (size >= 0.01 || size === 0) return 2;
  return Math.min(8, 1 - Math.floor(Math.log10(size)));
}
