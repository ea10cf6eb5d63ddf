/** `expchat corpus report`: what the corpus is made of, as one HTML page and a table on the terminal. */
import path from 'node:path';
import type { Command } from 'commander';
import { type CorpusReportData, dataCard } from '../../corpus/index.ts';
import { act, declare, type Registration } from '../command.ts';
import { createFormat } from '../language.ts';
import type { Project } from '../services.ts';
import type { Session } from '../session.ts';
import { table } from '../terminal-text.ts';
import { textsOf } from '../texts/index.ts';
import { reasonIn, reasonWords } from './corpus-reasons.ts';

interface ReportOptions {
  readonly html?: string;
}

/** In the project's folder, where nothing else is named. */
const REPORT_FILE = 'corpus-report.html';
const SHOWN_SOURCES = 20;

export function registerCorpusReport(group: Command, registration: Registration): void {
  const command = declare(group, registration, 'report', 'corpus report').option(
    '--html <file>',
    registration.texts.options.html,
  );
  act<ReportOptions>(command, registration, async (session, { html }) => {
    const { project } = await session.openProject('required');
    await runReport(session, project, html === undefined ? undefined : path.resolve(session.context.cwd, html));
    return 0;
  });
}

export async function runReport(
  session: Session,
  project: Project,
  htmlFile = path.join(project.directory, REPORT_FILE),
): Promise<void> {
  const { language } = session;
  const request = {
    htmlFile,
    language,
    reasonWords: (one: 'de' | 'en', reason: string) => reasonIn(textsOf(one), reason),
  };
  const data = await session.work((work) => session.services.lineage(project).report(request, work));
  const card = dataCard(data, language, createFormat(language));
  session.result({ ...data, card, files: [htmlFile] }, reportLines(session, data, htmlFile));
}

function reportLines(session: Session, data: CorpusReportData, file: string): string[] {
  const words = session.texts.lineage.report;
  const { integer, bytes, percent } = session.format;
  const { totals, sources, drops, split, expired } = data;
  const head = [words.source, words.licence, words.documents, words.kept, words.text, words.tokens];
  const rows = sources
    .slice(0, SHOWN_SOURCES)
    .map(({ id, licence = '-', documents, kept, textBytes, tokens }) => [
      id,
      licence,
      integer(documents),
      integer(kept),
      bytes(textBytes),
      integer(tokens),
    ]);
  const sum = [
    words.sum,
    '',
    integer(totals.documents),
    integer(totals.kept),
    bytes(totals.textBytes),
    integer(totals.tokens),
  ];
  const more = sources.length - SHOWN_SOURCES;
  const dropRows = drops.map(({ reason, documents }) => [`  ${reasonWords(session, reason)}`, integer(documents)]);
  const setRows = (split?.sets ?? []).map((set) => [
    `  ${set.set}`,
    integer(set.documents),
    bytes(set.textBytes),
    percent(set.share, 1),
  ]);
  return [
    ...table([head, ...rows, sum], [2, 3, 4, 5]),
    ...(more > 0 ? [words.more(integer(more))] : []),
    ...(dropRows.length === 0 ? [] : ['', words.dropped, ...table(dropRows, [1])]),
    ...(setRows.length === 0 ? [] : ['', words.split, ...table(setRows, [1, 2, 3])]),
    ...expired.map(({ id, retainUntil, command }) => words.expired(id, retainUntil, command)),
    '',
    session.texts.grid.written(file),
  ];
}
