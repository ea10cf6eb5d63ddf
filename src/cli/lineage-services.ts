/** What the command line asks of the corpus about one project's documents: trace, forget, report. It knows no flag and no text. */
import type { WorkOptions } from '../base/index.ts';
import type {
  CorpusReportData,
  ForgetPlan,
  ForgetReceipt,
  ForgetSelector,
  ReasonWords,
  TraceReport,
} from '../corpus/index.ts';

export interface CorpusReportRequest {
  readonly htmlFile: string;
  /** Which language the page shows first. */
  readonly language: 'de' | 'en';
  readonly reasonWords: ReasonWords;
}

/** What can be asked of the documents of one project. */
export interface Lineage {
  trace(text: string, limit: number, work: WorkOptions): Promise<TraceReport>;
  planForget(selector: ForgetSelector, work: WorkOptions): Promise<ForgetPlan>;
  /** The caller has the project's data from `holdCorpus`, since before the plan was made. */
  executeForget(plan: ForgetPlan, work: WorkOptions): Promise<ForgetReceipt>;
  /** Finishes a removal that was cut short; undefined where there is none. The caller has the project's data from `holdCorpus`. */
  finishForget(work: WorkOptions): Promise<ForgetReceipt | undefined>;
  /** The receipt of an earlier removal by the same words. */
  earlierReceipt(value: string): Promise<ForgetReceipt | undefined>;
  /** Writes the page and returns what it tells. */
  report(request: CorpusReportRequest, work: WorkOptions): Promise<CorpusReportData>;
}
