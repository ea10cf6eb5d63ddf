export { bitsPerByte } from './bits-per-byte.ts';
export {
  type AnsweredQuestion,
  type ClosedBookOptions,
  type ClosedBookReport,
  loadQuestions,
  type Question,
  runClosedBook,
} from './closed-book.ts';
export { type Interval, wilsonInterval } from './interval.ts';
export { renderReportJson, renderReportText } from './report.ts';
