/** One session of ONNX Runtime over tensors of the host: how it is set up, and how a run writes its outputs into memory of the caller's. */
import * as ort from 'onnxruntime-node';
import type { HostTensor, Shape } from '../../tensor/index.ts';
import type { LoweredProgram } from '../lower/index.ts';
import { zeroesTinyNumbers } from './ort.binding.ts';

export interface OpenSession {
  readonly session: ort.InferenceSession;
  /** Shapes in which the session gives the outputs. */
  readonly outputShapes: ReadonlyMap<string, Shape>;
}

export interface SessionMemory {
  /** Whether the binding takes tensors that lie in shared memory; where not, they are copied. */
  readonly isShared: boolean;
}

/** Channels that a product in blocked form adds up before it writes. ONNX Runtime's own 128 take 1 to 2 % of a step more at M and X (LOG.md). */
const CHANNELS_AT_A_TIME = 1024;

function sessionOptions(threads: number): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    enableMemPattern: false, // Planned ahead a step takes half as much memory again, and no less time (LOG.md)
    enableCpuMemArena: true,
    logSeverityLevel: 3,
    // Else threads of one session wait for work by spinning while another session or an update needs their core.
    // They are to take tiny numbers for zero if this thread does. And a transposition that a program asks for is not to be put back into the product after it.
    extra: {
      session: { force_spinning_stop: '1', set_denormal_as_zero: zeroesTinyNumbers() ? '1' : '0' },
      optimization: { disable_specified_optimizers: 'MatmulTransposeFusion' },
      mlas: { nchwc_pointwise_conv_max_input_channel_batch: String(CHANNELS_AT_A_TIME) },
    },
  };
}

export async function openSession({ bytes, outputShapes }: LoweredProgram, threads: number): Promise<OpenSession> {
  return { session: await ort.InferenceSession.create(bytes, sessionOptions(threads)), outputShapes };
}

function toOrtAll(
  tensors: ReadonlyMap<string, HostTensor>,
  { isShared }: SessionMemory,
  shapes?: ReadonlyMap<string, Shape>,
): Record<string, ort.Tensor> {
  const toOrt = ({ dtype, data, shape }: HostTensor, givenAs = shape): ort.Tensor => {
    const foreign = !isShared && data.buffer instanceof SharedArrayBuffer; // A feed that others share
    return new ort.Tensor(dtype, (foreign ? data.slice() : data) as Float32Array, givenAs as number[]);
  };
  return Object.fromEntries([...tensors].map(([name, tensor]) => [name, toOrt(tensor, shapes?.get(name))]));
}

/** What the binding says of an output that is no tensor, after the run. */
const NO_TENSOR = /Non tensor type/;

/** Copying outputs of fewer bytes takes less time than an exception. */
const LEAST_SEALED_BYTES = 2 ** 18;

/**
 * Runs a session that writes all its outputs into the tensors of `outputs`. The binding would then copy each into a fresh
 * buffer as well (0.6 ns a byte: 5 % of a training step), one after the other, unless it can not convert one. So a program's
 * first output is one more, a sequence (`SEAL` in `lower`): asked for, it stops the binding there, when all is computed and
 * written. One that learns to convert sequences only makes these copies again. It blocks the thread that calls it.
 */
export async function runInto(
  { session, outputShapes }: OpenSession,
  inputs: ReadonlyMap<string, HostTensor>,
  outputs: ReadonlyMap<string, HostTensor>,
  memory: SessionMemory,
): Promise<void> {
  try {
    const bytes = [...outputs.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    const seal = bytes < LEAST_SEALED_BYTES ? [] : session.outputNames.filter((name) => !outputs.has(name));
    await session.run(toOrtAll(inputs, memory), {
      ...Object.fromEntries(seal.map((name) => [name, null])),
      ...toOrtAll(outputs, memory, outputShapes),
    });
  } catch (error) {
    if (!(error instanceof Error && NO_TENSOR.test(error.message))) throw error;
  }
}
