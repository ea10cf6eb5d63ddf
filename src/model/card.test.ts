import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderModelCard } from './card.ts';
import { modelConfigOfSize } from './config.ts';

const config = modelConfigOfSize('nano', { vocabularySize: 1000 });

test('a model card says of the training what the run told, and nothing of what is not known', () => {
  const card = renderModelCard(config, {
    phase: 'chat',
    recipe: { assistantOnly: true, batch: 8, context: 128, seed: 42, schedule: { peak: 0.003 } },
    metrics: {
      step: 1200,
      skippedSteps: 3,
      tokensSeen: 1_228_800,
      lossNats: 1.23456,
      validation: { lossNats: 1.5, bitsPerByte: 0.98765 },
      best: { step: 1000, lossNats: 1.45 },
      trainingSeconds: 3600,
    },
    machine: { processor: 'Prozessor', cores: 2, platform: 'linux x64' },
    watts: 65,
    dataFacts: {
      documents: 40,
      tokens: 5000,
      textBytes: 20_000,
      sourceCount: 3,
      sources: [{ id: 'a|b\n<b>', licence: 'CC0', documents: 30, tokens: 4000 }],
    },
  });
  for (const line of [
    '| Learned from | the words of the assistant |',
    '| Steps | 1,200 |',
    '| Skipped steps | 3 |',
    '| Validation, bits per byte | 0.9877 |',
    '| Best validation loss | 1.45 at step 1000 |',
    '| Energy, estimated | 65 Wh at an assumed 65 W |',
    'Last phase: 40 documents, 5,000 tokens, 20,000 bytes of text; the 1 largest of 3 sources.',
    '| a\\|b \\<b\\> | CC0 | 30 | 4,000 |',
  ]) {
    assert.ok(card.includes(line), line);
  }
  const averaged = { recipe: { averageSteps: 1000 }, weights: 'averaged' };
  assert.ok(renderModelCard(config, averaged).includes('| Weights | average over about the last 1,000 updates |'));
  assert.match(
    renderModelCard(config, { ...averaged, weights: 'raw' }),
    /\| Weights \| of the last update, not averaged/,
  );
  const everything = renderModelCard(config, { phase: 'chat', recipe: { assistantOnly: false } });
  assert.ok(everything.includes('| Learned from | every word of the dialogues |'));
  assert.doesNotMatch(renderModelCard(config, { phase: 'pretrain', recipe: { assistantOnly: false } }), /Learned from/);
  const bare = renderModelCard(config, {});
  assert.doesNotMatch(bare, /## |undefined|NaN|null/);
});
