import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLanguage, createFormat, languageFlag } from './language.ts';

test('the language is the flag, then EXPCHAT_LANG, LC_ALL, LC_MESSAGES, LANG, then the system', () => {
  const all = { EXPCHAT_LANG: 'en', LC_ALL: 'de_DE.UTF-8', LC_MESSAGES: 'en_US', LANG: 'de_AT' };
  assert.equal(chooseLanguage('de', all, 'en-US'), 'de');
  assert.equal(chooseLanguage(undefined, all, 'de-DE'), 'en');
  assert.equal(chooseLanguage(undefined, { ...all, EXPCHAT_LANG: undefined }, 'en-US'), 'de');
  assert.equal(chooseLanguage(undefined, { LC_MESSAGES: 'en_US', LANG: 'de_AT' }, 'de-DE'), 'en');
  assert.equal(chooseLanguage(undefined, { LANG: 'de_CH.UTF-8@euro' }, 'en-US'), 'de');
  assert.equal(chooseLanguage(undefined, { LC_ALL: '' }, 'de-DE'), 'de');
});

test('a language without texts, C and POSIX read English', () => {
  for (const tag of ['C', 'POSIX', 'C.UTF-8', 'fr_FR.UTF-8', 'den']) {
    assert.equal(chooseLanguage(undefined, { LANG: tag }, 'de-DE'), 'en', tag);
  }
});

test('the language flag is found in both forms before anything is parsed, but not after --', () => {
  assert.equal(languageFlag(['train', '--lang', 'de']), 'de');
  assert.equal(languageFlag(['--lang=en', 'train']), 'en');
  assert.equal(languageFlag(['generate', '--', '--lang', 'de']), undefined);
});

test('numbers, sizes and times are written as the language writes them', () => {
  const de = createFormat('de');
  const en = createFormat('en');
  assert.equal(de.integer(1234567), '1.234.567');
  assert.equal(en.integer(1234567), '1,234,567');
  assert.equal(de.decimal(1234.5, 2), '1.234,50');
  assert.equal(de.bytes(1_500_000), '1,5 MB');
  assert.equal(en.bytes(999), '999 B');
  assert.equal(de.percent(0.905, 1), '90,5 %');
  assert.deepEqual([44_400, 187_000, 8_100_000].map(en.duration), ['44 s', '3:07 min', '2:15 h']);
});
