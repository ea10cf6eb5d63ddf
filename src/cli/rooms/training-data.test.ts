import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSettings } from '../config-schema.ts';
import { recipeOf } from './training-data.ts';

test('each phase averages its weights over as many steps as its own settings say, and 0 leaves no trace in the recipe', () => {
  const settings = { ...defaultSettings, pretrain: { ...defaultSettings.pretrain, averageSteps: 300 } };
  assert.equal(recipeOf(settings, 'pretrain').averageSteps, 300);
  assert.ok(!('averageSteps' in recipeOf(settings, 'chat')), 'a run begun before there was such a setting can go on');
});
