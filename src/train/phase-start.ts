/**
 * What one phase of training is given, and how it begins: checks, batches, and the weights of a new or a resumed run in
 * the runtime. It runs no step.
 */
import { type Clock, ExpChatError, exists, readJson } from '../base/index.ts';
import type { Runtime } from '../engine/index.ts';
import type { ModelConfig, SpecialIds } from '../model/index.ts';
import { averageOf, firstAverages, GradScaler, SpikeGuard } from '../optim/index.ts';
import type { HostTensor } from '../tensor/index.ts';
import { type BatchSource, chatBatches, FIRST_CURSOR, pretrainBatches, type TokenSet } from './batches.ts';
import {
  checkIdentity,
  loadNewestCheckpoint,
  type RunIdentity,
  type Skipped,
  type TrainerState,
} from './checkpoint.ts';
import type { TokenByteLengths } from './evaluate.ts';
import type { Phase, PhaseRecipe } from './recipe.ts';
import { clearRun, type RunFolder, runFolder } from './run-folder.ts';
import { zeroMoments } from './step.ts';
import { ValidationWatch } from './validation-watch.ts';

/** What a phase begins with: first values of a new model, or the result of an earlier phase. */
export interface Start {
  readonly parameters: ReadonlyMap<string, HostTensor>;
  /** With the number of updates they come from; zeros without. */
  readonly optimizer?: { readonly moments: ReadonlyMap<string, HostTensor>; readonly updates: number };
}

/**
 * The end of a finished phase in `directory`, weights and moments, as the start of the next: of the weights their
 * average, where one was kept, since that is the model the phase made. Throws
 * `train.phase-unfinished` where that phase has not come to its end: the next one never begins from something else.
 */
export async function startAfter(directory: string): Promise<Start> {
  const { checkpoint } = await loadNewestCheckpoint(runFolder(directory).checkpoints);
  if (checkpoint?.state.finished !== true) {
    throw new ExpChatError({
      code: 'train.phase-unfinished',
      kind: 'usage',
      message: `${directory}: expected a finished training phase, got ${checkpoint === undefined ? 'none' : `one at step ${checkpoint.state.step}`}`,
      next: 'Train that phase to its end first, with --resume.',
      fields: { path: directory },
    });
  }
  const { moments, state } = checkpoint;
  const averaged = state.identity.recipe.averageSteps !== undefined;
  const parameters = [...checkpoint.parameters].map(
    ([name, tensor]) => [name, averaged ? moments.get(averageOf(name))! : tensor] as const,
  );
  return { parameters: new Map(parameters), optimizer: { moments, updates: state.updates } };
}

/** A source of the training set and how many of its documents follow each other there. */
export interface SourceShare {
  readonly id: string;
  readonly documents: number;
}

/** What the model wrote to one of the fixed prompts. */
export interface GeneratedSample {
  readonly prompt: string;
  readonly text: string;
  readonly ids: ArrayLike<number>;
}

export interface PhaseData {
  readonly train: TokenSet;
  /** The sources of the training documents, in their order. */
  readonly sources?: readonly SourceShare[];
  /** Held-out documents; without them there is no validation. */
  readonly validation?: TokenSet;
  /** Changes when any byte of the data does. */
  readonly hash: string;
  /** Ids of the sources of both sides, for `run.json`: what the checkpoints of the run were made of. */
  readonly dataSources?: { readonly train: readonly string[]; readonly validation: readonly string[] };
}

/** What training must know of a tokenizer. */
export interface TokenizerFacts {
  readonly vocabularySize: number;
  readonly hash: string;
  /** Raw bytes of each id, 0 for special tokens. */
  readonly byteLengths: TokenByteLengths;
  readonly specialIds: SpecialIds;
  /** tokenizer.json, tokenizer_config.json and the like, copied into every model directory. */
  readonly texts: Readonly<Record<string, string>>;
}

export interface PhaseOptions {
  /** Folder of this phase of this run. */
  readonly directory: string;
  readonly phase: Phase;
  readonly config: ModelConfig;
  readonly recipe: PhaseRecipe;
  readonly data: PhaseData;
  readonly tokenizer: TokenizerFacts;
  /** Called for a new run only. */
  readonly start: () => Promise<Start> | Start;
  /** `new` refuses a folder with a run, `resume` continues one or begins, `fresh` removes the old one first. */
  readonly mode: 'new' | 'resume' | 'fresh';
  readonly runtime: Runtime;
  readonly codeVersion: string;
  /** Goes into expchat.json beside what training adds. */
  readonly provenance?: Readonly<Record<string, unknown>>;
  readonly clock?: Clock;
  /** Lets the weights that are resident in `runtime` write to fixed prompts; called at each validation. */
  readonly sample?: () => Promise<readonly GeneratedSample[]>;
  /** Tokens in a row that a sample may share with the training data before that is an alarm. Default 32. */
  readonly alarmTokens?: number;
}

/** The id of the source that a training document belongs to; undefined where the sources are not known. */
export function sourceOfDocument(sources: readonly SourceShare[] | undefined, document: number): string | undefined {
  let last = 0;
  for (const { id, documents } of sources ?? []) {
    last += documents;
    if (document < last) return id;
  }
  return undefined;
}

/** Throws `train.vocabulary-mismatch` unless model, tokenizer and data have one vocabulary. */
export function checkVocabulary({ config, tokenizer, data }: PhaseOptions): void {
  const fail = (what: string, got: number): never => {
    throw new ExpChatError({
      code: 'train.vocabulary-mismatch',
      message: `${what}: expected the model's vocabulary of ${config.vocabularySize} tokens, got ${got}`,
      next: 'Pack the data with the tokenizer of this model, or take the vocabulary size from the tokenizer.',
      fields: { expected: config.vocabularySize, got },
    });
  };
  if (tokenizer.vocabularySize !== config.vocabularySize) fail('tokenizer', tokenizer.vocabularySize);
  if (tokenizer.byteLengths.length !== config.vocabularySize) fail('byte lengths', tokenizer.byteLengths.length);
  for (const set of [data.train, data.validation]) {
    for (const id of set?.tokens ?? []) if (id >= config.vocabularySize) fail('packed data', id + 1);
  }
}

export function identityOf({ phase, recipe, config, data, tokenizer }: PhaseOptions): RunIdentity {
  return { phase, recipe, config, data: data.hash, tokenizer: tokenizer.hash };
}

function firstState(options: PhaseOptions, updates: number): TrainerState {
  return {
    version: 1,
    identity: identityOf(options),
    step: 0,
    updates,
    cursor: FIRST_CURSOR,
    scaler: new GradScaler().state,
    spikeGuard: new SpikeGuard().state,
    elapsedSeconds: 0,
    tokensSeen: 0,
    skippedSteps: 0,
    skippedInRow: 0,
    lossNats: null,
    validation: null,
    best: null,
    watch: new ValidationWatch().state,
    alarms: [],
    finished: false,
    codeVersion: options.codeVersion,
  };
}

export interface Restored {
  readonly state: TrainerState;
  readonly resumedFrom: string | undefined;
  readonly skipped: readonly Skipped[];
}

/** Puts the weights, moments and averages of a new or a resumed run into the runtime. */
export async function restore(options: PhaseOptions, folder: RunFolder): Promise<Restored> {
  const { runtime, mode } = options;
  if (mode === 'fresh') await clearRun(folder);
  if (mode === 'new' && (await exists(folder.runFile))) {
    throw new ExpChatError({
      code: 'train.run-exists',
      kind: 'usage',
      message: `${folder.directory}: expected no earlier run here, got one`,
      next: 'Continue it with --resume, start over with --fresh, or name another run with --run.',
      fields: { path: folder.directory },
    });
  }
  if (await exists(folder.runFile)) {
    const { identity } = (await readJson(folder.runFile)) as { identity: RunIdentity };
    checkIdentity(identity, identityOf(options), folder.directory);
  }
  const { checkpoint, skipped } = await loadNewestCheckpoint(folder.checkpoints);
  if (checkpoint !== undefined) {
    checkIdentity(checkpoint.state.identity, identityOf(options), checkpoint.directory);
    await runtime.put(Object.fromEntries(checkpoint.parameters));
    await runtime.put(Object.fromEntries(checkpoint.moments));
    return { state: checkpoint.state, resumedFrom: checkpoint.directory, skipped };
  }
  const start = await options.start();
  await runtime.put(Object.fromEntries(start.parameters));
  // Moments that the phase before did not keep, because it had another optimizer, begin at zero.
  const moments = zeroMoments(options.config, options.recipe.muon);
  const known = Object.keys(moments).flatMap((name) => {
    const tensor = start.optimizer?.moments.get(name);
    return tensor === undefined ? [] : [[name, tensor] as const];
  });
  await runtime.put({ ...moments, ...Object.fromEntries(known) });
  if (options.recipe.averageSteps !== undefined) await runtime.put(firstAverages(start.parameters));
  return { state: firstState(options, start.optimizer?.updates ?? 0), resumedFrom: undefined, skipped };
}

export interface Sources {
  readonly train: BatchSource;
  readonly validation: BatchSource | undefined;
  readonly tooLong: number;
}

export function sourcesOf({ phase, recipe, data }: PhaseOptions): Sources {
  const shape = { batch: recipe.batch, time: recipe.context };
  if (phase === 'pretrain') {
    const validation = data.validation && pretrainBatches(data.validation, shape, 0);
    return { train: pretrainBatches(data.train, shape, recipe.seed), validation, tooLong: 0 };
  }
  const train = chatBatches(data.train, shape, recipe.seed, { assistantOnly: recipe.assistantOnly });
  // Answers are what is asked of the model, so they are what is measured, whatever it learns from: one measure for all.
  const measured = { assistantOnly: recipe.assistantOnly || data.validation?.mask !== undefined };
  const validation = data.validation && chatBatches(data.validation, shape, 0, measured);
  return { train, validation, tooLong: train.tooLong.length + (validation?.tooLong.length ?? 0) };
}
