/** The whole calculation for one document: every measure with its value and threshold, and what the filter decided. */
import path from 'node:path';
import { ExpChatError, exists, readJsonl } from '../../base/index.ts';
import { type DocumentRecord, readRecords, readStage, type StageEntry } from '../record/index.ts';
import { CLUSTERS_FILE, DECISIONS_FILE, type FilterOptions, judgeOptionsOf } from './filter.ts';
import { Judge, languageOf, profileOf } from './judge.ts';
import { type QualityCalculation, QualityJudge } from './quality.ts';
import { type Question, readQuestions } from './questions.ts';
import type { FilterCluster, FilterDecision } from './report.ts';
import type { NearDuplicateSettings, RepeatSettings } from './settings.ts';
import type { Profile, QualityLanguage } from './thresholds.ts';

export interface DocumentExplanation {
  readonly id: string;
  readonly source: string;
  readonly kind: DocumentRecord['kind'];
  readonly profile: Profile;
  /** Whose measures judge it; undefined where there are none for its language. */
  readonly language?: QualityLanguage;
  /** UTF-16 units, letters and words of the content as prepared. */
  readonly length: number;
  readonly letters: number;
  readonly words: number;
  /** Only of texts in a language that has measures. */
  readonly quality?: QualityCalculation;
  /** Questions of an evaluation that it holds. */
  readonly questions: readonly Question[];
  readonly nearDuplicates: NearDuplicateSettings;
  readonly repeats: RepeatSettings;
  /** What the last run of the filter decided, and the clusters that the document is in. */
  readonly decisions: readonly FilterDecision[];
  readonly clusters: readonly FilterCluster[];
  /** `unknown`: the filter did not run yet. */
  readonly outcome: 'kept' | 'dropped' | 'unknown';
}

/** Throws `corpus.no-document` where no prepared document has the id, and what `filterCorpus` throws of its options. */
export async function explainDocument(
  directory: string,
  id: string,
  options: FilterOptions = {},
): Promise<DocumentExplanation> {
  const record = await findRecord(path.join(directory, 'prepared'), id);
  const questions = options.questions?.length ? await readQuestions(options.questions) : undefined;
  const rules = judgeOptionsOf(options, questions);
  const { document } = new Judge(rules).judge(record);
  const profile = profileOf(record, rules.profiles);
  const language = record.kind === 'text' ? languageOf(record, rules.language) : undefined;
  const { quality, nearDuplicates, repeats } = rules.settings;
  const filtered = path.join(directory, 'filtered');
  const decisions = await linesAbout<FilterDecision>(path.join(filtered, DECISIONS_FILE), (line) => line.id === id);
  const clusters = await linesAbout<FilterCluster>(path.join(filtered, CLUSTERS_FILE), ({ members }) =>
    members.some((member) => member.id === id),
  );
  const dropped = decisions?.some(({ action }) => action === 'dropped') === true;
  return {
    id,
    source: record.source,
    kind: record.kind,
    profile,
    ...(language === undefined ? {} : { language }),
    length: document.length,
    letters: document.letters,
    words: document.words,
    ...(language === undefined
      ? {}
      : { quality: new QualityJudge().calculation(record.text!, quality[language][profile], language) }),
    questions: (document.hits ?? []).map(({ question }) => questions!.questions[question]!),
    nearDuplicates,
    repeats: repeats[profile],
    decisions: decisions ?? [],
    clusters: clusters ?? [],
    outcome: decisions === undefined ? 'unknown' : dropped ? 'dropped' : 'kept',
  };
}

/** Looks into the sources first that the id begins with. */
async function findRecord(prepared: string, id: string): Promise<DocumentRecord> {
  const entries = await readStage(prepared, 'prepare');
  const isNamed = (entry: StageEntry) =>
    id === entry.id || id.startsWith(`${entry.id}#`) || id.startsWith(`${entry.id}:`);
  for (const entry of [...entries.filter(isNamed), ...entries.filter((one) => !isNamed(one))]) {
    for await (const record of readRecords(path.join(prepared, `${entry.id}.jsonl`)))
      if (record.id === id) return record;
  }
  throw new ExpChatError({
    code: 'corpus.no-document',
    kind: 'notFound',
    message: `corpus filter: expected the id of a prepared document, got ${JSON.stringify(id)}`,
    next: 'The ids are in data/filtered/decisions.jsonl and in the files of data/prepared.',
    fields: { id },
  });
}

/** Undefined where there is no such file. */
async function linesAbout<T>(file: string, isAbout: (line: T) => boolean): Promise<T[] | undefined> {
  if (!(await exists(file))) return undefined;
  const found: T[] = [];
  for await (const line of readJsonl(file)) if (isAbout(line as T)) found.push(line as T);
  return found;
}
