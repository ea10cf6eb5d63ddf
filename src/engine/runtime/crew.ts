/**
 * Threads that share the blocks of a kernel's work on resident tensors. The caller's own thread takes the first share; small
 * work stays there. It knows nothing of what a kernel does.
 */
import { blockCount, type FastLoops, type OpenSlot, runBlocks } from './blocks.ts';
import { besides, type CrewMembers } from './crew-members.ts';
import type { KernelName } from './resident-kernels.ts';
import type { CommonMemory } from './shared-memory.ts';
import { fastLoops } from './staged-loops.ts';

/** Below so many elements a thread, waking the others costs more than it saves; a sum is done soon, so it is one of more of them (LOG.md). */
const ELEMENTS_A_THREAD = 2 ** 18;
const SUMMED_A_THREAD = 2 ** 21;

export class Crew {
  readonly #threads: number;
  readonly #members: CrewMembers;
  readonly #loops: FastLoops;

  /** `memory`: in which slots with addresses lie. */
  constructor(threads: number, members: CrewMembers, memory?: CommonMemory) {
    this.#threads = threads;
    this.#members = members;
    this.#loops = fastLoops(memory);
  }

  /**
   * Ends when no thread works on the slots any more, all of them done unless it throws. Tensors must lie in shared memory. Returns
   * what the blocks give, in order (`runBlocks`).
   */
  async run(kernel: KernelName, slots: readonly OpenSlot[]): Promise<number[]> {
    const total = blockCount(slots);
    const elements = slots.reduce((sum, { tensors }) => sum + tensors[0]!.length, 0);
    const aThread = kernel === 'sumSquares' ? SUMMED_A_THREAD : ELEMENTS_A_THREAD;
    const threads = Math.max(1, Math.min(this.#threads, Math.floor(elements / aThread)));
    const bounds = Array.from({ length: threads + 1 }, (_, i) => Math.round((i * total) / threads));
    const others = Array.from({ length: threads - 1 }, (_, i) =>
      this.#members.at(i).ask({ kind: 'share', kernel, slots, first: bounds[i + 1]!, last: bounds[i + 2]! }),
    );
    const own = await besides(others, () => runBlocks(kernel, slots, 0, bounds[1]!, this.#loops));
    return [own, ...(await Promise.all(others))].flat();
  }
}
