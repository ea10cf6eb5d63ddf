import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelConfigOfSize, modelCost } from '../model/index.ts';
import { estimateTraining, supportedMatrixParameters, supportedParameters } from './estimate.ts';
import { PRETRAIN_DEFAULTS } from './recipe.ts';

const config = modelConfigOfSize('nano', { vocabularySize: 1000 });
const { matrixParameters, trainingFlopsPerToken } = modelCost(config, { time: 32 });
const base = { phase: 'pretrain', config, textBytes: 1e6, tokensPerSecond: 1000, watts: 90 } as const;
const recipe = { ...PRETRAIN_DEFAULTS, batch: 4, context: 32, length: { steps: 100 } };

test('steps, tokens, time, arithmetic and energy agree with each other', () => {
  const found = estimateTraining({ ...base, recipe, uniqueTokens: 6400 });
  assert.equal(found.tokens, 100 * 4 * 32);
  assert.equal(found.epochs, 2);
  assert.equal(found.seconds, 12.8);
  assert.equal(found.flops, 12_800 * trainingFlopsPerToken);
  assert.ok(Math.abs(found.wattHours! - (12.8 * 90) / 3600) < 1e-12);
  const timed = estimateTraining({ ...base, recipe: { ...recipe, length: { seconds: 12.8 } }, uniqueTokens: 6400 });
  assert.deepEqual([timed.steps, timed.tokens, timed.seconds], [100, 12_800, 12.8]);
  const unknown = estimateTraining({ ...base, recipe, uniqueTokens: 6400, tokensPerSecond: undefined });
  assert.deepEqual([unknown.seconds, unknown.wattHours, unknown.tokens], [undefined, undefined, 12_800]);
});

test('an average of the weights takes the memory of one more copy of them, and no other setting changes with it', () => {
  const found = (averageSteps?: number) =>
    estimateTraining({ ...base, recipe: { ...recipe, ...(averageSteps && { averageSteps }) }, uniqueTokens: 6400 });
  const { trainingBytes: without, ...rest } = found();
  const { trainingBytes, ...restAveraged } = found(100);
  assert.deepEqual(restAveraged, rest);
  assert.ok(Math.abs((trainingBytes - without) / (4 * rest.parameters * 1.15) - 1) < 1e-6);
});

test('data is enough from 3 tokens a matrix parameter on, as it may be seen four times', () => {
  assert.equal(supportedMatrixParameters(12_000), 4000);
  assert.equal(supportedParameters(12_000), 2400);
  const judged = (uniqueTokens: number, tokens: number, phase: 'pretrain' | 'chat' = 'pretrain') =>
    estimateTraining({
      ...base,
      phase,
      recipe: { ...recipe, length: { steps: Math.ceil(tokens / 128) } },
      uniqueTokens,
    }).data;
  assert.equal(judged(matrixParameters * 2.9, 1e4), 'too-little');
  assert.equal(judged(matrixParameters * 3.1, matrixParameters * 13), 'repeated');
  assert.equal(judged(matrixParameters * 12, matrixParameters * 12), 'enough');
  assert.equal(judged(matrixParameters * 12, matrixParameters * 6), 'too-short');
  assert.equal(judged(1000, 3000, 'chat'), 'enough');
  assert.equal(judged(1000, 9000, 'chat'), 'repeated');
});
