/**
 * Whether a text contains another: exactly but for case and white space, or in part, by the runs of words that both have.
 * It knows no file and no document.
 */
import { ExpChatError } from '../../base/index.ts';

export interface TextMatch {
  /** Equal but for case, Unicode form and white space. */
  readonly exact: boolean;
  /** Share of the query's words that stand in runs which the text has too, close together; 1 where it is exact. */
  readonly share: number;
  /** Words of the longest run. */
  readonly longestRun: number;
  /** UTF-16 offset of the word with which the match begins. */
  readonly offset: number;
}

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const NO_WORD = /[^\p{L}\p{M}\p{N}]+/gu;
/** Shorter runs are chance: function words that every text has. */
const RUN_WORDS = 3;
const LONG_RUN_WORDS = 12;
const LEAST_SHARE = 0.5;
const MAXIMUM_WORDS = 2000;

/** ß is SS in capitals, so both are ss here. */
const fold = (text: string): string =>
  text.normalize('NFC').toLowerCase().replaceAll('ß', 'ss').replace(/\s+/gu, ' ').trim();
const wordsOf = (folded: string): string[] => folded.replace(NO_WORD, ' ').trim().split(' ');

interface Run {
  readonly textStart: number;
  readonly queryStart: number;
  length: number;
}

interface Best {
  covered: number;
  textStart: number;
}

export class TextQuery {
  readonly words: readonly string[];
  readonly #folded: string;
  readonly #positions = new Map<string, number[]>();
  readonly #runWords: number;

  /** Throws `corpus.bad-query` for a text without a letter or digit, or of more than 2,000 words. */
  constructor(text: string) {
    this.#folded = fold(text);
    this.words = wordsOf(this.#folded);
    if (this.words[0] === '' || this.words.length > MAXIMUM_WORDS) {
      const got = this.words[0] === '' ? 'none' : `${this.words.length}`;
      throw new ExpChatError({
        code: 'corpus.bad-query',
        kind: 'usage',
        message: `text to look for: expected 1 to ${MAXIMUM_WORDS} words, got ${got}`,
        next: 'Give a sentence or a few words of it.',
        fields: { got },
      });
    }
    for (const [i, word] of this.words.entries()) {
      const at = this.#positions.get(word);
      if (at === undefined) this.#positions.set(word, [i]);
      else at.push(i);
    }
    this.#runWords = Math.min(RUN_WORDS, this.words.length);
  }

  /** True where the text has the query, case and white space aside. */
  isIn(text: string): boolean {
    return fold(text).includes(this.#folded);
  }

  /** The best match in a text, or undefined where it has too little of the query. */
  match(text: string): TextMatch | undefined {
    const folded = fold(text);
    const at = folded.indexOf(this.#folded);
    if (at !== -1) {
      const before = [...folded.slice(0, at).matchAll(WORD)].length;
      const inside = at > 0 && /[\p{L}\p{M}\p{N}]$/u.test(folded.slice(0, at)); // Begins within a word.
      const offset = offsetOfWord(text, inside ? before - 1 : before);
      return { exact: true, share: 1, longestRun: this.words.length, offset };
    }
    const { best, longestRun } = this.#runsIn(wordsOf(folded));
    const share = best.covered / this.words.length;
    if (longestRun < this.#runWords || (share < LEAST_SHARE && longestRun < LONG_RUN_WORDS)) return undefined;
    return { exact: false, share, longestRun, offset: offsetOfWord(text, best.textStart) };
  }

  /** Runs of words in the order of the query, and the stretch of the text that has most of the query. */
  #runsIn(textWords: readonly string[]): { best: Best; longestRun: number } {
    const span = this.words.length * 2 + 20;
    const best: Best = { covered: 0, textStart: 0 };
    let near: Run[] = [];
    let longestRun = 0;
    let open = new Map<number, Run>();
    const weigh = (end: number) => {
      near = near.filter((run) => run.textStart > end - span);
      const covered = this.#covered(near);
      if (covered > best.covered) Object.assign(best, { covered, textStart: near[0]!.textStart });
    };
    for (const [i, word] of textWords.entries()) {
      const positions = this.#positions.get(word);
      if (positions === undefined && open.size === 0) continue;
      const next = new Map<number, Run>();
      for (const position of positions ?? []) {
        const run = open.get(position - 1) ?? { textStart: i, queryStart: position, length: 0 };
        open.delete(position - 1);
        run.length++;
        next.set(position, run);
        if (run.length === this.#runWords) near.push(run);
        if (run.length > longestRun) longestRun = run.length;
      }
      // A run that does not go on counts; those that go on are weighed when they end.
      for (const ended of open.values()) {
        if (ended.length >= this.#runWords) {
          weigh(i);
          break;
        }
      }
      open = next;
    }
    if (near.length > 0) weigh(textWords.length);
    return { best, longestRun };
  }

  #covered(runs: readonly Run[]): number {
    const seen = new Uint8Array(this.words.length);
    for (const run of runs) seen.fill(1, run.queryStart, run.queryStart + run.length);
    return seen.reduce((sum, one) => sum + one, 0);
  }
}

/** UTF-16 offset of the word with this number, from 0; the end of the text where it has fewer. */
function offsetOfWord(text: string, number: number): number {
  let count = 0;
  for (const word of text.matchAll(WORD)) {
    if (count === number) return word.index;
    count++;
  }
  return text.length;
}

/** Line and character of an offset, both from 1; characters are code points. */
export function placeInText(text: string, offset: number): { readonly line: number; readonly character: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf('\n');
  let line = 1;
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line++;
  return { line, character: [...before.slice(lastBreak + 1)].length + 1 };
}

/** About `length` characters of the text from a little before the offset, on one line. */
export function excerptAt(text: string, offset: number, length = 160): string {
  const before = text.slice(Math.max(0, offset - 30), offset);
  const start = offset - (offset > 30 ? before.replace(/^\S*\s*/u, '') : before).length; // Not in the middle of a word.
  const end = Math.min(text.length, start + length);
  const cut = text.slice(start, end).toWellFormed().replace(/\s+/gu, ' ').trim();
  return `${start > 0 ? '…' : ''}${cut}${end < text.length ? '…' : ''}`;
}
