/**
 * Ready sources with their addresses: what they are, under which licence, how large. It fetches nothing. The bytes behind
 * an address may change; what was fetched is pinned like every other source.
 */
import type { SourceSpec } from './sources.ts';

export const PRESET_NAMES = [
  'gutenberg',
  'gutenberg-en',
  'gesetze',
  'wikipedia-de',
  'wikipedia-de-part',
  'wikipedia-simple',
] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

export interface SourcePreset {
  readonly name: PresetName;
  /** ISO 639-1. */
  readonly language: 'de' | 'en';
  /** To download, rounded up. */
  readonly megabytes: number;
  /** Where a person reads about it. */
  readonly homepage: string;
  readonly spec: Omit<SourceSpec, 'id'> & { readonly licence: string };
}

/** The mirror that Project Gutenberg runs for programs; its main site is for people alone. */
const books = (ids: string) => ids.split(' ').map((id) => `https://gutenberg.pglaf.org/cache/epub/${id}/pg${id}.txt`);

const GUTENBERG = {
  kind: 'http',
  sourcePer: 'file',
  licence: 'Project Gutenberg License; public domain in the USA',
  legalBasis: 'public domain: in the EU 70 years after the death of author and translator',
  personalData: 'ignore',
  profile: 'own',
} as const;

const wikipedia = (language: string, files: number, of: number, first = 0) =>
  Array.from({ length: files }, (_, i) => {
    const five = (n: number) => String(n).padStart(5, '0');
    const place = `20231101.${language}/train-${five(first + i)}-of-${five(of)}.parquet`;
    return `https://huggingface.co/datasets/wikimedia/wikipedia/resolve/main/${place}`;
  });

const WIKIPEDIA = {
  kind: 'table',
  sourcePer: 'file',
  columns: { text: 'text', title: 'title', id: 'id' },
  licence: 'CC BY-SA 3.0, GFDL',
  legalBasis: 'licence; name the source and share alike',
  profile: 'web',
} as const;

export const SOURCE_PRESETS: { readonly [K in PresetName]: SourcePreset } = {
  /** Faust I and II, Werther I and II, Effi Briest, Zarathustra, Kritik der reinen Vernunft, Der Tod in Venedig, Die Verwandlung, Buddenbrooks. */
  gutenberg: {
    name: 'gutenberg',
    language: 'de',
    megabytes: 8,
    homepage: 'https://www.gutenberg.org/policy/robot_access.html',
    spec: { ...GUTENBERG, urls: books('2229 2230 2407 2408 5323 7205 6343 12108 22367 34811') },
  },
  /** Alice, Frankenstein, Dracula, Sherlock Holmes, Pride and Prejudice, Moby Dick, A Tale of Two Cities, Great Expectations. */
  'gutenberg-en': {
    name: 'gutenberg-en',
    language: 'en',
    megabytes: 7,
    homepage: 'https://www.gutenberg.org/policy/robot_access.html',
    spec: { ...GUTENBERG, urls: books('11 84 345 1661 1342 2701 98 1400') },
  },
  /** GitHub offers the archive of a public repository for download; its robots.txt speaks to crawlers of its pages. */
  gesetze: {
    name: 'gesetze',
    language: 'de',
    megabytes: 120,
    homepage: 'https://github.com/bundestag/gesetze',
    spec: {
      kind: 'archive',
      url: 'https://codeload.github.com/bundestag/gesetze/tar.gz/refs/heads/master',
      include: ['*/?/*/index.md'],
      sourcePer: 'file',
      robots: 'ignore',
      licence: 'public domain (§ 5 UrhG)',
      legalBasis: 'official works, § 5 UrhG',
      personalData: 'ignore',
      profile: 'web',
    },
  },
  'wikipedia-de': {
    name: 'wikipedia-de',
    language: 'de',
    megabytes: 5800,
    homepage: 'https://huggingface.co/datasets/wikimedia/wikipedia',
    spec: { ...WIKIPEDIA, urls: wikipedia('de', 20, 20) },
  },
  'wikipedia-de-part': {
    name: 'wikipedia-de-part',
    language: 'de',
    megabytes: 230,
    homepage: 'https://huggingface.co/datasets/wikimedia/wikipedia',
    spec: { ...WIKIPEDIA, urls: wikipedia('de', 1, 20, 10) },
  },
  'wikipedia-simple': {
    name: 'wikipedia-simple',
    language: 'en',
    megabytes: 157,
    homepage: 'https://huggingface.co/datasets/wikimedia/wikipedia',
    spec: { ...WIKIPEDIA, urls: wikipedia('simple', 1, 1) },
  },
};
