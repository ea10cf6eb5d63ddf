/** A training as some lines of text: progress, figures, curve, newest sample, notices. It knows no terminal's state. */
import type { Points } from '../../runs/index.ts';
import { cutToColumns, safeForTerminal } from '../terminal-text.ts';
import { plot } from './braille.ts';

export interface DashboardFacts {
  readonly title: string;
  /** 0 .. 1, undefined where the end is not known. */
  readonly share: number | undefined;
  /** Beside the bar: count, percent, time left. */
  readonly progress: readonly string[];
  readonly figures: readonly string[];
  readonly loss: Points;
  readonly validation: Points;
  readonly sample: string | undefined;
  readonly notices: readonly string[];
}

export interface DashboardTexts {
  readonly curve: string;
  readonly sample: string;
}

export interface DashboardLook {
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
  readonly number: (value: number) => string;
  readonly texts: DashboardTexts;
}

const SMALLEST = { columns: 40, rows: 12 };
const TALLEST_CURVE = 12;
const MOST_NOTICES = 3;
const AXIS_WIDTH = 9;

const COLOURS = { strong: 1, quiet: 2, curve: 36, warning: 33 } as const;

export function dashboardFits({ columns, rows }: Pick<DashboardLook, 'columns' | 'rows'>): boolean {
  return columns >= SMALLEST.columns && rows >= SMALLEST.rows;
}

/** Lines of at most `columns - 1` characters, fewer than `rows`; one line where the terminal has become too small. */
export function dashboardLines(facts: DashboardFacts, look: DashboardLook): string[] {
  const { columns, rows, texts } = look;
  const width = columns - 1;
  const paint = (line: string, colour: keyof typeof COLOURS): string =>
    look.colour ? `\u001b[${COLOURS[colour]}m${line}\u001b[0m` : line;
  if (!dashboardFits(look)) return [cutToColumns(safeForTerminal(headLine(facts)), width)];
  const plain = (line: string): string => cutToColumns(safeForTerminal(line.replaceAll(/[\n\t]/g, ' ')), width);
  const notices = facts.notices.slice(-MOST_NOTICES);
  const figures = wrapped(facts.figures, width);
  const sample = facts.sample === undefined ? [] : sampleLines(`${texts.sample}: ${facts.sample}`, width);
  const others = 1 + figures.length + 2 + sample.length + notices.length;
  const height = Math.max(3, Math.min(TALLEST_CURVE, rows - 2 - others));
  return [
    paint(plain(headLine(facts)), 'strong'),
    ...figures.map((line) => plain(line)),
    ...curveLines(facts, look, width, height).map((line) => paint(line, 'curve')),
    ...sample.map((line) => paint(plain(line), 'quiet')),
    ...notices.map((line) => paint(plain(`! ${line}`), 'warning')),
  ].slice(0, rows - 1);
}

const BAR_WIDTH = 20;

function headLine({ title, share, progress }: DashboardFacts): string {
  const filled = Math.round((share ?? 0) * BAR_WIDTH);
  const bar = share === undefined ? [] : [`[${'='.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}]`];
  return [`${title}:`, ...bar, progress.join(', ')].join(' ');
}

/** Figures side by side, as many as fit on a line. */
function wrapped(figures: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const figure of figures) {
    const last = lines.at(-1);
    if (last !== undefined && [...last].length + 3 + [...figure].length <= width)
      lines[lines.length - 1] = `${last}   ${figure}`;
    else lines.push(figure);
  }
  return lines;
}

function sampleLines(text: string, width: number): string[] {
  const characters = [...text.replaceAll(/\s+/g, ' ')];
  const first = characters.slice(0, width).join('');
  return characters.length <= width ? [first] : [first, characters.slice(width).join('')];
}

function curveLines(facts: DashboardFacts, { number, texts }: DashboardLook, width: number, height: number): string[] {
  const drawn = plot(facts.loss, facts.validation, width - AXIS_WIDTH, height);
  if (drawn === undefined) return [];
  const label = (value: number): string =>
    number(value)
      .slice(0, AXIS_WIDTH - 2)
      .padStart(AXIS_WIDTH - 2);
  const lines = drawn.lines.map((line, i) => {
    const edge =
      i === 0
        ? `${label(drawn.high)} ┤`
        : i === height - 1
          ? `${label(drawn.low)} ┤`
          : `${' '.repeat(AXIS_WIDTH - 1)}│`;
    return edge + line;
  });
  const [from, to] = [String(drawn.first), String(drawn.last)];
  const middle = cutToColumns(texts.curve, Math.max(0, width - AXIS_WIDTH - from.length - to.length - 2));
  const gap = Math.max(1, width - AXIS_WIDTH - from.length - to.length - [...middle].length);
  const left = gap >> 1;
  return [
    ...lines,
    cutToColumns(' '.repeat(AXIS_WIDTH) + from + ' '.repeat(left) + middle + ' '.repeat(gap - left) + to, width),
  ];
}
