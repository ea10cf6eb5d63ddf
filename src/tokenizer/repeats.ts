/**
 * A stretch of bytes that repeats the same few over and over, as lines of dashes do: what was found at one place in it
 * holds a period later. It knows no tokens.
 */

const MOST_PERIOD = 6;
/** Nothing is known of a place. */
export const UNKNOWN = -2;

export class Repeats {
  /** The stretch in hand and its period; what holds `reach` bytes on is known for places in `from .. to`. */
  #from = 0;
  to = 0;
  #period = 1;
  /** Looked at up to here. */
  #seen = 0;
  readonly #answers = new Int32Array(MOST_PERIOD);

  /** Forgets the stretch, for another text. */
  clear(): void {
    this.to = 0;
    this.#seen = 0;
  }

  /** The answer given for a place like this one, or `UNKNOWN`; `place < to`. */
  answerAt(place: number): number {
    return place < this.#from ? UNKNOWN : this.#answers[place % this.#period]!;
  }

  note(place: number, answer: number): void {
    if (place >= this.#from && place < this.to) this.#answers[place % this.#period] = answer;
  }

  /**
   * Looks whether a stretch begins at `place`, in which answers depend on `reach` bytes. Bytes are looked at once or
   * twice, however often this is asked.
   */
  look(bytes: Uint8Array, place: number, end: number, reach: number): void {
    if (place < this.#seen) return;
    const first = Math.min(end, place + MOST_PERIOD * 2);
    let period = 1;
    while (period <= MOST_PERIOD && repeatedUntil(bytes, place, first, period) < first) period++;
    if (period > MOST_PERIOD) return;
    const last = repeatedUntil(bytes, place, end, period);
    this.#seen = last;
    if (last - place < reach * 2) return;
    this.#from = place;
    this.to = last - reach;
    this.#period = period;
    this.#answers.fill(UNKNOWN);
  }
}

/** The first place up to `end` whose byte is not the one `period` bytes before, `start` being where they begin. */
function repeatedUntil(bytes: Uint8Array, start: number, end: number, period: number): number {
  let at = start + period;
  while (at < end && bytes[at] === bytes[at - period]) at++;
  return Math.min(at, end);
}
