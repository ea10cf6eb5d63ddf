/** Judges the records of some lines of stage files: the work of one message to a thread. It knows no thread and no disk. */
import { ExpChatError } from '../../base/index.ts';
import { checkedRecord } from '../record/index.ts';
import type { Judge, JudgedDocument } from './judge.ts';

/** Whole lines of one source. */
export interface LinePart {
  readonly source: string;
  /** What the judgement depends on beside the lines. */
  readonly input: string;
  /** Where the lines begin in the source's file, and in the bytes of the job. */
  readonly fileStart: number;
  readonly start: number;
  readonly end: number;
}

export interface JudgedLine extends JudgedDocument {
  /** Bytes of the line with its line feed. */
  readonly lineBytes: number;
}

export interface JudgedPart {
  readonly source: string;
  readonly input: string;
  readonly fileStart: number;
  readonly fileEnd: number;
  readonly documents: readonly JudgedLine[];
  /** Numbers of each document, one after the other; those of document `i` begin at `offsets[i]`. */
  readonly offsets: readonly number[];
  readonly numbers: Uint32Array<ArrayBuffer>;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

export function judgeLines(judge: Judge, bytes: Uint8Array, parts: readonly LinePart[]): JudgedPart[] {
  return parts.map((part) => judgePart(judge, bytes.subarray(part.start, part.end), part));
}

function judgePart(judge: Judge, bytes: Uint8Array, { source, input, fileStart }: LinePart): JudgedPart {
  const documents: JudgedLine[] = [];
  const pieces: Uint32Array[] = [];
  const offsets: number[] = [];
  let length = 0;
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    const where = `${source}.jsonl at byte ${fileStart + start}`;
    const { document, numbers } = judge.judge(checkedRecord(parsed(bytes.subarray(start, end), where), where));
    documents.push({ ...document, lineBytes: end - start });
    offsets.push(length);
    pieces.push(numbers);
    length += numbers.length;
    start = end;
  }
  const numbers = new Uint32Array(length);
  for (const [i, piece] of pieces.entries()) numbers.set(piece, offsets[i]!);
  return { source, input, fileStart, fileEnd: fileStart + bytes.length, documents, offsets, numbers };
}

function parsed(line: Uint8Array, where: string): unknown {
  try {
    return JSON.parse(decoder.decode(line));
  } catch (cause) {
    throw new ExpChatError({
      code: 'corpus.bad-record',
      message: `${where}: expected a document record, got ${(cause as Error).message}`,
      next: 'Run the stage that wrote this file again.',
      fields: { where },
      cause,
    });
  }
}
