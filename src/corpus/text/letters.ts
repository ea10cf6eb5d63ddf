/**
 * The letter ledger: every letter and digit that goes into a reader comes out of it, or a rule that has a name says how
 * many it took or added. Each rule counts what it takes itself; the balance is only compared, never made to fit. It
 * knows no format.
 */

/** Letters (`\p{L}`) and numbers (`\p{N}`) of Unicode, by rule what was taken (positive) or added (negative). */
export interface LetterCounts {
  readonly before: number;
  readonly after: number;
  readonly byRule: Readonly<Record<string, number>>;
}

const LETTER = /^[\p{L}\p{N}]$/u;
let table: Uint8Array | undefined;

/** One byte for each of the first 65,536 code points: 1 for a letter or number. */
function letterTable(): Uint8Array {
  if (table !== undefined) return table;
  table = new Uint8Array(0x10000);
  for (let code = 0; code < 0x10000; code++) if (LETTER.test(String.fromCharCode(code))) table[code] = 1;
  return table;
}

/** How many letters and numbers a text has; linear, without garbage for text of the first plane. */
export function countLetters(text: string): number {
  const isLetter = letterTable();
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0xd800 || code > 0xdbff) {
      count += isLetter[code]!;
    } else if (i + 1 < text.length) {
      const point = text.codePointAt(i)!;
      if (point > 0xffff) {
        if (LETTER.test(String.fromCodePoint(point))) count++;
        i++;
      }
    }
  }
  return count;
}

export class LetterLedger {
  #before = 0;
  #after = 0;
  readonly #byRule = new Map<string, number>();

  /** What went in. */
  take(text: string): void {
    this.#before += countLetters(text);
  }

  /** What came out. */
  give(text: string): void {
    this.#after += countLetters(text);
  }

  /** Books the letters of `text` as taken by the rule. */
  remove(rule: string, text: string): void {
    this.#book(rule, countLetters(text));
  }

  /** Books the letters of `text` as added by the rule, as a column's name is in each row. */
  add(rule: string, text: string): void {
    this.#book(rule, -countLetters(text));
  }

  /** Books a change that only the rule itself can count; positive for letters taken. */
  move(rule: string, letters: number): void {
    this.#book(rule, letters);
  }

  /** `text.replace(pattern, …)` where the rule books what each match loses or gains, and nothing else. */
  replace(rule: string, text: string, pattern: RegExp, replacement: string | ((...match: string[]) => string)): string {
    let taken = 0;
    const result = text.replace(pattern, (...match: string[]) => {
      const put = typeof replacement === 'string' ? replacement : replacement(...match);
      taken += countLetters(match[0]!) - countLetters(put);
      return put;
    });
    this.#book(rule, taken);
    return result;
  }

  /** Adds what another ledger counted, where a part was read by itself. */
  include(other: LetterCounts): void {
    this.#before += other.before;
    this.#after += other.after;
    for (const [rule, letters] of Object.entries(other.byRule)) this.#book(rule, letters);
  }

  counts(): LetterCounts {
    const rules = [...this.#byRule].filter(([, letters]) => letters !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
    return { before: this.#before, after: this.#after, byRule: Object.fromEntries(rules) };
  }

  /** Letters that went without a rule; 0 unless this program has a fault. */
  missing(): number {
    return missingLetters(this.counts());
  }

  #book(rule: string, letters: number): void {
    if (letters !== 0) this.#byRule.set(rule, (this.#byRule.get(rule) ?? 0) + letters);
  }
}

/** before − after − what the rules took. */
export function missingLetters(counts: LetterCounts): number {
  return Object.values(counts.byRule).reduce((rest, letters) => rest - letters, counts.before - counts.after);
}

/** The sums of several ledgers. */
export function sumLetters(parts: Iterable<LetterCounts>): LetterCounts {
  const sum = new LetterLedger();
  for (const part of parts) sum.include(part);
  return sum.counts();
}
