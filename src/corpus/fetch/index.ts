/** Sources and how their bytes come into the project: files, archives, addresses. */
export { ARCHIVE_LIMITS, type ArchiveLimits } from './archive-meter.ts';
export { FETCH_LIMITS, type FetchLimits } from './exchange.ts';
export { type FetchOptions, type FetchReport, fetchCorpus } from './fetch.ts';
export { holdCorpus } from './hold.ts';
export { PRESET_NAMES, type PresetName, SOURCE_PRESETS, type SourcePreset } from './presets.ts';
export type { ProxySettings } from './proxy.ts';
export { type RawArchive, type RawFile, readFetchLock } from './raw-file.ts';
export {
  type DownloadAnswer,
  type Resolver,
  type SafeFetchAnswer,
  SafeFetcher,
  type SafeFetchOptions,
  type SafeFetchRequest,
  safeFetch,
} from './safe-fetch.ts';
export { type LockedSource, lockedSource, readSourceLock, type SourceLock } from './source-lock.ts';
export {
  type ArchiveCaps,
  CONTENT_KINDS,
  type ContentKind,
  checkSources,
  inferKind,
  PERSONAL_DATA_POLICIES,
  type PersonalDataPolicy,
  SOURCE_KINDS,
  SOURCE_PROFILES,
  type SourceKind,
  type SourceProfile,
  type SourceSpec,
  sourceFault,
  TABLE_COLUMNS,
  type TableColumns,
} from './sources.ts';
