/** Documents of every format to their exact text, made here and, where the shared data are there, real ones. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { ReadDocument } from '../../src/corpus/read/index.ts';
import { type ReadOptions, readNamedFile } from '../../src/corpus/read/index.ts';
import { docxOf, docxParts, parquetOf, pdfOf, xlsxOf, zipOf } from './document-files.ts';

const shared = path.join(import.meta.dirname, '../../../shared/data/documents');
const absent = existsSync(shared) ? false : 'the folder ../shared/data/documents is absent';

async function documentsOf(
  name: string,
  bytes: Uint8Array | string,
  options: ReadOptions = {},
): Promise<readonly ReadDocument[]> {
  const { documents, problems, ledger } = await readNamedFile({ name }, Buffer.from(bytes as string), options);
  assert.deepEqual(problems, [], name);
  const taken = Object.values(ledger.byRule).reduce((sum, letters) => sum + letters, 0);
  assert.equal(ledger.before - taken, ledger.after, name);
  return documents;
}

const textsOf = async (name: string, bytes: Uint8Array | string, options: ReadOptions = {}) =>
  (await documentsOf(name, bytes, options)).map(({ text }) => text);

const real = (name: string) => readFileSync(path.join(shared, name));
const firstReal = async (name: string) => (await readNamedFile({ name }, real(name))).documents[0]!;

test('columns of a PDF are read one after the other, words broken at line ends are whole, headers and page numbers go', async () => {
  const left = [
    'Die Lieferung erfolgt innerhalb von zehn Werk-',
    'tagen nach Eingang der Bestellung. Für Bund-',
    'Länder-Aufträge gelten Ein- und Ausgangs-',
    'prüfungen nach der geltenden Ordnung für alle',
    'Kunden und Partner in Übersee und Ärzte.',
  ];
  const right = [
    'Der Preis versteht sich zuzüglich der gesetz-',
    'lichen Umsatzsteuer von 19 Prozent. Zahlungen',
    'sind innerhalb von dreißig Tagen zu leisten und',
    'ohne Abzug auf das genannte Konto zu über-',
    'weisen, sonst fallen Zinsen in Höhe von 5 € an.',
  ];
  const page = (number: number) => [
    { x: 50, y: 800, text: 'Muster GmbH – Allgemeine Bedingungen' },
    { x: 50, y: 740, text: `Abschnitt ${number} über Lieferung`, size: 16 },
    ...left.map((text, i) => ({ x: 50, y: 700 - 12 * i, text })),
    ...right.map((text, i) => ({ x: 310, y: 700 - 12 * i, text })),
    { x: 280, y: 30, text: `Seite ${number} von 3` },
  ];
  const [document] = await documentsOf('agb.pdf', pdfOf([page(1), page(2), page(3)]));
  const body =
    'Die Lieferung erfolgt innerhalb von zehn Werktagen nach Eingang der Bestellung. Für Bund-Länder-Aufträge gelten ' +
    'Ein- und Ausgangsprüfungen nach der geltenden Ordnung für alle Kunden und Partner in Übersee und Ärzte.\n\n' +
    'Der Preis versteht sich zuzüglich der gesetzlichen Umsatzsteuer von 19 Prozent. Zahlungen sind innerhalb von ' +
    'dreißig Tagen zu leisten und ohne Abzug auf das genannte Konto zu überweisen, sonst fallen Zinsen in Höhe von 5 € an.';
  const whole = [1, 2, 3].map((number) => `Abschnitt ${number} über Lieferung\n\n${body}`).join('\n\n');
  assert.equal(document!.text, whole);
  assert.equal(document!.language, 'de');
  assert.deepEqual(
    document!.pages!.map(([number, at]) => whole.slice(at, at + 11) + number),
    ['Abschnitt 11', 'Abschnitt 22', 'Abschnitt 33'],
  );
});

test('a page that is a picture is named, and a PDF of pictures alone gives no document', async () => {
  const mixed = await readNamedFile({ name: 'a.pdf' }, pdfOf([[{ x: 50, y: 700, text: 'Ein Satz.' }], 'picture']));
  assert.deepEqual(
    mixed.documents.map(({ text }) => text),
    ['Ein Satz.'],
  );
  assert.deepEqual(
    mixed.problems.map(({ code, page }) => [code, page]),
    [['read.scan', 2]],
  );
  const scans = await readNamedFile({ name: 'a.pdf' }, pdfOf(['picture']));
  assert.deepEqual(scans.documents, []);
  assert.equal(scans.problems[0]!.code, 'read.scan');
});

test('a word over the end of a page is whole again, a row of a table stays a row, an item one line', async () => {
  const bytes = pdfOf([
    [{ x: 50, y: 700, text: 'Wir bestätigen den Eingang Ihrer Rech-' }],
    [
      { x: 50, y: 700, text: 'nung vom 3. Mai.' },
      { x: 50, y: 650, text: 'Schraube M6' },
      { x: 300, y: 650, text: '3,50 €' },
      { x: 50, y: 600, text: '1.' },
      { x: 90, y: 600, text: 'Prüfen' },
    ],
  ]);
  assert.deepEqual(await textsOf('a.pdf', bytes), [
    'Wir bestätigen den Eingang Ihrer Rechnung vom 3. Mai.\n\nSchraube M6 | 3,50 €\n\n1. Prüfen',
  ]);
});

test('a Word file gives its paragraphs, a sheet its rows as sentences with the headers', async () => {
  assert.deepEqual(await textsOf('a.docx', docxOf('Größe &amp; Maß', 'Stra\u00adße')), ['Größe & Maß\n\nStraße']);
  const sheet = xlsxOf('Preise', [
    ['Artikel', 'Preis', 'Menge'],
    ['Schraube', 3.5, 10],
    ['Mutter', '0,20 €', ''],
  ]);
  const [document] = await documentsOf('a.xlsx', sheet);
  assert.equal(document!.text, 'Artikel: Schraube; Preis: 3,5; Menge: 10\nArtikel: Mutter; Preis: 0,20 €');
  assert.deepEqual([document!.section, document!.place], ['Preise', 'Preise']);
});

test('German CSV in every delimiter and encoding gives the same sentences', async () => {
  const expected = ['Artikel: Schlüssel; Preis: 3,50 €\nArtikel: Bürste, groß; Preis: 4,00 €'];
  const semicolon = 'Artikel;Preis\r\nSchlüssel;3,50 €\r\n"Bürste, groß";4,00 €\r\n';
  const latin = Buffer.from(semicolon.replaceAll('€', '\x80'), 'latin1');
  assert.deepEqual(await textsOf('a.csv', semicolon), expected);
  assert.deepEqual(await textsOf('a.csv', `\ufeff${semicolon}`), expected);
  assert.deepEqual(await textsOf('a.csv', `sep=;\r\n${semicolon}`), expected);
  assert.deepEqual(await textsOf('a.csv', latin), expected);
  assert.deepEqual(await textsOf('a.csv', Buffer.from(`\ufeff${semicolon}`, 'utf16le')), expected);
  assert.deepEqual(await textsOf('a.tsv', 'Artikel\tPreis\nSchlüssel\t3,50 €\nBürste, groß\t4,00 €\n'), expected);
  assert.deepEqual(await textsOf('a.csv', 'Artikel,Preis\nSchlüssel,"3,50 €"\n"Bürste, groß","4,00 €"\n'), expected);
});

test('named columns give a document for each row, with the values for those who make dialogues of them', async () => {
  const columns = { id: 'Nr', question: 'Frage', answer: 'Antwort' };
  const row = { id: '7', question: 'Was kostet das?', answer: 'Fünf Euro.' };
  const csv = 'Nr;Frage;Antwort;Intern\n7;Was kostet das?;Fünf Euro.;geheim\n';
  const table = { Nr: ['7'], Frage: [row.question], Antwort: [row.answer], Intern: ['geheim'] };
  const files: [string, Uint8Array | string][] = [
    ['a.csv', csv],
    ['a.jsonl', `${JSON.stringify({ Nr: 7, Frage: row.question, Antwort: row.answer, Intern: 'geheim' })}\n`],
    ['a.parquet', parquetOf(table)],
    ['a.parquet', parquetOf(table, 'gzip')],
    ['a.parquet', parquetOf(table, 'brotli')],
  ];
  for (const [name, bytes] of files) {
    const [document, ...others] = await documentsOf(name, bytes, { columns });
    assert.deepEqual(
      [document!.text, document!.place, document!.row],
      ['Was kostet das?\n\nFünf Euro.', '7', row],
      name,
    );
    assert.deepEqual(others, []);
  }
  const missing = await readNamedFile({ name: 'a.csv' }, Buffer.from(csv), { columns: { text: 'Text' } });
  assert.equal(missing.problems[0]!.code, 'read.no-column');
});

const ANSWER = `From: Vertrieb <vertrieb@firma.example>\r
To: Kundin <kundin@kunde.example>\r
Subject: =?utf-8?Q?Re:_Gr=C3=B6=C3=9Fe?=\r
Message-ID: <2@firma.example>\r
In-Reply-To: <1@kunde.example>\r
References: <1@kunde.example>\r
Date: Fri, 3 May 2024 10:11:12 +0200\r
MIME-Version: 1.0\r
Content-Type: text/plain; charset=iso-8859-1\r
Content-Transfer-Encoding: quoted-printable\r
\r
Guten Tag,\r
\r
die Gr=F6=DFe ist 5 mal 7 cm.\r
\r
Mit freundlichen Gr=FC=DFen\r
Erika Beispiel\r
Firma Beispiel GmbH, Tel. 030 123456\r
\r
Am 2. Mai 2024 um 09:00 schrieb Kundin <kundin@kunde.example>:\r
> Welche Gr=F6=DFe hat das Teil?\r
`;

test('a mail gives its own words, its place in the thread and neither quotes nor signature', async () => {
  const [document] = await documentsOf('a.eml', ANSWER);
  assert.equal(document!.text, 'Guten Tag,\n\ndie Größe ist 5 mal 7 cm.\n\nMit freundlichen Grüßen');
  assert.equal(document!.title, 'Re: Größe');
  assert.deepEqual(document!.dates, { created: '2024-05-03T08:11:12.000Z' });
  const { sender, ...thread } = document!.thread!;
  assert.match(sender!, /^[0-9a-f]{16}$/);
  assert.deepEqual(thread, {
    subject: 'Re: Größe',
    messageId: '<2@firma.example>',
    inReplyTo: '<1@kunde.example>',
    references: ['<1@kunde.example>'],
    senderDomain: 'firma.example',
  });
  assert.doesNotMatch(JSON.stringify(document), /kundin@|vertrieb@/);
});

test('a mailbox gives each message, and attachments are read by their own readers', async () => {
  const pdf = Buffer.from(pdfOf([[{ x: 50, y: 700, text: 'Anhang mit Umlaut: Größe.' }]])).toString('base64');
  const mixed = `From: a@b.example\nMessage-ID: <9@b.example>\nSubject: Zwei\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain; charset=utf-8\n\nSiehe Anhang.\n\n>From hier an wörtlich.\n--x\nContent-Type: application/pdf; name="bericht.pdf"\nContent-Disposition: attachment; filename="bericht.pdf"\nContent-Transfer-Encoding: base64\n\n${pdf}\n--x--\n`;
  const mbox = `From a@b.example Thu Jan  1 00:00:00 2024\n${ANSWER.replaceAll('\r', '')}\nFrom a@b.example Thu Jan  1 00:00:00 2024\n${mixed}`;
  const found = await documentsOf('a.mbox', mbox);
  assert.deepEqual(
    found.map(({ text, place, section }) => [text, place, section]),
    [
      ['Guten Tag,\n\ndie Größe ist 5 mal 7 cm.\n\nMit freundlichen Grüßen', '1', undefined],
      ['Siehe Anhang.\n\nFrom hier an wörtlich.', '2', undefined],
      ['Anhang mit Umlaut: Größe.', '2/1', 'bericht.pdf'],
    ],
  );
  assert.deepEqual(found[2]!.thread, { inReplyTo: '<9@b.example>' });
});

test('Markdown and HTML say their title, language and dates', async () => {
  const markdown = '---\ntitle: Öl\nlang: de-DE\ndate: 03.05.2024\nms.date: 04/01/2022\n---\n# Öl\n\nText.';
  const [first] = await documentsOf('a.md', markdown);
  assert.deepEqual(
    [first!.title, first!.language, first!.dates],
    ['Öl', 'de', { created: '2024-05-03', modified: '2022-04-01' }],
  );
  const html =
    '<html lang="de"><head><title>Öl</title><meta property="article:published_time" content="2024-05-03T10:00"></head><body><p>Text.</p></body></html>';
  const [second] = await documentsOf('a.html', html);
  assert.deepEqual(
    [second!.text, second!.title, second!.language, second!.dates],
    ['Text.', 'Öl', 'de', { created: '2024-05-03' }],
  );
});

test('a page gives its article without the boilerplate around it, and a page without an article all of its text', async () => {
  const sentence =
    'Der Mieter hat die Wohnung pfleglich zu behandeln, und er muss Schäden ohne schuldhaftes Zögern melden. ';
  const article = `<article><h1>Pflichten</h1>${`<p>${sentence.repeat(4)}</p>`.repeat(6)}<table><tr><td>Frist</td><td>14 Tage</td></tr></table></article>`;
  const aside =
    '<div class="sidebar"><ul><li><a href="/a">Impressum</a></li><li><a href="/b">Jetzt Newsletter bestellen</a></li></ul></div><div class="footer">Alle Rechte vorbehalten</div>';
  const { documents, ledger } = await readNamedFile(
    { name: 'a.html' },
    Buffer.from(`<html><body>${aside}${article}</body></html>`),
  );
  assert.match(documents[0]!.text, /^Pflichten\n\nDer Mieter hat/);
  assert.doesNotMatch(documents[0]!.text, /Newsletter|Impressum|Rechte/);
  assert.equal(ledger.byRule['boilerplate'], 'ImpressumJetztNewsletterbestellenAlleRechtevorbehalten'.length);
  const [faq] = await textsOf(
    'b.html',
    '<html><body><h2>Was kostet das?</h2><p>Fünf Euro.</p><h2>Wie lange?</h2><p>Zwei Tage.</p></body></html>',
  );
  assert.equal(faq, 'Was kostet das?\n\nFünf Euro.\n\nWie lange?\n\nZwei Tage.');
});

test('what stands in a ZIP is looked at before a library sees it', async () => {
  const codeOf = async (bytes: Uint8Array, name = 'a.docx') => (await readNamedFile({ name }, bytes)).problems[0]!.code;
  const good = docxParts('<w:p/>');
  const many = Array.from({ length: 1001 }, (_, i) => ({ name: `word/${i}.xml`, data: '' }));
  const cases: [string, Uint8Array][] = [
    ['read.zip-entries', zipOf([...good, ...many])],
    ['read.zip-ratio', zipOf([...good, { name: 'word/a.xml', data: Buffer.alloc(8 * 2 ** 20) }])],
    ['read.zip-bytes', zipOf([...good, { name: 'word/a.xml', data: 'x', saysBytes: 2 ** 31 }])],
    ['read.zip-nested', zipOf([...good, { name: 'word/a.zip', data: 'x' }])],
    ['read.zip-overlap', zipOf([...good, { name: 'word/a.xml', data: 'x', at: 0 }])],
    ['read.broken', zipOf([...good, { name: 'word/a.xml', data: 'xxxxxx', saysBytes: 2 }])],
    ['read.xml-entities', zipOf([...good, { name: 'word/a.xml', data: '<!DOCTYPE a [<!ENTITY b "c">]><a/>' }])],
  ];
  for (const [code, bytes] of cases) assert.equal(await codeOf(bytes), code);
  assert.equal(await codeOf(zipOf([{ name: 'a.txt', data: 'x' }])), 'read.wrong-type');
});

test('a file whose bytes are not what its name says is refused, 100 of 100', async () => {
  const contents: Record<string, Uint8Array> = {
    pdf: pdfOf([[{ x: 50, y: 700, text: 'Ein Satz.' }]]),
    docx: docxOf('Ein Satz.'),
    xlsx: xlsxOf('A', [['Ein Satz.']]),
    parquet: parquetOf({ text: ['Ein Satz.'] }),
    text: Buffer.from('Ein Satz.'),
    png: Buffer.from('\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR', 'latin1'),
    jpeg: Buffer.from('\xff\xd8\xff\xe0\x00\x10JFIF', 'latin1'),
    gzip: Buffer.from('\x1f\x8b\x08\x00\x00\x00', 'latin1'),
    elf: Buffer.from('\x7fELF\x02\x01', 'latin1'),
    program: Buffer.from('MZ\x90\x00\x03\x00\x00', 'latin1'),
    zip: zipOf([{ name: 'a.txt', data: 'x' }]),
    rtf: Buffer.from('{\\rtf1 Ein Satz.}'),
  };
  const names = ['txt', 'md', 'html', 'csv', 'jsonl', 'eml', 'mbox', 'pdf', 'docx', 'xlsx', 'parquet'];
  let refused = 0;
  for (const name of names) {
    for (const [content, bytes] of Object.entries(contents)) {
      const isText = content === 'text' && ['txt', 'md', 'html', 'csv', 'jsonl'].includes(name);
      if (name === content || isText) continue;
      const { documents, problems } = await readNamedFile({ name: `a.${name}` }, bytes);
      assert.deepEqual([documents, problems[0]?.code], [[], 'read.wrong-type'], `${content} as .${name}`);
      refused++;
    }
  }
  assert.ok(refused >= 100, String(refused));
});

test('real PDF files give their sentences', { skip: absent }, async () => {
  const health = await firstReal('pdf/gesetz_bgbl1_2010_j1980-1_0090.pdf');
  assert.match(
    health.text,
    /^M u s t e r\n\nBescheinigung über die ärztliche Untersuchung\nvon Bewerbern um die Erteilung oder Verlängerung einer Fahrerlaubnis der Klassen C, C1, CE, C1E, D, D1, DE, D1E oder der Fahrerlaubnis zur Fahrgastbeförderung für Taxen, Mietwagen, Krankenkraftwagen oder Personenkraftwagen im Linienverkehr oder bei gewerbsmäßigen Ausflugsfahrten oder Ferienziel-Reisen nach § 11 Absatz 9 und § 48 Absatz 4 und 5 der Fahrerlaubnis-Verordnung\n/,
  );
  assert.match(
    health.text,
    /keine weitergehende Untersuchung, da keine Beeinträchtigungen des körperlichen oder geistigen Leistungsvermögens festgestellt werden konnten/,
  );
  const gauge = await firstReal('pdf/gesetz_bgbl1_2017_j0330-1_0140.pdf');
  assert.match(
    gauge.text,
    /der Verdrängung \(in m3\) des Schiffes, die der gemittelten Eintauchung zu Beginn der Beladung \(oder Entladung\) entspricht, und\nb\)/,
  );
  const invoice = await firstReal('pdf/zugferd_MustangGnuaccountingBeispielRE-20140519_499.pdf');
  assert.match(invoice.text, /1,00 \| Künstlerische Gestaltung \| 0% \| 160,00 € \| 160,00 €/);
  const table = await firstReal('pdf/gesetz_bgbl1_2013_j4209_0050.pdf');
  assert.equal(
    table.text.match(/Bundesgesetzblatt Jahrgang 2013/g)!.length,
    2,
    'what is printed thrice is read once a page',
  );
  assert.deepEqual([table.language, table.dates!.created, table.title], ['de', '2013-12-19', undefined]);
});

test('real Word, Excel and mail files give their sentences', { skip: absent }, async () => {
  assert.equal(
    (await firstReal('docx/sct-first-page-hdrftr.docx')).text,
    'First page.\n\nSecond (even) page.\n\nThird (odd) page.\n\nPage 4, First Page of second section.\n\nPage 6, Third page of section 2.',
  );
  const links = await firstReal('docx/par-hlink-frags.docx');
  assert.match(links.text, /^One\n\nTwo with link to bookmark\.\n\nThree with link to https:\/\/foo\.com\.\n/);
  const interview = await firstReal('xlsx/interview.xlsx');
  assert.match(
    interview.text,
    /^name: start; label: How would you characterize your experience as an interviewer\/interviewee\?; tags: exp_tags\n/,
  );
  const hebrew = await firstReal('xlsx/text_and_numbers.xlsx');
  assert.match(hebrew.text, /שלום/);
  const mail = await firstReal('eml/attachment_pdf.eml');
  assert.equal(
    mail.text,
    'Just attaching another PDF, here, to see what the message looks like,\nand to see if I can figure out what is going wrong here.',
  );
  assert.equal(mail.title, 'Another PDF with 🎉 Unicode chars in it 🍿');
});
