/** From sources to packed token shards: fetch, prepare, filter, split, pack, and reading what they made. */

export {
  type DialogueContent,
  type DialogueSettings,
  dialoguesFromFaq,
  dialoguesFromRows,
  dialoguesFromThread,
  mailsToDialogues,
  questionColumns,
  recordsToDialogues,
} from './dialogue/index.ts';
export type { SourceSpec } from './fetch/index.ts';
export {
  FETCH_LIMITS,
  type FetchLimits,
  type FetchOptions,
  type FetchReport,
  fetchCorpus,
  type RawFile,
  type Resolver,
  readFetchLock,
  type SafeFetchAnswer,
  SafeFetcher,
  type SafeFetchOptions,
  type SafeFetchRequest,
  safeFetch,
} from './fetch/index.ts';
export {
  type FilterOptions,
  type FilterReport,
  filterCorpus,
  GERMAN_FILE_THRESHOLDS,
  GERMAN_WEB_THRESHOLDS,
  type GermanThresholds,
} from './filter/index.ts';
export {
  type CorpusSplit,
  copiesOf,
  type LeakageReport,
  openPacked,
  PACKED_SETS,
  type PackedData,
  type PackedDocument,
  type PackedManifest,
  PackedReader,
  type PackedSet,
  type PackedSetInfo,
  type PackedShard,
  type PackedSource,
  type PackOptions,
  type PackTokenizer,
  type PackTurn,
  packCorpus,
  type ReadFilteredOptions,
  type RenderConversation,
  readFiltered,
  readLeakage,
  readManifest,
  readPackedDocuments,
  readSplit,
  type SharedSpan,
  type Side,
  type SideOverlap,
  type SourceSplit,
  type SplitNotice,
  type SplitOptions,
  type SplitSource,
  setOf,
  splitSources,
} from './pack/index.ts';
export { prepareCorpus, type StageReport } from './prepare/index.ts';
export type { DropCounts, StageEntry } from './record/index.ts';
export {
  type ChatTurn,
  type DocumentDates,
  type DocumentRecord,
  type MailThread,
  safeSourceId,
} from './record/index.ts';
export { type RunCorpusOptions, type RunCorpusReport, runCorpus } from './run.ts';
