/** From sources to packed token shards: fetch, prepare, filter, split, pack, and reading what they made. */
export { FETCH_LIMITS, type FetchLimits } from './exchange.ts';
export { type FetchOptions, type FetchReport, fetchCorpus, type RawFile, readFetchLock } from './fetch.ts';
export { type FilterOptions, type FilterReport, filterCorpus } from './filter.ts';
export {
  PACKED_SETS,
  type PackedManifest,
  type PackedSet,
  type PackedSetInfo,
  type PackedSource,
  readManifest,
} from './manifest.ts';
export { type PackOptions, type PackTokenizer, type PackTurn, packCorpus, type RenderConversation } from './pack.ts';
export { openPacked, type PackedData } from './packed.ts';
export { prepareCorpus, type StageReport } from './prepare.ts';
export { GERMAN_FILE_THRESHOLDS, GERMAN_WEB_THRESHOLDS, type GermanThresholds } from './quality.ts';
export { type ReadFilteredOptions, readFiltered } from './read.ts';
export { type ChatTurn, type DocumentRecord, safeSourceId } from './records.ts';
export { type RunCorpusOptions, type RunCorpusReport, runCorpus } from './run.ts';
export {
  type Resolver,
  type SafeFetchAnswer,
  SafeFetcher,
  type SafeFetchOptions,
  type SafeFetchRequest,
  safeFetch,
} from './safe-fetch.ts';
export type { SourceSpec } from './sources.ts';
export { type SourceSplit, type SplitOptions, splitSources } from './split.ts';
export type { DropCounts, StageEntry } from './stage.ts';
