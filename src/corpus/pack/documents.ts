/**
 * Which document lies where in the packed sets: `documents.jsonl`, one line for each entry of each index, in the order of
 * the shards. It is what leads from a token back to its document. It knows no text.
 */
import path from 'node:path';
import { ExpChatError, readJsonl } from '../../base/index.ts';
import { DOCUMENTS_FILE, PACKED_SETS, type PackedSet } from './manifest.ts';

export interface PackedDocument {
  /** Of the document record. */
  readonly id: string;
  readonly source: string;
  readonly set: PackedSet;
  /** From 1. */
  readonly shard: number;
  /** Tokens `start .. end` of the shard, with the beginning token. */
  readonly start: number;
  readonly end: number;
  /** Of the document record: the hash of its folded content. */
  readonly sha256: string;
  /** 2, 3, … where a weight repeats the document. */
  readonly copy?: number;
}

/** Lines of `packed/documents.jsonl` (`directory`: that folder). Throws `corpus.bad-documents` for another shape. */
export async function* readPackedDocuments(directory: string): AsyncGenerator<PackedDocument> {
  const file = path.join(directory, DOCUMENTS_FILE);
  let line = 0;
  for await (const value of readJsonl(file)) {
    line++;
    if (!isPackedDocument(value)) {
      throw new ExpChatError({
        code: 'corpus.bad-documents',
        message: `${file}:${line}: expected a document with its set, shard and place, got another shape`,
        next: 'Remove the packed folder and run corpus pack again.',
        fields: { path: file, line },
      });
    }
    yield value;
  }
}

function isPackedDocument(value: unknown): value is PackedDocument {
  const { id, source, set, shard, start, end, sha256 } = (value ?? {}) as PackedDocument;
  return (
    [id, source, sha256].every((text) => typeof text === 'string') &&
    PACKED_SETS.includes(set) &&
    [shard, start, end].every((count) => Number.isSafeInteger(count) && count >= 0) &&
    end > start
  );
}
