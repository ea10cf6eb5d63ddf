/**
 * Records of dialogues from records of texts, rows or mails. Each keeps the source, origin, licence and purpose of what it
 * was made of. It knows no stage and no folder.
 */
import { contentHash, type DocumentRecord } from '../record/index.ts';
import type { Dialogue, LeftOut } from './dialogue.ts';
import { dialoguesFromFaq } from './faq.ts';
import { dialoguesFromRows, type QuestionColumns, type TableRow } from './rows.ts';
import { dialoguesFromThread, ownSide, type ThreadMail } from './thread.ts';

/** What a source says its documents hold. */
export type DialogueContent = 'chat' | 'faq' | 'mail-dialogue';

export interface DialogueSettings {
  /** Columns of a table's rows; else their names decide. */
  readonly columns?: QuestionColumns;
  /** The company's addresses and domains; needed for mails. */
  readonly ownAddresses?: readonly string[];
}

/** A record as a reader gives it; a table's row has its cells as well. */
export type DialogueInput = DocumentRecord & { readonly row?: TableRow };

export interface DialogueRecords {
  readonly records: readonly DocumentRecord[];
  readonly left: readonly LeftOut[];
}

/**
 * The dialogues of one record: of a row (`chat`), or of a document of questions and answers (`faq`). A record that is a
 * dialogue already is given back as it is. Mails need their thread: see `mailsToDialogues`; a single one is a thread alone.
 */
export function recordsToDialogues(
  record: DialogueInput,
  content: DialogueContent,
  settings: DialogueSettings = {},
): DialogueRecords {
  if (record.kind === 'chat') return { records: [record], left: [] };
  if (content === 'mail-dialogue') return mailsToDialogues([record], settings);
  const { dialogues, left } =
    content === 'chat' && record.row !== undefined
      ? dialoguesFromRows([record.row], settings.columns)
      : dialoguesFromFaq(record.text ?? '', record.title);
  const one = content === 'chat' && record.row !== undefined;
  const records = dialogues.map((dialogue) => dialogueRecord(record, dialogue, one ? '' : `:${dialogue.place}`));
  return { records, left: left.map((part) => ({ ...part, place: one ? record.id : `${record.id}:${part.place}` })) };
}

/** The dialogues of all mails of a source. Throws `corpus.no-own-addresses`. */
export function mailsToDialogues(records: readonly DialogueInput[], settings: DialogueSettings): DialogueRecords {
  const own = ownSide(settings.ownAddresses ?? []);
  const byId = new Map(records.map((record) => [record.id, record]));
  const mails = records.map((record): ThreadMail => {
    const { id, text = '', thread, dates } = record;
    const sent = dates?.created;
    return { id, text, ...(thread === undefined ? {} : { thread }), ...(sent === undefined ? {} : { sent }) };
  });
  const { dialogues, left } = dialoguesFromThread(mails, own);
  const made = dialogues.map((dialogue) => {
    const parts = dialogue.mails.map((id) => byId.get(id)!);
    const record = dialogueRecord(parts.at(-1)!, dialogue, '');
    return { ...record, ...threadFacts(parts) };
  });
  return { records: made, left };
}

/** What holds for a whole thread: all its mails by their ids, its first and last day, the earliest day to forget it. */
function threadFacts(parts: readonly DialogueInput[]): Pick<DocumentRecord, 'thread' | 'dates' | 'retainUntil'> {
  const ids = parts.flatMap(({ thread }) => thread?.messageId ?? []);
  const subject = parts[0]!.thread?.subject;
  const days = parts.flatMap(({ dates }) => dates?.created ?? []).sort();
  const ends = parts.flatMap(({ retainUntil }) => retainUntil ?? []).sort();
  return {
    thread: {
      ...(subject === undefined ? {} : { subject }),
      ...(ids.length === 0 ? {} : { messageId: ids.at(-1)!, references: ids.slice(0, -1) }),
    },
    ...(days.length === 0 ? {} : { dates: { created: days[0]!, modified: days.at(-1)! } }),
    ...(ends.length === 0 ? {} : { retainUntil: ends[0]! }),
  };
}

function dialogueRecord(record: DialogueInput, { messages }: Dialogue, suffix: string): DocumentRecord {
  const { text: _text, row: _row, sha256: _sha256, ...kept } = record;
  return { ...kept, id: `${record.id}${suffix}`, kind: 'chat', messages, sha256: contentHash(messages) };
}
