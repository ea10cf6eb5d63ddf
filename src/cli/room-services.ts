/** The services of the command line, made of the rooms. It knows no terminal and no text. */
import { ExpChatError } from '../base/index.ts';
import type { Services } from './services.ts';

function missing(name: string): never {
  throw new ExpChatError({
    code: 'internal.missing',
    kind: 'internal',
    message: `internal: ${name} is not connected yet`,
  });
}

export function createServices(): Services {
  return {
    corpusStage: async () => missing('corpusStage'),
    trainTokenizer: async () => missing('trainTokenizer'),
    openTokenizer: async () => missing('openTokenizer'),
    trainModel: async () => missing('trainModel'),
    openModel: async () => missing('openModel'),
    runGrid: async () => missing('runGrid'),
    evaluate: async () => missing('evaluate'),
    modelFacts: async () => missing('modelFacts'),
    modelGraph: async () => missing('modelGraph'),
    exportModel: async () => missing('exportModel'),
    writeStarterCorpus: async () => missing('writeStarterCorpus'),
    starterQuestions: async () => missing('starterQuestions'),
    benchTrain: async () => missing('benchTrain'),
    benchInfer: async () => missing('benchInfer'),
    engineFacts: async () => missing('engineFacts'),
  };
}
