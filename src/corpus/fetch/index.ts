/** Sources and how their bytes come into the project: files, archives, addresses. */
export { FETCH_LIMITS, type FetchLimits } from './exchange.ts';
export { type FetchOptions, type FetchReport, fetchCorpus, type RawFile, readFetchLock } from './fetch.ts';
export {
  type Resolver,
  type SafeFetchAnswer,
  SafeFetcher,
  type SafeFetchOptions,
  type SafeFetchRequest,
  safeFetch,
} from './safe-fetch.ts';
export type { SourceSpec } from './sources.ts';
