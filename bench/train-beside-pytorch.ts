/**
 * The training step beside PyTorch's, in turn, as pairs: `node bench/train-beside-pytorch.ts [--shape M] [--pairs 3]
 * [--steps 12] [--peer ../shared/bench/pytorch_train.py] [--python /usr/bin/python3] [--blas DIR]`; shapes as in `shapes.ts`, or
 * `all`. Both are whole processes that print one JSON object last. Machines are noisy, so the ratio of each pair counts and their
 * median is quoted. It measures nothing itself.
 * What the peer needs to be fast, and why: `peer.ts`. `--blas`: the folder of another libblas.so.3 for it.
 */
import { parseArgs } from 'node:util';
import { lastLine, openPeer } from './peer.ts';
import { SHAPES, type Shape } from './shapes.ts';

interface Figures {
  readonly peer: string;
  readonly tokensPerSecond: number;
  readonly stepMsMedian: number;
  readonly peakRssMb: number;
}

/** The peer takes the same shape by these names. */
const PEER_NAMES = { layers: 'L', width: 'D', heads: 'H', mlp: 'F', context: 'T', batch: 'B', vocab: 'V' } as const;

const { values } = parseArgs({
  options: {
    shape: { type: 'string', default: 'M' },
    pairs: { type: 'string', default: '3' },
    steps: { type: 'string', default: '12' },
    peer: { type: 'string', default: '../shared/bench/pytorch_train.py' },
    python: { type: 'string', default: '/usr/bin/python3' },
    blas: { type: 'string' },
  },
});

function ours(shape: Shape): Figures {
  const flags = Object.entries(shape).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return lastLine<Figures>(process.execPath, [
    'src/cli/main.ts',
    'bench',
    'train',
    ...flags,
    '--steps',
    values.steps,
    '--json',
  ]);
}

function theirs(shape: Shape): Figures {
  const names = Object.entries(shape).map(([name, value]) => [PEER_NAMES[name as keyof Shape], String(value)]);
  return runPeer({ ...Object.fromEntries(names), STEPS: values.steps });
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

const names = values.shape === 'all' ? Object.keys(SHAPES) : [values.shape];
for (const name of names) {
  if (name in SHAPES) continue;
  process.stderr.write(`${name}: expected one of ${Object.keys(SHAPES).join(', ')} or all\n`);
  process.exit(2);
}

const runPeer = openPeer<Figures>(values);

function compare(name: keyof typeof SHAPES): Record<string, number> {
  const shape = SHAPES[name];
  const pairs: { ours: Figures; theirs: Figures; speedRatio: number; memoryRatio: number }[] = [];
  for (let i = 0; i < Number(values.pairs); i++) {
    const theirsFirst = i % 2 === 0 ? theirs(shape) : undefined;
    const own = ours(shape);
    const peer = theirsFirst ?? theirs(shape);
    const speedRatio = round(own.tokensPerSecond / peer.tokensPerSecond);
    const memoryRatio = round(own.peakRssMb / peer.peakRssMb);
    pairs.push({ ours: own, theirs: peer, speedRatio, memoryRatio });
    const line = [own, peer].map((one) => `${one.peer} ${one.tokensPerSecond} tokens/s ${one.peakRssMb} MB`);
    process.stdout.write(`${name} | ${line.join(' | ')} | speed ${speedRatio} | memory ${memoryRatio}\n`);
  }
  const of = (pick: (pair: (typeof pairs)[number]) => number) => median(pairs.map(pick));
  return {
    pairs: pairs.length,
    tokensPerSecond: of((pair) => pair.ours.tokensPerSecond),
    peerTokensPerSecond: of((pair) => pair.theirs.tokensPerSecond),
    speedRatio: of((pair) => pair.speedRatio),
    memoryRatio: of((pair) => pair.memoryRatio),
  };
}

const result = Object.fromEntries(names.map((name) => [name, compare(name as keyof typeof SHAPES)]));
process.stdout.write(`${JSON.stringify(names.length === 1 ? Object.values(result)[0] : result)}\n`);
