/** The sizes of the ladder, what one of them gave, and the table of all. Pure. */
import { ExpChatError } from '../src/base/index.ts';
import { tableLines } from './table.ts';

/** What is said of a size beside layers and width. Rates: where a search over `--rates` begins, of Muon. */
export interface Size {
  readonly name: string;
  readonly layers: number;
  readonly width: number;
  readonly batch: number;
  readonly rate: number;
}

export const LADDER: readonly Size[] = [
  { name: '2x128', layers: 2, width: 128, batch: 8, rate: 0.006 },
  { name: '3x192', layers: 3, width: 192, batch: 8, rate: 0.006 },
  { name: '4x256', layers: 4, width: 256, batch: 8, rate: 0.005 },
  { name: '6x256', layers: 6, width: 256, batch: 8, rate: 0.005 },
  { name: '6x384', layers: 6, width: 384, batch: 8, rate: 0.004 },
];

/** `6x256`: layers and width. A size that is not in the ladder takes batch and rate of the one nearest in width. */
export function sizeNamed(name: string): Size {
  const [, layers, width] = (/^(\d{1,3})x(\d{1,5})$/.exec(name) ?? []).map(Number);
  if (layers === undefined || width === undefined || layers < 1 || width < 32 || width % 32 !== 0) {
    throw new ExpChatError({
      code: 'bench.size',
      kind: 'usage',
      message: `size: expected layers x width, the width a multiple of 32, such as 6x256, got ${JSON.stringify(name)}`,
    });
  }
  const distance = (size: Size) => Math.abs(Math.log(size.width / width));
  const nearest = LADDER.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  return { name: `${layers}x${width}`, layers, width, batch: nearest.batch, rate: nearest.rate };
}

/** Keys of the section `model`: heads of 64 (32 below a width of 256), two to one key/value head, an mlp of 8/3. */
export function modelSettings({ layers, width }: Size): Record<string, number> {
  const headWidth = width >= 256 && width % 64 === 0 ? 64 : 32;
  const heads = width / headWidth;
  const keyValueHeads = heads % 2 === 0 ? heads / 2 : heads;
  return { layers, width, heads, keyValueHeads, headWidth, mlpWidth: 64 * Math.ceil(((8 / 3) * width) / 64) };
}

export interface CurvePoint {
  /** Of training. */
  readonly seconds: number;
  readonly bitsPerByte: number;
}

/** One finished training, a line of `ladder.jsonl`. */
export interface LadderResult {
  readonly run: string;
  readonly size: string;
  readonly minutes: number;
  readonly batch: number;
  readonly rate: number;
  /** Settings named with `--set`. */
  readonly set: readonly string[];
  /** Of the packed corpus and of its tokenizer. */
  readonly data: string;
  readonly parameters: number;
  readonly steps: number;
  readonly skippedSteps: number;
  readonly tokensPerSecond: number;
  readonly peakRssMb: number;
  /** Bytes of text that every validation is over. */
  readonly validationBytes: number;
  readonly curve: readonly CurvePoint[];
}

/**
 * Bits per byte at a time between two validations, on the line between them over the logarithm of time, on which a curve of
 * learning is nearly straight. After the last one, its own: a run ends within a step of its budget.
 */
export function bitsAt(curve: readonly CurvePoint[], seconds: number): number {
  const after = curve.findIndex((point) => point.seconds >= seconds);
  if (after === -1) return curve.at(-1)?.bitsPerByte ?? Number.NaN;
  const b = curve[after]!;
  const a = curve[after - 1];
  if (a === undefined || b.seconds === seconds) return b.bitsPerByte;
  // Nothing was learnt before the first second: the first point stands there.
  const log = (at: number) => Math.log(Math.max(1, at));
  const share = b.seconds <= 1 ? 1 : (log(seconds) - log(a.seconds)) / (log(b.seconds) - log(a.seconds));
  return a.bitsPerByte + share * (b.bitsPerByte - a.bitsPerByte);
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Time down, runs across; the figures of each run above. Runs of one budget. */
export function ladderTable(results: readonly LadderResult[], points: number): string[] {
  const row = (name: string, cell: (result: LadderResult) => string) => [name, ...results.map(cell)];
  const minutes = results[0]?.minutes ?? 0;
  const times = Array.from({ length: points }, (_, i) => ((i + 1) / points) * minutes);
  return tableLines(
    row('layers x width', ({ size }) => size),
    [
      row('parameters', ({ parameters }) => count(parameters)),
      row('batch', ({ batch }) => String(batch)),
      row('learning rate', ({ rate }) => String(rate)),
      row('steps', ({ steps }) => count(steps)),
      row('tokens a second', ({ tokensPerSecond }) => count(tokensPerSecond)),
      row('peak memory, MB', ({ peakRssMb }) => count(peakRssMb)),
      ...times.map((time) =>
        row(`bits per byte after ${Number(time.toFixed(2))} min`, ({ curve }) => bitsAt(curve, time * 60).toFixed(3)),
      ),
    ],
  );
}
