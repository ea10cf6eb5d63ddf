/** A project's two training phases, from its settings to the train room. It knows no terminal and no text. */
import path from 'node:path';
import { readText, type WorkOptions } from '../../base/index.ts';
import { openPacked, type PackedSet, readManifest } from '../../corpus/index.ts';
import { createOrtRuntime, type Runtime } from '../../engine/index.ts';
import { checkModelConfig, initialParameters, type ModelConfig } from '../../model/index.ts';
import { MUON_DEFAULTS } from '../../optim/index.ts';
import { loadTokenizer, TOKENIZER_CONFIG_FILE, TOKENIZER_FILE, type Tokenizer } from '../../tokenizer/index.ts';
import {
  type PhaseData,
  type PhaseRecipe,
  type PhaseReport,
  PRETRAIN_DEFAULTS,
  startAfter,
  type TokenizerFacts,
  trainPhase,
} from '../../train/index.ts';
import type { Settings } from '../config-schema.ts';
import type { Project, TrainPhase, TrainReport, TrainRequest } from '../services.ts';
import { packedDirectory, tokenizerDirectory } from './corpus.ts';

function modelConfigOf(settings: Settings['model'], vocabularySize: number): ModelConfig {
  return checkModelConfig({ ...settings, vocabularySize, normEpsilon: 1e-6 });
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
  };
}

async function tokenizerFacts(directory: string, tokenizer: Tokenizer): Promise<TokenizerFacts> {
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

/** The packed sets of a phase. Throws `corpus.no-set` where the phase has no training data. */
async function dataOf(project: Project, phase: TrainPhase): Promise<PhaseData> {
  const directory = packedDirectory(project);
  const manifest = await readManifest(path.join(directory, 'manifest.json'));
  const open = (set: PackedSet) => openPacked(directory, set);
  const train = await open(`${phase}-train`);
  const validation = manifest.sets[`${phase}-val`] === undefined ? undefined : await open(`${phase}-val`);
  const idsOf = (set: PackedSet) => (manifest.sets[set]?.sources ?? []).map((source) => source.id);
  const dataSources = { train: idsOf(`${phase}-train`), validation: idsOf(`${phase}-val`) };
  return { train, hash: manifest.inputHash, dataSources, ...(validation === undefined ? {} : { validation }) };
}

interface Prepared {
  readonly project: Project;
  readonly request: TrainRequest;
  readonly config: ModelConfig;
  readonly tokenizer: TokenizerFacts;
  readonly runtime: Runtime;
  readonly version: string;
}

async function trainOne(phase: TrainPhase, prepared: Prepared, data: PhaseData, work: WorkOptions) {
  const { project, request, config, tokenizer, runtime, version } = prepared;
  const recipe = recipeOf(project.settings, phase);
  return trainPhase(
    {
      directory: path.join(request.run, phase),
      phase,
      config,
      recipe,
      data,
      tokenizer,
      // Chat training begins with the weights and moments that pretraining ended with, and with nothing else.
      start: () =>
        phase === 'chat'
          ? startAfter(path.join(request.run, 'pretrain'))
          : { parameters: initialParameters(config, recipe.seed) },
      mode: request.mode,
      runtime,
      codeVersion: version,
    },
    work,
  );
}

function phaseFacts(report: PhaseReport): TrainReport['phases'][number] {
  const { phase, steps, lossNats, validation, durationMs } = report;
  return {
    phase,
    steps,
    lossNats,
    durationMs,
    ...(validation === null
      ? {}
      : { validationLossNats: validation.lossNats, validationBitsPerByte: validation.bitsPerByte }),
  };
}

export async function trainModel(
  project: Project,
  request: TrainRequest,
  work: WorkOptions,
  version: string,
): Promise<TrainReport> {
  const phases: TrainPhase[] = request.phase === 'both' ? ['pretrain', 'chat'] : [request.phase];
  const directory = tokenizerDirectory(project);
  const tokenizer = await loadTokenizer(directory);
  const data = new Map<TrainPhase, PhaseData>();
  for (const phase of phases) data.set(phase, await dataOf(project, phase)); // All of it, before hours of the first.
  const runtime = createOrtRuntime();
  try {
    const prepared: Prepared = {
      project,
      request,
      config: modelConfigOf(project.settings.model, tokenizer.vocabularySize),
      tokenizer: await tokenizerFacts(directory, tokenizer),
      runtime,
      version,
    };
    const reports: PhaseReport[] = [];
    for (const phase of phases) reports.push(await trainOne(phase, prepared, data.get(phase)!, work));
    return { run: request.run, model: reports.at(-1)!.model, phases: reports.map(phaseFacts) };
  } finally {
    await runtime.close();
  }
}
