/**
 * How the time of a training step grows: `node bench/scaling.ts [--quick] [--json] [--threads 2] [--steps 7] [--rounds 3] [--only
 * depth,width,context,batch,shapes]`. One dimension at a time around shape M, the exponents fitted in log-log beside those of the operations; at S, M and X the share
 * of the rate that the machine reaches in large matrix products alone, measured before and after each shape. Medians on both sides: the best of many
 * products beside an ordinary step would stand for a quiet moment that no step had. Of the shapes the round with the middle share of `--rounds`
 * counts, since a machine that others use as well gives one share and ten minutes later another. Each shape is
 * a process of its own, in which one runtime at a time is open: threads that wait disturb others. Operations are those of
 * matrix products by `src/model/cost.ts`. The last line is one JSON object; with `--json` there are only JSON lines.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Rng } from '../src/base/index.ts';
import { benchConfig, benchTrain } from '../src/cli/rooms/benchmarks.ts';
import { compile, createOrtRuntime, type Tensor, Trace } from '../src/engine/index.ts';
import { modelCost } from '../src/model/index.ts';
import { normal } from '../src/nn/index.ts';
import { powerFit } from './power-fit.ts';
import { SHAPES, type Shape } from './shapes.ts';
import { tableLines } from './table.ts';

interface Measured {
  readonly stepMs: number;
  /** Matrix products of one step, forward and backward. */
  readonly gflop: number;
  /** Large products alone, medians before and after the steps: GFLOP/s. */
  readonly ratesBefore: Readonly<Record<string, number>>;
  readonly ratesAfter: Readonly<Record<string, number>>;
  readonly machineRate: number;
  /** Of the machine's rate that the whole step reaches, counting its products alone. */
  readonly share: number;
}

/** Heads of 64 and an mlp of 8/3, as in M. */
const ofWidth = (width: number): Shape => ({ ...SHAPES.M, width, heads: width / 64, mlp: (width * 8) / 3 });

const DIMENSIONS = {
  depth: {
    values: [3, 6, 9, 12],
    shapeAt: (layers: number): Shape => ({ ...SHAPES.M, layers }),
    expected: 'below 1: output and loss are a constant beside the layers',
  },
  width: {
    values: [192, 384, 576, 768],
    shapeAt: ofWidth,
    expected: '1 to 2: matrices of layers grow with its square; output, scores and element-wise work with it',
  },
  context: {
    values: [64, 128, 256, 512],
    shapeAt: (context: number): Shape => ({ ...SHAPES.M, context }),
    expected: '1 to 2: everything grows with it, scores with its square',
  },
  batch: {
    values: [2, 4, 8, 16],
    shapeAt: (batch: number): Shape => ({ ...SHAPES.M, batch }),
    expected: '1; below it the optimizer shows, which is a constant',
  },
} as const;
type Dimension = keyof typeof DIMENSIONS;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    threads: { type: 'string', default: String(availableParallelism()) },
    steps: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: [...Object.keys(DIMENSIONS), 'shapes'].join(',') },
    one: { type: 'string' },
  },
});
const threads = Number(values.threads);
const steps = Number(values.steps ?? (values.quick ? 5 : 7));
const rounds = Number(values.rounds);

/** Products in a row, so that a run takes about as long for both sizes and its one small output costs nothing. */
const PRODUCTS = [
  { size: 1024, inRow: 8 },
  { size: 2048, inRow: 2 },
];
const PRODUCT_RUNS = 9;

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

/** GFLOP/s of large square products alone, the median of several runs for each size. */
async function productRates(): Promise<Record<string, number>> {
  const runtime = createOrtRuntime({ threads });
  const rates: Record<string, number> = {};
  for (const { size, inRow } of PRODUCTS) {
    const trace = new Trace();
    const [x, y] = [trace.input('x', 'float32', [size, size]), trace.input('y', 'float32', [size, size])];
    let product: Tensor = x;
    for (let i = 0; i < inRow; i++) product = product.matmul(y);
    const program = await runtime.prepare(compile(trace.finish({ total: product.total() })));
    const matrix = (seed: number) => normal(new Rng(seed), [size, size], 1 / Math.sqrt(size));
    await runtime.put({ x: matrix(1), y: matrix(2) });
    await program.run({});
    const times: number[] = [];
    for (let run = 0; run < PRODUCT_RUNS; run++) {
      const begunMs = performance.now();
      await program.run({});
      times.push(performance.now() - begunMs);
    }
    rates[size] = rounded((inRow * 2 * size ** 3) / median(times) / 1e6);
    await program.release();
  }
  await runtime.close();
  return rates;
}

function stepGflop(shape: Shape): number {
  const config = benchConfig({ ...shape, keyValueHeads: shape.heads });
  return (modelCost(config).trainingFlopsPerToken * shape.batch * shape.context) / 1e9;
}

async function measure(shape: Shape): Promise<Measured> {
  const ratesBefore = await productRates();
  const bench = await benchTrain({ ...shape, keyValueHeads: shape.heads, steps }, threads, {});
  const ratesAfter = await productRates();
  const stepMs = Number(bench['stepMsMedian']);
  const gflop = stepGflop(shape);
  const rates = PRODUCTS.map(({ size }) => (ratesBefore[size]! + ratesAfter[size]!) / 2);
  const machineRate = rounded(Math.max(...rates));
  const share = rounded(gflop / (stepMs / 1000) / machineRate, 1000);
  return { stepMs, gflop: rounded(gflop), ratesBefore, ratesAfter, machineRate, share };
}

function rounded(value: number, parts = 10): number {
  return Math.round(value * parts) / parts;
}

const known = new Map<string, Measured>();

/** A shape that several dimensions share is measured once. */
function measureOnce(name: string, shape: Shape): Measured {
  const key = JSON.stringify(shape);
  const measured = known.get(key) ?? measureApart(name, shape);
  known.set(key, measured);
  return measured;
}

/** Measured in a process of its own. */
function measureApart(name: string, shape: Shape): Measured {
  const key = JSON.stringify(shape);
  const command = [import.meta.filename, '--one', key, '--threads', String(threads), '--steps', String(steps)];
  const text = execFileSync(process.execPath, command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const measured = JSON.parse(text) as Measured;
  if (values.json) process.stdout.write(`${JSON.stringify({ name, ...shape, ...measured })}\n`);
  return measured;
}

function say(lines: readonly string[]): void {
  if (!values.json) process.stdout.write(`${lines.join('\n')}\n\n`);
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const ofRates = (rates: Readonly<Record<string, number>>): string => Object.values(rates).join(' and ');

function growth(dimension: Dimension) {
  const { values: all, shapeAt, expected } = DIMENSIONS[dimension];
  const chosen = values.quick ? all.slice(0, 3) : all;
  const found = chosen.map((value) => [value, measureOnce(`${dimension} ${value}`, shapeAt(value))] as const);
  const time = powerFit(found.map(([value, { stepMs }]) => [value, stepMs]));
  const operations = powerFit(found.map(([value, { gflop }]) => [value, gflop]));
  say(
    tableLines(
      [dimension, 'step ms', 'GFLOP a step', 'machine GFLOP/s', 'share'],
      found.map(([value, { stepMs, gflop, machineRate, share }]) =>
        [value, stepMs, gflop, machineRate, percent(share)].map(String),
      ),
    ),
  );
  return {
    exponent: rounded(time.exponent, 1000),
    operationsExponent: rounded(operations.exponent, 1000),
    deviation: rounded(time.deviation, 1000),
    expected,
    stepMs: Object.fromEntries(found.map(([value, { stepMs }]) => [value, stepMs])),
  };
}

function shares() {
  const names = (Object.keys(SHAPES) as (keyof typeof SHAPES)[]).filter((name) => !values.quick || name !== 'X');
  const all = names.map(
    (name) => [name, Array.from({ length: rounds }, () => measureApart(name, SHAPES[name]))] as const,
  );
  const found = all.map(([name, each]) => {
    const inOrder = each.toSorted((a, b) => a.share - b.share);
    const middle = inOrder[rounds >> 1]!;
    known.set(JSON.stringify(SHAPES[name]), middle);
    return [name, middle, each.map(({ share }) => percent(share)).join(', ')] as const;
  });
  say(
    tableLines(
      [
        'shape',
        'step ms',
        'GFLOP a step',
        'products alone before, GFLOP/s',
        'after',
        'share of the faster',
        'all rounds',
      ],
      found.map(([name, one, each]) =>
        [name, one.stepMs, one.gflop, ofRates(one.ratesBefore), ofRates(one.ratesAfter), percent(one.share), each].map(
          String,
        ),
      ),
    ),
  );
  return Object.fromEntries(found.map(([name, one]) => [name, one]));
}

function main(): void {
  const chosen = values.only.split(',');
  const wrong = chosen.find((name) => name !== 'shapes' && !(name in DIMENSIONS));
  if (wrong !== undefined || !(threads >= 1) || !(steps >= 3) || !(rounds >= 1)) {
    const names = [...Object.keys(DIMENSIONS), 'shapes'].join(', ');
    process.stderr.write(
      `bench/scaling.ts: expected --only of ${names}, --threads from 1, --steps from 3, --rounds from 1\n`,
    );
    process.exit(2);
  }
  say([
    `${threads} threads, ${steps} steps a shape, their median without the first two; products of ${PRODUCTS.map(({ size }) => size).join(' and ')} alone`,
  ]);
  const shapes = chosen.includes('shapes') ? shares() : {};
  const dimensions = (Object.keys(DIMENSIONS) as Dimension[]).filter((name) => chosen.includes(name));
  const fits = dimensions.map((name) => [name, growth(name)] as const);
  if (fits.length > 0) {
    say(
      tableLines(
        ['step time grows with', 'exponent', 'of its operations', 'farthest point', 'expected'],
        fits.map(([name, fit]) => [
          name,
          fit.exponent.toFixed(2),
          fit.operationsExponent.toFixed(2),
          percent(fit.deviation),
          fit.expected,
        ]),
      ),
    );
  }
  process.stdout.write(`${JSON.stringify({ threads, shapes, dimensions: Object.fromEntries(fits) })}\n`);
}

if (values.one === undefined) main();
else process.stdout.write(`${JSON.stringify(await measure(JSON.parse(values.one) as Shape))}\n`);
