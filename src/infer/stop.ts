/**
 * Stop strings, matched on text as it streams in. A piece that may still become a stop string is held back until it is
 * decided, so nothing of a stop string is ever shown, wherever the borders of the pieces fall. It knows no tokens.
 */
import { ExpChatError } from '../base/index.ts';

const MAX_STOP_STRINGS = 16;
const MAX_STOP_LENGTH = 1000;

/** Throws `infer.stop` unless there are at most 16 strings of 1 to 1,000 characters, each well-formed Unicode. */
export function checkStopStrings(stops: readonly string[]): void {
  const bad = (message: string) => new ExpChatError({ code: 'infer.stop', kind: 'usage', message: `stop: ${message}` });
  if (stops.length > MAX_STOP_STRINGS) throw bad(`expected at most ${MAX_STOP_STRINGS} strings, got ${stops.length}`);
  for (const stop of stops) {
    if (typeof stop !== 'string' || stop.length < 1 || stop.length > MAX_STOP_LENGTH) {
      throw bad(`expected strings of 1 to ${MAX_STOP_LENGTH} characters, got ${JSON.stringify(stop)?.slice(0, 60)}`);
    }
    // Half a surrogate pair would cut a character in two
    if (!stop.isWellFormed()) throw bad(`expected well-formed Unicode, got ${JSON.stringify(stop).slice(0, 60)}`);
  }
}

export interface StopStep {
  /** Text that is decided and may be shown. */
  readonly text: string;
  /** The stop string that was found; everything after it is dropped. */
  readonly stop?: string;
}

/**
 * Finds the stop string that begins first (of two that begin together, the shorter), for any chunking of the text:
 * what `push` and `end` return, joined, is the text before it, or the whole text where there is none.
 */
export class StopMatcher {
  readonly #stops: readonly string[];
  #held = '';
  #stopped = false;

  constructor(stops: readonly string[]) {
    checkStopStrings(stops);
    this.#stops = [...stops].sort((a, b) => a.length - b.length);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  push(piece: string): StopStep {
    return this.#advance(piece, false);
  }

  /** No more text follows: what was held back is decided now. */
  end(): StopStep {
    return this.#advance('', true);
  }

  #advance(piece: string, ended: boolean): StopStep {
    if (this.#stopped) return { text: '' };
    const text = this.#held + piece;
    for (let start = 0; start < text.length; start++) {
      for (const stop of this.#stops) {
        if (text.startsWith(stop, start)) {
          this.#stopped = true;
          this.#held = '';
          return { text: text.slice(0, start), stop };
        }
        if (!ended && text.length - start < stop.length && stop.startsWith(text.slice(start))) {
          this.#held = text.slice(start);
          return { text: text.slice(0, start) };
        }
      }
    }
    this.#held = '';
    return { text };
  }
}
