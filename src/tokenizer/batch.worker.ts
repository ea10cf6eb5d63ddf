/**
 * A thread that encodes texts for `batch.ts`: one message holds many texts as bytes, one answer all their ids. Buffers
 * are handed over, not copied. It knows neither order nor files.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '../base/index.ts';
import type { TokenizerJson } from '../formats/index.ts';
import { Tokenizer } from './tokenizer.ts';

/** A tokenizer in few large pieces, which are cheap to send. */
export interface PackedTokenizer extends Omit<TokenizerJson, 'tokens'> {
  /** Bytes of token `id` are `pool[offsets[id] .. offsets[id + 1])`. */
  readonly pool: Uint8Array;
  readonly offsets: Uint32Array;
}

export interface BatchRequest {
  readonly id: number;
  /** UTF-8 of the texts, end to end; text `i` ends at `ends[i]`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ends: Uint32Array<ArrayBuffer>;
  readonly allowedSpecial: readonly string[];
}

export interface BatchReply {
  readonly id: number;
  /** Ids of the texts, end to end; those of text `i` end at `ends[i]`. */
  readonly ids: Uint32Array<ArrayBuffer>;
  readonly ends: Uint32Array<ArrayBuffer>;
}

const { pool, offsets, ...rest } = workerData as PackedTokenizer;
const tokens = Array.from({ length: offsets.length - 1 }, (_, id) => pool.subarray(offsets[id]!, offsets[id + 1]!));
const tokenizer = new Tokenizer({ ...rest, tokens });
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const port = parentPort;
invariant(port !== null, () => 'batch worker: expected to run in a thread of its own');

port.on('message', ({ id, bytes, ends, allowedSpecial }: BatchRequest) => {
  // Only a text can be searched for special tokens and be brought into a normal form; else the bytes do.
  const asText = allowedSpecial.length > 0 || rest.normalizer !== undefined;
  const allowed = { allowedSpecial: new Set(allowedSpecial) };
  const results: Uint32Array[] = [];
  const idEnds = new Uint32Array(ends.length);
  let count = 0;
  for (let index = 0; index < ends.length; index++) {
    const part = bytes.subarray(index === 0 ? 0 : ends[index - 1]!, ends[index]!);
    const ids = asText ? tokenizer.encode(decoder.decode(part), allowed) : tokenizer.encodeBytes(part);
    results.push(ids);
    count += ids.length;
    idEnds[index] = count;
  }
  const all = new Uint32Array(count);
  for (const [index, ids] of results.entries()) all.set(ids, index === 0 ? 0 : idEnds[index - 1]!);
  const reply: BatchReply = { id, ids: all, ends: idEnds };
  port.postMessage(reply, [all.buffer, idEnds.buffer]);
});
