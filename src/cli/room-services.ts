/** The services of the command line, made of the rooms. It knows no terminal and no text. */
import os from 'node:os';
import { ortFacts } from '../engine/index.ts';
import { generateStarterCorpus } from '../starter/index.ts';
import { benchInfer, benchTrain } from './rooms/benchmarks.ts';
import { corpusStage, holdProject, openTokenizer, trainProjectTokenizer } from './rooms/corpus.ts';
import { benchCorpus } from './rooms/corpus-benchmark.ts';
import { explainProjectDocument } from './rooms/filtering.ts';
import { lineageOf } from './rooms/lineage.ts';
import { chooseModel } from './rooms/model-choice.ts';
import { evaluateModel, exportModel, modelFacts, modelGraph, openModel, runGrid } from './rooms/models.ts';
import { packingFacts, showMasks } from './rooms/packing.ts';
import { starterQuestions, writeStarterCorpus } from './rooms/starter.ts';
import { benchTokenizer } from './rooms/tokenizer-benchmark.ts';
import { reportTokenizer } from './rooms/tokenizer-report.ts';
import { trainTokenizerOnFiles } from './rooms/tokenizers.ts';
import { trainModel, writeRunReport } from './rooms/training.ts';
import { planTraining } from './rooms/training-plan.ts';
import type { Services } from './services.ts';
import { serveRunsUntil } from './view/server.ts';

/** More threads count no faster: one thread reads for all of them. */
const COUNTING_THREADS = 8;

/** `version`: of the program, for manifests and model directories. */
export function createServices(version: string): Services {
  const threads = Math.min(os.availableParallelism(), COUNTING_THREADS);
  return {
    holdCorpus: holdProject,
    corpusStage: (project, stage, work, options) => corpusStage(project, stage, work, { version, threads, ...options }),
    explainDocument: explainProjectDocument,
    lineage: (project) => lineageOf(project, version),
    packingFacts,
    showMasks,
    trainTokenizer: (project, work, limits) => trainProjectTokenizer(project, work, { threads, ...limits }),
    trainTokenizerOnFiles: (request, work) => trainTokenizerOnFiles(request, threads, work),
    reportTokenizer,
    openTokenizer,
    chooseModel,
    planTraining,
    trainModel: (project, request, work) => trainModel(project, request, work, version),
    writeRunReport,
    serveRuns: serveRunsUntil,
    openModel,
    runGrid,
    evaluate: async (_project, model, questionsFile, work) =>
      evaluateModel(model, questionsFile ?? generateStarterCorpus().questions, work),
    modelFacts,
    modelGraph,
    exportModel,
    writeStarterCorpus,
    starterQuestions,
    benchTrain: (request, work) => benchTrain(request, request.threads ?? os.availableParallelism(), work),
    benchInfer: (request, work) => benchInfer(request, os.availableParallelism(), work),
    benchCorpus: (request, work) => benchCorpus(request, version, work),
    benchTokenizer,
    engineFacts: ortFacts,
  };
}
