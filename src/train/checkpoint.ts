/**
 * Checkpoints: model directories of the weights as they are trained, with the optimizer's moments, the average of the
 * weights where one is kept, and the trainer's state, so that a resumed run goes on with the same bits. Written whole or not at all, never removed before the next one is durable; the newest valid one is
 * taken, and what was skipped is told with its reason.
 */
import path from 'node:path';
import {
  ExpChatError,
  errorMessage,
  exists,
  isExpChatError,
  listDirectory,
  readJson,
  removeTree,
  renameFile,
} from '../base/index.ts';
import { readSafetensors } from '../formats/index.ts';
import {
  loadModelDirectory,
  type ModelConfig,
  type ModelContent,
  parameterSpecs,
  saveModelDirectory,
} from '../model/index.ts';
import type { ScalerState, SpikeGuardState } from '../optim/index.ts';
import { type HostTensor, sameShape } from '../tensor/index.ts';
import type { Cursor } from './batches.ts';
import type { Phase, PhaseRecipe } from './recipe.ts';
import { canonicalJson, recipeIdentity } from './recipe.ts';
import type { ValidationWatchState } from './validation-watch.ts';
import { keptOf } from './weights.ts';

export const OPTIMIZER_FILE = 'optimizer.safetensors';
export const STATE_FILE = 'trainer_state.json';

/** What a run must not change between its parts. */
export interface RunIdentity {
  readonly phase: Phase;
  readonly recipe: PhaseRecipe;
  readonly config: ModelConfig;
  /** Hash of the packed data. */
  readonly data: string;
  readonly tokenizer: string;
}

export interface TrainerState {
  readonly version: 1;
  readonly identity: RunIdentity;
  /** Steps done, skipped ones with them. */
  readonly step: number;
  /** Updates of the weights, with those before this phase: the count of AdamW's bias correction. */
  readonly updates: number;
  /** Together with the recipe's seed this is the whole state of the random order. */
  readonly cursor: Cursor;
  readonly scaler: ScalerState;
  readonly spikeGuard: SpikeGuardState;
  /** Wall-clock seconds of the phase so far. */
  readonly elapsedSeconds: number;
  readonly tokensSeen: number;
  /** Steps that were not applied. */
  readonly skippedSteps: number;
  /** The last of them in a row. */
  readonly skippedInRow: number;
  readonly lossNats: number | null;
  readonly validation: { readonly lossNats: number; readonly bitsPerByte: number; readonly accuracy: number } | null;
  readonly best: { readonly step: number; readonly lossNats: number } | null;
  /** Of the validations so far; runs of earlier versions have none. */
  readonly watch?: ValidationWatchState;
  /** Codes of the notices that are told once a run and have been told. */
  readonly alarms?: readonly string[];
  /** True where patience ended the run before its length did. */
  readonly stoppedEarly?: boolean;
  readonly finished: boolean;
  readonly codeVersion: string;
}

export interface Checkpoint {
  readonly directory: string;
  readonly state: TrainerState;
  /** As they are trained, also where an average is kept. */
  readonly parameters: Map<string, HostTensor>;
  /** With the averages of the weights where such are kept. */
  readonly moments: Map<string, HostTensor>;
}

export interface Skipped {
  readonly directory: string;
  readonly reason: string;
}

export function checkpointName(step: number): string {
  return `step-${String(step).padStart(6, '0')}`;
}

/** Steps of the checkpoints in a folder, newest first; [] where there is no folder. */
async function stepsIn(directory: string): Promise<{ readonly name: string; readonly step: number }[]> {
  if (!(await exists(directory))) return [];
  const steps = (await listDirectory(directory)).flatMap(({ name, kind }) => {
    const match = kind === 'directory' ? /^step-(\d{6,12})$/.exec(name) : null;
    return match === null ? [] : [{ name, step: Number(match[1]) }];
  });
  return steps.sort((a, b) => b.step - a.step);
}

/** Writes the checkpoint of `state.step` into `directory` and returns its path. */
export async function saveCheckpoint(
  directory: string,
  content: ModelContent,
  moments: ReadonlyMap<string, HostTensor>,
  state: TrainerState,
): Promise<string> {
  const target = path.join(directory, checkpointName(state.step));
  await saveModelDirectory(target, content, async (folder) => {
    await folder.writeTensors(OPTIMIZER_FILE, moments);
    await folder.writeJson(STATE_FILE, state);
  });
  return target;
}

/** Removes all but the newest `keep`; each is renamed first, so that no half-removed one looks like a checkpoint. */
export async function pruneCheckpoints(directory: string, keep: number): Promise<void> {
  for (const { name } of (await stepsIn(directory)).slice(keep)) {
    const doomed = path.join(directory, `${name}.old-${process.pid}`);
    await renameFile(path.join(directory, name), doomed);
    await removeTree(doomed);
  }
}

/**
 * The newest checkpoint that is whole, and those passed over. Undefined where there is none at all. Throws
 * `train.no-valid-checkpoint` where there are some and none is whole.
 */
export async function loadNewestCheckpoint(
  directory: string,
): Promise<{ readonly checkpoint: Checkpoint | undefined; readonly skipped: readonly Skipped[] }> {
  const skipped: Skipped[] = [];
  for (const { name } of await stepsIn(directory)) {
    const place = path.join(directory, name);
    try {
      return { checkpoint: await loadCheckpoint(place), skipped };
    } catch (error) {
      // A machine out of memory or handles says nothing about the file: only a damaged checkpoint is passed over.
      if (!isExpChatError(error) || error.kind === 'resources' || error.kind === 'internal') throw error;
      skipped.push({ directory: place, reason: errorMessage(error) });
    }
  }
  if (skipped.length === 0) return { checkpoint: undefined, skipped };
  throw new ExpChatError({
    code: 'train.no-valid-checkpoint',
    message: `${directory}: expected a whole checkpoint, got ${skipped.length} damaged: ${skipped[0]!.reason}`,
    next: 'Restore one from a backup, or start over.',
    fields: { skipped },
  });
}

/** Throws the error of the first thing that is not whole. */
export async function loadCheckpoint(directory: string): Promise<Checkpoint> {
  const { config, parameters } = await loadModelDirectory(directory);
  const state = checkState(await readJson(path.join(directory, STATE_FILE), 2 ** 24), directory);
  if (canonicalJson(state.identity.config) !== canonicalJson(config)) {
    throw badState(directory, 'the config of config.json', 'another');
  }
  const { tensors } = await readSafetensors(path.join(directory, OPTIMIZER_FILE));
  for (const spec of parameterSpecs(config)) {
    const { shape } = spec;
    for (const name of keptOf(spec, state.identity.recipe)) {
      const tensor = tensors.get(name);
      if (tensor?.dtype !== 'float32' || !sameShape(tensor.shape, shape)) {
        throw badState(directory, `${name} of shape [${shape}]`, tensor === undefined ? 'none' : `[${tensor.shape}]`);
      }
    }
  }
  return { directory, state, parameters, moments: tensors };
}

function badState(directory: string, expected: string, got: string): ExpChatError {
  return new ExpChatError({
    code: 'train.bad-checkpoint',
    message: `${directory}: expected ${expected}, got ${got}`,
    fields: { path: directory },
  });
}

function checkState(value: unknown, directory: string): TrainerState {
  const state = value as TrainerState;
  if (state?.version !== 1) throw badState(directory, `${STATE_FILE} of version 1`, 'another version');
  for (const key of ['step', 'updates', 'elapsedSeconds', 'tokensSeen', 'skippedInRow'] as const) {
    if (!(Number.isFinite(state[key]) && state[key] >= 0)) throw badState(directory, `${key} of 0 and more`, 'other');
  }
  for (const key of ['epoch', 'row'] as const) {
    const count = state.cursor?.[key];
    if (!Number.isSafeInteger(count) || count < 0) throw badState(directory, `cursor.${key} of 0 and more`, 'other');
  }
  if (!(state.scaler?.scale > 0) || !Array.isArray(state.spikeGuard?.losses) || state.identity === undefined) {
    throw badState(directory, 'scaler, spike guard and identity', 'others');
  }
  return state;
}

/** One value that a run began with and that is another now. */
export interface Change {
  readonly what: 'phase' | 'packed data' | 'tokenizer' | 'model config' | 'training recipe';
  /** Which value of it, for example `schedule.peak`; undefined for what is one value. */
  readonly key?: string;
  readonly was: string;
  readonly is: string;
}

/** Leaves of a JSON value by their path. */
function leavesOf(value: unknown, at = ''): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[at, canonicalJson(value)]];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, at === '' ? key : `${at}.${key}`));
}

function changesOf(what: Change['what'], saved: string, asked: string): Change[] {
  const [was, is] = [new Map(leavesOf(JSON.parse(saved))), new Map(leavesOf(JSON.parse(asked)))];
  const keys = [...new Set([...was.keys(), ...is.keys()])].filter((key) => was.get(key) !== is.get(key));
  return keys.map((key) => ({ what, key, was: was.get(key) ?? 'none', is: is.get(key) ?? 'none' }));
}

/** What of a run's beginning has changed; empty where it can go on. */
export function changesBetween(saved: RunIdentity, asked: RunIdentity): Change[] {
  const whole = (what: Change['what'], was: string, is: string): Change[] => (was === is ? [] : [{ what, was, is }]);
  return [
    ...whole('phase', saved.phase, asked.phase),
    ...whole('packed data', saved.data, asked.data),
    ...whole('tokenizer', saved.tokenizer, asked.tokenizer),
    ...changesOf('model config', canonicalJson(saved.config), canonicalJson(asked.config)),
    ...changesOf('training recipe', recipeIdentity(saved.recipe), recipeIdentity(asked.recipe)),
  ];
}

/** Throws `train.resume-mismatch` naming what differs between a saved run and the one asked for, with both values. */
export function checkIdentity(saved: RunIdentity, asked: RunIdentity, where: string): void {
  const changes = changesBetween(saved, asked);
  if (changes.length === 0) return;
  const brief = (value: string): string => value.slice(0, 12); // of a hash, enough to tell two apart
  const told = changes.map(({ what, key, was, is }) =>
    key === undefined ? `${what} (${brief(was)}, now ${brief(is)})` : `${what}: ${key} (${was}, now ${is})`,
  );
  throw new ExpChatError({
    code: 'train.resume-mismatch',
    kind: 'usage',
    message: `${where}: expected what the run began with, got another ${told.join(', ')}`,
    next: 'Put back what was changed, or start the run over.',
    fields: { differences: [...new Set(changes.map(({ what }) => what))], changes },
  });
}
