/**
 * Ctrl+C: the first one asks the running work to stop after its unit, the second one ends the process, and so does one
 * while nothing runs. It knows no work.
 */
import type { InterruptSignal } from './context.ts';
import { EXIT } from './exit-codes.ts';

export interface Interruptible {
  readonly signal: AbortSignal;
  end(): void;
}

export class Interrupts {
  readonly #running: AbortController[] = [];
  readonly #exitNow: (code: number) => void;
  readonly #announce: () => void;

  /** `announce` tells the person that the work stops soon. */
  constructor(exitNow: (code: number) => void, announce: () => void) {
    this.#exitNow = exitNow;
    this.#announce = announce;
  }

  begin(): Interruptible {
    const controller = new AbortController();
    this.#running.push(controller);
    return {
      signal: controller.signal,
      end: () => {
        const index = this.#running.indexOf(controller);
        if (index >= 0) this.#running.splice(index, 1);
      },
    };
  }

  readonly interrupt = (signal: InterruptSignal): void => {
    const current = this.#running.at(-1);
    if (current === undefined || current.signal.aborted) {
      this.#exitNow(signal === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted);
      return;
    }
    this.#announce();
    current.abort();
  };
}
