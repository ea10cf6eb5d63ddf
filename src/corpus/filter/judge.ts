/**
 * What can be said of one document alone: whether it is fit for training, whether it holds a question of an evaluation,
 * and what it is compared with others by. It knows no other document, no file and no thread.
 */
import { contentBytes, type DocumentRecord, FORGOTTEN, Forgotten, type ForgottenLists } from '../record/index.ts';
import { chatFault } from './chat-fault.ts';
import { BANDS, Minhasher, SIGNATURE_LENGTH, type Sketch } from './minhash.ts';
import { type Fault, QualityJudge } from './quality.ts';
import { type QuestionHit, type QuestionIndex, QuestionMatcher } from './questions.ts';
import type { FilterSettings } from './settings.ts';
import type { Profile, QualityLanguage } from './thresholds.ts';
import { SIGN, WordScanner } from './words.ts';

/** Goes up when the same document is judged otherwise. */
export const JUDGE_VERSION = 1;

/** What judging depends on, as plain data that a thread can be given. */
export interface JudgeOptions {
  readonly settings: FilterSettings;
  /** For documents that do not name their language; `any`: those are not judged by quality. */
  readonly language: QualityLanguage | 'any';
  /** Profiles of sources by their id in `expchat.yaml`; a fetched page is `web` otherwise, all else `own`. */
  readonly profiles: Readonly<Record<string, Profile>>;
  readonly questions?: QuestionIndex;
  readonly forgotten?: ForgottenLists;
}

/** Kinds of pieces of a text that other documents may have as well. */
export const PARAGRAPH = 0;
export const LINE = 1;

/** A judged document, small enough to be kept for all documents. */
export interface JudgedDocument {
  readonly id: string;
  readonly sha256: string;
  readonly kind: 'text' | 'chat';
  readonly profile: Profile;
  /** When it came about or was last changed, where it says so. */
  readonly date?: string;
  /** UTF-16 units of the content. */
  readonly length: number;
  /** UTF-8 bytes of the content. */
  readonly bytes: number;
  /** Letters and numbers. */
  readonly letters: number;
  readonly words: number;
  /** Hash of the words in lower case and the symbols; equal where two texts differ in punctuation alone. */
  readonly sameWords: string;
  readonly fault?: Fault;
  readonly hits?: readonly QuestionHit[];
}

/**
 * The numbers behind a judged document, in one array: whether there is a sketch, its level, the length of its sample and
 * the number of pieces; six numbers for each piece; then bands, signature and sample.
 */
export const HEAD = { sketch: 0, level: 1, sample: 2, pieces: 3, length: 4 } as const;
export const PIECE = { kind: 0, high: 1, low: 2, start: 3, end: 4, letters: 5, length: 6 } as const;
export const BAND_NUMBERS = BANDS * 2;
export const SIGNATURE_NUMBERS = SIGNATURE_LENGTH / 2;

/** Lines of a letterhead or a signature stand at one of the ends of a document. */
const EDGE_LINES = 5;
/** What tells a letterhead from a heading or a formula: an address, a number to call, a register, a bank. */
const CONTACT =
  /@|\bwww\.|https?:\/\/|\b(?:Tel|Telefon|Fax|Telefax|Phone|Mobil|IBAN|BIC|HRB|HRA|USt-?Id(?:Nr)?|VAT|E-?Mail)\b|\b\d{5} \p{Lu}\p{L}+/iu;
/** Marks that may differ between two documents of the same words. */
const PUNCTUATION = new Set('.,;:!?()[]{}"\'„“”‚‘’»«›‹…–—');

export const contentOf = (record: DocumentRecord): string =>
  record.text ?? record.messages!.map(({ content }) => content).join('\n\n');

export function profileOf(record: DocumentRecord, profiles: JudgeOptions['profiles']): Profile {
  const spec = record.spec ?? record.source.split('~', 1)[0]!;
  return profiles[spec] ?? (/^https?:/.test(record.origin) ? 'web' : 'own');
}

/** The language whose measures judge a document; undefined where there are none for it. */
export function languageOf(record: DocumentRecord, fallback: JudgeOptions['language']): QualityLanguage | undefined {
  const language = record.language ?? fallback;
  return language === 'de' || language === 'en' ? language : undefined;
}

/** Judges one document after another with the same buffers. */
export class Judge {
  readonly #options: JudgeOptions;
  readonly #scanner = new WordScanner();
  readonly #quality = new QualityJudge(this.#scanner);
  readonly #minhasher = new Minhasher();
  readonly #matcher: QuestionMatcher | undefined;
  readonly #forgotten: Forgotten | undefined;

  constructor(options: JudgeOptions) {
    this.#options = options;
    this.#matcher = options.questions === undefined ? undefined : new QuestionMatcher(options.questions);
    this.#forgotten = options.forgotten === undefined ? undefined : Forgotten.of(options.forgotten);
  }

  judge(record: DocumentRecord): { readonly document: JudgedDocument; readonly numbers: Uint32Array } {
    const text = contentOf(record);
    const scan = this.#scanner.scan(text);
    const profile = profileOf(record, this.#options.profiles);
    const fault = this.#faultOf(record, text, profile);
    const hits = fault === undefined ? (this.#matcher?.hits(scan) ?? []) : [];
    const date = record.dates?.created ?? record.dates?.modified;
    const { count, hash } = sameWordsOf(scan, text);
    const document: JudgedDocument = {
      id: record.id,
      sha256: record.sha256,
      kind: record.kind,
      profile,
      ...(date === undefined ? {} : { date }),
      length: text.length,
      bytes: contentBytes(record),
      letters: scan.letters,
      words: count,
      sameWords: hash,
      ...(fault === undefined ? {} : { fault }),
      ...(hits.length === 0 ? {} : { hits }),
    };
    const compared = fault === undefined && record.kind === 'text';
    const sketch = compared ? this.#minhasher.sketch(scan) : undefined;
    return { document, numbers: numbersOf(sketch, compared ? this.#pieces(text, profile) : []) };
  }

  #faultOf(record: DocumentRecord, text: string, profile: Profile): Fault | undefined {
    const gone = (reason: string): Fault => ({ reason, value: 1, threshold: 0 });
    if (this.#forgotten?.has(record)) return gone(FORGOTTEN);
    if (record.kind === 'chat') {
      const reason = chatFault(record.messages!);
      return reason === undefined ? undefined : gone(reason);
    }
    const language = languageOf(record, this.#options.language);
    if (language === undefined) return undefined;
    return this.#quality.fault(text, this.#options.settings.quality[language][profile], language, true);
  }

  /** Long paragraphs, and lines at the ends that look like a letterhead: six numbers each. */
  #pieces(text: string, profile: Profile): number[] {
    const { paragraphCharacters, lineCharacters } = this.#options.settings.repeats[profile];
    const pieces: number[] = [];
    let token = 0;
    const add = (kind: number, start: number, end: number) => {
      const scan = this.#scanner;
      while (token < scan.count && scan.starts[token]! < start) token++;
      let high = kind + 1;
      let low = 0x811c9dc5;
      for (let i = token; i < scan.count && scan.starts[i]! < end; i++) {
        high = Math.imul(high ^ (high >>> 15) ^ scan.exact[i]!, 0x85ebca6b);
        low = Math.imul(low ^ (low >>> 13) ^ scan.foldedLow[i]! ^ (scan.exact[i]! >>> 1), 0xc2b2ae35);
      }
      pieces.push(kind, high >>> 0, low >>> 0, start, end, 0);
    };
    if (paragraphCharacters > 0) {
      for (const [start, end] of partsOf(text, '\n\n'))
        if (end - start >= paragraphCharacters) add(PARAGRAPH, start, end);
    }
    if (lineCharacters === 0) return pieces;
    token = 0;
    for (const [start, end] of edgeLines(text)) {
      const line = text.slice(start, end).trim();
      if (line.length >= lineCharacters && !/[.!?:;]$/.test(line) && CONTACT.test(line)) add(LINE, start, end);
    }
    return pieces;
  }
}

/** Places between separators, without those that hold nothing. */
export function* partsOf(text: string, separator: string): Generator<readonly [start: number, end: number]> {
  for (let start = 0; start <= text.length; ) {
    const next = text.indexOf(separator, start);
    const end = next === -1 ? text.length : next;
    if (end > start) yield [start, end];
    start = end + separator.length;
  }
}

function edgeLines(text: string): (readonly [number, number])[] {
  const ends = (parts: (readonly [number, number])[]) =>
    parts.length <= 2 * EDGE_LINES ? parts : [...parts.slice(0, EDGE_LINES), ...parts.slice(-EDGE_LINES)];
  const reach = 4000; // More than ten lines of a letterhead; a long text is not cut into all its lines for them.
  if (text.length <= 2 * reach) return ends([...partsOf(text, '\n')]);
  const first = [...partsOf(text.slice(0, reach), '\n')].slice(0, EDGE_LINES);
  const from = text.indexOf('\n', text.length - reach) + 1;
  if (from === 0) return first;
  const last = [...partsOf(text.slice(from), '\n')].slice(-EDGE_LINES);
  return [...first, ...last.map(([start, end]) => [start + from, end + from] as const)];
}

function sameWordsOf(scan: WordScanner, text: string): { readonly count: number; readonly hash: string } {
  let count = 0;
  let high = 0x9e3779b1;
  let low = 0x811c9dc5;
  for (let i = 0; i < scan.count; i++) {
    if (scan.kinds[i] === SIGN) {
      if (PUNCTUATION.has(text[scan.starts[i]!]!)) continue;
    } else count++;
    high = Math.imul(high ^ (high >>> 15) ^ scan.foldedHigh[i]!, 0x85ebca6b);
    low = Math.imul(low ^ (low >>> 13) ^ scan.foldedLow[i]!, 0xc2b2ae35);
  }
  const digits = (half: number) => (half >>> 0).toString(16).padStart(8, '0');
  return { count, hash: digits(high) + digits(low) };
}

function numbersOf(sketch: Sketch | undefined, pieces: readonly number[]): Uint32Array {
  const sampled = sketch?.sample.length ?? 0;
  const sketchNumbers = sketch === undefined ? 0 : BAND_NUMBERS + SIGNATURE_NUMBERS + sampled;
  const numbers = new Uint32Array(HEAD.length + pieces.length + sketchNumbers);
  numbers[HEAD.sketch] = sketch === undefined ? 0 : 1;
  numbers[HEAD.level] = sketch?.level ?? 0;
  numbers[HEAD.sample] = sampled;
  numbers[HEAD.pieces] = pieces.length / PIECE.length;
  numbers.set(pieces, HEAD.length);
  if (sketch === undefined) return numbers;
  let at = HEAD.length + pieces.length;
  numbers.set(sketch.bandKeys, at);
  at += BAND_NUMBERS;
  numbers.set(new Uint32Array(sketch.signature.buffer, sketch.signature.byteOffset, SIGNATURE_NUMBERS), at);
  numbers.set(sketch.sample, at + SIGNATURE_NUMBERS);
  return numbers;
}
