/** A report with something in every part, for the tests of the page. The figures are made up and fit together. */
import type { CorpusReportData } from '../../src/corpus/index.ts';

const source = {
  declared: true,
  parts: 3,
  files: 3,
  rawBytes: 9000,
  documents: 30,
  kept: 20,
  textBytes: 8000,
  tokens: 2000,
};

export const fullReport: CorpusReportData = {
  format: 'expchat-corpus-report',
  version: 1,
  at: '2026-05-04T10:11:12Z',
  codeVersion: '1.2.3',
  totals: {
    sources: 5,
    files: 15,
    rawBytes: 45_000,
    documents: 150,
    kept: 100,
    textBytes: 40_000,
    tokens: 10_000,
    dialogues: 20,
  },
  sources: [
    {
      ...source,
      id: 'handbuch',
      kind: 'folder',
      place: './handbuch',
      licence: 'own',
      purpose: 'Kundendienst',
      legalBasis: 'Art. 6 (1) f',
      retainUntil: '2026-01-31',
    },
    { ...source, id: 'hilfe', kind: 'http', place: 'https://hilfe.example/seiten', licence: 'CC-BY-4.0' },
    {
      ...source,
      id: 'gesetze',
      kind: 'archive',
      place: 'https://daten.example/gesetze.zip',
      licence: 'amtliches Werk',
    },
    { ...source, id: 'post', kind: 'mail', place: './post', retainUntil: '2030-12-31' },
    { ...source, id: 'gekauft', kind: 'table', place: './tabelle.csv', licence: 'Vertrag 7', declared: false },
  ],
  licences: [
    { licence: 'amtliches Werk', sources: 1, documents: 20, textBytes: 8000, tokens: 2000 },
    { licence: 'unknown', sources: 1, documents: 20, textBytes: 8000, tokens: 2000 },
  ],
  drops: [
    { stage: 'prepare', reason: 'empty', documents: 5, bytes: 0, examples: [{ id: 'post#leer.eml' }] },
    {
      stage: 'filter',
      reason: 'few-letters',
      documents: 40,
      bytes: 3000,
      examples: [
        { id: 'handbuch#<script>alert(1)</script>.pdf', value: 0.41234, threshold: 0.6 },
        { id: 'handbuch#tabellen/umsatz-2024.xlsx', value: 0.2, threshold: 0.6 },
      ],
    },
  ],
  problems: [{ reason: 'pdf-scan', documents: 3, examples: [{ id: 'handbuch#alt.pdf (page 7)' }] }],
  cuts: [{ reason: 'repeated-line', count: 12 }],
  languages: [
    { language: 'de', documents: 90, textBytes: 36_000 },
    { language: 'en', documents: 8, textBytes: 3000 },
    { language: '', documents: 2, textBytes: 1000 },
  ],
  lengths: {
    bins: [0, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000].map((from, i, all) => ({
      from,
      ...(all[i + 1] === undefined ? {} : { to: all[i + 1]! }),
      documents: [3, 5, 20, 40, 22, 6, 3, 1, 0, 0][i]!,
    })),
    median: 180,
    mean: 402.5,
    longest: 12_345,
  },
  duplicates: {
    exactClusters: 3,
    nearClusters: 4,
    documents: 19,
    examples: [
      {
        kind: 'near',
        kept: ['handbuch#a.pdf'],
        members: [
          { id: 'post#b.eml', similarity: 0.91 },
          { id: 'hilfe#c', similarity: 0.84 },
        ],
        size: 3,
      },
      { kind: 'exact', kept: ['hilfe#d'], members: [{ id: 'hilfe#e', similarity: 1 }], size: 2 },
    ],
  },
  personal: [
    { source: 'post', kind: 'iban', count: 4 },
    { source: 'post', kind: 'name', count: 61 },
  ],
  split: {
    validationRatio: 0.1,
    testRatio: 0.05,
    seed: 42,
    sets: [
      { set: 'pretrain-train', sources: 3, documents: 68, textBytes: 30_000, tokens: 7000, share: 0.86 },
      { set: 'pretrain-val', sources: 1, documents: 12, textBytes: 5000, tokens: 1000, share: 0.14 },
      { set: 'chat-train', sources: 1, documents: 20, textBytes: 5000, tokens: 2000, share: 1 },
    ],
  },
  leakage: [
    {
      held: 'validation',
      other: 'train',
      heldDocuments: 12,
      sharingDocuments: 2,
      coveredShare: 0.013,
      longestWords: 31,
    },
  ],
  letters: [
    {
      stage: 'prepare',
      before: 50_000,
      after: 41_000,
      rules: [
        { rule: 'html-boilerplate', letters: 8000 },
        { rule: 'soft-hyphen', letters: 1000 },
      ],
    },
  ],
  dates: { first: '2019-02-03', last: '2026-04-30' },
  forgotten: { receipts: 2, documents: 7, last: '2026-04-01T08:00:00Z' },
  expired: [{ id: 'handbuch', retainUntil: '2026-01-31', command: 'expchat corpus forget --source handbuch --yes' }],
  tokenizer: { hash: 'ab', vocabularySize: 1024 },
};
