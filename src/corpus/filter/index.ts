/** Which documents stay, and why the others go. */
export { type FilterOptions, type FilterReport, filterCorpus } from './filter.ts';
export { GERMAN_FILE_THRESHOLDS, GERMAN_WEB_THRESHOLDS, type GermanThresholds } from './quality.ts';
