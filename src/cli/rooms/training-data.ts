/** What training takes from a project: packed sets, tokenizer, recipe, and the facts of data and machine that its report names. */
import os from 'node:os';
import path from 'node:path';
import { readText } from '../../base/index.ts';
import {
  openPacked,
  type PackedManifest,
  type PackedSet,
  type PackedSetInfo,
  readManifest,
} from '../../corpus/index.ts';
import { checkModelConfig, type ModelConfig } from '../../model/index.ts';
import { MUON_DEFAULTS } from '../../optim/index.ts';
import type { DataFacts, MachineFacts } from '../../runs/index.ts';
import { TOKENIZER_CONFIG_FILE, TOKENIZER_FILE, type Tokenizer } from '../../tokenizer/index.ts';
import { type PhaseData, type PhaseRecipe, PRETRAIN_DEFAULTS, type TokenizerFacts } from '../../train/index.ts';
import type { Settings } from '../config-schema.ts';
import type { Project, TrainPhase } from '../services.ts';
import { packedDirectory } from './corpus.ts';

export function modelConfigOf(settings: Settings['model'], vocabularySize: number): ModelConfig {
  const { depth: _, ...shape } = settings;
  return checkModelConfig({ ...shape, vocabularySize, normEpsilon: 1e-6 });
}

/** The recipe of one phase. */
export function recipeOf(settings: Settings, phase: TrainPhase): PhaseRecipe {
  const given = settings[phase];
  const dropout = { residual: given.dropout, attention: given.attentionDropout, depth: given.stochasticDepth };
  return {
    length: given.minutes > 0 ? { seconds: given.minutes * 60 } : { steps: given.steps },
    batch: given.batch,
    accumulation: given.accumulation,
    context: given.context,
    schedule: {
      kind: given.schedule,
      peak: given.learningRate,
      warmupSteps: given.warmupSteps,
      floor: given.finalShare,
    },
    adamw: {
      beta1: given.beta1,
      beta2: given.beta2,
      epsilon: PRETRAIN_DEFAULTS.adamw.epsilon,
      weightDecay: given.weightDecay,
    },
    // Absent where not in use, so that runs begun without them stay what they were.
    ...(given.optimizer === 'muon' && { muon: MUON_DEFAULTS }),
    ...(Object.values(dropout).some((share) => share > 0) && { dropout }),
    clipNorm: given.clip,
    precision: given.gradScaler ? 'float16' : 'float32',
    spikeGuard: PRETRAIN_DEFAULTS.spikeGuard,
    assistantOnly: phase === 'chat' && settings.chat.assistantOnly,
    seed: given.seed,
    validationEvery: given.validationEvery,
    validationBatches: PRETRAIN_DEFAULTS.validationBatches,
    checkpointEvery: given.checkpointEvery,
    keepCheckpoints: given.keepCheckpoints,
    patience: given.patience,
    ...(given.recompute && { recompute: true }),
    ...(given.averageSteps > 0 && { averageSteps: given.averageSteps }),
  };
}

export async function tokenizerFacts(directory: string, tokenizer: Tokenizer): Promise<TokenizerFacts> {
  const { vocabularySize, hash } = tokenizer;
  const names = [TOKENIZER_FILE, TOKENIZER_CONFIG_FILE];
  const texts = await Promise.all(names.map((name) => readText(path.join(directory, name))));
  return {
    vocabularySize,
    hash,
    byteLengths: Array.from({ length: vocabularySize }, (_, id) => tokenizer.tokenBytes(id).length),
    specialIds: {
      begin: tokenizer.specialId('<|bos|>'),
      end: tokenizer.specialId('<|end|>'),
      padding: tokenizer.specialId('<|pad|>'),
    },
    texts: Object.fromEntries(names.map((name, i) => [name, texts[i]!])),
  };
}

export function readPackedManifest(project: Project): Promise<PackedManifest> {
  return readManifest(path.join(packedDirectory(project), 'manifest.json'));
}

/** The packed sets of a phase. Throws `corpus.no-set` where the phase has no training data. */
export async function dataOf(project: Project, phase: TrainPhase): Promise<PhaseData> {
  const directory = packedDirectory(project);
  const manifest = await readPackedManifest(project);
  const open = (set: PackedSet) => openPacked(directory, set);
  const train = await open(`${phase}-train`);
  const validation = manifest.sets[`${phase}-val`] === undefined ? undefined : await open(`${phase}-val`);
  const sources = train.info.sources.map(({ id, documents }) => ({ id, documents }));
  const idsOf = (set: PackedSet) => (manifest.sets[set]?.sources ?? []).map((source) => source.id);
  const dataSources = { train: idsOf(`${phase}-train`), validation: idsOf(`${phase}-val`) };
  const held = validation === undefined ? {} : { validation };
  return { train, sources, hash: manifest.inputHash, dataSources, ...held };
}

const NAMED_SOURCES = 20;

/** The set with its largest sources by name; the manifest has them all. */
export function dataFacts({ documents, tokens, textBytes, sources }: PackedSetInfo): DataFacts {
  const largest = [...sources].sort((a, b) => b.tokens - a.tokens || (a.id < b.id ? -1 : 1)).slice(0, NAMED_SOURCES);
  return {
    documents,
    tokens,
    textBytes,
    sourceCount: sources.length,
    sources: largest.map(({ id, licence, documents, tokens }) => ({ id, licence, documents, tokens })),
  };
}

export function machineFacts(): MachineFacts {
  const processors = os.cpus();
  return {
    platform: `${process.platform} ${process.arch}`,
    processor: processors[0]?.model.trim() || 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    node: process.versions.node,
  };
}
