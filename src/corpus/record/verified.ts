/** Records of a stage file, checked against the book of its stage; a small file is read once for both. It knows no stage. */
import path from 'node:path';
import { ExpChatError } from '../../base/index.ts';
import { checkedRecord, type DocumentRecord, readRecords } from './records.ts';
import { type StageEntry, verifiedBytes, verifyStageFile } from './stage.ts';

const SMALL_BYTES = 32 * 2 ** 20;

/** Records of `<id>.jsonl`. Throws `corpus.damaged` where the file is not what the stage wrote, and as `readRecords`. */
export async function* readVerified(directory: string, entry: StageEntry): AsyncGenerator<DocumentRecord> {
  if (entry.bytes > SMALL_BYTES) return yield* readRecords(await verifyStageFile(directory, entry));
  const file = path.join(directory, `${entry.id}.jsonl`);
  const bytes = await verifiedBytes(directory, entry);
  let line = 0;
  for (let start = 0; start < bytes.length; ) {
    const next = bytes.indexOf(10, start);
    const end = next === -1 ? bytes.length : next;
    line++;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
    if (text.trim() !== '') yield checkedRecord(parsed(text, file, line), `${file}:${line}`);
    start = end + 1;
  }
}

function parsed(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ExpChatError({
      code: 'jsonl.line',
      message: `${file}:${line}: expected one JSON value a line, got ${(cause as Error).message}`,
      fields: { path: file, line },
      cause,
    });
  }
}
