/** Quality filters: gross faults fall with their reason, what a company writes stays, and each number is explained. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../src/base/index.ts';
import { Judge, type JudgeOptions } from '../../src/corpus/filter/judge.ts';
import { QualityJudge } from '../../src/corpus/filter/quality.ts';
import { filterSettings } from '../../src/corpus/filter/settings.ts';
import { type DocumentRecord, FILTER_DEFAULTS } from '../../src/corpus/index.ts';

const { de, en } = FILTER_DEFAULTS.quality;
const judge = new QualityJudge();

const PROSE = `Der Betrieb liefert die bestellte Ware frei Haus. Für jede Lieferung gilt das vereinbarte Datum, und in der
Rechnung steht die Nummer des Auftrags. Wer von dem Vertrag zurücktritt, meldet sich bei uns.`;

/** Sentences of invented words between real small ones, in the proportions of a language. */
function prose(sentences: number, small: readonly string[]): string {
  const rng = new Rng(5);
  const syllables = 'ba ken lis dor mer sau tig ver zu pro fel gen hau rin ste wal'.split(' ');
  const word = () => Array.from({ length: 1 + rng.int(3) }, () => rng.pick(syllables)).join('');
  const sentence = () => Array.from({ length: 14 }, () => (rng.int(3) === 0 ? rng.pick(small) : word())).join(' ');
  return Array.from({ length: sentences }, (_, i) => `${sentence()}.${i % 4 === 3 ? '\n\n' : ' '}`).join('');
}

const GERMAN = 'der die und in von im den mit auf ist'.split(' ');
const ENGLISH = 'the be to of and that have with is on'.split(' ');

test('good prose stays at any length in both languages and profiles', () => {
  for (const sentences of [40, 400, 4000]) {
    for (const profile of ['web', 'own'] as const) {
      assert.equal(judge.fault(prose(sentences, GERMAN), de[profile], 'de'), undefined, `${sentences} ${profile}`);
      assert.equal(judge.fault(prose(sentences, ENGLISH), en[profile], 'en'), undefined, `${sentences} ${profile}`);
    }
  }
});

test("a company's short documents stay whatever they look like, and a fetched scrap does not", () => {
  const short = [
    'Preis 5\n'.repeat(100),
    'Wann öffnen Sie?\nMontag bis Freitag ab 8 Uhr.',
    '0800 123',
    '| A | B |\n'.repeat(50),
  ];
  for (const text of short) {
    assert.equal(judge.fault(text, de.own, 'de'), undefined);
    assert.equal(judge.fault(text, en.own, 'en'), undefined);
    assert.notEqual(judge.fault(text, de.web, 'de'), undefined);
  }
});

test('each gross fault falls with its reason, a value on the wrong side of the threshold and the threshold', () => {
  const faults: [string, string][] = [
    ['few-stop-words', 'lorem ipsum dolor sit amet consectetur adipiscing elit '.repeat(60)],
    ['few-letters', `der die ${'12 34 56 78 wert '.repeat(200)}`],
    ['long-words', `der die und ${'Wort'.repeat(30)} `.repeat(40)],
    ['short-lines', Array.from({ length: 600 }, (_, i) => `der die ${i}x`).join('\n')],
    ['repeated-lines', `${PROSE.replace(/\n/g, ' ')}\n`.repeat(20)],
    ['top-2-gram', `${PROSE} ${'Angebot sichern '.repeat(300)}`],
    ['few-words', 'Der Betrieb liefert die Ware.'],
    ['many-symbols', `${prose(20, GERMAN).replace(/\n/g, ' ')} ${'# '.repeat(60)}`],
  ];
  for (const [reason, text] of faults) {
    const fault = judge.fault(text, de.web, 'de')!;
    assert.equal(fault.reason, reason);
    assert.ok(reason.startsWith('few-') ? fault.value < fault.threshold : fault.value > fault.threshold);
  }
  assert.match(judge.fault(PROSE.replace(/\n/g, ' ').repeat(12), de.web, 'de')!.reason, /^repeated-\d+-grams$/);
  const menu = Array.from({ length: 80 }, (_, i) => `because ${i} that ${i} with ${i}`).join('\n');
  assert.equal(judge.fault(menu, en.web, 'en')!.reason, 'few-letters');
  const unended = Array.from(
    { length: 40 },
    (_, i) => `the page ${'abcdefghij'[i % 10]} that we have to show with it all`,
  );
  assert.equal(judge.fault(unended.join('\n'), en.web, 'en')!.reason, 'few-line-ends');
});

test('the whole calculation of a text has the outcome of judging it, section by section', () => {
  const good = prose(300, GERMAN);
  const bad = 'Angebot sichern jetzt der die '.repeat(400);
  for (const text of [good, bad, good + bad, bad.slice(0, 3000) + good, 'kurz']) {
    for (const profile of ['web', 'own'] as const) {
      const { fault, judged, sections, failedShare, document } = judge.calculation(text, de[profile], 'de');
      assert.deepEqual(fault, judge.fault(text, de[profile], 'de'));
      assert.equal(judged, text.length >= de[profile].shortCharacters);
      assert.equal(sections.map(({ start, end }) => text.slice(start, end)).join(''), text);
      if (fault !== undefined && document.every(({ passed }) => passed)) assert.ok(failedShare > 0.5);
      for (const { measures } of sections) {
        for (const { value, threshold, bound, passed } of measures) {
          assert.equal(passed, bound === 'minimum' ? value >= threshold : value <= threshold);
        }
      }
    }
  }
});

test('a threshold that is set holds, others keep their defaults, and one out of bounds is refused by name', () => {
  const set = filterSettings({ quality: { de: { web: { minimumWords: 3 } } } });
  assert.equal(set.quality.de.web.minimumWords, 3);
  assert.equal(set.quality.de.web.maximumTop2Grams, 0.169);
  assert.deepEqual(set.quality.en, en);
  assert.throws(() => filterSettings({ nearDuplicates: { similarity: 2 } }), {
    code: 'limits.number',
    message: /corpus\.filter\.nearDuplicates\.similarity/,
  });
});

test('a document is judged by the measures of its own language and profile, and by none where there are none', () => {
  const english = prose(60, ENGLISH);
  const record = (given: Partial<DocumentRecord>): DocumentRecord => {
    const common = { id: 'a~b', source: 'a~b', kind: 'text', text: english, licence: 'own', sha256: 'x' } as const;
    return { ...common, origin: 'b.txt', ...given };
  };
  const reasonOf = (given: Partial<DocumentRecord>, language: JudgeOptions['language'], profiles = {}) =>
    new Judge({ settings: FILTER_DEFAULTS, language, profiles }).judge(record(given)).document.fault?.reason;
  const german = { language: 'de', text: 'the page of that has all '.repeat(100) };
  assert.equal(reasonOf({}, 'en'), undefined);
  assert.equal(reasonOf(german, 'en'), 'few-stop-words');
  assert.notEqual(reasonOf({ ...german, language: 'en' }, 'de'), 'few-stop-words');
  assert.equal(reasonOf({ ...german, language: 'fr' }, 'de'), undefined);
  assert.equal(reasonOf({ text: 'Ein kurzer Satz.' }, 'de'), undefined);
  assert.equal(reasonOf({ text: 'Ein kurzer Satz.', origin: 'https://a.example/b' }, 'de'), 'few-words');
  assert.equal(reasonOf({ text: 'Ein kurzer Satz.' }, 'de', { a: 'web' }), 'few-words');
  assert.equal(
    reasonOf({ text: 'Ein kurzer Satz.', spec: 'c', origin: 'https://a.example/b' }, 'de', { c: 'own' }),
    undefined,
  );
});
