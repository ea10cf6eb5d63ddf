/** `expchat corpus …`: the four stages from sources to token shards, each alone or in a row. */
import type { Command } from 'commander';
import { ExpChatError, type WorkOptions } from '../../base/index.ts';
import { SOURCE_PRESETS } from '../../corpus/index.ts';
import { act, declare, type Registration } from '../command.ts';
import type { CorpusReport, CorpusStage, Project, TokenizerReport } from '../services.ts';
import type { Session } from '../session.ts';
import { table } from '../terminal-text.ts';
import { explanationLines, filterLines } from './corpus-filter.ts';
import { registerLineage } from './corpus-lineage.ts';
import { reasonWords } from './corpus-reasons.ts';
import { registerCorpusReport } from './corpus-report.ts';
import { packingLines, registerCorpusShow } from './corpus-show.ts';
import { tokenizerLines } from './tokenizer.ts';

export interface CorpusOptions {
  /** Take what the sources hold now, also where it differs from what was pinned. */
  readonly update?: boolean;
  /** Use verified local copies and open no connection. */
  readonly offline?: boolean;
}

export const CORPUS_STAGES: readonly CorpusStage[] = ['fetch', 'prepare', 'filter', 'pack'];

export function registerCorpus(parent: Command, registration: Registration): void {
  const corpus = declare(parent, registration, 'corpus', 'corpus');
  for (const stage of CORPUS_STAGES) {
    const command = declare(corpus, registration, stage, `corpus ${stage}`);
    if (stage === 'fetch') addFetchOptions(command, registration);
    if (stage === 'filter') command.option('--explain <id>', registration.texts.options.explain);
    act<CorpusOptions & { explain?: string }>(command, registration, async (session, { explain, ...options }) => {
      checkFetchOptions(options);
      const { project } = await session.openProject('required');
      if (explain !== undefined) {
        const explanation = await session.services.explainDocument(project, explain);
        session.result(
          explanation,
          explanationLines(session, explanation, (reason) => reasonWords(session, reason)),
        );
        return 0;
      }
      const report = await session.work((work) => session.services.corpusStage(project, stage, work, options));
      session.result(report, corpusLines(session, report));
      return 0;
    });
  }
  registerPresets(corpus, registration);
  registerCorpusShow(corpus, registration);
  const run = addFetchOptions(declare(corpus, registration, 'run', 'corpus run'), registration);
  act<CorpusOptions>(run, registration, async (session, options) => {
    checkFetchOptions(options);
    const { project } = await session.openProject('required');
    const { stages, tokenizer } = await runCorpus(session, project, options);
    session.result({ stages, tokenizer }, []);
    return 0;
  });
  registerLineage(corpus, registration);
  registerCorpusReport(corpus, registration);
}

function addFetchOptions(command: Command, { texts: { options } }: Registration): Command {
  return command.option('--update', options.update).option('--offline', options.offline);
}

/** What a source holds now is not known without asking it. Throws `cli.update-offline`. */
function checkFetchOptions({ update, offline }: CorpusOptions): void {
  if (update !== true || offline !== true) return;
  throw new ExpChatError({
    code: 'cli.update-offline',
    kind: 'usage',
    message: 'corpus: expected --update or --offline, got both',
    next: 'Leave --offline away to see what the sources hold now, or --update to use the copies that are there.',
  });
}

/** The ready sources; no project is needed. */
function registerPresets(corpus: Command, registration: Registration): void {
  act(declare(corpus, registration, 'presets', 'corpus presets'), registration, async (session) => {
    const { format, texts } = session;
    const presets = Object.values(SOURCE_PRESETS);
    const rows = presets.map(({ name, megabytes, spec }) => [
      name,
      `${format.integer(megabytes)} MB`,
      spec.licence,
      texts.corpus.presets[name],
    ]);
    session.result({ presets }, [...table(rows, [1]), texts.corpus.presetUse]);
    return 0;
  });
}

/** All stages; the tokenizer is trained before `pack` where it is missing or older than the documents. */
export async function runCorpus(session: Session, project: Project, options: CorpusOptions = {}) {
  const { services } = session;
  const release = await services.holdCorpus(project);
  try {
    return await runHeld(session, project, options);
  } finally {
    await release();
  }
}

async function runHeld(session: Session, project: Project, options: CorpusOptions) {
  const { services } = session;
  const stages: CorpusReport[] = [];
  const stage = async (name: CorpusStage) => {
    const report = await session.work((work: WorkOptions) =>
      services.corpusStage(project, name, work, { ...options, held: true }),
    );
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
  if (report.filter !== undefined) lines.push(...filterLines(session, report.filter));
  if (report.tokens !== undefined) lines.push(`  ${words.tokens(format.integer(report.tokens))}`);
  if (report.packing !== undefined) lines.push(...packingLines(session, report.packing));
  lines.push(`  ${words.folder(report.directory)}`);
  return lines;
}
