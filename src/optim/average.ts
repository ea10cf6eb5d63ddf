/**
 * An average of the weights over the last updates, beside the weights that are trained: of Polyak and Juditsky (1992),
 * as an exponential moving average of Morales-Brotons et al. (2024, "Exponential moving average of weights in deep
 * learning"). It lies resident under a name of its own, and whatever reads parameters sees it while both are exchanged.
 * It knows names of tensors, not models.
 */
import type { Runtime } from '../engine/index.ts';
import type { HostTensor } from '../tensor/index.ts';

/** Name of the resident average of a parameter. */
export const averageOf = (parameter: string): string => `average:${parameter}`;

/**
 * What an update leaves of the average: 1 - 1 / steps, an average over about the last `steps` updates (1 and more). In the
 * beginning less, so that first weights do not stay in it for long; `updates` counts those made before this one, from 0.
 */
export function averageDecay(steps: number, updates: number): number {
  return Math.min(1 - 1 / steps, (1 + updates) / (10 + updates));
}

/** The average of weights that no update has changed yet: these themselves, under its names. */
export function firstAverages(parameters: ReadonlyMap<string, HostTensor>): Record<string, HostTensor> {
  return Object.fromEntries([...parameters].map(([name, tensor]) => [averageOf(name), tensor]));
}

/** average = average + (1 - decay) (parameter - average), in place. */
export async function updateAverages(runtime: Runtime, parameters: readonly string[], decay: number): Promise<void> {
  const slots = parameters.map((parameter) => ({
    tensors: { average: averageOf(parameter), parameter },
    scalars: { take: 1 - decay },
  }));
  await runtime.update('average', slots);
}

/**
 * Does `work` with the averages in the parameters' places: programs that read parameters read averages. Afterwards, also
 * where `work` failed, the parameters are what they were.
 */
export async function withAverages<T>(
  runtime: Runtime,
  parameters: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const slots = parameters.map((parameter) => ({ tensors: { a: parameter, b: averageOf(parameter) }, scalars: {} }));
  await runtime.update('exchange', slots);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // Where the runtime itself ended, this fails as well: the first error is the one that says why.
    await runtime.update('exchange', slots).catch(() => undefined);
    throw error;
  }
  await runtime.update('exchange', slots);
  return result;
}
