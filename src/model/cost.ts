/**
 * What a model costs before it is made: parameters, arithmetic and the memory of weights and cache. Formulas, no measurements.
 * FLOPs are those of matrix products, 2 per multiply-add; backward is twice forward (Kaplan et al. 2020). Scores that attention
 * computes and then masks count, as they take time; element-wise work and the optimizer do not. A test holds the sum to the
 * products in the graph of a step.
 */
import { computedPairs } from '../nn/index.ts';
import { sizeOf } from '../tensor/index.ts';
import type { ModelConfig } from './config.ts';
import { EMBEDDING_NAME, parameterSpecs } from './parameters.ts';

export interface ModelCost {
  readonly parameters: number;
  /** Parameters without the embedding table (and, untied, with the output projection). */
  readonly matrixParameters: number;
  /** Floating-point operations to predict one token, the mean over a row of `time`. */
  readonly forwardFlopsPerToken: number;
  readonly trainingFlopsPerToken: number;
  /** Weights in float32. */
  readonly weightBytes: number;
  /** Keys and values of one sequence of `time` tokens in float32. */
  readonly cacheBytes: number;
}

export function modelCost(config: ModelConfig, options: { readonly time?: number } = {}): ModelCost {
  const { time = config.context } = options;
  const specs = parameterSpecs(config);
  const parameters = specs.reduce((count, spec) => count + sizeOf(spec.shape), 0);
  const table = sizeOf(specs.find((spec) => spec.name === EMBEDDING_NAME)!.shape);
  const matrixParameters = parameters - table;
  // Vectors (norms) are multiplied element by element; the table of a tied model is its output projection as well.
  const factors = specs.filter(({ role, name }) => role !== 'vector' && name !== EMBEDDING_NAME);
  const untied = factors.reduce((count, spec) => count + sizeOf(spec.shape), 0);
  const products = untied + (config.tiedEmbeddings ? table : 0);
  const pairs = computedPairs(time) / time;
  const scores = 2 * config.layers * config.heads * config.headWidth * pairs; // q k^T and p v, per token
  const forwardFlopsPerToken = 2 * products + 2 * scores;
  return {
    parameters,
    matrixParameters,
    forwardFlopsPerToken,
    trainingFlopsPerToken: 3 * forwardFlopsPerToken,
    weightBytes: 4 * parameters,
    cacheBytes: 4 * 2 * config.layers * config.keyValueHeads * config.headWidth * time,
  };
}
