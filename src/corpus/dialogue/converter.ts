/** The documents of one source, one after another, to its dialogues; mails speak when all are there. It knows no stage. */
import { ExpChatError } from '../../base/index.ts';
import type { DocumentRecord } from '../record/index.ts';
import type { LeftOut } from './dialogue.ts';
import {
  type DialogueContent,
  type DialogueInput,
  type DialogueRecords,
  type DialogueSettings,
  mailsToDialogues,
  recordsToDialogues,
} from './records.ts';

export class DialogueConverter {
  readonly #content: DialogueContent;
  readonly #settings: DialogueSettings;
  readonly #mails: DialogueInput[] = [];
  readonly #left: LeftOut[] = [];

  constructor(content: DialogueContent, settings: DialogueSettings = {}) {
    this.#content = content;
    this.#settings = settings;
  }

  /** What went into no dialogue so far. */
  get left(): readonly LeftOut[] {
    return this.#left;
  }

  /** Throws `corpus.no-dialogue-columns` with the record's origin. */
  take(record: DialogueInput): readonly DocumentRecord[] {
    if (this.#content === 'mail-dialogue' && record.kind === 'text') {
      this.#mails.push(record);
      return [];
    }
    try {
      return this.#booked(recordsToDialogues(record, this.#content, this.#settings));
    } catch (error) {
      if (!(error instanceof ExpChatError) || error.code !== 'corpus.no-dialogue-columns') throw error;
      const { code, kind, next, fields } = error;
      const message = `${record.origin}, ${error.message}`;
      throw new ExpChatError({
        code,
        kind,
        message,
        ...(next === undefined ? {} : { next }),
        fields: { ...fields, path: record.origin },
        cause: error,
      });
    }
  }

  /** To be called once, after all records. Throws `corpus.no-own-addresses`. */
  end(): readonly DocumentRecord[] {
    return this.#mails.length === 0 ? [] : this.#booked(mailsToDialogues(this.#mails, this.#settings));
  }

  #booked({ records, left }: DialogueRecords): readonly DocumentRecord[] {
    for (const part of left) this.#left.push(part);
    return records;
  }
}
