/**
 * Reads the PyTorch fixtures beside it and measures how far a result is from them. The reader of safetensors is a few
 * lines of its own, so that the product's reader is not both judge and judged.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fromHuggingFaceConfig, type ModelConfig } from '../../src/model/index.ts';
import { float32, type HostTensor, int32 } from '../../src/tensor/index.ts';

export interface FixtureBatch {
  readonly ids: number[][];
  readonly targets: number[][];
  readonly weights: number[][];
}

export interface FixtureTraining {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  /** In nats, each before its update. */
  readonly losses: number[];
  /** Before clipping. */
  readonly gradientNorms: number[];
  /** How far each parameter went in all steps, as the 2-norm of the difference. */
  readonly distances: Record<string, number>;
  readonly batches: FixtureBatch[];
}

export interface Fixture extends FixtureBatch {
  readonly torch: string;
  readonly tolerances: Record<'logits' | 'loss' | 'gradients' | 'trainingLosses' | 'distances', number>;
  readonly loss: number;
  readonly training: FixtureTraining;
}

const folder = path.join(import.meta.dirname, 'fixtures');

export const fixtureNames: string[] = readdirSync(folder).sort();

export function fixturePath(name: string): string {
  return path.join(folder, name);
}

export function readFixture(name: string): { fixture: Fixture; config: ModelConfig } {
  const json = (file: string) => JSON.parse(readFileSync(path.join(folder, name, file), 'utf8'));
  return { fixture: json('fixture.json'), config: fromHuggingFaceConfig(json('config.json')) };
}

/** Tensors of one of the fixture's .safetensors files, all float32. */
export function readTensors(name: string, file: string): Map<string, HostTensor<'float32'>> {
  const bytes = readFileSync(path.join(folder, name, file));
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, start).toString('utf8')) as Record<
    string,
    { shape: number[]; data_offsets: [number, number] }
  >;
  return new Map(
    Object.entries(header)
      .filter(([key]) => key !== '__metadata__')
      .map(
        ([
          key,
          {
            shape,
            data_offsets: [from, to],
          },
        ]) => {
          const values = Uint8Array.from(bytes.subarray(start + from, start + to));
          return [key, float32(shape, new Float32Array(values.buffer))];
        },
      ),
  );
}

/** Feeds of one batch: tokens (B, T), targets (B T), weights (B T). */
export function batchFeeds({
  ids,
  targets,
  weights,
}: FixtureBatch): Record<'tokens' | 'targets' | 'weights', HostTensor> {
  const rows = ids.length * ids[0]!.length;
  return {
    tokens: int32([ids.length, ids[0]!.length], ids.flat()),
    targets: int32([rows], targets.flat()),
    weights: float32([rows], weights.flat()),
  };
}

/** Largest difference of two tensors over the largest expected value. Infinite where sizes differ or a value is NaN. */
export function relativeDifference(got: HostTensor, expected: HostTensor): number {
  if (got.data.length !== expected.data.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let largest = 0;
  for (const [i, value] of expected.data.entries()) {
    const here = Math.abs(got.data[i]! - value);
    if (Number.isNaN(here)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, here);
    largest = Math.max(largest, Math.abs(value));
  }
  return difference / largest;
}
