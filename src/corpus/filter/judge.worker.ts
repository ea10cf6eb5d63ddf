/** A thread that judges documents for `judge-crew.ts`. Buffers are handed over, not copied. It knows no disk. */
import { parentPort, workerData } from 'node:worker_threads';
import { type ErrorDetails, invariant, isExpChatError } from '../../base/index.ts';
import { Judge, type JudgeOptions } from './judge.ts';
import { type JudgedPart, judgeLines, type LinePart } from './judge-lines.ts';

export interface JudgeRequest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly parts: readonly LinePart[];
}

export interface JudgeReply {
  readonly parts?: readonly JudgedPart[];
  readonly error?: ErrorDetails;
}

const port = parentPort;
invariant(port !== null, () => 'judge worker: expected to run in a thread of its own');
const judge = new Judge(workerData as JudgeOptions);

port.on('message', ({ bytes, parts }: JudgeRequest) => {
  try {
    const judged = judgeLines(judge, bytes, parts);
    const reply: JudgeReply = { parts: judged };
    port.postMessage(
      reply,
      judged.map(({ numbers }) => numbers.buffer),
    );
  } catch (error) {
    if (!isExpChatError(error)) throw error;
    const { code, message, kind, fields, next } = error;
    const reply: JudgeReply = { error: { code, message, kind, fields, ...(next === undefined ? {} : { next }) } };
    port.postMessage(reply);
  }
});
