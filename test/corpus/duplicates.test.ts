/** Equal, similar and repeated text over all sources: what is found, what stays, and that nothing else decides. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Rng, sha256OfBytes, withBackend } from '../../src/base/index.ts';
import { QUALITY_REASONS } from '../../src/corpus/filter/quality.ts';
import {
  type DocumentRecord,
  explainDocument,
  type FilterCluster,
  type FilterDecision,
  type FilterOptions,
  fetchCorpus,
  filterCorpus,
  prepareCorpus,
  readFiltered,
  type SourceSpec,
} from '../../src/corpus/index.ts';
import { contentHash } from '../../src/corpus/record/records.ts';
import { editedCopies, jaccardOf } from './edited-copies.ts';
import { hashesBelow, quickDisk, temporaryFolder, writeFiles } from './fixture.ts';

const release = process.env['EXPCHAT_RELEASE'] === '1';

const law = (title: string, body: (t: TestContext) => Promise<void>) =>
  test(title, (t) => withBackend(quickDisk(), () => body(t)));

const linesOf = <T>(data: string, name: string): T[] =>
  readFileSync(path.join(data, 'filtered', name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

/** Rows of one JSONL source for each entry, prepared. */
async function prepared(folder: string, sources: Readonly<Record<string, readonly object[]>>, name = 'data') {
  const files = Object.entries(sources).map(([id, rows]) => [
    `${id}.jsonl`,
    rows.map((row) => JSON.stringify(row)).join('\n'),
  ]);
  writeFiles(folder, Object.fromEntries(files));
  const specs = Object.keys(sources).map((id): SourceSpec => {
    return { id, kind: 'file', path: path.join(folder, `${id}.jsonl`) };
  });
  const data = path.join(folder, name);
  await fetchCorpus(specs, { directory: data });
  await prepareCorpus(data);
  return data;
}

/** A sentence a paragraph long that says its number. */
const paragraph = (seed: number, words: number) => {
  const rng = new Rng(seed);
  return `${Array.from({ length: words }, () => `wort${rng.int(9000)}`).join(' ')}.`;
};

/** For texts of invented words: a language may be guessed of them, but no stop word of it is there. */
const invented: FilterOptions = {
  language: 'any',
  settings: {
    quality: { de: { own: { shortCharacters: 1e9 } }, en: { own: { shortCharacters: 1e9 } } },
  },
};

async function keptTexts(data: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for await (const record of readFiltered(data)) texts.set(record.id, record.text!);
  return texts;
}

law('edited copies at similarity 0.8 and above are found, and hardly anything else is', async (t) => {
  const [documents, copies] = release ? [20_000, 2000] : [2000, 200];
  const generated = editedCopies(documents, copies, 12);
  const data = await prepared(temporaryFolder(t), {
    texte: generated.texts.map((words) => ({ text: words.join(' ') })),
  });
  await filterCorpus(data, invented);
  const clusters = linesOf<FilterCluster>(data, 'clusters.jsonl');
  const clusterOf = new Map(clusters.flatMap(({ members }, number) => members.map(({ id }) => [id, number] as const)));
  const idOf = (number: number) => `texte:${number + 1}`;
  const found = generated.copies.filter(({ copy, original }) => {
    const cluster = clusterOf.get(idOf(copy));
    return cluster !== undefined && cluster === clusterOf.get(idOf(original));
  });
  const pairs = clusters.flatMap(({ members }) => members.filter(({ of }) => of !== undefined));
  const words = (id: string) => generated.texts[Number(id.slice('texte:'.length)) - 1]!;
  const right = pairs.filter(({ id, of, similarity }) => {
    const truth = jaccardOf(words(id), words(of!));
    assert.ok(Math.abs(truth - similarity) < 1e-5, `${similarity} for ${truth}`);
    return truth >= 0.8;
  });
  const recall = found.length / generated.copies.length;
  const precision = right.length / pairs.length;
  t.diagnostic(`${documents} documents, ${copies} copies: recall ${recall}, precision ${precision}`);
  assert.ok(recall >= 0.95, `recall ${recall}`);
  assert.ok(precision >= 0.99, `precision ${precision}`);
});

law('order of rows, order of sources and number of threads change no choice', async (t) => {
  const folder = temporaryFolder(t);
  const { texts } = editedCopies(300, 60, 4);
  const rows = texts.map((words, i) => ({ text: `${words.join(' ')} Ende ${i}.` }));
  rows.push(...rows.slice(0, 20));
  const outcome = async (name: string, order: readonly { text: string }[], options: FilterOptions) => {
    const half = Math.floor(order.length / 2);
    const data = await prepared(folder, { a: order.slice(0, half), b: order.slice(half) }, name);
    const report = await filterCorpus(data, { ...invented, ...options });
    return {
      texts: [...(await keptTexts(data)).values()].map((text) => sha256OfBytes(text).slice(0, 8)).sort(),
      report,
      hashes: hashesBelow(path.join(data, 'filtered')),
    };
  };
  const once = await outcome('once', rows, {});
  const threads = await outcome('threads', rows, { threads: 3, aloneBytes: 0 });
  assert.deepEqual(threads.hashes, once.hashes);
  const shuffled = await outcome('shuffled', new Rng(2).shuffle([...rows]), {});
  assert.equal(once.report.dropped['duplicate']!.documents, 20);
  assert.ok(once.report.dropped['near-duplicate']!.documents > 40);
  assert.deepEqual(shuffled.texts, once.texts);
});

law("of two similar documents a company's own stays, then the longer", async (t) => {
  const base = paragraph(1, 300);
  const longer = `${paragraph(2, 300)} Nachsatz dazu.`;
  const data = await prepared(temporaryFolder(t), {
    firma: [{ text: base }, { text: longer.replace(' Nachsatz dazu', '') }, { text: 'Kurz und gut: 5 Euro.' }],
    netz: [{ text: `${base} Mit längerem Ende hier.` }, { text: longer }, { text: 'kurz und gut, 5 euro' }],
    quer: [{ text: 'kurz und gut, 6 euro' }, { text: 'Kurz und gut: 5 Euro +.' }],
  });
  const report = await filterCorpus(data, { language: 'any', profiles: { netz: 'web' } });
  const pairs = report.duplicates.near.pairs.map(({ dropped, kept, why }) => [dropped, kept, why]);
  assert.deepEqual(pairs, [
    ['netz:1', 'firma:1', 'own-over-web'],
    ['netz:2', 'firma:2', 'own-over-web'],
    ['netz:3', 'firma:3', 'own-over-web'],
  ]);
  const own = await filterCorpus(data, { language: 'any' });
  assert.deepEqual(
    own.duplicates.near.pairs.map(({ dropped, kept, why }) => [dropped, kept, why]),
    [
      ['netz:3', 'firma:3', 'longer'],
      ['firma:1', 'netz:1', 'longer'],
      ['firma:2', 'netz:2', 'longer'],
    ],
  );
});

law(
  'every drop is in the list of decisions with reason, value and threshold, and no letter goes without a rule',
  async (t) => {
    const folder = temporaryFolder(t);
    const footer = paragraph(77, 60);
    const page = (i: number) => ({ text: `${paragraph(i, 150)}\n\n${footer}\n\n${paragraph(1000 + i, 100)}` });
    const data = await prepared(folder, {
      netz: [...Array.from({ length: 6 }, (_, i) => page(i)), { text: 'zu kurz' }, { text: `${paragraph(3, 150)} x` }],
      firma: [page(50), page(51), page(52), { text: 'Kurze Antwort: ja.' }, { text: 'Kurze  Antwort: ja.' }],
    });
    const seen: string[] = [];
    const report = await filterCorpus(data, {
      language: 'de',
      profiles: { netz: 'web' },
      settings: { quality: { de: { web: { minimumStopWords: 0 }, own: { minimumStopWords: 0 } } } },
      personal: () => (record: DocumentRecord) => {
        seen.push(record.id);
        if (record.id === 'firma:2') return { reason: 'personal-data' };
        return record.id === 'firma:3' ? { record: { ...record, text: `${record.text} [NAME]` } } : { record };
      },
    });
    const texts = await keptTexts(data);
    const decisions = linesOf<FilterDecision>(data, 'decisions.jsonl');
    for (const { value, threshold, reason } of decisions) {
      assert.ok(Number.isFinite(value) && Number.isFinite(threshold), reason);
    }
    const dropped = decisions.filter(({ action }) => action === 'dropped');
    const byReason = Object.fromEntries(dropped.map(({ id, reason }) => [id, reason]));
    assert.deepEqual(byReason, { 'firma:2': 'personal-data', 'firma:5': 'duplicate', 'netz:7': 'few-words' });
    assert.equal(dropped.length, report.documentsIn - report.documents);
    // Of the fetched pages only the best keeps the footer; the company's pages keep all of theirs.
    const cut = decisions.filter(({ reason }) => reason === 'repeated-paragraph');
    assert.equal(cut.length, 5);
    assert.ok(cut.every(({ value, threshold }) => value === 6 && threshold === 3));
    const keeper = cut[0]!.kept!;
    assert.ok(cut.every(({ id, kept }) => id.startsWith('netz:') && kept === keeper && id !== keeper));
    for (const [id, text] of texts) {
      const isPage = text.length > 1500;
      assert.equal(text.includes(footer), isPage && (id === keeper || id.startsWith('firma:')), id);
    }
    const one = Number(cut[0]!.id.slice('netz:'.length)) - 1;
    assert.equal(texts.get(cut[0]!.id), `${paragraph(one, 150)}\n\n${paragraph(1000 + one, 100)}`);
    const lettersOf = (text: string) => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
    const after = [...texts.values()].reduce((sum, text) => sum + lettersOf(text), 0);
    const { letters } = report;
    assert.equal(letters.before, (await prepareCorpus(data)).letters.after);
    assert.equal(letters.after, after);
    assert.equal(letters.before, letters.after + Object.values(letters.byRule).reduce((sum, count) => sum + count, 0));
    assert.equal(letters.byRule['repeated-paragraph'], 5 * lettersOf(footer));
    assert.ok(seen.includes('firma:3') && !seen.includes('netz:7') && texts.get('firma:3')!.endsWith('[NAME]'));
    assert.deepEqual([report.personal.redacted, report.personal.dropped], [1, 1]);
    for (const { id, sha256, text } of linesOf<DocumentRecord>(data, 'firma.jsonl')) {
      assert.equal(sha256, contentHash(text!), `${id}: the hash is of what the document says now`);
    }
  },
);

law(
  'what the hook for personal data counted is in the report of a later run that finds the sources unchanged',
  async (t) => {
    const rows = (start: number) => Array.from({ length: 3 }, (_, i) => ({ text: paragraph(start + i, 30) }));
    const data = await prepared(temporaryFolder(t), { a: rows(1), b: rows(9) });
    const personal = () => {
      let documents = 0;
      const hook = (record: DocumentRecord) => {
        documents++;
        return { record };
      };
      const found = { source: 'spec', kind: 'iban', policy: 'report', certain: 1, examples: ['DE… (22)'] } as const;
      return Object.assign(hook, { counts: () => [{ ...found, findings: 2 * documents, documents }] });
    };
    const first = await filterCorpus(data, { ...invented, personal });
    assert.deepEqual(
      first.personal.counts.map(({ findings, documents, certain }) => [findings, documents, certain]),
      [[12, 6, 2]],
    );
    const before = hashesBelow(data);
    const second = await filterCorpus(data, { ...invented, personal });
    assert.equal(second.changed, 0);
    assert.deepEqual(second.personal, first.personal);
    assert.deepEqual(hashesBelow(data), before);
    assert.equal((await filterCorpus(data, { ...invented, personal, personalKey: 'other' })).changed, 2);
  },
);

law('a letterhead goes from all documents but one, headings and closing formulas stay', async (t) => {
  const head = 'Musterbau Beispiel KG · Werkstraße 5 · 12345 Musterstadt · Tel. 0800 000000';
  const letters = Array.from({ length: 12 }, (_, i) => {
    return {
      text: `${head}\nAnlage 1 zu dem Vertrag Nummer hundert\n\n${paragraph(i, 80)}\n\nDer Bundesrat hat dem Gesetz zugestimmt.`,
    };
  });
  const data = await prepared(temporaryFolder(t), { briefe: letters });
  const report = await filterCorpus(data, { language: 'any' });
  assert.deepEqual(report.repeats.lines, { cuts: 11, documents: 11 });
  assert.deepEqual(report.repeats.paragraphs, { cuts: 0, documents: 0 });
  const texts = [...(await keptTexts(data)).values()];
  assert.equal(texts.filter((text) => text.includes(head)).length, 1);
  assert.ok(texts.every((text) => text.includes('Anlage 1 zu') && text.endsWith('Gesetz zugestimmt.')));
});

law('a document that would lose more than half of itself stays whole', async (t) => {
  const shared = paragraph(5, 200);
  const rows = Array.from({ length: 5 }, (_, i) => ({ text: `${shared}\n\n${paragraph(20 + i, 60)}` }));
  const settings = { nearDuplicates: { similarity: 1 } };
  const data = await prepared(temporaryFolder(t), { netz: rows });
  const report = await filterCorpus(data, { language: 'any', profiles: { netz: 'web' }, settings });
  assert.deepEqual(report.repeats, {
    paragraphs: { cuts: 0, documents: 0 },
    lines: { cuts: 0, documents: 0 },
    leftWhole: 4,
  });
  assert.equal(report.letters.before, report.letters.after);
});

law('a document that holds a question of an evaluation is left out or named, with the question', async (t) => {
  const folder = temporaryFolder(t);
  const twelve = 'Wie viele Liter fasst der große Kessel im Werk am alten Hafen genau heute';
  const nine = 'Was kostet die Wartung der Anlage im ersten Jahr';
  writeFiles(folder, {
    'fragen.jsonl': `${JSON.stringify({ question: `${twelve}?` })}\n${JSON.stringify({ question: 'Wie spät ist es?' })}`,
    'fragen.csv': `id;frage\n1;"${nine}?"\n`,
    'fragen.txt': `${paragraph(9, 12)}\n`,
  });
  const data = await prepared(folder, {
    texte: [
      { text: `Vorab. ${twelve.toUpperCase()} – und mehr.` },
      { text: `${nine}! Sie kostet nichts.` },
      { text: `${nine.replace('ersten', 'zweiten')}? Wie spät ist es?` },
      { text: `Die Zahl steht am Ende: ${paragraph(9, 12)}` },
    ],
  });
  const questions = ['fragen.jsonl', 'fragen.csv', 'fragen.txt'].map((name) => path.join(folder, name));
  const report = await filterCorpus(data, { ...invented, questions });
  assert.deepEqual(report.dropped['evaluation-question']!.examples, ['texte:1', 'texte:2', 'texte:4']);
  assert.deepEqual([report.decontamination.questions, report.decontamination.tooShort], [4, 1]);
  const decisions = linesOf<FilterDecision>(data, 'decisions.jsonl');
  assert.deepEqual(
    decisions.map(({ id, question }) => [id, question!.file, question!.number]),
    [
      ['texte:1', 'fragen.jsonl', 1],
      ['texte:2', 'fragen.csv', 1],
      ['texte:4', 'fragen.txt', 1],
    ],
  );
  const reported = await filterCorpus(data, { ...invented, questions, contaminated: 'report' });
  assert.equal(reported.documents, 4);
  assert.ok(linesOf<FilterDecision>(data, 'decisions.jsonl').every(({ action }) => action === 'reported'));
});

law('a source named as a list of the filter is refused', async (t) => {
  const data = await prepared(temporaryFolder(t), { clusters: [{ text: 'Ein Text.' }] });
  await assert.rejects(filterCorpus(data), { code: 'corpus.reserved-source', kind: 'usage' });
});

law(
  'the explanation of a document has its measures, its cluster, its question and the decision of the last run',
  async (t) => {
    const folder = temporaryFolder(t);
    const question = 'Wie oft muss die Pumpe in der Halle gewartet werden';
    writeFiles(folder, { 'fragen.txt': `${question}?\n` });
    const long = Array.from({ length: 20 }, (_, i) => paragraph(i, 40)).join(' ');
    const data = await prepared(folder, {
      a: [{ text: long }, { text: `${long} Ende gut.` }, { text: `Frage: ${question}!` }],
    });
    const options = {
      settings: { quality: { de: { own: { minimumStopWords: 0 } } } },
      questions: [path.join(folder, 'fragen.txt')],
    };
    assert.equal((await explainDocument(data, 'a:1', options)).outcome, 'unknown');
    await filterCorpus(data, options);
    const twin = await explainDocument(data, 'a:1', options);
    assert.equal(twin.outcome, 'dropped');
    assert.deepEqual([twin.decisions[0]!.reason, twin.decisions[0]!.kept], ['near-duplicate', 'a:2']);
    assert.deepEqual(twin.clusters[0]!.kept, ['a:2']);
    const { quality } = twin;
    assert.equal(quality!.judged, true);
    assert.equal(
      quality!.sections.reduce((sum, { start, end }) => sum + end - start, 0),
      long.length,
    );
    const reasons = new Set([...quality!.document, ...quality!.sections[0]!.measures].map(({ reason }) => reason));
    assert.deepEqual([...reasons].sort(), [...QUALITY_REASONS].sort());
    const asked = await explainDocument(data, 'a:3', options);
    assert.deepEqual([asked.outcome, asked.questions[0]!.text], ['dropped', `${question}?`]);
    await assert.rejects(explainDocument(data, 'a:9', options), { code: 'corpus.no-document', kind: 'notFound' });
  },
);
