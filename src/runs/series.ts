/** A curve in bounded memory: neighbours are joined to their mean when there are too many points. It knows no meaning. */

export interface Points {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

export class Series {
  readonly #limit: number;
  /** Values that a point stands for. */
  #width = 1;
  #points: { step: number; sum: number; count: number }[] = [];

  /** Keeps between `limit` / 2 and `limit` points once there are that many values; `limit` is even. */
  constructor(limit = 1000) {
    this.#limit = limit;
  }

  /** Values that are null or not finite leave no point. */
  add(step: number, value: number | null): void {
    if (value === null || !Number.isFinite(value)) return;
    const last = this.#points.at(-1);
    if (last !== undefined && last.count < this.#width) {
      last.sum += value;
      last.count++;
      last.step = step;
      return;
    }
    if (this.#points.length === this.#limit) this.#halve();
    this.#points.push({ step, sum: value, count: 1 });
  }

  #halve(): void {
    this.#points = this.#points.flatMap((point, i) => {
      const next = this.#points[i + 1];
      if (i % 2 === 1) return [];
      return next === undefined
        ? [point]
        : [{ step: next.step, sum: point.sum + next.sum, count: point.count + next.count }];
    });
    this.#width *= 2;
  }

  get points(): Points {
    return {
      steps: this.#points.map(({ step }) => step),
      values: this.#points.map(({ sum, count }) => sum / count),
    };
  }
}
