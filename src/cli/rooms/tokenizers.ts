/** Tokenizers made from and measured on folders of text, without a project. It knows no terminal and no text of its own. */
import path from 'node:path';
import { ExpChatError, exists, makeDirectory, removeTree, systemClock, type WorkOptions } from '../../base/index.ts';
import { CHAT_TEMPLATE } from '../../chat/index.ts';
import {
  type CountedWords,
  type CountingOptions,
  countWords,
  type DocumentPiece,
  documentsIn,
  fingerprintOf,
  type LeftOut,
  listTextFiles,
  loadCounts,
  SPLIT_PATTERN,
  saveCounts,
  saveTokenizer,
  type TextFile,
  TOKENIZER_FILE,
  type TrainingTexts,
  trainFromCounts,
} from '../../tokenizer/index.ts';
import type { TokenizerReport, TrainTokenizerRequest } from '../services.ts';

/** Where the counts wait while a training is stopped between counting and its end. */
export const COUNTS_FILE = 'word-counts.bin';

export async function* documentsOf(
  files: readonly TextFile[],
  leaveOut: (left: LeftOut) => void,
): AsyncGenerator<DocumentPiece> {
  for (const file of files) yield* documentsIn(file, leaveOut);
}

/** The counts kept in `directory` for this `key`, or new ones, which are then kept. */
export async function countsFor(
  texts: TrainingTexts,
  directory: string,
  key: string,
  options: CountingOptions,
): Promise<{ readonly counted: CountedWords; readonly resumed: boolean }> {
  const file = path.join(directory, COUNTS_FILE);
  const kept = await loadCounts(file, key);
  if (kept !== undefined) return { counted: kept, resumed: true };
  const counted = await countWords(texts, options);
  await saveCounts(counted, file, key);
  return { counted, resumed: false };
}

export const peakRssMb = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

/** Trains on text files. What was counted is kept until the tokenizer is written, so that a stopped training goes on there. */
export async function trainTokenizerOnFiles(
  request: TrainTokenizerRequest,
  threads: number,
  work: WorkOptions,
): Promise<TokenizerReport> {
  const { directory, holdOut = 0, maxDocumentCharacters, maxTotalCharacters } = request;
  const startedMs = systemClock.nowMs();
  if (!request.replace && (await exists(path.join(directory, TOKENIZER_FILE)))) {
    throw new ExpChatError({
      code: 'tokenizer.exists',
      kind: 'refused',
      message: `${directory}: expected a folder without a tokenizer, found one`,
      next: 'Name another folder with -o, or replace the tokenizer with --yes.',
      fields: { path: directory },
    });
  }
  const files = await listTextFiles(request.places, { every: holdOut, side: 'rest' });
  const caps = {
    ...(maxDocumentCharacters === undefined ? {} : { maxDocumentCharacters }),
    ...(maxTotalCharacters === undefined ? {} : { maxTotalCharacters }),
  };
  const leftOut: LeftOut[] = [];
  await makeDirectory(directory);
  const key = fingerprintOf(files, { caps, pattern: SPLIT_PATTERN });
  const texts = documentsOf(files, (left) => leftOut.push(left));
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const options = { ...work, ...caps, threads: request.threads ?? threads, totalBytes };
  const { counted, resumed } = await countsFor(texts, directory, key, options);
  const { vocabularySize, minFrequency, maxTokenBytes } = request;
  const tokenizer = await trainFromCounts(counted, {
    ...work,
    vocabularySize,
    ...(minFrequency === undefined ? {} : { minFrequency }),
    ...(maxTokenBytes === undefined ? {} : { maxTokenBytes }),
  });
  await saveTokenizer(tokenizer, directory, { chatTemplate: CHAT_TEMPLATE });
  await removeTree(path.join(directory, COUNTS_FILE));
  return {
    directory,
    vocabularySize: tokenizer.vocabularySize,
    hash: tokenizer.hash,
    upToDate: false,
    training: {
      ...tokenizer.training!,
      files: files.length,
      leftOut,
      countsReused: resumed,
      durationMs: Math.round(systemClock.nowMs() - startedMs),
      peakRssMb: peakRssMb(),
    },
  };
}
