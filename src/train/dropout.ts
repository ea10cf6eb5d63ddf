/**
 * Dropout on attention and residual branches (Srivastava et al. 2014) and stochastic depth (Huang et al. 2016), as masks that
 * are inputs of the step's graph. The masks of a step are a function of the seed, the step and the part alone, so a resumed
 * run draws the same. It knows shapes, no weights.
 */
import { boundedNumber, Rng } from '../base/index.ts';
import type { Trace } from '../engine/index.ts';
import type { DropoutMasks, ModelConfig } from '../model/index.ts';
import { float32, type HostTensor, type Shape, sizeOf } from '../tensor/index.ts';
import type { BatchShape } from './batches.ts';

export interface DropoutSettings {
  /** Share of attention probabilities left out, 0 to 0.9. */
  readonly attention: number;
  /** Share of what a branch adds to the residual stream left out, number by number. */
  readonly residual: number;
  /** Chance that a row skips a branch of the last layer; earlier layers skip less, in proportion to their depth. */
  readonly depth: number;
}

export const NO_DROPOUT: DropoutSettings = { attention: 0, residual: 0, depth: 0 };

export function isOn({ attention, residual, depth }: DropoutSettings): boolean {
  return attention > 0 || residual > 0 || depth > 0;
}

export function checkDropout(settings: DropoutSettings): void {
  boundedNumber(settings.attention, 'dropout of attention', 0, 0.9);
  boundedNumber(settings.residual, 'dropout of the residual', 0, 0.9);
  boundedNumber(settings.depth, 'stochastic depth', 0, 0.9);
}

const BRANCHES = ['attention', 'mlp'] as const;
const residualName = (layer: number, branch: string): string => `dropout:${layer}.${branch}`;
const attentionName = (layer: number): string => `dropout:${layer}.probabilities`;

/** The graph's mask inputs; none where nothing is left out. */
export function maskInputs(
  trace: Trace,
  config: ModelConfig,
  { batch, time }: BatchShape,
  settings: DropoutSettings,
): DropoutMasks {
  const onResidual = settings.residual > 0 || settings.depth > 0;
  return {
    ...(onResidual && {
      residual: (layer, branch) => trace.input(residualName(layer, branch), 'float32', [batch, time, config.width]),
    }),
    ...(settings.attention > 0 && {
      attention: (layer) => trace.input(attentionName(layer), 'float32', [batch, config.heads, time, time]),
    }),
  };
}

/** Draws the masks of one part of one step after the other. */
export class Masks {
  readonly #config: ModelConfig;
  readonly #shape: BatchShape;
  readonly #settings: DropoutSettings;
  readonly #seed: number;
  /** In memory that the runtime's thread sees as well: masks are larger than all other feeds. */
  readonly #tensors = new Map<string, HostTensor<'float32'>>();

  constructor(config: ModelConfig, shape: BatchShape, settings: DropoutSettings, seed: number) {
    this.#config = config;
    this.#shape = shape;
    this.#settings = settings;
    this.#seed = seed;
  }

  /** `stream` names the part of the step and nothing else. What is returned holds until the next call. */
  feeds(stream: string): Record<string, HostTensor> {
    const { layers, width, heads } = this.#config;
    const { batch, time } = this.#shape;
    const { attention, residual, depth } = this.#settings;
    const feeds: Record<string, HostTensor> = {};
    for (let layer = 0; layer < layers; layer++) {
      const rng = Rng.named(this.#seed, `dropout/${stream}/${layer}`);
      if (residual > 0 || depth > 0) {
        for (const branch of BRANCHES) {
          const name = residualName(layer, branch);
          const mask = this.#tensor(name, [batch, time, width]);
          drop(rng, mask.data as Float32Array, residual);
          skipRows(rng, mask.data as Float32Array, batch, (depth * (layer + 1)) / layers);
          feeds[name] = mask;
        }
      }
      if (attention > 0) {
        const name = attentionName(layer);
        const mask = this.#tensor(name, [batch, heads, time, time]);
        drop(rng, mask.data as Float32Array, attention);
        feeds[name] = mask;
      }
    }
    return feeds;
  }

  #tensor(name: string, shape: Shape): HostTensor<'float32'> {
    const present = this.#tensors.get(name);
    if (present !== undefined) return present;
    const memory = new SharedArrayBuffer(sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT);
    const tensor = float32(shape, new Float32Array(memory));
    this.#tensors.set(name, tensor);
    return tensor;
  }
}

/**
 * 0 with the chance `share`, else 1 / (1 - share). Between two zeros lie as many others as a geometric distribution says
 * (by inversion; Devroye 1986, chapter X.2): one random number for each zero instead of one for each element.
 */
function drop(rng: Rng, mask: Float32Array, share: number): void {
  mask.fill(1 / (1 - share));
  if (share === 0) return;
  const logKept = Math.log(1 - share);
  const othersBefore = (): number => Math.floor(Math.log(1 - rng.float()) / logKept);
  for (let i = othersBefore(); i < mask.length; i += 1 + othersBefore()) mask[i] = 0;
}

function skipRows(rng: Rng, mask: Float32Array, rows: number, share: number): void {
  if (share === 0) return;
  const size = mask.length / rows;
  for (let row = 0; row < rows; row++) {
    const part = mask.subarray(row * size, (row + 1) * size);
    if (rng.float() < share) part.fill(0);
    else for (let i = 0; i < size; i++) part[i]! /= 1 - share;
  }
}
