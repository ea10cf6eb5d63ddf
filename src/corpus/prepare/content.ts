/**
 * What becomes of the documents of a source by its content: text and chat pass as they are; questions and answers, mail
 * threads and tables become dialogues here. It knows no reader.
 */
import { DialogueConverter, type DialogueSettings, type LeftOut } from '../dialogue/index.ts';
import type { ReadDocument } from '../read/index.ts';
import type { DocumentRecord } from '../record/index.ts';
import { cleanText } from '../text/index.ts';

/** Takes the documents of one source in their order; some contents can speak only when they have seen all. */
export interface ContentConverter {
  take(record: DocumentRecord, document: ReadDocument): readonly DocumentRecord[];
  end(): readonly DocumentRecord[];
  /** Text that became no part of a dialogue. */
  readonly left: readonly LeftOut[];
}

const AS_THEY_ARE: ContentConverter = { take: (record) => [record], end: () => [], left: [] };

/** The converter for a source; called once for each. `content`: what the source says its documents hold. */
export function contentOf(content: string, settings: DialogueSettings = {}): ContentConverter {
  if (content !== 'chat' && content !== 'faq' && content !== 'mail-dialogue') return AS_THEY_ARE;
  const dialogues = new DialogueConverter(content, settings);
  return {
    take(record, { row }) {
      if (row === undefined) return dialogues.take(record);
      const cells = Object.entries(row).map(([name, cell]) => [name, cleanText(cell)]);
      return dialogues.take({ ...record, row: Object.fromEntries(cells) });
    },
    end: () => dialogues.end(),
    get left() {
      return dialogues.left;
    },
  };
}
