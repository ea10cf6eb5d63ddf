/**
 * Dropout on attention and residual branches (Srivastava et al. 2014) and stochastic depth (Huang et al. 2016), as masks that
 * are inputs of the step's graph. The masks of a step are a function of the seed, the step and the part alone, so a resumed
 * run draws the same. It knows shapes, no weights.
 */
import { boundedNumber, Rng } from '../base/index.ts';
import type { Trace } from '../engine/index.ts';
import type { DropoutMasks, ModelConfig } from '../model/index.ts';
import { float32, type HostTensor, type Shape } from '../tensor/index.ts';
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

/** The masks of one part of one step. `stream` names it and nothing else. */
export function maskFeeds(
  config: ModelConfig,
  { batch, time }: BatchShape,
  settings: DropoutSettings,
  seed: number,
  stream: string,
): Record<string, HostTensor> {
  const feeds: Record<string, HostTensor> = {};
  for (let layer = 0; layer < config.layers; layer++) {
    const rng = Rng.named(seed, `dropout/${stream}/${layer}`);
    if (settings.residual > 0 || settings.depth > 0) {
      const skipped = (settings.depth * (layer + 1)) / config.layers;
      for (const branch of BRANCHES) {
        const mask = dropped(rng, [batch, time, config.width], settings.residual);
        skipRows(rng, mask.data as Float32Array, batch, skipped);
        feeds[residualName(layer, branch)] = mask;
      }
    }
    if (settings.attention > 0) {
      feeds[attentionName(layer)] = dropped(rng, [batch, config.heads, time, time], settings.attention);
    }
  }
  return feeds;
}

/** 0 with the chance `share`, else 1 / (1 - share). Sixteen random bits decide one element. */
function dropped(rng: Rng, shape: Shape, share: number): HostTensor {
  const mask = float32(shape);
  const data = mask.data as Float32Array;
  const threshold = Math.round(share * 2 ** 16);
  const kept = 1 / (1 - share);
  for (let i = 0; i < data.length; i += 2) {
    const bits = rng.uint32();
    if ((bits & 0xffff) >= threshold) data[i] = kept;
    if (bits >>> 16 >= threshold && i + 1 < data.length) data[i + 1] = kept;
  }
  return mask;
}

function skipRows(rng: Rng, data: Float32Array, rows: number, share: number): void {
  if (share === 0) return;
  const size = data.length / rows;
  for (let row = 0; row < rows; row++) {
    const part = data.subarray(row * size, (row + 1) * size);
    if (rng.float() < share) part.fill(0);
    else for (let i = 0; i < size; i++) part[i]! /= 1 - share;
  }
}
