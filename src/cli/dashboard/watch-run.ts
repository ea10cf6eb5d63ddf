/** Follows a run by its folder: in place on a terminal, a line at each change elsewhere. It ends with the run or with Ctrl+C. */
import { noticeText, progressOf, type RunFollower, type RunView, secondsLeft } from '../../runs/index.ts';
import type { Session } from '../session.ts';
import { type DashboardFacts, dashboardLines } from './dashboard.ts';
import { LiveRegion } from './live-region.ts';

const LIVE_INTERVAL_MS = 500;
const LOG_INTERVAL_MS = 10_000;

/** The last look at the run. */
export async function watchRun(session: Session, follower: RunFollower): Promise<RunView> {
  const { context } = session;
  const { stderr, clock, env } = context;
  const live = stderr.isTTY === true && env['TERM'] !== 'dumb' && !env['CI'] && !session.flags.json;
  const columns = () => stderr.columns || 80;
  const write = (text: string) => void (session.flags.quiet || stderr.write(text));
  const region = new LiveRegion({ write, columns });
  const running = session.surroundings.interrupts.begin();
  try {
    for (;;) {
      const run = await follower.look();
      const facts = dashboardFacts(session, run);
      if (live) {
        const look = { columns: columns(), rows: stderr.rows || 24, colour: session.coloured };
        const number = (value: number) => session.format.decimal(value, 3);
        region.draw(dashboardLines(facts, { ...look, number, texts: session.texts.runs.dashboard }));
      } else {
        session.say([`${facts.title}: ${facts.progress.join(', ')}`, ...facts.figures].join(', '));
      }
      if (run.status !== 'running' || running.signal.aborted) return run;
      // A signal ends the sleep, and the loop looks a last time.
      await clock.sleep(live ? LIVE_INTERVAL_MS : LOG_INTERVAL_MS, running.signal).catch(() => undefined);
    }
  } finally {
    region.release();
    running.end();
  }
}

function dashboardFacts({ texts, format, language }: Session, run: RunView): DashboardFacts {
  const { log, head, name, status } = run;
  const words = texts.progress;
  const { last } = log;
  const validation = log.validations.at(-1);
  const left = secondsLeft(run);
  const sample = log.samples.findLast(({ index }) => index === 0);
  const figure = (key: keyof typeof words.figures, value: string | undefined): string[] =>
    value === undefined ? [] : [`${words.figures[key]} ${value}`];
  const decimal = (value: number | null | undefined, digits: number) =>
    typeof value === 'number' ? format.decimal(value, digits) : undefined;
  const phase = texts.phases[head.phase as keyof typeof texts.phases] ?? head.phase;
  const { length } = head.recipe;
  const steps = format.integer(last?.step ?? 0);
  const planned = 'steps' in length ? `/${format.integer(length.steps)}` : '';
  return {
    title: `${name} (${phase})`,
    share: progressOf(run),
    progress: [
      texts.runs.states[status],
      `${steps}${planned} ${words.units['steps']}`,
      ...(status === 'running' && left !== undefined ? [words.left(format.duration(left * 1000))] : []),
    ],
    figures: [
      ...figure('lossNats', decimal(last?.lossNats, 3)),
      ...figure('validationLossNats', decimal(validation?.lossNats, 3)),
      ...figure('bitsPerByte', decimal(validation?.bitsPerByte, 3)),
      ...figure('learningRate', decimal(last?.learningRate, 6)),
      ...figure('gradientNorm', decimal(last?.gradientNorm, 2)),
      ...figure('tokensPerSecond', last && format.integer(last.tokensPerSecond)),
      ...(log.skippedSteps > 0 ? figure('skippedSteps', format.integer(log.skippedSteps)) : []),
    ],
    loss: log.loss.points,
    validation: {
      steps: log.validations.map(({ step }) => step),
      values: log.validations.map(({ lossNats }) => lossNats),
    },
    sample: sample && `${sample.prompt} ▸ ${sample.text}`,
    notices: log.notices.map((notice) => noticeText(notice, language)),
  };
}
