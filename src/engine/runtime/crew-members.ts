/** The threads beside a runtime's own (`crew.worker.ts`), each started when it is first needed. */
import { Worker } from 'node:worker_threads';
import type { MemberOptions, MemberReply, MemberRequest } from './crew.worker.ts';

/** One of them. It takes one request at a time. */
export class CrewMember {
  readonly #worker: Worker;

  constructor(options: MemberOptions) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#worker = new Worker(new URL(`./crew.worker.${extension}`, import.meta.url), { workerData: options });
    this.#worker.unref();
  }

  ask(request: MemberRequest): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#worker.off('message', answered).off('error', failed).off('exit', ended);
      };
      const failed = (error: Error): void => {
        settle();
        reject(error);
      };
      const answered = (reply: MemberReply): void => {
        settle();
        if ('error' in reply) reject(new Error(reply.error));
        else resolve(reply.results);
      };
      const ended = (code: number): void => failed(new Error(`a thread beside the runtime's ended with code ${code}`));
      this.#worker.on('message', answered).on('error', failed).on('exit', ended);
      this.#worker.postMessage(request);
    });
  }
}

export class CrewMembers {
  readonly #options: MemberOptions;
  readonly #started: CrewMember[] = [];

  /** Threads take tiny numbers for zero if the one that calls this does (`ort.parent.worker.ts`). */
  constructor(options: MemberOptions) {
    this.#options = options;
  }

  /** The member `index`, from 0 on. */
  at(index: number): CrewMember {
    this.#started[index] ??= new CrewMember(this.#options);
    return this.#started[index];
  }
}

/** What `own` gives, when all that others do beside it has ended as well, whatever fails. Throws what any of them throws. */
export async function besides<T>(others: readonly Promise<unknown>[], own: () => T | Promise<T>): Promise<T> {
  const ended = Promise.allSettled(others);
  try {
    return await own();
  } finally {
    await ended;
    await Promise.all(others);
  }
}
