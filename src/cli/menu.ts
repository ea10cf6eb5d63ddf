/**
 * The menu: the same work as the commands, by questions. A cancelled question leads back to it, a failed entry is shown and it
 * goes on, the end of stdin leaves it. It knows no prompt library.
 */
import path from 'node:path';
import { openChatInput, runChat } from './chat-terminal.ts';
import { defaultSampling } from './command.ts';
import { CORPUS_STAGES, corpusLines, runCorpus } from './commands/corpus.ts';
import { runForgetNamed, runTrace } from './commands/corpus-lineage.ts';
import { runReport } from './commands/corpus-report.ts';
import { gridLines } from './commands/grid.ts';
import { initialise } from './commands/init.ts';
import { exportModel, modelLines } from './commands/model.ts';
import { trainLines } from './commands/train.ts';
import { modelsOfProject } from './models.ts';
import { type Answer, CANCELLED, ENDED, isAnswer, type Prompter } from './prompts.ts';
import { reportError } from './report-error.ts';
import { CONFIG_FILE, type OpenProject, type Session } from './session.ts';
import { announced } from './training-plan.ts';
import { askTraining } from './training-questions.ts';

export interface MenuState {
  /** The project's folder where another command has chosen it. */
  readonly directory?: string;
  model?: string;
}

type Entry = 'load' | 'save' | 'train' | 'ask' | 'grid' | 'corpus' | 'exit';
type Leave = typeof ENDED;

const LETTERS: Readonly<Record<Entry, string>> = {
  load: 'l',
  save: 's',
  train: 't',
  ask: 'b',
  grid: 'g',
  corpus: 'c',
  exit: 'e',
};
const ENTRIES = Object.keys(LETTERS) as Entry[];
const GRID_TOKENS = 64;

export async function runMenu(session: Session, prompter: Prompter, state: MenuState = {}): Promise<number> {
  const words = session.texts.menu;
  for (;;) {
    const choices = ENTRIES.map((value) => ({ value, label: words.entries[value], letter: LETTERS[value] }));
    const title = state.model === undefined ? words.title : words.titleWithModel(nearName(session, state.model));
    const chosen = await prompter.select<Entry>(title, choices, state.model === undefined ? undefined : 'ask');
    if (chosen === ENDED || chosen === CANCELLED || chosen === 'exit') {
      session.say(words.goodbye);
      return 0;
    }
    try {
      if ((await runEntry(session, prompter, state, chosen)) === ENDED) return 0;
    } catch (error) {
      reportError(session, error);
    }
  }
}

function runEntry(session: Session, prompter: Prompter, state: MenuState, entry: Exclude<Entry, 'exit'>) {
  const menu = new Menu(session, prompter, state);
  return menu[entry]();
}

/** A folder as it is called from where the person stands. */
function nearName(session: Session, directory: string): string {
  const relative = path.relative(session.context.cwd, directory);
  return relative.startsWith('..') ? directory : relative || directory;
}

/** One method for each entry; each returns `ENDED` where the input ended and nothing otherwise. */
class Menu {
  readonly #session: Session;
  readonly #prompter: Prompter;
  readonly #state: MenuState;

  constructor(session: Session, prompter: Prompter, state: MenuState) {
    this.#session = session;
    this.#prompter = prompter;
    this.#state = state;
  }

  #open(need: 'required' | 'optional'): Promise<OpenProject> {
    const { directory } = this.#state;
    return this.#session.openProject(need, [], directory === undefined ? undefined : path.join(directory, CONFIG_FILE));
  }

  #leave(answer: Answer<unknown>): Leave | undefined {
    if (answer === CANCELLED) this.#session.say(this.#session.texts.menu.cancelled);
    return answer === ENDED ? ENDED : undefined;
  }

  async #model(): Promise<string> {
    const { project } = await this.#open('optional');
    this.#state.model ??= (await this.#session.findModel(undefined, project.directory)).directory;
    return this.#state.model;
  }

  async load(): Promise<Leave | undefined> {
    const { texts, context, services } = this.#session;
    const { project } = await this.#open('optional');
    const models = await modelsOfProject(project.directory);
    const other = '\u0000other';
    const choices = models.map(({ directory, name }) => ({ value: directory, label: name }));
    const chosen = await this.#prompter.select<string>(texts.menu.whichModel, [
      ...choices,
      { value: other, label: texts.menu.otherFolder },
    ]);
    if (!isAnswer(chosen)) return this.#leave(chosen);
    let directory = chosen;
    if (chosen === other) {
      const typed = await this.#prompter.text(texts.menu.modelFolder);
      if (!isAnswer(typed)) return this.#leave(typed);
      directory = (await this.#session.findModel(path.resolve(context.cwd, typed), project.directory)).directory;
    }
    const facts = await services.modelFacts(directory);
    this.#state.model = directory;
    for (const line of modelLines(this.#session, facts)) this.#session.print(line);
    return undefined;
  }

  async save(): Promise<Leave | undefined> {
    const { texts } = this.#session;
    const model = await this.#model();
    const target = await this.#prompter.text(texts.menu.saveTo, './modell-kopie');
    if (!isAnswer(target)) return this.#leave(target);
    const facts = await exportModel(this.#session, model, target, false);
    this.#session.print(texts.model.exported(facts.directory));
    return undefined;
  }

  async train(): Promise<Leave | undefined> {
    const opened = await this.#open('required');
    const asked = await askTraining(this.#session, this.#prompter, opened);
    if (!isAnswer(asked)) return this.#leave(asked);
    for (const request of asked.requests) {
      const chosen = await announced(this.#session, asked.project, request);
      const report = await this.#session.work((work) => this.#session.services.trainModel(chosen, request, work));
      for (const line of trainLines(this.#session, report)) this.#session.print(line);
      this.#state.model = report.model;
    }
    return undefined;
  }

  async ask(): Promise<Leave | undefined> {
    const directory = await this.#model();
    const model = await this.#session.services.openModel(directory);
    try {
      const input = openChatInput(this.#session);
      try {
        await runChat(this.#session, model, nearName(this.#session, directory), input, defaultSampling, undefined);
      } finally {
        input.close();
      }
    } finally {
      await model.close();
    }
    return undefined;
  }

  async grid(): Promise<Leave | undefined> {
    const { texts, context, services } = this.#session;
    const model = await this.#model();
    const folder = await this.#prompter.text(texts.menu.gridFolder, './raster');
    if (!isAnswer(folder)) return this.#leave(folder);
    const place = path.resolve(context.cwd, folder);
    const request = {
      model,
      prompts: [],
      maxTokens: GRID_TOKENS,
      seed: defaultSampling.seed,
      language: this.#session.language,
      csvFile: path.join(place, 'grid.csv'),
      htmlFile: path.join(place, 'grid.html'),
    };
    const { rows, files } = await this.#session.work((work) => services.runGrid(request, work));
    for (const line of gridLines(this.#session, rows, files)) this.#session.print(line);
    return undefined;
  }

  async corpus(): Promise<Leave | undefined> {
    const { texts, context, services } = this.#session;
    if ((await this.#open('optional')).file === undefined) {
      const wanted = await this.#prompter.confirm(texts.menu.makeConfig, true);
      if (!isAnswer(wanted) || !wanted) return this.#leave(wanted);
      const documents = await this.#prompter.text(texts.menu.documentsFolder, './dokumente');
      if (!isAnswer(documents)) return this.#leave(documents);
      this.#session.print(texts.init.written(await initialise(this.#session, context.cwd, { documents })));
    }
    const { project } = await this.#open('required');
    const { stages } = texts.menu;
    const works = ['all', ...CORPUS_STAGES, 'trace', 'forget', 'report'] as const;
    const choices = works.map((value) => ({ value, label: stages[value] }));
    const chosen = await this.#prompter.select<(typeof works)[number]>(texts.menu.whichStage, choices, 'all');
    if (!isAnswer(chosen)) return this.#leave(chosen);
    if (chosen === 'all') {
      await runCorpus(this.#session, project);
      return undefined;
    }
    if (chosen === 'report') {
      await runReport(this.#session, project);
      return undefined;
    }
    if (chosen === 'trace' || chosen === 'forget') {
      const what = await this.#prompter.text(chosen === 'trace' ? texts.menu.traceWhat : texts.menu.forgetWhat);
      if (!isAnswer(what)) return this.#leave(what);
      await (chosen === 'trace' ? runTrace : runForgetNamed)(this.#session, project, what);
      return undefined;
    }
    const report = await this.#session.work((work) => services.corpusStage(project, chosen, work));
    for (const line of corpusLines(this.#session, report)) this.#session.print(line);
    return undefined;
  }
}
