import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countLetters, LetterLedger } from '../text/index.ts';
import { ownWords } from './mail-rules.ts';

function ruled(source: string): { text: string; rules: string[] } {
  const ledger = new LetterLedger();
  ledger.take(source);
  const text = ownWords(source, ledger);
  ledger.give(text);
  assert.equal(ledger.missing(), 0, source);
  return { text, rules: Object.keys(ledger.counts().byRule) };
}

test('quoted mail goes in each form of German and English programs, and what is said between stays', () => {
  const quotes = [
    'Am 02.05.2024 um 09:00 schrieb Erika Beispiel <e@b.example>:\n> Frage?',
    'Am Do., 2. Mai 2024 um 09:00 Uhr schrieb Erika Beispiel <\ne@b.example>:\n> Frage?',
    'On Thu, May 2, 2024 at 9:00 AM Erika Example <e@b.example> wrote:\n> Question?',
    '-----Ursprüngliche Nachricht-----\nVon: Erika\nFrage?',
    '----- Original Message -----\nFrom: Erika\nQuestion?',
    'Von: Erika Beispiel\nGesendet: Donnerstag, 2. Mai 2024 09:00\nAn: Max\nBetreff: Frage\n\nFrage?',
    '________________________________\nFrom: Erika\nSent: Thursday\nTo: Max\nSubject: Question\n\nQuestion?',
  ];
  for (const quote of quotes) {
    const { text, rules } = ruled(`Ja, gern.\n\n${quote}\n`);
    assert.match(text, /^Ja, gern\.(?:\n\n_+)?$/, quote);
    assert.deepEqual(rules, ['quote'], quote);
  }
  assert.equal(ruled('> Was kostet es?\nFünf Euro.\n> Wann?\nMorgen.').text, 'Fünf Euro.\nMorgen.');
  const plain = 'Am 2. Mai schrieb ich Ihnen:\nEs fehlt ein Teil.\n\nVon: Hamburg nach Köln.';
  assert.equal(ruled(plain).text, plain);
});

test('a signature goes, a postscript and the closing stay', () => {
  const cases: [string, string, string][] = [
    ['Text.\n-- \nErika Beispiel\nTel. 030 1', 'Text.', 'signature'],
    [
      'Text.\n\nMit freundlichen Grüßen\n\ni. A. Erika Beispiel\nVertrieb',
      'Text.\n\nMit freundlichen Grüßen',
      'signature',
    ],
    ['Text.\nViele Grüße aus Köln\nMax', 'Text.\nViele Grüße aus Köln', 'signature'],
    ['Text.\nKind regards,\nMax Example', 'Text.\nKind regards,', 'signature'],
    ['Text.\n\nVon meinem iPhone gesendet', 'Text.', 'signature'],
    [
      'Text eins.\nText zwei.\n\nDiese E-Mail enthält vertrauliche Informationen und ist nur für Sie.',
      'Text eins.\nText zwei.',
      'disclaimer',
    ],
  ];
  for (const [source, text, rule] of cases) assert.deepEqual(ruled(source), { text, rules: [rule] }, source);
  const postscript = 'Text.\nMfG\nPS: Bitte bringen Sie das Gerät am Freitag mit.';
  assert.equal(ruled(postscript).text, postscript);
});

test('rules never leave a mail that is nothing but a quote without its words', () => {
  const forwarded = '-----Ursprüngliche Nachricht-----\nVon: Erika\nBetreff: Frage\n\nDie Größe ist 5 mal 7 cm.';
  assert.equal(countLetters(ruled(forwarded).text), countLetters(forwarded));
});
