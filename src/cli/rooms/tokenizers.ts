/** Tokenizers made from and measured on folders of text, without a project. It knows no terminal and no text of its own. */
import path from 'node:path';
import {
  ExpChatError,
  exists,
  makeDirectory,
  removeTree,
  stopIfAborted,
  systemClock,
  type WorkOptions,
} from '../../base/index.ts';
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

/** The counts kept in `directory` for this `key`, or new ones, which are then kept. */
export async function countsFor(
  texts: TrainingTexts,
  directory: string,
  key: string,
  options: CountingOptions,
): Promise<{ readonly counted: CountedWords; readonly resumed: boolean }> {
  const file = path.join(directory, COUNTS_FILE);
  const kept = await loadCounts(file, key);
  if (kept !== undefined) return { counted: kept.counted, resumed: true };
  const counted = await countWords(texts, options);
  await saveCounts(counted, file, key);
  return { counted, resumed: false };
}

/** How far the counting of files got. */
interface FileProgress {
  readonly filesDone: number;
  readonly leftOut: readonly LeftOut[];
}

/**
 * Counts the words of files. Where the signal fires, the files counted so far are kept with their counts, and the same call
 * goes on behind them; a file that is being read is finished first. With a cap on all characters only whole counts are kept.
 */
async function countFiles(
  files: readonly TextFile[],
  directory: string,
  key: string,
  { signal, ...options }: CountingOptions,
): Promise<{ readonly counted: CountedWords; readonly resumed: boolean; readonly leftOut: readonly LeftOut[] }> {
  stopIfAborted(signal, 'tokenizer');
  const file = path.join(directory, COUNTS_FILE);
  const kept = await loadCounts(file, key);
  // The file's checksum covers these facts and the key names this form, so they are as they were written.
  const before = (kept?.facts as FileProgress | undefined) ?? { filesDone: 0, leftOut: [] };
  if (kept !== undefined && before.filesDone === files.length) {
    return { counted: kept.counted, resumed: true, leftOut: before.leftOut };
  }
  const leftOut = [...before.leftOut];
  let filesDone = before.filesDone;
  async function* documents(): AsyncGenerator<DocumentPiece> {
    for (const next of files.slice(before.filesDone)) {
      if (signal?.aborted) return;
      yield* documentsIn(next, (left) => leftOut.push(left));
      filesDone++;
    }
  }
  const start = kept === undefined ? {} : { start: kept.counted };
  const counted = await countWords(documents(), { ...options, ...start });
  const whole = !signal?.aborted || filesDone === files.length;
  // A cap ends the counting early; all that counts is counted then.
  if (whole) filesDone = files.length;
  if (whole || options.maxTotalCharacters === undefined) {
    await saveCounts(counted, file, key, { filesDone, leftOut } satisfies FileProgress);
  }
  stopIfAborted(signal, 'tokenizer');
  return { counted, resumed: kept !== undefined, leftOut };
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
  await makeDirectory(directory);
  const key = fingerprintOf(files, { caps, pattern: SPLIT_PATTERN });
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const options = { ...work, ...caps, threads: request.threads ?? threads, totalBytes };
  const { counted, resumed, leftOut } = await countFiles(files, directory, key, options);
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
