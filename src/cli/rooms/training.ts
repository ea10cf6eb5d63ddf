/** A project's two training phases, from its settings to the train room. It knows no terminal and no text. */
import path from 'node:path';
import { isExpChatError, type WorkOptions, writeDurably } from '../../base/index.ts';
import { createOrtRuntime, type Runtime } from '../../engine/index.ts';
import { initialParameters, type ModelConfig } from '../../model/index.ts';
import { type RunProvenance, readRun, renderRunReport } from '../../runs/index.ts';
import { loadTokenizer, type Tokenizer } from '../../tokenizer/index.ts';
import {
  type PhaseData,
  type PhaseReport,
  runFolder,
  startAfter,
  type TokenizerFacts,
  trainPhase,
} from '../../train/index.ts';
import type { Project, TrainPhase, TrainReport, TrainRequest } from '../services.ts';
import { tokenizerDirectory } from './corpus.ts';
import { keepChoice } from './model-choice.ts';
import {
  dataFacts,
  dataOf,
  machineFacts,
  modelConfigOf,
  readPackedManifest,
  recipeOf,
  tokenizerFacts,
} from './training-data.ts';
import { createTrainingSampler } from './training-samples.ts';

interface Prepared {
  readonly project: Project;
  readonly request: TrainRequest;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly facts: TokenizerFacts;
  readonly runtime: Runtime;
  readonly version: string;
}

/** What the report and the model card say of data and machine. */
async function provenanceOf(project: Project, phase: TrainPhase): Promise<RunProvenance> {
  const info = (await readPackedManifest(project)).sets[`${phase}-train`];
  const machine = machineFacts();
  return { ...(info && { dataFacts: dataFacts(info) }), machine, watts: project.settings.machine.watts };
}

async function trainOne(phase: TrainPhase, prepared: Prepared, data: PhaseData, work: WorkOptions) {
  const { project, request, config, tokenizer, facts, runtime, version } = prepared;
  const recipe = recipeOf(project.settings, phase);
  const directory = path.join(request.run, phase);
  const set = data.validation ?? data.train;
  const sampler = createTrainingSampler({ runtime, config, tokenizer, phase, set, seed: recipe.seed });
  try {
    return await trainPhase(
      {
        directory,
        phase,
        config,
        recipe,
        data,
        tokenizer: facts,
        // Chat training begins with the weights and moments that pretraining ended with, and with nothing else.
        start: () =>
          phase === 'chat'
            ? startAfter(path.join(request.run, 'pretrain'))
            : { parameters: initialParameters(config, recipe.seed) },
        mode: request.mode,
        runtime,
        codeVersion: version,
        provenance: { ...(await provenanceOf(project, phase)) },
        sample: sampler.sample,
      },
      work,
    );
  } finally {
    await sampler.close();
  }
}

/** Writes the page about a run into its folder and returns its path. */
export async function writeRunReport(run: string, name: string, language: 'de' | 'en', file?: string): Promise<string> {
  const target = file ?? runFolder(run).reportFile;
  await writeDurably(target, renderRunReport(await readRun({ name, directory: run }), { language }));
  return target;
}

function phaseFacts(report: PhaseReport, page: string): TrainReport['phases'][number] {
  const { phase, steps, skippedSteps, stoppedEarly, best, lossNats, validation, durationMs } = report;
  return {
    phase,
    steps,
    skippedSteps,
    stoppedEarly,
    lossNats,
    durationMs,
    page,
    ...(best === null ? {} : { bestStep: best.step, bestLossNats: best.lossNats }),
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
  if (project.dial !== undefined) await keepChoice(request, project.dial);
  const runtime = createOrtRuntime();
  try {
    const prepared: Prepared = {
      project,
      request,
      config: modelConfigOf(project.settings.model, tokenizer.vocabularySize),
      tokenizer,
      facts: await tokenizerFacts(directory, tokenizer),
      runtime,
      version,
    };
    const reports: PhaseReport[] = [];
    const pages: string[] = [];
    for (const phase of phases) {
      const folder = path.join(request.run, phase);
      const name = `${path.basename(request.run)}/${phase}`;
      const writePage = () => writeRunReport(folder, name, request.language ?? 'en');
      try {
        reports.push(await trainOne(phase, prepared, data.get(phase)!, work));
      } catch (error) {
        // A run that could not go on explains itself; the error of the training is the one to report.
        if (isExpChatError(error) && error.code === 'train.diverged') await writePage().catch(() => undefined);
        throw error;
      }
      pages.push(await writePage());
    }
    const facts = reports.map((report, i) => phaseFacts(report, pages[i]!));
    return { run: request.run, model: reports.at(-1)!.model, phases: facts };
  } finally {
    await runtime.close();
  }
}
