import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Clock, isExpChatError } from '../../src/base/index.ts';
import {
  type GridRow,
  gridSettings,
  renderGridCsv,
  renderGridHtml,
  renderGridText,
  repetitionOf,
  runGrid,
  type Speaker,
} from '../../src/infer/index.ts';
import { BOS, byteCodec, FakeDecoder, hashed } from './fakes.ts';

/** The byte tokenizer does all that a dialog needs. */
const tokenizer = { ...byteCodec, specialId: (name: string) => byteCodec.specialTokens.get(name)! };
const still: Clock = { nowMs: () => 0, date: () => new Date(0), sleep: async () => undefined };

function speaker(): Speaker {
  return { decoder: new FakeDecoder(hashed), tokenizer: tokenizer as unknown as Speaker['tokenizer'] };
}

test('the grid is greedy and each of the 27 combinations once', () => {
  const settings = gridSettings();
  assert.equal(settings.length, 28);
  assert.equal(settings[0]!.temperature, 0);
  const keys = new Set(settings.map(({ temperature, topK, topP }) => `${temperature} ${topK} ${topP}`));
  assert.equal(keys.size, 28);
  for (const temperature of [0.7, 0.9, 1]) {
    for (const topK of [0, 20, 50])
      for (const topP of [0.85, 0.95, 1]) assert.ok(keys.has(`${temperature} ${topK} ${topP}`));
  }
});

test('equal seeds give equal grids whatever the decoder held before, another seed another grid', async () => {
  const prompts = ['Hallo', 'Größe?'];
  const one = speaker();
  const first = await runGrid({ speaker: one, prompts, settings: { maxTokens: 8, seed: 1 }, clock: still });
  assert.equal(first.length, 56);
  assert.ok(first.every((row) => row.seed === 1 && row.tokens <= 8));
  assert.deepEqual(await runGrid({ speaker: one, prompts, settings: { maxTokens: 8, seed: 1 }, clock: still }), first);
  const single = await runGrid({
    speaker: speaker(),
    prompts: ['Größe?'],
    settings: { maxTokens: 8, seed: 1 },
    clock: still,
  });
  assert.deepEqual(single, first.slice(28));
  const other = await runGrid({ speaker: speaker(), prompts, settings: { maxTokens: 8, seed: 2 }, clock: still });
  assert.notDeepEqual(
    other.map(({ text }) => text),
    first.map(({ text }) => text),
  );
  assert.equal(other[0]!.text, first[0]!.text, 'greedy needs no seed');
});

test('every row reads its prompt anew, so that no row depends on what was cached before it', async () => {
  const one = speaker();
  await runGrid({ speaker: one, prompts: ['Hallo'], settings: { maxTokens: 3 } });
  const begins = (one.decoder as FakeDecoder).feeds.filter((feed) => feed[0] === BOS);
  assert.equal(begins.length, 28);
});

test('a signal stops the grid with an error that says how far it came', async () => {
  const controller = new AbortController();
  await assert.rejects(
    runGrid({
      speaker: speaker(),
      settings: { maxTokens: 4 },
      signal: controller.signal,
      onProgress: ({ done }) => done === 3 && controller.abort(),
    }),
    (error) => isExpChatError(error) && error.kind === 'stopped' && error.fields['done'] === 3,
  );
});

test('repetition is the share of 4-grams that occurred before', () => {
  assert.equal(repetitionOf([1, 2, 3]), 0);
  assert.equal(repetitionOf([1, 2, 3, 4, 5, 6]), 0);
  assert.equal(repetitionOf([7, 7, 7, 7, 7, 7, 7]), 0.75);
  assert.equal(repetitionOf([1, 2, 3, 4, 1, 2, 3, 4]), 0.2);
  assert.equal(repetitionOf([1, 23, 4, 5, 12, 3, 4, 5]), 0);
});

function rowWith(text: string, prompt = 'Frage'): GridRow {
  return {
    prompt,
    temperature: 0.7,
    topK: 20,
    topP: 0.95,
    seed: 42,
    text,
    promptTokens: 3,
    tokens: 5,
    stopReason: 'end',
    repetition: 0.25,
    durationMs: 12.5,
  };
}

/** A reader of RFC 4180, written apart from the writer. */
function parseCsv(csv: string, separator: string): string[][] {
  const records: string[][] = [[]];
  let field = '';
  let quoted = false;
  for (let at = 0; at < csv.length; at++) {
    const char = csv[at]!;
    if (quoted) {
      if (char !== '"') field += char;
      else if (csv[at + 1] === '"') field += csv[++at];
      else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === separator || (char === '\r' && csv[at + 1] === '\n')) {
      records.at(-1)!.push(field);
      field = '';
      if (char === '\r') {
        records.push([]);
        at++;
      }
    } else field += char;
  }
  return records.slice(0, -1);
}

const wildText = fc.string({
  unit: fc.constantFrom('"', ',', ';', '\r', '\n', 'a', 'ä', '=', "'", '\t', '😀'),
  maxLength: 20,
});

test('CSV gives back every text unchanged, in both variants but for the mark before a formula', () => {
  fc.assert(
    fc.property(wildText, wildText, (text, prompt) => {
      const [header, fields] = parseCsv(renderGridCsv([rowWith(text, prompt)]), ',');
      assert.equal(fields![header!.indexOf('text')], text);
      assert.equal(fields![header!.indexOf('prompt')], prompt);
      const excel = renderGridCsv([rowWith(text, prompt)], { excel: true });
      assert.ok(excel.startsWith('\ufeffprompt;temperature;'));
      const cells = parseCsv(excel.slice(1), ';')[1]!;
      assert.equal(cells.at(-1), /^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
      assert.equal(cells[1], '0,7');
      assert.equal(cells.length, header!.length);
    }),
    { seed: 4, numRuns: 500 },
  );
});

test('no text of a model becomes markup, script or reference in the HTML page', () => {
  const payloads = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'; } </style><script src=//evil.example></script>",
    '</td></table><iframe srcdoc="x">',
    '<!--',
    '&lt;b&gt;',
  ];
  const plain = renderGridHtml([rowWith('ruhig', 'ruhig')], { subtitle: 'ruhig' });
  const tagsOf = (html: string) => (html.match(/<[^>]*>/g) ?? []).join('\n');
  for (const payload of payloads) {
    const html = renderGridHtml([rowWith(payload, payload)], { subtitle: payload });
    assert.equal(tagsOf(html), tagsOf(plain), payload);
    assert.ok(
      html.includes(
        payload
          .replaceAll('&', '&amp;')
          .replaceAll('<', '&lt;')
          .replaceAll('>', '&gt;')
          .replaceAll('"', '&quot;')
          .replaceAll("'", '&#39;'),
      ),
    );
  }
  assert.doesNotMatch(plain, /<script|<link|<img|https?:|@import|url\(/i);
  assert.match(plain, /default-src 'none'/);
});

test('control characters and marks of direction are shown, not obeyed', () => {
  const row = rowWith('a\u001b[31mb\u0000c\u202ed\u009b');
  for (const rendered of [renderGridHtml([row]), renderGridText([row])]) {
    assert.ok(rendered.includes('a\u241b[31mb\u2400c\ufffdd\ufffd'));
    assert.doesNotMatch(rendered, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  }
});

test('the plain table has one line a row and cuts a long text visibly', () => {
  const lines = renderGridText([rowWith('x'.repeat(100)), rowWith('a\nb'), rowWith('y', 'Andere')]).split('\n');
  assert.equal(lines[0], 'Frage');
  assert.ok(lines[2]!.endsWith(`${'x'.repeat(59)}…`));
  assert.ok(lines[3]!.endsWith('a⏎b'));
  assert.equal(lines[5], 'Andere');
});
