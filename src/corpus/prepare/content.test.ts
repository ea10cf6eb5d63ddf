import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DialogueSettings } from '../dialogue/index.ts';
import { readNamedFile } from '../read/index.ts';
import { contentHash, type DocumentRecord } from '../record/index.ts';
import { contentOf } from './content.ts';

/** The documents of some files of one source as their readers give them, through the converter of the content. */
async function converted(files: Readonly<Record<string, string>>, content: string, settings: DialogueSettings = {}) {
  const converter = contentOf(content, settings);
  const records: DocumentRecord[] = [];
  for (const [name, text] of Object.entries(files)) {
    const options = { content: content === 'chat' ? 'chat' : 'text' } as const;
    const { documents, problems } = await readNamedFile({ name }, new TextEncoder().encode(text), options);
    assert.deepEqual(problems, []);
    for (const document of documents) {
      const { text: said, messages, title, thread, dates, place, sha256 } = document;
      const record: DocumentRecord = {
        id: place === undefined ? `s#${name}` : `s#${name}:${place}`,
        source: 's',
        kind: messages === undefined ? 'text' : 'chat',
        ...(messages === undefined ? { text: said } : { messages }),
        ...(title === undefined ? {} : { title }),
        ...(thread === undefined ? {} : { thread }),
        ...(dates === undefined ? {} : { dates }),
        origin: name,
        licence: 'own',
        sha256,
      };
      records.push(...converter.take(record, document));
    }
  }
  records.push(...converter.end());
  for (const { kind, messages, sha256 } of records) if (kind === 'chat') assert.equal(sha256, contentHash(messages!));
  const said = records.map(({ id, messages }) => [id, ...(messages ?? []).map(({ content: text }) => text)]);
  return { records, said, left: converter.left.map(({ reason, place }) => `${reason} ${place}`) };
}

test('a table of questions and answers gives a dialogue for each row, whose columns need no names in the settings', async () => {
  const csv = 'Nr;Frage;Antwort;\n1;Was kostet Öl?;5\u00a0€;x\n2;Wie lange?;;y\n3;"Wer; wann?";"Wir,\nmorgen";\n';
  const { said, left } = await converted({ 'fragen.csv': csv }, 'chat');
  assert.deepEqual(said, [
    ['s#fragen.csv:1', 'Was kostet Öl?', '5 €'],
    ['s#fragen.csv:3', 'Wer; wann?', 'Wir,\nmorgen'],
  ]);
  assert.deepEqual(left, ['no-answer s#fragen.csv:2']);
  await assert.rejects(converted({ 'preise.csv': 'Artikel;Preis\nÖl;5\n' }, 'chat'), (error: { message: string }) =>
    /^preise\.csv, table: expected the columns Frage and Antwort, got Artikel, Preis$/.test(error.message),
  );
});

test('questions and answers are found in Markdown and HTML as their readers give them', async () => {
  const markdown =
    '# FAQ\n\n## Versand\n\n### Wie lange dauert es?\n\nZwei Tage.\n\n- Inland\n\n**Was kostet es?**\n\n5 €\n';
  const html = `<html><body><main><h1>Hilfe</h1><h2>Wie melde ich mich an?</h2><p>Mit Ihrer Nummer und dem Kennwort, das Sie mit der Post bekommen haben.</p>
    <h2>Was tun, wenn es fehlt?</h2><p>Rufen Sie uns an, wir senden ein neues Kennwort an Ihre Anschrift.</p></main></body></html>`;
  const { said } = await converted({ 'faq.md': markdown, 'faq.html': html }, 'faq');
  assert.deepEqual(said, [
    ['s#faq.md:1', 'Wie lange dauert es?', 'Zwei Tage.\n\n- Inland'],
    ['s#faq.md:2', 'Was kostet es?', '5 €'],
    [
      's#faq.html:1',
      'Wie melde ich mich an?',
      'Mit Ihrer Nummer und dem Kennwort, das Sie mit der Post bekommen haben.',
    ],
    ['s#faq.html:2', 'Was tun, wenn es fehlt?', 'Rufen Sie uns an, wir senden ein neues Kennwort an Ihre Anschrift.'],
  ]);
});

const mail = (id: string, from: string, day: number, body: string, replyTo?: string): string =>
  [
    `From: ${from}`,
    `Message-ID: <${id}@post.example>`,
    ...(replyTo === undefined ? [] : [`In-Reply-To: <${replyTo}@post.example>`]),
    `Subject: ${replyTo === undefined ? '' : 'Re: '}Lieferzeit`,
    `Date: ${day} Jan 2026 10:00:00 +0000`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    body,
    '',
  ].join('\r\n');

test('mails of one thread in files of their own are one dialogue, the company its assistant, quotations left out', async () => {
  const quoted = 'Zwei Tage.\r\n\r\nAm 1. Januar 2026 schrieb Kunde:\r\n> Wie lange dauert es?';
  const files = {
    'b.eml': mail('2', 'Service <service@firma.example>', 2, quoted, '1'),
    'a.eml': mail('1', 'Kunde <kunde@post.example>', 1, 'Wie lange dauert es?'),
    'c.eml': mail('3', 'Kunde <kunde@post.example>', 3, 'Danke!', '2'),
  };
  const { said, records, left } = await converted(files, 'mail-dialogue', { ownAddresses: ['firma.example'] });
  assert.deepEqual(said, [['s#b.eml', 'Wie lange dauert es?', 'Zwei Tage.']]);
  assert.deepEqual(left, ['no-answer s#c.eml']);
  assert.equal(records[0]!.origin, 'b.eml');
  await assert.rejects(converted(files, 'mail-dialogue'), { code: 'corpus.no-own-addresses' });
});

test('documents of texts pass as they are', async () => {
  const { records, left } = await converted({ 'a.txt': 'Was ist das?\n\nEin Text.' }, 'text');
  assert.deepEqual(
    [records.length, records[0]!.kind, records[0]!.text, left],
    [1, 'text', 'Was ist das?\n\nEin Text.', []],
  );
});
