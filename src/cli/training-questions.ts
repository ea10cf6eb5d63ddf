/** The questionnaires of the two training phases, with the project's settings as defaults. They know no prompt library. */
import path from 'node:path';
import { exists, isExpChatError } from '../base/index.ts';
import { DEFAULT_RUN, runDirectory } from './commands/train.ts';
import { type ConfigProblem, checkValue, describeProblem, type Override } from './config.ts';
import { SIZE_KEYS } from './config-schema.ts';
import { type Answer, isAnswer, type Prompter } from './prompts.ts';
import type { Project, TrainPhase, TrainRequest } from './services.ts';
import type { OpenProject, Session } from './session.ts';

export interface AskedTraining {
  readonly project: Project;
  readonly requests: readonly TrainRequest[];
}

/** What the dial answers where the model is left to it. */
const DIAL_ANSWERS: Readonly<Record<TrainPhase, readonly string[]>> = {
  pretrain: ['steps', 'batch', 'context', 'learningRate'],
  chat: ['batch', 'context', 'learningRate'],
};

const QUESTIONS = ['steps', 'batch', 'context', 'learningRate', 'validationEvery', 'checkpointEvery', 'seed'] as const;

/** Asks which phases, which run and each phase's figures. */
export async function askTraining(
  session: Session,
  prompter: Prompter,
  opened: OpenProject,
): Promise<Answer<AskedTraining>> {
  const words = session.texts.training;
  const phase = await prompter.select<TrainRequest['phase']>(
    words.whichPhase,
    [
      { value: 'both', label: words.both },
      { value: 'pretrain', label: session.texts.phases.pretrain },
      { value: 'chat', label: session.texts.phases.chat },
    ],
    'both',
  );
  if (!isAnswer(phase)) return phase;
  const name = await prompter.text(words.runName, DEFAULT_RUN, (text) =>
    text.trim() === '' ? words.needed : undefined,
  );
  if (!isAnswer(name)) return name;
  const run = runDirectory(name.trim(), opened.project.directory, session.context.cwd);
  const phases: TrainPhase[] = phase === 'both' ? ['pretrain', 'chat'] : [phase];
  const mode = await askMode(prompter, session, run, phases);
  if (!isAnswer(mode)) return mode;
  const overrides: Override[] = [];
  if (mode !== 'resume') {
    const size = phases.includes('pretrain') ? await askSize(session, prompter, opened) : [];
    if (!isAnswer(size)) return size;
    overrides.push(...size);
    const dials = size.length > 0 || opened.settings.model.depth !== 'off';
    for (const each of phases) {
      const answers = await askPhase(session, prompter, opened, each, dials);
      if (!isAnswer(answers)) return answers;
      overrides.push(...answers);
    }
  }
  const { project } = await session.openProject('required', overrides, opened.file);
  return { project, requests: [{ phase, run, mode, language: session.language }] };
}

async function askMode(
  prompter: Prompter,
  session: Session,
  run: string,
  phases: readonly TrainPhase[],
): Promise<Answer<TrainRequest['mode']>> {
  const begun = await Promise.all(phases.map((phase) => exists(path.join(run, phase, 'run.json'))));
  if (!begun.includes(true)) return 'new';
  const words = session.texts.training;
  return prompter.select<TrainRequest['mode']>(
    words.runExists,
    [
      { value: 'resume', label: words.resume },
      { value: 'fresh', label: words.fresh },
    ],
    'resume',
  );
}

/** For how long the best model is wanted, where none is set by hand; an empty answer leaves the model as it is. */
async function askSize(session: Session, prompter: Prompter, opened: OpenProject): Promise<Answer<Override[]>> {
  const isSet = ['depth', ...SIZE_KEYS].some((key) => opened.project.given?.has(`model.${key}`));
  if (isSet || opened.settings.model.depth !== 'off') return [];
  const question = session.texts.training.bestModelFor;
  const typed = await prompter.text(question, '0', (text) => wrongValue(session, 'pretrain.minutes', question, text));
  if (!isAnswer(typed)) return typed;
  const minutes = decimal(typed);
  return Number(minutes) > 0 ? [{ key: 'pretrain.minutes', value: minutes, where: question }] : [];
}

async function askPhase(
  session: Session,
  prompter: Prompter,
  opened: OpenProject,
  phase: TrainPhase,
  dials: boolean,
): Promise<Answer<Override[]>> {
  const words = session.texts.training;
  const overrides: Override[] = [];
  for (const name of QUESTIONS.filter((each) => !dials || !DIAL_ANSWERS[phase].includes(each))) {
    const key = `${phase}.${name}`;
    const question = `${session.texts.phases[phase]}: ${words.questions[name]}`;
    const shown = String(opened.settings[phase][name]);
    const typed = await prompter.text(question, shown, (text) => wrongValue(session, key, question, text));
    if (!isAnswer(typed)) return typed;
    // What is left as it was is not set by hand.
    if (typed.trim() !== shown) overrides.push({ key, value: decimal(typed), where: question });
  }
  if (phase === 'chat') {
    const only = await prompter.confirm(words.assistantOnly, opened.settings.chat.assistantOnly);
    if (!isAnswer(only)) return only;
    overrides.push({ key: 'chat.assistantOnly', value: only, where: words.assistantOnly });
  }
  return overrides;
}

/** A German decimal comma is a decimal mark here. */
function decimal(text: string): string {
  return text.trim().replace(',', '.');
}

function wrongValue(session: Session, key: string, where: string, text: string): string | undefined {
  try {
    checkValue({ key, value: decimal(text), where });
    return undefined;
  } catch (error) {
    if (!isExpChatError(error)) throw error;
    const [problem] = error.fields['problems'] as ConfigProblem[];
    return session.texts.errors.problem({ ...problem!, where: '', key: '' }, describeProblem);
  }
}
