/**
 * Decontamination: finds the questions of an evaluation in documents, by word 12-grams in lower case without signs, so
 * that a model is not asked what it was trained on. A shorter question of at least eight words is looked for whole; a
 * still shorter one is too common to be looked for. It knows the files of questions and no document's fate.
 */
import path from 'node:path';
import { ExpChatError, readJsonl, readText, sha256OfBytes } from '../../base/index.ts';
import { csvRows } from './csv-rows.ts';
import { SIGN, WordScanner } from './words.ts';

export const QUESTION_GRAM = 12;
export const SHORTEST_QUESTION = 8;
const MAX_FILE_BYTES = 256 * 2 ** 20;
const COLUMNS = ['question', 'frage', 'prompt', 'query', 'input', 'text'];
/** Questions named of one document. */
const MOST_HITS = 20;

export interface Question {
  /** File name and number of the row or line in it, from 1. */
  readonly file: string;
  readonly number: number;
  readonly text: string;
}

/** Plain data that a thread can be given. */
export interface QuestionIndex {
  readonly questions: readonly Question[];
  /** Questions that are too short to be looked for. */
  readonly tooShort: number;
  /** Numbers of words that are looked for at once. */
  readonly lengths: readonly number[];
  /** 53-bit hashes and, for each, the question it belongs to. */
  readonly keys: Float64Array;
  readonly owners: Uint32Array;
  /** Of all questions; part of what a choice depends on. */
  readonly hash: string;
}

/** A place of a document that holds a question or twelve words of it. */
export interface QuestionHit {
  readonly question: number;
  /** UTF-16 offsets in the document's content. */
  readonly start: number;
  readonly end: number;
  readonly words: number;
}

/** Reads files of questions: JSONL and CSV with a column `question`, TXT with one question a line. */
export async function readQuestions(files: readonly string[]): Promise<QuestionIndex> {
  const questions: Question[] = [];
  for (const file of files) questions.push(...(await questionsOf(file)));
  return indexQuestions(questions);
}

async function questionsOf(file: string): Promise<Question[]> {
  const extension = path.extname(file).toLowerCase();
  const name = path.basename(file);
  const numbered = (texts: readonly string[]) =>
    texts.map((text, i) => ({ file: name, number: i + 1, text })).filter(({ text }) => text.trim() !== '');
  if (extension === '.jsonl') return numbered(await jsonlTexts(file));
  const text = await readText(file, MAX_FILE_BYTES);
  if (extension !== '.csv') return numbered(text.split(/\r?\n/));
  const [head = [], ...rows] = csvRows(text);
  const column = head.findIndex((title) => COLUMNS.includes(title.trim().toLowerCase()));
  return numbered(column === -1 ? [head, ...rows].map((row) => row[0] ?? '') : rows.map((row) => row[column] ?? ''));
}

async function jsonlTexts(file: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const value of readJsonl(file)) {
    const row = (typeof value === 'object' && value !== null ? value : { text: value }) as Record<string, unknown>;
    const found = COLUMNS.map((key) => row[key]).find((entry) => typeof entry === 'string');
    if (found === undefined) {
      throw new ExpChatError({
        code: 'corpus.bad-question',
        message: `${file}, record ${texts.length + 1}: expected a text under ${COLUMNS.join(', ')}, got none`,
        next: 'Name the column of the questions question.',
        fields: { path: file, record: texts.length + 1 },
      });
    }
    texts.push(found as string);
  }
  return texts;
}

export function indexQuestions(questions: readonly Question[]): QuestionIndex {
  const scanner = new WordScanner();
  const owners = new Map<number, number>();
  const lengths = new Set<number>();
  let tooShort = 0;
  for (const [number, { text }] of questions.entries()) {
    const words = wordsOf(scanner.scan(text));
    if (words.length < SHORTEST_QUESTION) {
      tooShort++;
      continue;
    }
    const length = Math.min(words.length, QUESTION_GRAM);
    lengths.add(length);
    for (const { key } of gramsOf(scanner, words, length)) if (!owners.has(key)) owners.set(key, number);
  }
  return {
    questions,
    tooShort,
    lengths: [...lengths].sort((a, b) => a - b),
    keys: Float64Array.from(owners.keys()),
    owners: Uint32Array.from(owners.values()),
    hash: sha256OfBytes(JSON.stringify(questions.map(({ file, number, text }) => [file, number, text]))),
  };
}

function wordsOf(scan: WordScanner): number[] {
  const words: number[] = [];
  for (let i = 0; i < scan.count; i++) if (scan.kinds[i] !== SIGN) words.push(i);
  return words;
}

const LOW_BASE = 0x01000193;
const HIGH_BASE = 0x27220a95;

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}

/** Rolling hashes of all runs of `length` words; `length` tells runs of different lengths apart. */
function* gramsOf(scan: WordScanner, words: readonly number[], length: number): Generator<{ key: number; at: number }> {
  const lowOut = power(LOW_BASE, length);
  const highOut = power(HIGH_BASE, length);
  let low = 0;
  let high = 0;
  for (let i = 0; i < words.length; i++) {
    low = (Math.imul(low, LOW_BASE) + scan.foldedLow[words[i]!]!) | 0;
    high = (Math.imul(high, HIGH_BASE) + scan.foldedHigh[words[i]!]!) | 0;
    const out = i - length;
    if (out >= 0) {
      low = (low - Math.imul(scan.foldedLow[words[out]!]!, lowOut)) | 0;
      high = (high - Math.imul(scan.foldedHigh[words[out]!]!, highOut)) | 0;
    }
    if (out >= -1) yield { key: ((high ^ length) >>> 11) * 2 ** 32 + (low >>> 0), at: out + 1 };
  }
}

export class QuestionMatcher {
  readonly #index: QuestionIndex;
  readonly #owners = new Map<number, number>();

  constructor(index: QuestionIndex) {
    this.#index = index;
    for (const [i, key] of index.keys.entries()) this.#owners.set(key, index.owners[i]!);
  }

  /** The first place of each question in the text scanned last, at most 20 questions. */
  hits(scan: WordScanner): QuestionHit[] {
    if (this.#owners.size === 0) return [];
    const words = wordsOf(scan);
    const found = new Map<number, QuestionHit>();
    for (const length of this.#index.lengths) {
      for (const { key, at } of gramsOf(scan, words, length)) {
        const question = this.#owners.get(key);
        if (question === undefined || found.has(question)) continue;
        const end = scan.ends[words[at + length - 1]!]!;
        found.set(question, { question, start: scan.starts[words[at]!]!, end, words: length });
        if (found.size === MOST_HITS) break;
      }
    }
    return [...found.values()].sort((a, b) => a.question - b.question);
  }
}
