/** Laws of finding, redacting and counting personal data, and the figures on the labelled sets. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { listFilesBelow, readText } from '../../../src/base/index.ts';
import {
  createPlaceholders,
  findPersonalData,
  PERSONAL_KINDS,
  type PersonalFinding,
  personalHook,
  redact,
  redactPersonalData,
} from '../../../src/corpus/personal/index.ts';
import type { DocumentRecord } from '../../../src/corpus/record/index.ts';
import { POOLS, type Pools, type Template, writeDocuments } from './draft.ts';
import { FOURTH_TEMPLATES } from './fourth-templates.ts';
import { measure } from './measure.ts';
import { SECOND_TEMPLATES } from './second-templates.ts';
import { TEMPLATES } from './templates.ts';
import { THIRD_TEMPLATES } from './third-templates.ts';
import { UNSEEN_POOLS, UNSEEN_TEMPLATES } from './unseen-templates.ts';

const found = (text: string): string[] =>
  findPersonalData(text).map((one) => `${one.kind} ${text.slice(one.start, one.end)}`);

test('precision and recall on the 1,000 labelled documents are at least 0.95, overall and for each kind', (t) => {
  const result = measure(writeDocuments(TEMPLATES, 1000, 1));
  t.diagnostic(`overall ${JSON.stringify(result.overall)}`);
  const faults = result.faults.slice(0, 20).join('\n');
  for (const kind of PERSONAL_KINDS) {
    const score = result.kinds[kind];
    t.diagnostic(`${kind} ${JSON.stringify(score)}`);
    assert.ok(score.labelled >= 30, `${kind}: only ${score.labelled} labels`);
    assert.ok(score.precision >= 0.95 && score.recall >= 0.95, `${kind} ${JSON.stringify(score)}\n${faults}`);
  }
  assert.ok(result.overall.precision >= 0.95 && result.overall.recall >= 0.95, faults);
});

const OTHERS: readonly (readonly [string, Readonly<Record<string, Template>>, Pools, number])[] = [
  ['another seed of the first set', TEMPLATES, POOLS, 4711],
  ['the second set', SECOND_TEMPLATES, POOLS, 7],
  ['the third set', THIRD_TEMPLATES, POOLS, 11],
  ['the fourth set', FOURTH_TEMPLATES, POOLS, 13],
  ['the set no rule has seen', UNSEEN_TEMPLATES, UNSEEN_POOLS, 17],
];
for (const [name, templates, pools, seed] of OTHERS) {
  test(`precision and recall on ${name} are at least 0.95 overall`, (t) => {
    const result = measure(writeDocuments(templates, 400, seed, pools));
    t.diagnostic(JSON.stringify(result.overall));
    const { precision, recall } = result.overall;
    assert.ok(precision >= 0.95 && recall >= 0.95, result.faults.slice(0, 20).join('\n'));
  });
}

test('what only looks personal is not found', () => {
  const harmless = [
    'Nach § 12 BGB, BGB 12, AB 3, Art. 6 Abs. 1 DSGVO und der Verordnung (EU) 2016/679 gilt Abschnitt 1.2.3.4.',
    'Version 10.0.19041.1 und 4.18.2.0, Kapitel 192.1, Firmware 3.20.40.100.',
    'Frau Holle und Der Herr der Ringe, Dr. Oetker, Dr.-Müller-Straße, die Frau des Hauses, Herr Präsident.',
    'Artikelnummer 10123456789, Sendung 4029357733210, EAN 4006381333931, Bestellnummer 0815-4711-001.',
    'Die nach dem 31. Dezember 1946 geboren sind; vor dem 1.1.1964 geboren; am 12.03.2020 beschlossen.',
    'Bundesstraße 27, Platz 3, Arbeitsplatz 12, DIN EN 60204, EG-VO 1907, O-Ring 45, IP 65, PLZ 12345.',
    'user@host, @Override, std::vector, 12:30:45, 01.02.2024, 12.345,67 EUR, BLZ 370 400 44, 0,5 %.',
    'Sehr geehrte Damen und Herren, liebe Kolleginnen und Kollegen, Hallo zusammen, Hallo Welt!',
    'Ansprechpartner: Team Vertrieb. Kunde: Nordlicht Maschinenbau GmbH. Robert Bosch GmbH, Geschwister-Scholl-Schule.',
    'DE89 3704 0044 0532 0130 01, 4111 1111 1111 1112, Steuer-ID 86095742718, USt-IdNr. DE136695977.',
  ];
  for (const text of harmless) assert.deepEqual(found(text), [], text);
});

test('each kind is found as people write it', () => {
  const lines: readonly (readonly [string, string])[] = [
    ['IBAN: DE89 3704 0044 0532 0130 00.', 'iban DE89 3704 0044 0532 0130 00'],
    ['IdNr. 86 095 742 719', 'tax-id 86 095 742 719'],
    ['St.-Nr.: 2893081508152', 'tax-number 2893081508152'],
    ['VAT ID ATU12345678', 'vat-id ATU12345678'],
    ['SV-Nummer 15 070649 C 103', 'social-security 15 070649 C 103'],
    ['Versichertennummer: A123456780', 'health-insurance A123456780'],
    ['Personalausweis Nr. T220001293', 'identity-card T220001293'],
    ['IDD<<T220001293<<<<<<<<<<<<<<<', 'identity-card IDD<<T220001293<<<<<<<<<<<<<<<'],
    ['Karte 4111-1111-1111-1111', 'card 4111-1111-1111-1111'],
    ['Mobil (0171) 234 56 78', 'phone (0171) 234 56 78'],
    ['ruf +49 (0) 89 / 12 34 56-0 an', 'phone +49 (0) 89 / 12 34 56-0'],
    ['Mail an jörg.möller@bücher.example', 'email jörg.möller@bücher.example'],
    ['von 2001:db8::8a2e:370:7334 aus', 'ip 2001:db8::8a2e:370:7334'],
    ['mit dem Kennzeichen MÜ-X 99', 'licence-plate MÜ-X 99'],
    ['Er wohnt An der alten Mühle 7, 35037 Marburg.', 'address An der alten Mühle 7, 35037 Marburg'],
    ['am 3. März 1971 geboren', 'birth-date 3. März 1971'],
    ['Frau Dr. med. Erika von der Heide-Mustermann', 'name Erika von der Heide-Mustermann'],
    ['z. Hd. Herrn K.-H. Beispiel', 'name K.-H. Beispiel'],
  ];
  for (const [text, expected] of lines) assert.deepEqual(found(text), [expected], text);
});

test('a heading explains the numbers of its column', () => {
  const text = 'Name | Geburtsdatum | KVNR\nXanthia Beispiel | 1.2.1990 | A123456780\n';
  assert.deepEqual(found(text), ['name Xanthia Beispiel', 'birth-date 1.2.1990', 'health-insurance A123456780']);
  assert.deepEqual(found('Ware | Wert\nA123456780 | 1.2.1990\n'), []);
});

/** Pieces that mean something to the search, in any order. */
const soup = fc
  .array(
    fc.constantFrom(
      ...'Herr |Frau |Anna |Berg|Dr. |geb. |12.03.1980|DE89 3704 0044 0532 0130 00|0171 |2345678|, |.|\n|@|a|example.com|M-AB 12|34'.split(
        '|',
      ),
      ...'Lindenweg 4|80331 |München|+49 |(0)|86095742719|-|:| und |[NAME-1]|[|]|Name|Hallo |Viele Grüße\n|i. A. |A123456780|KVNR '.split(
        '|',
      ),
      '|',
      ' ',
      '1',
      '0',
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

test('findings are sorted, within the text and apart from each other, whatever the text', () => {
  fc.assert(
    fc.property(fc.oneof(soup, fc.string({ maxLength: 200, unit: 'binary' })), (text) => {
      let end = 0;
      for (const one of findPersonalData(text)) {
        assert.ok(one.start >= end && one.end > one.start && one.end <= text.length, JSON.stringify([text, one]));
        end = one.end;
      }
    }),
    { seed: 20, numRuns: 3000 },
  );
});

test('redacting a redacted text changes nothing', () => {
  const check = (text: string) => {
    for (const secret of [undefined, 'a secret of the project']) {
      const once = redactPersonalData(text, createPlaceholders(secret)).text;
      assert.deepEqual(found(once), [], JSON.stringify([text, once]));
      assert.equal(redactPersonalData(once, createPlaceholders(secret)).text, once);
    }
  };
  for (const { text } of writeDocuments({ ...TEMPLATES, ...SECOND_TEMPLATES, ...THIRD_TEMPLATES }, 160, 3)) check(text);
  fc.assert(fc.property(soup, check), { seed: 21, numRuns: 1500 });
});

test('no labelled value of the labelled set is left in its redacted text', () => {
  for (const { text, labels } of writeDocuments(TEMPLATES, 170, 5)) {
    const redacted = redactPersonalData(text, createPlaceholders()).text;
    for (const label of labels) {
      const value = text.slice(label.start, label.end);
      if (value.length > 9) assert.ok(!redacted.includes(value), `${value} in ${redacted}`);
    }
  }
});

test('one value has one placeholder in a document, however it is written, and another value another one', () => {
  const text =
    'IBAN DE89370400440532013000, DE89 3704 0044 0532 0130 00 und GB82 WEST 1234 5698 7654 32. Tel. 0171/2345678, +49 171 2345678';
  const result = redact(text, findPersonalData(text), createPlaceholders());
  assert.equal(result, 'IBAN [IBAN-1], [IBAN-1] und [IBAN-2]. Tel. [TELEFON-1], [TELEFON-1]');
});

test('with a secret a placeholder is the same in every document, with another secret another, and never holds the value', () => {
  const value = 'DE89370400440532013000';
  const placeholder = (secret: string) => createPlaceholders(secret).placeholder('iban', value);
  assert.equal(placeholder('one'), placeholder('one'));
  assert.notEqual(placeholder('one'), placeholder('two'));
  assert.match(placeholder('one'), /^\[IBAN-[0-9a-f]{12}\]$/);
});

test('the steps on 1 MB of hostile text stay below 80 a character and double when it doubles', () => {
  const pieces = [
    '@', 'a@a.', '0 ', '12.', '<', '1<', ':', 'f:', 'Herr ', 'Herr Anna ', 'geb. ', 'geboren am 1', 'DE89 3704', '| ',
    'Name | Geb.\n', 'a;', 'Am 1 ', 'Anna Berta ', '+49 ', '[A-', 'Teilnehmer: Anna Berg, ', 'Anna Berg, ',
    'Mit freundlichen Grüßen\n', 'M-A 1 ', 'Dr. ', '1/', 'T1', '12345 A',
  ]; // biome-ignore format: a list of pieces reads best in rows
  const steps = (text: string) => {
    let counted = 0;
    findPersonalData(text, { onSteps: (all) => (counted = all) });
    return counted;
  };
  for (const piece of pieces) {
    const small = steps(piece.repeat(Math.ceil(20_000 / piece.length)));
    const large = steps(piece.repeat(2 * Math.ceil(20_000 / piece.length)));
    assert.ok(large <= 2.05 * small + 2000, `${JSON.stringify(piece)}: ${small} steps, then ${large}`);
    assert.ok(large / 40_000 < 80, `${JSON.stringify(piece)}: ${large / 40_000} steps a character`);
  }
  for (const piece of ['@', '0 ', 'Dr. ', 'Teilnehmer: Anna Berg, ']) {
    const text = piece.repeat(Math.ceil(1e6 / piece.length));
    assert.ok(steps(text) < 80 * text.length, JSON.stringify(piece));
  }
});

const record = (source: string, text: string) => ({ id: `${source}#1`, source, kind: 'text' as const, text });
const personal = 'Ansprechpartnerin: Petra Klein, Tel. 030 1234567, petra@example.org';

test('each source goes by its own policy: told, redacted, dropped or not looked at', () => {
  const hook = personalHook({ bySource: { b: 'redact', c: 'drop', d: 'ignore' } });
  const told = record('a', personal);
  assert.deepEqual(hook(told), { record: told });
  const redacted = hook(record('b', personal));
  assert.ok('record' in redacted);
  assert.equal(redacted.record.text, 'Ansprechpartnerin: [NAME-1], Tel. [TELEFON-1], [EMAIL-1]');
  assert.deepEqual(hook(record('c', personal)), { reason: 'personal-data' });
  const ignored = record('d', personal);
  assert.deepEqual(hook(ignored), { record: ignored });
  const clean = record('c', 'Nichts als Ware.');
  assert.deepEqual(hook(clean), { record: clean });
  assert.deepEqual(
    hook.counts().map((count) => `${count.source} ${count.kind} ${count.policy} ${count.findings}/${count.documents}`),
    ['a', 'b', 'c'].flatMap((source, i) =>
      ['email', 'name', 'phone'].map((kind) => `${source} ${kind} ${['report', 'redact', 'drop'][i]} 1/1`),
    ),
  );
});

test('the hook takes and gives document records as the stages know them', () => {
  const hook: (record: DocumentRecord) => { readonly record: DocumentRecord } | { readonly reason: string } =
    personalHook({ standard: 'redact' });
  const whole = { ...record('a', personal), origin: 'a.txt', licence: 'own', sha256: '0' } satisfies DocumentRecord;
  const result = hook(whole);
  assert.ok('record' in result);
  assert.deepEqual({ ...result.record, text: whole.text }, whole);
});

test('counts hold two characters of a value and no more', () => {
  const hook = personalHook();
  for (const { text } of writeDocuments(TEMPLATES, 34, 9)) hook(record('a', text));
  const report = JSON.stringify(hook.counts());
  for (const { text, labels } of writeDocuments(TEMPLATES, 34, 9)) {
    for (const { start, end } of labels) if (end - start > 6) assert.ok(!report.includes(text.slice(start + 2, end)));
  }
  assert.ok(hook.counts().every((count) => count.examples.every((example) => /^.{1,2}… \(\d+\)$/su.test(example))));
});

test('the turns of a dialogue are redacted together, so that a person keeps one placeholder in all of them', () => {
  const hook = personalHook({ standard: 'redact' });
  const messages = ['Ich bin Frau Berg.', 'Guten Tag, Frau Berg.'].map((content) => ({ role: 'user', content }));
  const result = hook({ source: 'a', messages });
  assert.ok('record' in result);
  assert.deepEqual(
    result.record.messages.map((turn) => turn.content),
    ['Ich bin Frau [NAME-1].', 'Guten Tag, Frau [NAME-1].'],
  );
});

test('kinds and certainty narrow what is found', () => {
  const text = 'Petra Klein, petra@example.org';
  const kinds = (findings: readonly PersonalFinding[]) => findings.map((one) => one.kind);
  assert.deepEqual(kinds(findPersonalData(text)), ['name', 'email']);
  assert.deepEqual(kinds(findPersonalData(text, { kinds: ['name'] })), ['name']);
  assert.deepEqual(kinds(findPersonalData(text, { confidence: 'certain' })), ['email']);
});

const statutes = path.join(import.meta.dirname, '../../../../shared/data/gesetze');
test('a hundred statutes hold fewer than one finding in 100,000 characters', {
  skip: existsSync(statutes) ? false : 'the folder ../shared/data/gesetze is absent',
}, async () => {
  const all = (await listFilesBelow(statutes)).filter((name) => name.endsWith('.md')).sort();
  const chosen = all.filter((_, i) => i % 23 === 5);
  assert.ok(chosen.length > 90);
  let characters = 0;
  const findings: string[] = [];
  for (const name of chosen) {
    const text = await readText(path.join(statutes, name));
    characters += text.length;
    findings.push(...found(text));
  }
  assert.ok(findings.length < characters / 100_000, findings.join('\n'));
});
