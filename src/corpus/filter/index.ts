/** Which documents stay, and why the others go. */
export { type DocumentExplanation, explainDocument } from './explain.ts';
export {
  CLUSTERS_FILE,
  DECISIONS_FILE,
  type FilterOptions,
  type FilterReport,
  filterCorpus,
  JUDGEMENTS_FOLDER,
} from './filter.ts';
export { type Measured, type MeasuredSection, QUALITY_REASONS, type QualityCalculation } from './quality.ts';
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
export type { RecordHook, RecordVerdict } from './write-source.ts';
