/**
 * Validation: the loss of the resident weights on batches of held-out data, as sums over targets, so that it depends
 * neither on the batch size nor on padding. Bits per byte count the raw bytes of the predicted tokens.
 */
import { ExpChatError, type WorkOptions } from '../base/index.ts';
import { compile, type Executable, type Runtime, Trace } from '../engine/index.ts';
import { forward, type ModelConfig, parameterInputs } from '../model/index.ts';
import { float32 } from '../tensor/index.ts';
import type { Batch, BatchShape, BatchSource } from './batches.ts';
import { FIRST_CURSOR } from './batches.ts';
import { batchFeeds } from './step.ts';

export interface Evaluation {
  /** Mean negative log-likelihood per counted target. */
  readonly lossNats: number;
  /** Over the targets that stand for bytes: special tokens count in neither sum. */
  readonly bitsPerByte: number;
  /** Part of the counted targets that were the most likely token, 0 .. 1. */
  readonly accuracy: number;
  readonly tokens: number;
  readonly bytes: number;
}

/** Raw bytes that each token id stands for; 0 for special tokens. */
export type TokenByteLengths = ArrayLike<number>;

export class Evaluator {
  readonly #executable: Executable;
  readonly #shape: BatchShape;

  private constructor(executable: Executable, shape: BatchShape) {
    this.#executable = executable;
    this.#shape = shape;
  }

  static async prepare(runtime: Runtime, config: ModelConfig, shape: BatchShape): Promise<Evaluator> {
    const trace = new Trace();
    const rows = [shape.batch, shape.time];
    const flat = [shape.batch * shape.time];
    const parameters = parameterInputs(trace, config);
    const tokens = trace.input('tokens', 'int32', rows);
    const targets = trace.input('targets', 'int32', rows).reshape(flat);
    const weights = trace.input('weights', 'float32', rows).reshape(flat);
    const byteWeights = trace.input('byteWeights', 'float32', rows).reshape(flat);
    const segments = trace.input('segments', 'int32', rows);
    const logits = forward(trace, config, parameters, tokens, { segments });
    const loss = logits.crossEntropy(targets);
    const best = logits.max([1]).reshape(flat).lessEqual(logits.pickLast(targets));
    const graph = trace.finish({
      loss: loss.mul(weights).total(),
      byteLoss: loss.mul(byteWeights).total(),
      correct: best.cast('float32').mul(weights).total(),
    });
    return new Evaluator(await runtime.prepare(compile(graph)), shape);
  }

  /** Over at most `maxBatches` batches from the first epoch's start, always the same ones. */
  async run(
    source: BatchSource,
    byteLengths: TokenByteLengths,
    options: WorkOptions & { readonly maxBatches: number },
  ): Promise<Evaluation> {
    const batches = Math.min(options.maxBatches, Math.ceil(source.rowsPerEpoch / this.#shape.batch));
    const sums = { loss: 0, byteLoss: 0, correct: 0, tokens: 0, bytes: 0 };
    let cursor = FIRST_CURSOR;
    for (let i = 0; i < batches; i++) {
      if (options.signal?.aborted === true) throw stopped();
      const next = source.next(cursor);
      await this.#add(withoutNextEpoch(next.batch, this.#shape, source.rowsPerEpoch - cursor.row), byteLengths, sums);
      cursor = next.cursor;
    }
    return {
      lossNats: sums.loss / sums.tokens,
      bitsPerByte: sums.byteLoss / (sums.bytes * Math.LN2),
      accuracy: sums.correct / sums.tokens,
      tokens: sums.tokens,
      bytes: sums.bytes,
    };
  }

  release(): Promise<void> {
    return this.#executable.release();
  }

  async #add(batch: Batch, byteLengths: TokenByteLengths, sums: Record<string, number>): Promise<void> {
    const byteWeights = new Float32Array(batch.weights.length);
    for (const [i, weight] of batch.weights.entries()) {
      const bytes = byteLengths[batch.targets[i]!]!;
      byteWeights[i] = bytes > 0 ? weight : 0;
      sums['tokens']! += weight;
      sums['bytes']! += weight * bytes;
    }
    const { loss, byteLoss, correct } = await this.#executable.run({
      ...batchFeeds(batch, this.#shape),
      byteWeights: float32([this.#shape.batch, this.#shape.time], byteWeights),
    });
    sums['loss']! += loss!.data[0]!;
    sums['byteLoss']! += byteLoss!.data[0]!;
    sums['correct']! += correct!.data[0]!;
  }
}

/** The last batch runs over into the next epoch: rows from there do not count. */
function withoutNextEpoch(batch: Batch, shape: BatchShape, rowsLeft: number): Batch {
  if (rowsLeft >= shape.batch) return batch;
  const weights = batch.weights.slice();
  weights.fill(0, rowsLeft * shape.time);
  return { ...batch, weights };
}

function stopped(): ExpChatError {
  return new ExpChatError({ code: 'train.stopped', kind: 'stopped', message: 'validation was stopped' });
}
