/**
 * What the assistant-only mask is worth, on the starter project: `node bench/mask.ts --directory expchat-starter [--steps 700]
 * [--seeds 1,2,3] [--build-steps 400]`. From one pretraining the chat phase is trained with the mask and without it, by the
 * same steps and seed, in turn; then `expchat eval` asks both the held-back questions. Validation is on the assistant's tokens
 * for both. A folder without a finished starter project is made one by `expchat start` (`--build-steps` makes both of its
 * phases short, for a trial of this tool). One JSON line a model, all of them and their means as the last line. The runs
 * stay in the project as `mask-on-seed-1` and so on, the newest of its models: take a folder that nobody chats with.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    directory: { type: 'string', default: 'expchat-starter' },
    steps: { type: 'string' },
    seeds: { type: 'string', default: '1' },
    'build-steps': { type: 'string' },
  },
});
const directory = path.resolve(values.directory);
const program = path.resolve(import.meta.dirname, '../src/cli/main.ts');
const seeds = values.seeds.split(',').map(Number);
if (seeds.some((seed) => !Number.isInteger(seed) || seed < 0)) {
  process.stderr.write(`--seeds: expected whole numbers with commas between them, got ${values.seeds}\n`);
  process.exit(2);
}

interface TrainReport {
  readonly model: string;
  readonly phases: readonly {
    readonly steps: number;
    readonly validationLossNats: number;
    readonly validationBitsPerByte: number;
    readonly durationMs: number;
  }[];
}

interface EvalReport {
  readonly questions: number;
  readonly correct: number;
  readonly wrong: readonly { readonly question: string }[];
}

/** The last line of a command's output as JSON. */
function expchat<T>(cwd: string, ...args: readonly string[]): T {
  const text = execFileSync(process.execPath, [program, ...args, '--json', '--no-input', '--quiet'], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(text.trim().split('\n').at(-1)!) as T;
}

const pretrained = path.join(directory, 'runs', 'starter', 'pretrain');
if (!existsSync(path.join(directory, 'runs', 'starter', 'chat', 'final'))) {
  const steps = values['build-steps'];
  const keys = (phase: string) => ['--set', `${phase}.steps=${steps}`, '--set', `${phase}.warmupSteps=0`];
  const short = steps === undefined ? [] : [...keys('pretrain'), ...keys('chat')];
  expchat(path.dirname(directory), 'start', '--directory', directory, '--no-menu', ...short);
}

/** Trains the chat phase after the starter's own pretraining, and asks the questions. */
function trained(seed: number, mask: boolean) {
  const name = `mask-${mask ? 'on' : 'off'}-seed-${seed}`;
  const run = path.join(directory, 'runs', name);
  rmSync(run, { recursive: true, force: true });
  cpSync(pretrained, path.join(run, 'pretrain'), { recursive: true });
  const settings = ['--seed', String(seed), '--set', `chat.assistantOnly=${mask}`];
  const length = values.steps === undefined ? [] : ['--steps', values.steps];
  const report = expchat<TrainReport>(directory, 'train', '--phase', 'chat', '--run', name, ...settings, ...length);
  const phase = report.phases.at(-1)!;
  const evaluation = expchat<EvalReport>(directory, 'eval', '--model', report.model);
  const row = {
    mask,
    seed,
    steps: phase.steps,
    right: evaluation.correct,
    questions: evaluation.questions,
    validationLossNats: phase.validationLossNats,
    validationBitsPerByte: phase.validationBitsPerByte,
    seconds: Math.round(phase.durationMs / 100) / 10,
  };
  process.stdout.write(`${JSON.stringify(row)}\n`);
  return { row, wrong: new Set(evaluation.wrong.map(({ question }) => question)) };
}

const pairs = seeds.map((seed, i) => {
  // In turn, so that a machine that slows down does so for both.
  const first = trained(seed, i % 2 === 0);
  const second = trained(seed, i % 2 !== 0);
  return i % 2 === 0 ? { on: first, off: second } : { on: second, off: first };
});

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const summary = (side: 'on' | 'off') => {
  const rows = pairs.map((pair) => pair[side].row);
  const of = (key: 'right' | 'validationLossNats' | 'seconds') =>
    Math.round(1e4 * mean(rows.map((row) => row[key]))) / 1e4;
  return { right: of('right'), validationLossNats: of('validationLossNats'), seconds: of('seconds') };
};
/** Questions that one side of the pairs answers and the other does not. */
const onlyRight = (side: 'on' | 'off', other: 'on' | 'off') =>
  pairs.reduce(
    (sum, pair) => sum + [...pair[other].wrong].filter((question) => !pair[side].wrong.has(question)).length,
    0,
  );
process.stdout.write(
  `${JSON.stringify({
    questions: pairs[0]!.on.row.questions,
    seeds,
    withMask: summary('on'),
    withoutMask: summary('off'),
    rightOnlyWithMask: onlyRight('on', 'off'),
    rightOnlyWithoutMask: onlyRight('off', 'on'),
    runs: pairs.flatMap(({ on, off }) => [on.row, off.row]),
  })}\n`,
);
