/**
 * One command's run: its language, global flags, output and way to the project. Commands, menu and chat work through it; it knows
 * none of them.
 */
import path from 'node:path';
import { ExpChatError, exists, type WorkOptions } from '../base/index.ts';
import { noticeText } from '../runs/index.ts';
import { type ConfigPlaces, type LoadedConfig, loadConfig, type Override } from './config.ts';
import type { CliContext } from './context.ts';
import { TrainingView } from './dashboard/training-view.ts';
import type { Interrupts } from './interrupts.ts';
import type { Format, Language } from './language.ts';
import { PipedLines } from './lines.ts';
import { type FoundModel, findModel } from './models.ts';
import { LinePrompter, type Prompter } from './prompts.ts';
import type { Project } from './services.ts';
import { safeForTerminal } from './terminal-text.ts';
import type { Texts } from './texts/index.ts';

export const CONFIG_FILE = 'expchat.yaml';
export const STARTER_DIRECTORY = 'expchat-starter';

export interface GlobalFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  /** False for `--no-input`. */
  readonly input?: boolean;
  readonly yes?: boolean;
  readonly color?: 'auto' | 'on' | 'off';
  readonly config?: string;
  readonly home?: string;
  readonly set?: readonly string[];
}

/** What is the same for every session of one process. */
export interface Surroundings {
  readonly context: CliContext;
  readonly language: Language;
  readonly texts: Texts;
  readonly format: Format;
  readonly interrupts: Interrupts;
  readonly lines: PipedLines;
}

export interface OpenProject extends LoadedConfig {
  readonly project: Project;
  /** Undefined where the folder has no `expchat.yaml`. */
  readonly file: string | undefined;
}

export class Session {
  readonly surroundings: Surroundings;
  readonly context: CliContext;
  readonly texts: Texts;
  readonly format: Format;
  readonly flags: GlobalFlags;

  constructor(surroundings: Surroundings, flags: GlobalFlags) {
    this.surroundings = surroundings;
    this.context = surroundings.context;
    this.texts = surroundings.texts;
    this.format = surroundings.format;
    this.flags = flags;
  }

  get language(): Language {
    return this.surroundings.language;
  }

  get services() {
    return this.context.services;
  }

  /** A line of the result, on stdout. */
  print(line = ''): void {
    this.context.stdout.write(`${this.context.stdout.isTTY ? safeForTerminal(line) : line}\n`);
  }

  /** A line about what happens, on stderr. */
  say(line = ''): void {
    if (!this.flags.quiet) this.context.stderr.write(`${safeForTerminal(line)}\n`);
  }

  /** The command's result: one JSON object with `--json`, lines for a person otherwise. */
  result(value: unknown, lines: readonly string[]): void {
    if (this.flags.json) this.context.stdout.write(`${JSON.stringify(value)}\n`);
    else for (const line of lines) this.print(line);
  }

  /** Whether stderr takes colours. */
  get coloured(): boolean {
    const { stderr, env } = this.context;
    const wanted = this.flags.color ?? 'auto';
    const terminal = stderr.isTTY === true && env['TERM'] !== 'dumb' && !env['NO_COLOR'];
    return wanted === 'on' || (wanted === 'auto' && (terminal || Boolean(env['FORCE_COLOR'])));
  }

  /** Runs long work: progress on stderr, the first Ctrl+C stops it after its unit. */
  async work<T>(body: (work: WorkOptions) => Promise<T>): Promise<T> {
    const { context, texts, format } = this;
    const progress = new TrainingView({
      write: (text) => void (this.flags.quiet || context.stderr.write(text)),
      live: context.stderr.isTTY === true && context.env['TERM'] !== 'dumb' && !context.env['CI'],
      columns: () => context.stderr.columns || 80,
      rows: () => context.stderr.rows || 24,
      colour: this.coloured,
      clock: context.clock,
      format,
      texts: texts.progress,
      dashboard: texts.runs.dashboard,
      describe: ({ note, notice }) => notice && noticeText({ ...notice, message: note ?? '' }, this.language),
    });
    const running = this.surroundings.interrupts.begin();
    try {
      const result = await body({ signal: running.signal, onProgress: progress.report });
      progress.finish();
      return result;
    } catch (error) {
      progress.finish('stopped');
      throw error;
    } finally {
      running.end();
    }
  }

  /** Where there is a person who can be asked. */
  get interactive(): boolean {
    return this.flags.input !== false && this.context.stdin.isTTY === true && this.context.stderr.isTTY === true;
  }

  prompter(): Prompter {
    const { terminalPrompter, env, stderr } = this.context;
    if (this.interactive && terminalPrompter !== undefined && env['TERM'] !== 'dumb') {
      return terminalPrompter(this.texts.prompts);
    }
    return new LinePrompter(this.surroundings.lines, stderr, this.texts.prompts);
  }

  /** The settings file that holds: `-c`, `EXPCHAT_CONFIG`, the folder's own, the starter's. */
  async #projectFile(): Promise<string | undefined> {
    const { cwd, env } = this.context;
    const given = this.flags.config ?? (env['EXPCHAT_CONFIG'] || undefined);
    if (given !== undefined) return path.resolve(cwd, given);
    for (const file of [path.join(cwd, CONFIG_FILE), path.join(cwd, STARTER_DIRECTORY, CONFIG_FILE)]) {
      if (await exists(file)) return file;
    }
    return undefined;
  }

  /** The person's own settings file, which holds for all projects. */
  get userFile(): string {
    const { env, machine } = this.context;
    const { platform, homeDirectory } = machine();
    const home = this.flags.home ?? (env['EXPCHAT_HOME'] || undefined);
    if (home !== undefined) return path.resolve(this.context.cwd, home, 'config', CONFIG_FILE);
    if (platform === 'win32') {
      return path.join(env['APPDATA'] || path.join(homeDirectory, 'AppData', 'Roaming'), 'expchat', CONFIG_FILE);
    }
    if (platform === 'darwin') {
      return path.join(homeDirectory, 'Library', 'Application Support', 'expchat', CONFIG_FILE);
    }
    return path.join(env['XDG_CONFIG_HOME'] || path.join(homeDirectory, '.config'), 'expchat', CONFIG_FILE);
  }

  #overrides(): Override[] {
    return (this.flags.set ?? []).map((text) => {
      const at = text.indexOf('=');
      if (at <= 0) {
        throw new ExpChatError({
          code: 'cli.set-form',
          kind: 'usage',
          message: `--set: expected key=value, got ${JSON.stringify(text)}`,
          next: 'Write for example --set pretrain.steps=500.',
          fields: { got: text },
        });
      }
      return { key: text.slice(0, at), value: text.slice(at + 1), where: `--set ${text.slice(0, at)}` };
    });
  }

  /** Opens the project; `overrides` are flags that stand for keys. Throws `config.not-found` where one is needed and there is none. */
  async openProject(
    need: 'required' | 'optional',
    overrides: readonly Override[] = [],
    file?: string,
  ): Promise<OpenProject> {
    const projectFile = file ?? (await this.#projectFile());
    if (projectFile === undefined && need === 'required') {
      throw new ExpChatError({
        code: 'config.not-found',
        kind: 'usage',
        message: `${this.context.cwd}: expected a settings file ${CONFIG_FILE}, found none`,
        next: 'Run `expchat init` in the folder of your project, or name a file with -c.',
        fields: { directory: this.context.cwd },
      });
    }
    const places: ConfigPlaces = {
      userFile: this.userFile,
      ...(projectFile === undefined ? {} : { projectFile }),
      env: this.context.env,
      overrides: [...this.#overrides(), ...overrides],
    };
    const loaded = await loadConfig(places);
    const directory = projectFile === undefined ? this.context.cwd : path.dirname(projectFile);
    const given = new Set([...loaded.origins].filter(([, { from }]) => from !== 'default').map(([key]) => key));
    const secret = this.context.env['EXPCHAT_PLACEHOLDER_SECRET'] || undefined;
    const project = { directory, settings: loaded.settings, given, ...(secret && { placeholderSecret: secret }) };
    return { ...loaded, project, file: projectFile };
  }

  /** The model a command means by `-m`, `EXPCHAT_MODEL` or nothing. */
  async findModel(name: string | undefined, projectDirectory?: string): Promise<FoundModel> {
    const file = projectDirectory === undefined ? await this.#projectFile() : undefined;
    const directory = projectDirectory ?? (file === undefined ? this.context.cwd : path.dirname(file));
    return findModel(directory, this.context.cwd, name ?? (this.context.env['EXPCHAT_MODEL'] || undefined));
  }
}

export function createLines(context: CliContext): PipedLines {
  return new PipedLines(context.stdin);
}
