/**
 * Checkpoints: model directories with the optimizer's moments and the trainer's state, so that a resumed run goes on with
 * the same bits. Written whole or not at all, never removed before the next one is durable; the newest valid one is
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
import { momentsOf } from './step.ts';

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
  readonly finished: boolean;
  readonly codeVersion: string;
}

export interface Checkpoint {
  readonly directory: string;
  readonly state: TrainerState;
  readonly parameters: Map<string, HostTensor>;
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
    for (const moment of momentsOf(spec, state.identity.recipe.muon)) {
      const tensor = tensors.get(moment);
      if (tensor?.dtype !== 'float32' || !sameShape(tensor.shape, shape)) {
        throw badState(directory, `${moment} of shape [${shape}]`, tensor === undefined ? 'none' : `[${tensor.shape}]`);
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

/** Throws `train.resume-mismatch` naming what differs between a saved run and the one asked for. */
export function checkIdentity(saved: RunIdentity, asked: RunIdentity, where: string): void {
  const differences = [
    saved.phase === asked.phase ? [] : ['phase'],
    saved.data === asked.data ? [] : ['packed data'],
    saved.tokenizer === asked.tokenizer ? [] : ['tokenizer'],
    canonicalJson(saved.config) === canonicalJson(asked.config) ? [] : ['model config'],
    recipeIdentity(saved.recipe) === recipeIdentity(asked.recipe) ? [] : ['training recipe'],
  ].flat();
  if (differences.length === 0) return;
  throw new ExpChatError({
    code: 'train.resume-mismatch',
    kind: 'usage',
    message: `${where}: expected the ${differences.join(', ')} that the run began with, got another`,
    next: 'Put back what was changed, or start the run over.',
    fields: { differences },
  });
}
