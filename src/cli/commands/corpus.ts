/** `expchat corpus …`: the four stages from sources to token shards, each alone or in a row. */
import type { Command } from 'commander';
import type { WorkOptions } from '../../base/index.ts';
import { act, declare, type Registration } from '../command.ts';
import type { CorpusReport, CorpusStage, Project, TokenizerReport } from '../services.ts';
import type { Session } from '../session.ts';
import { table } from '../terminal-text.ts';
import { registerLineage } from './corpus-lineage.ts';
import { reasonWords } from './corpus-reasons.ts';
import { registerCorpusReport } from './corpus-report.ts';
import { packingLines, registerCorpusShow } from './corpus-show.ts';
import { tokenizerLines } from './tokenizer.ts';

export interface CorpusOptions {
  /** Take what the sources hold now, also where it differs from what was pinned. */
  readonly refresh?: boolean;
}

export const CORPUS_STAGES: readonly CorpusStage[] = ['fetch', 'prepare', 'filter', 'pack'];

export function registerCorpus(parent: Command, registration: Registration): void {
  const corpus = declare(parent, registration, 'corpus', 'corpus');
  const refresh = registration.texts.options.refresh;
  for (const stage of CORPUS_STAGES) {
    const command = declare(corpus, registration, stage, `corpus ${stage}`);
    if (stage === 'fetch') command.option('--refresh', refresh);
    act<CorpusOptions>(command, registration, async (session, options) => {
      const { project } = await session.openProject('required');
      const report = await session.work((work) => session.services.corpusStage(project, stage, work, options));
      session.result(report, corpusLines(session, report));
      return 0;
    });
  }
  registerCorpusShow(corpus, registration);
  const run = declare(corpus, registration, 'run', 'corpus run').option('--refresh', refresh);
  act<CorpusOptions>(run, registration, async (session, options) => {
    const { project } = await session.openProject('required');
    const { stages, tokenizer } = await runCorpus(session, project, options);
    session.result({ stages, tokenizer }, []);
    return 0;
  });
  registerLineage(corpus, registration);
  registerCorpusReport(corpus, registration);
}

/** All stages; the tokenizer is trained before `pack` where it is missing or older than the documents. */
export async function runCorpus(session: Session, project: Project, options: CorpusOptions = {}) {
  const { services } = session;
  const stages: CorpusReport[] = [];
  const stage = async (name: CorpusStage) => {
    const report = await session.work((work: WorkOptions) => services.corpusStage(project, name, work, options));
    stages.push(report);
    if (!session.flags.json) for (const line of corpusLines(session, report)) session.print(line);
  };
  for (const name of CORPUS_STAGES.slice(0, 3)) await stage(name);
  const tokenizer: TokenizerReport = await session.work((work) => services.trainTokenizer(project, work));
  if (!session.flags.json) for (const line of tokenizerLines(session, tokenizer)) session.print(line);
  await stage('pack');
  return { stages, tokenizer };
}

export function corpusLines(session: Session, report: CorpusReport): string[] {
  const { texts, format } = session;
  const words = texts.corpus;
  const title = texts.progress.stages[`corpus.${report.stage}`] ?? report.stage;
  const lines = [
    `${title}: ${words.kept(format.integer(report.documentsOut), format.integer(report.documentsIn))}${
      report.upToDate ? ` (${words.upToDate})` : ''
    }`,
  ];
  const counted = (heading: string, counts: Readonly<Record<string, number>>, wordsOf: (name: string) => string) => {
    const rows = Object.entries(counts)
      .filter(([, count]) => count !== 0)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => [`    ${wordsOf(name)}`, format.integer(count)]);
    if (rows.length > 0) lines.push(`  ${heading}`, ...table(rows, [1]));
  };
  counted(words.dropped, report.dropped, (reason) => reasonWords(session, reason));
  counted(words.problems, report.problems ?? {}, (reason) => reasonWords(session, reason));
  if (report.letters !== undefined) {
    const { before, after, byRule } = report.letters;
    counted(words.letters(format.integer(before), format.integer(after)), byRule, (rule) => reasonWords(session, rule));
  }
  if (report.tokens !== undefined) lines.push(`  ${words.tokens(format.integer(report.tokens))}`);
  if (report.packing !== undefined) lines.push(...packingLines(session, report.packing));
  lines.push(`  ${words.folder(report.directory)}`);
  return lines;
}
