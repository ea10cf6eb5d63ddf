import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { excerptAt, placeInText, TextQuery } from './text-query.ts';

const word = fc.constantFrom(
  'Straße',
  'größer',
  'Äpfel',
  'der',
  'die',
  'und',
  'Haus-Nr',
  '5',
  'e\u0301t\u00e9',
  '日本',
  'x',
);
const gap = fc.constantFrom(' ', '  ', '\n', '\n\n', '\u00a0', '\t');
const textOf = (words: readonly string[], gaps: readonly string[]) =>
  words.map((one, i) => one + (gaps[i] ?? ' ')).join('');
const settings = { seed: 11, numRuns: 400 };

test('any run of words of a text is found word for word, in other case and white space, where it begins', () => {
  const scene = fc.record({
    words: fc.array(word, { minLength: 1, maxLength: 40 }),
    gaps: fc.array(gap, { maxLength: 40 }),
    from: fc.nat(39),
    count: fc.integer({ min: 1, max: 10 }),
  });
  fc.assert(
    fc.property(scene, ({ words, gaps, from, count }) => {
      const start = from % words.length;
      const text = textOf(words, gaps);
      const asked = words
        .slice(start, start + count)
        .join(' \n ')
        .toUpperCase()
        .normalize('NFD');
      const match = new TextQuery(asked).match(text)!;
      assert.deepEqual([match.exact, match.share], [true, 1]);
      const first = words.findIndex(
        (_, i) =>
          words
            .slice(i, i + count)
            .join(' ')
            .startsWith(words[start]!) && i <= start,
      );
      assert.ok(first <= start && match.offset <= textOf(words.slice(0, start), gaps).length);
      assert.ok(
        text
          .slice(match.offset)
          .toLowerCase()
          .normalize('NFC')
          .startsWith(words[start]!.toLowerCase().normalize('NFC')),
      );
    }),
    settings,
  );
});

test('a share is between 0 and 1, and a run is no longer than the query', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), fc.array(word, { maxLength: 60 }), (asked, words) => {
      const query = new TextQuery(asked.join(' '));
      const match = query.match(words.join(' '));
      if (match === undefined) return;
      assert.ok(match.share > 0 && match.share <= 1 && match.longestRun <= query.words.length);
    }),
    settings,
  );
});

test('a sentence with one word put in, taken out or changed still has the rest as its share', () => {
  const said = 'der alte Turm am Hafen wurde im Jahr nach dem Brand neu gebaut';
  const text = `Vorher stand viel Text. ${said.replace(' ', '\n')}. Und danach auch.`;
  const words = said.split(' ');
  for (let i = 3; i < words.length - 3; i++) {
    const changed = new TextQuery(words.map((one, at) => (at === i ? 'anders' : one)).join(' ')).match(text)!;
    assert.deepEqual([changed.exact, changed.share], [false, (words.length - 1) / words.length]);
    const without = new TextQuery(words.filter((_, at) => at !== i).join(' ')).match(text)!;
    assert.deepEqual([without.exact, without.share], [false, 1]);
    const more = new TextQuery([...words.slice(0, i), 'noch', ...words.slice(i)].join(' ')).match(text)!;
    assert.deepEqual([more.exact, more.share], [false, words.length / (words.length + 1)]);
  }
});

test('words of the query that stand far apart in a text are no match', () => {
  const filler = Array.from({ length: 200 }, (_, i) => `w${i}`).join(' ');
  const query = new TextQuery('eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf');
  assert.equal(query.match(`eins zwei drei ${filler} sieben acht neun`), undefined);
  assert.notEqual(query.match('eins zwei drei und sieben acht neun'), undefined);
});

test('a place counts lines and code points from 1, and an excerpt is one line around it', () => {
  assert.deepEqual(placeInText('a\n😀b c', 4), { line: 2, character: 2 });
  assert.deepEqual(placeInText('', 0), { line: 1, character: 1 });
  const excerpt = excerptAt(`${'Anfang '.repeat(20)}\n\nTreffer ${'Ende '.repeat(100)}`, 142);
  assert.match(excerpt, /^…[^\n]*Treffer [^\n]*…$/);
});
