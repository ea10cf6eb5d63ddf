import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleanText, joinBrokenWords } from './clean.ts';
import { decodeText } from './encoding.ts';
import { declaredCharset, htmlToText, isTooDeep } from './html.ts';
import { markdownToText } from './markdown.ts';

const GERMAN = 'Größe: 5 € – „schöne“ Straße, Ärger & Öl, Übermaß; 😀 👩‍🔧 naïve Œuvre ¼ ½ × 日本語 Ω';
/** What cleaning may take away or change: control characters, soft hyphens, marks of no width, and spaces. */
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b\ufeff\s]/gu;
const visible = (text: string) => text.toWellFormed().normalize('NFC').replace(INVISIBLE, '');

/** Words of letters, marks, digits, signs and emoji as they occur in German text and beyond; no ASCII markup. */
const words = fc.array(fc.stringMatching(/^[A-Za-zÄÖÜäöüßẞéèñøŁłŒœ€§°²³µ„“”‚‘’–—…•→≤½©®™αβγЖд漢字かな😀🔧]{1,12}$/u), {
  minLength: 1,
  maxLength: 30,
});

const anyText = fc
  .array(fc.oneof(fc.nat(0x2fff), fc.nat(0xff), fc.nat(0x10ffff)), { maxLength: 100 })
  .map((points) => String.fromCodePoint(...points));

test('cleaning drops no visible character of any text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const c1 = text.replace(/[\u0080-\u009f]/g, ' '); // Those stand for Windows-1252 characters; tested below.
      assert.equal(visible(cleanText(c1)), visible(c1));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('nothing non-ASCII is dropped on the way from text, Markdown or HTML', () => {
  fc.assert(
    fc.property(words, (list) => {
      const text = list.join(' ');
      const expected = text.normalize('NFC');
      assert.equal(cleanText(joinBrokenWords(text)), expected);
      assert.equal(
        cleanText(markdownToText(`# ${text}\n\n**${text}**\n\n- ${text}\n`).text),
        `${expected}\n\n${expected}\n\n- ${expected}`,
      );
      assert.equal(cleanText(htmlToText(`<h1>${text}</h1><p>${text}</p>`).text), `${expected}\n\n${expected}`);
    }),
    { seed: 2, numRuns: 300 },
  );
});

test('every encoding a German office meets decodes to the same text', () => {
  const latin = 'Größe: 5, schöne Straße, Ärger & Öl, Übermaß';
  const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const utf16 = Buffer.from(`\ufeff${GERMAN}`, 'utf16le');
  const cases: [Uint8Array, string, string][] = [
    [Buffer.from(GERMAN), GERMAN, 'utf-8'],
    [Buffer.from(`\ufeff${GERMAN}`), GERMAN, 'utf-8'],
    [utf16, GERMAN, 'utf-16le'],
    [Buffer.from(utf16).swap16(), GERMAN, 'utf-16be'],
    [Buffer.from(latin, 'utf16le'), latin, 'utf-16le'],
    [bytes(latin), latin, 'windows-1252'],
    [bytes('5 \x80 \x96 \x84sch\xf6n\x93'), '5 € – „schön“', 'windows-1252'],
    [bytes('5 \xa4 f\xfcr \xd6l'), '5 € für Öl', 'iso-8859-15'],
    [Buffer.concat([Buffer.from(GERMAN), bytes(' f\xfcr 5 \x80')]), `${GERMAN} für 5 €`, 'utf-8+windows-1252'],
  ];
  for (const [input, text, encoding] of cases) assert.deepEqual(decodeText(input), { text, encoding });
  assert.equal(decodeText(Uint8Array.of(1, 0, 0, 7, 0, 9)), undefined);
  const page = bytes('<meta charset="iso-8859-2"><p>\xb1');
  assert.equal(decodeText(page, declaredCharset(page))!.text.at(-1), 'ą');
});

test('decoding any bytes without a NUL keeps every ASCII character in order', () => {
  const noNul = fc.uint8Array({ min: 1, maxLength: 100 });
  fc.assert(
    fc.property(noNul, (bytes) => {
      if (bytes[0] === 0xff || bytes[0] === 0xfe) return; // May be a byte order mark of UTF-16.
      const ascii = String.fromCharCode(...bytes.filter((byte) => byte < 0x80));
      assert.equal(decodeText(bytes)!.text.replace(/[^\x00-\x7f]/gu, ''), ascii);
    }),
    { seed: 3, numRuns: 500 },
  );
});

test('cleaning gives one kind of space and of line end, NFC, and no invisible marks', () => {
  assert.equal(cleanText('a\u00a0b\u202fc\r\nd\re\u2028f'), 'a b c\nd\ne\nf');
  assert.equal(cleanText('Stra\u00ad\u00dfe\u200b \ufeffu\u0308ber'), 'Straße über');
  assert.equal(cleanText('5 \u0080 \u0096 x\u0000\u0007y\tz'), '5 € – xy\tz');
  assert.equal(cleanText('\n\n  a  b   c  \n\n\n\n  d\n \n'), '  a b c\n\n  d');
  assert.equal(cleanText('👩\u200d🔧 ❤\ufe0f'), '👩\u200d🔧 ❤\ufe0f');
});

test('a word broken at a line end is joined, a pair word keeps its hyphen', () => {
  assert.equal(joinBrokenWords('Rech-\nnung'), 'Rechnung');
  assert.equal(joinBrokenWords('Ein-\nund Ausgang'), 'Ein-\nund Ausgang');
  assert.equal(joinBrokenWords('Bund-\nLänder'), 'Bund-\nLänder');
  assert.equal(joinBrokenWords('Ver-\nundet'), 'Verundet');
  assert.equal(
    markdownToText('Die Bund-\nLänder-Rech-\nnung, Ein-\nund Ausgang').text,
    'Die Bund-Länder-Rechnung, Ein- und Ausgang',
  );
});

test('Markdown markup is resolved, and what only looks like markup stays', () => {
  const cases: [string, string][] = [
    ['# Titel #\nText\nweiter', 'Titel\n\nText weiter'],
    ['Titel\n=====\nText', 'Titel\nText'],
    ['**fett** *schräg* __fett__ _schräg_ ~~weg~~ `a*b*`', 'fett schräg fett schräg weg a*b*'],
    ['2 * 3 * 4 und snake_case_name, a_b', '2 * 3 * 4 und snake_case_name, a_b'],
    ['[Text](https://a.de/b_(c) "T") ![Bild](x.png) [R][1]\n\n[1]: https://a.de', 'Text Bild R'],
    ['<https://a.de> <a href="x">A</a> 1 < 2 > 0 <Fundstelle: BGBl>', 'https://a.de A 1 < 2 > 0 <Fundstelle: BGBl>'],
    ['a<br>b', 'a\nb'],
    ['&auml; &euro; &#8222; &unbekannt; AT&T', 'ä € „ &unbekannt; AT&T'],
    ['1\\. \\*kein Stern\\*', '1. *kein Stern*'],
    ['* a\n* b\n  weiter\n1. c', '- a\n- b weiter\n1. c'],
    ['> Zitat\n> weiter', 'Zitat weiter'],
    ['| A | B |\n|---|:-:|\n| 1 | a\\|b |', 'A | B\n1 | a|b'],
    ['```js\nif (a  <  b) **x**\n```\nText', 'if (a  <  b) **x**\nText'],
    ['a <!-- weg\nweg --> b <!-- offen', 'a b <!-- offen'],
    ['a  \nb', 'a\nb'],
    ['a ![b.jpg](b.jpg) ![Öl](c.jpg)', 'a Öl'],
    ['---\nkein Schlüssel\n---\nText', 'kein Schlüssel\nText'],
  ];
  for (const [source, text] of cases)
    assert.equal(cleanText(markdownToText(source).text).replace(/ {2}</, '  <'), cleanText(text), source);
  assert.deepEqual(markdownToText('---\nTitle: Gesetz über\n  das Öl\nslug: x\n---\nText'), {
    text: 'Gesetz über das Öl\n\nText',
    title: 'Gesetz über das Öl',
  });
  assert.equal(markdownToText('---\ntitle: T\n---\n# Ü\nText').text, 'Ü\n\nText');
});

test('HTML gives its main part with paragraphs, rows and items, and entities decoded', () => {
  const page = `<!doctype html><html><head><title>Preise &amp; mehr</title><style>p{}</style></head><body>
    <nav>Start | Kontakt</nav><main><h1>Unsere&nbsp;Preise</h1><p>Gr&ouml;&szlig;e <b>5</b>
    &euro;<br>ab <i>sofort</i>.</p><script>alert(1)</script>
    <table><tr><th>Artikel</th><th>Preis</th></tr><tr><td><p>Schraube</p></td><td><p>1,20&nbsp;€</p></td></tr></table>
    <ul><li>eins<li>zwei</ul><pre>a
  b</pre><p hidden>unsichtbar</p></main><footer>Impressum</footer></body></html>`;
  const { text, title } = htmlToText(page);
  assert.equal(title, 'Preise & mehr');
  assert.equal(
    cleanText(text),
    'Unsere Preise\n\nGröße 5 €\nab sofort.\n\nArtikel | Preis\nSchraube | 1,20 €\n\n- eins\n- zwei\n\na\n  b',
  );
  assert.equal(htmlToText('<p>eins<p>zwei').text, 'eins\n\nzwei');
  const cells = '<table><tr><td></td><td><p>a</p><p>b</p></td><td>c</td></tr><tr><td>d</td></tr></table>e';
  assert.equal(htmlToText(cells).text, 'a\n\nb | c\nd\n\ne');
  const thin = `<body><main>Kurz.</main><p>${'Langer Text. '.repeat(20)}</p></body>`;
  assert.match(htmlToText(thin).text, /Langer Text/);
});

test('a page nested without end is recognised, a long flat one is not', () => {
  assert.equal(isTooDeep('<div>'.repeat(20_000)), true);
  assert.equal(isTooDeep('<p>a<br><div>b</div>'.repeat(20_000)), false);
  assert.equal(htmlToText(`${'<div>'.repeat(9000)}ä`).text, 'ä');
});

test('hostile text is converted in time that grows with its length', () => {
  const size = 50_000;
  const hostile = [
    ' ',
    '\t',
    '[',
    '*',
    '_',
    '`',
    '<',
    '!',
    '#',
    '|',
    '>',
    '-',
    '&',
    '\\',
    '<!--',
    '**a',
    '[a](',
    '`` ` ',
    '\n\n- ',
    '<b ',
    '(',
    'a-\n',
  ];
  const before = performance.now();
  for (const piece of hostile) {
    const text = piece.repeat(size / piece.length);
    for (const body of [text, `x${text}x`, `# ${text}`]) cleanText(markdownToText(body).text);
  }
  for (const piece of ['<div>', '<p', '&#', '<table><tr><td>', '<!--'])
    htmlToText(piece.repeat(size / 10 / piece.length));
  assert.ok(performance.now() - before < 5000, `${performance.now() - before} ms`);
});

test('a page nested thousands deep or of very many elements gives its text in a moment', () => {
  const text = 'Die Größe der Lieferung wird im Vertrag über 5 € genannt. '.repeat(20);
  const before = process.cpuUsage().user;
  for (const markup of ['<div>', '<table><tr><td>', '<b>']) {
    assert.match(htmlToText(`<html><body>${markup.repeat(3000)}${text}</body></html>`).text, /5 € genannt/);
  }
  assert.match(htmlToText(`<html><body>${text}${'<p>a</p>'.repeat(60_000)}</body></html>`).text, /5 € genannt/);
  const seconds = (process.cpuUsage().user - before) / 1e6;
  assert.ok(seconds < 8, `${seconds} s`);
});
