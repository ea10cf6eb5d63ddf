/** Document records, the book of a stage, and what was forgotten. */
export {
  FORGET_FILE,
  Forgotten,
  type ForgottenLists,
  type ForgottenQuery,
  paragraphsOf,
  placeHash,
} from './forgotten.ts';
export {
  type ChatTurn,
  checkedRecord,
  contentBytes,
  contentHash,
  type DocumentDates,
  type DocumentRecord,
  isMessageList,
  type MailThread,
  readRecords,
  safeSourceId,
} from './records.ts';
export {
  countDrop,
  type DropCounts,
  FORGOTTEN,
  readStage,
  StageBook,
  type StageEntry,
  type StageLetters,
  stopIfAsked,
  verifiedBytes,
  verifyStageFile,
} from './stage.ts';
export { readVerified } from './verified.ts';
