/** Curves in braille characters: two dots across and four down in each. It knows no terminal and no run. */
import type { Points } from '../../runs/index.ts';

/** Dot of column 0 and 1, row 0 to 3, as a bit of U+2800 (Unicode 15, chapter 21). */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

export interface Plot {
  /** From the top. */
  readonly lines: readonly string[];
  readonly low: number;
  readonly high: number;
  readonly first: number;
  readonly last: number;
}

const MARK = '•';

/** A line through `curve` with `marks` over it, in `columns` by `rows` characters; undefined without a point. */
export function plot(curve: Points, marks: Points, columns: number, rows: number): Plot | undefined {
  const values = [...curve.values, ...marks.values];
  const steps = [...curve.steps, ...marks.steps];
  if (values.length === 0 || columns < 2 || rows < 1) return undefined;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [first, last] = [Math.min(...steps), Math.max(...steps)];
  const width = columns * 2;
  const height = rows * 4;
  const x = (step: number) => Math.round(((step - first) / (last - first || 1)) * (width - 1));
  const y = (value: number) => Math.round((1 - (value - low) / (high - low || 1)) * (height - 1));
  const cells = Array.from({ length: rows }, () => new Uint8Array(columns));
  const dot = (px: number, py: number): void => {
    cells[py >> 2]![px >> 1]! |= DOTS[py & 3]![px & 1]!;
  };
  let before: [number, number] | undefined;
  for (const [i, step] of curve.steps.entries()) {
    const here: [number, number] = [x(step), y(curve.values[i]!)];
    drawLine(before ?? here, here, dot);
    before = here;
  }
  const lines = cells.map((row) => Array.from(row, (bits) => String.fromCodePoint(0x2800 + bits)));
  for (const [i, step] of marks.steps.entries()) lines[y(marks.values[i]!) >> 2]![x(step) >> 1] = MARK;
  return { lines: lines.map((line) => line.join('')), low, high, first, last };
}

function drawLine([x0, y0]: [number, number], [x1, y1]: [number, number], dot: (x: number, y: number) => void): void {
  const count = Math.max(1, Math.abs(x1 - x0), Math.abs(y1 - y0));
  for (let i = 0; i <= count; i++) {
    dot(Math.round(x0 + ((x1 - x0) * i) / count), Math.round(y0 + ((y1 - y0) * i) / count));
  }
}
