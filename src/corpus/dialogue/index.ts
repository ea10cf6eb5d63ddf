/** Dialogues from tables, questions and answers, and mail threads. */
export { DialogueConverter } from './converter.ts';
export type { Dialogue, DialogueResult, LeftOut, LeftOutReason } from './dialogue.ts';
export { dialoguesFromFaq } from './faq.ts';
export {
  type DialogueContent,
  type DialogueInput,
  type DialogueRecords,
  type DialogueSettings,
  mailsToDialogues,
  recordsToDialogues,
} from './records.ts';
export { dialoguesFromRows, type QuestionColumns, questionColumns, type TableRow } from './rows.ts';
export { dialoguesFromThread, type OwnSide, ownSide, type ThreadDialogue, type ThreadMail } from './thread.ts';
