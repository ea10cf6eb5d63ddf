/** `expchat corpus trace` and `expchat corpus forget`: from a text back to its documents, and out of every artifact. */
import path from 'node:path';
import type { Command } from 'commander';
import { ExpChatError, isExpChatError } from '../../base/index.ts';
import type { ForgetKind, ForgetPlan, ForgetReceipt, TraceMatch, TraceReport } from '../../corpus/index.ts';
import { act, declare, integerOption, type Registration } from '../command.ts';
import type { Lineage } from '../lineage-services.ts';
import { isAnswer } from '../prompts.ts';
import type { Project } from '../services.ts';
import type { Session } from '../session.ts';
import { reasonWords } from './corpus-reasons.ts';

interface TraceOptions {
  readonly limit?: number;
}

interface ForgetOptions {
  readonly source?: string;
  readonly document?: string;
  readonly pattern?: string;
}

const TRACE_LIMIT = 20;
const LISTED = 10;
/** Documents and files in the JSON of a plan; the counts are of all. */
const LISTED_JSON = 1000;

export function registerLineage(group: Command, registration: Registration): void {
  const { options } = registration.texts;
  const trace = declare(group, registration, 'trace <text...>', 'corpus trace').option(
    '--limit <count>',
    options.traceLimit,
    integerOption(registration.texts, 1, 1000),
  );
  act<TraceOptions>(trace, registration, async (session, { limit = TRACE_LIMIT }, words) => {
    const { project } = await session.openProject('required');
    return runTrace(session, project, words.join(' '), limit);
  });
  const forget = declare(group, registration, 'forget [what]', 'corpus forget')
    .option('--source <id>', options.forgetSource)
    .option('--document <id>', options.forgetDocument)
    .option('--pattern <text>', options.forgetPattern);
  act<ForgetOptions>(forget, registration, async (session, options, [what]) => {
    const { project } = await session.openProject('required');
    return runForget(session, project, chosen(options, what));
  });
}

export async function runTrace(session: Session, project: Project, text: string, limit = TRACE_LIMIT): Promise<number> {
  const report = await session.work((work) => session.services.lineage(project).trace(text, limit, work));
  session.result(report, traceLines(session, report));
  return report.matches.length === 0 ? 4 : 0;
}

/** The same as `corpus forget`, for a name as a person types it. */
export function runForgetNamed(session: Session, project: Project, what: string): Promise<number> {
  return runForget(session, project, chosen({}, what));
}

interface Chosen {
  readonly kind?: ForgetKind;
  readonly value: string;
}

/** What the person named; undefined where nothing, to finish a removal that was cut short. */
function chosen(options: ForgetOptions, what: string | undefined): Chosen | undefined {
  const given: Chosen[] = what === undefined ? [] : [{ value: what }];
  for (const kind of ['source', 'document', 'pattern'] as const) {
    const value = options[kind];
    if (value !== undefined) given.push({ kind, value });
  }
  if (given.length <= 1) return given[0];
  throw new ExpChatError({
    code: 'cli.forget-one',
    kind: 'usage',
    message: `corpus forget: expected one source, document or pattern, got ${given.length}`,
    next: 'Forget one thing at a time.',
  });
}

/** From the plan to the last file no corpus run changes what the plan was made from. */
async function runForget(session: Session, project: Project, selector: Chosen | undefined): Promise<number> {
  const release = await session.services.holdCorpus(project);
  try {
    return await runHeld(session, session.services.lineage(project), project.directory, selector);
  } finally {
    await release();
  }
}

async function runHeld(
  session: Session,
  lineage: Lineage,
  directory: string,
  selector: Chosen | undefined,
): Promise<number> {
  const words = session.texts.lineage.forget;
  const finished = await session.work((work) => lineage.finishForget(work));
  if (finished !== undefined) session.say(words.finished(finished.id));
  if (selector === undefined) {
    if (finished === undefined) throw nothingNamed();
    session.result({ done: true, receipt: finished }, doneLines(session, finished, directory));
    return 0;
  }
  let plan: ForgetPlan;
  try {
    plan = await session.work((work) => lineage.planForget(selector, work));
  } catch (error) {
    const earlier =
      isExpChatError(error) && error.kind === 'notFound' && (await lineage.earlierReceipt(selector.value));
    if (!earlier) throw error;
    session.result({ done: true, before: true, receipt: earlier }, [words.before(earlier.at, earlier.id)]);
    return 0;
  }
  if (!session.flags.json) for (const line of planLines(session, plan, selector.value)) session.print(line);
  if (!(await confirmed(session))) {
    session.result({ done: false, plan: planFacts(plan) }, [words.dry]);
    return 0;
  }
  const receipt = await session.work((work) => lineage.executeForget(plan, work));
  session.result({ done: true, plan: planFacts(plan), receipt }, doneLines(session, receipt, directory));
  return 0;
}

function nothingNamed(): ExpChatError {
  return new ExpChatError({
    code: 'cli.forget-what',
    kind: 'usage',
    message: 'corpus forget: expected a source, a document or a text, got nothing',
    next: 'Name one, for example expchat corpus forget --document "letters#anna.txt".',
  });
}

async function confirmed(session: Session): Promise<boolean> {
  if (session.flags.yes) return true;
  if (!session.interactive || session.flags.json) return false;
  const answer = await session.prompter().confirm(session.texts.lineage.forget.question, false);
  return isAnswer(answer) && answer;
}

function planFacts(plan: ForgetPlan) {
  const { kind, documents, files, takenAlong, similar, sets, inTraining, runs, pages, preparedIds } = plan;
  return {
    kind,
    documents: documents.length,
    bytes: documents.reduce((sum, document) => sum + document.bytes, 0),
    listed: documents.slice(0, LISTED_JSON),
    files: files.slice(0, LISTED_JSON),
    preparedDocuments: [...preparedIds.values()].reduce((sum, ids) => sum + ids.size, 0),
    takenAlong,
    similar,
    sets,
    inTraining,
    runs,
    pages,
  };
}

function planLines(session: Session, plan: ForgetPlan, value: string): string[] {
  const words = session.texts.lineage.forget;
  const { integer, bytes } = session.format;
  const count = (things: { readonly length: number }) => integer(things.length);
  const { documents, files, runs, similar } = plan;
  const size = documents.reduce((sum, document) => sum + document.bytes, 0);
  const prepared = [...plan.preparedIds.values()].reduce((sum, ids) => sum + ids.size, 0);
  const copies = new Set(files.flatMap(({ file }) => (file === undefined ? [] : [file])));
  const own = [...new Set(files.filter(({ usersOwn }) => usersOwn).map(({ origin }) => origin))];
  const uncopied = files.filter(({ how }) => how === 'uncopied');
  const list = (names: readonly string[]) => names.slice(0, LISTED).map((name) => `    ${name}`);
  return [
    words.plan(words.kinds[plan.kind], count(documents), bytes(size)),
    ...list(documents.map(({ id }) => id)),
    ...(documents.length > LISTED ? ['    …'] : []),
    words.wouldGo,
    `  ${words.rawCopies(integer(copies.size))}`,
    `  ${words.prepared(integer(prepared))}`,
    `  ${words.filtered}`,
    ...(plan.inTraining ? [`  ${words.packed(plan.sets.join(', ') || '-')}`] : []),
    ...(plan.pages.length > 0 ? [`  ${words.pages(count(plan.pages))}`, ...list(plan.pages)] : []),
    ...(plan.takenAlong > 0 ? [`  ${words.takenAlong(integer(plan.takenAlong))}`] : []),
    ...(uncopied.length > 0 ? [`  ${words.uncopied(count(uncopied))}`] : []),
    ...(own.length > 0 ? [words.own(count(own)), ...list(own)] : []),
    ...(similar.length > 0 ? [words.similar(count(similar)), ...list(similar.map(({ id }) => id))] : []),
    ...(plan.kind === 'pattern' ? [words.pattern] : []),
    ...(plan.tombstones.sources.length > 0 ? [words.removeSource(value)] : []),
    ...(runs.length === 0 ? [words.noRuns] : [words.runs]),
    ...runs.flatMap(({ run, side, certainty, checkpoints }) => [
      `  ${run} (${words.sides[side]}; ${words.certainties[certainty]})`,
      ...list(checkpoints),
    ]),
  ];
}

function doneLines(session: Session, receipt: ForgetReceipt, directory: string): string[] {
  const words = session.texts.lineage.forget;
  return [
    words.done(session.format.integer(receipt.documents.count), receipt.id),
    words.log(path.join(directory, 'corpus.forget.log.jsonl')),
    words.next,
    ...(receipt.runs.length === 0 ? [] : [words.retrain, ...receipt.runs.map(({ run }) => `  ${run}`)]),
  ];
}

function traceLines(session: Session, report: TraceReport): string[] {
  const words = session.texts.lineage.trace;
  const { integer, bytes } = session.format;
  const head = words.searched(integer(report.documents), bytes(report.bytes));
  if (report.matches.length === 0) return [head, words.none];
  const more = report.exact + report.similar - report.matches.length;
  return [
    head,
    words.found(integer(report.exact), integer(report.similar)),
    ...report.matches.flatMap((match) => ['', ...matchLines(session, match)]),
    ...(more > 0 ? ['', words.more(integer(more))] : []),
  ];
}

function matchLines(session: Session, match: TraceMatch): string[] {
  const words = session.texts.lineage.trace;
  const { integer, percent } = session.format;
  const place = [
    ...(match.page === undefined ? [] : [words.page(integer(match.page))]),
    ...(match.section === undefined ? [] : [words.section(match.section)]),
    ...(match.message === undefined ? [] : [words.message(integer(match.message))]),
    words.place(integer(match.line), integer(match.character)),
    match.exact ? words.exact : words.share(percent(match.share), integer(match.longestRun)),
  ];
  const fate =
    match.shards.length > 0
      ? match.shards.map(({ shard, start, end }) => words.shard(shard, integer(start), integer(end)))
      : [
          words.fates[match.status] +
            (match.reason === undefined ? '' : `: ${reasonWords(session, match.reason)}`) +
            (match.stayed === undefined ? '' : ` (${words.stayed(match.stayed)})`),
        ];
  return [
    match.title === undefined || match.title === '' ? match.id : `${match.id} – ${match.title}`,
    `  ${place.join(', ')}`,
    `  ${match.excerpt}`,
    ...fate.map((line) => `  ${line}`),
    `  ${words.from(match.origin)}; ${words.licence(match.licence)}`,
  ];
}
