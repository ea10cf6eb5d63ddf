/** From sources to packed token shards: fetch, prepare, filter, split, pack, and reading what they made. */

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
  type Bound,
  boundOf,
  type DeepPartial,
  type DocumentExplanation,
  explainDocument,
  FILTER_DEFAULTS,
  type FilterCluster,
  type FilterDecision,
  type FilterOptions,
  type FilterReport,
  type FilterSettings,
  filterCorpus,
  type Measured,
  type MeasuredSection,
  type PersonalHook,
  type PersonalVerdict,
  type Profile,
  QUALITY_DEFAULTS,
  type QualityThresholds,
} from './filter/index.ts';
export {
  openPacked,
  PACKED_SETS,
  type PackedData,
  type PackedManifest,
  type PackedSet,
  type PackedSetInfo,
  type PackedSource,
  type PackOptions,
  type PackTokenizer,
  type PackTurn,
  packCorpus,
  type ReadFilteredOptions,
  type RenderConversation,
  readFiltered,
  readManifest,
  type SourceSplit,
  type SplitOptions,
  splitSources,
} from './pack/index.ts';
export { type PrepareOptions, prepareCorpus, type StageReport } from './prepare/index.ts';
export type { DropCounts, StageEntry } from './record/index.ts';
export {
  type ChatTurn,
  type DocumentDates,
  type DocumentRecord,
  FORGET_FILE,
  Forgotten,
  type ForgottenLists,
  type ForgottenQuery,
  type MailThread,
  safeSourceId,
} from './record/index.ts';
export { type RunCorpusOptions, type RunCorpusReport, runCorpus } from './run.ts';
