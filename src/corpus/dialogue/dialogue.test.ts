import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sha256OfBytes } from '../../base/index.ts';
import { parseMessages } from '../../chat/index.ts';
import type { DocumentRecord } from '../record/index.ts';
import { dialoguesFromFaq } from './faq.ts';
import { mailsToDialogues, recordsToDialogues } from './records.ts';
import { dialoguesFromRows, questionColumns } from './rows.ts';
import { dialoguesFromThread, ownSide, type ThreadMail } from './thread.ts';

const pairs = (text: string, title?: string) =>
  dialoguesFromFaq(text, title).dialogues.map(({ messages }) => messages.map(({ content }) => content));

test('a table gives one dialogue a row, its columns named or known by German and English names', () => {
  const headers: [string[], string[] | undefined][] = [
    [
      ['Nr', 'Frage', 'Antwort'],
      ['Frage', 'Antwort'],
    ],
    [
      ['question', 'answer', 'system'],
      ['question', 'answer'],
    ],
    [
      ['Antwort (intern)', 'Häufige Frage'],
      ['Häufige Frage', 'Antwort (intern)'],
    ],
    [
      ['PROMPT', 'Completion'],
      ['PROMPT', 'Completion'],
    ],
    [
      ['Kundenanfrage', 'Lösung', 'Kundenfrage'],
      ['Kundenfrage', 'Lösung'],
    ],
    [
      ['Q', 'A'],
      ['Q', 'A'],
    ],
    [['Artikel', 'Preis'], undefined],
    [['Frage', 'Datum'], undefined],
  ];
  for (const [header, expected] of headers) {
    const found = questionColumns(header);
    assert.deepEqual(found === undefined ? undefined : [found.question, found.answer], expected, header.join());
  }
  const rows = [
    { id: 'k-1', Frage: ' Was? ', Antwort: 'Öl.' },
    { id: '', Frage: 'Wie?', Antwort: ' ' },
    { id: '', Frage: 'Wer?', Antwort: 'Wir.\nAlle.' },
  ];
  const { dialogues, left } = dialoguesFromRows(rows);
  assert.deepEqual(dialogues, [
    {
      place: 'k-1',
      messages: [
        { role: 'user', content: 'Was?' },
        { role: 'assistant', content: 'Öl.' },
      ],
    },
    {
      place: '3',
      messages: [
        { role: 'user', content: 'Wer?' },
        { role: 'assistant', content: 'Wir.\nAlle.' },
      ],
    },
  ]);
  assert.deepEqual(left, [{ reason: 'no-answer', place: '2', length: 4 }]);
  const named = dialoguesFromRows([{ x: 'Sei kurz.', y: 'Was?', z: 'Öl.' }], {
    question: 'y',
    answer: 'z',
    system: 'x',
  });
  assert.deepEqual(
    named.dialogues[0]!.messages.map(({ role }) => role),
    ['system', 'user', 'assistant'],
  );
  assert.throws(() => dialoguesFromRows([{ Artikel: 'a' }]), { code: 'corpus.no-dialogue-columns', kind: 'usage' });
  assert.throws(() => dialoguesFromRows(rows, { question: 'Frage', answer: 'Fehlt' }), {
    code: 'corpus.no-dialogue-columns',
  });
});

const MARKDOWN = `# Häufige Fragen

Hier finden Sie Antworten.

## Versand

### 1. Wie lange dauert die Lieferung?

Zwei Tage. Dauert es länger? Dann rufen Sie an.

- Inland
- Ausland

### Was kostet sie?
### Gibt es Rabatt?

5 €.

\`\`\`
Frage: kein Text?
\`\`\`

## Garantie

Ohne Frage.
`;

test('in Markdown the headings that ask begin a dialogue, and questions without an answer share the next one', () => {
  const { dialogues, left } = dialoguesFromFaq(MARKDOWN);
  assert.deepEqual(
    dialogues.map(({ messages }) => messages.map(({ content }) => content)),
    [
      ['Wie lange dauert die Lieferung?', 'Zwei Tage. Dauert es länger? Dann rufen Sie an.\n\n- Inland\n- Ausland'],
      ['Was kostet sie?\nGibt es Rabatt?', '5 €.\n\n```\nFrage: kein Text?\n```\n\nOhne Frage.'],
    ],
  );
  assert.deepEqual(
    left.map(({ reason, length }) => [reason, length]),
    [
      ['not-asked', '# Häufige Fragen'.length],
      ['not-asked', 'Hier finden Sie Antworten.'.length],
      ['not-asked', '## Versand'.length],
      ['not-asked', '## Garantie'.length],
    ],
  );
});

test('in plain text a line that asks begins a dialogue, and prose that ends with a question does not', () => {
  const converted = [
    'FAQ',
    'Versand',
    'Wie lange?',
    'Zwei Tage.',
    'Was kostet es?\n5 €\nohne Steuer',
    'Das ist gut so. Oder stört es jemanden?',
    'Zahlung',
    '3) Geht Rechnung?',
    'Ja.',
  ].join('\n\n');
  assert.deepEqual(pairs(converted, 'FAQ'), [
    ['Wie lange?', 'Zwei Tage.'],
    ['Was kostet es?', '5 €\nohne Steuer\n\nDas ist gut so. Oder stört es jemanden?'],
    ['Geht Rechnung?', 'Ja.'],
  ]);
  assert.deepEqual(pairs('Telefon?\n\n0800 12345\n\nFax?\n\nKeins\n\nPost?\n\nJa.\n\n4711 Ort\n\nMail?\n\nNein.'), [
    ['Telefon?', '0800 12345'],
    ['Fax?', 'Keins'],
    ['Post?', 'Ja.\n\n4711 Ort'],
    ['Mail?', 'Nein.'],
  ]);
  assert.deepEqual(pairs('Nur ein Text.\n\nOhne jede Frage.'), []);
});

test('marks for question and answer decide, also without a question mark', () => {
  const marked = `Frage 1: Lieferzeit
Antwort: Zwei Tage. Wirklich?

**Q:** Refund

**A:** Within 14 days.

More on that page.

Frage: Ohne Antwort?`;
  const { dialogues, left } = dialoguesFromFaq(marked);
  assert.deepEqual(
    dialogues.map(({ messages }) => messages.map(({ content }) => content)),
    [
      ['Lieferzeit', 'Zwei Tage. Wirklich?'],
      ['Refund', 'Within 14 days.\n\nMore on that page.'],
    ],
  );
  assert.deepEqual(
    left.map(({ reason }) => reason),
    ['no-answer'],
  );
});

const line = fc.constantFrom(
  'Was kostet es?',
  'Fünf €.',
  '',
  '## Wie geht das?',
  'Frage: Öl',
  'Antwort: Ja',
  '# T',
  '```',
  '- a',
  'Ü',
);

test('whatever a document holds, its dialogues are accepted by the dialogue format', () => {
  let made = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(line, { maxLength: 30 }).map((lines) => lines.join('\n')),
        fc.string(),
      ),
      (text) => {
        for (const { messages } of dialoguesFromFaq(text).dialogues) {
          parseMessages({ messages }, 'x');
          made++;
        }
      },
    ),
    { seed: 3, numRuns: 2000 },
  );
  assert.ok(made > 200, `${made}`);
});

const hashOf = (address: string): string => sha256OfBytes(address).slice(0, 16);

function mail(id: string, from: string, text: string, replyTo?: string, sent?: string): ThreadMail {
  const thread = { messageId: `<${id}>`, sender: hashOf(from), senderDomain: from.split('@')[1]! };
  return {
    id,
    text,
    thread: replyTo === undefined ? thread : { ...thread, inReplyTo: `<${replyTo}>` },
    ...(sent ? { sent } : {}),
  };
}

test('the company is the assistant, mails of one side in a row are one turn, and branches are dialogues of their own', () => {
  const own = ownSide(['firma.example', 'anna@post.example']);
  const mails = [
    mail('4', 'kunde@post.example', 'Danke.', '3', '2026-01-04'),
    mail('3', 'anna@post.example', 'Zwei Tage.', '2', '2026-01-03'),
    mail('1', 'kunde@post.example', 'Wie lange?', undefined, '2026-01-01'),
    mail('2', 'kunde@post.example', 'Und was kostet es?', '1', '2026-01-02'),
    mail('5', 'info@mail.firma.example', 'Fünf €.', '2', '2026-01-05'),
    mail('6', 'info@firma.example', 'Rundschreiben'),
    mail('7', 'x@nichtfirma.example', 'Unbeantwortet'),
    { id: '8', text: 'ohne Absender' },
  ];
  const { dialogues, left } = dialoguesFromThread(mails, own);
  const asked = { role: 'user', content: 'Wie lange?\n\nUnd was kostet es?' };
  assert.deepEqual(dialogues, [
    { place: '3', mails: ['1', '2', '3'], messages: [asked, { role: 'assistant', content: 'Zwei Tage.' }] },
    { place: '5', mails: ['1', '2', '5'], messages: [asked, { role: 'assistant', content: 'Fünf €.' }] },
  ]);
  assert.deepEqual(
    left.map(({ reason, place }) => [reason, place]),
    [
      ['no-sender', '8'],
      ['no-answer', '4'],
      ['no-question', '6'],
      ['no-answer', '7'],
    ],
  );
  for (const bad of [[], ['firma'], ['a b@c.de']])
    assert.throws(() => ownSide(bad), { code: 'corpus.no-own-addresses' });
});

test('any replies, circles among them, end in dialogues of user and assistant in turn', () => {
  const own = ownSide(['firma.example']);
  const party = fc.constantFrom('a@firma.example', 'b@kunde.example');
  const list = fc.array(fc.tuple(party, fc.nat(12), fc.boolean()), { maxLength: 12 });
  let made = 0;
  fc.assert(
    fc.property(list, (given) => {
      const mails = given.map(([from, to, replies], i) =>
        mail(`${i}`, from, `Mail ${i}`, replies ? `${to}` : undefined),
      );
      const { dialogues, left } = dialoguesFromThread(mails, own);
      for (const { messages } of dialogues) parseMessages({ messages }, 'x');
      const placed = new Set([...dialogues.flatMap((one) => one.mails), ...left.map(({ place }) => place)]);
      assert.equal(placed.size, mails.length, 'every mail is in a dialogue or named');
      made += dialogues.length;
    }),
    { seed: 5, numRuns: 1000 },
  );
  assert.ok(made > 200, `${made}`);
});

test('a thread of 20,000 mails is read in one go', () => {
  const own = ownSide(['firma.example']);
  const from = (i: number) => (i % 2 === 0 ? 'b@kunde.example' : 'a@firma.example');
  const mails = Array.from({ length: 20_000 }, (_, i) =>
    mail(`${i}`, from(i), 'Text', i === 0 ? undefined : `${i - 1}`),
  );
  assert.equal(dialoguesFromThread(mails.reverse(), own).dialogues[0]!.mails.length, 200);
});

test('a record made of others keeps their source, origin, licence and purpose, and has an id and a hash of its own', () => {
  const common = {
    source: 's',
    origin: 'faq.md',
    licence: 'own',
    purpose: 'Auskunft',
    spec: 's',
    sha256: 'x',
  } as const;
  const text: DocumentRecord = { id: 's#faq.md', kind: 'text', title: 'FAQ', text: MARKDOWN, ...common };
  const { records, left } = recordsToDialogues(text, 'faq');
  assert.deepEqual(
    records.map(({ id }) => id),
    ['s#faq.md:1', 's#faq.md:2'],
  );
  assert.equal(left[0]!.place, 's#faq.md:1');
  for (const record of records) {
    assert.deepEqual(
      { ...common, sha256: record.sha256 },
      {
        source: record.source,
        origin: record.origin,
        licence: record.licence,
        purpose: record.purpose,
        spec: record.spec,
        sha256: record.sha256,
      },
    );
    assert.ok(record.kind === 'chat' && !('text' in record) && record.sha256.length === 64);
  }
  assert.notEqual(records[0]!.sha256, records[1]!.sha256);
  const row = { ...text, id: 's#t.csv:7', text: 'a', row: { question: 'Was?', answer: 'Öl.' } };
  assert.deepEqual(
    recordsToDialogues(row, 'chat').records.map(({ id, messages }) => [id, messages!.length]),
    [['s#t.csv:7', 2]],
  );
  const chat: DocumentRecord = { id: 'c', kind: 'chat', messages: [], ...common };
  assert.deepEqual(recordsToDialogues(chat, 'faq').records, [chat]);
  const letter = ({ id, text: said, thread, sent }: ThreadMail): DocumentRecord => ({
    id,
    kind: 'text',
    text: said,
    thread: thread!,
    ...(sent === undefined ? {} : { dates: { created: sent } }),
    ...common,
  });
  const question = { ...letter(mail('1', 'k@p.example', 'Was?', undefined, '2026-01-01')), retainUntil: '2030-01-01' };
  const answer = { ...letter(mail('2', 'a@firma.example', 'Öl.', '1', '2026-01-02')), retainUntil: '2029-01-01' };
  const [made] = mailsToDialogues([answer, question], { ownAddresses: ['@firma.example'] }).records;
  assert.deepEqual(
    [made!.id, made!.kind, made!.retainUntil, made!.dates],
    ['2', 'chat', '2029-01-01', { created: '2026-01-01', modified: '2026-01-02' }],
  );
  assert.deepEqual(made!.thread, { messageId: '<2>', references: ['<1>'] });
});
