/**
 * How much of a text is repeated word n-grams, as datatrove's Gopher repetition filter counts it, with 64-bit hashes in
 * tables that are used again for the next text. It knows no threshold.
 */
import type { WordScanner } from './words.ts';

/** Characters of tokens, white space not counted. */
export interface Repetition {
  /** Covered by the most common 2-, 3- and 4-gram; 0 where none occurs twice. */
  readonly top: readonly [number, number, number];
  /** In repeated 5- to 10-grams; a repeated n-gram is stepped over whole. */
  readonly duplicate: readonly [number, number, number, number, number, number];
}

export class RepetitionCounter {
  #high = new Uint32Array(0);
  #low = new Uint32Array(0);
  #characters = new Uint32Array(0);
  #slotHigh = new Uint32Array(0);
  #slotLow = new Uint32Array(0);
  #slotCount = new Uint32Array(0);
  #slotRound = new Uint32Array(0);
  #round = 0;
  #mask = 0;

  /** Of the tokens `from` to `to` (exclusive) of a scan. */
  measure(scan: WordScanner, from: number, to: number): Repetition {
    const count = to - from;
    this.#reserve(count);
    this.#high.fill(0, 0, count);
    this.#low.fill(0, 0, count);
    this.#characters.fill(0, 0, count);
    const top: number[] = [];
    const duplicate: number[] = [];
    for (let size = 1; size <= 10; size++) {
      this.#extend(scan, from, count, size - 1);
      const grams = count - size + 1;
      if (size >= 2 && size <= 4) top.push(this.#topCharacters(grams));
      else if (size >= 5) duplicate.push(this.#repeatedCharacters(grams, size));
    }
    return { top: top as never, duplicate: duplicate as never };
  }

  #reserve(count: number): void {
    if (this.#high.length < count) {
      this.#high = new Uint32Array(count * 2);
      this.#low = new Uint32Array(count * 2);
      this.#characters = new Uint32Array(count * 2);
    }
    const slots = 2 ** Math.max(4, Math.ceil(Math.log2(count * 2 + 1)));
    this.#mask = slots - 1;
    if (this.#slotHigh.length >= slots) return;
    this.#slotHigh = new Uint32Array(slots);
    this.#slotLow = new Uint32Array(slots);
    this.#slotCount = new Uint32Array(slots);
    this.#slotRound = new Uint32Array(slots);
    this.#round = 0;
  }

  #extend(scan: WordScanner, from: number, count: number, reach: number): void {
    const high = this.#high;
    const low = this.#low;
    for (let i = 0; i + reach < count; i++) {
      const at = from + i + reach;
      const id = scan.exact[at]!;
      high[i] = Math.imul(high[i]! ^ id, 0x85ebca6b) + reach + 1;
      low[i] = Math.imul((low[i]! << 13) | (low[i]! >>> 19), 0xc2b2ae35) ^ Math.imul(id, 0x9e3779b1);
      this.#characters[i]! += scan.ends[at]! - scan.starts[at]!;
    }
  }

  /** The slot of the n-gram at `i`; a slot is fresh where its count is 0. */
  #slotOf(i: number): number {
    const h = this.#high[i]!;
    const l = this.#low[i]!;
    let slot = (h ^ (l >>> 7) ^ (h >>> 15)) & this.#mask;
    while (this.#slotRound[slot] === this.#round && (this.#slotHigh[slot] !== h || this.#slotLow[slot] !== l)) {
      slot = (slot + 1) & this.#mask;
    }
    if (this.#slotRound[slot] !== this.#round) {
      this.#slotRound[slot] = this.#round;
      this.#slotHigh[slot] = h;
      this.#slotLow[slot] = l;
      this.#slotCount[slot] = 0;
    }
    return slot;
  }

  #topCharacters(grams: number): number {
    this.#round++;
    let best = 1;
    let characters = 0;
    for (let i = 0; i < grams; i++) {
      const count = ++this.#slotCount[this.#slotOf(i)]!;
      if (count <= best) continue;
      best = count;
      characters = count * this.#characters[i]!;
    }
    return characters;
  }

  #repeatedCharacters(grams: number, size: number): number {
    this.#round++;
    let characters = 0;
    for (let i = 0; i < grams; ) {
      const slot = this.#slotOf(i);
      if (this.#slotCount[slot] === 0) {
        this.#slotCount[slot] = 1;
        i++;
      } else {
        characters += this.#characters[i]!;
        i += size;
      }
    }
    return characters;
  }
}
