/**
 * What a small model learns beside PyTorch's recipe, in the same hour: `node bench/learning-beside-pytorch.ts [--peer
 * ../shared/bench/pytorch_shakespeare.py] [--python /usr/bin/python3] [--blas DIR]`. First the peer; then ours (`learning.ts`) twice
 * from scratch, in a fifteenth of the peer's seconds and in all of them, each with the recipe for that time. The last line is one JSON
 * object. What the peer needs to be fast: `peer.ts`.
 */
import { parseArgs } from 'node:util';
import { lastLine, openPeer } from './peer.ts';

interface Look {
  readonly trainSeconds: number;
  readonly bitsPerByte: number;
}

/** Of the peer's seconds in which its last figure is to be reached. */
const SHORT = 1 / 15;

/** For some seconds a smaller model in smaller steps, and longer tokens; no average, which would hold what it has just forgotten. */
const SHORT_RECIPE = { width: 128, context: 128, batch: 4, vocabulary: 4096, average: 0 };

const { values } = parseArgs({
  options: {
    peer: { type: 'string', default: '../shared/bench/pytorch_shakespeare.py' },
    python: { type: 'string', default: '/usr/bin/python3' },
    blas: { type: 'string' },
  },
});
function ours(seconds: number, recipe: Readonly<Record<string, number>>): Look {
  const options = { seconds, every: seconds, ...recipe };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return lastLine<Look>(process.execPath, ['bench/learning.ts', ...flags]);
}

function say(who: string, { trainSeconds, bitsPerByte }: Look): void {
  process.stdout.write(`${who}: ${bitsPerByte} bits per byte after ${trainSeconds} s of training\n`);
}

const peer = openPeer<Look>(values)();
say('PyTorch', peer);
const soon = ours(Math.floor(peer.trainSeconds * SHORT * 10) / 10, SHORT_RECIPE);
say('ExpChat, a fifteenth of the time', soon);
const whole = ours(peer.trainSeconds, {});
say('ExpChat, the whole time', whole);
const pick = ({ trainSeconds, bitsPerByte }: Look) => ({ trainSeconds, bitsPerByte });
process.stdout.write(`${JSON.stringify({ peer: pick(peer), fifteenth: pick(soon), whole: pick(whole) })}\n`);
