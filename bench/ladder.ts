/**
 * The ladder of sizes: `node bench/ladder.ts [-c runs/gesetze/expchat.yaml] [--minutes 20] [--sizes 2x128,3x192,4x256,
 * 6x256,6x384] [--rates 0.002,0.004] [--batch 8] [--set key=value]... [--points 10] [--validation-rows 256] [--table]`. Every size
 * trains from scratch for the same time on a project's packed corpus, one process after the other, as `expchat train` does
 * it, with Muon and a trapezoid; see `ladder-training.ts` for what counts as time. Each finished training is a line of
 * `ladder.jsonl` beside the settings and is not made again; one that was stopped goes on. At the end, or at once with
 * `--table`, the table of bits per byte over time, on the same validation bytes for all; its best as one JSON object.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  boundedInteger,
  boundedNumber,
  ExpChatError,
  errorMessage,
  exists,
  isExpChatError,
  JsonlLog,
  readJsonl,
} from '../src/base/index.ts';
import { bitsAt, LADDER, type LadderResult, ladderTable, sizeNamed } from './ladder-sizes.ts';
import { type Trial, trainTrial } from './ladder-training.ts';

const { values } = parseArgs({
  options: {
    config: { type: 'string', short: 'c', default: 'runs/gesetze/expchat.yaml' },
    minutes: { type: 'string', default: '20' },
    sizes: { type: 'string', default: LADDER.map(({ name }) => name).join(',') },
    rates: { type: 'string' },
    batch: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    points: { type: 'string', default: '10' },
    'validation-rows': { type: 'string', default: '256' },
    table: { type: 'boolean', default: false },
    trial: { type: 'string' },
  },
});

/** Ended by a signal with everything saved, as in the product. */
const STOPPED = 75;
/** Validations for each time in the table, so that the curve between two of them is nearly straight. */
const VALIDATIONS_PER_POINT = 2;

function trialsAsked(): Trial[] {
  const minutes = boundedNumber(Number(values.minutes), '--minutes', 0.05, 1e5);
  const points = boundedInteger(Number(values.points), '--points', 1, 1000);
  const validationRows = boundedInteger(Number(values['validation-rows']), '--validation-rows', 1, 1e9);
  return values.sizes.split(',').flatMap((name) => {
    const known = sizeNamed(name);
    const batch = values.batch === undefined ? known.batch : boundedInteger(Number(values.batch), '--batch', 1, 65_536);
    if (validationRows % batch !== 0) {
      const message = `--validation-rows: expected a multiple of the batch (${batch}), got ${validationRows}`;
      throw new ExpChatError({ code: 'bench.validation-rows', kind: 'usage', message });
    }
    const rates = values.rates === undefined ? [known.rate] : values.rates.split(',').map(Number);
    return rates.map((given) => {
      const rate = boundedNumber(given, '--rates', 1e-8, 1);
      const size = { ...known, batch, rate };
      const said = values.set.map((text) => `-${text.replace(/[^\w.]+/g, '-')}`).join('');
      const run = `ladder-${size.name}-b${batch}-r${rate}-${minutes}min${said}`;
      const validations = points * VALIDATIONS_PER_POINT;
      return { run, projectFile: values.config, size, minutes, set: values.set, validationRows, validations };
    });
  });
}

async function resultsIn(file: string): Promise<Map<string, LadderResult>> {
  const results = new Map<string, LadderResult>();
  if (!(await exists(file))) return results;
  for await (const record of readJsonl(file)) results.set((record as LadderResult).run, record as LadderResult);
  return results;
}

/** Trains in a process of its own, whose peak of memory is that of this size. Rejects where it does not end with 0. */
function trainApart(trial: Trial): Promise<LadderResult> {
  const child = spawn(process.execPath, [import.meta.filename, '--trial', JSON.stringify(trial)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, pass);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const each of ['SIGINT', 'SIGTERM'] as const) process.off(each, pass);
      if (code === 0) resolve(JSON.parse(text) as LadderResult);
      else process.exit(code ?? (signal === null ? 1 : STOPPED)); // The child has said why.
    });
  });
}

async function main(): Promise<void> {
  const trials = trialsAsked();
  const file = path.join(path.dirname(values.config), 'ladder.jsonl');
  const results = await resultsIn(file);
  for (const [i, trial] of trials.entries()) {
    if (results.has(trial.run) || values.table) continue;
    process.stderr.write(`${trial.run} (${i + 1} of ${trials.length})\n`);
    const result = await trainApart(trial);
    const log = await JsonlLog.open(file);
    await log.append(result);
    await log.close();
    results.set(trial.run, result);
  }
  const found = trials.flatMap(({ run }) => results.get(run) ?? []);
  const differing = found.find(
    ({ data, validationBytes }) => data !== found[0]!.data || validationBytes !== found[0]!.validationBytes,
  );
  if (differing !== undefined) {
    const message = `${file}: expected all runs on one corpus and the same validation bytes, got others in ${differing.run}`;
    throw new ExpChatError({
      code: 'bench.ladder-mixed',
      message,
      next: `Remove the lines of the other corpus from ${file}.`,
    });
  }
  if (found.length === 0) return void process.stdout.write(`${JSON.stringify({ best: null })}\n`);
  process.stdout.write(`${ladderTable(found, Number(values.points)).join('\n')}\n\n`);
  const last = ({ curve, minutes }: LadderResult) => bitsAt(curve, minutes * 60);
  const best = found.reduce((a, b) => (last(b) < last(a) ? b : a));
  const { run, parameters, steps, validationBytes } = best;
  process.stdout.write(
    `${JSON.stringify({ best: { run, parameters, steps, bitsPerByte: last(best) }, validationBytes })}\n`,
  );
}

/** The process that trains one size. */
async function trainHere(trial: Trial): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  let told: number | undefined;
  const result = await trainTrial(trial, {
    signal: stop.signal,
    onProgress: ({ done, total, figures = {}, note }) => {
      if (note !== undefined) process.stderr.write(`  ${note}\n`);
      const { bitsPerByte, tokensPerSecond } = figures;
      if (bitsPerByte === undefined || bitsPerByte === told) return;
      told = bitsPerByte;
      const speed = tokensPerSecond === undefined ? '' : `, ${tokensPerSecond} tokens a second`;
      process.stderr.write(`  ${done} of ${total} s: ${bitsPerByte.toFixed(3)} bits per byte${speed}\n`);
    },
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

try {
  if (values.trial === undefined) await main();
  else await trainHere(JSON.parse(values.trial) as Trial);
} catch (error) {
  const next = isExpChatError(error) && error.next !== undefined ? `${error.next}\n` : '';
  process.stderr.write(`${errorMessage(error)}\n${next}`);
  process.exitCode = isExpChatError(error) && error.kind === 'stopped' ? STOPPED : 1;
}
