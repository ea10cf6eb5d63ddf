/** A closed-book report as text for a person and as JSON for a program. */
import type { AnsweredQuestion, ClosedBookReport } from './closed-book.ts';

/** The score in one line, then every answer, the wrong ones first. */
export function renderReportText(report: ClosedBookReport): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const { low, high } = report.interval;
  const score = `${report.correct} of ${report.questions} exactly right: ${percent(report.share)} (95 % interval ${percent(low)} to ${percent(high)})`;
  const ordered = [...report.answers].sort((a, b) => Number(a.correct) - Number(b.correct));
  return `${[score, '', ...ordered.flatMap(answerLines)].join('\n')}\n`;
}

function answerLines({ id, question, expected, got, correct, stopReason }: AnsweredQuestion): string[] {
  const lines = [`${correct ? 'right' : 'WRONG'}  ${id}  ${oneLine(question)}`, `       got:      ${oneLine(got)}`];
  if (!correct) lines.push(`       expected: ${oneLine(expected)}`);
  if (stopReason !== 'end') lines.push(`       ended by: ${stopReason}`);
  return lines;
}

/** Escapes what would break the line or steer a terminal. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (char) =>
    char === '\n' ? '⏎' : '\ufffd',
  );
}

/** The whole report, indented by two. */
export function renderReportJson(report: ClosedBookReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
