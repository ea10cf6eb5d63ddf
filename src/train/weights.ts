/**
 * Which weights are trained, which the model has, and what is kept beside them. Without an average trained weights and
 * those of the model are the same. It knows names in the runtime and no values.
 */
import type { Runtime } from '../engine/index.ts';
import { type ModelConfig, type ParameterSpec, parameterSpecs } from '../model/index.ts';
import { averageOf, withAverages } from '../optim/index.ts';
import type { HostTensor } from '../tensor/index.ts';
import type { PhaseRecipe } from './recipe.ts';
import { momentsOf } from './step.ts';

type Keeping = Pick<PhaseRecipe, 'muon' | 'averageSteps'>;

/** `training` goes on from the weights as the last step left them; `model` is what validation, samples and people get. */
export type WeightUse = 'training' | 'model';

/** Names of what is kept of a parameter in the runtime and in checkpoints: moments and, where there is one, its average. */
export function keptOf(spec: ParameterSpec, recipe: Keeping): string[] {
  const moments = momentsOf(spec, recipe.muon);
  return recipe.averageSteps === undefined ? moments : [...moments, averageOf(spec.name)];
}

export class Weights {
  readonly #runtime: Runtime;
  readonly #averaged: boolean;
  readonly parameterNames: readonly string[];
  readonly keptNames: readonly string[];

  constructor(runtime: Runtime, config: ModelConfig, recipe: Keeping) {
    this.#runtime = runtime;
    this.#averaged = recipe.averageSteps !== undefined;
    const specs = parameterSpecs(config);
    this.parameterNames = specs.map(({ name }) => name);
    this.keptNames = specs.flatMap((spec) => keptOf(spec, recipe));
  }

  /** `raw` or `averaged`, for files that say which they hold; undefined where there is no difference. */
  kindOf(use: WeightUse): 'raw' | 'averaged' | undefined {
    if (!this.#averaged) return undefined;
    return use === 'model' ? 'averaged' : 'raw';
  }

  /** Copies, by parameter name. */
  async read(use: WeightUse): Promise<Map<string, HostTensor>> {
    const names = this.parameterNames;
    const residents = this.kindOf(use) === 'averaged' ? names.map(averageOf) : names;
    const tensors = await this.#runtime.get(residents);
    return new Map(names.map((name, i) => [name, tensors[residents[i]!]!]));
  }

  /** Does `work` while programs that read parameters read those of the model. */
  asModel<T>(work: () => Promise<T>): Promise<T> {
    return this.#averaged ? withAverages(this.#runtime, this.parameterNames, work) : work();
  }

  /** Frees the averages: the next phase on this runtime may keep none. */
  async release(): Promise<void> {
    if (this.#averaged) await this.#runtime.drop(this.parameterNames.map(averageOf));
  }
}
