/** Document records and the book of a stage. */
export {
  type ChatTurn,
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
  readStage,
  StageBook,
  type StageEntry,
  type StageLetters,
  stopIfAsked,
  verifiedBytes,
  verifyStageFile,
} from './stage.ts';
export { readVerified } from './verified.ts';
