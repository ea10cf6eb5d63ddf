/** Runs as the page asks for them: a list, and one run with its curves. Only what is below the folder can be named. */
import {
  factsOfRun,
  type Language,
  noticeText,
  progressOf,
  RunFollower,
  type RunView,
  runsBelow,
} from '../../runs/index.ts';

/** Samples of the last so many validations. */
const SHOWN_VALIDATIONS = 50;

export class RunsData {
  readonly #directory: string;
  readonly #language: Language;
  readonly #followers = new Map<string, RunFollower>();
  /** Looks at one run follow each other: two at once would take the same records twice. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(directory: string, language: Language) {
    this.#directory = directory;
    this.#language = language;
  }

  async list() {
    const runs: unknown[] = [];
    for (const { name } of await runsBelow(this.#directory)) {
      const view = await this.#look(name);
      if (view === undefined) continue;
      const { status, head, log } = view;
      const facts = { name, status, phase: head.phase, started: head.started };
      runs.push({ ...facts, progress: progressOf(view), step: log.last?.step ?? 0 });
    }
    return { runs };
  }

  /** Undefined where there is no run of that name. */
  async run(name: string) {
    const view = await this.#look(name);
    if (view === undefined) return undefined;
    const { log, status, diagnosis } = view;
    const steps = [...new Set(log.samples.map(({ step }) => step))].slice(-SHOWN_VALIDATIONS);
    const validation = (value: (each: (typeof log.validations)[number]) => number) => ({
      steps: log.validations.map(({ step }) => step),
      values: log.validations.map(value),
    });
    return {
      name,
      status,
      facts: factsOfRun(view, this.#language),
      curves: {
        loss: log.loss.points,
        validation: validation(({ lossNats }) => lossNats),
        bitsPerByte: validation(({ bitsPerByte }) => bitsPerByte),
        learningRate: log.learningRate.points,
        gradientNorm: log.gradientNorm.points,
        speed: log.tokensPerSecond.points,
      },
      notices: [
        ...log.notices.map((notice) => ({ step: notice.step, text: noticeText(notice, this.#language) })),
        ...(diagnosis === undefined ? [] : [{ step: diagnosis.step, text: diagnosis.reason }]),
      ],
      samples: log.samples.filter(({ step }) => steps.includes(step)),
    };
  }

  #look(name: string): Promise<RunView | undefined> {
    const look = this.#before.then(async () => {
      const found = (await runsBelow(this.#directory)).find((run) => run.name === name);
      if (found === undefined) return undefined;
      const follower = this.#followers.get(name) ?? new RunFollower(found);
      this.#followers.set(name, follower);
      return follower.look();
    });
    this.#before = look.catch(() => undefined); // Each caller gets its own error.
    return look;
  }
}
