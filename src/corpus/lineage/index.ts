/** From a token back to its source, and out again: trace, forget, report. */

export { type CardSection, dataCard } from './data-card.ts';
export {
  earlierReceipt,
  executeForget,
  type ForgetOptions,
  type ForgetPlan,
  type ForgetResult,
  finishForget,
  planForget,
} from './forget.ts';
export { type ForgetReceipt, readReceipts } from './receipts.ts';
export { type CorpusReportOptions, reportCorpus } from './report.ts';
export type { CorpusReportData, DeclaredSource } from './report-data.ts';
export { type ReasonWords, renderCorpusReport } from './report-html.ts';
export type { ReportLanguage } from './report-labels.ts';
export { type LearnedFromForgotten, learnedFromForgotten, RETRAIN_NOTE, type RunUse } from './runs.ts';
export type { ChosenDocument, ChosenFile, ForgetKind, ForgetSelector } from './selection.ts';
export type { ShardRange } from './shards.ts';
export { type TraceMatch, type TraceOptions, type TraceReport, traceText } from './trace.ts';
