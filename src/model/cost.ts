/**
 * What a model costs before it is made: parameters, arithmetic and the memory of weights and cache. Formulas, no measurements.
 * FLOPs: 2 per multiply-add; backward is twice forward (Kaplan et al. 2020).
 */
import { sizeOf } from '../tensor/index.ts';
import type { ModelConfig } from './config.ts';
import { EMBEDDING_NAME, parameterSpecs } from './parameters.ts';

export interface ModelCost {
  readonly parameters: number;
  /** Parameters without the embedding table (and, untied, with the output projection). */
  readonly matrixParameters: number;
  /** Floating-point operations to predict one token, at a context of `time`. */
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
  const products = matrixParameters + (config.tiedEmbeddings ? table : 0);
  const scores = 2 * config.layers * config.heads * config.headWidth * time; // q k^T and p v, per token
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
