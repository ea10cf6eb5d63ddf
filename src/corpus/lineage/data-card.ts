/**
 * The data card in the order of the European Commission's template for the public summary of training content (Article
 * 53(1)(d) of Regulation (EU) 2024/1689): general information, list of data sources, data processing. What the project
 * knows is filled in; what only a person can know is marked. It judges no law.
 */
import type { CorpusReportData, SourceFacts } from './report-data.ts';

export interface CardField {
  readonly name: string;
  /** What is known, one paragraph each; empty where nothing is. */
  readonly known: readonly string[];
  /** `fill`: a person must write it. `check`: it is filled in by a rule and a person must look at it. */
  readonly person?: 'fill' | 'check';
}

export interface CardSection {
  /** As in the template, for example `2.3`. */
  readonly number: string;
  readonly name: string;
  readonly fields: readonly CardField[];
}

/** How a language writes numbers. */
export interface CardFormat {
  integer(value: number): string;
  bytes(value: number): string;
}

type SourceClass = 'public' | 'licensed' | 'crawled' | 'user' | 'synthetic' | 'other';

/** Where a source belongs in section 2; by its kind, address and licence, so a person has to check it. */
export function sourceClass({ kind, place = '', licence = '' }: SourceFacts): SourceClass {
  if (/synthe|generiert|generated/i.test(licence)) return 'synthetic';
  const remote = /^https?:/.test(place);
  if (remote) return kind === 'http' ? 'crawled' : 'public';
  if (kind === 'mail') return 'user';
  if (OPEN_LICENCE.test(licence)) return 'public';
  return licence === '' || /^(own|eigen|unknown|propriet)/i.test(licence) ? 'other' : 'licensed';
}

/** Licences under which anybody may have the documents. */
const OPEN_LICENCE = /^(cc|mit|apache|bsd|odc|odbl|dl-de|pddl)\b|public domain|gemeinfrei|amtlich/i;

const BILLION = 1e9;

type Words = (typeof WORDS)['de'];

function generalSections(data: CorpusReportData, words: Words, format: CardFormat): CardSection[] {
  const { tokens, textBytes, kept, dialogues } = data.totals;
  const range =
    tokens < BILLION ? words.ranges.small : tokens <= 10_000 * BILLION ? words.ranges.middle : words.ranges.large;
  const languages = data.languages.map(
    ({ language, textBytes: bytes }) => `${language === '' ? words.unknownLanguage : language}: ${format.bytes(bytes)}`,
  );
  const fill = (name: string): CardField => ({ name, known: [], person: 'fill' });
  return [
    { number: '1.1', name: words.provider, fields: [fill(words.providerName), fill(words.representative)] },
    {
      number: '1.2',
      name: words.model,
      fields: [fill(words.modelName), fill(words.dependencies), fill(words.marketDate)],
    },
    {
      number: '1.3',
      name: words.modalities,
      fields: [
        { name: words.modality, known: [words.text] },
        { name: words.size, known: [`${range} (${words.exactly(format.integer(tokens), format.bytes(textBytes))})`] },
        {
          name: words.content,
          known: [words.contents(format.integer(kept - dialogues), format.integer(dialogues))],
          person: 'check',
        },
        {
          name: words.latest,
          known: [
            words.fetched(data.at.slice(0, 10)),
            ...(data.dates === undefined ? [] : [words.dated(data.dates.first, data.dates.last)]),
          ],
          person: 'check',
        },
        { name: words.linguistic, known: languages, person: 'check' },
        fill(words.otherCharacteristics),
      ],
    },
  ];
}

function sourceSections(data: CorpusReportData, words: Words, format: CardFormat): CardSection[] {
  const lineOf = (source: SourceFacts) =>
    [
      `${source.id}: ${format.integer(source.kept)} ${words.documents}, ${format.bytes(source.textBytes)}`,
      `${words.licence} ${source.licence ?? words.unknown}`,
      ...(source.legalBasis === undefined && source.purpose === undefined
        ? []
        : [[source.legalBasis, source.purpose].filter((text) => text !== undefined).join(', ')]),
      ...(/^https?:/.test(source.place ?? '') ? [source.place!] : []),
    ].join('; ');
  const section = (number: string, name: string, of: SourceClass, extra: readonly CardField[]): CardSection => {
    const own = data.sources.filter((source) => sourceClass(source) === of);
    const known = own.length === 0 ? [words.noSources] : own.map(lineOf);
    return { number, name, fields: [{ name: words.sources, known, person: 'check' }, ...extra] };
  };
  const hosts = new Map<string, number>();
  for (const source of data.sources) {
    if (sourceClass(source) !== 'crawled' || !URL.canParse(source.place ?? '')) continue;
    const { hostname } = new URL(source.place!);
    hosts.set(hostname, (hosts.get(hostname) ?? 0) + source.textBytes);
  }
  const domains = [...hosts].sort(([, a], [, b]) => b - a).map(([host, bytes]) => `${host}: ${format.bytes(bytes)}`);
  const fill = (name: string): CardField => ({ name, known: [], person: 'fill' });
  return [
    section('2.1', words.publicDatasets, 'public', []),
    section('2.2', words.privateDatasets, 'licensed', [fill(words.agreements)]),
    section('2.3', words.crawled, 'crawled', [
      { name: words.crawlers, known: domains.length === 0 ? [] : [words.crawler] },
      ...(domains.length === 0 ? [] : [{ name: words.domains, known: domains }]),
    ]),
    section('2.4', words.userData, 'user', [fill(words.userServices)]),
    section('2.5', words.synthetic, 'synthetic', [fill(words.generators)]),
    section('2.6', words.otherSources, 'other', []),
  ];
}

function processingSections(data: CorpusReportData, words: Words, format: CardFormat): CardSection[] {
  const count = (documents: number) => format.integer(documents);
  const personal = data.personal.reduce((sum, finding) => sum + finding.count, 0);
  const dropped = data.drops.reduce((sum, { documents }) => sum + documents, 0);
  const fill = (name: string): CardField => ({ name, known: [], person: 'fill' });
  return [
    {
      number: '3.1',
      name: words.optOut,
      fields: [{ name: words.measures, known: [words.robots], person: 'check' }, fill(words.copyrightPolicy)],
    },
    {
      number: '3.2',
      name: words.illegal,
      fields: [{ name: words.measures, known: [words.noIllegalFilter], person: 'check' }, fill(words.illegalMeasures)],
    },
    {
      number: '3.3',
      name: words.otherProcessing,
      fields: [
        {
          name: words.processing,
          known: [
            words.filtered(count(dropped), count(data.totals.documents)),
            ...(data.duplicates === undefined ? [] : [words.deduplicated(count(data.duplicates.documents))]),
            words.personalFound(count(personal)),
            words.forgotten(count(data.forgotten.receipts), count(data.forgotten.documents)),
          ],
        },
      ],
    },
  ];
}

/** The card in one language. */
export function dataCard(data: CorpusReportData, language: 'de' | 'en', format: CardFormat): CardSection[] {
  const words = WORDS[language];
  return [
    ...generalSections(data, words, format),
    ...sourceSections(data, words, format),
    ...processingSections(data, words, format),
  ];
}

/** Names of the three parts. */
export const CARD_PARTS = {
  de: { 1: 'Allgemeine Angaben', 2: 'Verzeichnis der Datenquellen', 3: 'Verarbeitung der Daten' },
  en: { 1: 'General information', 2: 'List of data sources', 3: 'Data processing aspects' },
} as const;

const de = {
  provider: 'Anbieter',
  providerName: 'Name und Kontakt des Anbieters',
  representative: 'Bevollmächtigter in der Union: Name und Kontakt',
  model: 'Modell',
  modelName: 'Name des Modells mit Version',
  dependencies: 'Modelle, von denen es abhängt',
  marketDate: 'Tag des Inverkehrbringens in der Union',
  modalities: 'Modalitäten, Umfang der Trainingsdaten, weitere Merkmale',
  modality: 'Modalität',
  text: 'Text',
  size: 'Umfang',
  ranges: {
    small: 'weniger als 1 Milliarde Token',
    middle: '1 Milliarde bis 10 Billionen Token',
    large: 'mehr als 10 Billionen Token',
  },
  exactly: (tokens: string, bytes: string) => `genau ${tokens} Token, ${bytes} Text`,
  content: 'Art der Inhalte',
  contents: (texts: string, dialogues: string) => `${texts} Texte und ${dialogues} Dialoge`,
  latest: 'Jüngster Zeitpunkt der Beschaffung',
  fetched: (day: string) => `Stand dieses Berichts: ${day}`,
  dated: (first: string, last: string) => `Die Dokumente tragen Daten vom ${first} bis ${last}.`,
  linguistic: 'Sprachen der Trainingsdaten',
  unknownLanguage: 'nicht bestimmt',
  otherCharacteristics: 'Weitere Merkmale, etwa Bevölkerungsgruppen oder Regionen',
  documents: 'Dokumente',
  licence: 'Lizenz',
  unknown: 'nicht angegeben',
  sources: 'Quellen',
  noSources: 'Keine nach Art, Adresse und Lizenz der Quellen.',
  publicDatasets: 'Öffentlich verfügbare Datensätze',
  privateDatasets: 'Nicht öffentliche Datensätze Dritter',
  agreements: 'Lizenzverträge mit Rechteinhabern und andere Vereinbarungen',
  crawled: 'Aus dem Netz gesammelte Daten',
  crawlers: 'Name und Verhalten des Sammlers',
  crawler:
    'ExpChat holt nur die genannten Adressen, hält sich an robots.txt, begrenzt die Zahl der Abrufe je Server und ruft keine Adressen im eigenen Netz ab.',
  domains: 'Server nach Umfang',
  userData: 'Daten von Nutzern',
  userServices: 'Dienste, aus denen Nutzerdaten stammen, und Einwilligungen',
  synthetic: 'Synthetische Daten',
  generators: 'Modelle oder Programme, mit denen sie erzeugt wurden',
  otherSources: 'Andere Quellen',
  optOut: 'Vorbehalte gegen Text- und Data-Mining',
  measures: 'Maßnahmen',
  robots:
    'Beim Holen aus dem Netz wird robots.txt beachtet; Lizenz und Zweck jeder Quelle stehen in diesem Bericht. Andere Vorbehalte, etwa in Nutzungsbedingungen, prüft das Programm nicht.',
  copyrightPolicy: 'Strategie zur Einhaltung des Urheberrechts',
  illegal: 'Entfernen rechtswidriger Inhalte',
  noIllegalFilter:
    'Die Filter prüfen Güte, Doppelte und personenbezogene Daten. Rechtswidrige Inhalte suchen sie nicht.',
  illegalMeasures: 'Eigene Maßnahmen',
  otherProcessing: 'Weitere Angaben',
  processing: 'Verarbeitung',
  filtered: (dropped: string, all: string) =>
    `${dropped} Dokumente wurden mit Grund weggelassen, von ${all} aufbereiteten.`,
  deduplicated: (documents: string) => `${documents} Dokumente lagen in Gruppen gleicher oder ähnlicher.`,
  personalFound: (count: string) => `${count} Stellen mit personenbezogenen Daten wurden gefunden.`,
  forgotten: (receipts: string, documents: string) => `${receipts} Löschungen mit ${documents} Dokumenten sind belegt.`,
};

const en: typeof de = {
  provider: 'Provider',
  providerName: 'Name and contact of the provider',
  representative: 'Authorised representative in the Union: name and contact',
  model: 'Model',
  modelName: 'Name of the model with its version',
  dependencies: 'Models it depends on',
  marketDate: 'Date of placement on the Union market',
  modalities: 'Modalities, size of the training data, other characteristics',
  modality: 'Modality',
  text: 'Text',
  size: 'Size',
  ranges: {
    small: 'less than 1 billion tokens',
    middle: '1 billion to 10 trillion tokens',
    large: 'more than 10 trillion tokens',
  },
  exactly: (tokens, bytes) => `exactly ${tokens} tokens, ${bytes} of text`,
  content: 'Kind of content',
  contents: (texts, dialogues) => `${texts} texts and ${dialogues} dialogues`,
  latest: 'Latest date of acquisition',
  fetched: (day) => `This report is of ${day}`,
  dated: (first, last) => `The documents bear dates from ${first} to ${last}.`,
  linguistic: 'Languages of the training data',
  unknownLanguage: 'not determined',
  otherCharacteristics: 'Other characteristics, such as groups of people or regions',
  documents: 'documents',
  licence: 'licence',
  unknown: 'not stated',
  sources: 'Sources',
  noSources: 'None by kind, address and licence of the sources.',
  publicDatasets: 'Publicly available datasets',
  privateDatasets: 'Non-public datasets of third parties',
  agreements: 'Licence agreements with rightsholders, and other agreements',
  crawled: 'Data crawled and scraped from online sources',
  crawlers: 'Name and behaviour of the crawler',
  crawler:
    'ExpChat fetches only the addresses named, obeys robots.txt, limits its requests to each server and calls no address of the own network.',
  domains: 'Servers by size',
  userData: 'User data',
  userServices: 'Services that user data come from, and consents',
  synthetic: 'Synthetic data',
  generators: 'Models or programs that made them',
  otherSources: 'Other sources',
  optOut: 'Reservations against text and data mining',
  measures: 'Measures',
  robots:
    'Fetching from the web obeys robots.txt; licence and purpose of each source are in this report. Other reservations, such as terms of use, are not checked by the program.',
  copyrightPolicy: 'Policy to comply with copyright',
  illegal: 'Removal of illegal content',
  noIllegalFilter: 'The filters judge quality, duplicates and personal data. They do not look for illegal content.',
  illegalMeasures: 'Measures of your own',
  otherProcessing: 'Other information',
  processing: 'Processing',
  filtered: (dropped, all) => `${dropped} documents were left out, each with a reason, of ${all} prepared ones.`,
  deduplicated: (documents) => `${documents} documents lay in groups of equal or similar ones.`,
  personalFound: (count) => `${count} places with personal data were found.`,
  forgotten: (receipts, documents) => `${receipts} deletions of ${documents} documents have a receipt.`,
};

const WORDS = { de, en };
