/**
 * Why a run could not go on: the data it had in hand, the size of each tensor and the losses before, for a person to find
 * the cause. It judges nothing and repairs nothing.
 */
import { ExpChatError, writeDurably } from '../base/index.ts';
import type { HostTensor } from '../tensor/index.ts';
import type { Cursor, RowPart } from './batches.ts';
import { type SourceShare, sourceOfDocument } from './phase-start.ts';

export interface TensorFacts {
  readonly name: string;
  /** Root of the mean square of the finite values. */
  readonly rms: number;
  readonly largest: number;
  /** Values that are infinite or no number. */
  readonly notFinite: number;
}

export interface RecentStep {
  readonly step: number;
  readonly lossNats: number | null;
  readonly gradientNorm: number | null;
  readonly learningRate: number;
  readonly applied: boolean;
}

export interface Diagnosis {
  readonly version: 1;
  readonly step: number;
  /** English. */
  readonly reason: string;
  /** The checkpoint to go back to, by its name. */
  readonly lastCheckpoint: string | null;
  /** The batch of the last step. */
  readonly data: {
    readonly cursor: Cursor;
    /** First token and the one after the last, in the set's tokens. */
    readonly tokens: readonly [number, number];
    readonly sources: readonly string[];
    readonly rows: readonly (readonly (RowPart & { readonly source: string | null })[])[];
  };
  readonly recentSteps: readonly RecentStep[];
  readonly tensors: readonly TensorFacts[];
}

export function tensorFacts(name: string, { data }: HostTensor): TensorFacts {
  let squares = 0;
  let largest = 0;
  let notFinite = 0;
  for (const value of data) {
    if (!Number.isFinite(value)) {
      notFinite++;
      continue;
    }
    squares += value * value;
    largest = Math.max(largest, Math.abs(value));
  }
  return { name, rms: Math.sqrt(squares / Math.max(1, data.length - notFinite)), largest, notFinite };
}

export function allFinite(tensors: Iterable<HostTensor>): boolean {
  for (const { data } of tensors) for (const value of data) if (!Number.isFinite(value)) return false;
  return true;
}

export function describeWindow(
  cursor: Cursor,
  window: readonly (readonly RowPart[])[],
  sources: readonly SourceShare[] | undefined,
): Diagnosis['data'] {
  const rows = window.map((parts) =>
    parts.map((part) => ({ ...part, source: sourceOfDocument(sources, part.document) ?? null })),
  );
  const parts = rows.flat();
  const named = parts.flatMap(({ source }) => source ?? []);
  return {
    cursor,
    tokens: [Math.min(...parts.map(({ from }) => from)), Math.max(...parts.map(({ to }) => to))],
    sources: [...new Set(named)].sort(),
    rows,
  };
}

/** Writes the diagnosis and returns the error that ends the run. */
export async function writeDiagnosis(
  file: string,
  facts: Omit<Diagnosis, 'version' | 'tensors'> & { readonly tensors: Readonly<Record<string, HostTensor>> },
): Promise<ExpChatError> {
  const { step, reason, lastCheckpoint, data, recentSteps, tensors } = facts;
  const measured = Object.entries(tensors).map(([name, tensor]) => tensorFacts(name, tensor));
  const diagnosis: Diagnosis = { version: 1, step, reason, lastCheckpoint, data, recentSteps, tensors: measured };
  await writeDurably(file, `${JSON.stringify(diagnosis, null, 1)}\n`);
  return new ExpChatError({
    code: 'train.diverged',
    message: `training: ${reason}`,
    next: `See ${file} for the data and the tensors; start over with a lower learning rate.`,
    fields: { step, path: file, lastCheckpoint, sources: data.sources },
  });
}
