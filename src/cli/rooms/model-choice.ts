/**
 * The model of a project where it is left to the dial: by its depth or by a time, measured here once and kept with the run.
 * It trains nothing that is kept and writes nothing before a training starts.
 */
import path from 'node:path';
import { ExpChatError, exists, readJson, systemClock, type WorkOptions, writeDurably } from '../../base/index.ts';
import { loadTokenizer } from '../../tokenizer/index.ts';
import {
  chooseDepth,
  type DialRecipe,
  dialRecipe,
  dialSteps,
  estimateTrainingMemory,
  MAXIMUM_DEPTH,
  runFolder,
} from '../../train/index.ts';
import { checkValue } from '../config.ts';
import { type SectionName, type Settings, SIZE_KEYS } from '../config-schema.ts';
import type { ModelChoice, Project, TrainRequest } from '../services.ts';
import { tokenizerDirectory } from './corpus.ts';
import { measureStepMs } from './step-time.ts';
import { modelConfigOf, readPackedManifest, recipeOf } from './training-data.ts';

/** In the folder of a run, beside its phases. */
export const CHOICE_FILE = 'model-choice.json';

/** Time that measuring all depths may take together, and one of them. */
const MEASURING_MS = 30_000;
const ENOUGH_MS = 1500;
/** Steps measured at least, with the one that warms up. */
const LEAST_STEPS = 2;
/** Of a run's steps. */
const LONGEST_WARMUP_SHARE = 0.1;

const MODEL_KEYS = [...SIZE_KEYS, 'context', 'tiedEmbeddings'] as const;
const CHAT_KEYS = ['batch', 'context', 'learningRate', 'weightDecay', 'optimizer'] as const;
const PRETRAIN_KEYS = [...CHAT_KEYS, 'steps', 'minutes', 'schedule', 'warmupSteps', 'finalShare'] as const;
const DIAL_KEYS = [
  ...MODEL_KEYS.map((key) => `model.${key}`),
  ...PRETRAIN_KEYS.map((key) => `pretrain.${key}`),
  ...CHAT_KEYS.map((key) => `chat.${key}`),
];

type Value = string | number | boolean;

/** How long a step of these settings takes, in milliseconds. */
export type StepTimer = (settings: Settings, vocabularySize: number, work: WorkOptions) => Promise<number>;

function valueAt(settings: Settings, key: string): Value {
  const [section, name] = key.split('.') as [SectionName, string];
  return (settings[section] as Record<string, unknown>)[name] as Value;
}

/** `settings` with `values` wherever nothing is given by hand. */
function withValues(settings: Settings, values: Readonly<Record<string, Value>>, given: ReadonlySet<string>): Settings {
  const result = structuredClone(settings);
  for (const [key, value] of Object.entries(values)) {
    if (given.has(key)) continue;
    const [section, name] = key.split('.') as [SectionName, string];
    (result[section] as Record<string, unknown>)[name] = value;
  }
  return result;
}

/** A context of 0 of a phase is the model's. */
function withContext(settings: Settings, context: number): Settings {
  const result = structuredClone(settings);
  for (const phase of ['pretrain', 'chat'] as const) result[phase].context ||= context;
  return result;
}

export interface Offer {
  readonly vocabularySize: number;
  /** Tokens of the training text. */
  readonly uniqueTokens: number;
}

interface Dialled {
  readonly recipe: DialRecipe;
  readonly settings: Settings;
}

/** The settings of a project at one depth of the dial. `given` stays as it is. */
export function dialled(
  settings: Settings,
  given: ReadonlySet<string>,
  depth: number,
  { vocabularySize, uniqueTokens }: Offer,
): Dialled {
  const { model, pretrain } = settings;
  const byHand = MODEL_KEYS.filter((key) => given.has(`model.${key}`)).map((key) => [key, model[key]]);
  const { architecture, ropeTheta, activation } = model;
  const recipe = dialRecipe(depth, {
    vocabularySize,
    model: { architecture, ropeTheta, activation, ...Object.fromEntries(byHand) },
    ...(given.has('pretrain.context') && pretrain.context > 0 ? { context: pretrain.context } : {}),
    accumulation: pretrain.accumulation,
  });
  const { config, batch, context, learningRate, chatLearningRate, weightDecay, optimizer } = recipe;
  const steps = dialSteps(recipe, uniqueTokens);
  const length = given.has('pretrain.steps') ? pretrain.steps : steps;
  const longestWarmup =
    pretrain.minutes > 0 ? recipe.warmupSteps : Math.max(1, Math.floor(length * LONGEST_WARMUP_SHARE));
  const { accumulation } = settings.chat;
  const values: Record<string, Value> = {
    ...Object.fromEntries(MODEL_KEYS.map((key) => [`model.${key}`, config[key]])),
    'pretrain.steps': steps,
    'pretrain.batch': batch,
    'pretrain.context': context,
    'pretrain.learningRate': learningRate,
    'pretrain.weightDecay': weightDecay,
    'pretrain.optimizer': optimizer,
    'pretrain.schedule': recipe.schedule,
    'pretrain.warmupSteps': Math.min(recipe.warmupSteps, longestWarmup),
    'pretrain.finalShare': recipe.finalShare,
    'chat.batch': accumulation * Math.max(1, Math.round(batch / accumulation)),
    'chat.context': context,
    'chat.learningRate': chatLearningRate,
    'chat.weightDecay': weightDecay,
    'chat.optimizer': optimizer,
  };
  return { recipe, settings: withContext(withValues(settings, values, given), config.context) };
}

async function hasBegun(run: string): Promise<boolean> {
  const files = ['pretrain', 'chat'].map((phase) => runFolder(path.join(run, phase)).runFile);
  return (await Promise.all(files.map((file) => exists(file)))).includes(true);
}

function damaged(file: string): never {
  throw new ExpChatError({
    code: 'train.choice-damaged',
    message: `${file}: expected the model that this run was begun with, got something else`,
    next: 'Restore this file, or start over with --fresh.',
    fields: { path: file },
  });
}

/** The choice that is kept with a run, checked; undefined where there is none. */
async function readChoice(run: string): Promise<ModelChoice | undefined> {
  const file = path.join(run, CHOICE_FILE);
  if (!(await exists(file))) return undefined;
  const choice = (await readJson(file)) as ModelChoice | null;
  const { version, depth, values } = choice ?? {};
  if (version !== 1 || !Number.isInteger(depth) || depth! < 1 || depth! > MAXIMUM_DEPTH) damaged(file);
  if (typeof values !== 'object' || values === null || !Array.isArray(choice!.rows)) damaged(file);
  for (const [key, value] of Object.entries(values)) {
    if (!DIAL_KEYS.includes(key)) damaged(file);
    checkValue({ key, value, where: file });
  }
  return choice!;
}

/** Written before the first step, so that a run that was killed at any time goes on with its model. */
export async function keepChoice(request: TrainRequest, choice: ModelChoice): Promise<void> {
  if (!startsOver(request) && (await hasBegun(request.run))) return;
  await writeDurably(path.join(request.run, CHOICE_FILE), `${JSON.stringify(choice, null, 2)}\n`);
}

const startsOver = ({ mode, phase }: TrainRequest): boolean => mode === 'fresh' && phase !== 'chat';

/** Whether the run goes on with the model it has. */
async function keptChoice({ settings, given }: Project, request: TrainRequest): Promise<ModelChoice | undefined> {
  if (startsOver(request) || !(await hasBegun(request.run))) return undefined;
  const choice = await readChoice(request.run);
  const { depth } = settings.model;
  // What is asked for by hand and differs is left as it is: training then says what differs from the run.
  const isOther = given?.has('model.depth') === true && depth !== 'auto' && depth !== choice?.depth;
  return isOther ? undefined : choice;
}

/** The least time is what the depth would be chosen for. Throws `train.dial-time` where none is given. */
function checkTime({ pretrain }: Settings): void {
  if (pretrain.minutes > 0) return;
  throw new ExpChatError({
    code: 'train.dial-time',
    kind: 'usage',
    message: 'model.depth: expected a time in pretrain.minutes beside auto, got 0',
    next: 'Say the time with --minutes, or the depth as a number with --depth.',
  });
}

const timeStep: StepTimer = (settings, vocabularySize, work) =>
  measureStepMs(...trainedBy(settings, vocabularySize), work, ENOUGH_MS);

function trainedBy(settings: Settings, vocabularySize: number) {
  return [modelConfigOf(settings.model, vocabularySize), recipeOf(settings, 'pretrain')] as const;
}

function bytesOf(settings: Settings, vocabularySize: number): number {
  const [config, recipe] = trainedBy(settings, vocabularySize);
  return estimateTrainingMemory(config, { batch: recipe.batch, time: recipe.context }, recipe).totalBytes;
}

export async function chooseModel(
  project: Project,
  request: TrainRequest,
  work: WorkOptions,
  stepTimer: StepTimer = timeStep,
): Promise<Project> {
  const { settings, given = new Set() } = project;
  const kept = await keptChoice(project, request);
  if (kept !== undefined) return { ...project, settings: withValues(settings, kept.values, given), dial: kept };
  const { depth } = settings.model;
  if (depth === 'off') return project;
  // A run that began without the dial has a model: it is never measured into another one.
  if (depth === 'auto' && !startsOver(request) && (await hasBegun(request.run))) {
    return { ...project, settings: withContext(settings, settings.model.context) };
  }
  const { sets } = await readPackedManifest(project);
  const { vocabularySize } = await loadTokenizer(tokenizerDirectory(project));
  const offer = { vocabularySize, uniqueTokens: sets['pretrain-train']?.tokens ?? 0 };
  const at = (each: number): Dialled => dialled(settings, given, each, offer);
  const finish = (found: Dialled, more: Pick<ModelChoice, 'minutes' | 'rows'>): Project => {
    const values = Object.fromEntries(DIAL_KEYS.map((key) => [key, valueAt(found.settings, key)]));
    const byHand = DIAL_KEYS.filter((key) => given.has(key));
    const dial: ModelChoice = { version: 1, depth: found.recipe.depth, ...more, values, byHand };
    return { ...project, settings: found.settings, dial };
  };
  if (depth !== 'auto') return finish(at(depth), { minutes: 0, rows: [] });
  checkTime(settings);
  const { minutes } = settings.pretrain;
  const beganMs = systemClock.nowMs();
  const { recipe, rows } = await chooseDepth({
    recipeOf: (each) => actual(at(each)),
    seconds: minutes * 60,
    uniqueTokens: offer.uniqueTokens,
    memoryBytes: settings.machine.memoryCheck ? (request.memoryBytes ?? Infinity) : Infinity,
    bytesOf: (each) => bytesOf(at(each.depth).settings, vocabularySize),
    stepMsOf: async (each, expectedMs = 0) => {
      const isAffordable = systemClock.nowMs() - beganMs + LEAST_STEPS * expectedMs < MEASURING_MS;
      return isAffordable ? stepTimer(at(each.depth).settings, vocabularySize, work) : undefined;
    },
  });
  return finish(at(recipe.depth), { minutes, rows });
}

/** The recipe with what is set by hand: its steps are what is measured and counted. */
function actual({ recipe, settings }: Dialled): DialRecipe {
  const { batch, context, learningRate, weightDecay } = settings.pretrain;
  return { ...recipe, batch, context, learningRate, weightDecay };
}
