/**
 * The whole chain on the starter corpus: generate, prepare, filter, tokenizer, pack, both phases, sample answers. Every stage
 * says itself whether there is something left to do, so a second run is short and an interrupted one continues.
 */
import path from 'node:path';
import { exists, makeDirectory, writeDurably } from '../base/index.ts';
import { corpusLines } from './commands/corpus.ts';
import { streamed } from './commands/generate.ts';
import { tokenizerLines } from './commands/tokenizer.ts';
import { trainLines } from './commands/train.ts';
import { modelsBelow } from './models.ts';
import type { CorpusStage, Project, SamplingSettings } from './services.ts';
import { CONFIG_FILE, type Session } from './session.ts';
import { STARTER_CONFIG } from './starter-config.ts';
import { announced } from './training-plan.ts';

export const STARTER_RUN = 'starter';
const SAMPLE_COUNT = 5;
const SAMPLE_SETTINGS: SamplingSettings = { temperature: 0, topK: 0, topP: 1, maxTokens: 96, seed: 42, stop: [] };

export interface StartReport {
  readonly directory: string;
  readonly model: string;
  /** True where the finished model of an earlier run was used. */
  readonly reused: boolean;
  readonly stages: readonly { readonly stage: string; readonly durationMs: number }[];
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly question: string;
  readonly answer: string;
  readonly expected: string;
}

/** Runs what is left of the chain in `directory`. */
export async function runStart(session: Session, directory: string): Promise<StartReport> {
  const file = path.join(directory, CONFIG_FILE);
  if (!(await exists(file))) {
    await makeDirectory(directory);
    await writeDurably(file, STARTER_CONFIG);
  }
  const { project } = await session.openProject('required', [], file);
  const finished = await finishedModel(directory);
  if (finished !== undefined) {
    await session.services.modelFacts(finished);
    session.say(session.texts.start.reused(finished));
    return { directory, model: finished, reused: true, stages: [], samples: await sampleAnswers(session, finished) };
  }
  session.say(session.texts.start.begins(directory));
  const stages: { stage: string; durationMs: number }[] = [];
  const model = await runChain(session, project, async (stage, body) => {
    const startedMs = session.context.clock.nowMs();
    const result = await body();
    stages.push({ stage, durationMs: session.context.clock.nowMs() - startedMs });
    return result;
  });
  return { directory, model, reused: false, stages, samples: await sampleAnswers(session, model) };
}

type Timed = <T>(stage: string, body: () => Promise<T>) => Promise<T>;

async function runChain(session: Session, project: Project, timed: Timed): Promise<string> {
  const { services, format, texts } = session;
  const tell = (lines: readonly string[]) => {
    for (const line of lines) session.say(line);
  };
  await timed('starter.generate', async () => {
    const report = await session.work((work) => services.writeStarterCorpus(project, work));
    tell([
      texts.start.corpus(
        format.integer(report.documents),
        format.integer(report.dialogues),
        format.bytes(report.bytes),
      ),
    ]);
  });
  // The sources were just now made by this program; what it made before is no state to hold on to.
  const stageOptions: Partial<Record<CorpusStage, { update: boolean }>> = { fetch: { update: true } };
  const stage = (name: CorpusStage) =>
    timed(`corpus.${name}`, async () =>
      tell(
        corpusLines(
          session,
          await session.work((work) => services.corpusStage(project, name, work, stageOptions[name])),
        ),
      ),
    );
  await stage('fetch');
  await stage('prepare');
  await stage('filter');
  await timed('tokenizer.train', async () =>
    tell(tokenizerLines(session, await session.work((work) => services.trainTokenizer(project, work)))),
  );
  await stage('pack');
  const run = path.join(project.directory, 'runs', STARTER_RUN);
  const train = (phase: 'pretrain' | 'chat') =>
    timed(`train.${phase}`, async () => {
      // The second phase continues the run of the first, and both continue what was interrupted.
      const mode = (await exists(run)) ? 'resume' : 'new';
      const request = { phase, run, mode, language: session.language } as const;
      const chosen = await announced(session, project, request);
      const report = await session.work((work) => services.trainModel(chosen, request, work));
      tell(trainLines(session, report).slice(0, -1));
      return report.model;
    });
  await train('pretrain');
  return train('chat');
}

/** The model that chat training finished with; anything before that is a state to continue from. */
async function finishedModel(directory: string): Promise<string | undefined> {
  const models = await modelsBelow(path.join(directory, 'runs', STARTER_RUN), directory);
  return models.find(({ name }) => name.endsWith('/final') && !name.includes('pretrain'))?.directory;
}

async function sampleAnswers(session: Session, directory: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  const model = await session.services.openModel(directory);
  const running = session.surroundings.interrupts.begin();
  try {
    for (const { question, answer } of await session.services.starterQuestions(SAMPLE_COUNT)) {
      const pieces = model.answer([{ role: 'user', content: question }], SAMPLE_SETTINGS, running.signal);
      const { text } = await streamed(pieces, () => undefined);
      samples.push({ question, answer: text, expected: answer });
    }
  } finally {
    running.end();
    await model.close();
  }
  return samples;
}

export function startLines(session: Session, report: StartReport): string[] {
  const { texts, format } = session;
  const words = texts.start;
  const total = report.stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const times = report.stages.map(
    ({ stage, durationMs }) => `  ${texts.progress.stages[stage] ?? stage}: ${format.duration(durationMs)}`,
  );
  return [
    ...(times.length === 0 ? [] : [words.times(format.duration(total)), ...times, '']),
    words.samples,
    ...report.samples.flatMap(({ question, answer }) => [
      `  ${words.question}: ${question}`,
      `  ${words.answer}: ${answer}`,
      '',
    ]),
    words.model(report.model),
  ];
}
