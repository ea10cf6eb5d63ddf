/** Measures a tokenizer on held-out text beside others' tokenizers. It knows no terminal. */
import { ExpChatError, type WorkOptions, writeDurably } from '../../base/index.ts';
import { languageOf, loadLanguageData, readFiltered } from '../../corpus/index.ts';
import * as door from '../../tokenizer/index.ts';
import type { Project, TokenizerReportRequest, TokenizerReportResult } from '../services.ts';
import { dataDirectory, splitOf } from './corpus.ts';

/** Reads a tokenizer that another project made; tests put their own in its place. */
export type ImportTokenizer = typeof door.importTokenizer;

/** A document's beginning tells its language. */
const LANGUAGE_BYTES = 4096;

/** A rank file does not say how text is cut; the name it is given may. */
function patternOf(peer: { readonly name: string; readonly path: string }): { readonly pattern?: door.PatternName } {
  if (!peer.path.endsWith('.tiktoken') || !Object.hasOwn(door.PATTERN_TEXTS, peer.name)) return {};
  return { pattern: peer.name as door.PatternName };
}

async function* projectTexts(project: Project): AsyncGenerator<door.MeasuredText> {
  const encoder = new TextEncoder();
  const { language: standard } = project.settings.corpus;
  const side = { ...splitOf(project), split: splitOf(project).validationRatio > 0 ? 'validation' : 'train' } as const;
  for await (const record of readFiltered(dataDirectory(project), { side })) {
    const { kind, source, text, messages, language = standard } = record;
    const labels = { kind, ...(language === 'any' ? {} : { language }), source };
    for (const content of text === undefined ? (messages ?? []).map((turn) => turn.content) : [text]) {
      yield { bytes: encoder.encode(content), labels };
    }
  }
}

async function* fileTexts(
  files: readonly door.TextFile[],
  labelled: boolean,
  leaveOut: (left: door.LeftOut) => void,
): AsyncGenerator<door.MeasuredText> {
  await loadLanguageData();
  const decoder = new TextDecoder();
  for (const file of files) {
    const place: Record<string, string> = labelled ? { place: file.place } : {};
    for await (const { bytes } of door.documentsIn(file, leaveOut)) {
      const language = languageOf(decoder.decode(bytes.subarray(0, LANGUAGE_BYTES)));
      yield { bytes, labels: language === undefined ? place : { ...place, language } };
    }
  }
}

/** Throws `tokenizer.empty-corpus` where there is no text to measure on. */
export async function reportTokenizer(
  request: TokenizerReportRequest,
  work: WorkOptions,
  importOf: ImportTokenizer = door.importTokenizer,
): Promise<TokenizerReportResult> {
  const { project, places, holdOut = 0, htmlFile } = request;
  const own = { name: request.name, tokenizer: await door.loadTokenizer(request.directory) };
  const tokenizers = [own];
  for (const peer of request.peers) {
    tokenizers.push({ name: peer.name, tokenizer: await importOf(peer.path, patternOf(peer)) });
  }
  const leftOut: door.LeftOut[] = [];
  const files = await door.listTextFiles(places, { every: holdOut, side: 'held-out' });
  const texts =
    project === undefined ? fileTexts(files, places.length > 1, (left) => leftOut.push(left)) : projectTexts(project);
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const measures = await door.measureTokenizers(tokenizers, texts, { ...work, ...(project ? {} : { totalBytes }) });
  if (measures.bytes === 0) {
    throw new ExpChatError({
      code: 'tokenizer.empty-corpus',
      kind: 'usage',
      message: 'tokenizer report: expected text to measure on, got none',
      next: 'Name folders or files with text, or run the corpus stages of the project first.',
    });
  }
  if (htmlFile !== undefined) {
    await writeDurably(htmlFile, door.renderTokenizerReportHtml(measures, { language: request.language }));
  }
  return { ...measures, leftOut, files: htmlFile === undefined ? [] : [htmlFile] };
}
