/** Opened models: answers, the grid, questions, facts, graphs, copies. It knows no terminal and no text. */
import path from 'node:path';
import {
  factsOf,
  listFilesBelow,
  openFile,
  readFully,
  type WorkOptions,
  writeDirectoryDurably,
  writeDurably,
} from '../../base/index.ts';
import { learnedFromForgotten } from '../../corpus/index.ts';
import { printGraph } from '../../engine/index.ts';
import { loadQuestions, type Question, runClosedBook } from '../../eval/index.ts';
import {
  answer,
  complete,
  decoderProgram,
  type GenerationResult,
  openModel as openModelDirectory,
  renderGridCsv,
  renderGridHtml,
  runGrid as runGridOn,
} from '../../infer/index.ts';
import { loadModelDirectory, parameterCount } from '../../model/index.ts';
import { traceTrainingStep } from '../../train/index.ts';
import { defaultSettings } from '../config-schema.ts';
import type {
  AnswerFacts,
  EvalReport,
  GridRequest,
  GridRow,
  ModelFacts,
  ModelHandle,
  SamplingSettings,
} from '../services.ts';
import { recipeOf } from './training-data.ts';

/** Files of a checkpoint that only training needs. */
const TRAINING_FILES = ['optimizer.safetensors', 'trainer_state.json'];

function factsOfAnswer(result: GenerationResult): AnswerFacts {
  return {
    stopReason: result.stopReason,
    promptTokens: result.promptTokens,
    tokens: result.generatedTokens,
    durationMs: result.durationMs,
    droppedMessages: result.windowDroppedMessages,
  };
}

async function* pieces(answering: AsyncGenerator<string, GenerationResult>): AsyncGenerator<string, AnswerFacts> {
  return factsOfAnswer(yield* answering);
}

const optionsOf = (sampling: SamplingSettings, signal: AbortSignal | undefined) =>
  signal === undefined ? sampling : { ...sampling, signal };

export async function openModel(directory: string): Promise<ModelHandle> {
  const learned = await learnedFromForgotten(directory);
  const model = await openModelDirectory(directory);
  return {
    directory,
    parameters: model.parameters,
    context: model.config.context,
    ...(learned && { learnedFromForgotten: learned }),
    answer: (messages, sampling, signal) => pieces(answer(model, messages, optionsOf(sampling, signal))),
    complete: (prompt, sampling, signal) => pieces(complete(model, prompt, optionsOf(sampling, signal))),
    close: () => model.close(),
  };
}

/** Enough of a model's path to know it again, and nothing of whose machine it lies on. */
function lastFolders(directory: string): string {
  return directory.split(path.sep).slice(-3).join('/');
}

export async function runGrid(
  request: GridRequest,
  work: WorkOptions,
): Promise<{ rows: readonly GridRow[]; files: readonly string[] }> {
  const model = await openModelDirectory(request.model);
  try {
    const rows = await runGridOn({
      ...work,
      speaker: model,
      ...(request.prompts.length > 0 ? { prompts: request.prompts } : {}),
      settings: { maxTokens: request.maxTokens, seed: request.seed },
    });
    const files: string[] = [];
    const write = async (file: string | undefined, render: () => string) => {
      if (file === undefined) return;
      await writeDurably(file, render());
      files.push(file);
    };
    await write(request.csvFile, () => renderGridCsv(rows));
    await write(request.htmlFile, () =>
      renderGridHtml(rows, { language: request.language, subtitle: lastFolders(request.model) }),
    );
    return { rows, files };
  } finally {
    await model.close();
  }
}

export async function evaluateModel(
  directory: string,
  questions: readonly Question[] | string,
  work: WorkOptions,
): Promise<EvalReport> {
  const asked = typeof questions === 'string' ? await loadQuestions(questions) : questions;
  const model = await openModelDirectory(directory);
  try {
    const report = await runClosedBook({ ...work, speaker: model, questions: asked });
    const wrong = report.answers.filter(({ correct }) => !correct);
    return {
      model: directory,
      questions: report.questions,
      correct: report.correct,
      share: report.share,
      wrong: wrong.map(({ question, expected, got }) => ({ question, expected, got })),
    };
  } finally {
    await model.close();
  }
}

export async function modelFacts(directory: string): Promise<ModelFacts> {
  const { config, provenance } = await loadModelDirectory(directory);
  return {
    directory,
    architecture: config.architecture,
    parameters: parameterCount(config),
    bytes: (await factsOf(path.join(directory, 'model.safetensors')))?.size ?? 0,
    config: { ...config },
    provenance: provenance ?? {},
  };
}

export async function modelGraph(directory: string, which: 'train' | 'decode'): Promise<string> {
  const { config } = await loadModelDirectory(directory);
  if (which === 'decode') return printGraph(decoderProgram(config, config.context, 1).graph);
  const recipe = recipeOf(defaultSettings, 'pretrain');
  return printGraph(traceTrainingStep(config, { batch: recipe.batch, time: config.context }, recipe).graph);
}

/** Copies a checked model without the files that only training needs, replacing what is at `target`. */
export async function exportModel(directory: string, target: string, work: WorkOptions): Promise<ModelFacts> {
  const facts = await modelFacts(directory);
  const names = (await listFilesBelow(directory)).filter((name) => !TRAINING_FILES.includes(name));
  await writeDirectoryDurably(target, async (folder) => {
    for (const [done, name] of names.entries()) {
      work.onProgress?.({ stage: 'model.export', done, total: names.length, unit: 'files', detail: name });
      await writeDurably(path.join(folder, name), await contentOf(directory, name));
    }
    work.onProgress?.({ stage: 'model.export', done: names.length, total: names.length, unit: 'files' });
  });
  await loadModelDirectory(target);
  return { ...facts, directory: target };
}

/** The list of checksums loses the lines of the files that stay behind. */
async function contentOf(directory: string, name: string): Promise<AsyncIterable<Uint8Array> | string> {
  const file = path.join(directory, name);
  if (name !== 'SHA256SUMS') return chunksOf(file);
  const parts: string[] = [];
  for await (const chunk of chunksOf(file)) parts.push(new TextDecoder().decode(chunk));
  const lines = parts.join('').split('\n');
  return lines.filter((line) => !TRAINING_FILES.some((left) => line.endsWith(left))).join('\n');
}

async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  const handle = await openFile(file, 'read');
  try {
    for (let position = 0; ; ) {
      const chunk = new Uint8Array(2 ** 20);
      const count = await readFully(handle, chunk, position);
      if (count === 0) return;
      yield chunk.subarray(0, count);
      position += count;
    }
  } finally {
    await handle.close();
  }
}
