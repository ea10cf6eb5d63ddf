/** What `expchat corpus filter` says: the figures of a run, and with `--explain` the whole calculation for one document. */
import type { DocumentExplanation, FilterReport, Measured, MeasuredSection } from '../../corpus/index.ts';
import type { Session } from '../session.ts';
import { table } from '../terminal-text.ts';

/** Pairs shown on a terminal. */
const SHOWN_PAIRS = 5;
/** Sections with a broken measure that are shown; JSON has all. */
const SHOWN_SECTIONS = 3;

type FilterFigures = Pick<FilterReport, 'duplicates' | 'repeats' | 'decontamination' | 'personal'>;

export function filterLines(
  { texts, format }: Session,
  { duplicates, repeats, decontamination, personal }: FilterFigures,
): string[] {
  const words = texts.filtering;
  const { integer } = format;
  const lines: string[] = [];
  const { pairs, dropped } = duplicates.near;
  if (pairs.length > 0) {
    const shown = pairs.slice(0, SHOWN_PAIRS).map((pair) => {
      return [`    ${format.decimal(pair.similarity, 3)}`, pair.dropped, pair.kept, words.why[pair.why] ?? pair.why];
    });
    lines.push(`  ${words.pairs}`, ...table(shown));
    if (dropped > shown.length) lines.push(`    ${words.morePairs(integer(dropped - shown.length))}`);
  }
  const cuts = repeats.paragraphs.cuts + repeats.lines.cuts;
  const cutDocuments = Math.max(repeats.paragraphs.documents, repeats.lines.documents);
  if (cuts > 0) lines.push(`  ${words.cuts(integer(cuts), integer(cutDocuments))}`);
  if (personal.counts.length > 0) {
    const sums = new Map<string, { readonly words: string[]; findings: number }>();
    for (const { kind, policy, findings } of personal.counts) {
      const sum = sums.get(`${kind} ${policy}`) ?? { words: [`    ${kind}`, words.policies[policy]], findings: 0 };
      sum.findings += findings;
      sums.set(`${kind} ${policy}`, sum);
    }
    const rows = [...sums.values()].map((sum) => [...sum.words, integer(sum.findings)]);
    lines.push(`  ${words.personal}`, ...table(rows.sort(), [2]));
  }
  const { questions, tooShort, documents } = decontamination;
  if (questions > 0) lines.push(`  ${words.questions(integer(documents), integer(questions), integer(tooShort))}`);
  return lines;
}

export function explanationLines(
  session: Session,
  explanation: DocumentExplanation,
  reasonWords: (reason: string) => string,
): string[] {
  const { format } = session;
  const words = session.texts.filtering.explain;
  const { profile, language, quality, decisions, clusters } = explanation;
  const measures = language === undefined ? words.noMeasures : words.languages[language];
  const size = [format.integer(explanation.words), format.integer(explanation.letters)] as const;
  const lines = [explanation.id, words.facts(words.profiles[profile], measures, ...size)];
  if (quality !== undefined) lines.push(...qualityLines(session, quality, reasonWords));
  for (const { file, number, text } of explanation.questions) lines.push(words.question(file, String(number), text));
  for (const { members } of clusters) {
    lines.push('', words.member, ...table(members.map((member) => [`  ${member.id}`, memberWords(session, member)])));
  }
  for (const { action, reason, value, threshold, kept } of decisions) {
    if (action === 'cut') {
      lines.push(words.cut(reasonWords(reason), format.integer(value), format.integer(threshold), kept!));
    }
  }
  const drop = decisions.find(({ action }) => action === 'dropped');
  const figure = (value: number) => format.decimal(value, 3);
  lines.push('');
  if (drop === undefined) lines.push(explanation.outcome === 'unknown' ? words.outcomes.unknown : words.outcomes.kept);
  else lines.push(words.dropped(reasonWords(drop.reason), figure(drop.value), figure(drop.threshold)));
  return lines;
}

function memberWords(
  { texts, format }: Session,
  { similarity, of, why }: DocumentExplanation['clusters'][number]['members'][number],
): string {
  const words = texts.filtering;
  if (of === undefined) return words.explain.kept;
  return words.explain.similarTo(format.decimal(similarity, 3), of, words.why[why!] ?? why!);
}

function qualityLines(
  session: Session,
  { judged, shortCharacters, document, sections, failedShare }: NonNullable<DocumentExplanation['quality']>,
  reasonWords: (reason: string) => string,
): string[] {
  const { format } = session;
  const words = session.texts.filtering.explain;
  const lines: string[] = [];
  if (!judged) lines.push(words.notJudged(format.integer(shortCharacters)));
  lines.push('', words.whole, ...measureLines(session, document, reasonWords));
  const hasFailed = ({ measures }: MeasuredSection) => measures.some(({ passed }) => !passed);
  const failed = sections.filter(hasFailed);
  const shown = failed.length > 0 ? failed.slice(0, SHOWN_SECTIONS) : sections.slice(0, 1);
  for (const section of shown) {
    const [start, end] = [format.integer(section.start), format.integer(section.end)];
    const number = format.integer(sections.indexOf(section) + 1);
    lines.push('', words.section(number, format.integer(sections.length), start, end));
    lines.push(...measureLines(session, section.measures, reasonWords));
  }
  const others = sections.length - shown.length;
  if (others > 0) lines.push('', words.otherSections(format.integer(others)));
  lines.push(words.failedShare(format.decimal(failedShare, 3)));
  return lines;
}

function measureLines(
  { texts, format }: Session,
  measures: readonly Measured[],
  reasonWords: (reason: string) => string,
): string[] {
  const words = texts.filtering.explain;
  const { columns } = words;
  const rows = measures.map(({ reason, value, threshold, bound, passed }) => {
    const limit = `${bound === 'minimum' ? '>=' : '<='} ${format.decimal(threshold, 3)}`;
    return [`  ${reasonWords(reason)}`, format.decimal(value, 3), limit, passed ? words.passed : words.failed];
  });
  return table([[`  ${columns.measure}`, columns.value, columns.threshold, columns.verdict], ...rows], [1, 2]);
}
