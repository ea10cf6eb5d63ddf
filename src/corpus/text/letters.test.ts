import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleanText } from './clean.ts';
import { htmlToText } from './html.ts';
import { languageOf, loadLanguageData } from './language.ts';
import { countLetters, LetterLedger } from './letters.ts';
import { markdownToText } from './markdown.ts';
import { repairMojibake } from './mojibake.ts';

const letters = (text: string) => (text.match(/[\p{L}\p{N}]/gu) ?? []).length;
const anyText = fc.string({ unit: 'binary', maxLength: 200 });
/** Pieces of markup and text in any order: most of it is no valid document. */
const pieces = fc.array(
  fc.constantFrom(
    'Öl ',
    'a',
    '\n',
    '\n\n',
    '**',
    '_',
    '`',
    '[',
    '](b "c")',
    '![',
    '](x)',
    '<b>',
    '</b>',
    '<br>',
    '&auml;',
    '&#228;',
    '|',
    '|---|',
    '# ',
    '- ',
    '1. ',
    '> ',
    '```js\n',
    '<!--',
    '-->',
    '---\n',
    'title: x\n',
    '\\*',
    '[1]: http://a.de\n',
    '[!NOTE]',
    'ﬁ',
    '\u00ad',
    'Ã¤',
    '\u0080',
    'u\u0308',
    '<script>x</script>',
    '<nav>y</nav>',
    '<p hidden>z</p>',
    '<main>',
    '</main>',
    '한',
    'ｱ',
    '𝒳',
    '\ud800',
  ),
  { maxLength: 60 },
);

test('letters are counted as the expression of Unicode counts them', () => {
  fc.assert(
    fc.property(anyText, (text) => assert.equal(countLetters(text), letters(text))),
    { seed: 1, numRuns: 500 },
  );
  assert.equal(countLetters('Größe 5½ 𝒳漢 –'), 9);
});

test('no letter of any text, Markdown or HTML goes without a rule', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        pieces.map((list) => list.join('')),
        anyText,
      ),
      (source) => {
        const markdown = new LetterLedger();
        markdown.take(source);
        markdown.give(cleanText(markdownToText(source, markdown).text, markdown));
        assert.equal(markdown.missing(), 0, JSON.stringify(markdown.counts()));
        const html = new LetterLedger();
        html.give(cleanText(htmlToText(source, { ledger: html }).text, html));
        assert.equal(html.missing(), 0, JSON.stringify(html.counts()));
      },
    ),
    { seed: 2, numRuns: 1500 },
  );
});

test('a letter that a rule takes without saying so is missed', () => {
  const ledger = new LetterLedger();
  ledger.take('abc');
  ledger.remove('quote', 'a');
  ledger.give('b');
  assert.equal(ledger.missing(), 1);
});

const WORDS = [
  'Größe',
  'Straße',
  'Ärger',
  'Öl',
  'Übermaß',
  'schöne',
  '„Ä“',
  '„Spaß“',
  '–',
  '€',
  '5 °C',
  '§',
  '½',
  '…',
  'naïve',
  'Œuvre',
  '’',
  'ÄÖÜ',
  'Maß“',
  'Ä…',
  'Ö”',
  'über–',
  'ß»',
  'ü«',
  'É',
  'Ñ',
];
const german = fc.array(fc.constantFrom(...WORDS, ' ', 'Haus', '\n'), { maxLength: 40 }).map((list) => list.join(''));
/** UTF-8 read as Windows-1252, as a program with the wrong setting does. */
const misread = (text: string) => new TextDecoder('windows-1252').decode(Buffer.from(text));

test('correct German, quotes after umlauts too, is never taken for mojibake', () => {
  fc.assert(
    fc.property(german, (text) => assert.equal(repairMojibake(text), text)),
    { seed: 3, numRuns: 2000 },
  );
  for (const text of ['“MANHÔ', 'L’Âge', 'Ångström', 'Smörgås', '10 Å']) assert.equal(repairMojibake(text), text);
});

test('German read in the wrong encoding once or twice is whole again', () => {
  const umlauts = fc
    .array(fc.constantFrom('Größe', 'Straße', 'Ärger', 'Öl', 'Über', 'für', '5 €', '„so“', '– ja', '10 °C'), {
      minLength: 1,
      maxLength: 20,
    })
    .map((list) => list.join(' '));
  fc.assert(
    fc.property(umlauts, (text) => {
      assert.equal(repairMojibake(misread(text)), text);
      assert.equal(repairMojibake(misread(misread(text))), text);
    }),
    { seed: 4, numRuns: 500 },
  );
  assert.equal(repairMojibake('FÃ¼r 5 â‚¬, aber auch 5 € fÃƒÂ¼r „Äpfel“'), 'Für 5 €, aber auch 5 € für „Äpfel“');
});

test('a ligature is its letters, a soft hyphen at a line end joins, and both are booked', () => {
  const ledger = new LetterLedger();
  assert.equal(cleanText('Au\ufb02age, O\ufb03ce, Rech\u00ad\nnung', ledger), 'Auflage, Office, Rechnung');
  assert.deepEqual(ledger.counts().byRule, { ligature: -3 });
});

test('the language of a text is known, that of a few words is not guessed', async () => {
  await loadLanguageData();
  const texts = {
    de: 'Der Mieter hat die Wohnung pfleglich zu behandeln und Schäden unverzüglich zu melden.',
    en: 'The tenant has to take good care of the flat and must report any damage without delay.',
    fr: 'Le locataire doit prendre soin du logement et signaler tout dommage sans délai au bailleur.',
  };
  for (const [language, text] of Object.entries(texts)) assert.equal(languageOf(text), language);
  assert.equal(languageOf(`${texts.de} `.repeat(2000)), 'de');
  assert.equal(languageOf('Öl 5'), undefined);
});
