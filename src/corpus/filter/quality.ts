/**
 * Is a text worth training on: the measures of Gopher, FineWeb and FineWeb-2 on one text, in one table, each with its
 * threshold and the stable name of its reason. It knows no file and no other document.
 */
import { type Repetition, RepetitionCounter } from './repetition.ts';
import { type QualityLanguage, type QualityThresholds, STOP_WORDS } from './thresholds.ts';
import { foldedLowOf, SIGN, WORD, WordScanner } from './words.ts';

/** Why a document is left out. */
export interface Fault {
  /** Stable English name. */
  readonly reason: string;
  readonly value: number;
  readonly threshold: number;
}

export interface Measured extends Fault {
  readonly bound: 'minimum' | 'maximum';
  readonly passed: boolean;
}

/** A part of a text and all its measures. */
export interface MeasuredSection {
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
  readonly measures: readonly Measured[];
}

export interface QualityCalculation {
  /** False where the text is shorter than `shortCharacters` and not judged. */
  readonly judged: boolean;
  readonly shortCharacters: number;
  readonly document: readonly Measured[];
  readonly sections: readonly MeasuredSection[];
  /** Share of the text in sections that fail; above a half the document falls. */
  readonly failedShare: number;
  readonly fault?: Fault;
}

/** What the measures of a section are made of; each part is counted when it is first asked for. */
class Section {
  readonly text: string;
  readonly #judge: QualityJudge;
  readonly #from: number;
  readonly #to: number;
  #words: ReturnType<Section['countWords']> | undefined;
  #lines: ReturnType<typeof countLines> | undefined;
  #paragraphs: { readonly share: number; readonly characters: number } | undefined;
  #repetition: Repetition | undefined;

  constructor(text: string, judge: QualityJudge, from: number, to: number) {
    this.text = text;
    this.#judge = judge;
    this.#from = from;
    this.#to = to;
  }

  /** Words and signs. */
  get tokens(): number {
    return this.#to - this.#from;
  }

  get words() {
    this.#words ??= this.countWords();
    return this.#words;
  }

  get lines() {
    this.#lines ??= countLines(this.text);
    return this.#lines;
  }

  get paragraphs() {
    this.#paragraphs ??= repeatedParts(this.text.split(/\n\s*\n/));
    return this.#paragraphs;
  }

  topShare(size: number): number {
    return this.repetition.top[size - 2]! / this.text.length;
  }

  duplicateShare(size: number): number {
    return this.repetition.duplicate[size - 5]! / this.text.length;
  }

  get repetition(): Repetition {
    this.#repetition ??= this.#judge.counter.measure(this.#judge.scanner, this.#from, this.#to);
    return this.#repetition;
  }

  countWords() {
    const { scanner, stopWords } = this.#judge;
    const seen = new Set<number>();
    let words = 0;
    let characters = 0;
    let withLetter = 0;
    let symbols = 0;
    for (let i = this.#from; i < this.#to; i++) {
      const kind = scanner.kinds[i]!;
      if (kind === SIGN) {
        const sign = this.#judge.text[scanner.starts[i]!];
        if (sign === '#' || sign === '…') symbols++;
        continue;
      }
      words++;
      characters += scanner.ends[i]! - scanner.starts[i]!;
      if (kind === WORD) withLetter++;
      if (stopWords.has(scanner.foldedLow[i]!)) seen.add(scanner.foldedLow[i]!);
    }
    return { words, characters, withLetter, symbols, stopWords: seen.size };
  }
}

const LINE_END = /[.!?…"'”’“»›]$/u;

function countLines(text: string) {
  const seen = new Set<string>();
  const count = {
    lines: 0,
    characters: 0,
    repeated: 0,
    repeatedCharacters: 0,
    bullets: 0,
    ellipses: 0,
    ends: 0,
    short: 0,
  };
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '') continue;
    count.lines++;
    count.characters += line.length;
    if (/^[•-]/u.test(line)) count.bullets++;
    if (line.endsWith('...') || line.endsWith('…')) count.ellipses++;
    if (LINE_END.test(line)) count.ends++;
    if (line.length <= 30) count.short++;
    if (!seen.has(line)) {
      seen.add(line);
      continue;
    }
    count.repeated++;
    count.repeatedCharacters += line.length;
  }
  return count;
}

function repeatedParts(parts: readonly string[]): { readonly share: number; readonly characters: number } {
  const seen = new Set<string>();
  let count = 0;
  let characters = 0;
  let repeated = 0;
  let repeatedCharacters = 0;
  for (const raw of parts) {
    const part = raw.trim();
    if (part === '') continue;
    count++;
    characters += part.length;
    if (seen.has(part)) {
      repeated++;
      repeatedCharacters += part.length;
    } else seen.add(part);
  }
  return { share: ratio(repeated, count), characters: ratio(repeatedCharacters, characters) };
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

interface Measure {
  readonly reason: string;
  readonly key: keyof QualityThresholds;
  readonly value: (section: Section) => number;
}

const DOCUMENT_MEASURES: readonly Measure[] = [
  { reason: 'few-words', key: 'minimumWords', value: ({ words }) => words.words },
  { reason: 'many-words', key: 'maximumWords', value: ({ words }) => words.words },
];

const gram = (size: number): Measure => ({
  reason: size <= 4 ? `top-${size}-gram` : `repeated-${size}-grams`,
  key: (size <= 4 ? `maximumTop${size}Grams` : `maximumDuplicate${size}Grams`) as keyof QualityThresholds,
  value: (section) => (size <= 4 ? section.topShare(size) : section.duplicateShare(size)),
});

/** In the order in which they are judged: the cheap ones first. */
const SECTION_MEASURES: readonly Measure[] = [
  { reason: 'few-stop-words', key: 'minimumStopWords', value: ({ words }) => words.stopWords },
  { reason: 'short-words', key: 'minimumWordLength', value: ({ words }) => ratio(words.characters, words.words) },
  { reason: 'long-words', key: 'maximumWordLength', value: ({ words }) => ratio(words.characters, words.words) },
  {
    reason: 'few-letters',
    key: 'minimumLetterWords',
    value: ({ words }) => (words.words === 0 ? 1 : words.withLetter / words.words),
  },
  {
    reason: 'short-lines',
    key: 'maximumNewlinesPerWord',
    value: ({ lines, tokens }) => ratio(Math.max(0, lines.lines - 1), tokens),
  },
  { reason: 'many-symbols', key: 'maximumSymbolsPerWord', value: ({ words }) => ratio(words.symbols, words.words) },
  { reason: 'bullet-lines', key: 'maximumBulletLines', value: ({ lines }) => ratio(lines.bullets, lines.lines) },
  { reason: 'ellipsis-lines', key: 'maximumEllipsisLines', value: ({ lines }) => ratio(lines.ellipses, lines.lines) },
  {
    reason: 'few-line-ends',
    key: 'minimumLineEnds',
    value: ({ lines }) => (lines.lines === 0 ? 1 : lines.ends / lines.lines),
  },
  { reason: 'many-short-lines', key: 'maximumShortLines', value: ({ lines }) => ratio(lines.short, lines.lines) },
  { reason: 'repeated-lines', key: 'maximumDuplicateLines', value: ({ lines }) => ratio(lines.repeated, lines.lines) },
  {
    reason: 'repeated-line-characters',
    key: 'maximumDuplicateLineCharacters',
    value: ({ lines }) => ratio(lines.repeatedCharacters, lines.characters),
  },
  {
    reason: 'repeated-paragraphs',
    key: 'maximumDuplicateParagraphs',
    value: ({ paragraphs }) => paragraphs.share,
  },
  {
    reason: 'repeated-paragraph-characters',
    key: 'maximumDuplicateParagraphCharacters',
    value: ({ paragraphs }) => paragraphs.characters,
  },
  ...[2, 3, 4, 5, 6, 7, 8, 9, 10].map(gram),
];

/** Of the names of all measures, in the order in which they are judged. */
export const QUALITY_REASONS: readonly string[] = [...DOCUMENT_MEASURES, ...SECTION_MEASURES].map(
  ({ reason }) => reason,
);

function measured({ reason, key, value }: Measure, section: Section, thresholds: QualityThresholds): Measured {
  const found = value(section);
  const threshold = thresholds[key];
  const bound = key.startsWith('minimum') ? 'minimum' : 'maximum';
  return {
    reason,
    value: found,
    threshold,
    bound,
    passed: bound === 'minimum' ? found >= threshold : found <= threshold,
  };
}

const faultOf = ({ reason, value, threshold }: Measured): Fault => ({ reason, value, threshold });

/** Judges one text after another with the same buffers. */
export class QualityJudge {
  readonly scanner: WordScanner;
  readonly counter = new RepetitionCounter();
  text = '';
  stopWords: ReadonlySet<number> = new Set();
  readonly #stopWords: Record<QualityLanguage, ReadonlySet<number>>;

  constructor(scanner: WordScanner = new WordScanner()) {
    this.scanner = scanner;
    const hashes = (language: QualityLanguage) => new Set(STOP_WORDS[language].map(foldedLowOf));
    this.#stopWords = { de: hashes('de'), en: hashes('en') };
  }

  /**
   * Why a text is left out, or undefined. The thresholds were found on web pages and the measures of repetition grow
   * with length, so a long text is judged in sections of a page's length: it falls when the sections that fail hold
   * more than half of it, with the reason that weighs most and its worst value. `scanned`: the scanner has this text.
   */
  fault(text: string, thresholds: QualityThresholds, language: QualityLanguage, scanned = false): Fault | undefined {
    if (text.length < thresholds.shortCharacters) return undefined;
    this.#take(text, language, scanned);
    const whole = new Section(text, this, 0, this.scanner.count);
    for (const measure of DOCUMENT_MEASURES) {
      const result = measured(measure, whole, thresholds);
      if (!result.passed) return faultOf(result);
    }
    const failed = new Failures();
    for (const { section } of this.#sections(thresholds)) {
      for (const measure of SECTION_MEASURES) {
        const result = measured(measure, section, thresholds);
        if (result.passed) continue;
        failed.add(result, section.text.length);
        break;
      }
    }
    return failed.heaviest(text.length);
  }

  /** Every measure of every section, with the same outcome as `fault`. */
  calculation(text: string, thresholds: QualityThresholds, language: QualityLanguage): QualityCalculation {
    this.#take(text, language, false);
    const judged = text.length >= thresholds.shortCharacters;
    const whole = new Section(text, this, 0, this.scanner.count);
    const document = DOCUMENT_MEASURES.map((measure) => measured(measure, whole, thresholds));
    const failed = new Failures();
    const sections: MeasuredSection[] = [];
    for (const { section, start } of this.#sections(thresholds)) {
      const measures = SECTION_MEASURES.map((measure) => measured(measure, section, thresholds));
      const first = measures.find(({ passed }) => !passed);
      if (first !== undefined) failed.add(first, section.text.length);
      sections.push({ start, end: start + section.text.length, measures });
    }
    const broken = document.find(({ passed }) => !passed);
    const fault = broken === undefined ? failed.heaviest(text.length) : faultOf(broken);
    return {
      judged,
      shortCharacters: thresholds.shortCharacters,
      document,
      sections,
      failedShare: ratio(failed.characters, text.length),
      ...(judged && fault !== undefined ? { fault } : {}),
    };
  }

  #take(text: string, language: QualityLanguage, scanned: boolean): void {
    this.text = text;
    this.stopWords = this.#stopWords[language];
    if (!scanned) this.scanner.scan(text);
  }

  *#sections({ sectionCharacters }: QualityThresholds): Generator<{ section: Section; start: number }> {
    const { scanner, text } = this;
    let from = 0;
    for (const [start, end] of sectionsOf(text, sectionCharacters)) {
      let to = from;
      while (to < scanner.count && scanner.starts[to]! < end) to++;
      yield { section: new Section(text.slice(start, end), this, from, to), start };
      from = to;
    }
  }
}

class Failures {
  characters = 0;
  readonly #byReason = new Map<string, { characters: number; worst: Measured }>();

  add(result: Measured, characters: number): void {
    this.characters += characters;
    const known = this.#byReason.get(result.reason);
    if (known === undefined) {
      this.#byReason.set(result.reason, { characters, worst: result });
      return;
    }
    known.characters += characters;
    const worse = result.bound === 'minimum' ? result.value < known.worst.value : result.value > known.worst.value;
    if (worse) known.worst = result;
  }

  heaviest(length: number): Fault | undefined {
    if (this.characters <= length / 2) return undefined;
    const all = [...this.#byReason.values()];
    return faultOf(all.reduce((heaviest, next) => (next.characters > heaviest.characters ? next : heaviest)).worst);
  }
}

/** Parts of about `characters`, cut at line ends where there are any; a short rest joins the part before it. */
function* sectionsOf(text: string, characters: number): Generator<readonly [start: number, end: number]> {
  for (let start = 0; start < text.length; ) {
    if (text.length - start < 1.5 * characters) {
      yield [start, text.length];
      return;
    }
    const newline = text.indexOf('\n', start + characters);
    const end = newline === -1 || newline - start > 2 * characters ? start + characters : newline + 1;
    yield [start, end];
    start = end;
  }
}
