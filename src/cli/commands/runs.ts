/** `expchat runs …`: training runs as a list, followed in the terminal, on a page, as a report. */
import path from 'node:path';
import type { Command } from 'commander';
import { ExpChatError } from '../../base/index.ts';
import { type FoundRun, progressOf, RunFollower, type RunView, readRun, runsBelow } from '../../runs/index.ts';
import { act, declare, integerOption, type Registration } from '../command.ts';
import { watchRun } from '../dashboard/watch-run.ts';
import type { Session } from '../session.ts';
import { table } from '../terminal-text.ts';

interface RunsOptions {
  readonly port?: number;
  readonly output?: string;
}

export function registerRuns(parent: Command, registration: Registration): void {
  const { texts } = registration;
  const group = declare(parent, registration, 'runs', 'runs');

  act(declare(group, registration, 'list', 'runs list').alias('ls'), registration, async (session) => {
    const runs = await Promise.all((await runsOfProject(session)).map(readRun));
    const lines = runs.length === 0 ? [session.texts.runs.none] : runTable(session, runs);
    session.result({ runs: runs.map(runFacts) }, lines);
    return 0;
  });

  act(declare(group, registration, 'watch [run]', 'runs watch'), registration, async (session, _, [name]) => {
    const view = await watchRun(session, new RunFollower(await findRun(session, name)));
    session.result(runFacts(view), runTable(session, [view]));
    return 0;
  });

  const view = declare(group, registration, 'view', 'runs view').option(
    '--port <number>',
    texts.options.port,
    integerOption(texts, 1, 65_535),
  );
  act<RunsOptions>(view, registration, async (session, { port = 0 }) => {
    const request = { directory: await runsDirectory(session), port, language: session.language };
    const running = session.surroundings.interrupts.begin();
    try {
      const tell = (address: string) => {
        session.result({ address }, [session.texts.runs.serving(address)]);
        session.say(session.texts.runs.endHint);
      };
      await session.services.serveRuns(request, tell, running.signal);
    } finally {
      running.end();
    }
    return 0;
  });

  const report = declare(group, registration, 'report [run]', 'runs report').option(
    '-o, --output <file>',
    texts.options.reportFile,
  );
  act<RunsOptions>(report, registration, async (session, { output }, [name]) => {
    const run = await findRun(session, name);
    const target = output === undefined ? undefined : path.resolve(session.context.cwd, output);
    const file = await session.services.writeRunReport(run.directory, run.name, session.language, target);
    session.result({ run: run.name, file }, [session.texts.runs.written(file)]);
    return 0;
  });
}

async function runsDirectory(session: Session): Promise<string> {
  const { project } = await session.openProject('optional');
  return path.join(project.directory, 'runs');
}

async function runsOfProject(session: Session): Promise<FoundRun[]> {
  return runsBelow(await runsDirectory(session));
}

/**
 * The run that `name` means: its name, the beginning of one (the phase begun last), a folder; undefined is the run begun
 * last. Throws `runs.not-found`.
 */
async function findRun(session: Session, name: string | undefined): Promise<FoundRun> {
  const runs = await runsOfProject(session);
  const exact = runs.find((run) => run.name === name);
  if (exact !== undefined) return exact;
  const meant = name === undefined ? runs : runs.filter((run) => run.name.startsWith(`${name}/`));
  const below =
    meant.length > 0 || name === undefined ? meant : await runsBelow(path.resolve(session.context.cwd, name));
  const views = await Promise.all(below.map(readRun));
  const [newest] = views.sort((a, b) => (a.head.started < b.head.started ? 1 : -1));
  if (newest !== undefined) return { name: newest.name, directory: newest.directory };
  throw new ExpChatError({
    code: 'runs.not-found',
    kind: 'notFound',
    message: `${name ?? 'runs/'}: expected a training run, found none`,
    next: 'See `expchat runs list`, or begin one with `expchat train`.',
    fields: { name: name ?? '', known: runs.slice(0, 8).map((run) => run.name) },
  });
}

/** What of a run goes into JSON: figures, no curves. */
function runFacts(run: RunView) {
  const { name, directory, status, head, log } = run;
  const { last, validations, best, skippedSteps, tokens, notices } = log;
  const validation = validations.at(-1);
  return {
    name,
    directory,
    status,
    phase: head.phase,
    started: head.started,
    progress: progressOf(run),
    step: last?.step ?? 0,
    lossNats: last?.lossNats ?? null,
    validationLossNats: validation?.lossNats ?? null,
    bitsPerByte: validation?.bitsPerByte ?? null,
    bestStep: best?.step ?? null,
    bestLossNats: best?.lossNats ?? null,
    skippedSteps,
    tokens,
    elapsedSeconds: last?.elapsedSeconds ?? 0,
    notices: notices.map(({ step, code, message }) => ({ step, code, message })),
  };
}

function runTable({ texts, format }: Session, runs: readonly RunView[]): string[] {
  const { columns, states } = texts.runs;
  const loss = (value: number | null | undefined) => (typeof value === 'number' ? format.decimal(value, 3) : '-');
  const rows = runs.map(({ name, status, log }) => [
    name,
    states[status],
    format.integer(log.last?.step ?? 0),
    loss(log.last?.lossNats),
    loss(log.validations.at(-1)?.lossNats),
    loss(log.best?.lossNats),
    format.duration((log.last?.elapsedSeconds ?? 0) * 1000),
  ]);
  const { run, state, steps, loss: lossName, validation, best, duration } = columns;
  return table([[run, state, steps, lossName, validation, best, duration], ...rows], [2, 3, 4, 5, 6]);
}
