/** Curves as an SVG drawing for a page without scripts. It knows no run. */
import { escapeHtml } from '../base/index.ts';
import type { Points } from './series.ts';

export interface Curve {
  readonly label: string;
  /** Class of the line, for its colour. */
  readonly className: string;
  readonly points: Points;
  /** Marks each point: for few ones. */
  readonly dots?: boolean;
}

export interface CurveOptions {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly number: (value: number) => string;
  readonly width?: number;
  readonly height?: number;
}

const MARGIN = { left: 64, right: 16, top: 12, bottom: 44 };

/** Round values from `low` to `high`, about `count` of them. */
export function ticksBetween(low: number, high: number, count: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high + step * 1e-9; i++)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

function rangeOf(values: readonly number[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/** An empty text where no curve has a point. */
export function renderCurves(curves: readonly Curve[], options: CurveOptions): string {
  const shown = curves.filter(({ points }) => points.steps.length > 0);
  if (shown.length === 0) return '';
  const { width = 860, height = 320, number } = options;
  const [left, right] = rangeOf(shown.flatMap(({ points }) => points.steps));
  const [lowest, highest] = rangeOf(shown.flatMap(({ points }) => points.values));
  const room = (highest - lowest || Math.abs(highest) || 1) * 0.05;
  const [low, high] = [lowest - room, highest + room];
  const inner = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
  const x = (step: number) => MARGIN.left + ((step - left) / (right - left || 1)) * inner.width;
  const y = (value: number) => MARGIN.top + (1 - (value - low) / (high - low)) * inner.height;
  const round = (value: number) => Math.round(value * 10) / 10;
  const parts = [
    ...ticksBetween(low, high, 5).map(
      (tick) =>
        `<line class="grid" x1="${MARGIN.left}" x2="${width - MARGIN.right}" y1="${round(y(tick))}" y2="${round(y(tick))}"/>` +
        `<text class="tick" x="${MARGIN.left - 8}" y="${round(y(tick) + 4)}" text-anchor="end">${escapeHtml(number(tick))}</text>`,
    ),
    ...ticksBetween(left, right, 7).map(
      (tick) =>
        `<text class="tick" x="${round(x(tick))}" y="${height - MARGIN.bottom + 18}" text-anchor="middle">${escapeHtml(number(tick))}</text>`,
    ),
    ...shown.map(({ className, points, dots }) => {
      const places = points.steps.map((step, i) => `${round(x(step))},${round(y(points.values[i]!))}`);
      const line = `<polyline class="${escapeHtml(className)}" points="${places.join(' ')}"/>`;
      const marks = dots
        ? places.map((place) => {
            const [cx, cy] = place.split(',');
            return `<circle class="${escapeHtml(className)}" cx="${cx}" cy="${cy}" r="3"/>`;
          })
        : [];
      return [line, ...marks].join('');
    }),
    `<text class="axis" x="${MARGIN.left + inner.width / 2}" y="${height - 6}" text-anchor="middle">${escapeHtml(options.xLabel)}</text>`,
  ];
  const legend = shown
    .filter(({ label }) => label !== '')
    .map(({ label, className }) => ` <span class="key ${escapeHtml(className)}">${escapeHtml(label)}</span>`)
    .join('');
  return `<figure><figcaption>${escapeHtml(options.yLabel)}${legend}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(options.yLabel)}">${parts.join('\n')}</svg></figure>`;
}
