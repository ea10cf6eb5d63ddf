/** Which documents stay, and why the others go. */
export {
  CLUSTERS_FILE,
  DECISIONS_FILE,
  type FilterOptions,
  type FilterReport,
  filterCorpus,
  JUDGEMENTS_FOLDER,
} from './filter.ts';
export { QUALITY_REASONS } from './quality.ts';
export type { FilterCluster, FilterDecision, FilterFigures, FilterPair } from './report.ts';
export {
  type Bound,
  boundOf,
  type DeepPartial,
  FILTER_DEFAULTS,
  type FilterSettings,
  filterSettings,
} from './settings.ts';
export { type Profile, QUALITY_DEFAULTS, type QualityThresholds } from './thresholds.ts';
export type { PersonalHook, PersonalVerdict } from './write-source.ts';
