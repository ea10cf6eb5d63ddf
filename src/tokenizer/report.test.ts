import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EDGE_TEXTS, TRAINING_TEXTS } from '../../test/tokenizer/sample-texts.ts';
import { ExpChatError } from '../base/index.ts';
import { type Measurable, measureTokenizers, wordsIn } from './report.ts';
import { renderTokenizerReportHtml } from './report-html.ts';
import { trainTokenizer } from './train.ts';

const encoder = new TextEncoder();
const tokenizer = await trainTokenizer(TRAINING_TEXTS, { vocabularySize: 400 });

/** One token a byte, and tokens beyond that no text ever gives. */
function bytesAlone(further: readonly string[]): Measurable {
  return {
    vocabularySize: 256 + further.length,
    encodeBytes: (bytes) => Uint32Array.from(bytes),
    tokenBytes: (id) => (id < 256 ? Uint8Array.of(id) : encoder.encode(further[id - 256])),
    isSpecial: () => false,
  };
}

const texts = TRAINING_TEXTS.map((text, i) => ({
  bytes: encoder.encode(text),
  labels: { language: i < 4 ? 'de' : 'en', kind: 'text' },
}));

test('words are the runs without white space of Unicode', () => {
  for (const text of [...EDGE_TEXTS, ...TRAINING_TEXTS]) {
    assert.equal(wordsIn(encoder.encode(text)), (text.match(/\P{White_Space}+/gu) ?? []).length, JSON.stringify(text));
  }
});

test('figures are those of encoding, and the rows of a breakdown add up to the whole', async () => {
  const measures = await measureTokenizers(
    [
      { name: 'ours', tokenizer },
      { name: 'bytes', tokenizer: bytesAlone([]) },
    ],
    texts,
  );
  const all = TRAINING_TEXTS.join('');
  const tokens = TRAINING_TEXTS.reduce((sum, text) => sum + tokenizer.encode(text).length, 0);
  const bytes = Buffer.byteLength(all);
  const words = TRAINING_TEXTS.reduce((sum, text) => sum + text.trim().split(/\s+/).length, 0);
  assert.deepEqual([measures.texts, measures.bytes, measures.words], [TRAINING_TEXTS.length, bytes, words]);
  const [ours, alone] = measures.tokenizers;
  assert.deepEqual([ours?.tokens, ours?.bytesPerToken, ours?.tokensPerWord], [tokens, bytes / tokens, tokens / words]);
  assert.deepEqual([alone?.tokens, alone?.bytesPerToken], [bytes, 1]);
  const language = measures.breakdowns.find(({ name }) => name === 'language')!;
  assert.deepEqual(language.rows.map(({ label }) => label).sort(), ['de', 'en']);
  const sum = (of: (row: (typeof language.rows)[number]) => number) =>
    language.rows.reduce((all, row) => all + of(row), 0);
  assert.deepEqual([sum((row) => row.bytes), sum((row) => row.words)], [bytes, words]);
  assert.equal(
    sum((row) => row.figures[0]!.tokens),
    tokens,
  );
});

test('tokens that the text never has, the longest ones and whole phrases are found', async () => {
  const phrase = 'Mit freundlichen Grüßen verbleiben wir';
  const further = ['ab', phrase, ' '.repeat(40), `${'x'.repeat(40)} `, 'Bundesverfassungsgerichtsentscheidung'];
  const measures = await measureTokenizers([{ name: 'bytes', tokenizer: bytesAlone(further) }], texts);
  assert.deepEqual([measures.neverUsed.count, measures.neverUsed.of], [5, 5]);
  assert.equal(measures.longest[0]?.text, `${'x'.repeat(40)} `);
  assert.deepEqual(
    measures.memorised.tokens.map(({ text }) => text),
    [phrase],
  );
  const own = await measureTokenizers([{ name: 'ours', tokenizer }], texts);
  const used = new Set(texts.flatMap(({ bytes }) => [...tokenizer.encodeBytes(bytes)]));
  const unused = Array.from({ length: tokenizer.vocabularySize - 256 - 6 }, (_, i) => 256 + i).filter(
    (id) => !used.has(id),
  );
  assert.equal(own.neverUsed.count, unused.length);
});

test('the HTML page escapes every token and refers to nothing outside', async () => {
  const hostile = '<script src="https://example.org/x.js">alert(1)</script> \u202e\u0000 und noch mehr';
  const labelled = [{ bytes: encoder.encode('Text'), labels: { source: '<img src=x onerror=alert(1)>' } }];
  const tokenizers = [{ name: '"><b>', tokenizer: bytesAlone([hostile]) }];
  for (const language of ['de', 'en'] as const) {
    const html = renderTokenizerReportHtml(await measureTokenizers(tokenizers, labelled), { language });
    assert.doesNotMatch(html, /<script|<img|<b>|<link|\u202e|\u0000| href=/);
    assert.match(html, /default-src 'none'/);
    assert.ok(html.includes('&lt;script src=&quot;https://example.org/x.js&quot;&gt;'));
  }
});

test('measuring stops on the signal', async () => {
  await assert.rejects(
    measureTokenizers([{ name: 'ours', tokenizer }], texts, { signal: AbortSignal.abort() }),
    (error) => error instanceof ExpChatError && error.code === 'tokenizer.stopped',
  );
});
